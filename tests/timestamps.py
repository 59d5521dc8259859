"""A timestamp authority for tests: `openssl ts` behind HTTP, with certificates of its own, and in every way in which one can go wrong."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

NAME = "演示时间戳服务"
_SETTINGS = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.crt.pem
certs = {folder}/ca.crt.pem
signer_key = {folder}/tsa.key.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


@dataclass
class Authority:
    """Its address, the folder with `ca.crt.pem`, and how it answers: see `_reply`. `asked` counts requests."""

    folder: Path
    url: str = ""
    how: str = "openssl"
    asked: int = 0
    before: bytes = b""
    responders: dict[str, Callable[[bytes], bytes]] = field(default_factory=dict)  #: OCSP (`tests.responder`), by path

    @property
    def ca(self) -> Path:
        return self.folder / "ca.crt.pem"

    def serves(self, seals: Path, *, trusted: bool = True, first: tuple[str, ...] = ()) -> None:
        """Written into a folder of seals as an administrator would."""
        (seals / "timestamps.txt").write_text("\n".join(["# 时间戳服务", *first, self.url]) + "\n")
        if trusted:
            (seals / "timestamps.ca.pem").write_bytes(self.ca.read_bytes())


def nobody_serves(seals: Path) -> None:
    """The folder names no server any more."""
    for name in ("timestamps.txt", "timestamps.ca.pem"):
        (seals / name).unlink(missing_ok=True)


@contextmanager
def authority(folder: Path, days: float = 3650, *, asked_at: str = "") -> Iterator[Authority]:
    """Its certificate ends after `days` and says that one asks by OCSP there. Skips where openssl is not installed."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    _make(folder, days, asked_at)
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(_SETTINGS.format(folder=folder))
    one, lock = Authority(folder), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Lists of what was revoked (`tests.lasting`)."""
            listed = folder / Path(self.path).name
            self.send_response(200 if listed.is_file() else 404)
            self.end_headers()
            self.wfile.write(listed.read_bytes() if listed.is_file() else b"")

        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            if responder := one.responders.get(self.path):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(responder(query))
                return
            with lock:  # openssl keeps its serial number in a file
                one.asked += 1
                how, reply = one.how, _reply(one, query)
            if how == "drips":  # its head, a byte at a time: each in time by itself
                self._write(b"HTTP/1.0 200 OK\r\n" + b"X-Padding: 0\r\n" * 3, 1, 0.1)
                return
            self.send_response(503 if how == "error" else 200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self._write(reply, 200, 0.3 if how == "slow" else 0)

        def _write(self, reply: bytes, at_once: int, pause: float) -> None:
            try:
                for start in range(0, len(reply), at_once):
                    self.wfile.write(reply[start : start + at_once])
                    time.sleep(pause)
            except OSError:
                pass  # whoever asked has left

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    one.url = f"http://127.0.0.1:{server.server_port}/tsa"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _reply(one: Authority, query: bytes) -> bytes:
    request = tsp.TimeStampReq.load(query)
    if one.how == "nonsense":
        return b"<html>busy</html>"
    if one.how == "large":
        return bytes(100_000)
    if one.how == "replay":
        return one.before
    if one.how == "other_nonce":
        request["nonce"] = 7
    if one.how == "other_digest":
        request["message_imprint"]["hashed_message"] = bytes(32)
    if one.how == "refuse":
        request["message_imprint"]["hash_algorithm"] = {"algorithm": "sha1"}
        request["message_imprint"]["hashed_message"] = bytes(20)
    if one.how in ("future", "past", "no_usage"):
        return _dummy(one, request, "plain" if one.how == "no_usage" else "tsa", timedelta(hours={"future": 1, "past": -1}.get(one.how, 0)))
    one.before = _openssl(one.folder, request.dump(force=True))
    if one.how == "forged":
        response = tsp.TimeStampResp.load(one.before)
        (signer,) = response["time_stamp_token"]["content"]["signer_infos"]
        signer["signature"] = signer["signature"].native[:-1] + bytes([signer["signature"].native[-1] ^ 1])
        return bytes(response.dump())
    return one.before


def _openssl(folder: Path, query: bytes) -> bytes:
    (folder / "query.tsq").write_bytes(query)
    command = ["openssl", "ts", "-reply", "-config", folder / "tsa.cnf", "-queryfile", folder / "query.tsq", "-out", folder / "reply.tsr"]
    subprocess.run(list(map(str, command)), check=True, capture_output=True)
    return (folder / "reply.tsr").read_bytes()


def _dummy(one: Authority, request: tsp.TimeStampReq, who: str, shift: timedelta) -> bytes:
    """What openssl refuses to do: by pyHanko's own server for tests."""
    certificate = asn1_x509.Certificate.load(
        x509.load_pem_x509_certificate((one.folder / f"{who}.crt.pem").read_bytes()).public_bytes(Encoding.DER)
    )
    key = asn1_keys.PrivateKeyInfo.load((one.folder / f"{who}.key.der").read_bytes())
    store = SimpleCertificateStore()
    server = DummyTimeStamper(certificate, key, store, fixed_dt=datetime.now(UTC) + shift)
    return bytes(server.request_tsa_response(request).dump())


