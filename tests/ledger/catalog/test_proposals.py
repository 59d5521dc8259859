"""编制与调整: each step by whom it belongs to, two people, in time or late, and effective only when published."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.adjusting import NOT_THE_SAME, STEPS, WHOSE, ProposalKind, ProposalStatus, Step, mermaid
from domain.listing import Change, ChangeConflict
from domain.methods import Method
from domain.roles import Role
from ledger.arrangements import calendars
from ledger.catalog import change_tasks, proposals, versions
from ledger.catalog.proposals import Actor, ChangesBlocked, StepRefused
from ledger.database import transaction
from ledger.methods import commitments
from ledger.registry.registry import put_matters
from ledger.tables.catalog import ChangeTask, Proposal
from ledger.tables.registry import Matter, Unit
from tests.ledger.acting import alarms, all_of, at_once, do
from tests.ledger.filing import NOW
from tests.ledger.listing import standing

pytestmark = pytest.mark.usefixtures("ledger")

PERMIT = Actor("demo-permit-1", "370402-PERMIT", [Role.AGENT])
JUSTICE = Actor("demo-justice-1", "370402-JUSTICE", [Role.AGENT])
HOUSING = Actor("demo-housing-1", "370402-HOUSING", [Role.AGENT])
HEAT = Actor("demo-heat-1", "370402-HEAT", [Role.AGENT])
OFFICE = Actor("demo-admin", "370402-OFFICE", [Role.OFFICE, Role.ADMINISTRATOR])
PUBLISHER = Actor("demo-publisher", "370402-OFFICE", [Role.PUBLISHER])
RECORD = {"members": ["甲", "乙"], "date": "2026-03-04", "result": "同意", "document": "专班纪要第 3 号"}


def altered(**values: Any) -> Change:
    before = standing()
    return Change(before, replace(before, **(values or {"validity_days": 90})))


def first(unit: str = "370402-PERMIT", matter: str = "X-FIRST") -> Change:
    """An entry of a matter that has none yet."""
    do(put_matters, [{"code": matter, "name": "演示新增事项", "unit": unit, "handling": "immediate"}])
    return Change(None, replace(standing(), matter=matter, matter_name="演示新增事项", unit=unit))


def draft(
    *changes: Change, kind: ProposalKind = ProposalKind.ADJUSTMENT, actor: Actor = PERMIT, unit: str = "370402-PERMIT", **more: Any
) -> UUID:
    values = {"reason": "依据修改", "reason_date": date(2026, 3, 2), "document": "《办法》修订", "now": NOW} | more
    return do(proposals.draft, kind, unit, changes or (altered(),), actor=actor, **values).id


def take(proposal: UUID, step: Step, actor: Actor, now: datetime = NOW, **record: Any) -> Proposal:
    return do(proposals.take, proposal, step, actor=actor, now=now, record=record)


def agreed(*changes: Change, **more: Any) -> UUID:
    proposal = draft(*changes, **more)
    take(proposal, Step.REPORT, more.get("actor", PERMIT))
    take(proposal, Step.CONSENT if more.get("kind") is ProposalKind.LIST else Step.DECIDE, OFFICE, **RECORD)
    return proposal


def publish(*filed: UUID, actor: Actor = PUBLISHER) -> int:
    return do(proposals.publish, filed, document="市中政办发〔2026〕1号", actor=actor, now=NOW).number


def test_an_adjustment_goes_its_way_and_counts_only_when_published() -> None:
    """Obligations 5.2, 5.6."""
    proposal = draft()
    assert standing().validity_days == 30
    take(proposal, Step.REPORT, PERMIT)
    take(proposal, Step.DECIDE, OFFICE, **RECORD)
    assert standing().validity_days == 30, "agreed, and not yet effective"
    number = publish(proposal)
    assert standing().validity_days == 90 and do(versions.current) == number
    (row,) = all_of(Proposal, id=proposal)
    assert (row.standing, row.version) == (ProposalStatus.PUBLISHED, number)
    steps = do(proposals.steps_of, proposal)
    assert [(one.step, one.person) for one in steps] == [
        (Step.DRAFT, "demo-permit-1"),
        (Step.REPORT, "demo-permit-1"),
        (Step.DECIDE, "demo-admin"),
        (Step.PUBLISH, "demo-publisher"),
    ]
    assert steps[2].record == RECORD


def test_several_are_published_together_or_none() -> None:
    first, stale = agreed(altered(validity_days=60)), agreed(altered(validity_days=70))
    other = standing("DEMO-0002", "P-HARDSHIP")
    second = agreed(Change(other, replace(other, immediate=True)), actor=JUSTICE, unit="370402-JUSTICE")
    before = do(versions.current)
    with pytest.raises(ChangeConflict):
        publish(first, stale, second)
    assert do(versions.current) == before and standing("DEMO-0002", "P-HARDSHIP") == other
    publish(first, second)
    assert standing("DEMO-0002", "P-HARDSHIP").immediate
    with pytest.raises(ChangeConflict, match="请按现行清单重新报送"):
        publish(stale)
    take(stale, Step.RETURN, OFFICE, why="已被其他调整改动")
    with pytest.raises(StepRefused, match="已公布,不能公布"):
        publish(first)


@pytest.mark.parametrize(
    ("step", "actor", "says"),
    [
        (Step.CONSENT, OFFICE, "应由工作专班研究决定"),
        (Step.DECIDE, PERMIT, "岗位不能"),
        (Step.DECIDE, PUBLISHER, "岗位不能"),
        (Step.REPORT, PERMIT, "已报送,不能"),
        (Step.WITHDRAW, JUSTICE, "由本单位编制"),
        (Step.DECIDE, replace(PERMIT, roles=[Role.OFFICE]), "同一人"),
        (Step.PUBLISH, PUBLISHER, "已报送,不能"),
    ],
)
def test_who_may_not_is_told_so_and_nothing_moves(step: Step, actor: Actor, says: str) -> None:
    proposal = draft()
    take(proposal, Step.REPORT, PERMIT)
    with pytest.raises(StepRefused, match=says):
        if step is Step.PUBLISH:
            publish(proposal, actor=actor)
        else:
            take(proposal, step, actor)
    assert all_of(Proposal, id=proposal)[0].standing is ProposalStatus.REPORTED


@pytest.mark.parametrize("step", [Step.DECIDE, Step.REJECT])
def test_for_or_against_a_decision_has_its_members_day_and_document(step: Step) -> None:
    """Obligations 4.1, 5.6: not to agree is a decision of the 工作专班 as well."""
    proposal = draft()
    take(proposal, Step.REPORT, PERMIT)
    for lacking in ("members", "date", "document"):
        with pytest.raises(StepRefused, match="研究记录须写明"):
            take(proposal, step, OFFICE, **{name: value for name, value in RECORD.items() if name != lacking}, why="依据不足")
    with pytest.raises(StepRefused, match="不能在将来"):
        take(proposal, step, OFFICE, **RECORD | {"date": "2026-03-05"})
    said = {name: value for name, value in RECORD.items() if name != "result"}
    take(proposal, step, OFFICE, **said, why="依据不足")
    assert do(proposals.steps_of, proposal)[-1].record == {**said, "why": "依据不足", "result": step.label}


def test_a_list_is_turned_down_by_the_office_with_its_reason() -> None:
    """Obligation 5.2: its consent is the office's, no decision of the members."""
    proposal = draft(first(), kind=ProposalKind.LIST, reason_date=None)
    take(proposal, Step.REPORT, PERMIT)
    assert take(proposal, Step.REJECT, OFFICE, why="依据不足").standing is ProposalStatus.REJECTED
    assert do(proposals.steps_of, proposal)[-1].record == {"why": "依据不足"}


