"""What an operator types about the working calendar."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.calendars import calendars
from ledger.database import transaction
from runtime.commands import calendar, work_calendar
from runtime.failures import Failure


def known() -> dict[int, bool]:
    with transaction() as session:
        return {year: entered.provisional for year, entered in calendars.calendar(session).years.items()}


def test_the_list_says_what_is_provisional(ledger: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert calendar.main(["list"]) == 0
    said = capsys.readouterr()
    lines = (said.out + said.err).splitlines()
    assert any(line.strip().startswith("2027(暂定)") for line in lines) and any("chinesecalendar" in line for line in lines)


def test_the_notice_replaces_the_provisional_year(ledger: str) -> None:
    assert known()[2027]
    arguments = ["put", "2027", "--rest", "2027-01-01,2027-02-08", "--work", "2027-02-20", "--source", "演示通知", "--reason", "通知"]
    assert calendar.main(arguments) == 0
    assert not known()[2027]


def test_what_is_no_year_is_refused_with_words(ledger: str) -> None:
    with pytest.raises(Failure, match="不在 2028 年"):
        calendar.main(["put", "2028", "--rest", "2027-01-01", "--source", "x", "--reason", "x"])
    with pytest.raises(Failure, match="没有 2090 年"):
        calendar.main(["seed", "2090"])
    with pytest.raises(SystemExit):
        calendar.main(["put", "2028", "--rest", "1 月 1 日", "--source", "x", "--reason", "x"])
    with pytest.raises(SystemExit):
        calendar.main(["put", "2028", "--rest", "2028-01-01", "--source", "x", "--reason", "370402188102020017 来信"])
    for text in ("", "长" * 101, "首尾空白 ", "看不见\u200b的字"):
        with pytest.raises(SystemExit):
            calendar.main(["put", "2028", "--rest", "2028-01-01", "--source", text, "--reason", "x"])
    assert 2028 not in known()


def test_the_library_agrees_with_the_notices_where_they_are_known() -> None:
    """国办发明电〔2025〕7号 (2026): the National Day holidays, and the two days that are worked for them."""
    rest, work = work_calendar.of_library(2026)
    assert [day for day in rest if day.month == 10] == [date(2026, 10, day) for day in range(1, 8)]
    assert {date(2026, 9, 20), date(2026, 10, 10)} <= set(work)
    with pytest.raises(work_calendar.YearUnknown):
        work_calendar.of_library(2090)
