"""A year of a district (`played.py`): every figure of the annex and every total of the report again in plain Python over one ledger.

For the year, a quarter and weeks in which a unit is renamed or merged; of the district and of units. Of twenty thousand
verifications, minutes outside of CI: `PROOFLESS_TEST_YEAR=20000 ./run test -q --timeout=0 tests/reports/figures/test_year.py`.
"""

from __future__ import annotations

import math
import os
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from domain.complaints import ComplaintChannel
from reports import periods
from reports.model import Period, Report
from runtime.services.postgres import Cluster
from settings import settings
from tests.conftest import fresh_ledger
from tests.reports.figures import raw, test_articles, test_checks, test_clocks, test_complained, test_conduct, test_figures
from tests.reports.figures.asking import listed, report, row
from tests.reports.figures.clocked import INSTANT
from tests.reports.figures.handed_in import MORE
from tests.reports.figures.played import YEAR, play, sized
from tests.reports.figures.reference import Ledger, Reference, is_kept
from tests.reports.figures.rows import Row, read
from tests.reports.figures.standing import Standing, places
from tests.reports.figures.test_figures import Asked, pair

RANKS = ("hard", "standing", "supervision", "soft")  #: what was missed, the gravest first
DISTRICT = sized(int(os.environ.get("PROOFLESS_TEST_YEAR", "1500")))
MERGED, INTO = YEAR.mergers[0][:2]
RENAMED, NAME = YEAR.renamed[:2]
WHOLE = periods.between(date(2026, 1, 1), date(2026, 12, 31))
RENAMING, MERGING = periods.parse("2026-W12"), periods.parse("2026-W28")
QUARTER = periods.between(date(2026, 7, 1), date(2026, 9, 30))
PERIODS = {"renaming": RENAMING, "merging": MERGING, "quarter": QUARTER, "year": WHOLE}
SCOPES = ("", INTO, MERGED, RENAMED)
WAYS: tuple[tuple[type[raw.Raw], dict[str, bool]], ...] = (
    (test_checks.Raw, test_checks.KEYS),
    (test_clocks.Raw, test_clocks.KEYS),
    (test_complained.Raw, test_complained.KEYS),
    (test_conduct.Raw, test_conduct.KEYS),
)


@pytest.fixture(scope="module")
def rows(
    installation: tuple[Path, Cluster], template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, list[Row]]]:
    """The ledger is filled; what was read of it once."""
    with fresh_ledger(installation, template_database), pytest.MonkeyPatch.context() as changed:
        changed.setenv("PROOFLESS_INSTANT_SECONDS", f"{INSTANT.total_seconds()}")
        settings.cache_clear()
        play(tmp_path_factory.mktemp("files"), DISTRICT)
        yield {}
    settings.cache_clear()
    of.cache_clear()


@cache
def of(period: Period, scope: str) -> Report:
    return report(period, scope)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("period", PERIODS.values(), ids=PERIODS)
def test_every_figure_of_the_annex_is_what_the_rows_of_the_year_say(rows: dict[str, list[Row]], period: Period, scope: str) -> None:
    found, now = of(period, scope), period.end + timedelta(hours=8)
    keys = set(test_articles.OWN)
    for way, parts in WAYS:
        keys |= parts.keys()
        for key, has_parts in parts.items():
            raw.compare(way(period, scope, now, rows), found, key, parts=has_parts)
    lists = test_articles.Raw(period, scope, now, rows)
    for one in test_articles.own(found):
        assert (one.share.part, one.share.whole) == test_articles.expected(lists, one.share.cases), (one.obligation, one.name)
        if one.elapsed is not None:
            timed = {"agreed_published": lists.agreed, "list_lag": lists.lags, "list_age": lists.age}[one.share.cases]()
            took = sorted(seconds for _, seconds in timed if seconds is not None)
            assert one.elapsed.count == len(took)
            if took:
                assert one.elapsed.median == pytest.approx(statistics.median(took), abs=1e-3)
                assert one.elapsed.p95 == pytest.approx(took[math.ceil(0.95 * len(took)) - 1], abs=1e-3)
    assert {one.share.cases.partition("/")[0] for one in found.articles} == keys, "none is without its second way"


def test_something_of_every_figure_happens_in_the_year(rows: dict[str, list[Row]]) -> None:
    assert [one.name for one in of(WHOLE, "").articles if not one.of and not one.share.part] == []


@pytest.fixture(scope="module")
def asked(rows: dict[str, list[Row]]) -> list[Asked]:
    ledger = Ledger(rows)
    return [
        Asked(ledger, period, scope, period.end + timedelta(hours=8), of)
        for period in (MERGING, QUARTER, WHOLE)
        for scope in ("", INTO, MERGED)
    ]


