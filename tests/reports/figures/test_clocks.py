"""秒, 立即, 规定时限, 退回 and look-ups elsewhere by a second, independent way: plain Python over the raw rows.

obligation 7.2, obligation 7.3, obligation 7.6, obligation 7.7, obligation 10.1, obligation 10.4, obligation 10.5, obligation 10.6,
obligation 10.7, obligation 10.8, obligation 10.9, obligation 10.10: of the district and of units, one of which is renamed and one
merged, for a week, a week that still runs, a quarter, a year.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reports import annex
from reports.model import Period
from runtime.services.postgres import Cluster
from settings import settings
from tests.conftest import fresh_ledger
from tests.reports.figures import raw
from tests.reports.figures.asking import report
from tests.reports.figures.clocked import INSTANT, MONTH, fill
from tests.reports.figures.raw import SECOND, W10, Found, Row, assert_mixed, compare_all, compare_lists, of, over_every_span
from tests.reports.figures.reference import Ledger, Reference, is_kept, measure, without

TARGET = timedelta(minutes=5)


@pytest.fixture(scope="module", autouse=True)
def filled(installation: tuple[Path, Cluster], template_database: str) -> Iterator[None]:
    with fresh_ledger(installation, template_database):
        fill()
        MONTH.change_units()
        yield


class Raw(raw.Raw):
    tables = (
        "cases",
        "verifications",
        "entries",
        "events",
        "lookups",
        "requests",
        "deadlines",
        "returns",
        "suspensions",
        "off_system_lookups",
    )

    def instant_lookups(self) -> Found:
        found: Found = [
            (row["verification"], row["answered_at"] - row["asked_at"] <= INSTANT, None, row["source"])
            for row in self.rows["lookups"]
            if self.within(row["answered_at"]) and self.concerns(row["verification"], row["answered_at"])
        ]
        for row in self.rows["events"]:
            lost = row["event"] == "fell_back" and row["detail"]["why"].startswith("source_failed") and self.within(row["at"])
            if lost and self.concerns(row["verification"], row["at"]):
                found.append((row["verification"], False, None, row["detail"]["source"]))
        return found

    def instant_results(self) -> Found:
        rows = [row for row in self.rows["verifications"] if row["state"] == "delivered" and row["method"] == "data_sharing"]
        return [
            (row["number"], took <= INSTANT, took / SECOND, "")
            for row in rows
            if self.within(row["ended_at"]) and self.concerns(row["number"], row["ended_at"])
            for took in [row["ended_at"] - row["filed_at"]]
        ]

    def off_system(self) -> Found:
        found: Found = []
        for row in self.rows["off_system_lookups"]:
            if self.within(row["recorded_at"]):
                took = (row["recorded_at"] - row["looked_up_at"]) / SECOND
                found.append((f"备案{row['serial']}", True, took, self.stood(row["unit"], row["recorded_at"])))
        for row in self.rows["verifications"]:
            if self.within(row["filed_at"]):
                found.append((row["number"], False, None, self.stood(row["unit"], row["filed_at"])))
        return [one for one in found if self.ours(one[3])]

    def first_action(self, *, immediate: bool = False) -> Found:
        found: Found = []
        own = self.by("deadlines", "request_id")
        entries = {row["id"]: row for row in self.rows["entries"]}
        for row in self.rows["requests"]:
            if immediate and not entries[self.verification[row["verification"]]["entry_id"]]["immediate"]:
                continue
            limits = [one for one in own.get(row["id"], ()) if one["kind"] in ("soft", "hard")]
            began = min((one["started_at"] for one in limits), default=row["received_at"])
            due, acts = began + TARGET, list(self.acts(row))
            first = min(acts, default=None)
            kept = first is not None and first <= due
            gone = row["withdrawn_at"] is not None and row["withdrawn_at"] <= due
            if self.is_due(due) and (kept or not gone):
                unit = self.stood(row["unit"], due if first is None else min(due, first))
                took = max((first - began) / SECOND, 0.0) if first is not None and first < self.cut else None
                found.append((row["verification"], kept, took, unit))
        return [one for one in found if self.ours(one[3])]

    def acts(self, request: Row) -> Iterable[datetime]:
        events = self.by("events", "verification").get(request["verification"], ())
        yield from (one["at"] for one in events if one["event"] == "claimed" and one["detail"]["request"] == str(request["id"]))
        for table, instant in (("suspensions", "asked_at"), ("returns", "at")):
            yield from (one[instant] for one in self.by(table, "request_id").get(request["id"], ()))
        yield from [request["answered_at"]] if request["answered_at"] is not None else []

    def first_action_immediate(self) -> Found:
        return [(*one[:3], "") for one in self.first_action(immediate=True)]

    def asked_units(self) -> Found:
        found: Found = [
            (row["verification"], True, None, self.stood(self.verification[row["verification"]]["unit"], row["received_at"]))
            for row in self.rows["requests"]
            if self.within(row["received_at"])
        ]
        return [one for one in found if self.ours(one[3])] + [(*one[:2], None, one[3]) for one in self.elsewhere()]

    def elsewhere(self) -> Found:
        return [(number, False, None, unit) for number, looked, _, unit in self.off_system() if looked]

    @property
    def reference(self) -> Reference:
        return Reference(Ledger(self.rows), self.period.start, self.period.end, self.scope, self.now)

    def answered(self) -> Found:
        found: Found = []
        for row in self.rows["requests"]:
            sent = row["answered_at"] is not None and row["withdrawn_at"] is None and self.within(row["ended_at"])
            if sent:
                unit = self.stood(row["unit"], row["ended_at"])
                found.append((row["verification"], True, self.reference_took(row), unit))
            if row["received_at"] < self.cut and (row["ended_at"] is None or row["ended_at"] >= self.cut):
                found.append((row["verification"], False, None, self.stood(row["unit"], self.cut)))
        return [one for one in found if self.ours(one[3])]

    def reference_took(self, row: Row) -> float:
        """From the start of its clock, second by second what rested taken out."""
        limits = [one for one in self.by("deadlines", "request_id").get(row["id"], ()) if one["kind"] in ("soft", "hard")]
        began = min(min((one["started_at"] for one in limits), default=row["received_at"]), row["ended_at"])
        rests = [(one["asked_at"], one["ended_at"] or row["ended_at"]) for one in self.by("suspensions", "request_id").get(row["id"], ())]
        return measure(without(began, row["ended_at"], rests), began, row["ended_at"]) / SECOND

    def handed_back(self) -> Found:
        reference, ran, spans = self.reference, set(), defaultdict(list)
        heirs = {into for _, _, into in self.mergers}
        for number, row in self.verification.items():
            if row["filed_at"] < self.cut and (row["ended_at"] is None or row["ended_at"] > self.start):
                ran.add((row["case_id"], self.stood(row["unit"], max(row["filed_at"], self.start))))
                for unit in {row["unit"], *heirs}:
                    spans[row["case_id"], unit] += reference._spans(number, row, unit)
        took = {key: measure(found, self.start, self.cut) / SECOND for key, found in spans.items()}
        took = {key: seconds for key, seconds in took.items() if seconds}
        cases = {row["id"]: f"{row['unit']}/{row['number']}" for row in self.rows["cases"]}
        keys = [key for key in {*ran, *took} if self.ours(key[1])]
        return [(cases[case], (case, unit) in took, took.get((case, unit)), unit) for case, unit in keys]

    def limit_of(self, obligation: str) -> Found:
        waits = {row["request_id"] for row in self.rows["suspensions"] if row["ended_at"] is None}
        requests = {row["id"]: row for row in self.rows["requests"]}
        found: Found = []
        for row in self.rows["deadlines"]:
            if obligation not in row["obligations"] or row["kind"] not in ("soft", "hard", "supervision"):
                continue
            if not self.is_due(row["due_at"]) or row["closed_at"] is not None:
                continue
            undecided = row["met_at"] is None and row["missed_at"] is None
            if row["pausable"] and undecided and row["request_id"] in waits:
                continue
            asked = requests.get(row["request_id"])  # none: the promise passed while the case lay with nobody
            unit = self.stood(asked["unit"], min(row["due_at"], row["met_at"] or row["due_at"])) if asked else ""
            found.append((row["verification"], is_kept(row), None, unit))
        return [one for one in found if self.ours(one[3])]

    def own_limit(self) -> Found:
        return self.limit_of("7.7")

    def database_limit(self) -> Found:
        return self.limit_of("10.5")

    def immediate_limit(self) -> Found:
        return self.limit_of("10.6")

    def promised_limit(self) -> Found:
        return self.limit_of("10.7")

    def promise_end(self) -> Found:
        return self.limit_of("10.8")

    def returned_in_time(self) -> Found:
        requests = {row["id"]: row for row in self.rows["requests"]}  # one that was returned has ended
        return [
            (row["verification"], row["at"] <= row["limit_at"], self.reference_took(requests[row["request_id"]]), unit)
            for row in self.rows["returns"]
            if self.within(row["at"]) and row["limit_at"] is not None
            for unit in [self.stood(row["unit"], row["at"])]
            if self.ours(unit)
        ]


#: With parts by unit or source, and without.
KEYS = {
    "instant_lookups": True,
    "instant_results": False,
    "off_system": True,
    "first_action": True,
    "first_action_immediate": False,
    "asked_units": True,
    "answered": True,
    "handed_back": True,
    "own_limit": True,
    "database_limit": True,
    "immediate_limit": True,
    "promised_limit": True,
    "promise_end": True,
    "returned_in_time": True,
}


@pytest.fixture(autouse=True)
def seconds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A 秒 of the district's own, at which some answers lie exactly."""
    monkeypatch.setenv("PROOFLESS_INSTANT_SECONDS", f"{INSTANT.total_seconds()}")
    settings.cache_clear()
    yield
    settings.cache_clear()


