"""登记册: who and what an entry may name, on the day on which it is entered; the 工作专班's members and decisions."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from domain.adjusting import Step
from domain.calendar import LOCAL
from domain.demands import DemandTold
from domain.listing import Change
from domain.registers import REGISTERS, FieldKind, RegisterKind, faults
from ledger import task_force
from ledger.catalog.proposals import StepRefused
from ledger.database import transaction
from ledger.registers import demands, manual_registers
from ledger.registers.demands import Told
from ledger.registers.manual_registers import EntryRefused
from ledger.registry import unit_changes
from ledger.registry.registry import put_people, put_units
from ledger.tables.oversight import RegisterEntry
from settings import settings
from tests.ledger.acting import do
from tests.ledger.catalog.test_proposals import JUSTICE as JUSTICE_AGENT
from tests.ledger.catalog.test_proposals import OFFICE, PERMIT, RECORD, agreed, draft, publish, take
from tests.ledger.filing import NOW
from tests.ledger.listing import standing

pytestmark = pytest.mark.usefixtures("ledger")

JUSTICE, CIVIL, ARCHIVE = "370402-JUSTICE", "370402-CIVIL", "370402-ARCHIVE"
DAY = timedelta(days=1)
TRAINED = {"日期": "2026-03-04", "内容": "系统应用", "学时": "2", "参训人员": "demo-civil-1"}
MEMBER = {"人员": "demo-justice-1", "职责": "成员", "起始日期": "2026-01-01"}
DECISION = {"种类": "重大问题", "日期": "2026-03-04", "议题": "跨区证明", "参加成员": "demo-justice-1", "结果": "同意"}


def enter(kind: str, values: dict[str, str], unit: str = CIVIL, **more: Any) -> int:
    return do(manual_registers.enter, RegisterKind(kind), unit, values, person="demo-admin", **{"now": NOW} | more).serial


def refused(*args: Any, **more: Any) -> str:
    with pytest.raises(EntryRefused) as why:
        enter(*args, **more)
    return "".join(text for _, text in why.value.errors) or str(why.value)


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    monkeypatch.undo()
    settings.cache_clear()


def left(code: str = "demo-civil-1", unit: str = CIVIL) -> None:
    do(put_people, [{"code": code, "unit": unit, "name": "演示", "roles": ["agent"], "active": False}])


def test_who_has_left_is_trained_no_more_and_what_was_entered_can_be_corrected() -> None:
    """Obligation 15.3."""
    serial = enter("training", TRAINED)
    left()
    assert refused("training", TRAINED) == "demo-civil-1 已不在岗,不再登记。"
    assert enter("training", TRAINED | {"学时": "3"}, replaces=serial) > serial
    assert "在册人员" in refused("training", TRAINED | {"参训人员": "demo-justice-1"})


def test_a_closed_unit_enters_nothing_and_a_merged_one_names_its_successor() -> None:
    """Obligations 15.1, 15.3."""
    values = {"主要领导职务": "局长", "分管领导职务": "副局长", "岗位责任制文件": "一号文件", "印发日期": "2026-03-02"}
    do(put_units, [{"code": "370402-HEAT", "name": "演示供热公司", "kind": "public_service", "active": False}])
    assert refused("responsibility", values, "370402-HEAT") == "演示供热公司已停用,不再登记。"
    do(unit_changes.merge, ARCHIVE, CIVIL, at=NOW, document="x", now=NOW, actor="x")
    assert refused("responsibility", values, ARCHIVE) == "市中区档案馆已并入市中区民政局,请登记在该单位。"
    assert enter("responsibility", values) > 0


def test_what_has_been_published_or_issued_is_of_a_day_that_has_come() -> None:
    """Obligations 14.1, 15.1: a paper of next month names nobody who answers yet, and its figure would count it."""
    said = {"日期": "2026-03-04", "媒体": "区政府网站", "标题": "一图读懂"}
    values = {"主要领导职务": "局长", "分管领导职务": "副局长", "岗位责任制文件": "一号文件", "印发日期": "2026-03-04"}
    for kind, entry, day in (("publicity", said, "日期"), ("responsibility", values, "印发日期")):
        assert refused(kind, entry | {day: "2026-03-05"}) == "不能是将来的日期。"
        assert enter(kind, entry) > 0


def test_a_decision_has_members_of_the_register_and_a_day_that_has_come() -> None:
    """Obligations 4.1, 4.2."""
    assert "不是工作专班成员" in refused("decisions", DECISION, "370402-OFFICE"), "the register of members is empty"
    first = enter("members", MEMBER, JUSTICE)
    assert enter("decisions", DECISION, "370402-OFFICE") > 0
    assert refused("decisions", DECISION | {"参加成员": ""}, "370402-OFFICE") == "缺少这一栏。"
    assert refused("decisions", DECISION | {"参加成员": "、"}, "370402-OFFICE") != ""
    assert refused("decisions", DECISION | {"日期": "2026-03-05"}, "370402-OFFICE") == "不能是将来的日期。"
    assert enter("decisions", DECISION | {"日期": "2026-03-05"}, "370402-OFFICE", now=NOW + DAY) > 0
    assert refused("decisions", DECISION | {"日期": "2025-12-31"}, "370402-OFFICE").startswith("demo-justice-1 在 2025-12-31 不是")
    assert "应为统筹协调、" in refused("decisions", DECISION | {"种类": "聚餐"}, "370402-OFFICE")
    enter("members", MEMBER | {"截止日期": "2026-03-03"}, JUSTICE, replaces=first)
    assert "不是工作专班成员" in refused("decisions", DECISION, "370402-OFFICE"), "her term has ended"
    assert refused("members", MEMBER | {"截止日期": "2025-12-31"}, JUSTICE) == "不能早于起始日期。"
    assert do(task_force.members, date(2026, 3, 3)) == {"demo-justice-1": JUSTICE} and do(task_force.members, date(2026, 3, 4)) == {}


def test_an_adjustment_is_decided_by_members_and_not_tomorrow() -> None:
    """Obligations 4.1, 5.6."""
    enter("members", MEMBER, JUSTICE)
    proposal = draft()
    take(proposal, Step.REPORT, PERMIT)
    for wrong, why in (
        ({"members": []}, "写明参加的成员"),
        ({"date": "2026-03-05"}, "不能在将来"),
        ({"members": ["市中区民政局", "区司法局"]}, "市中区民政局 在 2026-03-04 不是工作专班成员"),
        ({"members": ["demo-justice-1"], "date": "2025-12-30"}, "不是工作专班成员"),
    ):
        with pytest.raises(StepRefused, match=why):
            take(proposal, Step.DECIDE, OFFICE, **RECORD | wrong)
    take(proposal, Step.DECIDE, OFFICE, **RECORD | {"members": ["demo-justice-1", "区司法局"]})


def test_the_district_says_which_duties_and_which_units_the_task_force_has(configured: pytest.MonkeyPatch) -> None:
    """Obligation 4.2."""
    assert "应为组长、副组长、成员" in refused("members", MEMBER | {"职责": "召集人"}, JUSTICE)
    configured.setenv("PROOFLESS_TASK_FORCE_DUTIES", "召集人、成员")
    configured.setenv("PROOFLESS_TASK_FORCE_UNITS", f"{JUSTICE},370402-PERMIT")
    settings.cache_clear()
    assert enter("members", MEMBER | {"职责": "召集人"}, JUSTICE) > 0
    assert refused("members", MEMBER | {"人员": "demo-civil-1"}) == "市中区民政局不是工作专班成员单位。"


INSPECTED = {"检查日期": "2026-03-03", "内容": "窗口", "发现问题": "仍索要证明", "整改期限": "2026-03-10"}


def test_a_problem_that_an_inspection_found_has_a_term_and_its_days_are_in_order() -> None:
    """Obligation 19.1."""
    open_ended = {name: text for name, text in INSPECTED.items() if name != "整改期限"}
    assert refused("inspections", open_ended) == "发现问题的须填整改期限;没有发现问题的,“发现问题”填“无”。"
    assert refused("inspections", INSPECTED | {"整改期限": ""}).startswith("发现问题的须填整改期限")
    for nothing in ("无", "未发现问题。"):
        assert enter("inspections", open_ended | {"发现问题": nothing}) > 0
        for name in ("整改期限", "办结日期"):  # it would be counted as put right, or as overdue for ever
            assert "没有发现问题的" in refused("inspections", open_ended | {"发现问题": nothing, name: "2026-03-04"})
    for name in ("整改期限", "办结日期"):
        assert refused("inspections", INSPECTED | {name: "2026-03-02"}) == "不能早于检查日期。"
    for name in ("检查日期", "办结日期"):
        assert refused("inspections", INSPECTED | {name: "2026-03-05"}).startswith("不能是将来的日期。")
    assert enter("inspections", INSPECTED | {"整改期限": "2026-03-03", "办结日期": "2026-03-04"}) > 0, "put right on the spot"


def test_a_finding_from_before_terms_were_asked_for_stands_until_it_is_corrected_with_one() -> None:
    """Obligation 19.1: it is read as it is; who closes it says by when it was to be put right."""
    with transaction() as session:
        values = {"检查日期": "2026-03-02", "内容": "窗口", "发现问题": "仍索要证明"}
        old = RegisterEntry(register=RegisterKind.INSPECTIONS, unit=CIVIL, values=values, entered_at=NOW, entered_by="x")
        session.add(old)
    assert [one.values for one in do(manual_registers.listed, RegisterKind.INSPECTIONS, CIVIL).rows] == [values]
    closed = values | {"办结日期": "2026-03-04"}
    assert refused("inspections", closed, replaces=old.serial).startswith("发现问题的须填整改期限")
    assert enter("inspections", closed | {"整改期限": "2026-03-04"}, replaces=old.serial) > old.serial


def test_an_inspection_names_a_plan_of_its_unit() -> None:
    """Obligation 19.1: a number by mistake would make another unit's inspection seem made."""
    planned = {"计划日期": "2026-03-03", "内容": "窗口"}
    plan, others = enter("inspection_plans", planned), enter("inspection_plans", planned, JUSTICE)
    done = enter("inspections", INSPECTED)
    for wrong in (others, done, 10**8):
        assert refused("inspections", INSPECTED | {"计划序号": str(wrong)}) == "应为督导检查计划中本单位一条的序号。"
    assert enter("inspections", INSPECTED | {"计划序号": str(plan)}) > plan
    do(unit_changes.merge, JUSTICE, CIVIL, at=NOW, document="x", now=NOW, actor="x")
    assert enter("inspections", INSPECTED | {"计划序号": str(others)}) > plan, "what was planned of a merged unit is its successor's"


