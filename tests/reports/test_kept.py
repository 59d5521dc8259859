"""A kept report never breaks: each shape that ever landed is read whole, laid out and compared, by today's program.

Promised to the byte (decision 12): what was kept, and the layouts of one snapshot. A later program may print more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import field, fields, is_dataclass, make_dataclass
from datetime import timedelta
from typing import Any, get_args, get_type_hints

import pytest
from pydantic import TypeAdapter, ValidationError

from ledger.outbox.reports import Content, Wanted, keep
from reports import issuing, public, summary
from reports.model import Count, Rate, Report, UnitRow, from_json
from tests.ledger.acting import do
from tests.reports.shapes import NEWEST, SHAPES

every_shape = pytest.mark.parametrize("shape", sorted(SHAPES))


def missing(kept: Any, read: Any, path: str = "") -> Iterator[str]:
    """What the kept snapshot says and the report that was read from it does not."""
    if isinstance(kept, dict):
        for name, value in kept.items():
            yield from missing(value, read.get(name, "nothing"), f"{path}.{name}")
    elif isinstance(kept, list) and len(kept) == len(read):
        for number, (one, other) in enumerate(zip(kept, read, strict=True)):
            yield from missing(one, other, f"{path}[{number}]")
    elif kept != read:
        yield path


def kinds(annotation: Any) -> set[type]:
    """The dataclasses of which a value of this type is made."""
    found = {kind for argument in get_args(annotation) for kind in kinds(argument)}
    if isinstance(annotation, type) and is_dataclass(annotation):
        found |= {annotation} | {kind for hint in get_type_hints(annotation).values() for kind in kinds(hint)}
    return found


def used(value: Any) -> set[type]:
    """The dataclasses that stand in a value."""
    if isinstance(value, tuple):
        return {kind for one in value for kind in used(one)}
    if is_dataclass(value):
        return {type(value)} | {kind for one in fields(value) for kind in used(getattr(value, one.name))}
    return set()


@every_shape
def test_a_kept_report_is_read_whole(shape: int) -> None:
    assert list(missing(json.loads(SHAPES[shape]), json.loads(from_json(SHAPES[shape]).as_json()))) == []


def test_the_newest_shape_is_kept_here_with_every_kind_of_row() -> None:
    """Who changes the report's shape gives the new field a default and adds tests/reports/kept/N.json: only then does the
    field after it find this one missing where it was not yet counted."""
    report = from_json(NEWEST)
    assert report.as_json() == NEWEST
    assert kinds(Report) - used(report) == set()


@every_shape
def test_a_kept_report_is_laid_out_to_the_same_bytes(shape: int) -> None:
    """What the old snapshot lacks is what today's says by its defaults."""
    made, report = issuing.lay_out(SHAPES[shape]), from_json(SHAPES[shape])
    assert made == issuing.lay_out(report.as_json())
    html = made.html.decode()
    assert all(f"{row.limits.hard.part}/{row.limits.hard.whole}" in html and row.name in html for row in report.units)


@every_shape
def test_a_kept_report_is_served_published_and_corrected(ledger: str, shape: int) -> None:
    report, text = from_json(SHAPES[shape]), SHAPES[shape]
    period, monday = report.period, report.period.end + timedelta(hours=8)
    content = Content(report.scope_name, report.issue, report.definitions, text, b"html", b"pdf", b"xlsx")
    row, new = do(keep, Wanted(period.start, period.end, ""), content, (), now=monday, actor="system:test")
    assert new and do(lambda session: issuing.read(session, row.id)[0].snapshot) == text
    week = do(public.week, period, now=period.end + public.WAIT)
    assert week.units == tuple(one.name for one in report.units)
    again = from_json(issuing.snapshot(Wanted(period.start, period.end, "", 2, "演示"), monday))
    (corrected,) = [note for note in again.notes if note.startswith("与第1版相比")]
    assert "收到由 482 更正为 0" in corrected


def test_a_figure_that_is_added_leaves_every_kept_report_open_and_without_a_default_none() -> None:
    defaulted = make_dataclass("defaulted", [("added", Count, field(default=Count(0)))], bases=(Report,), frozen=True)
    assert {TypeAdapter(defaulted).validate_json(text).added for text in SHAPES.values()} == {Count(0)}
    row = make_dataclass("row", [("added", Rate)], bases=(UnitRow,), frozen=True, kw_only=True)
    required = make_dataclass("required", [("units", tuple[row, ...])], bases=(Report,), frozen=True)  # type: ignore[valid-type]
    for text in SHAPES.values():
        with pytest.raises(ValidationError, match=r"units\.0\.added"):
            TypeAdapter(required).validate_json(text)


def leaves(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where each figure stands in a snapshot."""
    if isinstance(node, dict) and "whole" in node:
        yield (*path, "whole")
    elif isinstance(node, dict | list):
        for name, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from leaves(value, (*path, name))
    elif isinstance(node, int | float) and not isinstance(node, bool):
        yield path


def test_each_figure_that_a_new_version_corrects_is_named() -> None:
    before, silent = from_json(NEWEST), []
    for path in leaves(json.loads(NEWEST)):
        after = json.loads(NEWEST)
        at: Any = after
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] += 1
        if summary.changes(before, from_json(json.dumps(after)), 1) == summary.changes(before, before, 1):
            silent.append(path)
    assert silent == []


def test_what_was_not_yet_counted_is_not_said_to_have_been_nothing_out_of_nothing() -> None:
    (note,) = summary.changes(from_json(SHAPES[1]), from_json(NEWEST), 1)
    assert "按时退回由 无 更正为 0.0%(0/1)" in note and "已对接的自建系统由 无 更正为 50.0%(1/2)" in note and "0/0" not in note
