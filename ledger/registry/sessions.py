"""会话: begun at a sign-in, found by digest at each click, ended by the person, an administrator, or time."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from domain.refusal import Refusal
from domain.sign_in import Limits, Method
from ledger.registry.keys import Caller, digest, roles_of
from ledger.tables.duty import STANDS_IN
from ledger.tables.registry import Person, Unit
from ledger.tables.sign_in import WebSession
from ledger.vault import vault
from settings import settings

#: A click is put on the record where the last one is older: not each of a hundred a minute.
_APART = timedelta(seconds=15)


class SignedOut(Refusal, code="signed_out"):
    """Nobody is signed in with this token: it is unknown, over, ended, or its person or unit has left."""


class NoSuchSession(Refusal, code="session_unknown"):
    """The person has no session of this id that lasts."""


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in. `token`: what forms of this session's pages carry, so that no other site's can."""

    caller: Caller
    id: UUID
    name: str
    unit_name: str
    token: str
    used_at: datetime


def limits() -> Limits:
    """As the settings are now: what is shortened holds for sessions that run."""
    return Limits(timedelta(minutes=settings().session_idle_minutes), timedelta(hours=settings().session_hours))


def begin(session: Session, person: str, *, method: Method, browser: str, before: str, now: datetime) -> str:
    """A new session with a token of its own, shown this once. `before`: the token that the browser held until now; that
    session ends, and where it was the same person's, pages from then can still be sent. Raises `SignedOut`."""
    holder = session.get(Person, person)
    if holder is None or not holder.active or not session.get_one(Unit, holder.unit).active:
        raise SignedOut
    earlier = _find(session, before)
    lineage = earlier.lineage if earlier is not None and earlier.person == person else uuid4()
    if earlier is not None and earlier.ended_at is None:
        earlier.ended_at = now
    token = secrets.token_urlsafe(32)
    row = WebSession(id=uuid4(), digest=digest(token), lineage=lineage, person=person, unit=holder.unit, method=method, browser=browser)
    row.made_at = row.used_at = now
    session.add(row)
    session.flush()
    return token


def signed_in(session: Session, token: str, *, now: datetime) -> SignedIn:
    """Who is behind a session's token, in one query: the same Caller as with the person's own key. Raises `SignedOut`."""
    asked = _HOLDER.where(WebSession.digest == digest(token))
    found = session.execute(asked, {"now": now}).tuples().one_or_none() if token else None
    if found is None:
        raise SignedOut
    row, person, unit, stands_in = found
    if row.ended_at is not None or limits().over(row.made_at, row.used_at, now):
        raise SignedOut
    if not person.active or not unit.active or person.unit != row.unit:
        raise SignedOut
    caller = Caller(person.code, person.unit, roles_of(person.roles, stands_in))
    return SignedIn(caller, row.id, person.name, unit.name, _form_token(row), row.used_at)


def note_use(session: Session, known: SignedIn, *, now: datetime) -> None:
    """A click. In a technical transaction: no instant of the regulation."""
    session.execute(update(WebSession).where(WebSession.id == known.id, WebSession.used_at < now).values(used_at=now))


def is_due(known: SignedIn, now: datetime) -> bool:
    """Whether this click is to be put on the record."""
    return now - known.used_at >= _APART


def own(session: Session, person: str, *, now: datetime) -> list[WebSession]:
    """The person's sessions that last, the newest first."""
    rows = session.scalars(
        select(WebSession).where(WebSession.person == person, WebSession.ended_at.is_(None)).order_by(WebSession.made_at)
    )
    return [row for row in reversed(rows.all()) if not limits().over(row.made_at, row.used_at, now)]


def end(session: Session, person: str, wanted: UUID, *, now: datetime) -> None:
    """End one of the person's sessions. Raises `NoSuchSession`."""
    row = session.get(WebSession, wanted, with_for_update=True)
    if row is None or row.person != person:
        raise NoSuchSession
    row.ended_at = row.ended_at or now


def end_all(session: Session, person: str, *, but: UUID | None = None, now: datetime) -> int:
    """End all sessions of a person at once, but for this one; gives how many."""
    rows = session.scalars(select(WebSession).where(WebSession.person == person, WebSession.ended_at.is_(None)).with_for_update()).all()
    ended = [row for row in rows if row.id != but]
    for row in ended:
        row.ended_at = now
    return len(ended)


_HOLDER = select(WebSession, Person, Unit, STANDS_IN).join(Person, Person.code == WebSession.person).join(Unit, Unit.code == Person.unit)


def _find(session: Session, token: str) -> WebSession | None:
    return session.scalar(select(WebSession).where(WebSession.digest == digest(token)).with_for_update()) if token else None


def _form_token(row: WebSession) -> str:
    return base64.urlsafe_b64encode(vault().mark("form", row.person, str(row.lineage))).decode().rstrip("=")