COLLECTED = {"事项": "DEMO-0002", "证明": "P-RESIDENCE", "理由": "核验渠道故障"}


def blocked(unit: str) -> bool:
    return do(demands.record, Told(unit, COLLECTED["事项"], COLLECTED["证明"], DemandTold.UNIT), now=NOW, actor="x").blocked


def test_an_added_proof_is_asked_for_by_exception_alone_with_a_reason_and_the_offices_approval() -> None:
    """Obligations 5.8, 7.5: what the office allowed is not blocked."""
    before = {"unit": "370402-JUSTICE", "person": "demo-justice-1"}
    assert "不需要登记" in refused("collections", COLLECTED | {"证明": "P-HARDSHIP"}, JUSTICE), "what was listed from the first"
    old = standing("DEMO-0002", "P-HARDSHIP")
    publish(agreed(Change(None, replace(old, proof="P-RESIDENCE", proof_name="居住证明")), actor=JUSTICE_AGENT, unit=JUSTICE))
    assert "应为核验渠道故障、" in refused("collections", COLLECTED | {"理由": "方便"}, JUSTICE)
    assert "先由单位登记" in refused("collections", COLLECTED | {"批准": "是"}, JUSTICE)
    assert "不需要登记" in refused("collections", COLLECTED, CIVIL), "another unit's matter"
    serial = do(manual_registers.enter, RegisterKind.COLLECTIONS, before["unit"], COLLECTED, person=before["person"], now=NOW).serial
    approved = COLLECTED | {"批准": "是"}
    with pytest.raises(EntryRefused, match="由工作专班办公室填写"):
        do(manual_registers.enter, RegisterKind.COLLECTIONS, JUSTICE, approved, person="demo-justice-1", now=NOW, replaces=serial)
    assert blocked(JUSTICE), "asked for, and not allowed yet"
    allowed = enter("collections", approved, JUSTICE, replaces=serial)
    assert not blocked(JUSTICE) and blocked(CIVIL)
    with pytest.raises(EntryRefused, match="已有决定的,由其更正"):
        do(manual_registers.enter, RegisterKind.COLLECTIONS, JUSTICE, COLLECTED, person="demo-justice-1", now=NOW, replaces=allowed)
    assert enter("collections", COLLECTED | {"批准": "否"}, JUSTICE, replaces=allowed) > allowed
    assert blocked(JUSTICE)
    own = enter("collections", COLLECTED | {"说明": "另一窗口"}, JUSTICE)
    assert refused("collections", COLLECTED | {"说明": "另一窗口", "批准": "是"}, JUSTICE, replaces=own) == "登记的人不能批准自己的登记。"