@pytest.mark.parametrize(
    "question",
    [
        test_figures.test_what_came_and_went_is_what_the_events_say,
        test_figures.test_limits_are_counted_by_when_they_fell_due_whatever_became_of_them,
        test_figures.test_the_requesting_side_of_every_unit,
        test_figures.test_times_and_their_distribution_are_of_what_was_sent,
        test_figures.test_sources_with_what_they_found_and_how_often_they_failed,
        test_figures.test_the_heat_map_has_every_day_of_every_unit_that_had_a_limit,
        test_figures.test_last_week_and_the_trend_are_the_same_figures_of_those_weeks,
        test_figures.test_an_outlying_voluntary_share_is_noted_and_no_other,
    ],
)
def test_every_total_is_what_the_rows_of_the_year_say(asked: list[Asked], question: object) -> None:
    question(asked)  # type: ignore[operator]


def test_the_issuing_side_of_every_unit_is_what_the_rows_of_the_year_say(asked: list[Asked]) -> None:
    test_figures.assert_issuing_side(asked, {*YEAR.asking, *YEAR.issuing})


@pytest.mark.parametrize("period", PERIODS.values(), ids=PERIODS)
@pytest.mark.parametrize("scope", ["", INTO, MERGED])
def test_complaints_and_systems_are_what_the_rows_of_the_year_say(rows: dict[str, list[Row]], period: Period, scope: str) -> None:
    found, now = of(period, scope), period.end + timedelta(hours=8)
    seen = test_checks.Raw(period, scope, now, rows)
    read(rows, ("complaints", "complaint_steps"))
    read(rows, ("unit_changes",))
    received = [one for one in rows["complaints"] if seen.within(one["received_at"])]
    received = [one for one in received if not scope or one["unit"] and seen.stood(one["unit"], one["received_at"]) == scope]
    due = [one for one in rows["complaints"] if seen.is_due(one["due_at"]) and one["duplicates"] is None]
    at = {one["id"]: min(one["due_at"], one["done_at"] or one["due_at"]) for one in due}
    passed = {one["complaint_id"] for one in rows["complaint_steps"] if one["step"] == "pass"}
    asked = {one["id"]: one["handler"] if one["id"] in passed else one["unit"] for one in due}
    due = [one for one in due if not scope or asked[one["id"]] and seen.stood(asked[one["id"]], at[one["id"]]) == scope]
    by_channel = Counter(ComplaintChannel(one["channel"]).label for one in received)
    assert (found.complaints.received.value, dict(found.complaints.by_channel)) == (len(received), dict(by_channel))
    kept = [one for one in due if one["done_at"] is not None and one["done_at"] <= one["due_at"]]
    assert (found.complaints.handled.part, found.complaints.handled.whole) == (len(kept), len(due))
    cases = {one["id"]: one for one in rows["cases"]}
    origins = Counter(
        cases[one["case_id"]]["origin_system"] or one["via_system"]
        for one in rows["verifications"]
        if seen.within(one["filed_at"]) and seen.concerns(one["number"], one["filed_at"])
    )
    for system in found.systems:
        assert system.obtained == origins[system.code] + origins[system.name], system.code
    assert found.coverage.systems.part == sum(part for _, part, _, _ in seen.systems_connected())


@pytest.mark.parametrize("period", PERIODS.values(), ids=PERIODS)
@pytest.mark.parametrize("scope", ["", INTO, MERGED])
def test_what_stands_at_the_end_is_what_the_rows_of_the_year_say(rows: dict[str, list[Row]], period: Period, scope: str) -> None:
    """Obligations 2.7, 5.1, 5.5, 6.4, 8.1, 10.2, 10.3, 13.1, 13.2, 18.1: lists, rosters, databases, adjustments, tasks, leads."""
    found, wanted = of(period, scope), Standing(rows, period, scope)
    covered, names = found.coverage, {one.code: one.name for one in of(period, "").units}
    (rosters, gaps), (lists, without) = wanted.rosters(), wanted.lists()
    assert (pair(covered.rosters), pair(covered.lists)) == (rosters, lists)
    assert (len(covered.roster_gaps), len(covered.without_list)) == (len(gaps), len(without))
    assert {names[unit] for unit in gaps & names.keys()} <= {*covered.roster_gaps}
    assert {names[unit] for unit in without & names.keys()} <= {*covered.without_list}
    assert (pair(covered.databases), covered.list_version) == (wanted.databases(), wanted.list_version())
    assert (pair(covered.late_adjustments), pair(covered.open_tasks)) == (wanted.late_adjustments(), wanted.tasks())
    assert pair(covered.systems) == wanted.systems()
    assert {(one.number, one.clause, one.unit) for one in found.leads} == wanted.leads() and len(found.leads) == len(wanted.leads())
    assert found.voluntary.value == wanted.voluntary()
    complained = sorted(wanted.complained_of().values(), reverse=True)
    assert [count for _, count in found.complaints.by_unit] == complained
    assert {unit.code: unit.rank for unit in found.units} == places(Ledger(rows), period, [unit.code for unit in found.units])


