"""The list behind a figure: a wrong key is refused, a page ends where it says, and nothing but numbers is told."""

from __future__ import annotations

import pytest

from ledger.casework import attention
from reports import cases, periods
from reports.wording import printed
from tests.ledger.acting import MINUTE, deliver, do, immediate, reply, seal
from tests.ledger.filing import NOW
from tests.reports.figures.asking import WEEK, listed, report
from tests.reports.figures.month import DAY, LOCAL, Month

WRONG = (
    "",
    "hard ",
    "Hard",
    "hard/370402-NOBODY",
    "hard@2026-W10",
    "kept",
    "kept@",
    "kept@2026-W60",
    "kept@x",
    "missed",
    "missed/370402-CIVIL",
    "missed/370402-CIVIL/2026-02-30",
    "missed//2026-03-04x",
    "hard/370402-CIVIL/2026-03-04",
    "method/paper",
    "method",
    "received/370402-CIVIL",
    "lists/370402-CIVIL",
    "soft'; DROP TABLE events; --",
    "../soft",
)


@pytest.mark.parametrize("key", WRONG)
def test_a_key_that_no_report_prints_is_refused_in_words(ledger: str, key: str) -> None:
    with pytest.raises(cases.NoSuchCases) as refused:
        listed(key)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in str(refused.value))


def test_every_page_but_the_last_names_the_next(ledger: str) -> None:
    numbers = sorted(immediate()[0].number for _ in range(5))
    pages, offset = [], 0
    while offset is not None:
        page = do(cases.cases, WEEK, "", "received", now=WEEK.end, offset=offset, limit=2)
        pages.append([line.number for line in page.lines])
        assert (page.part, page.whole) == (5, 5)
        offset = page.next_offset
    assert pages == [numbers[:2], numbers[2:4], numbers[4:]]


def test_what_counts_stands_apart_from_what_only_is_counted_with(ledger: str) -> None:
    kept, request = immediate()
    do(attention.withdraw, immediate()[0].number, now=NOW + MINUTE, actor="person:demo-permit-1")
    late = immediate()[0].number
    reply(request, now=NOW + 5 * MINUTE)
    assert {(line.number, line.counted) for line in listed("hard").lines} == {(kept.number, False), (late, False)}  # not sent yet
    seal(kept, NOW + 6 * MINUTE)
    deliver(kept, NOW + 6 * MINUTE)
    assert {(line.number, line.counted) for line in listed("hard").lines} == {(kept.number, True), (late, False)}
    missed = listed("missed/370402-GUANGMING/2026-03-04")
    assert {(line.number, line.counted) for line in missed.lines} == {(kept.number, False), (late, True)}


def test_a_list_is_found_by_the_name_that_page_one_prints(ledger: str) -> None:
    immediate()
    for key in ("hard", "standing", "supervision", "soft", "lists", "hard/370402-GUANGMING"):
        assert printed(key) != key and listed(printed(key)) == listed(key)


def test_the_list_of_a_source_is_found_by_the_name_of_the_source(month: Month) -> None:
    first = month.start + 7 * DAY
    period = periods.between(first.astimezone(LOCAL).date(), first.astimezone(LOCAL).date() + 20 * DAY)
    rows = report(period).sources
    assert {row.source for row in rows} == {"枣庄市电子证照库", "山东省数据共享交换平台"}
    for row in rows:
        key = printed(row.failed.cases, row.source)
        assert key == f"数据共享查询失败/{row.source}" and row.failed.part > 3
        assert listed(key, period) == listed(row.failed.cases, period) and listed(key, period).part == row.failed.part
