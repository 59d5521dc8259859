"""平台故障 on page one: whoever decides by what units missed hears first that the platform was away meanwhile (reading 21)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from ledger.calendars import outages
from ledger.supervision import affected
from reports import issuing, periods
from reports.blocks import Paragraph
from reports.decisions import Outage
from reports.document import document
from reports.model import Rate, Report, from_json
from tests.ledger.acting import HOUR, MINUTE, asked, do, immediate, swept
from tests.ledger.filing import NOW
from tests.reports.figures.asking import WEEK, report
from tests.reports.figures.month import Month
from tests.reports.figures.reference import Ledger, Reference, is_kept
from tests.reports.figures.rows import Row, read
from tests.reports.figures.test_figures import SCOPES, spans
from tests.reports.figures.test_week import DAY, answered
from tests.reports.samples import REPORT


def away(since: datetime, lasting: timedelta) -> None:
    gone = do(outages.record, since, since + lasting, "断电", now=since + lasting, actor="person:demo-admin")
    do(affected.after_outage, gone, now=since + lasting, actor="person:demo-admin")


def overview(found: Report) -> str:
    return "".join(one.text for one in document(found).sections[0].blocks if isinstance(one, Paragraph))


@pytest.mark.usefixtures("ledger")
def test_a_long_outage_is_the_first_that_is_said_of_its_week_with_how_many_limits_met_it() -> None:
    answered(5 * HOUR)
    answered(5 * MINUTE, NOW + 2 * DAY)
    away(NOW + 10 * MINUTE, 4 * HOUR)
    found = report()
    assert found.outage == Outage(1, 240, 2), "the limit and its 督办"
    assert overview(found).startswith("本周平台故障 4.0 小时,2 个超时的时限遇到故障。本周收到核验申请 2 件")
    assert found.notes == ("平台故障 1 次,共 4.0 小时;按现行解读不从时限中扣除,超时的时限中有 2 个在运行期间遇到故障(平台原因)。",)
    assert report(periods.before(WEEK)).outage is None and from_json(found.as_json()) == found


@pytest.mark.usefixtures("ledger")
def test_what_fell_due_after_the_week_of_the_outage_that_it_met_says_so_too() -> None:
    """On Saturday the platform is away; on Monday a promise is missed that ran meanwhile, and one that did not."""
    asked(promise_end=WEEK.end + 10 * HOUR)
    away(NOW + 3 * DAY, 20 * MINUTE)
    immediate(WEEK.end + 9 * HOUR + 30 * MINUTE)
    swept(WEEK.end + 12 * HOUR)
    found, following = report(), report(periods.week_of(WEEK.end))
    assert found.outage == Outage(1, 20, 0) and "故障" not in overview(found), "what was missed had been missed before"
    assert following.outage == Outage(0, 0, 1) and following.limits.hard == Rate(0, 2, "hard")
    assert "超时的时限中有 1 个在运行期间遇到本周以前的平台故障(平台原因)。" in following.notes
    assert overview(following).startswith("1 个超时的时限遇到本周以前的平台故障。")


@pytest.mark.parametrize(
    ("outage", "said"),
    [
        (None, ""),
        (Outage(1, 59, 3), ""),
        (Outage(1, 59, 4), "本周平台故障 59 分钟,4 个超时的时限遇到故障。"),
        (Outage(2, 4320, 5), "本周平台故障 2 次,共 3.0 天,5 个超时的时限遇到故障。"),
        (Outage(1, 60, 0), "本周平台故障 60 分钟,没有超时的时限遇到故障。"),
        (Outage(1, 90, None), "本周平台故障 90 分钟,已从时限中扣除。"),
        (Outage(1, 5, None), ""),
        (Outage(0, 0, 4), "4 个超时的时限遇到本周以前的平台故障。"),
        (Outage(0, 0, 3), ""),
    ],
)
def test_it_is_said_where_it_was_long_or_met_many(outage: Outage | None, said: str) -> None:
    limits = replace(REPORT.limits, hard=Rate(195, 204), soft=Rate(112, 118), supervision=Rate(5, 6))  # sixteen were missed
    found = overview(replace(REPORT, limits=limits, outage=outage))
    assert found.startswith(f"{said}本周收到核验申请")
    fortnight = replace(REPORT, limits=limits, outage=outage, period=periods.parse("2026-03-02..2026-03-15"))
    assert ("故障" in issuing.lay_out(fortnight.as_json()).html.decode().partition("需要决定")[0]) == bool(said)
    assert "本周" not in issuing.lay_out(fortnight.as_json()).html.decode()


def test_what_met_an_outage_is_what_the_raw_rows_say(month: Month) -> None:
    """A second way: each limit against each outage, in plain Python. The week of the outage, two that run on from it, three together."""
    rows, ledger, met = dict[str, list[Row]](), Ledger(), set[int]()
    read(rows, ["outages"])
    for period, now in (*spans(month), *((week, week.end) for week in map(periods.week_from, mondays(month)))):
        for scope in SCOPES:
            wanted = Reference(ledger, period.start, period.end, scope, now)
            gone = [(row["since"], row["until"]) for row in rows["outages"] if row["since"] < wanted.cut]
            within = [min(until, wanted.cut) - max(since, wanted.start) for since, until in gone]
            missed = [one for one in wanted.fell_due("soft", "hard", "supervision") if not is_kept(one)]
            ran = [
                (one["started_at"] or ledger.request[one["request_id"]]["received_at"], one["due_at"]) for one in missed if of(wanted, one)
            ]
            count = sum(any(since < due and until > start for since, until in gone) for start, due in ran)
            lost = [one for one in within if one > timedelta()]
            expected = Outage(len(lost), sum(one // MINUTE for one in lost), count) if lost or count else None
            assert report(period, scope, now).outage == expected
            met.add(count)
    assert len(met) > 3, "not of nothing alone"


def of(wanted: Reference, limit: Row) -> bool:
    return not wanted.scope or wanted.unit_of(limit) == wanted.scope


def mondays(month: Month) -> list[date]:
    return [month.first + number * timedelta(days=7) for number in (2, 3, 4)]
