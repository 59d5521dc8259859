"""A cryptographic module for tests: SoftHSM2, a token with a key for each seal, made in it, and certificates for them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from connectors import seal_module
from connectors.seal_module import ModuleKey
from domain.seals import SealKind

PIN = "20260301"
#: Locks each file as SoftHSM2 does before it reads one.
_HOLDS = """
import fcntl, sys, time
held = [open(path, "r+b") for path in sys.argv[1:]]
for file in held:
    fcntl.lockf(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(120)
"""
_LIBRARIES = [Path("/usr/lib/softhsm/libsofthsm2.so"), *Path("/usr").glob("lib*/*/softhsm/libsofthsm2.so")]


@dataclass(frozen=True)
class Module:
    """A token in a folder of its own. `seals` is a folder of seals whose keys are in it."""

    library: Path
    folder: Path
    seals: Path

    @property
    def pin(self) -> Path:
        return self.folder / "pin"

    def uri(self, label: str, **changes: str) -> str:
        path = {"token": "演示", "object": label} | {name: value for name, value in changes.items() if name in ("token", "object")}
        return f"pkcs11:token={path['token']};object={path['object']}?module-path={self.library}&pin-source=file:{self.pin}"

    def away(self) -> None:
        """As a card that is drawn: the token is gone until `back`."""
        (self.folder / "tokens").rename(self.folder / "drawn")
        (self.folder / "tokens").mkdir()
        forget()

    @contextmanager
    def drawn(self) -> Iterator[None]:
        self.away()
        try:
            yield
        finally:
            self.back()

    @contextmanager
    def hangs(self) -> Iterator[None]:
        """Its calls do not return until the end of this: another process has what they wait for."""
        files = [str(path) for path in (self.folder / "tokens").rglob("*.object")]
        with subprocess.Popen([sys.executable, "-c", _HOLDS, *files], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
            assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
            try:
                yield
            finally:
                holder.kill()

    def back(self) -> None:
        (self.folder / "tokens").rmdir()
        (self.folder / "drawn").rename(self.folder / "tokens")
        forget()


def forget() -> None:
    """This process holds no session any more, as after the module's restart."""
    seal_module._open.clear()
    seal_module._refused.clear()


def installed() -> bool:
    return any(one.exists() for one in _LIBRARIES) and shutil.which("softhsm2-util") is not None


@contextmanager
def softhsm(folder: Path, names: dict[SealKind, str]) -> Iterator[Module]:
    """Skips where SoftHSM2 is not installed (Debian: `apt-get install softhsm2`)."""
    if not installed():
        pytest.skip("SoftHSM2 (Debian: softhsm2) is not installed")
    library = next(one for one in _LIBRARIES if one.exists())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    try:
        new = ["softhsm2-util", "--init-token", "--free", "--label", "演示", "--so-pin", "90000000", "--pin", PIN]
        subprocess.run(new, check=True, capture_output=True)
        forget()
        (folder / "pin").write_text(f"{PIN}\n")
        module = Module(library, folder, folder / "seals")
        _make_seals(module, names)
        yield module
    finally:
        forget()
        if before is None:
            del os.environ["SOFTHSM2_CONF"]
        else:
            os.environ["SOFTHSM2_CONF"] = before


def _make_seals(module: Module, names: dict[SealKind, str]) -> None:
    """Each seal's key is made in the module, and a certificate authority answers its request."""
    module.seals.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "演示"), x509.NameAttribute(NameOID.COMMON_NAME, "演示证书颁发机构")])
    authority = signed(name, name, key.public_key(), key, ca=True)
    (module.seals / "ca.crt.pem").write_bytes(authority.public_bytes(Encoding.PEM))
    for kind, seal in names.items():
        uri = module.uri(kind.value)
        subject = {"country_name": "CN", "organization_name": "演示", "common_name": seal}
        request = x509.load_der_x509_csr(ModuleKey.named(uri).request(subject))
        assert request.is_signature_valid
        public = request.public_key()
        assert isinstance(public, ec.EllipticCurvePublicKey)
        certificate = signed(request.subject, name, public, key)
        (module.seals / f"{kind}.crt.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        (module.seals / f"{kind}.key.uri").write_text(f"{uri}\n")


def signed(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, key: ec.EllipticCurvePrivateKey, *, ca: bool = False
) -> x509.Certificate:
    usage = dict.fromkeys(("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False)
    usage |= {"digital_signature": not ca, "content_commitment": not ca, "key_cert_sign": ca, "crl_sign": ca}
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2022, 6, 28, tzinfo=UTC))
        .not_valid_after(datetime.now(UTC) + timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=0 if ca else None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .sign(key, SHA256())
    )