def changed_as(kind: str) -> Change:
    """What is published, changed in each way that obligation 5.4 names."""
    before = standing()
    return {
        "alter": Change(before, replace(before, validity_days=90)),
        "remove": Change(before, None),
        "add": Change(None, replace(before, proof="P-DISABILITY", proof_name="残疾证明")),
    }[kind]


@pytest.mark.parametrize("kind", ["alter", "remove", "add"])
def test_what_changes_a_published_list_is_an_adjustment_and_no_list(kind: str) -> None:
    """Obligations 5.5, 5.6, 5.8: else it would need no cause, no three working days and no decision of the members."""
    with pytest.raises(StepRefused, match="DEMO-0001已有公布的清单,对它的减少、变更、增加是清单调整") as caught:
        draft(first(), changed_as(kind), kind=ProposalKind.LIST, reason_date=None)
    assert "adjustment" in caught.value.remedy and all_of(Proposal, reason="依据修改") == []
    assert draft(first(), changed_as(kind)), "together with a matter's first entries it goes as an adjustment"


def test_under_its_new_code_a_matter_has_its_list_already() -> None:
    """Obligations 5.5, 5.8: a code that changes is no way around the members."""
    new = first(matter="DEMO-0001-NEW")
    do(succeeds, "DEMO-0001", "DEMO-0001-NEW")
    with pytest.raises(StepRefused, match="DEMO-0001-NEW已有公布的清单"):
        draft(new, kind=ProposalKind.LIST, reason_date=None)


