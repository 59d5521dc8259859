"""查看: what the requesting unit reads of its case and its verifications, and what everybody else may read of them.

Persons' data are opened only where `personal` is asked for, by the gateway, for the unit that filed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from domain.lifecycle import ENDED, Event, State
from domain.limits import LimitKind
from domain.masking import mask_name, mask_number
from domain.methods import Method, Result
from domain.offers import OfferStatus
from domain.progress import Colour
from domain.retention import ERASED
from domain.roles import IdType, PartyRole
from domain.scope import CatalogEntry
from domain.share import Candidate
from ledger.calendars.calendars import calendar
from ledger.cases import cases
from ledger.casework import corrections, excluded_time, mismatches
from ledger.casework.excluded_time import Excluded
from ledger.catalog.entries import load_entry
from ledger.deadlines import clocks
from ledger.deadlines.timing import colour_of, notes_of
from ledger.inbox import requests, returns, supplements
from ledger.lifecycle.remedies import REMEDIES
from ledger.methods import sharing
from ledger.sealing import licence_offers, papers, sealing
from ledger.succession import estate
from ledger.tables.cases import Case, NameCorrection, Party
from ledger.tables.effects import Proof
from ledger.tables.inbox import Return, Suspension
from ledger.tables.registry import Matter, Unit
from ledger.tables.verifications import Deadline, EventRow, Request, Verification
from ledger.vault import CaseKey, Place
from settings import settings


@dataclass(frozen=True)
class PartyView:
    """当事人, masked (obligation 15.4)."""

    id: UUID
    role: PartyRole
    id_type: IdType
    id_number: str
    name: str


@dataclass(frozen=True)
class CaseView:
    """办件 with its parties masked and the numbers of its verifications, newest first."""

    case: Case
    matter_name: str
    parties: list[PartyView]
    verifications: list[str]
    corrections: list[tuple[NameCorrection, str, str]]  #: names in clear, to be masked
    missing_year: int | None  #: for whose calendar the promised days wait: the end is 未定


@dataclass(frozen=True)
class ShareView:
    """What the share source said, in words without personal data. `outcome` is "failing" where it did not answer."""

    source: str
    outcome: str
    message: str
    asked_at: datetime | None


@dataclass(frozen=True)
class OutcomeView:
    """核验结论. `fields` and `note` are personal data, empty for everybody but the requesting unit."""

    result: Result
    maker: str
    fields: dict[str, str]
    note: str


@dataclass(frozen=True)
class OfferView:
    """Where the proof stands in 电子证照库 (obligation 6.3); `number` for the requesting unit alone."""

    status: OfferStatus
    offered_at: datetime
    taken_at: datetime | None
    number: str | None


@dataclass(frozen=True)
class VerificationView:
    """One verification as it stands. `outcome` and `proof` are there once it is delivered, never before."""

    row: Verification
    case_number: str
    entry: CatalogEntry
    party: PartyView | None
    issuing_unit_name: str | None
    due_at: datetime | None
    reason: str
    remedy: str
    share: ShareView | None
    candidates: list[Candidate]
    outcome: OutcomeView | None
    proof: Proof | None
    offered: OfferView | None  #: None: the licence library takes no such proofs
    excluded: Excluded | None  #: once it has ended: what the case's own clock leaves out (obligation 10.9)
    returns: list[tuple[Return, str, str | None]]  #: with reason and why unsure, in clear
    supplements: list[tuple[Suspension, str, str | None]]
    corrected_by: str | None  #: the check whose material prevails over this result (obligation 11.3)
    colour: Colour | None  #: of the newest request's limits; None: no unit was asked
    limit_notes: list[str]  #: what is to be known of these limits: 推算, 承诺短于24小时, 承诺时限所剩不足半小时

    @property
    def opened(self) -> list[str]:
        """Which personal data this view shows in clear: the words for the record of accesses (obligation 15.4)."""
        result = ["result"] if self.outcome is not None and (self.outcome.fields or self.outcome.note) else []
        texts = ["returns"] if self.returns else []
        texts += ["supplements"] if self.supplements else []
        return result + (["candidates"] if self.candidates else []) + texts


def find_case(session: Session, unit: str, number: str) -> CaseView | None:
    """The unit's own case, or None."""
    case = cases.find(session, unit, number)
    if case is None:
        return None
    key = cases.case_key(case)
    parties = session.scalars(select(Party).where(Party.case == case.id).order_by(Party.role, Party.id))
    numbers = select(Verification.number).where(Verification.case == case.id).order_by(Verification.filed_at.desc())
    return CaseView(
        case,
        session.get_one(Matter, case.matter).name,
        [_masked(party, key) for party in parties],
        list(session.scalars(numbers)),
        corrections.listed(session, case),
        clocks.promise_missing(case, lambda: calendar(session)),
    )


def find_verification(session: Session, number: str, unit: str | None) -> Verification | None:
    """The verification of this number that `unit` filed (None: whoever filed it), or None."""
    row = session.get(Verification, number)
    return row if row is not None and (unit is None or row.unit in estate(session, unit)) else None


