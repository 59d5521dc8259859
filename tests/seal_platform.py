"""An e-seal platform for tests (Cloud Signature Consortium API v2 over TLS) that enforces its rules, and in every way in which one can
go wrong."""

from __future__ import annotations

import secrets
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from connectors import seal_platform
from domain.seals import SealKind
from tests.patience import wait_until
from tests.seal_module import signed

PIN, SECRET = "20260301", "only-for-tests"


@dataclass
class Given:
    """One authorisation (SAD): for which digest, until when. Used once."""

    credential: str
    digest: str
    until: float


@dataclass
class Platform:
    """`how` it answers: see `_sign`. `log`: of each signature the `clientData` that came with it. `seals`: a folder of seals whose keys it
    holds; `signed`: set when a signature was made, `goes_on`: awaited before it is sent (with `how` "holds"), as are four
    of them `together`."""

    folder: Path
    seals: Path
    port: int = 0
    how: str = ""
    lasts: int = 300
    status: str = "valid"
    enabled: str = "enabled"
    scal: str = "2"
    pin_tries: int = 0
    tokens: int = 0
    log: list[str] = field(default_factory=list)
    signed: threading.Event = field(default_factory=threading.Event)
    goes_on: threading.Event = field(default_factory=threading.Event)
    together: threading.Barrier = field(default_factory=lambda: threading.Barrier(4))
    keys: dict[str, tuple[ec.EllipticCurvePrivateKey, bytes]] = field(default_factory=dict)
    access: set[str] = field(default_factory=set)
    sads: dict[str, Given] = field(default_factory=dict)
    server: Any = None

    @property
    def pin(self) -> Path:
        return self.folder / "pin"

    def uri(self, credential: str, **changes: str) -> str:
        given = {"credential": credential, "client": "proofless", "secret-source": f"file:{self.folder / 'secret'}"}
        given |= {"pin-source": f"file:{self.pin}", "ca-source": f"file:{self.folder / 'tls.pem'}"} | changes
        return f"https://127.0.0.1:{self.port}/csc/v2?" + "&".join(f"{name}={value}" for name, value in given.items() if value)

    def away(self) -> None:
        """Nobody listens any more, until `back`."""
        _stop(self.server)

    def back(self) -> None:
        self.server = _serve(self)


def forget() -> None:
    """As after a restart of this process."""
    seal_platform._refused_pins.clear()


@contextmanager
def platform(folder: Path, names: dict[SealKind, str]) -> Iterator[Platform]:
    folder.mkdir(parents=True, exist_ok=True)
    one = Platform(folder, folder / "seals")
    (folder / "pin").write_text(f"{PIN}\n")
    (folder / "secret").write_text(f"{SECRET}\n")
    _make_tls(folder)
    one.server = _serve(one)
    _make_seals(one, names)
    forget()
    try:
        yield one
    finally:
        one.goes_on.set()
        _stop(one.server)
        forget()


def _serve(one: Platform) -> tuple[uvicorn.Server, threading.Thread]:
    tls = {"ssl_certfile": str(one.folder / "tls.pem"), "ssl_keyfile": str(one.folder / "tls.key")}
    server = uvicorn.Server(
        uvicorn.Config(_application(one), "127.0.0.1", one.port, log_level="critical", timeout_graceful_shutdown=1, **tls)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started, 20, "the platform listens")
    one.port = server.servers[0].sockets[0].getsockname()[1]
    return server, thread


def _stop(running: tuple[uvicorn.Server, threading.Thread]) -> None:
    running[0].should_exit = running[0].force_exit = True
    running[1].join()


