"""等待决定: what people of the district have yet to decide, counted, with the oldest one's beginning (obligation 15.4: nobody's data)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, select, union_all
from sqlalchemy.orm import Session

from domain.adjusting import ProposalStatus
from domain.complaints import ComplaintStatus
from domain.lead_path import LeadStatus, LeadStep
from domain.register_changes import RegisterChangeStatus
from domain.roles import Role
from domain.seals import SealStanding
from ledger.casework.overview import Still
from ledger.tables.admission import LookupBlock
from ledger.tables.catalog import Proposal, ProposalStep
from ledger.tables.duty import CalendarNotice
from ledger.tables.oversight import Complaint, ComplaintStepRow, Lead, LeadStepRow
from ledger.tables.register_changes import RegisterChange
from ledger.tables.seals import RegisteredSeal, SealEvent
from ledger.tables.verifications import Deadline


@dataclass(frozen=True)
class Awaited:
    """`since`: when the one that waits longest began to wait."""

    name: str
    by: Role
    count: int
    since: datetime

    @property
    def decider(self) -> str:
        """As the regulation names who decides."""
        return {Role.OFFICE: "工作专班办公室", Role.PUBLISHER: "区政府办公室"}.get(self.by, self.by.label)


def _newest(at: Any, *of: ColumnElement[bool]) -> Any:
    return select(func.max(at)).where(*of).scalar_subquery()


_ANSWERED = _newest(LeadStepRow.at, LeadStepRow.lead == Lead.id, LeadStepRow.step == LeadStep.ANSWER)
_UNDECIDED = and_(Deadline.excuse.is_not(None), Deadline.excuse_approved.is_(None), Deadline.met_at.is_(None), Deadline.closed_at.is_(None))

#: Name, who decides, which rows wait, since when each does. In the order of the district's day: citizens' matters first.
_KINDS: tuple[tuple[str, Role, ColumnElement[bool], Any], ...] = (
    ("投诉举报的转办", Role.OFFICE, Complaint.standing == ComplaintStatus.RECEIVED, Complaint.entered_at),
    (
        "投诉举报的办结",
        Role.OFFICE,
        Complaint.standing == ComplaintStatus.ANSWERED,
        _newest(ComplaintStepRow.at, ComplaintStepRow.complaint == Complaint.id),
    ),
    ("超时理由的认定", Role.OFFICE, _UNDECIDED, Deadline.excuse_at),
    ("线索的处理", Role.OFFICE, Lead.standing == LeadStatus.FOUND, Lead.found_at),
    ("整改答复的认定", Role.OFFICE, Lead.standing == LeadStatus.ANSWERED, _ANSWERED),
    ("清单编制、调整的研究", Role.OFFICE, Proposal.standing == ProposalStatus.REPORTED, Proposal.reported_at),
    (
        "清单的公布",
        Role.PUBLISHER,
        Proposal.standing == ProposalStatus.AGREED,
        _newest(ProposalStep.at, ProposalStep.proposal == Proposal.id),
    ),
    ("放假通知的确认", Role.OFFICE, CalendarNotice.confirmed.is_(None), CalendarNotice.proposed_at),
    (
        "印章制作、注销的确认",
        Role.OFFICE,
        RegisteredSeal.standing.in_([SealStanding.MAKING, SealStanding.CANCELLING]),
        _newest(SealEvent.at, SealEvent.seal == RegisteredSeal.id),
    ),
    ("停止查询的解除", Role.OFFICE, LookupBlock.lifted_at.is_(None), LookupBlock.since),
    ("登记变更的确认", Role.ADMINISTRATOR, RegisterChange.standing == RegisterChangeStatus.WAITING, RegisterChange.proposed_at),
)


def awaited(session: Session, standing: Sequence[Still]) -> list[Awaited]:
    """What stands still first, then kind by kind; kinds of which nothing waits are left out."""
    counts = union_all(
        *(select(literal(at).label("kind"), func.count(), func.min(since)).where(where) for at, (_, _, where, since) in enumerate(_KINDS))
    )
    found = {kind: (count, since) for kind, count, since in session.execute(counts) if count}
    waiting = [Awaited(_KINDS[kind][0], _KINDS[kind][1], *found[kind]) for kind in sorted(found)]
    if not standing:
        return waiting
    return [Awaited("停住的核验的处理", Role.OFFICE, sum(one.count for one in standing), min(one.since for one in standing)), *waiting]
