"""解读的页面 (obligation 20.1): each question that the text leaves open, how it is read and who decided so; and what a time that has passed
would be by each of the answers, beside one another. Nothing is written: a reading is changed by configuration and `./run recompute`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Path, Query, Request, Response

from domain.calendar import LOCAL
from domain.reading_questions import BY_KEY, QUESTIONS, Question
from domain.readings import Readings
from gateway.counter.door import PageCaller, pages
from gateway.counter.forms import model_of
from gateway.deadlines import rule_preview as api
from gateway.deadlines.rule_preview_schemas import PreviewIn, PreviewWayOut, RuleChangeOut, RulesOut
from gateway.edge.counter_pages import render, render_in_pieces
from gateway.edge.problems import Problem
from ledger.database import transaction
from ledger.registry import registry
from settings import settings

router = pages()

_LIST = "/counter/readings"
_LOOKED_BACK = timedelta(days=27)  #: four weeks with today
_NUMBERS = 20  #: verifications named of each answer
_COUNTED = ("running", "met", "missed", "undetermined", "closed")


@dataclass(frozen=True)
class Column:
    """One way to read the time: the whole district by kind of limit, what differs from the record, and by which unit."""

    label: str
    now: bool
    totals: dict[str, dict[str, int]]
    differing: int
    numbers: list[str]
    units: Counter[str]


@router.get(_LIST, name="counter_readings")
def readings(request: Request, caller: PageCaller) -> Response:
    """The questions, and every change that was applied to what ran."""
    found = api.get_rules(caller)
    now = Readings.of(found.readings)
    lines = [(one, one.chosen(now), _decided(one, now, found)) for one in QUESTIONS]
    with transaction() as session:
        names = registry.names_of_actors(session, {one.changed_by for one in found.changes})
        units = registry.unit_names(session)
    by_unit = [(units.get(unit, unit), way) for unit, way in now.measure_by_unit]
    return render(request, "readings.html", found=found, lines=lines, by_unit=by_unit, names=names, period=_lately())


@router.get(f"{_LIST}/{{question}}", name="counter_reading")
def reading(
    request: Request, caller: PageCaller, question: Annotated[str, Path(max_length=40)], period: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """What came in during `period` by each answer: the record, then each of them. Of many the page says how far it is."""
    asked = BY_KEY.get(question)
    if asked is None or not asked.moves_limits:
        raise Problem("not_found")
    now = Readings.of(api.get_rules(caller).readings)
    chosen = asked.chosen(now)
    others = [one for one in asked.answers if one != chosen]
    said = model_of(PreviewIn, {"period": period or _lately()}, {"period": "时间"}).period
    trial = api.Trial(said, [Readings.of(asked.trying(now, one)) for one in others])
    with transaction() as session:
        units = registry.unit_names(session)

    def columns() -> tuple[list[Column], list[str]]:
        record, standing, *tried = trial.found.ways
        by_answer = {one.label: way for one, way in zip(others, tried, strict=True)}
        answers = [_column(one.label, by_answer.get(one.label, standing), now=one == chosen) for one in asked.answers]
        every = [_column("台账记录", record), *answers]
        return every, sorted({unit for one in every for unit in one.units})

    return render_in_pieces(request, "reading.html", asked=asked, trial=trial, columns_found=columns, units=units)


def _column(label: str, way: PreviewWayOut, *, now: bool = False) -> Column:
    totals: dict[str, dict[str, int]] = {}
    for line in way.lines:
        of_kind = totals.setdefault(line.kind_name, dict.fromkeys(_COUNTED, 0))
        for name in _COUNTED:
            of_kind[name] += getattr(line, name)
    units = Counter({line.unit: line.differing for line in way.lines if line.differing})
    numbers = list(dict.fromkeys(number for line in way.lines for number in line.numbers))
    return Column(label, now, totals, sum(line.differing for line in way.lines), numbers[:_NUMBERS], units)


def _decided(question: Question, now: Readings, found: RulesOut) -> RuleChangeOut | None:
    """The newest change that brought today's answer to this question; None: it was read so from the beginning."""
    chosen = question.chosen(now)
    read = {one.version: question.chosen(Readings.of(one.readings)) for one in found.versions}
    for change in found.changes:
        if read.get(change.after, chosen) == chosen and any(read.get(one, chosen) != chosen for one in change.before):
            return change
    return None


def _lately() -> str:
    """The last four weeks, as a period is written."""
    today = settings().now().astimezone(LOCAL).date()
    return f"{today - _LOOKED_BACK}..{today}"