def succeeds(session: Session, old: str, new: str) -> None:
    row = session.get_one(Matter, old)
    row.succeeded_by, row.active = new, False


def test_two_first_lists_of_one_matter_are_not_both_consented_to_one_after_the_other() -> None:
    """Obligation 5.6: what the second would add to is published by then."""
    change = first()
    second = Change(None, replace(change.entry, proof="P-MARRIAGE", proof_name="婚姻证明"))
    listed = {"kind": ProposalKind.LIST, "reason_date": None}
    drafted, reported = draft(second, **listed), draft(second, **listed)
    take(reported, Step.REPORT, PERMIT)
    publish(agreed(change, **listed))
    for proposal, step, actor in ((drafted, Step.REPORT, PERMIT), (reported, Step.CONSENT, OFFICE)):
        with pytest.raises(StepRefused, match="X-FIRST已有公布的清单"):
            take(proposal, step, actor)
    assert take(reported, Step.RETURN, OFFICE, why="请按清单调整报送").standing is ProposalStatus.DRAFTED


def test_whoever_consented_does_not_publish() -> None:
    """Obligation 5.2."""
    both = replace(OFFICE, roles=[Role.OFFICE, Role.PUBLISHER])
    proposal = agreed()
    with pytest.raises(StepRefused, match="不能由办理过“工作专班研究通过”的同一人办理"):
        publish(proposal, actor=both)


def test_a_return_begins_anew() -> None:
    """What somebody agreed to before the return he may agree to again; he still does not publish it."""
    proposal = agreed()
    take(proposal, Step.RETURN, OFFICE, why="请补充依据")
    take(proposal, Step.REPORT, PERMIT)
    take(proposal, Step.DECIDE, OFFICE, **RECORD)
    assert publish(proposal)


def test_what_is_sent_back_keeps_the_day_on_which_it_was_first_reported() -> None:
    """3 个工作日内报送 (obligation 5.5): the office's own time for reading it makes nobody late."""
    proposal = draft(reason_date=date(2026, 3, 2))
    first = take(proposal, Step.REPORT, PERMIT, NOW)
    take(proposal, Step.RETURN, OFFICE, NOW + timedelta(days=3), why="请补充依据")
    again = take(proposal, Step.REPORT, PERMIT, NOW + timedelta(days=9))
    assert (first.late, again.late, again.reported_at) == (False, False, NOW)


def test_a_public_service_units_list_is_drafted_by_its_department() -> None:
    """Obligation 5.1."""
    change = first("370402-HEAT")
    entry = change.entry
    listed = {"kind": ProposalKind.LIST, "unit": "370402-HEAT", "reason_date": None}
    with pytest.raises(StepRefused, match="行业主管部门组织编制"):
        draft(change, actor=HEAT, **listed)
    publish(agreed(change, actor=HOUSING, **listed))
    again = Change(entry, replace(entry, validity_days=61))
    assert draft(again, actor=HEAT, unit="370402-HEAT"), "to report an adjustment is the unit's own duty"


