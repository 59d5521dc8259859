"""数据共享来源: how often each was asked, what it found, how often it failed, and how fast it answered (obligations 7.2, 6.3)."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from sqlalchemy.orm import Session

from reports.figures.span import Span
from reports.model import Rate, SourceRow, Spread
from settings import settings

ANSWERED = "lookups l {join} WHERE l.answered_at >= :start AND l.answered_at < :cut"
#: A failing source leaves no look-up: that the next method had to follow is what is on the record.
FAILED = """events e {join} WHERE e.event = 'fell_back' AND e.at >= :start AND e.at < :cut
    AND starts_with(e.detail->>'why', 'source_failed')"""


def answered(span: Span) -> str:
    return ANSWERED.format(join=_join(span, "l")) + f" AND {span.involved('l.answered_at')}"


def failed(span: Span) -> str:
    return FAILED.format(join=_join(span, "e")) + f" AND {span.involved('e.at')}"


def sources(session: Session, span: Span) -> tuple[SourceRow, ...]:
    """By source, the most asked first; asked is answered and failed together."""
    answers = span.rows(
        session,
        f"""SELECT source, count(*) AS answers, count(*) FILTER (WHERE outcome = 'found') AS found,
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median,
                   percentile_disc(0.95) WITHIN GROUP (ORDER BY seconds) AS p95
            FROM (SELECT l.source, l.outcome,
                         CAST(extract(epoch FROM l.answered_at - l.asked_at) AS double precision) AS seconds
                  FROM {answered(span)}) took GROUP BY source""",
    )
    failures = dict(map(tuple, span.rows(session, f"SELECT e.detail->>'source', count(*) FROM {failed(span)} GROUP BY 1")))
    rows = []
    by_source = {row.source: row for row in answers}
    for source in set(by_source) | set(failures):
        row, lost = by_source.get(source), failures.get(source, 0)
        asked = lost + (row.answers if row else 0)
        spread = Spread(row.answers, float(row.median), float(row.p95)) if row else Spread(0)
        rows.append(
            SourceRow(
                name_of(source),
                asked,
                Rate(row.found if row else 0, asked, f"found/{source}"),
                Rate(lost, asked, f"failed/{source}"),
                spread,
            )
        )
    return tuple(sorted(rows, key=lambda row: (-row.asked, row.source)))


def name_of(source: str) -> str:
    """The source's name as its operator writes it, or its key."""
    return _names(settings().sources_dir).get(source, source or "(未记来源)")


def code_of(source: str) -> str:
    """The source's key by its key or by its name, as the paper prints it."""
    return next((code for code, name in _names(settings().sources_dir).items() if name == source), source)


@lru_cache(maxsize=4)
def _names(folder: Path) -> dict[str, str]:
    return {file.stem: str(tomllib.loads(file.read_text("utf-8")).get("name", file.stem)) for file in folder.glob("*.toml")}


def _join(span: Span, alias: str) -> str:
    return f"JOIN verifications v ON v.number = {alias}.verification" if span.scope else ""
