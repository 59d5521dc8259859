"""印章证书: what the register keeps of a seal's certificate, read once from the PEM that the e-seal platform gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from domain.clear_text import LINE, named
from domain.refusal import Refusal

MOST = 20_000  #: characters: a certificate has about a thousand
_DEVELOPMENT = "演示"  #: the subject's O of a development certificate (connectors.seal)


class SealRefused(Refusal, code="seal_refused"):
    """The step cannot be taken so; the text is Chinese. Nothing was written."""


@dataclass(frozen=True)
class SealCertificate:
    """`serial_number` and `fingerprint` (SHA-256) hexadecimal; both instants aware."""

    pem: str
    subject: str
    serial_number: str
    fingerprint: str
    valid_from: datetime
    valid_until: datetime
    development: bool


def read(pem: str) -> SealCertificate:
    """One certificate that may sign. Raises SealRefused for anything else."""
    if len(pem) > MOST:
        raise SealRefused("证书文件过大,应为一份 PEM 格式的证书。")
    try:
        (certificate,) = x509.load_pem_x509_certificates(pem.encode())
        subject = certificate.subject.rfc4514_string()
    except ValueError:
        raise SealRefused("证书读不了:应为一份 PEM 格式的证书(以 -----BEGIN CERTIFICATE----- 开头),不是密钥,也不是证书链。") from None
    if len(subject) > 4 * LINE or named(subject):
        raise SealRefused("证书主体含有个人信息或过长,不能登记为单位印章。")
    if _is_authority(certificate) or not _may_sign(certificate):
        raise SealRefused("这份证书不能用于签章(是颁发机构的证书,或密钥用途不含数字签名)。")
    organization = {str(one.value) for one in certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)}
    return SealCertificate(
        pem=certificate.public_bytes(Encoding.PEM).decode(),
        subject=subject,
        serial_number=f"{certificate.serial_number:x}",
        fingerprint=certificate.fingerprint(SHA256()).hex(),
        valid_from=certificate.not_valid_before_utc.astimezone(UTC),
        valid_until=certificate.not_valid_after_utc.astimezone(UTC),
        development=_DEVELOPMENT in organization,
    )


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
    except x509.ExtensionNotFound:
        return True
    except ValueError:
        return False
