"""等待决定: what people of the district have yet to decide, counted, with the oldest one's beginning, and each of them by its number
(obligation 15.4: nobody's data)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, func, inspect, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from domain.adjusting import ProposalStatus
from domain.complaints import ComplaintStatus
from domain.lead_path import LeadStatus, LeadStep
from domain.register_changes import RegisterChangeStatus
from domain.roles import Role
from domain.seals import SealStanding
from ledger import paging
from ledger.casework.overview import SINCE, STILL
from ledger.catalog.questions import WAITS
from ledger.lifecycle.remedies import DECIDED
from ledger.oversight.leads import PUT_DOWN
from ledger.paging import EARLIEST, FIRST, Page, PageRequest
from ledger.tables.admission import LookupBlock
from ledger.tables.catalog import CatalogQuestion, Entry, Proposal, ProposalStep
from ledger.tables.duty import CalendarNotice
from ledger.tables.inbox import OWED, Supervision
from ledger.tables.oversight import Complaint, Lead, LeadStepRow
from ledger.tables.register_changes import RegisterChange
from ledger.tables.registry import Unit
from ledger.tables.seals import RegisteredSeal, SealEvent
from ledger.tables.verifications import Deadline, Request, Verification


class DecisionKind(StrEnum):
    """What waits for somebody of the district, in the order of the district's day: citizens' matters first."""

    STOPPED = "stopped"
    BROKEN = "broken"
    SUPERVISION = "supervision"
    COMPLAINT = "complaint"
    COMPLAINT_ANSWER = "complaint_answer"
    EXCUSE = "excuse"
    LEAD = "lead"
    LEAD_ANSWER = "lead_answer"
    QUESTION = "question"
    PROPOSAL = "proposal"
    PUBLICATION = "publication"
    CALENDAR = "calendar"
    SEAL = "seal"
    LOOKUP_BLOCK = "lookup_block"
    REGISTER_CHANGE = "register_change"

    @property
    def label(self) -> str:
        return KINDS[self].name

    @property
    def numbered(self) -> bool:
        """Whether its key is a number that people use; else it is our own of the row, which says nothing to anybody."""
        return str(KINDS[self].key.key) != "id"


@dataclass(frozen=True)
class Awaited:
    """`since`: when the one that waits longest began to wait."""

    kind: DecisionKind
    count: int
    since: datetime

    @property
    def name(self) -> str:
        return self.kind.label

    @property
    def by(self) -> Role:
        return KINDS[self.kind].by

    @property
    def decider(self) -> str:
        """As the regulation names who decides."""
        return {Role.OFFICE: "工作专班办公室", Role.PUBLISHER: "区政府办公室"}.get(self.by, self.by.label)


@dataclass(frozen=True)
class AwaitedLine:
    """One of them: `key` is its number, `about` what it is of, `unit` whose name stands in it; both may be empty."""

    key: str
    about: str
    unit: str
    since: datetime


@dataclass(frozen=True)
class _Kind:
    """Who decides, which rows wait, since when each does, and how one is called."""

    name: str
    by: Role
    where: ColumnElement[bool]
    since: Any
    key: Any
    about: Any = null()
    unit: Any = null()


def _newest(at: Any, *of: ColumnElement[bool]) -> Any:
    return select(func.max(at)).where(*of).scalar_subquery()


def _of(column: Any, *where: ColumnElement[bool]) -> Any:
    return select(column).where(*where).scalar_subquery()


_ANSWERED = _newest(LeadStepRow.at, LeadStepRow.lead == Lead.id, LeadStepRow.step == LeadStep.ANSWER)
_UNDECIDED = and_(Deadline.excuse.is_not(None), Deadline.excuse_approved.is_(None), Deadline.met_at.is_(None), Deadline.closed_at.is_(None))
_PROOF = _of(Entry.proof_name, Entry.id == Verification.entry)
_DECIDABLE = and_(Verification.paused_at.is_(None), Verification.attention.in_(DECIDED))


def _proof(number: Any) -> Any:
    return _of(Entry.proof_name, Entry.id == Verification.entry, Verification.number == number)


KINDS: dict[DecisionKind, _Kind] = {
    DecisionKind.STOPPED: _Kind(
        "退回两次、无法核验等停住的核验",
        Role.OFFICE,
        and_(STILL, _DECIDABLE),
        SINCE,
        Verification.number,
        _PROOF,
        func.coalesce(Verification.issuing_unit, Verification.unit),
    ),
    DecisionKind.BROKEN: _Kind(
        "因故障、暂停停住的核验",
        Role.OPERATOR,
        and_(STILL, or_(Verification.paused_at.is_not(None), Verification.attention.is_(None), Verification.attention.not_in(DECIDED))),
        SINCE,
        Verification.number,
        _PROOF,
        Verification.unit,
    ),
    DecisionKind.SUPERVISION: _Kind(
        "督办超时的处理",
        Role.OFFICE,
        and_(OWED, Supervision.office_told_at.is_not(None), ~PUT_DOWN),
        Supervision.office_told_at,
        Supervision.verification,
        _proof(Supervision.verification),
        Supervision.unit,
    ),
    DecisionKind.COMPLAINT: _Kind(
        "投诉举报的转办",
        Role.OFFICE,
        Complaint.standing == ComplaintStatus.RECEIVED,
        Complaint.entered_at,
        Complaint.number,
        unit=Complaint.unit,
    ),
    DecisionKind.COMPLAINT_ANSWER: _Kind(
        "投诉举报的办结",
        Role.OFFICE,
        Complaint.standing == ComplaintStatus.ANSWERED,
        Complaint.done_at,
        Complaint.number,
        unit=Complaint.unit,
    ),
    DecisionKind.EXCUSE: _Kind(
        "超时理由的认定",
        Role.OFFICE,
        _UNDECIDED,
        Deadline.excuse_at,
        Deadline.verification,
        _proof(Deadline.verification),
        select(Request.unit).where(Request.id == Deadline.request).correlate(Deadline).scalar_subquery(),
    ),
    DecisionKind.LEAD: _Kind(
        "线索的处理", Role.OFFICE, Lead.standing == LeadStatus.FOUND, Lead.found_at, Lead.number, Lead.subject, Lead.unit
    ),
    DecisionKind.LEAD_ANSWER: _Kind(
        "整改答复的认定", Role.OFFICE, Lead.standing == LeadStatus.ANSWERED, _ANSWERED, Lead.number, Lead.subject, Lead.unit
    ),
    DecisionKind.QUESTION: _Kind(
        "清单问题的确认", Role.OFFICE, WAITS, CatalogQuestion.asked_at, CatalogQuestion.id, CatalogQuestion.subject, CatalogQuestion.sender
    ),
    DecisionKind.PROPOSAL: _Kind(
        "清单编制、调整的研究",
        Role.OFFICE,
        Proposal.standing == ProposalStatus.REPORTED,
        Proposal.reported_at,
        Proposal.id,
        Proposal.document,
        Proposal.unit,
    ),
    DecisionKind.PUBLICATION: _Kind(
        "清单的公布",
        Role.PUBLISHER,
        Proposal.standing == ProposalStatus.AGREED,
        _newest(ProposalStep.at, ProposalStep.proposal == Proposal.id),
        Proposal.id,
        Proposal.document,
        Proposal.unit,
    ),
    DecisionKind.CALENDAR: _Kind(
        "放假通知的确认",
        Role.OFFICE,
        CalendarNotice.confirmed.is_(None),
        CalendarNotice.proposed_at,
        CalendarNotice.year,
        CalendarNotice.source,
    ),
    DecisionKind.SEAL: _Kind(
        "印章制作、注销的确认",
        Role.OFFICE,
        RegisteredSeal.standing.in_([SealStanding.MAKING, SealStanding.CANCELLING]),
        _newest(SealEvent.at, SealEvent.seal == RegisteredSeal.id),
        RegisteredSeal.id,
        RegisteredSeal.name,
        RegisteredSeal.unit,
    ),
    DecisionKind.LOOKUP_BLOCK: _Kind(
        "停止查询的解除",
        Role.OFFICE,
        LookupBlock.lifted_at.is_(None),
        LookupBlock.since,
        LookupBlock.id,
        LookupBlock.verification,
        LookupBlock.unit,
    ),
    DecisionKind.REGISTER_CHANGE: _Kind(
        "登记变更的确认",
        Role.ADMINISTRATOR,
        RegisterChange.standing == RegisterChangeStatus.WAITING,
        RegisterChange.proposed_at,
        RegisterChange.id,
        RegisterChange.code,
    ),
}


def awaited(session: Session) -> list[Awaited]:
    """Kind by kind; kinds of which nothing waits are left out."""
    counts = union_all(*(select(literal(kind.value), func.count(), func.min(one.since)).where(one.where) for kind, one in KINDS.items()))
    found = {DecisionKind(kind): Awaited(DecisionKind(kind), count, since) for kind, count, since in session.execute(counts) if count}
    return [found[kind] for kind in DecisionKind if kind in found]


def lines(session: Session, kind: DecisionKind, page: PageRequest = FIRST) -> Page[AwaitedLine]:
    """Those of one kind, what has waited longest on top."""
    one = KINDS[kind]
    since, unit = func.coalesce(one.since, EARLIEST), _of(Unit.name, Unit.code == one.unit)
    query = select(cast(one.key, Text), func.coalesce(cast(one.about, Text), ""), func.coalesce(unit, ""), since).where(one.where)
    order = (since, inspect(one.key.class_).primary_key[0])
    return paging.tuples(session, query, order, page).map(lambda row: AwaitedLine(*row))
