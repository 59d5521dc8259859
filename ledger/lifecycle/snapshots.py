"""The read side of a pass: where a verification stands, and the material that its next step needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from domain.lifecycle import WAITING, State
from domain.methods import Method
from domain.refusal import Refusal
from domain.scope import CatalogEntry
from domain.share import Subject
from domain.status import Status
from ledger.cases import cases
from ledger.catalog.entries import as_entry
from ledger.lifecycle import authorisations
from ledger.lifecycle.remedies import REMEDIES
from ledger.tables.cases import Case, Party
from ledger.tables.catalog import Entry
from ledger.tables.registry import ProofKind, Unit
from ledger.tables.verifications import EventRow, Verification
from ledger.vault import CaseKey, Place


class NotYours(Refusal, code="request_unknown"):
    """The request is another unit's, or there is none: both look the same from outside."""


class UnknownNumber(Refusal, code="number_unknown"):
    """没有这个核验编号。"""


def load(session: Session, number: str) -> Verification:
    """The row of this number. Raises `UnknownNumber`."""
    row = session.get(Verification, number)
    if row is None:
        raise UnknownNumber(f"没有这个核验编号:{number}")
    return row


def lock(session: Session, number: str) -> Verification:
    """The row of this number as it is now, kept from others until the transaction ends. Raises `UnknownNumber`.

    Whoever writes a verification's requests, limits or proofs takes it first: two who took them in different order
    would wait for each other.
    """
    row = session.get(Verification, number, populate_existing=True, with_for_update=True)
    if row is None:
        raise UnknownNumber(f"没有这个核验编号:{number}")
    return row


def lock_all(session: Session, numbers: Iterable[str], *, skip_locked: bool = False) -> list[Verification]:
    """`lock` for many: two who take several wait for each other in one order. `skip_locked`: without those that somebody
    works on at this moment."""
    query = select(Verification).where(Verification.number.in_(sorted(numbers))).order_by(Verification.number)
    kept = query.with_for_update(skip_locked=skip_locked).execution_options(populate_existing=True)
    return list(session.scalars(kept))


def state_at(session: Session, number: str, at: datetime) -> State | None:
    """Where it stood at `at`, as its events tell; None before it was filed."""
    moved = select(EventRow.target).where(EventRow.verification == number, EventRow.target.is_not(None), EventRow.at <= at)
    found = session.scalar(moved.order_by(EventRow.at.desc(), EventRow.id.desc()).limit(1))
    if found is not None:
        return found
    filed = session.get_one(Verification, number).filed_at <= at
    return State.RECEIVED if filed else None


def snapshot(session: Session, number: str) -> Status:
    """Where it stands now, without personal data. Raises `UnknownNumber`."""
    return as_snapshot(session, load(session, number))


def snapshot_now(session: Session, number: str) -> Status:
    """The same after a move in this transaction: moves write past the rows that are loaded, so all are read anew."""
    session.expire_all()
    return snapshot(session, number)


def as_snapshot(session: Session, row: Verification) -> Status:
    told = row.state in WAITING  # of others nobody reads the names
    return Status(
        number=row.number,
        state=row.state,
        method=row.method,
        next_instant=row.next_instant,
        paused=row.paused_at is not None,
        reason=row.attention or "",
        reason_words="".join(REMEDIES.get(row.attention or "", ())),
        unit=_named(session, row.unit) if told else "",
        issuer=_named(session, row.issuing_unit) if told and row.issuing_unit else "",
    )


def _named(session: Session, code: str) -> str:
    unit = session.get(Unit, code)
    return f"{unit.name}({code})" if unit else code


@dataclass(frozen=True)
class StepContext:
    """What a step needs to know of a verification; `subject` and `chosen` are personal data, in memory only."""

    number: str
    case_id: UUID
    case_number: str
    unit: str
    unit_name: str
    entry: CatalogEntry
    method: Method | None
    issuing_unit: str | None
    proof_version: int
    filed_at: datetime
    subject: Subject
    chosen: str | None
    key: CaseKey
    authorisation: str | None = field(default=None, repr=False)  #: 持证人授权: a credential, in memory only
    otherwise: str = ""  #: 法律法规另有规定 (obligation 11.1): the basis, where one is registered for this kind of proof
    follows: str | None = None  #: the verification that it checks (obligation 11.3)
    replaces: str | None = None  #: the one whose revoked proof its own takes the place of


_Requesting = aliased(Unit)
_MATERIAL = (
    select(Verification, Case, Party, _Requesting.name, Entry, Unit.name, ProofKind.otherwise)
    .join(Case, Case.id == Verification.case)
    .join(Party, Party.id == Verification.party)
    .join(_Requesting, _Requesting.code == Verification.unit)
    .join(Entry, Entry.id == Verification.entry)
    .join(ProofKind, ProofKind.code == Entry.proof)
    .outerjoin(Unit, Unit.code == Entry.issuing_unit)
)


def step_context(session: Session, number: str) -> StepContext:
    """Everything for one step, read in one query so that no session is open during a call to the outside.

    Raises `UnknownNumber`.
    """
    found = session.execute(_MATERIAL.where(Verification.number == number)).one_or_none()
    if found is None:
        raise UnknownNumber(f"没有这个核验编号:{number}")
    return _context(*found)


def held_contexts(session: Session, numbers: Sequence[str]) -> list[tuple[Verification, StepContext]]:
    """The same of many, with their rows, held until the transaction ends.

    The parties too: a name that is being corrected is read as it will be, not as it was when the waiting began.
    """
    query = _MATERIAL.where(Verification.number.in_(numbers)).order_by(Verification.number)
    rows = session.execute(query.with_for_update(key_share=True, of=[Verification, Party]).execution_options(populate_existing=True))
    return [(found[0], _context(*found)) for found in rows]


def _context(row: Verification, case: Case, party: Party, unit_name: str, entry: Entry, issuer: str | None, otherwise: str) -> StepContext:
    key = cases.case_key(case)
    place = Place("verifications", "chosen", row.number)
    return StepContext(
        number=row.number,
        case_id=case.id,
        case_number=case.number,
        unit=row.unit,
        unit_name=unit_name,
        entry=as_entry(entry, issuer),
        method=row.method,
        issuing_unit=row.issuing_unit,
        proof_version=row.proof_version,
        filed_at=row.filed_at,
        subject=cases.open_subject(party, key),
        chosen=key.decrypt_text(place, row.chosen) if row.chosen else None,
        key=key,
        authorisation=authorisations.opened(key, row.number, row.authorisation),
        otherwise=otherwise,
        follows=row.follows,
        replaces=row.replaces,
    )
