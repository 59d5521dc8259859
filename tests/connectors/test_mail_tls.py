"""邮件 over TLS with a login, against a server that requires both and a certificate of the tests' own authority."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from connectors.faults import TransientFault
from connectors.mail import send_mail
from settings import Secret, Settings, WrongSettings
from tests.mailserver import MailServer

READER, USER, PASSWORD = "reader@example.cn", "proofless@example.cn", "p w-7"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1, and its key beside it."""
    folder = tmp_path_factory.mktemp("mail")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.cn")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "crt.pem").write_bytes(made.public_bytes(Encoding.PEM))
    return folder / "crt.pem"


@pytest.fixture(params=["starttls", "tls"])
def secured(request: pytest.FixtureRequest, certificate: Path) -> Iterator[tuple[MailServer, dict[str, Any]]]:
    """A server that takes nothing without TLS and a login, and the settings that fit."""
    own = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    own.load_cert_chain(certificate, certificate.with_name("key.pem"))
    server = MailServer()

    def knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        good = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
        server.logins.append("good" if good else "bad")
        return AuthResult(success=good, handled=False)

    server.options = {"authenticator": knows, "auth_required": True}
    if request.param == "tls":
        server.options |= {"ssl_context": own, "auth_require_tls": False}  # it is inside TLS from the first byte
    else:
        server.options |= {"tls_context": own, "require_starttls": True}
    server.start()
    right = {
        "smtp_host": "127.0.0.1",
        "smtp_port": server.port,
        "smtp_security": request.param,
        "smtp_user": USER,
        "smtp_password": Secret(PASSWORD),
        "smtp_ca_file": certificate,
    }
    yield server, right
    server.stop()


def send(settings: dict[str, Any]) -> None:
    asyncio.run(send_mail(Settings(**settings), "周报", "正文\n", "one", READER))


def test_it_arrives_over_tls_with_a_login(secured: tuple[MailServer, dict[str, Any]]) -> None:
    server, right = secured
    send(right)
    assert server.logins == ["good"] and [message["Subject"] for message in server.kept] == ["周报"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"smtp_password": Secret("another")}, "login_refused"),
        ({"smtp_password": Secret("密码")}, "login_refused"),
        ({"smtp_ca_file": None}, "untrusted"),
    ],
)
def test_what_does_not_fit_is_told_and_nothing_is_sent(
    secured: tuple[MailServer, dict[str, Any]], change: dict[str, Any], code: str
) -> None:
    server, right = secured
    with pytest.raises(TransientFault, match=code):
        send({**right, **change})
    assert server.kept == [] and "good" not in server.logins


def test_a_server_without_starttls_gets_neither_password_nor_text() -> None:
    server = MailServer()
    server.start()
    try:
        with pytest.raises(TransientFault, match="not_offered"):
            send(
                {
                    "smtp_host": "127.0.0.1",
                    "smtp_port": server.port,
                    "smtp_security": "starttls",
                    "smtp_user": USER,
                    "smtp_password": Secret(PASSWORD),
                }
            )
    finally:
        server.stop()
    assert server.seen == []


def test_a_password_never_travels_in_clear() -> None:
    with pytest.raises(WrongSettings, match="SMTP_SECURITY"):
        Settings(smtp_host="127.0.0.1", smtp_user=USER)
