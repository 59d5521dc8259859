"""待人工处理: where a pass ends that cannot go on; a failed pass is repeated, the fifth calls a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from domain.lifecycle import ENDED, Event, State
from ledger.cases.cases import key_of
from ledger.deadlines.clocks import open_limits
from ledger.lifecycle.moves import Lease, move, note
from ledger.lifecycle.remedies import call_a_person, cause_of
from ledger.tables.verifications import Verification
from ledger.vault import Place

FIVE = 5
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)


def need_attention(
    session: Session,
    number: str,
    code: str,
    *,
    at: datetime,
    actor: str,
    lease: Lease | None = None,
    origin: State | None = None,
    note: str = "",
    **detail: Any,
) -> None:
    """Hand the verification to a person, with a fixed code and never the text of an error.

    `note`: what that person needs to know of the case's own data; kept encrypted, for `stuck` alone.
    """
    row = session.get_one(Verification, number, populate_existing=True)
    state = origin or row.state
    if state is State.NEEDS_ATTENTION or state in ENDED:
        return  # a person has it already, or ended it meanwhile
    place = Place("verifications", "attention_note", number)
    move(
        session,
        number,
        Event.ATTENTION_NEEDED,
        state,
        State.NEEDS_ATTENTION,
        at=at,
        actor=actor,
        lease=lease,
        detail={"code": code, **detail},
        attention=code,
        attention_from=state,
        attention_note=key_of(session, row.case).encrypt_text(place, note) if note else None,
        next_instant=_next_due(session, number) or at + timedelta(days=1),
    )
    call_a_person(session, number, code, now=at)


def pass_failed(session: Session, lease: Lease, code: str, *, now: datetime, actor: str) -> None:
    """A pass ended with an error: the next one after a pause that doubles, a person after the fifth."""
    row = session.get_one(Verification, lease.number, populate_existing=True)
    if row.state in ENDED:
        return
    failed = row.failed_passes + 1
    pause = min(_FIRST_PAUSE * 2 ** (failed - 1), _LONGEST_PAUSE)
    note(
        session,
        lease.number,
        Event.PASS_FAILED,
        at=now,
        actor=actor,
        lease=lease,
        detail={"code": code, "count": failed},
        failed_passes=failed,
        next_instant=now + pause,
    )
    if failed >= FIVE and row.state is not State.NEEDS_ATTENTION:
        need_attention(session, lease.number, cause_of(code, "failed_passes"), at=now, actor=actor, lease=lease, last=code)


def _next_due(session: Session, number: str) -> datetime | None:
    ahead = open_limits(session, number)
    return ahead[0].due_at if ahead else None
