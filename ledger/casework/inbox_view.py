"""收件箱 as the issuing unit reads it (obligation 10.4): what is asked, about whom, and by when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.lifecycle import OPEN
from domain.masking import mask_name, mask_number
from domain.progress import Colour
from domain.roles import IdType
from ledger.actor import person_of
from ledger.audit import record_access, record_first_access
from ledger.cases import cases
from ledger.casework import mismatches, workload
from ledger.deadlines import promises, return_limits
from ledger.deadlines.timing import colour_of, notes_of
from ledger.inbox import returns, supplements
from ledger.inbox.claims import RequestWithdrawn, gone
from ledger.inbox.requests import WAITING, InboxFilter, due_of, inbox
from ledger.methods import share_answers
from ledger.methods.share_answers import ShareAnswer
from ledger.paging import FIRST, Page, PageRequest
from ledger.succession import estate
from ledger.tables.cases import Case, Party
from ledger.tables.catalog import Entry
from ledger.tables.inbox import Suspension
from ledger.tables.registry import Person, Unit
from ledger.tables.verifications import Deadline, Request, Verification
from ledger.vault import Place

_READ = "request"  #: the word under which a reading of a request stands in the record


@dataclass(frozen=True)
class InboxLine:
    """One request. Name and number are in clear while it is open and masked afterwards (obligation 15.4)."""

    request: Request
    due_at: datetime | None
    proof: str
    proof_name: str
    fields: list[str]
    matter_name: str
    requesting_unit: str
    name: str
    id_type: IdType
    id_number: str
    immediate: bool  #: 可立即核验 (obligation 7.6)
    colour: Colour
    resting: bool  #: waits for a supplement
    return_by: datetime | None  #: 退回时限 (obligation 10.10), while it is open
    notes: list[str]  #: what is to be known of its limits
    case_number: str  #: as the sealed page prints it
    claimant: str | None  #: the name of who claimed it

    def __repr__(self) -> str:
        return f"InboxLine({self.request.id})"


@dataclass(frozen=True)
class Supplement:
    """补正: what was asked, and what came; None where nothing came."""

    asked_at: datetime
    what: str
    supplied_at: datetime | None
    supply: str | None


@dataclass(frozen=True)
class EarlierReturn:
    """退回 by another unit before it came here."""

    unit_name: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Check:
    """What an earlier result is doubted for (obligation 11.3)."""

    fields: list[str]
    stated: str
    supplement: str | None


@dataclass(frozen=True)
class InboxDetail:
    """Everything about one request: persons' data while it is open, its own story afterwards without them."""

    line: InboxLine
    hands: list[workload.Hand]
    supplements: list[Supplement]
    returns: list[EarlierReturn]
    check: Check | None
    shared: list[ShareAnswer] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"InboxDetail({self.line.request.id})"


@dataclass(frozen=True)
class Standing:
    """Whose a request is at this moment, and whether it waits still: nobody's data but the names of who works on it."""

    holder: str | None  #: 认领, the person's code
    holder_name: str | None
    resting: bool
    answered_at: datetime | None
    answered_by: str | None
    answer_name: str | None
    gone: RequestWithdrawn | None  #: why it is in the inbox no more, unanswered


def lines(
    session: Session, unit: str, page: PageRequest = FIRST, *, wanted: InboxFilter = WAITING, actor: str, now: datetime
) -> Page[InboxLine]:
    """A page of what is wanted of the unit's inbox, what is due first on top.

    Who sees a request for the first time is put on the record.
    """
    asked = inbox(session, unit, page, wanted=wanted)
    found = _lines(session, {item.request.id: item.due_at for item in asked.rows}, now)
    if not wanted.answered:
        numbers = (item.request.verification for item in asked.rows)
        record_first_access(session, numbers, _READ, actor=actor, unit=unit, now=now)
    return asked.map(lambda item: found[item.request.id])


def detail(session: Session, unit: str, request: UUID, *, actor: str, now: datetime) -> InboxDetail | None:
    """One request of the unit's inbox, the reading on the record; None where it is not the unit's."""
    row = session.get(Request, request)
    if row is None or row.unit not in estate(session, unit):
        return None
    line = _lines(session, {request: due_of(session, request)}, now)[request]
    hands = workload.hands(session, row)
    if row.answered_at is not None or row.withdrawn_at is not None:
        return InboxDetail(line, hands, [], [], None)
    record_access(session, row.verification, _READ, actor=actor, unit=unit, now=now)
    verification = session.get_one(Verification, row.verification)
    names = dict(session.execute(select(Unit.code, Unit.name)).tuples().all())
    check = mismatches.checked_by(session, row.verification)
    return InboxDetail(
        line,
        hands,
        [
            Supplement(rest.asked_at, what, rest.ended_at if supply is not None else None, supply)
            for rest, what, supply in supplements.texts(session, verification, request)
        ],
        [EarlierReturn(names[back.unit], back.at, reason) for back, reason, _ in returns.texts(session, verification)],
        Check(*check) if check else None,
        _shared(session, verification, row.received_at),
    )


