"""What stands behind a decision about people, lists, adjustments, follow-up, sources, databases and systems: counted as its list is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.adjusting import Step
from ledger.calendars import duty
from ledger.registry.registry import put_databases, put_systems
from reports.blocks import Table
from reports.decisions import Ground
from reports.document import document
from reports.figures.asked import fails
from reports.model import Rate, Report, SourceRow, Spread
from tests.ledger.acting import do
from tests.ledger.catalog.test_proposals import PERMIT, agreed, altered, draft, publish, take
from tests.ledger.filing import NOW
from tests.reports.figures.asking import listed, report

pytestmark = pytest.mark.usefixtures("ledger")

DAY = timedelta(days=1)
CIVIL, ARCHIVE = "370402-CIVIL", "370402-ARCHIVE"


def of(kind: str, found: Report) -> Ground:
    (one,) = [one for one in found.asked if one.kind == kind]
    return one


def test_every_step_that_names_no_limit_has_its_units_causes_and_the_key_of_its_list() -> None:
    """Obligations 5.1, 5.5, 6.4, 8.1, 10.2, 10.3, 13.1, 13.2."""
    do(duty.report_absence, ARCHIVE, "demo-archive-1", NOW + DAY, NOW + 90 * DAY, now=NOW, actor="x")
    publish(agreed())
    take(draft(altered(validity_days=71), reason_date=date(2026, 2, 25)), Step.REPORT, PERMIT)
    never = draft(altered(validity_days=72), reason_date=date(2026, 2, 26))
    row = {"name": "演示婚姻库", "owner": CIVIL, "note": ""}
    do(put_databases, [row | {"code": "X-1"}, row | {"code": "X-2", "name": "演示救助库"}])
    do(put_systems, [{"code": "s-1", "unit": CIVIL, "name": "演示系统"}])
    found = report()
    about = {one.kind: one for one in found.asked}
    assert list(about) == ["rosters", "lists", "adjustments", "tasks", "databases", "systems"]
    assert about["rosters"].units[0] == ("市中区档案馆", 1) and about["rosters"].cases == "rosters"
    assert dict(about["lists"].units).keys() == set(found.coverage.without_list) and about["lists"].waiting == 3
    assert all(count == 1 for _, count in about["lists"].causes) and len(about["lists"].causes) >= 3, "the matters that have no entry"
    late = about["adjustments"]
    assert (late.units, dict(late.steps), late.waiting) == ((("市中区行政审批服务局", 2),), {"逾期报送": 1, "逾期尚未报送": 1}, 1)
    assert late.causes[0][1] == 2 and "·" in late.causes[0][0] and late.since is not None and late.since < NOW
    assert [line.number for line in listed("adjustments_unreported").lines if line.counted] == [str(never)]
    tasks = about["tasks"]
    assert (tasks.units, tasks.waiting, tasks.since) == ((("市中区行政审批服务局", 2),), 2, NOW)
    assert dict(tasks.steps) == {"办理流程未调整": 1, "要素和指南未更新": 1}
    assert ("市中区民政局", 2) in about["databases"].units and {"演示婚姻库", "演示救助库"} <= dict(about["databases"].causes).keys()
    assert sorted(about["systems"].units) == [("市中区民政局", 1), ("市中区行政审批服务局", 1)]
    for one in found.asked:
        lines = listed(one.cases).lines
        wrong = [line for line in lines if line.counted is (one.kind == "adjustments")]
        assert len(wrong) == sum(count for _, count in one.units), one.kind
    steps = [step for step in found.next_steps if "工作日历" not in step]
    assert len(steps) == len(found.grounds) + len(found.asked), "each step has what it rests on, in the order of the steps"
    for step, one in zip(steps, (*found.grounds, *found.asked), strict=True):
        assert one.units[0][0] in step, (step, one.units)
    own = report(scope=CIVIL)
    assert {name for one in own.asked for name, _ in one.units} == {"市中区民政局"}


def test_page_one_says_which_list_belongs_to_a_decision_about_databases() -> None:
    """And who answers until when: not that a list is somewhere behind."""
    do(put_databases, [{"code": "X-1", "name": "演示婚姻库", "owner": CIVIL, "note": "", "connected_since": None}])
    found = report()
    chosen = of("databases", found)
    step = next(one for one in found.next_steps if "数据库未接入" in one)
    first = document(replace(found, next_steps=(step,), grounds=(), asked=(chosen,))).sections[1]
    (table,) = [block for block in first.blocks if isinstance(block, Table)]
    assert table.rows[0][1].startswith("市中区") and table.rows[0][4] == f"{chosen.waiting} 个"
    assert "(一)数据库未接入" in table.note and "3月12日前,(一)由有关单位办理并报专班办公室" in table.note
    assert "名单附后" not in str(first)


@pytest.mark.parametrize(("failed", "asked", "said"), [(1, 9, False), (2, 2, False), (3, 60, True), (3, 61, False), (19, 77, True)])
def test_a_source_that_failed_once_or_twice_is_no_decision_of_a_leader(failed: int, asked: int, said: bool) -> None:
    """11.1 % of nine queries stood there as one of three."""
    assert fails(SourceRow("x", asked, Rate(0, asked), Rate(failed, asked), Spread(0))) is said


def test_a_gap_that_was_filled_waits_no_more_and_one_from_before_has_no_day() -> None:
    """Obligations 10.2, 10.3."""
    before = [one for one in report().asked if one.kind == "rosters"]
    do(duty.report_absence, ARCHIVE, "demo-archive-1", NOW + DAY, NOW + DAY + timedelta(hours=1), now=NOW, actor="x")
    do(duty.report_absence, ARCHIVE, "demo-archive-2", NOW + DAY, NOW + DAY + timedelta(hours=1), now=NOW, actor="x")
    found = of("rosters", report())
    assert ("市中区档案馆", 1) in found.units and dict(found.steps)["曾缺,已补齐"] == 1
    assert found.waiting == sum(one.waiting for one in before) and found.since is None
