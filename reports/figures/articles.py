"""附件:按条文的指标: which figures the annex has, in the order of the regulation. A chapter of them is a file beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from reports.figures import adjustments, catalog, checks, clocks, complained, conduct, coverage, duties, electronic
from reports.figures.figure import Figure, counted
from reports.figures.span import Span
from reports.model import ArticleFigure


def _order(figure: Figure) -> tuple[int, ...]:
    return tuple(map(int, figure.obligation.split(".")))


_CHAPTERS = (adjustments, catalog, checks, clocks, complained, conduct, coverage, duties, electronic)
FIGURES: tuple[Figure, ...] = tuple(sorted((figure for chapter in _CHAPTERS for figure in chapter.FIGURES), key=_order))
BY_KEY: Mapping[str, Figure] = {figure.key: figure for figure in FIGURES}


def articles(session: Session, span: Span, names: Mapping[str, str]) -> tuple[ArticleFigure, ...]:
    """Every one of them; units by their names at the end of the span."""
    return tuple(found for figure in FIGURES for found in counted(session, span, figure, names))


def listing(session: Session, span: Span, key: str, about: str = "") -> tuple[str, Mapping[str, Any]]:
    """The query of (id, part) behind one of them, or behind its part `about`, and what it is given."""
    figure = BY_KEY[key]
    given = figure.given(session, span)
    if about and figure.by:
        return f"SELECT id, part FROM ({figure.sql(span)}) p WHERE about = :about", {**given, "about": about}
    return figure.sql(span), given
