"""口令登录: a one-time link by which a person sets a password and a second factor, and the sign-in with both.

Argon2id and TOTP (RFC 9106, RFC 6238) are the library's whose encryption the ledger uses. Whatever is wrong with a sign-in, the
work is the same and so are the words.
"""

from __future__ import annotations

import base64
import hmac
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from domain.instants import is_past
from domain.refusal import Refusal
from domain.sign_in import LINK_LASTS, password_fault, same_password
from ledger.registry import sessions
from ledger.registry.keys import UnknownHolder, digest
from ledger.tables.registry import Person, Unit
from ledger.tables.sign_in import Credential, SignInLink
from ledger.vault import Place, vault
from settings import settings

_STEP = 30  #: seconds of a code; that of the step before and of the one after is taken too, for telephones whose clock is off
ISSUER = "无证明办事"


class LinkGone(Refusal, code="link_gone"):
    """The link is unknown, used, over, or its person has left."""


class PasswordRefused(Refusal, code="password_refused"):
    """The password that somebody chose; the text says why."""


class CodeWrong(Refusal, code="code_wrong"):
    """The code is not the one that the telephone shows for the secret on the page."""


class SignInRefused(Refusal, code="sign_in_refused"):
    """Person, password or code: which one was wrong is not said."""


@dataclass(frozen=True)
class Opened:
    """What a link is for, while it opens. `secret`: of the second factor that would be set with it, in Base32; `address`: for
    its QR code."""

    person: str
    name: str
    unit_name: str
    straight: bool
    secret: str
    address: str


def make_link(session: Session, person: str, *, straight: bool = False, now: datetime, actor: str) -> str:
    """The token of a new one-time link; the person's earlier ones open no more. Raises `UnknownHolder`."""
    holder = session.get(Person, person)
    if holder is None or not holder.active:
        raise UnknownHolder(f"没有在册的人员:{person}。", remedy="先用 ./run import people 导入名册。")
    _end_links(session, person, now)
    token = secrets.token_urlsafe(32)
    row = SignInLink(id=uuid4(), digest=digest(token), person=person, straight=straight, made_at=now, made_by=actor)
    row.expires_at = now + LINK_LASTS
    session.add(row)
    session.flush()
    return token


def open_link(session: Session, token: str, *, now: datetime) -> Opened:
    """What the link is for; it stays open. Raises `LinkGone`."""
    row, person, unit = _link(session, token, now)
    totp = _totp(_secret_of(token))
    secret = base64.b32encode(_secret_of(token)).decode()
    return Opened(person.code, person.name, unit.name, row.straight, secret, totp.get_provisioning_uri(person.code, ISSUER))


def use_straight(session: Session, token: str, *, now: datetime) -> str:
    """演示: the link's person, who needs nothing else. Raises `LinkGone` in whatever is no demonstration."""
    row, person, _ = _link(session, token, now)
    if not (row.straight and is_demonstration()):
        raise LinkGone
    row.used_at = now
    return person.code


def is_demonstration() -> bool:
    """A sandbox plays the district's sources, and the seal reads 演示."""
    return bool(settings().sandbox_url) and settings().seal_development


def hashed(password: str) -> str:
    """Slow on purpose: outside of a transaction."""
    return _argon2(os.urandom(16)).derive_phc_encoded(same_password(password).encode())


def check_new(session: Session, token: str, password: str, code: str, *, now: datetime) -> int:
    """Whether password and code can be set with this link; gives the code's step. Raises `LinkGone`, `PasswordRefused`, `CodeWrong`."""
    _, person, _ = _link(session, token, now)
    if fault := password_fault(same_password(password), person.code):
        raise PasswordRefused(fault)
    step = _step_of(_secret_of(token), code, now)
    if step is None:
        raise CodeWrong
    return step


def set_up(session: Session, token: str, password_hash: str, step: int, *, now: datetime) -> str:
    """Set both, use the link up, end every session of the person; gives the person. Raises `LinkGone`."""
    link, person, _ = _link(session, token, now)
    link.used_at = now
    known = session.scalar(select(Credential).where(Credential.person == person.code).with_for_update())
    row = known or Credential(id=uuid4(), person=person.code)
    row.password, row.totp_step, row.set_at = password_hash, step, now
    row.totp = vault().encrypt(Place("credentials", "totp", row.id), _secret_of(token))
    session.add(row)
    sessions.end_all(session, person.code, now=now)
    return person.code


