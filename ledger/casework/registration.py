"""登记办件: a case with its parties and its promise; a moved promise moves the clocks, with a reason (reading 10)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.calendar import MissingYear
from domain.identity import person_key
from domain.lifecycle import OPEN, Event
from domain.limits import HandlingType, promise_end
from domain.reasons import PromiseReason
from domain.records import Cause
from domain.refusal import Refusal
from domain.roles import Channel, IdType, PartyRole
from domain.spelling import same_name
from ledger.calendars.calendars import calendar
from ledger.cases.cases import case_key, find
from ledger.lifecycle.moves import note
from ledger.outbox.alarms import raise_alarm
from ledger.succession import matter_codes
from ledger.supervision import recomputing
from ledger.tables.cases import Case, Party
from ledger.tables.verifications import Verification
from ledger.vault import Place, vault

_LONGEST_CASE = timedelta(days=3 * 365)  #: nothing that is still under way was accepted earlier
_WATCHES_DIFFER = timedelta(hours=1)  #: between a department's system and ours


@dataclass(frozen=True)
class PartyData:
    """当事人 as the requesting unit sent it: checked before it comes here."""

    role: PartyRole
    id_type: IdType
    id_number: str
    name: str

    def __repr__(self) -> str:
        return f"PartyData({self.role})"


@dataclass(frozen=True)
class CaseData:
    """办件 as the requesting unit sent it; all instants aware. `promised_days`: working days, where no instant came."""

    number: str
    matter: str
    handling: HandlingType
    accepted_at: datetime
    promise_end: datetime | None
    promised_days: int | None
    promise_reason: PromiseReason | None
    channel: Channel
    origin_system: str | None
    parties: tuple[PartyData, ...]


class CaseClosed(Refusal, code="case_closed", obligation="15.4"):
    """A closed case is not changed any more."""


class CaseFixed(Refusal, code="case_fixed"):
    """Verifications rest on its matter and handling type: these stay."""


class CaseTaken(Refusal, code="case_taken", obligation="15.4"):
    """The number that somebody gives a new case belongs to another one: two citizens would be mixed."""


class NameDiffers(Refusal, code="name_differs", obligation="15.4"):
    """The same identity number was registered in this case under another name."""


class AcceptedWrong(Refusal, code="accepted_at_wrong"):
    """Accepted after now, or years ago: a slip of the pen, on which limits and calendars would rest."""


class PromisePassed(Refusal, code="promise_passed", obligation="10.8"):
    """The promised instant, or the one that the promised days lead to, lies in the past."""


class PromiseReasonNeeded(Refusal, code="promise_reason_needed", obligation="10.8"):
    """Open verifications rest on the promise: whoever moves it says why."""


def register(session: Session, unit: str, data: CaseData, *, only_new: bool = False, now: datetime, actor: str) -> bool:
    """Write the case and add its parties; True where it is new. Sending the same again changes nothing. `only_new`: what differs
    from a case of this number is refused (`CaseTaken`), as where a person types the number.

    Parties are only ever added: a verification may already rest on one. A moved promise recomputes the limits of open
    verifications, with its reason on the record. Raises `AcceptedWrong`, `CaseClosed`, `CaseFixed`, `NameDiffers`,
    `PromisePassed`, `PromiseReasonNeeded`; then nothing may be committed.
    """
    case = find(session, unit, data.number, for_update=True)
    new = case is None
    if case is not None and data.matter != case.matter and data.matter in matter_codes(session, case.matter):
        data = replace(data, matter=case.matter)  # the same matter under another code: the case keeps the one that it bore
    if (case is None or case.accepted_at != data.accepted_at) and not _plausible(data.accepted_at, now):
        raise AcceptedWrong
    promised = _promised(session, data, now)
    if case is not None and only_new and not _is_the_same(session, case, data, promised):
        raise CaseTaken
    if case is None:
        case_id = uuid4()
        wrapped, master = vault().new_case_key(case_id)
        case = Case(id=case_id, unit=unit, number=data.number, registered_at=now, registered_by=actor)
        case.data_key, case.master_key, case.closed_at = wrapped, master, None
        session.add(case)
    elif case.closed_at is not None:
        raise CaseClosed
    moved = not new and (case.promise_end, case.promised_days) != (promised, data.promised_days)
    if (new or moved) and promised is not None and promised <= now:
        raise PromisePassed
    resting = [] if new else list(session.scalars(select(Verification).where(Verification.case == case.id)))
    if resting and (case.matter, case.handling) != (data.matter, data.handling):
        raise CaseFixed
    waiting = [row.number for row in resting if row.state in OPEN]
    if moved and waiting and not data.promise_reason:
        raise PromiseReasonNeeded
    case.matter, case.handling, case.accepted_at = data.matter, data.handling, data.accepted_at
    case.promise_end, case.promised_days, case.promise_derived = promised, data.promised_days, data.promised_days is not None
    case.channel, case.origin_system = data.channel, data.origin_system
    session.flush()
    for party in data.parties:
        _add_party(session, case, party)
    if moved and data.promise_reason:
        for number in sorted(waiting):
            _move_promise(session, number, case, data.promise_reason, now=now, actor=actor)
    return new


def _is_the_same(session: Session, case: Case, data: CaseData, promised: datetime | None) -> bool:
    kept = case.matter, case.handling, case.accepted_at, case.promise_end, case.promised_days, case.channel
    parties = set(session.execute(select(Party.lookup, Party.role).where(Party.case == case.id)).tuples())
    return kept == (data.matter, data.handling, data.accepted_at, promised, data.promised_days, data.channel) and parties == {
        (_lookup(party), party.role) for party in data.parties
    }


def _lookup(party: PartyData) -> str:
    return vault().lookup(*person_key(party.id_type, party.id_number))


def _plausible(accepted_at: datetime, now: datetime) -> bool:
    return now - _LONGEST_CASE <= accepted_at <= now + _WATCHES_DIFFER


def _promised(session: Session, data: CaseData, now: datetime) -> datetime | None:
    """The promised instant; None where none was promised, or where its year has no calendar yet (reading 25)."""
    if data.promised_days is None:
        return data.promise_end
    try:
        return promise_end(data.accepted_at, data.promised_days, calendar(session))
    except MissingYear as missing:
        text = f"{missing.year} 年的工作日历尚未录入,有办件的承诺时限暂记“未定”。请录入日历,时限将自动补算。"
        raise_alarm(session, "calendar_missing", str(missing.year), text, now=now)
        return None


def _move_promise(session: Session, number: str, case: Case, reason: PromiseReason, *, now: datetime, actor: str) -> None:
    until = case.promise_end.isoformat() if case.promise_end else "undetermined"
    note(session, number, Event.PROMISE_MOVED, at=now, actor=actor, detail={"until": until, "reason": reason.value})
    recomputing.recompute(session, number, now=now, actor=actor, cause=Cause.PROMISE)


def _add_party(session: Session, case: Case, data: PartyData) -> None:
    lookup = _lookup(data)
    known = session.scalar(select(Party).where(Party.case == case.id, Party.lookup == lookup))
    key = case_key(case)
    if known is not None:
        if not same_name(key.decrypt_text(Place("parties", "name", known.id), known.name), data.name):
            raise NameDiffers
        known.role = data.role
        return
    party = uuid4()
    session.add(
        Party(
            id=party,
            case=case.id,
            role=data.role,
            id_type=data.id_type,
            lookup=lookup,
            name=key.encrypt_text(Place("parties", "name", party), data.name),
            id_number=key.encrypt_text(Place("parties", "id_number", party), data.id_number.upper()),
        )
    )
    session.flush()
