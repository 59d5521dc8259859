"""清单、值守、数据库 and the follow-up of changes: as they were at the period's end, with the cases behind each rate."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select

from domain.adjusting import Step
from domain.calendar import LOCAL
from domain.leads import LeadRule
from domain.listing import Change
from domain.registers import RegisterKind
from ledger.calendars import duty
from ledger.catalog import change_tasks, versions
from ledger.database import transaction
from ledger.oversight import leads
from ledger.registers import manual_registers
from ledger.registry.registry import put_databases, put_people, put_units
from ledger.tables.catalog import ChangeTask
from ledger.tables.oversight import Lead
from ledger.tables.registry import Person, ProofKind
from reports import periods
from reports.model import Rate
from tests.ledger.acting import ISSUER, MINUTE, all_of, do
from tests.ledger.catalog.test_proposals import OFFICE, PERMIT, RECORD, agreed, draft, publish, take
from tests.ledger.filing import NOW
from tests.ledger.listing import standing
from tests.reports.figures.asking import WEEK, listed, report
from tests.reports.figures.test_week import answered

pytestmark = pytest.mark.usefixtures("ledger")

DAY = timedelta(days=1)
NEXT = periods.week_of(WEEK.end)


def members(key: str, period: periods.Period = WEEK, scope: str = "") -> dict[str, bool]:
    return {line.number: line.counted for line in listed(key, period, scope, now=period.end + 40 * DAY).lines}


def test_a_list_counts_from_its_publication() -> None:
    """Obligation 5.1."""
    before = report(periods.before(WEEK), now=WEEK.end).coverage
    publish(agreed())
    found = report().coverage
    assert (before.lists, before.list_version) == (Rate(0, 4, "lists"), 0)
    assert (found.lists, found.list_version) == (Rate(1, 4, "lists"), 2)
    assert [unit for unit, has in members("lists").items() if has] == ["370402-PERMIT"]
    assert "市中区光明路街道办事处" not in found.without_list, "who only issues proofs has nothing to list"
    assert "市中区行政审批服务局" not in found.without_list and len(found.without_list) == 3
    assert report(scope="370402-PERMIT").coverage.lists == Rate(1, 1, "lists")
    assert report(periods.before(WEEK), now=WEEK.end).coverage == before


def test_a_list_that_was_taken_away_later_still_counted_then() -> None:
    publish(agreed())
    do(versions.publish, [Change(standing(), None)], document="x", now=NOW + 8 * DAY, actor="x")
    assert report(now=NOW + 20 * DAY).coverage.lists == Rate(1, 4, "lists")
    assert report(NEXT).coverage.lists == Rate(0, 4, "lists")


def test_a_unit_without_somebody_for_an_hour_was_not_whole_that_week() -> None:
    """Obligations 10.2, 10.3."""
    do(put_people, [{"code": "demo-civil-9", "unit": "370402-CIVIL", "name": "演示", "roles": ["agent"]}])
    assert report().coverage.rosters == Rate(8, 8, "rosters")
    do(duty.report_absence, "370402-ARCHIVE", "demo-archive-2", NOW + DAY, NOW + DAY + timedelta(hours=1), now=NOW, actor="x")
    found = report()
    assert (found.coverage.rosters, found.coverage.roster_gaps) == (Rate(7, 8, "rosters"), ("市中区档案馆",))
    assert [unit for unit, whole in members("rosters").items() if not whole] == ["370402-ARCHIVE"]
    assert "请市中区档案馆补齐督办员、代办员。" in found.next_steps
    assert report(NEXT).coverage.rosters == Rate(8, 8, "rosters")
    assert report(scope="370402-CIVIL").coverage.rosters == Rate(1, 1, "rosters")


def test_a_unit_that_need_not_take_part_is_asked_to_appoint_nobody() -> None:
    """Obligations 10.2, 10.3."""
    do(put_units, [{"code": "370402-OUT", "name": "演示不参加单位", "kind": "government", "takes_part": False}])
    do(put_units, [{"code": "370402-NEW", "name": "演示新设单位", "kind": "government"}])
    found = report()
    assert "演示不参加单位" not in str(found) and found.coverage.roster_gaps == ("演示新设单位",)
    lacking = {one.obligation: one.lacking for one in found.articles if one.obligation in ("10.2", "10.3")}
    assert lacking == {"10.2": ("演示新设单位",), "10.3": ("演示新设单位",)}


def test_who_supervises_alone_what_he_does_alone_is_no_supervisor() -> None:
    """Obligation 10.2, reading 16: the 督办员 is the only 代办员 while the other one is away."""
    do(put_people, [{"code": "demo-civil-9", "unit": "370402-CIVIL", "name": "演示", "roles": ["agent"]}])
    chief = do(duty.supervisor_at, "370402-CIVIL", NOW)
    with transaction() as session:
        for person in session.scalars(select(Person).where(Person.unit == "370402-CIVIL")):
            person.roles = ["agent"] if person.code == chief else person.roles
        others = [row.code for row in session.scalars(select(Person).where(Person.unit == "370402-CIVIL")) if row.code != chief]
    for other in others:
        do(duty.report_absence, "370402-CIVIL", other, NOW + DAY, NOW + 2 * DAY, now=NOW, actor="x")
    lacking = {one.obligation: one.lacking for one in report().articles if one.obligation in ("10.2", "10.3")}
    assert lacking == {"10.2": ("市中区民政局",), "10.3": ()}


def test_gaps_of_many_units_are_those_of_each() -> None:
    do(put_units, [{"code": "370402-NEW", "name": "演示新设单位", "kind": "government"}])
    do(duty.report_absence, "370402-ARCHIVE", "demo-archive-1", NOW + DAY, NOW + 3 * DAY, now=NOW, actor="x")
    units = ["370402-NEW", "370402-ARCHIVE", "370402-CIVIL"]
    together = do(duty.gaps_of, units, WEEK.start, WEEK.end)
    assert together == {unit: do(duty.gaps, unit, WEEK.start, WEEK.end) for unit in units}
    assert {gap.kind for gap in together["370402-NEW"]} == {duty.GapKind.NO_AGENT, duty.GapKind.NO_SUPERVISOR}


def test_a_database_counts_from_the_day_it_is_connected() -> None:
    """Obligation 6.4."""
    row = {"name": "演示库", "owner": "370402-CIVIL", "note": ""}
    do(
        put_databases,
        [
            row | {"code": "X-1", "connected_since": date(2026, 3, 8)},
            row | {"code": "X-2", "connected_since": date(2026, 3, 9)},
            row | {"code": "X-3"},
        ],
    )
    assert report().coverage.databases == Rate(3, 5, "databases")
    assert report(NEXT).coverage.databases == Rate(4, 5, "databases")
    assert members("databases", scope="370402-CIVIL") == {"X-1": True, "X-2": False, "X-3": False}


def test_an_adjustment_is_late_by_the_day_on_which_it_was_first_reported() -> None:
    """What the office sends back was reported in time all the same (obligation 5.5), and is counted once."""
    in_time, late, returned = draft(reason_date=date(2026, 3, 2)), draft(reason_date=date(2026, 2, 25)), draft(reason_date=date(2026, 3, 2))
    for proposal in (in_time, late, returned):
        take(proposal, Step.REPORT, PERMIT)
    take(returned, Step.RETURN, OFFICE, why="缺依据")
    take(returned, Step.REPORT, PERMIT, NOW + 3 * DAY)
    never = draft()
    assert report().coverage.late_adjustments == Rate(2, 4, "adjustments")
    assert {number for number, is_late in members("adjustments").items() if is_late} == {str(late), str(never)}
    take(in_time, Step.RETURN, OFFICE, why="缺依据")
    take(in_time, Step.REPORT, PERMIT, NOW + 9 * DAY)
    assert report(now=NOW + 20 * DAY).coverage.late_adjustments == Rate(2, 4, "adjustments")
    assert report(NEXT).coverage.late_adjustments == Rate(0, 0, "adjustments"), "reported again is no other report"
    take(returned, Step.DECIDE, OFFICE, **RECORD)


def test_an_adjustment_that_nobody_reported_is_late_as_its_lead_says() -> None:
    """Obligations 5.5, 16.4: and one that was withdrawn is nobody's."""
    late, never, withdrawn = (draft(reason_date=date(2026, 2, 25 + place)) for place in range(3))
    draft(reason_date=date(2026, 3, 4))  # due in the next week
    take(late, Step.REPORT, PERMIT)
    take(withdrawn, Step.WITHDRAW, PERMIT)
    found = report()
    do(leads.find, WEEK.start, WEEK.end, now=WEEK.end)
    told = {lead.subject for lead in all_of(Lead, rule=LeadRule.LATE_ADJUSTMENT)}
    assert {number for number, is_late in members("adjustments").items() if is_late} == told == {str(late), str(never)}
    assert found.coverage.late_adjustments == Rate(2, 2, "adjustments")
    assert [line.number for line in listed("adjustments_unreported").lines if line.counted] == [str(never)]
    assert report(NEXT).coverage.late_adjustments.part == 1, "the one that was due in it"