def entered_as(session: Session, department: str | None) -> None:
    session.get_one(Unit, "370402-HEAT").drafting_unit = department


def test_nobody_drafts_for_a_public_service_unit_whose_department_is_not_entered() -> None:
    """Obligation 5.1: neither it nor another; its adjustments stay its own (reading 24)."""
    change = first("370402-HEAT")
    listed = {"kind": ProposalKind.LIST, "unit": "370402-HEAT", "reason_date": None}
    known = draft(change, actor=HOUSING, **listed)
    do(entered_as, None)
    for actor in (HEAT, HOUSING):
        with pytest.raises(StepRefused, match="没有写明是哪个部门") as caught:
            draft(change, actor=actor, **listed)
        assert "行业主管部门" in caught.value.remedy and "/v1/registry/units/370402-HEAT" in caught.value.remedy
    with pytest.raises(StepRefused, match="没有写明是哪个部门"):
        take(known, Step.REPORT, HOUSING)
    assert draft(change, actor=HEAT, unit="370402-HEAT")
    do(entered_as, "370402-HOUSING")
    assert take(known, Step.REPORT, HOUSING).standing is ProposalStatus.REPORTED


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"unit": "370402-NOWHERE"}, "没有这个单位"),
        ({"actor": JUSTICE}, "由本单位编制"),
        ({"reason_date": None}, "须写明事由发生之日"),
        ({"reason_date": date(2026, 3, 5)}, "不能在将来"),
        ({"unit": "370402-JUSTICE", "actor": JUSTICE}, "不是该单位的事项"),
    ],
)
def test_what_cannot_be_filed_is_refused_by_name(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(StepRefused, match=says):
        draft(**wrong)
    assert all_of(Proposal, reason="依据修改") == []


def test_what_the_rules_forbid_cannot_be_filed() -> None:
    """Obligations 2.2, 5.7."""
    with pytest.raises(ChangesBlocked) as caught:
        draft(altered(methods=(), fields=()))
    assert [block["code"] for block in caught.value.blocks] == ["no_method"]
    with pytest.raises(ChangesBlocked) as caught:
        draft(Change(None, replace(standing(), proof="P-DISABILITY", methods=(), fields=())))
    assert {block["obligation"] for block in caught.value.blocks} == {"2.2", "5.7"}
    with pytest.raises(ChangesBlocked):
        draft(altered(methods=(Method.DATA_SHARING,), source="not_connected"))


def test_what_must_be_offered_is_agreed_once_there_is_its_text() -> None:
    """Obligation 7.4."""
    promised = altered(commitment_basis="第一批清单", methods=(Method.COMMITMENT, Method.ISSUER))
    with pytest.raises(ChangesBlocked) as caught:
        draft(promised)
    assert [(block["code"], block["obligation"]) for block in caught.value.blocks] == [("no_commitment_text", "7.4")]
    do(commitments.put_text, "P-HOUSEHOLD", "承诺书文本", 10, "依据", now=NOW, actor="x")
    publish(agreed(promised))
    assert standing().commitment_basis == "第一批清单"


@pytest.mark.parametrize(
    ("reported", "late"),
    [
        (datetime(2026, 3, 5, 15, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 5, 16, 0, tzinfo=UTC), False),
        (datetime(2026, 3, 5, 16, 0, 1, tzinfo=UTC), True),
    ],
)
def test_an_adjustment_is_reported_within_three_working_days_or_marked_late(reported: datetime, late: bool) -> None:
    """The cause on Monday 2 March: until Thursday 24:00 Beijing time, which is 16:00 UTC (reading 12) (obligation 5.5)."""
    proposal = draft()
    row = take(proposal, Step.REPORT, PERMIT, reported)
    assert (row.due_at, row.late) == (datetime(2026, 3, 5, 16, 0, tzinfo=UTC), late)


def test_what_rests_on_a_list_of_before_is_refused_when_it_is_filed() -> None:
    stale = altered(validity_days=60)
    publish(agreed(altered(validity_days=90)))
    with pytest.raises(ChangeConflict, match="请按现行清单重新报送"):
        draft(stale)


def test_the_day_of_the_cause_is_a_day_in_beijing() -> None:
    past_midnight = datetime(2026, 3, 4, 16, 30, tzinfo=UTC)
    assert draft(reason_date=date(2026, 3, 5), now=past_midnight)
    with pytest.raises(StepRefused, match="不能在将来"):
        draft(reason_date=date(2026, 3, 6), now=past_midnight)


def test_a_year_without_calendar_leaves_it_undetermined_until_it_comes() -> None:
    later = datetime(2028, 3, 4, 1, 0, tzinfo=UTC)
    proposal = draft(reason_date=date(2028, 3, 1), now=later)
    row = take(proposal, Step.REPORT, PERMIT, later + timedelta(days=30))
    assert (row.due_at, row.late, row.missing_year) == (None, None, 2028)
    assert ("calendar_missing", "2028") in alarms()
    do(calendars.put_year, 2028, [date(2028, 1, 1)], [], provisional=True, source="测试", reason="录入", now=later, actor="test")
    (row,) = all_of(Proposal, id=proposal)
    assert (row.due_at, row.late, row.missing_year) == (datetime(2028, 3, 6, 16, 0, tzinfo=UTC), True, None)


def test_each_matter_that_changed_gets_its_tasks_and_who_has_done_them_says_so() -> None:
    number = publish(agreed())
    found = do(change_tasks.tasks, unit="370402-PERMIT", still_open=True).rows
    mine = [one for one in found if one.version == number]
    assert [(one.matter, one.what) for one in mine] == [("DEMO-0001", "guide"), ("DEMO-0001", "process")]
    assert do(change_tasks.acknowledge, mine[0].id, "370402-CIVIL", "x", now=NOW, actor="x") is None
    done = do(change_tasks.acknowledge, mine[0].id, "370402-PERMIT", "已更新", now=NOW, actor="person:a")
    again = do(change_tasks.acknowledge, mine[0].id, "370402-PERMIT", "又一次", now=NOW + timedelta(days=1), actor="person:b")
    assert done and again and (again.done_at, again.done_by, again.note) == (NOW, "person:a", "已更新")


def test_a_matter_that_went_to_another_unit_is_that_units_to_follow_up() -> None:
    """Obligations 13.1, 13.2: its former unit, which comes first by its code, strikes its proof off; the new one lists another."""
    number, own = publish(agreed()), standing("DEMO-0002", "P-HARDSHIP")
    given_up = Change(replace(own, unit="370402-CIVIL"), None)
    kept = Change(None, replace(own, proof="P-DISABILITY"))
    for changes in ([given_up, kept], [kept, given_up]):
        with transaction() as session:
            change_tasks.set_tasks(session, number, changes, now=NOW)
            found = session.scalars(select(ChangeTask).where(ChangeTask.matter == "DEMO-0002", ChangeTask.version == number)).all()
            assert {(one.unit, one.what) for one in found} == {("370402-JUSTICE", "guide"), ("370402-JUSTICE", "process")}
            session.rollback()


def test_two_deciding_at_the_same_instant_do_it_once() -> None:
    proposal = draft()
    take(proposal, Step.REPORT, PERMIT)
    other = replace(OFFICE, person="demo-office-2")
    outcomes = at_once(*[partial(take, proposal, Step.DECIDE, actor, **RECORD) for actor in (OFFICE, other)])
    assert sorted(type(one).__name__ for one in outcomes) == ["Proposal", "StepRefused"]


def test_every_step_and_standing_has_its_place_in_every_table() -> None:
    assert set(WHOSE) == set(Step) and {step for _, step in STEPS} == set(Step) - {Step.DRAFT}
    assert set(NOT_THE_SAME) <= set(Step) and all(one.label for one in (*Step, *ProposalStatus, *ProposalKind))
    reached, seen = {ProposalStatus.DRAFTED}, set()
    while reached != seen:
        seen = set(reached)
        reached |= {target for (origin, _), target in STEPS.items() if origin in seen}
    assert reached == set(ProposalStatus) and "published --> [*]" in mermaid()
