"""Certificates and registered seals for tests: each step by the person who may take it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from domain.seals import KeyKind, SealKind
from ledger.sealing import seal_register
from ledger.sealing.seal_register import Filing
from tests.ledger.acting import do
from tests.ledger.filing import NOW

UNIT, ONE, TWO = "370402-OFFICE", "person:demo-admin", "person:demo-office-1"
FILING = Filing("演备〔2026〕1号", NOW.date() - timedelta(days=1))


def certificate(
    start: datetime = datetime(2022, 6, 28, tzinfo=UTC),
    end: datetime = datetime(2036, 1, 1, tzinfo=UTC),
    *,
    organization: str = "演示",
    signs: bool = True,
    authority: bool = False,
) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, organization), x509.NameAttribute(x509.NameOID.COMMON_NAME, "演示印章")]
    )
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign", "encipher_only", "decipher_only"),
        False,
    )
    usage = {**usage, "key_agreement": not signs and not authority, "key_cert_sign": authority, "digital_signature": signs}
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .sign(key, SHA256())
    )


def pem(**more: object) -> str:
    return certificate(**more).public_bytes(Encoding.PEM).decode()  # type: ignore[arg-type]


def applied(kind: SealKind = SealKind.SHARE, replaces: UUID | None = None, now: datetime = NOW) -> UUID:
    return do(seal_register.apply, kind, "演示专用章", UNIT, replaces, now=now, actor=ONE).id


def made(text: str, kind: SealKind = SealKind.SHARE, replaces: UUID | None = None, now: datetime = NOW) -> UUID:
    """Made by two and filed, and not yet in use."""
    seal = applied(kind, replaces, now)
    do(seal_register.ask_making, seal, text, KeyKind.DEVELOPMENT, "share.key.pem", FILING, now=now, actor=ONE)
    do(seal_register.confirm, seal, now=now, actor=TWO)
    return seal


def in_use(text: str, kind: SealKind = SealKind.SHARE, now: datetime = NOW) -> UUID:
    """In the place of the one that is in use, if any."""
    before = do(seal_register.in_force, now=now).get(kind)
    seal = made(text, kind, before.id if before else None, now)
    do(seal_register.start, seal, now=now, actor=ONE)
    return seal


def cancelled(seal: UUID, now: datetime = NOW) -> None:
    do(seal_register.ask_cancellation, seal, "密钥介质遗失", now=now, actor=ONE)
    do(seal_register.confirm, seal, now=now, actor=TWO)
