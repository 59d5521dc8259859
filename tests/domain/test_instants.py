"""到期的一刻: kept up to and including it, everywhere; written as 24:00 of the day that it closes."""

from __future__ import annotations

import ast
from datetime import UTC, date, timedelta
from pathlib import Path

import pytest

from domain.explaining import explain
from domain.instants import happened, is_past, last_day, written
from domain.lifecycle import Event
from domain.limits import HandlingType, Situation, limits, promise_end
from domain.notices import NoticeKind, text
from domain.story import told
from tests.domain.test_limits import CALENDAR, OFFICE_HOURS, at

NEW_YEAR = at("2026-01-01 00:00")
TICK = timedelta(microseconds=1)


def test_a_limit_is_kept_at_its_very_instant_and_passed_after_it() -> None:
    assert not is_past(NEW_YEAR, NEW_YEAR - TICK) and not is_past(NEW_YEAR, NEW_YEAR) and is_past(NEW_YEAR, NEW_YEAR + TICK)


@pytest.mark.parametrize(
    ("due", "words", "day"),
    [
        ("2026-01-01 00:00", "2025年12月31日24时", date(2025, 12, 31)),
        ("2024-03-01 00:00", "2024年2月29日24时", date(2024, 2, 29)),
        ("2026-03-09 09:30", "2026年3月9日(周一)09:30", date(2026, 3, 9)),
        ("2026-03-09 00:01", "2026年3月9日(周一)00:01", date(2026, 3, 9)),
    ],
)
def test_a_limit_at_midnight_is_24_of_the_day_that_it_closes(due: str, words: str, day: date) -> None:
    for instant in (at(due), at(due).astimezone(UTC)):
        assert (written(instant), last_day(instant)) == (words, day)
    assert written(at(due) + timedelta(seconds=1)).endswith(":01")
    assert happened(at(due)).startswith(f"{at(due):%Y年%-m月%-d日}(")  # what happens at midnight happens on that day


def test_no_text_names_the_day_after_a_promise_that_ends_at_24() -> None:
    end = promise_end(at("2025-12-26 10:00"), 3, CALENDAR)
    case = Situation(HandlingType.PROMISED, at("2025-12-26 10:00"), end, OFFICE_HOURS, promise_derived=True)
    said = [explain(case, limit) for limit in limits(case)][-1]
    said += told(Event.WARNED, {"kind": "hard", "until": end.astimezone(UTC).isoformat()})
    said += text(NoticeKind.WARNING, "民政局", None, end, "", "")
    assert said.count("2025年12月31日24时") == 4 and "2026-01-01" not in said and "2026年1月1日" not in said
    assert "2026-01-01 00:00:00" in text(NoticeKind.RETURNED, "民政局", None, NEW_YEAR, "", "")  # it happened then


_ROOMS = ("domain", "ledger", "gateway", "tasks", "reports", "proofs", "flows", "runtime")
_LIMITS = {"due", "due_at", "limit_at", "promise_end", "valid_until", "retain_until"}
_DEEDS = {"now", "at", "done", "ended_at", "received_at", "answered_at", "reported_at", "missed_at"}
_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def test_whether_a_limit_has_passed_is_asked_in_one_place() -> None:
    """Each comparison of its own would be an opinion of its own about the very instant."""
    root = Path(__file__).parents[2]
    found = [
        f"{file.relative_to(root)}: {ast.unparse(node)}"
        for room in _ROOMS
        for file in sorted((root / room).rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], _ORDERS)
        for sides in [{_name(node.left), _name(node.comparators[0])}]
        if sides & _LIMITS and sides & _DEEDS
    ]
    assert found == [
        "domain/instants.py: due < at",
        "ledger/deadlines/promises.py: Request.received_at <= due",  # not whether it passed, but who had the case when it did
        "ledger/deadlines/promises.py: Request.ended_at > due",
    ]


def _name(side: ast.expr) -> str:
    while isinstance(side, ast.Call):
        side = side.func
    return side.attr if isinstance(side, ast.Attribute) else side.id if isinstance(side, ast.Name) else ""
