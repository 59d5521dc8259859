"""本人查询: a code that a clerk makes for the person before him, opened once, and what the browser holds from then on.

Whatever is wrong with a code, the words are the same. Of codes and tokens digests alone are kept; that of a code is
keyed, since eight figures are soon tried.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, literal, select, update
from sqlalchemy.orm import Session

from domain.instants import is_past
from domain.quotas import Window
from domain.refusal import Refusal
from domain.roles import IdType
from domain.subject_access import CODE_LASTS, CODES_A_DAY, LOOK_LASTS, WRONG_CODES, Identified, new_code, new_number
from ledger.actor import person_of
from ledger.cases.cases import lookup_of
from ledger.outbox.alarms import clear_alarms, raise_alarm
from ledger.tables.effects import Alarm
from ledger.tables.registry import Unit
from ledger.tables.subject_access import SubjectLook
from ledger.vault import vault

ALARM = "many_subject_codes"
NEWEST = 50  #: that a person is shown of his own looks
_FORGOTTEN = "erased:"


class LookOver(Refusal, code="look_over"):
    """Nobody looks with this token: it is unknown, or its time is over."""


@dataclass(frozen=True)
class MadeCode:
    """A look and its code, which is shown this once."""

    look: SubjectLook
    code: str

    def __repr__(self) -> str:
        return "MadeCode(…)"


def make(session: Session, id_type: IdType, id_number: str, identified: Identified, *, unit: str, now: datetime, actor: str) -> MadeCode:
    """A code for the person with this number, by who has checked that it is he; his earlier codes and looks end. A person of whom the
    ledger knows nothing gets one like any other: the clerk is not told which it is."""
    lookup, code, look = lookup_of(id_type, id_number), new_code(), uuid4()
    turn = func.hashtextextended(f"looks of {lookup}", 0)
    session.execute(select(func.pg_advisory_xact_lock(turn)))  # of two windows at once the later ends the earlier one's
    standing = SubjectLook.lookup == lookup, SubjectLook.ended_at.is_(None)
    session.execute(update(SubjectLook).where(*standing).values(ended_at=now))
    row = SubjectLook(id=look, number=_free_number(session), lookup=lookup, identified=identified, unit=unit, made_at=now, made_by=actor)
    row.code_digest, row.expires_at = _digest(row, code), now + CODE_LASTS
    session.add(row)
    session.flush()
    _watch(session, actor, now)
    return MadeCode(row, code)


def open_with(session: Session, number: str, code: str, *, now: datetime) -> str | None:
    """The token of the look that begins; None where number or code is wrong, over, used, or tried too often. A wrong try is counted:
    the caller lets the transaction end in either case."""
    row = session.scalar(select(SubjectLook).where(SubjectLook.number == number).with_for_update())
    right = hmac.compare_digest(_digest(row, code), row.code_digest if row else "")
    if row is None or row.opened_at is not None or row.ended_at is not None or row.wrong >= WRONG_CODES or is_past(row.expires_at, now):
        return None
    if not right:
        row.wrong += 1
        return None
    token = secrets.token_urlsafe(32)
    row.opened_at, row.token_digest = now, _token_digest(token)
    return token


def find(session: Session, token: str, *, now: datetime) -> SubjectLook:
    """The look of who holds this token, held until the transaction ends. Raises `LookOver`."""
    row = session.scalar(select(SubjectLook).where(SubjectLook.token_digest == _token_digest(token)).with_for_update()) if token else None
    if row is None or row.opened_at is None or row.ended_at is not None or is_past(row.opened_at + LOOK_LASTS, now):
        raise LookOver
    return row


def end(session: Session, token: str, *, now: datetime) -> None:
    """The person has seen it. Raises `LookOver`."""
    find(session, token, now=now).ended_at = now


def of(session: Session, look: SubjectLook) -> list[tuple[SubjectLook, str]]:
    """The looks at the same person, this one among them, with the name of the unit that made its code; the newest `NEWEST`."""
    query = select(SubjectLook, Unit.name).join(Unit, Unit.code == SubjectLook.unit).where(SubjectLook.lookup == look.lookup)
    return list(session.execute(query.order_by(SubjectLook.made_at.desc()).limit(NEWEST)).tuples())


def tidy(session: Session, term: timedelta, *, now: datetime) -> None:
    """Once a day: what is older than `term` finds nobody any more, as parties whose time is over; an alarm of yesterday is over."""
    old = SubjectLook.made_at + term <= now, ~SubjectLook.lookup.startswith(_FORGOTTEN)
    session.execute(update(SubjectLook).where(*old).values(lookup=literal(_FORGOTTEN) + SubjectLook.number))
    yesterdays = Alarm.kind == ALARM, Alarm.cleared_at.is_(None), Alarm.raised_at < Window.DAY.since(now)
    clear_alarms(session, [ALARM], session.scalars(select(Alarm.subject).where(*yesterdays)).all(), now=now)


def _watch(session: Session, actor: str, now: datetime) -> None:
    mine = SubjectLook.made_by == actor, SubjectLook.made_at >= Window.DAY.since(now)
    made = session.scalar(select(func.count()).select_from(SubjectLook).where(*mine)) or 0
    if made > CODES_A_DAY:
        told = f"{person_of(actor)}:今天生成本人查询码超过 {CODES_A_DAY} 个,请向其单位核实是否都是申请人本人要求的。"
        raise_alarm(session, ALARM, person_of(actor), told, now=now)


def _free_number(session: Session) -> str:
    while True:
        number = new_number()
        if session.scalar(select(SubjectLook.id).where(SubjectLook.number == number)) is None:
            return number


def _digest(row: SubjectLook | None, code: str) -> str:
    return vault().mark("subject look", str(row.id) if row else "", code).hex()


def _token_digest(token: str) -> str:
    return vault().mark("subject token", token).hex()