def test_an_adjustment_that_was_overdue_when_it_was_drafted_is_late_in_that_week() -> None:
    """Obligations 5.5, 16.4: else what is drafted late and never reported would be late in no week, and nobody would look into it."""
    proposal = draft(reason_date=date(2026, 2, 11))  # until the 16th, 24:00
    do(leads.find, WEEK.start, WEEK.end, now=WEEK.end)
    assert [lead.subject for lead in all_of(Lead, rule=LeadRule.LATE_ADJUSTMENT)] == [str(proposal)]
    assert members("adjustments") == members("adjustments_unreported") == {str(proposal): True}
    for other in (periods.week_of(datetime(2026, 2, 16, tzinfo=LOCAL)), periods.before(WEEK), NEXT):
        assert members("adjustments", other) == {}


def test_what_ends_with_the_last_day_of_a_quarter_is_late_in_that_quarter() -> None:
    """Obligation 5.5: 24:00 of the 31st of March is the end of March, not the beginning of April."""
    proposal = draft(reason_date=date(2026, 3, 26), now=NOW + 23 * DAY)
    quarters = periods.between(date(2026, 1, 1), date(2026, 3, 31)), periods.between(date(2026, 4, 1), date(2026, 6, 30))
    assert [members("adjustments", quarter) for quarter in quarters] == [{str(proposal): True}, {}]