def _application(one: Platform) -> FastAPI:
    application = FastAPI()

    @application.post("/csc/v2/oauth2/token")
    async def token(request: Request) -> Response:
        form = dict(pair.split("=") for pair in (await request.body()).decode().split("&"))
        if (form["grant_type"], form["client_id"], form["client_secret"]) != ("client_credentials", "proofless", SECRET):
            return _no("invalid_client", status=401)
        one.tokens += 1
        made = secrets.token_hex(16)
        one.access.add(made)
        return JSONResponse({"access_token": made, "token_type": "Bearer", "expires_in": 3600})

    @application.post("/csc/v2/credentials/info")
    async def info(request: Request) -> Response:
        body = await request.json()
        if wrong := _refused(one, request, body):
            return wrong
        certificate = {"status": one.status, "certificates": [b64encode(one.keys[body["credentialID"]][1]).decode()]}
        return JSONResponse(
            {"key": {"status": one.enabled, "algo": ["1.2.840.10045.4.3.2"]}, "cert": certificate, "SCAL": one.scal, "multisign": 1}
        )

    @application.post("/csc/v2/credentials/authorize")
    async def authorize(request: Request) -> Response:
        body = await request.json()
        if wrong := _refused(one, request, body):
            return wrong
        if body["authData"] != [{"id": "PIN", "value": PIN}]:
            one.pin_tries += 1
            return _no("invalid_pin")
        if one.how == "refuses" or one.status != "valid" or one.enabled != "enabled":
            return _no("access_denied")
        (digest,) = body["hashes"]
        assert body["numSignatures"] == 1 and body["hashAlgorithmOID"] == "2.16.840.1.101.3.4.2.1" and len(b64decode(digest)) == 32
        sad = secrets.token_hex(16)
        one.sads[sad] = Given(body["credentialID"], digest, time.monotonic() + one.lasts)
        return JSONResponse({"SAD": sad, "expiresIn": one.lasts})

    @application.post("/csc/v2/signatures/signHash")
    def sign(body: dict[str, Any], request: Request) -> Response:
        if wrong := _refused(one, request, body):
            return wrong
        given = one.sads.pop(body.get("SAD", ""), None)  # once
        if given is None or given.credential != body["credentialID"]:
            return _no("invalid_request", "Invalid parameter SAD")
        if time.monotonic() > given.until:
            return _no("invalid_request", "SAD expired")
        if body["hashes"] != [given.digest] or (body["signAlgo"], body["operationMode"]) != ("1.2.840.10045.4.3.2", "S"):
            return _no("invalid_request", "Hash is not authorized by the SAD")
        return _sign(one, given, body["clientData"])

    return application


def _refused(one: Platform, request: Request, body: dict[str, Any]) -> Response | None:
    if request.headers.get("authorization", "").removeprefix("Bearer ") not in one.access:
        return _no("invalid_token", status=401)
    if one.how == "error":
        return _no("server_error", status=503)
    return None if body.get("credentialID") in one.keys else _no("invalid_request", "Invalid parameter credentialID")


def _sign(one: Platform, given: Given, use: str) -> Response:
    key, digest = one.keys[given.credential][0], b64decode(given.digest)
    if one.how == "other_digest":
        digest = bytes(32)
    if one.how == "other_key":
        key = ec.generate_private_key(ec.SECP256R1())
    made = b64encode(key.sign(digest, ec.ECDSA(Prehashed(SHA256())))).decode()
    one.log.append(use)
    one.signed.set()
    match one.how:
        case "slow":
            time.sleep(1)
        case "together":
            one.together.wait(60)
        case "holds":
            one.goes_on.wait(60)
        case "nonsense":
            return Response("<html>busy</html>", media_type="text/html")
        case "large":
            return Response(b" " * 400_000)
        case "elsewhere":
            return RedirectResponse("https://127.0.0.1:1/")
    return JSONResponse({"signatures": {"twice": [made, made], "none": []}.get(one.how, [made])})


def _no(code: str, description: str = "", *, status: int = 400) -> Response:
    return JSONResponse({"error": code, "error_description": description}, status)


def _make_tls(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=30)
        )
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    (folder / "tls.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "tls.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _make_seals(one: Platform, names: dict[SealKind, str]) -> None:
    one.seals.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "演示"), x509.NameAttribute(NameOID.COMMON_NAME, "演示签章平台颁发机构")]
    )
    (one.seals / "ca.crt.pem").write_bytes(signed(issuer, issuer, key.public_key(), key, ca=True).public_bytes(Encoding.PEM))
    for kind, name in names.items():
        mine = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "演示"), x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = signed(subject, issuer, mine.public_key(), key)
        one.keys[kind.value] = mine, certificate.public_bytes(Encoding.DER)
        (one.seals / f"{kind}.crt.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        (one.seals / f"{kind}.key.uri").write_text(f"{one.uri(kind.value)}\n")