def _shared(session: Session, verification: Verification, until: datetime) -> list[ShareAnswer]:
    """Of a check also what was said in the verification that it checks: that is what the applicant doubts (obligation 11.3)."""
    rows = [session.get_one(Verification, verification.follows)] if verification.follows else []
    return [one for row in [*rows, verification] for one in share_answers.before(session, row, until)]


def standing(session: Session, unit: str, request: UUID) -> Standing | None:
    """How one request of the unit's stands, for who has it open already: nothing is opened, and no reading is one. None: not the unit's."""
    row = session.get(Request, request)
    if row is None or row.unit not in estate(session, unit):
        return None
    verification = session.get_one(Verification, row.verification)
    holder, answerer = (person_of(actor) if actor else None for actor in (row.claimed_by, row.answered_by))
    names = dict(session.execute(select(Person.code, Person.name).where(Person.code.in_({holder, answerer} - {None}))).tuples().all())
    is_gone = row.answered_at is None and (row.withdrawn_at is not None or verification.state not in OPEN)
    return Standing(
        holder=holder,
        holder_name=names.get(holder) if holder else None,
        resting=session.scalar(select(Suspension.id).where(Suspension.request == request, Suspension.ended_at.is_(None))) is not None,
        answered_at=row.answered_at,
        answered_by=names.get(answerer, answerer) if answerer else None,
        answer_name=row.answer.label if row.answer else None,
        gone=gone(session, verification, row) if is_gone else None,
    )


def _lines(session: Session, due: dict[UUID, datetime | None], now: datetime) -> dict[UUID, InboxLine]:
    limits: dict[UUID, list[Deadline]] = {}
    for limit in session.scalars(select(Deadline).where(Deadline.request.in_(due))):
        if limit.request is not None:
            limits.setdefault(limit.request, []).append(limit)
    resting = set(session.scalars(select(Suspension.request).where(Suspension.request.in_(due), Suspension.ended_at.is_(None))))
    asked = list(session.scalars(select(Request).where(Request.id.in_(due))))
    for request_id, passed in promises.missed_before(session, asked).items():
        limits.setdefault(request_id, []).extend(passed)
    still_open = [one for one in asked if one.answered_at is None and one.withdrawn_at is None]
    return_by = return_limits.of_page(session, still_open)
    rows = session.execute(
        select(Request, Case, Party, Entry, Unit.name)
        .join(Verification, Verification.number == Request.verification)
        .join(Case, Case.id == Verification.case)
        .join(Party, Party.id == Verification.party)
        .join(Entry, Entry.id == Verification.entry)
        .join(Unit, Unit.code == Verification.unit)
        .where(Request.id.in_(due))
    )
    holders = {person_of(one.claimed_by) for one in asked if one.claimed_by}
    names = dict(session.execute(select(Person.code, Person.name).where(Person.code.in_(holders))).tuples().all()) if holders else {}
    found = {}
    for request, case, party, entry, unit_name in rows:
        key = cases.case_key(case)
        name = key.decrypt_text(Place("parties", "name", party.id), party.name)
        number = key.decrypt_text(Place("parties", "id_number", party.id), party.id_number)
        is_open = request.id in return_by
        found[request.id] = InboxLine(
            request=request,
            due_at=due[request.id],
            proof=entry.proof,
            proof_name=entry.proof_name,
            fields=entry.fields,
            matter_name=entry.matter_name,
            requesting_unit=unit_name,
            name=name if is_open else mask_name(name),
            id_type=party.id_type,
            id_number=number if is_open else mask_number(number),
            immediate=entry.immediate,
            colour=colour_of(limits.get(request.id, []), now, resting=request.id in resting),
            resting=request.id in resting,
            return_by=return_by.get(request.id),
            notes=notes_of(limits.get(request.id, [])),
            case_number=case.number,
            claimant=names.get(person_of(request.claimed_by)) if request.claimed_by else None,
        )
    return found
