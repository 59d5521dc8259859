"""The figures a second time: plain Python over the raw rows and events, slow and obvious, without the report's code."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.reports.figures.rows import Row, by, mergers, read, stood

LOCAL = ZoneInfo("Asia/Shanghai")
TABLES = (
    "units",
    "verifications",
    "events",
    "lookups",
    "requests",
    "deadlines",
    "returns",
    "suspensions",
    "supervisions",
    "voluntary_submissions",
    "unit_changes",
)
ENDS = {"delivered", "withdrawn", "closed"}


class Ledger:
    """Every row of it."""

    def __init__(self, rows: dict[str, list[Row]] | None = None) -> None:
        self.rows = {} if rows is None else rows
        read(self.rows, TABLES)
        self.verification = {row["number"]: row for row in self.rows["verifications"]}
        papers = self.rows["voluntary_submissions"]
        self.rows["voluntary_submissions"] = [row for row in papers if "not_spared" not in row["marks"]]  # these had to be handed in
        self.request = {row["id"]: row for row in self.rows["requests"]}
        self.filed = {row["verification"]: row["at"] for row in self.rows["events"] if row["event"] == "filed"}
        self.ended = {row["verification"]: row for row in self.rows["events"] if row["target"] in ENDS}
        self.asked = by(self.rows["requests"], "verification")
        self.limits = by(self.rows["deadlines"], "request_id")
        self.rests, self.rests_of = by(self.rows["suspensions"], "request_id"), by(self.rows["suspensions"], "verification")


class Reference:
    """What a report of [start, end) must say, asked at `now`, of the district or one unit."""

    def __init__(self, ledger: Ledger, start: datetime, end: datetime, scope: str, now: datetime) -> None:
        self.ledger, self.start, self.cut, self.scope, self.now = ledger, start, min(end, now), scope, now
        self.mergers = mergers(ledger.rows["unit_changes"], self.cut)

    def within(self, at: datetime | None) -> bool:
        return at is not None and self.start <= at < self.cut

    def is_due(self, at: datetime | None) -> bool:
        """24:00 of the last day is in, that of the day before the first is not; what is due right now is not yet over."""
        return at is not None and self.start < at <= self.cut and at < self.now

    def stood(self, unit: str, at: datetime) -> str:
        """Who stood where a unit stood, as far as the end of the span knows."""
        return str(stood(unit, at, self.mergers))

    def concerns(self, number: str, at: datetime) -> bool:
        if not self.scope or self.stood(self.ledger.verification[number]["unit"], at) == self.scope:
            return True
        return any(
            self.stood(row["unit"], max(row["received_at"], at)) == self.scope
            for row in self.ledger.asked.get(number, ())
            if row["received_at"] < self.cut
        )

    # --- 件数, from the events alone

    def received(self) -> list[str]:
        return [number for number, at in self.ledger.filed.items() if self.within(at) and self.concerns(number, at)]

    def _ended(self, *targets: str) -> list[str]:
        return [
            number
            for number, row in self.ledger.ended.items()
            if row["target"] in targets and self.within(row["at"]) and self.concerns(number, row["at"])
        ]

    def finished(self) -> list[str]:
        return self._ended("delivered", "closed")

    def withdrawn(self) -> list[str]:
        return self._ended("withdrawn")

    def open(self) -> list[str]:
        found = []
        for number, at in self.ledger.filed.items():
            end = self.ledger.ended.get(number)
            if at < self.cut and (end is None or end["at"] >= self.cut) and self.concerns(number, self.cut):
                found.append(number)
        return found

    def free(self) -> list[str]:
        rows = [self.ledger.verification[number] for number in self._ended("delivered")]
        return [row["number"] for row in rows if row["result"] != "mismatch" and row["follows"] is None]

    def methods(self) -> dict[str, int]:
        by_hand = set(self._ended("closed"))
        return dict(Counter("closed" if one in by_hand else self.ledger.verification[one]["method"] for one in self.finished()))

    # --- 时限

    def fell_due(self, *kinds: str) -> list[Row]:
        found = []
        for limit in self.ledger.rows["deadlines"]:
            if limit["kind"] not in kinds or not self.is_due(limit["due_at"]) or limit["closed_at"] is not None:
                continue
            decided = limit["met_at"] is not None or limit["missed_at"] is not None
            if limit["pausable"] and not decided and self._waits_for_supplement(limit["request_id"]):
                continue
            found.append(limit)
        return found

    def _waits_for_supplement(self, request: Any) -> bool:
        return any(row["ended_at"] is None for row in self.ledger.rests.get(request, ()))

    def unit_of(self, limit: Row) -> str | None:
        if not limit["request_id"]:
            return None
        ended = min(limit["due_at"], limit["met_at"] or limit["due_at"])
        return self.stood(self.ledger.request[limit["request_id"]]["unit"], ended)

    def rate(self, kind: str, unit: str | None = None) -> tuple[int, int]:
        """(kept, due); of one unit, or of the report's scope."""
        unit = unit or self.scope
        limits = [limit for limit in self.fell_due(kind) if not unit or self.unit_of(limit) == unit]
        return sum(map(is_kept, limits)), len(limits)

    def excused(self, unit: str | None = None) -> int:
        unit = unit or self.scope
        return sum(
            not is_kept(limit) and limit["excuse_approved"] is True and limit["excuse_decided_at"] <= self.now
            for limit in self.fell_due("soft")
            if not unit or self.unit_of(limit) == unit
        )

    def undetermined(self, unit: str | None = None) -> int:
        unit, count = unit or self.scope, 0
        for limit in self.ledger.rows["deadlines"]:
            if limit["due_at"] is not None or limit["closed_at"] is not None:
                continue
            request = self.ledger.request[limit["request_id"]]
            runs = request["received_at"] < self.cut and (request["ended_at"] is None or request["ended_at"] >= self.start)
            count += runs and (not unit or self.stood(request["unit"], self.cut) == unit)
        return count

    def heat(self) -> dict[tuple[str, str], tuple[int, int]]:
        """(unit, day) -> (missed, due)."""
        found: dict[tuple[str, str], tuple[int, int]] = {}
        for limit in self.fell_due("soft", "hard"):
            unit = self.unit_of(limit)
            if unit is None or (self.scope and unit != self.scope):
                continue
            place = unit, (limit["due_at"] - timedelta(microseconds=1)).astimezone(LOCAL).date().isoformat()
            missed, whole = found.get(place, (0, 0))
            found[place] = missed + (not is_kept(limit)), whole + 1
        return found

    # --- 出具单位

    def is_of(self, row: Row, unit: str, at: datetime) -> bool:
        return not unit or self.stood(row["unit"], at) == unit

    def asked(self, unit: str) -> int:
        rows = [row for row in self.ledger.rows["requests"] if self.within(row["received_at"])]
        return sum(self.is_of(row, unit, row["received_at"]) for row in rows)

    def waiting(self, unit: str) -> int:
        return sum(
            row["received_at"] < self.cut and (row["ended_at"] is None or row["ended_at"] >= self.cut) and self.is_of(row, unit, self.cut)
            for row in self.ledger.rows["requests"]
        )

    def took(self, unit: str) -> list[float]:
        """Seconds of every answer that was sent."""
        found = []
        for row in self.ledger.rows["requests"]:
            if row["answered_at"] is None or row["withdrawn_at"] is not None or not self.within(row["ended_at"]):
                continue
            if not self.is_of(row, unit, row["ended_at"]):
                continue
            starts = [one["started_at"] for one in self.ledger.limits.get(row["id"], ()) if one["kind"] in ("soft", "hard")]
            began, second = min(starts, default=row["received_at"]), timedelta(seconds=1)
            rests = self.ledger.rests.get(row["id"], ())
            long = row["ended_at"] - began
            for rest in rests:
                since, until = max(rest["asked_at"], began), min(rest["ended_at"] or row["ended_at"], row["ended_at"])
                long -= max(until - since, timedelta())
            found.append(max(long / second, 0.0))
        return sorted(found)

    def spread(self, unit: str) -> tuple[int, float | None, float | None]:
        found = self.took(unit)
        return len(found), *quantiles(found)

    def count(self, table: str, instant: str, unit: str) -> int:
        found = 0
        for row in self.ledger.rows[table]:
            whose = row["unit"] if "unit" in row else self.ledger.request[row["request_id"]]["unit"]
            found += self.within(row[instant]) and (not unit or self._whose(table, whose, row[instant]) == unit)
        return found

    def _whose(self, table: str, unit: str, at: datetime) -> str:
        """What a unit took in at its counter stays what it was: of that unit."""
        return unit if table == "voluntary_submissions" else self.stood(unit, at)

    def accepted(self, unit: str) -> tuple[int, int]:
        part = whole = 0
        for row in self.ledger.rows["returns"]:
            if not self.within(row["at"]) or not self.is_of(row, unit, row["at"]) or row["suggested_unit"] is None:
                continue
            whole += 1
            part += any(
                self.stood(one["unit"], one["received_at"]) == self.stood(row["suggested_unit"], one["received_at"])
                and one["received_at"] >= row["at"]
                and one["answered_at"] is not None
                and one["answered_at"] < self.cut
                for one in self.ledger.asked[row["verification"]]
            )
        return part, whole

    def returned_in_time(self, unit: str) -> tuple[int, int]:
        timed = [
            row
            for row in self.ledger.rows["returns"]
            if self.within(row["at"]) and self.is_of(row, unit, row["at"]) and row["limit_at"] is not None
        ]
        return sum(row["at"] <= row["limit_at"] for row in timed), len(timed)

    # --- 需求单位

    def handed_back(self, unit: str) -> int:
        """Whole minutes: second by second would be the most obvious; instants in order are the same and faster."""
        cases: dict[Any, list[tuple[datetime, datetime]]] = {}
        for number, row in self.ledger.verification.items():
            if unit in (row["unit"], *(into for _, _, into in self.mergers)):
                cases.setdefault(row["case_id"], []).extend(self._spans(number, row, unit))
        total = sum((measure(spans, self.start, self.cut) for spans in cases.values()), timedelta())
        return int(total / timedelta(minutes=1))

    def _spans(self, number: str, row: Row, unit: str) -> list[tuple[datetime, datetime]]:
        asked = sorted(self.ledger.asked.get(number, ()), key=lambda one: one["received_at"])
        rests = [(one["asked_at"], one["ended_at"] or self.cut) for one in self.ledger.rests_of.get(number, ())]
        found = []
        for place, one in enumerate(asked):
            if self.stood(row["unit"], max(one["received_at"], self.start)) != unit:
                continue
            if one["answer"] == "cannot_verify":
                until = one["answered_at"]
            elif place + 1 < len(asked):
                until = asked[place + 1]["received_at"]
            else:
                until = row["ended_at"] or self.cut
            found += without(one["received_at"], until, rests)
        return found

    # --- 数据共享

    def sources(self) -> dict[str, tuple[int, int, int, float | None, float | None]]:
        """source -> asked, found, failed, median, 95th."""
        answers: dict[str, list[Row]] = {}
        failed: Counter[str] = Counter()
        for row in self.ledger.rows["lookups"]:
            if self.within(row["answered_at"]) and self.concerns(row["verification"], row["answered_at"]):
                answers.setdefault(row["source"], []).append(row)
        for row in self.ledger.rows["events"]:
            lost = row["event"] == "fell_back" and row["detail"]["why"].startswith("source_failed")
            if lost and self.within(row["at"]) and self.concerns(row["verification"], row["at"]):
                failed[row["detail"]["source"]] += 1
        return {
            source: (
                len(answers.get(source, [])) + failed[source],
                sum(row["outcome"] == "found" for row in answers.get(source, [])),
                failed[source],
                *quantiles(sorted((row["answered_at"] - row["asked_at"]).total_seconds() for row in answers.get(source, []))),
            )
            for source in {*answers, *failed}
        }


def is_kept(limit: Row) -> bool:
    return limit["met_at"] is not None and limit["met_at"] <= limit["due_at"]


def quantiles(found: list[float]) -> tuple[float | None, float | None]:
    """The middle, and the ninety-fifth of a hundred."""
    if not found:
        return None, None
    return statistics.median(found), found[math.ceil(0.95 * len(found)) - 1]


def without(since: datetime, until: datetime, rests: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """What is left of a span when the rests are taken out."""
    edges = sorted({since, until, *(at for rest in rests for at in rest if since < at < until)})
    return [
        (left, right)
        for left, right in zip(edges, edges[1:], strict=False)
        if not any(begin <= left and right <= end for begin, end in rests)
    ]


def measure(spans: list[tuple[datetime, datetime]], start: datetime, cut: datetime) -> timedelta:
    """How long at least one of the spans covered the time between start and cut."""
    edges = sorted({start, cut, *(at for span in spans for at in span if start < at < cut)})
    return sum(
        (right - left for left, right in zip(edges, edges[1:], strict=False) if any(one[0] <= left and right <= one[1] for one in spans)),
        timedelta(),
    )
