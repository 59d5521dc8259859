"""单位合并 in the report: what the merged unit received and its successor missed, answered or returned is the successor's.

Recomputed in plain Python from the raw rows: who stood where a unit stood, at the instant at which it was decided.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from domain.listing import Change
from domain.scoring import FORMULAS
from ledger.catalog import versions
from ledger.catalog.coverage import coverage
from ledger.database import transaction
from ledger.inbox import returns
from ledger.inbox.returns import ReturnReason
from ledger.registry import unit_changes
from ledger.registry.registry import put_databases
from ledger.succession import Charges
from reports import periods
from reports.model import Rate
from reports.scores import scores
from tests.ledger.acting import HOUR, ISSUER, MINUTE, deliver, do, immediate, reply, seal, swept
from tests.ledger.catalog.test_proposals import agreed, publish
from tests.ledger.filing import NOW
from tests.reports.figures.asking import WEEK, listed, report, row
from tests.reports.figures.rows import stood

pytestmark = pytest.mark.usefixtures("ledger")

CIVIL, ARCHIVE = "370402-CIVIL", "370402-ARCHIVE"
MERGED, DAY = NOW + HOUR, timedelta(days=1)
NEXT = periods.week_of(WEEK.end)
A = "person:demo-civil-1"


def merge(unit: str, into: str, at: datetime) -> None:
    do(unit_changes.merge, unit, into, at=at, document="市中政〔2026〕2号", now=at, actor="x")


def answered(at: datetime, after: timedelta, by: str) -> str:
    lease, request = immediate(at)
    reply(request, now=at + after, unit=by)
    seal(lease, at + after)
    deliver(lease, at + after)
    return lease.number


def raw(table: str) -> list[dict[str, Any]]:
    with transaction() as session:
        return [dict(one) for one in session.execute(text(f"SELECT * FROM {table}")).mappings()]


def expected(mergers: list[tuple[str, datetime, str]], now: datetime, period: periods.Period) -> dict[str, tuple[int, int, int, int, int]]:
    """Unit -> hard limits kept and due, received, answered, waiting."""
    before = [one for one in mergers if one[1] < min(period.end, now)]
    counts: Counter[tuple[str, str]] = Counter()

    def count(what: str, unit: str, at: datetime) -> None:
        counts[stood(unit, at, before), what] += 1

    request = {one["id"]: one for one in raw("requests")}
    for limit in raw("deadlines"):
        if limit["kind"] == "hard" and limit["closed_at"] is None and period.start < limit["due_at"] <= min(period.end, now):
            kept = limit["met_at"] is not None and limit["met_at"] <= limit["due_at"]
            unit, at = request[limit["request_id"]]["unit"], min(limit["met_at"] or limit["due_at"], limit["due_at"])
            count("due", unit, at)
            if kept:
                count("kept", unit, at)
    for one in request.values():
        if period.start <= one["received_at"] < period.end:
            count("received", one["unit"], one["received_at"])
        if one["answered_at"] and one["ended_at"] and period.start <= one["ended_at"] < period.end:
            count("answered", one["unit"], one["ended_at"])
        if one["received_at"] < period.end and (one["ended_at"] is None or one["ended_at"] >= period.end):
            count("waiting", one["unit"], min(period.end, now))
    units = {unit for unit, _ in counts}
    return {unit: tuple(counts[unit, what] for what in ("kept", "due", "received", "answered", "waiting")) for unit in units}  # type: ignore[misc]


@pytest.fixture
def week() -> list[tuple[str, datetime, str]]:
    """Kept before, missed before; kept, missed and left open after the merger; and the successor merged once more."""
    answered(NOW, 10 * MINUTE, ISSUER)
    immediate(NOW + MINUTE)  # missed before
    late, asked = immediate(NOW + 50 * MINUTE)  # due after
    kept, open_request = immediate(NOW + 55 * MINUTE)
    merge(ISSUER, CIVIL, MERGED)
    reply(open_request, now=MERGED + 5 * MINUTE, unit=CIVIL)
    seal(kept, MERGED + 5 * MINUTE)
    deliver(kept, MERGED + 5 * MINUTE)
    swept(MERGED + HOUR)
    merge(CIVIL, ARCHIVE, NOW + 6 * DAY)
    reply(asked, now=NEXT.start + 2 * DAY, unit=ARCHIVE)
    seal(late, NEXT.start + 2 * DAY)
    deliver(late, NEXT.start + 2 * DAY)
    return [(ISSUER, MERGED, CIVIL), (CIVIL, NOW + 6 * DAY, ARCHIVE)]


@pytest.mark.parametrize("period", [WEEK, NEXT])
def test_each_row_is_what_the_raw_rows_say(week: list[tuple[str, datetime, str]], period: periods.Period) -> None:
    now = NEXT.end + DAY
    found = {
        one.code: (one.limits.hard.part, one.limits.hard.whole, one.received, one.answered, one.waiting)
        for one in report(period, now=now).units
    }
    wanted = expected(week, now, period)
    assert {code: values for code, values in found.items() if any(values)} == wanted
    for code, (kept, due, *_) in wanted.items():
        lines = listed(f"hard/{code}", period, now=now).lines
        assert (sum(line.counted for line in lines), len(lines)) == (kept, due), "the list behind the figure"
        own = report(period, scope=code, now=now)
        assert (own.limits.hard.part, own.limits.hard.whole) == (kept, due) and own.spread.count == wanted[code][3]


def test_by_hand(week: list[tuple[str, datetime, str]]) -> None:
    found = report(now=NEXT.end)
    old, successor = row(found, ISSUER), row(found, CIVIL)
    assert (old.limits.hard, old.received, old.answered) == (Rate(1, 2, f"hard/{ISSUER}"), 4, 1)
    assert (successor.limits.hard, successor.received, successor.answered) == (Rate(1, 2, f"hard/{CIVIL}"), 0, 1)
    assert "民政局" in old.changed and "光明路街道办事处" in successor.changed, "both names"
    following = report(NEXT, now=NEXT.end)
    assert ISSUER not in {one.code for one in following.units} and row(following, CIVIL).answered == 0
    assert row(following, ARCHIVE).answered == 1 and "光明路街道办事处" in row(following, ARCHIVE).changed
    with transaction() as session:
        scored = {one.unit: one.figures["hard"] for one in scores(session, FORMULAS[-1], WEEK, NEXT.end)}
    assert (scored[ISSUER], scored[CIVIL]) == ((1, 2), (1, 2))


@pytest.mark.parametrize("late", [False, True])
def test_a_return_is_of_who_returned_it(late: bool) -> None:
    first, second = immediate(NOW)[1], immediate(NOW + 50 * MINUTE)[1]
    wish = ReturnReason("不属本单位职责", ARCHIVE, None)
    do(returns.give_back, first, ISSUER, wish, now=NOW + 5 * MINUTE, actor="person:demo-guangming-1")
    merge(ISSUER, CIVIL, MERGED)
    do(returns.give_back, second, CIVIL, wish, now=MERGED + (HOUR if late else MINUTE), actor=A)
    found = report(now=NEXT.end)
    assert (row(found, ISSUER).returns, row(found, ISSUER).returns_in_time.part) == (1, 1)
    assert (row(found, CIVIL).returns, row(found, CIVIL).returns_in_time) == (1, Rate(int(not late), 1, f"returned/{CIVIL}"))
    assert len(listed(f"returned/{CIVIL}").lines) == 1


def test_who_stands_where_at_every_instant() -> None:
    def at(days: int) -> datetime:
        return NOW + days * DAY

    mergers = [("A", at(1), "B"), ("C", at(2), "B"), ("B", at(3), "D"), ("E", at(4), "D")]
    charges = Charges.of(mergers)
    with transaction() as session:
        for unit in "ABCDEF":
            for days in range(6):
                sql = f"SELECT {charges.sql(':unit', 'CAST(:at AS timestamptz)')}"
                got = session.scalar(text(sql), {"unit": unit, "at": at(days)} | charges.given)
                assert got == stood(unit, at(days), mergers), (unit, days)
    assert Charges().sql("r.unit", "x") == "r.unit"


def test_the_databases_of_a_merged_unit_are_its_successors() -> None:
    """Obligation 6.4."""
    do(put_databases, [{"code": f"X-{unit}", "name": "演示库", "owner": unit, "note": ""} for unit in (ISSUER, CIVIL)])
    of_each = [report(scope=unit).coverage.databases.whole for unit in (ISSUER, CIVIL)]
    merge(ISSUER, CIVIL, NEXT.start + DAY)
    assert [report(scope=unit, now=NEXT.end).coverage.databases.whole for unit in (ISSUER, CIVIL)] == of_each, "as it stood in that week"
    following = [report(NEXT, scope=unit, now=NEXT.end).coverage.databases.whole for unit in (ISSUER, CIVIL)]
    assert following == [0, sum(of_each)]
    assert len(listed("databases", NEXT, scope=CIVIL, now=NEXT.end).lines) == sum(of_each)


def test_the_list_and_the_matters_of_a_merged_unit_are_its_successors() -> None:
    """Obligations 5.1, 16.3: an entry names the unit that it was published for, until the list is adjusted."""
    heir = "370402-GUANGMING"  # which only issues proofs until then
    publish(agreed())  # one of its list is published within the week that is played
    before = report(now=NEXT.end).coverage
    now = do(coverage)
    merge("370402-PERMIT", heir, NEXT.start + DAY)
    after = do(coverage)
    assert (after.units, after.with_list) == (now.units, now.with_list) and [one.code for one in after.without_list] == [
        one.code for one in now.without_list
    ]
    following, inherited = report(NEXT, now=NEXT.end).coverage, report(NEXT, scope=heir, now=NEXT.end).coverage
    assert (following.lists, following.without_list) == (before.lists, before.without_list)
    assert inherited.lists == Rate(1, 1, "lists") and inherited.without_list == ()
    assert [line.number for line in listed("lists", NEXT, scope=heir, now=NEXT.end).lines] == [heir]
    gone = [Change(one, None) for one in do(versions.entries_of).values() if one.unit == "370402-PERMIT"]
    do(versions.publish, gone, document="x", now=NEXT.start + 2 * DAY, actor="x")
    assert report(NEXT, scope=heir, now=NEXT.end).coverage.lists == Rate(0, 1, "lists"), "it has matters, and no list"