def test_a_change_of_law_counts_in_the_week_in_which_the_office_enters_it_late() -> None:
    """Obligations 5.5, 16.4: and once, whatever is corrected later but the day itself."""
    law = {"法规": "《演示办法》", "施行日期": "2026-02-09", "涉及证明": "户籍证明"}
    enter = partial(do, manual_registers.enter, RegisterKind.LAW_CHANGES, "370402-PERMIT", person="demo-admin")
    serial = enter(law, now=NOW).serial
    corrected = enter(law | {"法规": "《演示办法(修订)》"}, now=NOW + 7 * DAY, replaces=serial).serial
    weeks = periods.week_of(datetime(2026, 2, 12, tzinfo=LOCAL)), WEEK, NEXT
    case = f"登记册第{serial}条"
    assert [members("law_not_followed", week) for week in weeks] == [{}, {case: True}, {}]
    assert [members("law_adjusted", week) for week in weeks] == [{}, {case: False}, {}]
    enter(law | {"施行日期": "2026-02-16"}, now=NOW + 14 * DAY, replaces=corrected)
    after = periods.week_of(NOW + 14 * DAY)
    assert members("law_not_followed", after) == {case: True}, "of that day it was not known before"


def test_an_adjustment_whose_year_has_no_calendar_is_counted_apart() -> None:
    """Obligation 5.5, reading 25."""
    undetermined = draft(reason_date=date(2001, 3, 2))
    assert members("adjustments") == {} and members("adjustments_undetermined") == {str(undetermined): True}


def test_follow_up_tasks_are_those_that_were_to_be_done_in_the_week() -> None:
    """Obligations 13.1, 13.2."""
    publish(agreed())
    process, guide = sorted(all_of(ChangeTask, version=2), key=lambda task: task.what, reverse=True)
    do(change_tasks.acknowledge, process.id, process.unit, "已改", now=NOW + DAY, actor="x")
    do(change_tasks.acknowledge, guide.id, guide.unit, "已改", now=NOW + 8 * DAY, actor="x")
    assert report(now=NOW + 20 * DAY).coverage.open_tasks == Rate(1, 2, "tasks")
    assert members("tasks") == {"2/DEMO-0001/process": True, "2/DEMO-0001/guide": False}
    assert report(NEXT).coverage.open_tasks == Rate(1, 1, "tasks")
    assert report(periods.week_of(NEXT.end)).coverage.open_tasks == Rate(0, 0, "tasks")


def test_a_proof_is_electronic_from_its_first_sealed_file_on_and_for_a_year() -> None:
    """Obligation 15.2: what came after the period says nothing of it."""

    def share(at: datetime) -> tuple[int, int]:
        (found,) = [one.share for one in report(periods.week_of(at)).articles if one.share.cases == "electronic"]
        return found.part, found.whole

    with transaction() as session:
        session.get_one(ProofKind, "P-HARDSHIP").issuing_unit = ISSUER
    before, whole = share(NOW)
    answered(5 * MINUTE, NOW + timedelta(days=7))
    assert share(NOW) == (before, whole) and share(NOW + timedelta(days=7)) == (before + 1, whole)
    assert share(NOW + timedelta(days=360)) == (before + 1, whole) and share(NOW + timedelta(days=380)) == (before, whole)
