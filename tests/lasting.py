"""What makes proofs last, for tests: seals under an authority whose key is kept, and the lists of what each authority revoked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

from domain.seals import SealKind
from tests.seal_module import signed
from tests.timestamps import Authority


def make_seals(folder: Path, names: dict[SealKind, str]) -> None:
    """A folder of seals; `ca.key.pem` beside them can sign lists."""
    folder.mkdir(parents=True)
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = _name("演示印章颁发机构")
    _keep(folder, "ca", key, signed(issuer, issuer, key.public_key(), key, ca=True))
    for kind, name in names.items():
        mine = ec.generate_private_key(ec.SECP256R1())
        _keep(folder, kind.value, mine, signed(_name(name), issuer, mine.public_key(), key))


def publish(
    one: Authority,
    authority: Path,
    revoked: Iterable[x509.Certificate] = (),
    *,
    good_for: timedelta = timedelta(days=30),
    since: timedelta = timedelta(minutes=1),
    reason: x509.ReasonFlags | None = None,
    invalid: timedelta | None = None,
) -> str:
    """The list of the authority in a folder, by its key, what is on it revoked `since`, not to be relied on from `invalid` on; gives its
    address."""
    certificate = x509.load_pem_x509_certificate((authority / "ca.crt.pem").read_bytes())
    key = load_pem_private_key((authority / "ca.key.pem").read_bytes(), None)
    now = datetime.now(UTC)
    start = min(now, now + good_for) - timedelta(hours=1)
    made = x509.CertificateRevocationListBuilder(certificate.subject, start, now + good_for)
    for each in revoked:
        entry = x509.RevokedCertificateBuilder(each.serial_number, now - since)
        if reason is not None:
            entry = entry.add_extension(x509.CRLReason(reason), critical=False)
        if invalid is not None:
            entry = entry.add_extension(x509.InvalidityDate((now - invalid).replace(tzinfo=None)), critical=False)
        made = made.add_revoked_certificate(entry.build())
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    made = made.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    name = f"{authority.name}.crl"
    (one.folder / name).write_bytes(made.add_extension(x509.CRLNumber(1), critical=False).sign(key, SHA256()).public_bytes(Encoding.DER))
    return f"{one.url.rpartition('/')[0]}/{name}"


def lasts(one: Authority, seals: Path) -> None:
    """The folder of seals is configured for proofs that last."""
    one.serves(seals)
    (seals / "revocations.txt").write_text("\n".join(["# 吊销列表", publish(one, one.folder), publish(one, seals)]) + "\n")


def _keep(folder: Path, name: str, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
    (folder / f"{name}.crt.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / f"{name}.key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "演示"), x509.NameAttribute(NameOID.COMMON_NAME, text)])