def _make(folder: Path, days: float, asked_at: str) -> None:
    """An authority, its certificate for timestamps, and one without that usage."""
    ca = ec.generate_private_key(ec.SECP256R1())
    root = _certificate("演示时间戳根证书", ca, None, ca, None)
    (folder / "ca.crt.pem").write_bytes(root.public_bytes(Encoding.PEM))
    (folder / "ca.key.pem").write_bytes(ca.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    for who, usage in (("tsa", ExtendedKeyUsageOID.TIME_STAMPING), ("plain", ExtendedKeyUsageOID.CLIENT_AUTH)):
        key = rsa.generate_private_key(65537, 2048)
        certificate = _certificate(NAME, key, root.subject, ca, usage, days, asked_at)
        (folder / f"{who}.crt.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        (folder / f"{who}.key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        (folder / f"{who}.key.der").write_bytes(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


def go_between(one: Authority, asked_at: str = "") -> Path:
    """From now on its timestamps stand under an authority between it and its root, as a public one's do; gives that one's folder."""
    folder = one.folder / "between"
    folder.mkdir()
    root, own = x509.load_pem_x509_certificate(one.ca.read_bytes()), load_pem_private_key((one.folder / "ca.key.pem").read_bytes(), None)
    server = load_pem_private_key((one.folder / "tsa.key.pem").read_bytes(), None)
    assert isinstance(own, ec.EllipticCurvePrivateKey) and isinstance(server, rsa.RSAPrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    between = _certificate("演示时间戳中间证书", key, root.subject, own, None, asked_at=asked_at)
    (folder / "ca.crt.pem").write_bytes(between.public_bytes(Encoding.PEM))
    (folder / "ca.key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    certificate = _certificate(NAME, server, between.subject, key, ExtendedKeyUsageOID.TIME_STAMPING, asked_at=asked_at)
    (one.folder / "tsa.crt.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    settings = (one.folder / "tsa.cnf").read_text()
    (one.folder / "tsa.cnf").write_text(settings.replace(f"certs = {one.folder}/", f"certs = {folder}/"))
    return folder


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    issuer: x509.Name | None,
    by: ec.EllipticCurvePrivateKey,
    usage: x509.ObjectIdentifier | None,
    days: float = 3650,
    asked_at: str = "",
) -> x509.Certificate:
    """An authority's own where it has no `usage`."""
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "演示"), x509.NameAttribute(NameOID.COMMON_NAME, name)])
    may = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
    )
    may |= {"digital_signature": usage is not None, "key_cert_sign": usage is None, "crl_sign": usage is None}
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=usage is None, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**may), critical=True)
    )
    if usage is not None:
        made = made.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
    if asked_at:
        way = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(asked_at))
        made = made.add_extension(x509.AuthorityInformationAccess([way]), critical=False)
    return made.sign(by, SHA256())
