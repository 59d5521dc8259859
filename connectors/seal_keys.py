"""印章密钥 (obligation 9.4): what a seal signs with, out of the folder of seals: a key and its certificate, and by which algorithms.

The key says which: ECDSA P-256 with SHA-256, or SM2 with SM3 (国密, GB/T 32918). Beside it stands whose authority it is. A folder
may hold a seal of each; nothing else is set.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from connectors.faults import PermanentFault
from connectors.seal_module import WHO, ModuleKey
from connectors.seal_platform import PlatformKey
from domain.seals import SealKind
from guomi import sm2

DEVELOPMENT_ORGANIZATION = "演示"
"""The subject's O of a development certificate (runtime/services/development_keys.py)."""


@dataclass(frozen=True, repr=False)
class SealKey:
    """`sign` gives a signature in DER over these bytes, which it digests itself; `ready` says whether it could, without signing. Both raise
    TransientFault or PermanentFault naming 电子签章."""

    certificate: asn1_x509.Certificate
    fingerprint: str  #: SHA-256 of the certificate, hexadecimal
    development: bool
    digest: str  #: as `asn1crypto` calls it
    mechanism: str  #: the signature's, likewise
    sign: Callable[[bytes], bytes]
    ready: Callable[[], None] = lambda: None
    platform: PlatformKey | None = None  #: who signs in place of `sign`, and is told the recorded use
    waits: bool = False  #: `sign` waits for somebody else: meanwhile others may go on


def load(folder: Path, kind: SealKind) -> SealKey:
    """`<kind>.key.pem`, or `<kind>.key.uri` of one in a module or at a platform; `<kind>.crt.pem`; `ca.crt.pem`. Raises PermanentFault."""
    try:
        certificate = x509.load_pem_x509_certificate((folder / f"{kind}.crt.pem").read_bytes())
        key = _key(folder, kind, certificate)
        authorities = x509.load_pem_x509_certificates((folder / "ca.crt.pem").read_bytes())
        one, of_sm2 = _parsed(certificate), sm2.is_sm2(_parsed(certificate).public_key)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        text = f"印章 {kind} 的密钥或证书文件缺失或无法读取,请检查印章目录"
        raise PermanentFault(WHO, "no_key", text) from None
    if of_sm2 and isinstance(key, ModuleKey | PlatformKey):
        text = f"印章 {kind} 的证书是 SM2 的:密码模块和签章平台中的 SM2 密钥尚不支持。请使用密钥文件,或 ECDSA P-256 的密钥"
        raise PermanentFault(WHO, "module_sm2", text)
    belongs = _of_sm2 if of_sm2 else _of_ecdsa
    if not any(belongs(key, certificate, ca) for ca in authorities):  # several: a renewed one, and those of what was sealed before
        # Unnoticed, every proof sealed with it would be told to be somebody else's.
        text = f"印章 {kind} 的密钥、证书与颁发机构不匹配,请检查印章目录"
        raise PermanentFault(WHO, "wrong_key", text)
    organization = certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    development = DEVELOPMENT_ORGANIZATION in (attribute.value for attribute in organization)
    common = one, certificate.fingerprint(SHA256()).hex(), development
    if isinstance(key, sm2.PrivateKey):
        return SealKey(*common, sm2.DIGEST, sm2.SIGNATURE, key.sign)
    if isinstance(key, ModuleKey):
        return SealKey(*common, "sha256", "sha256_ecdsa", _checked(key, certificate), key.ready, waits=True)
    if isinstance(key, PlatformKey):
        return SealKey(*common, "sha256", "sha256_ecdsa", _elsewhere, key.ready, key)
    return SealKey(*common, "sha256", "sha256_ecdsa", lambda data: key.sign(data, ec.ECDSA(SHA256())))


_Key = ec.EllipticCurvePrivateKey | ModuleKey | PlatformKey | sm2.PrivateKey


def _key(folder: Path, kind: SealKind, certificate: x509.Certificate) -> _Key:
    """Raises OSError, ValueError, TypeError, UnsupportedAlgorithm, PermanentFault."""
    file, uri = folder / f"{kind}.key.pem", folder / f"{kind}.key.uri"
    if uri.exists():
        if file.exists():
            raise PermanentFault(WHO, "two_keys", f"印章 {kind} 既有密钥文件又有密码模块或签章平台的密钥标识,请只留一个")
        line = uri.read_text()
        return PlatformKey.named(line, certificate) if line.lstrip().lower().startswith("http") else ModuleKey.named(line)
    written = file.read_bytes()
    try:
        return sm2.PrivateKey.read(written)
    except ValueError:
        return load_pem_private_key(written, password=None)  # type: ignore[return-value]  # of what kind is seen below


def _of_ecdsa(key: _Key, certificate: x509.Certificate, ca: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(ca)
        public = certificate.public_key()
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    if isinstance(key, ModuleKey | PlatformKey):  # whether it is the certificate's is seen at each signature
        return isinstance(public, ec.EllipticCurvePublicKey)
    return isinstance(key, ec.EllipticCurvePrivateKey) and key.public_key() == public


def _of_sm2(key: _Key, certificate: x509.Certificate, ca: x509.Certificate) -> bool:
    one = _parsed(certificate)
    if not sm2.was_issued_by(one, _parsed(ca)) or not isinstance(key, sm2.PrivateKey):
        return False
    return bool(key.public.point == one.public_key["public_key"].native)


def _parsed(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """For what `cryptography` does not know of it."""
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _elsewhere(_: bytes) -> bytes:
    raise AssertionError("the platform signs")


def _checked(key: ModuleKey, certificate: x509.Certificate) -> Callable[[bytes], bytes]:
    """Whose key the module signed with, and over what, is only seen by looking."""
    public = certificate.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)

    def sign(data: bytes) -> bytes:
        signature = key.sign(data)
        try:
            public.verify(signature, data, ec.ECDSA(SHA256()))
        except InvalidSignature:
            raise PermanentFault(WHO, "wrong_signature", "密码模块的签名与证书不符,没有用印;请核对密钥标识与证书") from None
        return signature

    return sign
