"""清单的编制与调整 on the record: drafted, reported, agreed, published; each step by another person, each kept.

Obligations 5.1, 5.2, 5.3, 5.4, 5.5, 5.6, 5.7.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.adjusting import NOT_THE_SAME, STEPS, WHOSE, ProposalKind, ProposalStatus, Step, agreeing, is_studied
from domain.blocking import Block, change_blocks
from domain.calendar import LOCAL, MissingYear
from domain.instants import is_past
from domain.limits import aware
from domain.listing import Change, apply
from domain.recusal import Subject
from domain.refusal import Refusal
from domain.roles import Role
from ledger import paging, recusal, task_force
from ledger.calendars import terms
from ledger.catalog import change_tasks, first_lists, law_changes, rule_inputs, versions
from ledger.outbox.alarms import raise_alarm
from ledger.paging import FIRST, Page, PageRequest
from ledger.succession import estate
from ledger.tables.catalog import CatalogVersion, Proposal, ProposalStep
from ledger.tables.registry import Unit


@dataclass(frozen=True)
class Actor:
    """Who takes a step."""

    person: str
    unit: str
    roles: Collection[Role]


class StepRefused(Refusal, code="step_refused"):
    """The step cannot be taken, by this person or at all; the text is Chinese. Nothing was written."""


class ChangesBlocked(Refusal, code="changes_blocked"):
    """The rules keep these changes out (obligations 2.1, 2.2, 2.3, 2.4, 2.5, 5.7, 7.4). Nothing was written."""

    def __init__(self, found: list[tuple[Change, Block]]) -> None:
        blocks = [dict(zip(("matter", "proof"), change.key, strict=True)) | asdict(block) for change, block in found]
        super().__init__(f"{len(found)} 处不符合清单规则。", blocks=blocks)


def draft(
    session: Session,
    kind: ProposalKind,
    unit: str,
    changes: Iterable[Change],
    *,
    reason: str,
    reason_date: date | None,
    document: str,
    actor: Actor,
    now: datetime,
    law_change: int | None = None,
    identity: UUID | None = None,
    story: Iterable[ProposalStep] = (),
) -> Proposal:
    """起草; a list only of matters that have nothing published. `law_change`: the entry of the 法规变动登记册 that it answers (obligation
    16.4); `identity`: its id, where a page chose one; `story`: what was done before, with what this one is instead of. Raises
    `StepRefused`, `ChangesBlocked`, and `domain.listing.ChangeConflict` where a change rests on what is not in the published list now."""
    owner = session.get(Unit, unit)
    if owner is None:
        raise StepRefused(f"没有这个单位:{unit}。")
    _drafted_by_whom(owner, kind)
    _may_act_for(session, owner, kind, actor)
    _has_role(Step.DRAFT, actor)
    found = list(changes)
    if not found:
        raise StepRefused("没有任何变动。")
    if strange := [change for change in found if change.entry.unit != unit]:
        raise StepRefused(f"事项 {strange[0].entry.matter} 不是该单位的事项。")
    if kind is ProposalKind.ADJUSTMENT and reason_date is None:
        raise StepRefused("清单调整须写明事由发生之日。")
    if reason_date is not None and reason_date > aware(now).astimezone(LOCAL).date():
        raise StepRefused("事由发生之日不能在将来。")
    if law_change is not None and not (kind is ProposalKind.ADJUSTMENT and law_changes.named(session, law_change, estate(session, unit))):
        raise StepRefused("法规变动登记册没有这一条,或者它不涉及该单位;只有清单调整可以写明。")
    apply(versions.entries_of(session, matters={change.entry.matter for change in found}), found)
    _only_the_first(session, kind, found)
    _refuse_blocked(session, found)
    row = Proposal(
        id=identity or uuid4(),
        kind=kind,
        unit=unit,
        drafted_by=actor.unit,
        standing=ProposalStatus.DRAFTED,
        reason=reason,
        reason_date=reason_date,
        document=document,
        law_change=law_change,
        base=versions.current(session),
        changes=tuple(found),
        drafted_at=aware(now),
    )
    session.add(row)
    session.flush()
    for one in story:
        session.add(ProposalStep(proposal=row.id, step=one.step, at=one.at, person=one.person, unit=one.unit, record=one.record))
    _record(session, row, Step.DRAFT, actor, {}, now)
    return row


def take(session: Session, proposal: UUID, step: Step, *, actor: Actor, now: datetime, record: Mapping[str, Any] | None = None) -> Proposal:
    """Any step but drafting and publishing. Raises `StepRefused`."""
    row = _locked(session, proposal)
    target = STEPS.get((row.standing, step))
    if target is None:
        raise StepRefused(f"这一项{row.standing.label},不能“{step.label}”。")
    _has_role(step, actor)
    _is_another(session, row, step, actor)
    if step not in (Step.REPORT, Step.WITHDRAW):
        _no_own(session, row, step, actor)
    if step is Step.REPORT:
        _drafted_by_whom(session.get_one(Unit, row.unit), row.kind)
    if step in (Step.REPORT, Step.WITHDRAW):
        _may_act_for(session, session.get_one(Unit, row.unit), row.kind, actor)
    if step in (Step.CONSENT, Step.DECIDE) and step is not agreeing(row.kind):
        raise StepRefused(f"{row.kind.label}应由{'专班办公室同意' if row.kind is ProposalKind.LIST else '工作专班研究决定'}。")
    if is_studied(row.kind, step):
        _members_decide(session, record or {}, now)
        record = {"result": step.label, **(record or {})}
    if step in (Step.CONSENT, Step.DECIDE):
        _refuse_blocked(session, row.changes)  # the rules may have changed since it was drafted
    if step in (Step.REPORT, Step.CONSENT):
        _only_the_first(session, row.kind, row.changes)  # another list of the matter may have been published meanwhile
    if step is Step.REPORT:
        row.reported_at = row.reported_at or aware(now)  # what the office sends back was reported when it first came (obligation 5.5)
        judge_lateness(session, row, now=now)
    row.standing = target
    session.flush()
    _record(session, row, step, actor, record or {}, now)
    return row


def publish(session: Session, proposals: Collection[UUID], *, document: str, actor: Actor, now: datetime) -> CatalogVersion:
    """公布 by the 区政府办公室: the agreed changes become the next version, effective at once, and the follow-up tasks
    are set. Raises `StepRefused`, and `domain.listing.ChangeConflict` where a change rests on what is no more."""
    if not proposals:
        raise StepRefused("没有选择要公布的内容。")
    _has_role(Step.PUBLISH, actor)
    rows = [_locked(session, proposal) for proposal in sorted(set(proposals))]
    for row in rows:
        if (row.standing, Step.PUBLISH) not in STEPS:
            raise StepRefused(f"{row.kind.label}({row.unit}){row.standing.label},不能公布。")
        _is_another(session, row, Step.PUBLISH, actor)
        _no_own(session, row, Step.PUBLISH, actor)
    changes = [change for row in rows for change in row.changes]
    version = versions.publish(session, changes, document=document, now=now, actor=f"person:{actor.person}")
    for row in rows:
        row.standing, row.version = ProposalStatus.PUBLISHED, version.number
        _record(session, row, Step.PUBLISH, actor, {"version": version.number}, now)
    change_tasks.set_tasks(session, version.number, changes, now=now)
    return version


def judge_lateness(session: Session, row: Proposal, *, now: datetime) -> None:
    """Three working days from the cause to the report (obligation 5.5); 未定 while a year has no calendar (reading 25)."""
    if row.reason_date is None or row.reported_at is None:
        return
    try:
        row.due_at, row.missing_year = terms.report_due(session, row.reason_date), None
        row.late = is_past(row.due_at, row.reported_at)
    except MissingYear as missing:
        row.due_at, row.missing_year, row.late = None, missing.year, None
        text = f"{missing.year} 年的工作日历尚未录入,清单调整的报送期限暂记“未定”。请录入日历。"
        raise_alarm(session, "calendar_missing", str(missing.year), text, now=now)


def determine(session: Session, year: int, *, now: datetime) -> None:
    """A year's calendar came or changed: what rests on it is judged anew."""
    waiting = select(Proposal).where(Proposal.reason_date.is_not(None), Proposal.reported_at.is_not(None)).with_for_update()
    for row in session.scalars(waiting):
        assert row.reason_date is not None
        if row.missing_year == year or row.reason_date.year in (year, year - 1):
            judge_lateness(session, row, now=now)


