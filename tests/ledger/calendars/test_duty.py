"""值守: one 督办员 at every instant, one 代办员 or more; a gap is an alarm before it bites; the past stays (obligations 10.2, 10.3)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ledger.calendars import duty
from ledger.calendars.duty import DutyRefused, GapKind
from ledger.outbox.alarms import raise_alarm
from ledger.registry.registry import put_people, put_units
from tests.ledger.acting import HOUR, alarms, do
from tests.ledger.filing import NOW

pytestmark = pytest.mark.usefixtures("ledger")

UNIT, CHIEF, AGENT = "370402-ARCHIVE", "demo-archive-2", "demo-archive-1"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def deputies(ledger: str) -> None:
    people = [{"code": f"deputy-{name}", "unit": UNIT, "name": "演示", "roles": ["agent", "supervisor"]} for name in "ab"]
    do(put_people, people)


def appoint(person: str, since: datetime | None, until: datetime | None, *, acting: bool = False):  # type: ignore[no-untyped-def]
    return do(duty.appoint, UNIT, person, since, until, acting=acting, now=NOW, actor="person:demo-admin")


def at(instant: datetime) -> str | None:
    return do(duty.supervisor_at, UNIT, instant)


def test_an_acting_one_covers_for_a_period_and_no_two_cover_at_once() -> None:
    """Obligation 10.2."""
    appoint("deputy-a", NOW, NOW + 3 * DAY, acting=True)
    assert (at(NOW - HOUR), at(NOW), at(NOW + 3 * DAY)) == (CHIEF, "deputy-a", CHIEF)
    with pytest.raises(DutyRefused, match="同一时刻只能有一名"):
        appoint("deputy-b", NOW + DAY, NOW + 5 * DAY, acting=True)
    appoint("deputy-b", NOW + 3 * DAY, NOW + 5 * DAY, acting=True)  # right after is no overlap
    with pytest.raises(DutyRefused, match="结束时间"):
        appoint("deputy-b", NOW + 6 * DAY, None, acting=True)
    with pytest.raises(DutyRefused, match="晚于开始"):
        appoint("deputy-b", NOW + 6 * DAY, NOW + 6 * DAY, acting=True)


def test_a_new_one_takes_over_from_the_former() -> None:
    appoint("deputy-a", NOW, None)
    assert (at(NOW - HOUR), at(NOW + 99 * DAY)) == (CHIEF, "deputy-a")
    with pytest.raises(DutyRefused):
        appoint("demo-guangming-2", NOW + DAY, None)  # another unit's


def test_one_that_has_not_begun_is_cancelled_and_who_was_to_hand_over_stays() -> None:
    later = appoint("deputy-a", NOW + 5 * DAY, None)
    cover = appoint("deputy-b", NOW + DAY, NOW + 3 * DAY, acting=True)
    for row in (cover, later):
        do(duty.end_appointment, UNIT, row.id, None, now=NOW + HOUR, actor="x")
    assert [at(NOW + step * DAY) for step in (0, 2, 6)] == [CHIEF] * 3
    assert do(duty.gaps, UNIT, NOW, NOW + 9 * DAY) == []
    appoint("deputy-a", NOW + DAY, NOW + 4 * DAY, acting=True)  # the corrected one, over the same days
    assert at(NOW + 2 * DAY) == "deputy-a"


def test_one_with_an_end_goes_before_the_former_who_is_on_duty_again_afterwards() -> None:
    """The former one's absence in a period of a regular one leaves no gap behind."""
    appoint("deputy-a", NOW + DAY, NOW + 2 * DAY)
    assert [at(NOW + step * DAY) for step in (0, 1, 2, 30)] == [CHIEF, "deputy-a", CHIEF, CHIEF]
    with pytest.raises(DutyRefused, match="同一时刻只能有一名"):
        appoint("deputy-b", NOW + DAY, NOW + 3 * DAY)
    appoint("deputy-b", NOW + 3 * DAY, None)
    assert [at(NOW + step * DAY) for step in (2, 3, 30)] == [CHIEF, "deputy-b", "deputy-b"]
    assert do(duty.gaps, UNIT, NOW, NOW + 30 * DAY) == []


def test_who_was_on_duty_is_not_written_anew() -> None:
    for since, until in ((NOW - HOUR, None), (NOW - 2 * DAY, NOW - DAY)):
        with pytest.raises(DutyRefused, match="不能早于现在"):
            appoint("deputy-a", since, until)
    with pytest.raises(DutyRefused, match="不能早于现在"):
        do(duty.report_absence, UNIT, CHIEF, NOW - HOUR, NOW + HOUR, now=NOW, actor="x")
    (regular,) = do(duty.appointments, UNIT)
    with pytest.raises(DutyRefused, match="不能早于现在"):
        do(duty.end_appointment, UNIT, regular.id, NOW - HOUR, now=NOW, actor="x")
    assert at(NOW - HOUR) == CHIEF
    appoint("deputy-a", None, None)  # from now on, whatever the caller's watch says
    assert (at(NOW - HOUR), at(NOW)) == (CHIEF, "deputy-a")


