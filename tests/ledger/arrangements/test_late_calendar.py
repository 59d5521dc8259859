"""日历晚到 (reading 25): a limit that nobody could have known urges nobody, and is on top while it is 未定."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.cases.schemas import CaseOut
from ledger.arrangements import calendars
from ledger.casework import inbox_view, views
from tests.ledger.acting import HOUR, MINUTE, alarms, do, immediate, limits, names, row, swept
from tests.ledger.filing import NOW, UNIT, file

pytestmark = pytest.mark.usefixtures("ledger")

ARCHIVE = "370402-ARCHIVE"
EVE = datetime(2027, 12, 31, 9, 10, tzinfo=UTC)  # Friday 17:10; nobody has entered 2028
OPENS = datetime(2028, 1, 4, 0, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def known_2027(ledger: str) -> None:
    do(calendars.put_year, 2027, [date(2027, 1, 1)], [], provisional=False, source="x", reason="通知", now=NOW, actor="x")


def enter_2028(now: datetime) -> None:
    do(
        calendars.put_year,
        2028,
        [date(2028, 1, 1), date(2028, 1, 3)],
        [],
        provisional=False,
        source="x",
        reason="通知",
        now=now,
        actor="person:demo-admin",
    )


def test_a_limit_that_had_passed_when_its_year_came_opens_no_supervision() -> None:
    lease, _ = immediate(EVE + 30 * MINUTE, "P-ARCHIVE", matter="DEMO-0003")
    enter_2028(OPENS + 3 * HOUR)
    swept(OPENS + 4 * HOUR)
    hard = limits(lease.number)["hard"]
    assert hard.missed_at == OPENS + 30 * MINUTE and "supervision" not in limits(lease.number)
    assert "supervised" not in names(lease.number)


def test_one_that_was_still_ahead_is_supervised_as_ever() -> None:
    lease, _ = immediate(EVE + 30 * MINUTE, "P-ARCHIVE", matter="DEMO-0003")
    enter_2028(OPENS + 10 * MINUTE)
    swept(OPENS + HOUR)
    assert limits(lease.number)["supervision"].due_at == OPENS + HOUR


def test_the_half_hour_of_a_supervision_that_nobody_could_know_is_not_told_to_the_office() -> None:
    lease, _ = immediate(EVE, "P-ARCHIVE", matter="DEMO-0003")  # missed at 17:40; its half hour begins in 2028
    swept(EVE + HOUR)
    enter_2028(OPENS + 3 * HOUR)
    swept(OPENS + 4 * HOUR)
    assert limits(lease.number)["supervision"].missed_at == OPENS + 30 * MINUTE
    assert "office_told" not in names(lease.number) and not [one for one in alarms() if one[0] == "supervision_missed"]


def test_what_is_undetermined_stands_on_top_with_its_word() -> None:
    at = EVE - 2 * HOUR
    due, _ = immediate(at, "P-ARCHIVE", matter="DEMO-0003")
    unknown, _ = immediate(EVE + 30 * MINUTE, "P-ARCHIVE", matter="DEMO-0003")
    found = do(inbox_view.lines, ARCHIVE, actor="person:x", now=EVE + 31 * MINUTE).rows
    assert [line.request.verification for line in found] == [unknown.number, due.number]
    assert found[0].due_at is None and "未定:2028 年的工作日历尚未录入" in found[0].notes


def test_a_case_tells_its_promised_days_and_why_its_end_is_unknown() -> None:
    at = EVE - timedelta(days=3)
    number = file("P-HARDSHIP", now=at, accepted_at=at, promise_end=None, promised_days=6)
    case = row(number).case

    def told() -> CaseOut:
        from ledger.tables.cases import Case

        def read(session):  # type: ignore[no-untyped-def]
            return CaseOut.of(views.find_case(session, UNIT, session.get_one(Case, case).number))

        return do(read)

    assert (told().promise_end, told().promised_days) == (None, 6)
    assert "2028 年的工作日历尚未录入" in (told().promise_undetermined or "")
    enter_2028(at + HOUR)
    assert told().promise_end is not None and told().promise_undetermined is None and told().promised_days == 6