@over_every_span
def test_each_figure_is_what_the_raw_rows_say_for_the_whole_and_for_each_part(period: Period, after: timedelta, scope: str) -> None:
    """Obligations 7.2, 7.3, 7.6, 7.7, 10.1, 10.4, 10.5, 10.6, 10.7, 10.8, 10.9, 10.10."""
    compare_all(Raw, KEYS, period, after, scope)


@pytest.mark.parametrize("key", KEYS)
def test_behind_each_figure_and_each_of_its_parts_stand_its_cases(key: str) -> None:
    compare_lists(Raw, key)


def test_something_of_each_figure_happened_and_something_of_it_did_not() -> None:
    assert_mixed(Raw, KEYS)


def test_what_the_district_configured_is_said_with_the_figure_and_units_stand_in_the_workbook_alone() -> None:
    found = report(W10)
    assert "2.4 秒以内" in of(found, "instant_lookups")[""].meaning
    assert "目标 5 分钟" in of(found, "first_action")[""].meaning and "不单独作为违反规定" in of(found, "first_action")[""].meaning
    printed = str(annex.blocks(found))
    assert "其中:枣庄市电子证照库" in printed and "其中:市中区民政局" not in printed
    rows = [row for row in annex.rows(found) if row[1] == "核验申请首次处理"]
    assert {row[11] for row in rows} > {"", "市中区民政局"}
    assert not any("原则上" in one.meaning for one in found.articles if one.obligation == "7.7")