def _stood(limit: Row, request: Row | None, events: list[Row]) -> str:
    """Where a case was when a limit passed."""
    due = limit["due_at"]
    if request is None:
        return "不在出具单位(退回、转办、待决定)"
    if request["answered_at"] is not None and request["answered_at"] <= due:
        return "答复后未反馈" if limit["kind"] == "supervision" else "答复后未送达"
    held = [one for one in events if one["event"] in ("claimed", "released") and one["detail"]["request"] == str(request["id"])]
    held = sorted((one for one in held if one["at"] <= due), key=lambda one: (one["at"], one["id"]))
    return "认领后未答复" if held and held[-1]["event"] == "claimed" else "无人认领"


def _standing(wanted: Reference, scope: str) -> dict[str, tuple[datetime, str | None, Row | None]]:
    """What was late before the period, by no limit of it, and is open at its end -> since when, with whom it is, and the request."""
    ledger, found, late = wanted.ledger, {}, defaultdict[str, list[datetime]](list)
    for limit in ledger.rows["deadlines"]:
        decided = limit["met_at"] is not None or limit["missed_at"] is not None
        rests = limit["pausable"] and not decided and any(row["ended_at"] is None for row in ledger.rests.get(limit["request_id"], ()))
        excused = limit["kind"] == "soft" and limit["excuse_approved"] is True and limit["excuse_decided_at"] <= wanted.now
        if limit["kind"] in ("soft", "hard") and limit["due_at"] and not (limit["closed_at"] or rests or excused or is_kept(limit)):
            late[limit["verification"]].append(limit["due_at"])
    for number, dues in late.items():
        row = ledger.verification[number]
        is_open = row["filed_at"] < wanted.start and (row["ended_at"] is None or row["ended_at"] >= wanted.cut)
        if is_open and min(dues) <= wanted.start and not any(wanted.is_due(due) for due in dues):
            has = [one for one in ledger.asked.get(number, ()) if one["received_at"] < wanted.cut]
            has = sorted((one for one in has if not one["ended_at"] or one["ended_at"] >= wanted.cut), key=lambda one: one["received_at"])
            unit = wanted.stood(has[-1]["unit"], wanted.cut) if has else None
            if not scope or unit == scope:
                found[number] = min(dues), unit, has[-1] if has else None
    return found


@pytest.mark.parametrize("period", PERIODS.values(), ids=PERIODS)
@pytest.mark.parametrize("scope", ["", INTO])
def test_what_stands_behind_the_missed_limits_is_what_the_rows_of_the_year_say(
    rows: dict[str, list[Row]], period: Period, scope: str
) -> None:
    found = of(period, scope)
    asked = Asked(Ledger(rows), period, scope, period.end + timedelta(hours=8), of)
    read(rows, ("entries",))
    entries, cases = {one["id"]: one for one in rows["entries"]}, {one["number"]: one for one in rows["verifications"]}
    stood = _standing(asked.wanted, scope)
    assert {one.kind for one in found.grounds if one.kind == "standing"} == ({"standing"} if stood else set())
    for one in found.grounds:
        if one.kind == "standing":
            assert {line.number for line in listed(one.cases, period, scope).lines} == stood.keys()
            assert (one.waiting, one.since) == (len(stood), min(since for since, *_ in stood.values()))
            assert sorted(count for _, count in one.units) == sorted(Counter(unit for _, unit, _ in stood.values()).values())
            continue
        missed = [limit for limit in asked.wanted.fell_due(one.kind) if not is_kept(limit)]
        missed = [limit for limit in missed if not scope or asked.wanted.unit_of(limit) == scope]
        if one.kind == "soft":
            missed = [
                limit for limit in missed if not (limit["excuse_approved"] is True and limit["excuse_decided_at"] <= asked.wanted.now)
            ]
        of_entry = [entries[cases[limit["verification"]]["entry_id"]] for limit in missed]
        assert dict(one.causes) == Counter(f"{entry['matter_name']}·{entry['proof_name']}" for entry in of_entry)
        assert sorted(count for _, count in one.units) == sorted(Counter(asked.wanted.unit_of(limit) for limit in missed).values())
        requests = {request["id"]: request for request in rows["requests"]}
        ended = [
            (requests[limit["request_id"]] if one.kind == "supervision" else cases[limit["verification"]])["ended_at"] for limit in missed
        ]
        waits = [limit["due_at"] for limit, end in zip(missed, ended, strict=True) if end is None or end >= period.end]
        assert (one.waiting, one.since) == (len(waits), min(waits, default=None))
        wanted = Counter(_stood(limit, requests.get(limit["request_id"]), rows["events"]) for limit in missed)
        assert dict(one.steps) == wanted and listed(one.cases, period, scope).whole >= len(missed)


