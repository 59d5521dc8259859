"""加密保管的密钥: the keys' folder of a backup in one file that only the holders of a private key can open (CMS, RFC 5652).

The machine that makes backups has the certificate alone: whoever takes machine and backups away, but not the private key, reads
nothing that was erased from them since. Common programs open the file, too: `openssl cms -decrypt`.
"""

from __future__ import annotations

import io
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7EnvelopeBuilder, PKCS7Options, pkcs7_decrypt_der

from runtime.failures import Failure

FILE = "keys.p7m"
RECIPIENTS = "recipients.crt.pem"  #: beside it: by which certificates it was closed
_LEAST_BITS = 2048


def recipients(files: Sequence[Path]) -> list[x509.Certificate]:
    """接收人证书. Raises Failure naming the file: CMS as our library writes it takes RSA keys alone."""
    found = []
    for path in files:
        try:
            certificate = x509.load_pem_x509_certificate(path.read_bytes())
        except (OSError, ValueError) as error:
            why = f"{path} 不是 PEM 证书" if isinstance(error, ValueError) else f"{path} 读不出({error.strerror})"
            raise Failure("备份", why, "没有备份。请写明接收人的证书文件。") from None
        key = certificate.public_key()
        if not isinstance(key, RSAPublicKey) or key.key_size < _LEAST_BITS:
            raise Failure("备份", f"{path} 的公钥不是 {_LEAST_BITS} 位以上的 RSA", "没有备份。请换用 RSA 证书(见 docs/operations.md)。")
        found.append(certificate)
    return found


def close(keys: Mapping[str, Path], target: Path, to: Sequence[x509.Certificate]) -> None:
    """Puts files and folders of keys, by the names they shall have, as FILE into `target`. Nothing of them is written in clear."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, path in keys.items():
            archive.add(path, arcname=name)
    builder = PKCS7EnvelopeBuilder().set_data(packed.getvalue()).set_content_encryption_algorithm(AES256)
    for certificate in to:
        builder = builder.add_recipient(certificate)
    (target / FILE).write_bytes(builder.encrypt(Encoding.DER, [PKCS7Options.Binary]))
    (target / RECIPIENTS).write_bytes(b"".join(certificate.public_bytes(Encoding.PEM) for certificate in to))


@contextmanager
def opened(source: Path, private_key: Path, passphrase: bytes | None) -> Iterator[Path]:
    """The folder of keys of a backup, for as long as it is needed, closed to others. Raises Failure."""
    what, left = "恢复", "没有恢复任何内容。"
    key = _private(private_key, passphrase)
    try:
        known = x509.load_pem_x509_certificates((source / RECIPIENTS).read_bytes())
        closed = (source / FILE).read_bytes()
    except (OSError, ValueError):
        raise Failure(what, f"{source} 中没有加密保管的密钥({FILE})", f"{left}请指定用 ./run backup --to 生成的备份。") from None
    mine = [one for one in known if one.public_key() == key.public_key()]
    if not mine:
        names = "、".join(one.subject.rfc4514_string() for one in known)
        raise Failure(what, f"{private_key} 不是该备份的接收人(接收人:{names})的私钥", f"{left}请换用接收人的私钥。")
    with tempfile.TemporaryDirectory(prefix="proofless-keys-") as place:
        try:
            packed = pkcs7_decrypt_der(closed, mine[0], key, [])
            with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
                archive.extractall(place, filter="data")
        except (ValueError, tarfile.TarError, UnsupportedAlgorithm):
            raise Failure(what, f"{source / FILE} 不完整或被改动", f"{left}请使用另一份备份。") from None
        yield Path(place)


def is_locked(private_key: Path) -> bool:
    """Whether a passphrase is to be asked for."""
    try:
        return b"ENCRYPTED" in private_key.read_bytes()
    except OSError:
        return False


def _private(path: Path, passphrase: bytes | None) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), passphrase)
    except OSError as error:
        raise Failure("恢复", f"{path} 读不出({error.strerror})", "没有恢复任何内容。请写明接收人的私钥文件。") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Failure("恢复", f"{path} 不是私钥,或口令不对", "没有恢复任何内容。请核对私钥文件和口令。") from None
    if not isinstance(key, RSAPrivateKey):
        raise Failure("恢复", f"{path} 不是 RSA 私钥", "没有恢复任何内容。请换用接收人的私钥。")
    return key
