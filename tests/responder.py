"""Responders of OCSP for tests: `openssl ocsp` with the key of an authority, and one that can say anything."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


def by_openssl(folder: Path, known: Iterable[x509.Certificate], revoked: Iterable[x509.Certificate] = ()) -> Callable[[bytes], bytes]:
    """Of the authority in a folder (`ca.crt.pem`, `ca.key.pem`), for thirty days."""
    lines = [f"V\t{one.not_valid_after_utc:%y%m%d%H%M%SZ}\t\t{_serial(one)}\tunknown\t/CN={_serial(one)}" for one in known]
    before = datetime.now(UTC) - timedelta(minutes=1)
    lines += [
        f"R\t{one.not_valid_after_utc:%y%m%d%H%M%SZ}\t{before:%y%m%d%H%M%SZ}\t{_serial(one)}\tunknown\t/CN={_serial(one)}"
        for one in revoked
    ]
    index = folder / "index.txt"
    index.write_text("".join(line + "\n" for line in lines))

    def answer(request: bytes) -> bytes:
        asked, given = folder / "asked.der", folder / "given.der"
        asked.write_bytes(request)
        authority = ["-CA", folder / "ca.crt.pem", "-rsigner", folder / "ca.crt.pem", "-rkey", folder / "ca.key.pem"]
        files = ["-index", index, "-reqin", asked, "-respout", given, "-ndays", "30"]
        subprocess.run(["openssl", "ocsp", *map(str, (*files, *authority))], check=True, capture_output=True, timeout=30)
        return given.read_bytes()

    return answer


def _serial(one: x509.Certificate) -> str:
    text = f"{one.serial_number:X}"
    return text if len(text) % 2 == 0 else "0" + text


@dataclass
class Saying:
    """A responder of the authority in a folder that says this of whatever it is asked. `about`: instead of the one asked for; `by`: another
    key and its certificate, which goes along; `status`: no answer but that."""

    folder: Path
    about: x509.Certificate
    since: timedelta = timedelta(minutes=-1)
    until: timedelta | None = timedelta(days=1)
    said: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD
    by: tuple[ec.EllipticCurvePrivateKey, x509.Certificate] | None = None
    status: ocsp.OCSPResponseStatus = ocsp.OCSPResponseStatus.SUCCESSFUL
    reason: x509.ReasonFlags | None = None
    revoked_at: datetime | None = None  #: else two minutes ago

    def __call__(self, request: bytes) -> bytes:
        if self.status != ocsp.OCSPResponseStatus.SUCCESSFUL:
            return _der(ocsp.OCSPResponseBuilder.build_unsuccessful(self.status))
        authority, own = _authority(self.folder)
        key, certificate = self.by or (own, authority)
        now = datetime.now(UTC)
        revoked = (self.revoked_at or now - timedelta(minutes=2)) if self.said == ocsp.OCSPCertStatus.REVOKED else None
        made = ocsp.OCSPResponseBuilder().add_response(
            self.about,
            authority,
            SHA256(),
            self.said,
            now + self.since,
            None if self.until is None else now + self.until,
            revoked,
            self.reason,
        )
        made = made.responder_id(ocsp.OCSPResponderEncoding.HASH, certificate)
        if self.by:
            made = made.certificates([certificate])
        return _der(made.sign(key, SHA256()))


def named(folder: Path, *, usage: bool = True, no_check: bool = True) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """A key that the authority in a folder has named to answer for it, or which lacks a mark of that."""
    authority, own = _authority(folder)
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    may = [ExtendedKeyUsageOID.OCSP_SIGNING if usage else ExtendedKeyUsageOID.CLIENT_AUTH]
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "演示吊销查询")]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=300))
        .add_extension(x509.ExtendedKeyUsage(may), critical=False)
    )
    if no_check:
        made = made.add_extension(x509.OCSPNoCheck(), critical=False)
    return key, made.sign(own, SHA256())


def _authority(folder: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = load_pem_private_key((folder / "ca.key.pem").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return x509.load_pem_x509_certificate((folder / "ca.crt.pem").read_bytes()), key


def _der(response: ocsp.OCSPResponse) -> bytes:
    return response.public_bytes(Encoding.DER)