def _late(
    rows: dict[str, list[Row]], wanted: Reference, scope: str, *, at_each: bool = False
) -> dict[tuple[str, str | None], tuple[int, str, set[str]]]:
    """Each late case once, or `at_each` of its units -> what was missed, where it stood, and the source that had failed it before."""
    requests = {request["id"]: request for request in rows["requests"]}
    found: dict[tuple[str, str | None], tuple[tuple[int, datetime], str]] = {}
    for rank, kind in enumerate(RANKS):
        for limit in wanted.fell_due(kind) if kind != "standing" else ():
            excused = kind == "soft" and limit["excuse_approved"] is True and limit["excuse_decided_at"] <= wanted.now
            if not (is_kept(limit) or excused) and scope in ("", wanted.unit_of(limit)):
                key, place = (limit["verification"], wanted.unit_of(limit) if at_each else None), (rank, limit["due_at"])
                if key not in found or place < found[key][0]:
                    found[key] = place, _stood(limit, requests.get(limit["request_id"]), rows["events"])
    for number, (since, unit, request) in _standing(wanted, scope).items():
        key = number, unit if at_each else None
        if key not in found or found[key][0][0] > 1:
            found[key] = (1, since), _stood({"due_at": wanted.cut, "kind": "standing"}, request, rows["events"])
    failed = [one for one in rows["events"] if one["event"] == "fell_back" and one["detail"]["why"].startswith("source_failed")]
    return {
        key: (rank, step, {one["detail"]["source"] for one in failed if one["verification"] == key[0] and one["at"] <= at})
        for key, ((rank, at), step) in found.items()
    }


@pytest.mark.parametrize("period", PERIODS.values(), ids=PERIODS)
@pytest.mark.parametrize("scope", ["", INTO])
def test_what_each_unit_was_late_with_is_what_the_rows_of_the_year_say(rows: dict[str, list[Row]], period: Period, scope: str) -> None:
    found = of(period, scope)
    wanted = Asked(Ledger(rows), period, scope, period.end + timedelta(hours=8), of).wanted
    late, cases = _late(rows, wanted, scope, at_each=True), {one["number"]: one for one in rows["verifications"]}
    units = {unit or "" for _, unit in late}
    assert found.late is not None and [one.unit for one in found.late] == sorted(units, key=lambda unit: (not unit, unit))
    for one in found.late:
        own = {number: about for (number, unit), about in late.items() if (unit or "") == one.unit}
        assert dict(one.kinds) == Counter(RANKS[rank] for rank, _, _ in own.values()) and one.whole == len(own)
        assert dict(one.steps) == Counter(step for _, step, _ in own.values())
        assert sum(count for _, count in one.sources) == sum(bool(failed) for _, _, failed in own.values())
        assert one.waiting == sum(cases[number]["ended_at"] is None or cases[number]["ended_at"] >= period.end for number in own)
        assert one.numbers == (tuple(sorted(own)) if len(own) <= 3 else ())
        if one.unit:
            assert {line.number for line in listed(one.cases, period, scope).lines} == own.keys()


@pytest.mark.parametrize("period", PERIODS.values(), ids=PERIODS)
@pytest.mark.parametrize("scope", ["", INTO])
def test_what_most_late_cases_have_in_common_is_what_the_rows_of_the_year_say(
    rows: dict[str, list[Row]], period: Period, scope: str
) -> None:
    found = of(period, scope)
    late = _late(rows, Asked(Ledger(rows), period, scope, period.end + timedelta(hours=8), of).wanted, scope)
    steps = Counter(step for _, step, _ in late.values())
    for cause in ("无人认领", "认领后未答复"):
        lines = {line.number: line.counted for line in listed(f"late/{cause}", period, scope).lines}
        assert lines == {number: step == cause for (number, _), (_, step, _) in late.items()}
    for source in ("licence_library", "province_gateway"):
        counted = {line.number for line in listed(f"late/{source}", period, scope).lines if line.counted}
        assert counted == {number for (number, _), (_, _, failed) in late.items() if source in failed}
    if found.shared is None:
        assert len(found.grounds) < 2 or all(2 * steps[cause] < len(late) or steps[cause] < 3 for cause in ("无人认领", "认领后未答复"))
    else:
        assert found.shared.whole == len(late) and dict(found.shared.ground.steps) == steps
        assert found.shared.failed or found.shared.part == steps[found.shared.cause]