@dataclass(frozen=True)
class Known:
    """What is kept of a person who wants to sign in; of one who is not there, something that fits no password."""

    person: str
    password: str
    totp: bytes

    def __repr__(self) -> str:
        return f"Known({self.person})"


def find(session: Session, person: str) -> Known:
    """By the code that somebody typed."""
    row = session.scalar(
        select(Credential)
        .join(Person, Person.code == Credential.person)
        .join(Unit, Unit.code == Person.unit)
        .where(Credential.person == person, Credential.password != "", Person.active.is_(True), Unit.active.is_(True))
    )
    if row is None:
        return Known("", _NOBODYS, bytes(20))
    return Known(row.person, row.password, vault().decrypt(Place("credentials", "totp", row.id), row.totp))


def matching(known: Known, password: str, code: str, *, now: datetime) -> int:
    """The step of the code, where password and code are right. Slow on purpose: outside of a transaction. Raises `SignInRefused`."""
    right = True
    try:
        Argon2id.verify_phc_encoded(same_password(password).encode(), known.password)
    except InvalidKey:
        right = False
    step = _step_of(known.totp, code, now)
    if not right or step is None or not known.person:
        raise SignInRefused
    return step


def use_step(session: Session, known: Known, step: int) -> None:
    """A code signs in once. Raises `SignInRefused`."""
    mine = Credential.person == known.person, Credential.password == known.password, Credential.totp_step < step
    if not session.scalars(update(Credential).where(*mine).values(totp_step=step).returning(Credential.id)).all():
        raise SignInRefused


def take_back(session: Session, person: str, *, now: datetime) -> int:
    """Links, password and second factor open nothing any more, and all sessions end; gives how many sessions."""
    _end_links(session, person, now)
    for row in session.scalars(select(Credential).where(Credential.person == person).with_for_update()):
        row.password, row.set_at = "", now
    return sessions.end_all(session, person, now=now)


def _link(session: Session, token: str, now: datetime) -> tuple[SignInLink, Person, Unit]:
    query = select(SignInLink, Person, Unit).join(Person, Person.code == SignInLink.person).join(Unit, Unit.code == Person.unit)
    found = session.execute(query.where(SignInLink.digest == digest(token)).with_for_update(of=SignInLink)).tuples().one_or_none()
    if found is None:
        raise LinkGone
    row, person, unit = found
    if row.used_at is not None or row.ended_at is not None or is_past(row.expires_at, now) or not (person.active and unit.active):
        raise LinkGone
    return row, person, unit


def _end_links(session: Session, person: str, now: datetime) -> None:
    still = SignInLink.person == person, SignInLink.used_at.is_(None), SignInLink.ended_at.is_(None)
    session.execute(update(SignInLink).where(*still).values(ended_at=now))


def _secret_of(token: str) -> bytes:
    """The link's own second factor: the page that shows it and the form that comes back need nothing kept between them."""
    return vault().mark("totp", token)[:20]


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, 6, SHA1(), _STEP)  # SHA-1 is what every authenticator on a telephone speaks


def _step_of(secret: bytes, code: str, now: datetime) -> int | None:
    """The step that this code belongs to. Telephones go by the wall clock. Each is compared, whichever fits."""
    at, typed = int(settings().wall(now).timestamp()) // _STEP, "".join(code.split()).encode()
    fitting = [step for step in (at - 1, at, at + 1) if hmac.compare_digest(_totp(secret).generate(step * _STEP), typed)]
    return fitting[0] if fitting else None


def _argon2(salt: bytes) -> Argon2id:
    return Argon2id(salt=salt, length=32, iterations=3, lanes=1, memory_cost=64 * 1024)


#: What an unknown person's password is compared with: 32 bytes that no password is known for.
_NOBODYS = "$argon2id$v=19$m=65536,t=3,p=1$" + base64.b64encode(bytes(16)).decode().rstrip("=") + "$" + "A" * 43
