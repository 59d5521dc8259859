"""清单的编制与调整 (article 5): who takes which step, in which order; effective only when published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from domain.calendar import Calendar
from domain.hours import ServiceHours
from domain.roles import Role

REPORT_WITHIN = 3  #: working days from 事由发生之日 (obligation 5.5, reading 12)


class ProposalKind(StrEnum):
    """What is filed."""

    LIST = "list"  #: 编制: a unit's list (obligation 5.1), with the consent of the 专班 office (obligation 5.2)
    ADJUSTMENT = "adjustment"  #: 调整 (obligations 5.4, 5.5, 5.6), decided by the 工作专班

    @property
    def label(self) -> str:
        return {"list": "清单编制", "adjustment": "清单调整"}[self.value]


class ProposalStatus(StrEnum):
    """Where a proposal stands."""

    DRAFTED = "drafted"
    REPORTED = "reported"
    AGREED = "agreed"  #: consented, or decided in favour: ready to be published
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    PUBLISHED = "published"

    @property
    def label(self) -> str:
        return {
            "drafted": "已起草",
            "reported": "已报送",
            "agreed": "已同意,待公布",
            "rejected": "未通过",
            "withdrawn": "已撤回",
            "published": "已公布",
        }[self.value]


class Step(StrEnum):
    """What somebody does to a proposal; each is put on the record."""

    DRAFT = "draft"
    REPORT = "report"  #: 书面报送: what the three working days are counted to
    RETURN = "return"  #: 退回修改
    CONSENT = "consent"  #: 专班办公室同意 (obligation 5.2)
    DECIDE = "decide"  #: 工作专班研究: a decision record (obligation 5.6, reading 24)
    REJECT = "reject"  #: of an adjustment the 工作专班's decision too (obligations 4.1, 5.6)
    WITHDRAW = "withdraw"
    PUBLISH = "publish"  #: 区政府办公室公布 (obligation 5.2)

    @property
    def label(self) -> str:
        return {
            "draft": "起草",
            "report": "报送",
            "return": "退回修改",
            "consent": "专班办公室同意",
            "decide": "工作专班研究通过",
            "reject": "不予通过",
            "withdraw": "撤回",
            "publish": "公布",
        }[self.value]


_S, _T = ProposalStatus, Step
#: (standing, step) -> where it leads. A step that is absent cannot be taken there.
STEPS: Mapping[tuple[ProposalStatus, Step], ProposalStatus] = MappingProxyType(
    {
        (_S.DRAFTED, _T.REPORT): _S.REPORTED,
        (_S.REPORTED, _T.RETURN): _S.DRAFTED,
        (_S.REPORTED, _T.CONSENT): _S.AGREED,
        (_S.REPORTED, _T.DECIDE): _S.AGREED,
        (_S.REPORTED, _T.REJECT): _S.REJECTED,
        (_S.DRAFTED, _T.WITHDRAW): _S.WITHDRAWN,
        (_S.REPORTED, _T.WITHDRAW): _S.WITHDRAWN,
        (_S.AGREED, _T.RETURN): _S.DRAFTED,
        (_S.AGREED, _T.PUBLISH): _S.PUBLISHED,
    }
)
#: Whose step it is; the unit's own people draft, report and withdraw.
WHOSE: Mapping[Step, frozenset[Role]] = MappingProxyType(
    {
        _T.DRAFT: frozenset({Role.AGENT, Role.SUPERVISOR}),
        _T.REPORT: frozenset({Role.AGENT, Role.SUPERVISOR}),
        _T.WITHDRAW: frozenset({Role.AGENT, Role.SUPERVISOR}),
        _T.RETURN: frozenset({Role.OFFICE}),
        _T.CONSENT: frozenset({Role.OFFICE}),
        _T.DECIDE: frozenset({Role.OFFICE}),
        _T.REJECT: frozenset({Role.OFFICE}),
        _T.PUBLISH: frozenset({Role.PUBLISHER}),
    }
)
#: A step that these earlier ones' person may not take: nobody consents to, or publishes, what is his own (obligation 5.2).
NOT_THE_SAME: Mapping[Step, frozenset[Step]] = MappingProxyType(
    {
        _T.CONSENT: frozenset({_T.DRAFT, _T.REPORT}),
        _T.DECIDE: frozenset({_T.DRAFT, _T.REPORT}),
        _T.REJECT: frozenset({_T.DRAFT, _T.REPORT}),
        _T.PUBLISH: frozenset({_T.DRAFT, _T.REPORT, _T.CONSENT, _T.DECIDE}),
    }
)


def agreeing(kind: ProposalKind) -> Step:
    """The step by which a proposal of this kind is agreed: consent for a list, a decision for an adjustment."""
    return Step.CONSENT if kind is ProposalKind.LIST else Step.DECIDE


def is_studied(kind: ProposalKind, step: Step) -> bool:
    """工作专班研究 (obligations 4.1, 5.6, reading 24): whether a step is the members' decision, for an adjustment or against it."""
    return kind is ProposalKind.ADJUSTMENT and step in (Step.DECIDE, Step.REJECT)


def report_due(reason_date: date, calendar: Calendar, office: ServiceHours | None = None) -> datetime:
    """Until when an adjustment is to be reported: 24:00 of the third working day, the day of the cause not counted
    (obligation 5.5, reading 12); where the district reads it so, the closing of the `office` on that day. Raises MissingYear."""
    if office is None:
        return calendar.due_of_workdays(reason_date, REPORT_WITHIN)
    return office.closing(calendar.add_workdays(reason_date, REPORT_WITHIN))


def mermaid() -> str:
    """The table as a Mermaid state diagram; `docs/list-steps.md` holds it."""
    lines = ["stateDiagram-v2"]
    lines += [f"    {standing.value}: {standing.label}" for standing in ProposalStatus]
    lines.append("    [*] --> drafted: draft")
    lines += [f"    {origin.value} --> {target.value}: {step.value}" for (origin, step), target in STEPS.items()]
    ends = set(ProposalStatus) - {origin for origin, _ in STEPS}
    lines += [f"    {standing.value} --> [*]" for standing in ProposalStatus if standing in ends]
    return "\n".join(lines) + "\n"