def test_a_cancelled_absence_ends_at_that_instant_and_what_has_passed_of_it_stays() -> None:
    away = do(duty.report_absence, UNIT, CHIEF, NOW, NOW + 3 * DAY, now=NOW, actor="x")
    do(duty.cancel_absence, UNIT, away.id, now=NOW + DAY)
    assert (at(NOW + HOUR), at(NOW + DAY), at(NOW + 2 * DAY)) == (None, CHIEF, CHIEF)
    never = do(duty.report_absence, UNIT, CHIEF, NOW + 5 * DAY, NOW + 6 * DAY, now=NOW + DAY, actor="x")
    do(duty.cancel_absence, UNIT, never.id, now=NOW + 2 * DAY)
    assert at(NOW + 5 * DAY + HOUR) == CHIEF
    (gap,) = do(duty.gaps, UNIT, NOW, NOW + 7 * DAY)
    assert (gap.since, gap.until) == (NOW, NOW + DAY)


def test_a_unit_that_only_asks_has_a_gap_too() -> None:
    do(duty.report_gaps, NOW)
    assert not {subject for kind, subject in alarms() if kind == "duty_gap"}
    do(put_units, [{"code": "370402-SPORT", "name": "演示体育局", "kind": "government"}])
    do(duty.report_gaps, NOW)
    assert ("duty_gap", "370402-SPORT") in alarms()
    do(put_units, [{"code": "370402-SPORT", "name": "演示体育局", "kind": "government", "takes_part": False}])
    do(duty.report_gaps, NOW)
    assert ("duty_gap", "370402-SPORT") not in alarms(), "nobody need be appointed there"


def test_the_alarm_that_nobody_supervised_ends_with_its_cause() -> None:
    (regular,) = do(duty.appointments, UNIT)
    do(duty.end_appointment, UNIT, regular.id, None, now=NOW, actor="x")
    do(raise_alarm, "no_supervisor", UNIT, "督办开始时没有在岗的督办员", now=NOW)  # as `supervisions.open_one` does
    do(duty.report_gaps, NOW)
    assert {("no_supervisor", UNIT), ("duty_gap", UNIT)} <= alarms()
    appoint("deputy-a", NOW, None)
    do(duty.report_gaps, NOW)
    assert not {one for one in alarms() if one[1] == UNIT}


def test_an_absence_is_a_gap_until_it_is_covered_and_the_alarm_comes_before_it_bites() -> None:
    """Obligation 10.2."""
    do(duty.report_absence, UNIT, CHIEF, NOW + 3 * DAY, NOW + 4 * DAY, now=NOW, actor="x")
    (gap,) = do(duty.gaps, UNIT, NOW, NOW + 7 * DAY)
    assert (gap.kind, gap.since, gap.until) == (GapKind.NO_SUPERVISOR, NOW + 3 * DAY, NOW + 4 * DAY)
    do(duty.report_gaps, NOW)
    assert ("duty_gap", UNIT) in alarms()
    appoint("deputy-a", NOW + 3 * DAY, NOW + 4 * DAY, acting=True)
    do(duty.report_gaps, NOW)
    assert ("duty_gap", UNIT) not in alarms()


def test_all_agents_away_is_a_gap() -> None:
    """Obligation 10.3."""
    for person in (AGENT, "deputy-a", "deputy-b"):
        do(duty.report_absence, UNIT, person, NOW + DAY, NOW + 2 * DAY, now=NOW, actor="x")
    assert [gap.kind for gap in do(duty.gaps, UNIT, NOW, NOW + 7 * DAY)] == [GapKind.NO_AGENT]
    with pytest.raises(DutyRefused):
        do(duty.report_absence, UNIT, AGENT, NOW, NOW, now=NOW, actor="x")


def test_the_only_agent_is_not_the_supervisor_unless_the_district_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Obligation 10.3."""
    from settings import settings

    unit = "370402-GUANGMING"

    def try_it() -> None:
        do(duty.appoint, unit, "demo-guangming-1", NOW, None, acting=False, now=NOW, actor="x")

    with pytest.raises(DutyRefused, match="唯一的代办员"):
        try_it()
    monkeypatch.setenv("PROOFLESS_READINGS", '{"self_supervision": true}')
    settings.cache_clear()
    try_it()
    assert GapKind.SELF_SUPERVISION in [gap.kind for gap in do(duty.gaps, unit, NOW, NOW + DAY)]  # allowed, and flagged
    monkeypatch.undo()
    settings.cache_clear()