def view(session: Session, row: Verification, *, personal: bool, entry: CatalogEntry | None = None) -> VerificationView:
    """Everything that may be shown of a verification. `personal`: the caller is the requesting unit, on the record.

    `entry` where the caller has it already.
    """
    entry = entry or load_entry(session, row.entry)
    case = session.get_one(Case, row.case)
    key = cases.case_key(case) if personal else None
    fresh = row.state is State.RECEIVED  # nothing has happened: spare the hot path three queries
    limits = [] if fresh else clocks.open_limits(session, row.number)
    reason, remedy = REMEDIES.get(row.attention or "", ("", ""))
    delivered = row.state is State.DELIVERED
    issuer = entry.issuing_unit_name
    if row.issuing_unit != entry.issuing_unit:  # re-routed
        issuer = session.get_one(Unit, row.issuing_unit).name if row.issuing_unit else None
    asked = not fresh and row.method is not Method.DATA_SHARING  # shared data knows neither returns nor supplements
    choosing = row.state is State.AWAITING_CHOICE and key is not None
    binding = _binding(session, row.number) if asked else []
    proof = papers.delivered_proof(session, row)
    return VerificationView(
        row=row,
        case_number=case.number,
        entry=entry,
        party=_masked(session.get_one(Party, row.party), key) if key else None,
        issuing_unit_name=issuer,
        due_at=limits[0].due_at if limits else None,
        reason=reason,
        remedy=remedy,
        share=None if fresh else _share(session, row),
        candidates=sharing.candidates(session, row.number, key) if choosing and key else [],
        outcome=_outcome(session, row, key) if delivered and row.result else None,
        proof=proof,
        offered=_offered(session, proof, key) if proof else None,
        excluded=excluded_time.excluded(session, case.id, now=settings().now())
        if row.state in ENDED and row.method is not Method.DATA_SHARING
        else None,
        returns=returns.texts(session, row) if key and asked else [],
        supplements=supplements.texts(session, row) if key and asked else [],
        corrected_by=mismatches.corrected_by(session, row.number) if delivered else None,
        colour=colour_of(binding, settings().now(), resting=_rests(session, row.number)) if binding else None,
        limit_notes=notes_of(binding),
    )


def _binding(session: Session, number: str) -> list[Deadline]:
    """The limits of the newest request and the promise outside an inbox (reading 9), the earliest first."""
    newest = select(Request.id).where(Request.verification == number).order_by(Request.received_at.desc()).limit(1)
    standing = select(Deadline).where(
        Deadline.verification == number,
        or_(Deadline.request == newest.scalar_subquery(), and_(Deadline.request.is_(None), Deadline.kind == LimitKind.HARD)),
        Deadline.closed_at.is_(None),
    )
    return list(session.scalars(standing.order_by(Deadline.due_at.nulls_last())))


def _rests(session: Session, number: str) -> bool:
    asked = select(Suspension.id).where(Suspension.verification == number, Suspension.ended_at.is_(None))
    return session.scalar(asked.limit(1)) is not None


def events(session: Session, number: str) -> list[EventRow]:
    """The story of a verification in the order in which it was recorded."""
    return list(session.scalars(select(EventRow).where(EventRow.verification == number).order_by(EventRow.id)))


def _offered(session: Session, proof: Proof, key: CaseKey | None) -> OfferView | None:
    row = licence_offers.of_proof(session, proof.id)
    if row is None:
        return None
    return OfferView(licence_offers.status_of(row), row.made_at, row.taken_at, licence_offers.number_of(row, key) if key else None)


def _masked(party: Party, key: CaseKey) -> PartyView:
    name = key.decrypt_text(Place("parties", "name", party.id), party.name)
    number = key.decrypt_text(Place("parties", "id_number", party.id), party.id_number)
    return PartyView(party.id, party.role, party.id_type, mask_number(number), mask_name(name))


def _share(session: Session, row: Verification) -> ShareView | None:
    lookup = sharing.last_lookup(session, row.number)
    if lookup is not None:
        return ShareView(lookup.source, lookup.outcome.value, lookup.message, lookup.asked_at)
    if not row.share_failed:
        return None
    fell_back = session.scalar(select(EventRow).where(EventRow.verification == row.number, EventRow.event == Event.FELL_BACK).limit(1))
    detail: dict[str, Any] = fell_back.detail if fell_back else {}
    return ShareView(str(detail.get("source", "")), "failing", "数据共享来源暂时不可用,已转为部门核验。", None)


def _outcome(session: Session, row: Verification, key: CaseKey | None) -> OutcomeView:
    assert row.result is not None
    if row.result is Result.COMMITTED:  # the commitment stands in for the proof: nothing was obtained (reading 15)
        return OutcomeView(row.result, "", {}, "")
    if not session.get_one(Case, row.case).data_key:
        return OutcomeView(row.result, ERASED, {}, "")
    found = sealing.evidence(session, row.number)
    # 不符: what the source holds under that number is another person's data, so nothing of it is shown.
    open_fields = key is not None and row.result is not Result.MISMATCH
    answered = requests.answered_request(session, row.number) if key and row.method is Method.ISSUER else None
    note = ""
    if key is not None and answered is not None and answered.note is not None:
        note = key.decrypt_text(Place("requests", "note", answered.id), answered.note)
    return OutcomeView(row.result, found.maker, dict(found.fields) if open_fields else {}, note)
