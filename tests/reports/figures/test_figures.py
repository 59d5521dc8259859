"""Every figure of a generated month against a second way to it (`reference`), by week, by range, by unit, as of any day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cached_property

import pytest

from reports import periods
from reports.model import Count, Period, Rate, Report, Spread
from tests.reports.figures.asking import listed, report, row
from tests.reports.figures.chance import by_chance
from tests.reports.figures.month import ASKING, ISSUING, Month
from tests.reports.figures.reference import Ledger, Reference

WEEK = timedelta(days=7)
SCOPES = ("", "370402-CIVIL", "370402-GUANGMING")


class Asked:
    """One report and its reference."""

    def __init__(
        self, ledger: Ledger, period: Period, scope: str, now: datetime, made: Callable[[Period, str], Report] | None = None
    ) -> None:
        self.period, self.scope, self.now, self.ledger, self.made = period, scope, now, ledger, made

    @cached_property
    def found(self) -> Report:
        return self.made(self.period, self.scope) if self.made else report(self.period, self.scope, self.now)

    @cached_property
    def wanted(self) -> Reference:
        return Reference(self.ledger, self.period.start, self.period.end, self.scope, self.now)


def spans(month: Month) -> list[tuple[Period, datetime]]:
    """A week on the Monday after, a later week half over, three weeks together asked much later, a week long ago."""
    monday = month.first
    second, third = periods.week_from(monday + WEEK), periods.week_from(monday + 2 * WEEK)
    return [
        (second, second.end + timedelta(hours=8)),
        (third, third.start + timedelta(days=3, hours=5)),
        (periods.between(monday + timedelta(days=3), monday + timedelta(days=23)), third.end + 9 * WEEK),
        (periods.week_from(monday - 10 * WEEK), third.end),
    ]


@pytest.fixture(scope="module")
def asked(month: Month) -> list[Asked]:
    ledger = Ledger()
    return [Asked(ledger, period, scope, now) for period, now in spans(month) for scope in SCOPES]


def pair(rate: Rate) -> tuple[int, int]:
    return rate.part, rate.whole


def near(spread: Spread) -> tuple[object, object, object]:
    """Within a millisecond."""
    return (
        spread.count,
        pytest.approx(spread.median, abs=1e-3) if spread.count else None,
        pytest.approx(spread.p95, abs=1e-3) if spread.count else None,
    )


def test_what_came_and_went_is_what_the_events_say(asked: list[Asked]) -> None:
    """Obligations 1.1, 7.1."""
    for one in asked:
        found, wanted = one.found, one.wanted
        assert found.received.value == len(wanted.received())
        assert found.finished.value == len(wanted.finished())
        assert (found.withdrawn, found.open) == (len(wanted.withdrawn()), len(wanted.open()))
        assert found.free_of_paper.value == len(wanted.free())
        assert {share.method: share.share.part for share in found.methods} == wanted.methods()
        assert {share.share.whole for share in found.methods} <= {found.finished.value}
        assert sum(share.share.part for share in found.methods) == found.finished.value


def test_limits_are_counted_by_when_they_fell_due_whatever_became_of_them(asked: list[Asked]) -> None:
    """Obligations 10.5, 10.6, 10.7, 10.8."""
    for one in asked:
        found, wanted = one.found.limits, one.wanted
        assert (pair(found.soft), pair(found.hard), pair(found.supervision)) == tuple(map(wanted.rate, ("soft", "hard", "supervision")))
        assert (found.excused, found.undetermined) == (wanted.excused(), wanted.undetermined())
        assert one.found.rules == tuple(
            sorted(
                {
                    limit["rule_version"]
                    for limit in wanted.fell_due("soft", "hard", "supervision")
                    if not one.scope or wanted.unit_of(limit) == one.scope
                }
            )
        )


def test_the_issuing_side_of_every_unit(asked: list[Asked]) -> None:
    assert_issuing_side(asked, {*ASKING, *ISSUING})


def assert_issuing_side(asked: list[Asked], units: set[str]) -> None:
    for one in asked:
        wanted = one.wanted
        assert {unit.code for unit in one.found.units} <= ({one.scope} if one.scope else units)
        for unit in one.found.units:
            code = unit.code
            limits = unit.limits
            assert (pair(limits.soft), pair(limits.hard), pair(limits.supervision)) == tuple(
                wanted.rate(kind, code) for kind in ("soft", "hard", "supervision")
            )
            assert (limits.excused, limits.undetermined) == (wanted.excused(code), wanted.undetermined(code))
            assert (unit.received, unit.waiting, unit.answered) == (wanted.asked(code), wanted.waiting(code), len(wanted.took(code)))
            assert wanted.spread(code) == near(unit.spread)
            assert (unit.returns, unit.supplements) == (wanted.count("returns", "at", code), wanted.count("suspensions", "asked_at", code))
            assert unit.supervised == wanted.count("supervisions", "opened_at", code)
            assert unit.supervision_missed == limits.supervision.whole - limits.supervision.part
            assert pair(unit.returns_accepted) == wanted.accepted(code)
            assert pair(unit.returns_in_time) == wanted.returned_in_time(code)


def test_the_requesting_side_of_every_unit(asked: list[Asked]) -> None:
    """Obligation 10.9."""
    for one in asked:
        everything = Reference(one.ledger, one.period.start, one.period.end, "", one.now)
        for unit in one.found.units:
            filed = [number for number in everything.received() if one.ledger.verification[number]["unit"] == unit.code]
            submitted = everything.count("voluntary_submissions", "at", unit.code)
            assert unit.filed == len(filed)
            assert unit.handed_back_minutes == one.wanted.handed_back(unit.code)
            assert pair(unit.voluntary) == (submitted, submitted + len(filed))


def test_times_and_their_distribution_are_of_what_was_sent(asked: list[Asked]) -> None:
    """Obligation 1.1."""
    for one in asked:
        took = one.wanted.took(one.scope)
        assert one.wanted.spread(one.scope) == near(one.found.spread)
        edges = [0, 300, 900, 1800, 7200, 86400, float("inf")]
        assert [part.count for part in one.found.distribution] == [
            sum(low <= each < high for each in took) for low, high in zip(edges, edges[1:], strict=False)
        ]


def test_sources_with_what_they_found_and_how_often_they_failed(asked: list[Asked]) -> None:
    """Obligation 7.2."""
    names = {"枣庄市电子证照库": "licence_library", "山东省数据共享交换平台": "province_gateway"}
    for one in asked:
        found = {
            names[each.source]: (
                each.asked,
                each.found.part,
                each.failed.part,
                pytest.approx(each.spread.median),
                pytest.approx(each.spread.p95),
            )
            for each in one.found.sources
        }
        assert one.wanted.sources() == found
        assert all(each.found.whole == each.failed.whole == each.asked for each in one.found.sources)


def test_the_heat_map_has_every_day_of_every_unit_that_had_a_limit(asked: list[Asked]) -> None:
    for one in asked:
        cells = {(cell.unit, cell.day.isoformat()): pair(cell.missed) for cell in one.found.heat}
        wanted = one.wanted.heat()
        assert {place: cell for place, cell in cells.items() if cell[1]} == wanted
        assert len(cells) == len({unit for unit, _ in wanted}) * len(periods.days(one.period))


def test_last_week_and_the_trend_are_the_same_figures_of_those_weeks(asked: list[Asked]) -> None:
    for one in asked:

        def of(start: datetime, end: datetime, one: Asked = one) -> Reference:
            return Reference(one.ledger, start, end, one.scope, one.now)

        before = periods.before(one.period)
        last = of(before.start, before.start + (one.wanted.cut - one.period.start))
        is_first = min(one.ledger.filed.values()) >= one.period.start
        counts = one.found.received, one.found.finished, one.found.free_of_paper
        assert [count.before for count in counts] == (
            [None] * 3 if is_first else [len(last.received()), len(last.finished()), len(last.free())]
        )
        if not is_first:
            assert one.found.limits_before is not None
            assert pair(one.found.limits_before.hard) == last.rate("hard")
        newest = periods.week_of(one.period.end - timedelta(seconds=1))
        for back, point in enumerate(reversed(one.found.trend)):
            week = of(newest.start - back * WEEK, newest.end - back * WEEK)
            soft, hard = week.rate("soft"), week.rate("hard")
            assert (point.received, pair(point.kept)) == (len(week.received()), (soft[0] + hard[0], soft[1] + hard[1]))


def test_ranks_say_ties_and_leave_out_small_numbers(asked: list[Asked]) -> None:
    for one in asked:
        rates = {
            code: [sum(part) for part in zip(one.wanted.rate("soft", code), one.wanted.rate("hard", code), strict=True)]
            for code in {*ASKING, *ISSUING}
        }
        shares = {code: kept / due for code, (kept, due) in rates.items() if due >= 10}
        for unit in one.found.units:
            expected = 1 + sum(share > shares[unit.code] for share in shares.values()) if unit.code in shares else None
            assert unit.rank == expected


def test_an_outlying_voluntary_share_is_noted_and_no_other(asked: list[Asked]) -> None:
    """Obligation 2.7: noted is what chance hardly gives by the exact binomial tail, and what it never gives is noted."""
    noted = []
    for one in asked:
        for unit in one.found.units:
            everything = Reference(one.ledger, one.period.start, one.period.end, "", one.now)
            part, whole = pair(unit.voluntary)
            all_parts, all_filed = everything.count("voluntary_submissions", "at", ""), len(everything.received())
            rest = all_parts - part, all_parts + all_filed - whole
            if min(whole, rest[1]) < 20:
                assert not unit.note, "too few to compare"
                continue
            share, theirs = part / whole, rest[0] / rest[1]
            tail = by_chance(part, whole, (rest[0] + 1) / (rest[1] + 1))
            if unit.note:
                assert share > 2 * theirs and tail < 0.001
            elif share > 3 * theirs:
                assert tail > 1e-6
            noted.append(bool(unit.note))
    assert any(noted) and not all(noted)


def keys_of(found: Report) -> dict[str, Rate | Count]:
    """Every key that the report prints, with its figure."""
    rates: list[Rate | Count] = [found.received, found.finished, found.free_of_paper, found.voluntary]
    rates += [found.limits.soft, found.limits.hard, found.limits.supervision, *(one.share for one in found.methods)]
    rates += [rate for each in found.sources for rate in (each.found, each.failed)]
    rates += [
        rate
        for unit in found.units
        for rate in (
            unit.limits.soft,
            unit.limits.hard,
            unit.limits.supervision,
            unit.returns_accepted,
            unit.returns_in_time,
            unit.voluntary,
        )
    ]
    rates += [cell.missed for cell in found.heat] + [point.kept for point in found.trend]
    covered = found.coverage
    rates += [covered.lists, covered.rosters, covered.databases, covered.late_adjustments, covered.open_tasks]
    assert all(rate.cases for rate in rates)
    return {rate.cases: rate for rate in rates}


def test_behind_every_figure_stand_just_its_cases(asked: list[Asked]) -> None:
    for one in asked[:6]:
        for key, figure in keys_of(one.found).items():
            cases = listed(key, one.period, one.scope, one.now)
            wanted = (figure.value, figure.value) if isinstance(figure, Count) else pair(figure)
            assert (cases.part, cases.whole) == wanted, key
            assert (sum(line.counted for line in cases.lines), len(cases.lines)) == wanted, key


def test_the_cases_of_a_limit_are_its_numbers_with_the_kept_ones_told_apart(asked: list[Asked]) -> None:
    one = asked[0]
    limits = one.wanted.fell_due("hard")
    wanted = sorted((limit["verification"], limit["met_at"] is not None) for limit in limits)
    paged = listed("hard", one.period, now=one.now, limit=7)
    assert sorted((line.number, line.counted) for line in paged.lines) == wanted
    assert [line.number for line in paged.lines] == sorted(line.number for line in paged.lines)


def test_an_old_week_asked_much_later_says_the_same(month: Month, asked: list[Asked]) -> None:
    """Of what is decided after the week only an excuse counts: whoever asks later is told of it."""
    period = periods.week_from(month.first + WEEK)
    then, later = report(period), report(period, now=period.end + 20 * WEEK)
    assert later.limits.excused >= then.limits.excused
    assert (later.received, later.finished, later.open, later.spread, later.sources, later.heat) == (
        then.received,
        then.finished,
        then.open,
        then.spread,
        then.sources,
        then.heat,
    )
    assert [(one.code, one.waiting, one.limits.hard, one.handed_back_minutes, one.rank) for one in later.units] == [
        (one.code, one.waiting, one.limits.hard, one.handed_back_minutes, one.rank) for one in then.units
    ]


def test_the_week_across_new_year_has_one_name(month: Month) -> None:
    found = report(periods.week_from(date(2026, 12, 28)), now=month.start + 20 * WEEK)
    assert (found.issue, found.period.label) == ("〔2026〕第53期", "2026年第53周(2026年12月28日至2027年1月3日)")
    assert found.trend[-1].label.removesuffix("(未满)") == "第53周"  # played in spring, that week has not come
    assert row(found, ASKING[0]).filed if month.first.month == 12 else not found.received.value