def find(session: Session, proposal: UUID, units: Collection[str] | None = None) -> Proposal | None:
    """One proposal, where it is of these units, or of whomever."""
    row = session.get(Proposal, proposal)
    return row if row is not None and (units is None or {row.unit, row.drafted_by} & set(units)) else None


def steps_of(session: Session, proposal: UUID) -> list[ProposalStep]:
    """办理经过, oldest first."""
    query = select(ProposalStep).where(ProposalStep.proposal == proposal)
    return list(session.scalars(query.order_by(ProposalStep.id)))


def not_by(steps: Sequence[ProposalStep], step: Step, person: str) -> frozenset[Step]:
    """What this person did that another must do than who takes the step. Steps since the proposal was last drafted or returned count:
    what somebody did before is done anew."""
    last_return = max((index for index, one in enumerate(steps) if one.step is Step.RETURN), default=-1)
    earlier = {one.step for one in (*steps[:1], *steps[last_return + 1 :]) if one.person == person}
    return NOT_THE_SAME.get(step, frozenset()) & earlier


def list_proposals(
    session: Session, page: PageRequest = FIRST, *, units: Collection[str] | None = None, standing: ProposalStatus | None = None
) -> Page[Proposal]:
    """Proposals of these units, or of all; the newest first."""
    query = select(Proposal)
    if units is not None:
        query = query.where(Proposal.unit.in_(units) | Proposal.drafted_by.in_(units))
    if standing is not None:
        query = query.where(Proposal.standing == standing)
    return paging.scalars(session, query, (Proposal.drafted_at.desc(), Proposal.id.desc()), page)