@pytest.mark.parametrize("period", PERIODS.values(), ids=PERIODS)
@pytest.mark.parametrize("scope", ["", INTO])
def test_what_stands_behind_what_else_is_asked_for_is_what_its_list_holds(rows: dict[str, list[Row]], period: Period, scope: str) -> None:
    """The lists and the rates above them are counted anew from the rows elsewhere; these are counted by unit."""
    read(rows, ("databases",))
    found = of(period, scope)
    steps, together = [step for step in found.next_steps if "工作日历" not in step], found.shared
    folded = 0 if together is None else len(found.grounds) - 1 + together.failed
    assert len(steps) == len(found.grounds) + len(found.asked) - folded
    for one in found.asked:
        assert one.units and one.causes, one.kind
        if one.kind == "voluntary":
            noted = {unit.name: unit.voluntary.part for unit in found.units if unit.note}
            assert dict(one.units) == noted and sum(count for _, count in one.causes) == sum(noted.values())
            continue
        lines = listed(one.cases, period, scope).lines
        wrong = [line for line in lines if line.counted is (one.kind in ("adjustments", "failed"))]
        assert sum(count for _, count in one.units) == len(wrong), one.kind
        assert one.waiting <= len(wrong) and (one.since is None or one.since < period.end)
        if one.kind == "databases":
            names = Counter(row["name"] for row in rows["databases"] if row["code"] in {line.number for line in wrong})
            assert dict(one.causes) == names


def test_every_figure_of_the_year_has_its_second_way_or_is_words() -> None:
    """A field that comes to the report is counted again, or said here to be words: about figures that are."""
    counted = {
        *("received", "finished", "withdrawn", "open", "free_of_paper", "methods"),  # what came and went
        *("limits", "limits_before", "rules", "heat", "trend", "spread", "distribution", "sources", "units"),
        *("coverage", "voluntary", "complaints", "leads", "systems", "articles", "grounds", "asked", "shared", "late"),
        *("workdays", "outage"),
    }
    words = {
        "period",
        "scope",
        "scope_name",
        "issue",
        "issuer",
        "definitions",
        "cut_off",
        "next_steps",
        "notes",
        "record",
        "answer_by",
        "copies",
        "contact",
    }
    assert counted | words == {one.name for one in fields(Report)} and not counted & words


def test_something_of_what_stands_is_there_and_something_is_not(rows: dict[str, list[Row]]) -> None:
    covered, year = of(WHOLE, "").coverage, of(WHOLE, "")
    for one in (covered.lists, covered.rosters, covered.databases, covered.late_adjustments, covered.open_tasks):
        assert one.whole, one.cases
    assert covered.databases.part == of(MERGING, "").coverage.databases.part == covered.databases.whole - 1
    assert of(RENAMING, "").coverage.databases.part == covered.databases.whole - 2
    assert year.leads and year.voluntary.value and {unit.rank for unit in year.units} >= {1, None}


def test_renamed_and_merged_units_are_named_as_they_were_called_then(rows: dict[str, list[Row]]) -> None:
    before, renaming, after = periods.parse("2026-W11"), of(RENAMING, ""), of(WHOLE, "")
    assert row(of(before, ""), RENAMED).name == "演示住房和城乡建设局" and not row(of(before, ""), RENAMED).changed
    assert row(renaming, RENAMED).name == NAME and row(renaming, RENAMED).changed == f"{NAME}3月16日前名称为演示住房和城乡建设局。"
    old, heir = row(after, MERGED), row(after, INTO)
    assert (
        old.changed.startswith(f"市中区光明路街道办事处于7月8日并入{MORE[INTO]},") and "市中区光明路街道办事处(7月8日并入)" in heir.changed
    )
    assert row(after, "370402-KUANGQU").changed and row(after, "370402-ZHONGXIN").changed
    assert {one.of for one in after.articles if one.of_unit} >= {NAME, MORE[INTO]}
    assert {one.of for one in after.articles}.isdisjoint({"演示住房和城乡建设局", "370402-HOUSING"})
