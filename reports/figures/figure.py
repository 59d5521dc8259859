"""一项条文指标: a figure of the annex is its list of cases; numerator, denominator and how long it took follow from that list.

So the figure and the cases behind it cannot differ: both are the same rows, or rows by the same conditions where another query of the
report has counted them (`Figure.known`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy.orm import Session

from reports.figures import sources
from reports.figures.span import Span
from reports.model import ArticleFigure, Rate, Spread

Given = Callable[[Session, Span], Mapping[str, Any]]


@dataclass(frozen=True)
class Counts:
    """What was counted: numerator, denominator, how long it took; `lacking`: who does not count, where ids are units."""

    part: int
    whole: int
    elapsed: Spread | None = None
    lacking: Sequence[str] = ()


Known = Callable[[Session, Span], Mapping[str, Counts]]


def _nothing(session: Session, span: Span) -> Mapping[str, Any]:
    return {}


class By(Enum):
    """What the parts of a figure are of."""

    UNIT = "unit"  #: in the workbook alone: the paper stays one that is read in minutes
    SOURCE = "source"


@dataclass(frozen=True)
class Figure:
    """`sql`: rows of (id, part) over the span, of a figure that is `timed` of (id, part, seconds); seconds may be NULL.

    `units`: the ids are codes of units; those that do not count are named, since they are who is to act. `by`: the rows
    say in `about` of which unit or source each is, and behind the whole stands each of them. `known`: the counts of the whole
    ("") and of its parts, where page one or another figure reads the same rows: a million are not read twice for one report.
    """

    obligation: str
    key: str  #: under which its cases are listed (`reports.cases`)
    name: str
    meaning: str | Callable[[], str]  #: 口径, one sentence; with what the district configured
    sql: Callable[[Span], str]
    given: Given = _nothing  #: what else the query is given
    timed: bool = False
    units: bool = False
    detail: bool = False
    by: By | None = None
    known: Known | None = None


def counted(session: Session, span: Span, figure: Figure, names: Mapping[str, str]) -> list[ArticleFigure]:
    """The figure over a span, and its parts behind it; units by their `names` of then."""
    found = figure.known(session, span) if figure.known else _counts(session, span, figure)
    meaning = figure.meaning if isinstance(figure.meaning, str) else figure.meaning()
    return [
        ArticleFigure(
            obligation=figure.obligation,
            name=figure.name,
            meaning=meaning,
            share=Rate(one.part, one.whole, f"{figure.key}/{about}" if about else figure.key),
            elapsed=one.elapsed,
            lacking=tuple(names.get(code, code) for code in one.lacking),
            detail=figure.detail,
            of=sources.name_of(about) if about and figure.by is By.SOURCE else names.get(about, about),
            of_unit=bool(about) and figure.by is By.UNIT,
        )
        for about, one in sorted(found.items())
    ]


def _counts(session: Session, span: Span, figure: Figure) -> dict[str, Counts]:
    columns = [
        "about" if figure.by else "NULL AS about",
        "count(*) FILTER (WHERE part) AS part",
        "count(*) AS whole",
        *(
            (
                "count(seconds) AS measured",
                "percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median",
                "percentile_disc(0.95) WITHIN GROUP (ORDER BY seconds) AS p95",
            )
            if figure.timed
            else ()
        ),
        *(("array_agg(id ORDER BY id) FILTER (WHERE NOT part) AS lacking",) if figure.units else ()),
    ]
    grouped = " GROUP BY GROUPING SETS ((), (about)) HAVING grouping(about) = 1 OR about <> ''" if figure.by else ""
    return {
        row.about or "": Counts(row.part, row.whole, spread(row) if figure.timed else None, (row.lacking or ()) if figure.units else ())
        for row in span.rows(session, f"SELECT {', '.join(columns)} FROM ({figure.sql(span)}) n{grouped}", **figure.given(session, span))
    }


def spread(row: Any) -> Spread:
    """Of `measured`, `median` and `p95`."""
    return Spread(row.measured, _number(row.median), _number(row.p95))


def _number(seconds: Any) -> float | None:
    return None if seconds is None else float(seconds)