def test_what_was_allowed_of_a_proof_ends_when_the_list_has_it_no_more() -> None:
    """Obligations 5.8, 7.5: the exception is one to an added proof; what the list dropped is asked of nobody."""
    old = standing("DEMO-0002", "P-HARDSHIP")
    added = replace(old, proof="P-RESIDENCE", proof_name="居住证明")
    publish(agreed(Change(None, added), actor=JUSTICE_AGENT, unit=JUSTICE))
    own = do(manual_registers.enter, RegisterKind.COLLECTIONS, JUSTICE, COLLECTED, person="demo-justice-1", now=NOW).serial
    enter("collections", COLLECTED | {"批准": "是"}, JUSTICE, replaces=own)
    assert not blocked(JUSTICE)
    day = Told(JUSTICE, COLLECTED["事项"], COLLECTED["证明"], DemandTold.APPLICANT, datetime.combine(NOW.astimezone(LOCAL), time(), LOCAL))
    of_day = [do(demands.record, replace(day, some_time=some_time), now=NOW + DAY, actor="x") for some_time in (True, False)]
    assert [row.listed or row.unlisted for row in of_day] == [False, True], "allowed on that day, of which nobody says when"
    publish(agreed(Change(standing("DEMO-0002", "P-RESIDENCE"), None), actor=JUSTICE_AGENT, unit=JUSTICE))
    told = do(demands.record, Told(JUSTICE, COLLECTED["事项"], COLLECTED["证明"], DemandTold.APPLICANT), now=NOW, actor="x")
    assert (told.listed, told.unlisted) == (False, True)
    assert blocked(JUSTICE)


def test_every_choice_has_its_words_and_every_field_its_fault() -> None:
    for kind, about in REGISTERS.items():
        nonsense = {field.name: "\u3000x" for field in about.fields}
        wrong = faults(kind, nonsense, date(2026, 3, 4), ["成员"])
        free = {field.name for field in about.fields if field.kind in (FieldKind.TEXT, FieldKind.PEOPLE, FieldKind.MEMBERS)}
        assert wrong.keys() == nonsense.keys() - free, kind


def test_what_is_sent_many_times_at_once_is_entered_once() -> None:
    """Obligation 14.1."""
    values = {"日期": "2026-03-04", "媒体": "区政府网站", "标题": "一图读懂"}

    def send(_: int) -> bool:
        with transaction() as session:
            return manual_registers.enter_once(session, RegisterKind.PUBLICITY, CIVIL, values, person="demo-admin", now=NOW)[1]

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(send, range(8))) == [False] * 7 + [True]
