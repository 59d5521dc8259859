"""演示密钥: a local certificate authority and one certificate for each seal, made on the first start.

They prove that the machinery works and nothing else: every certificate says O=演示, and a seal made with them reads
演示 across its middle (connectors/seal.py refuses to give them a real face).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import pem  # type: ignore[import-untyped]
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from connectors.seal_keys import DEVELOPMENT_ORGANIZATION
from domain.seals import SealKind
from guomi import certificates, ses, sm2

VALID_FROM = datetime(2022, 6, 28, tzinfo=UTC)
"""The day the regulation took effect: a trial may run on a clock that is set back, and its proofs must hold too."""
VALIDITY = timedelta(days=3650)


def ensure_development_seals(folder: Path, names: Mapping[SealKind, str], algorithm: str = "ecdsa") -> bool:
    """Makes `ca.crt.pem` and, for each kind, `<kind>.key.pem` and `<kind>.crt.pem` (0600) where there are none; with SM2 also `<kind>.esl`,
    the electronic seal for OFD.

    `algorithm`: ecdsa or sm2 (`Settings.seal_algorithm`). True if they were made now; a complete folder is left as it is. The files
    appear all at once, so a crash or a second process never leaves half of them. Raises FileExistsError where the folder holds
    something else, keys of the other algorithm too, rather than making keys beside keys that somebody put there.
    """
    wanted = {"ca.crt.pem"} | {f"{kind}.{part}.pem" for kind in SealKind for part in ("key", "crt")}
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".seals-", dir=folder.parent))  # 0700, on the same file system
    try:
        if not _empty(folder):
            return _complete(folder, wanted, algorithm)
        for name, content in _FILES[algorithm](names).items():
            with os.fdopen(os.open(draft / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
        try:
            draft.rename(folder)  # replaces an empty folder, refuses a filled one
        except OSError:
            return _complete(folder, wanted, algorithm)  # another process was faster
        return True
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _empty(folder: Path) -> bool:
    return not folder.exists() or not any(folder.iterdir())


def _complete(folder: Path, wanted: set[str], algorithm: str) -> bool:
    """False, "nothing was made", for a complete folder; an error for any other."""
    if missing := sorted(name for name in wanted if not (folder / name).is_file()):
        raise FileExistsError(f"印章目录 {folder} 不完整,缺少 {'、'.join(missing)};请补齐,或移走该目录后重新启动")
    if _of_sm2((folder / "ca.crt.pem").read_bytes()) is (algorithm != "sm2"):
        other = "ECDSA" if algorithm == "sm2" else "SM2"
        raise FileExistsError(
            f"印章目录 {folder} 中是 {other} 的密钥,与 PROOFLESS_SEAL_ALGORITHM={algorithm} 不一致;请改正设置,或移走该目录后重新启动"
        )
    return False


def _of_sm2(authority: bytes) -> bool | None:
    """None: it cannot be read, which whoever seals tells."""
    try:
        _, _, der = pem.unarmor(authority)
        return sm2.is_sm2(asn1_x509.Certificate.load(der).public_key)
    except ValueError:
        return None


def _ecdsa_files(names: Mapping[SealKind, str]) -> dict[str, bytes]:
    """The CA's own key is not kept: no further certificate can ever be made from this folder."""
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca_name = _name("演示证书颁发机构")
    ca = _certificate(ca_name, ca_name, ca_key, ca_key, authority=True)
    files = {"ca.crt.pem": ca.public_bytes(Encoding.PEM)}
    for kind in SealKind:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(_name(names[kind]), ca_name, key, ca_key, authority=False)
        files[f"{kind}.key.pem"] = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        files[f"{kind}.crt.pem"] = certificate.public_bytes(Encoding.PEM)
    return files


def _sm2_files(names: Mapping[SealKind, str]) -> dict[str, bytes]:
    """The same with SM2, and beside each key its electronic seal (GB/T 38540), whose maker is kept no more than the CA."""
    from proofs.seal_image import SIZE, picture_of_seal  # the typesetter is loaded for this alone

    ca_key, ca_name = sm2.PrivateKey.generate(), _names("演示证书颁发机构")
    days = VALID_FROM, datetime.now(UTC) + VALIDITY
    maker = sm2.PrivateKey.generate()
    made_by = _der(certificates.issued((_names("演示制章人"), ca_name), maker.public, ca_key, days, authority=False)), maker
    files = {"ca.crt.pem": certificates.issued((ca_name, ca_name), ca_key.public, ca_key, days, authority=True)}
    for kind in SealKind:
        key = sm2.PrivateKey.generate()
        files[f"{kind}.key.pem"] = key.pem
        files[f"{kind}.crt.pem"] = certificates.issued((_names(names[kind]), ca_name), key.public, ca_key, days, authority=False)
        face, user = ses.Face(picture_of_seal(names[kind], development=True), SIZE), _der(files[f"{kind}.crt.pem"])
        files[f"{kind}.esl"] = ses.made(f"DEMO-{kind}", names[kind], face, user, made_by, ses.Days(days[0], *days))
    return files


def _der(certificate: bytes) -> bytes:
    _, _, written = pem.unarmor(certificate)
    der: bytes = written
    return der


_FILES = {"ecdsa": _ecdsa_files, "sm2": _sm2_files}


def _names(common_name: str) -> dict[str, str]:
    return {"country_name": "CN", "organization_name": DEVELOPMENT_ORGANIZATION, "common_name": common_name}


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, DEVELOPMENT_ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, issuer_key: ec.EllipticCurvePrivateKey, authority: bool
) -> x509.Certificate:
    usage = dict.fromkeys(("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False)
    if authority:
        usage |= {"digital_signature": False, "content_commitment": False, "key_cert_sign": True, "crl_sign": True}
    else:
        usage |= {"digital_signature": True, "content_commitment": True, "key_cert_sign": False, "crl_sign": False}
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(VALID_FROM)
        .not_valid_after(datetime.now(UTC) + VALIDITY)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .sign(issuer_key, SHA256())
    )