def _refuse_blocked(session: Session, changes: Iterable[Change]) -> None:
    kept = [(change, change.after) for change in changes if change.after is not None]
    found = []
    for (change, _), blocks in zip(kept, rule_inputs.blocks_of(session, [after for _, after in kept]), strict=True):
        found += [(change, block) for block in {block.code: block for block in (*blocks, *change_blocks(change))}.values()]
    if found:
        raise ChangesBlocked(found)


def _only_the_first(session: Session, kind: ProposalKind, changes: Iterable[Change]) -> None:
    if kind is ProposalKind.LIST and (listed := first_lists.listed_already(session, changes)):
        said, remedy = first_lists.refusal(listed)
        raise StepRefused(said, remedy=remedy)


def _locked(session: Session, proposal: UUID) -> Proposal:
    row = session.get(Proposal, proposal, with_for_update=True, populate_existing=True)
    if row is None:
        raise StepRefused("没有这一项清单编制或调整。")
    return row


def _has_role(step: Step, actor: Actor) -> None:
    if not WHOSE[step] & set(actor.roles):
        raise StepRefused(f"您的岗位不能“{step.label}”。")


def _drafted_by_whom(owner: Unit, kind: ProposalKind) -> None:
    """Obligation 5.1: who organises the list of a public service unit must be known; the unit itself is never the one."""
    if kind is ProposalKind.LIST and owner.kind == "public_service" and owner.drafting_unit is None:
        raise StepRefused(
            f"{owner.name}是公共服务单位,它的清单由行业主管部门组织编制,而登记库没有写明是哪个部门。",
            remedy=f"请由管理员先补填行业主管部门(PUT /v1/registry/units/{owner.code} 的 drafting_unit,或者单位名录的“行业主管部门”一列),"
            "再由该部门编制。",
        )


def _may_act_for(session: Session, owner: Unit, kind: ProposalKind, actor: Actor) -> None:
    """A list is drafted by the unit, of a public service unit by its 行业主管部门 (obligation 5.1); to report an adjustment is the
    unit's own duty, which that department may take over (obligation 5.5, reading 24). Whom a unit was merged into acts for it."""
    drafting = owner.drafting_unit or owner.code
    allowed = {drafting} if kind is ProposalKind.LIST else {drafting, owner.code}
    if not allowed & estate(session, actor.unit):
        raise StepRefused("清单由本单位编制;公共服务单位的清单由行业主管部门组织编制。")


def _members_decide(session: Session, record: Mapping[str, Any], now: datetime) -> None:
    """Obligations 4.1, 5.6: who decided are members by the register on that day; nothing is decided tomorrow."""
    if not all(record.get(name) for name in ("members", "date", "document")):
        raise StepRefused("清单调整由工作专班研究决定,研究记录须写明参加的成员(members)、日期(date)和会议纪要或者文号(document)。")
    day = date.fromisoformat(record["date"])
    if day > aware(now).astimezone(LOCAL).date():
        raise StepRefused("研究日期不能在将来。")
    if others := task_force.strangers(session, record["members"], day):
        raise StepRefused(f"{'、'.join(others)} 在 {day} 不是工作专班成员,请填成员名册中的人员编码、姓名或成员单位。")


def _is_another(session: Session, row: Proposal, step: Step, actor: Actor) -> None:
    if taken := not_by(steps_of(session, row.id), step, actor.person):
        raise StepRefused(f"“{step.label}”不能由办理过“{sorted(taken)[0].label}”的同一人办理。")


def _no_own(session: Session, row: Proposal, step: Step, actor: Actor) -> None:
    """回避: neither whose list it is nor who drafted it decides."""
    recusal.check(session, Subject.PROPOSAL, row.id, [row.unit, row.drafted_by], actor=actor.person, roles=WHOSE[step])


def _record(session: Session, row: Proposal, step: Step, actor: Actor, record: Mapping[str, Any], now: datetime) -> None:
    session.add(ProposalStep(proposal=row.id, step=step, at=aware(now), person=actor.person, unit=actor.unit, record=dict(record)))
    session.flush()
