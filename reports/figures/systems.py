"""自建系统 (obligations 8.1, 8.2): which should be connected, which were by the end of the span, what was obtained for each in it.

Which systems there are is the register of today; that one is connected, its calls say and nobody's word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.registry.systems import Calls, Origins, calls
from ledger.tables.registry import System
from reports.figures.span import Span
from reports.figures.volume import FILED
from reports.model import Rate, SystemRow

CONNECTED = """
    SELECT s.code AS id, EXISTS (SELECT FROM system_calls c WHERE c.system = s.code AND c.first_at < :cut) AS part
    FROM systems s WHERE s.active AND s.should_connect AND (:scope = '' OR s.unit = :scope)"""
#: A case says from which system it came; where it does not, it is the one that filed.
FROM = "coalesce(nullif(c.origin_system, ''), v.via_system)"
CAME = f"{FILED.replace(' WHERE ', ' JOIN cases c ON c.id = v.case_id WHERE ')} AND {FROM} IS NOT NULL"
IS_MEANT = f"(c.unit, {FROM}) IN (SELECT * FROM unnest(CAST(:units AS text[]), CAST(:texts AS text[])))"
OBTAINED = f"""SELECT v.number AS id, true AS part FROM {CAME} AND {{involved}} AND {IS_MEANT}"""


def connected(session: Session, span: Span) -> Rate:
    """Of those that should be."""
    parts = [row.part for row in span.rows(session, CONNECTED)]
    return Rate(sum(parts), len(parts), "systems")


def systems(session: Session, span: Span, names: Mapping[str, str]) -> tuple[SystemRow, ...]:
    """Every system in use, of the district or of a unit, by unit."""
    registered = _registered(session)
    meant, called = Origins(registered), calls(session, span.cut)
    counted: Counter[str | None] = Counter()
    for unit, text, count in _texts(session, span):
        counted[meant.of(unit, text)] += count
    return tuple(
        _row(one, called.get(one.code, Calls()), counted[one.code], span, names) for one in registered if span.scope in ("", one.unit)
    )


def meaning(session: Session, span: Span, code: str) -> dict[str, list[str]]:
    """What stands in the cases of the span where this system is meant: for `OBTAINED`."""
    meant = Origins(_registered(session))
    pairs = [(unit, text) for unit, text, _ in _texts(session, span) if meant.of(unit, text) == code]
    return {"units": [unit for unit, _ in pairs], "texts": [text for _, text in pairs]}


def from_above(session: Session, span: Span) -> dict[str, list[str]]:
    """The same of all systems of the province or above (obligation 8.2)."""
    pairs = [(unit, text) for unit, text, _ in _from_above(session, span)]
    return {"units": [unit for unit, _ in pairs], "texts": [text for _, text in pairs]}


def counted_from_above(session: Session, span: Span) -> tuple[int, int]:
    """(those, all that came from some system)."""
    return sum(count for _, _, count in _from_above(session, span)), sum(count for _, _, count in _texts(session, span))


def _from_above(session: Session, span: Span) -> list[tuple[str, str, int]]:
    registered = _registered(session)
    above, meant = {one.code for one in registered if one.level.above}, Origins(registered)
    return [one for one in _texts(session, span) if meant.of(*one[:2]) in above]


def _registered(session: Session) -> list[System]:
    return list(session.scalars(select(System).where(System.active).order_by(System.unit, System.code)))


def _texts(session: Session, span: Span) -> list[tuple[str, str, int]]:
    query = f"SELECT c.unit, {FROM}, count(*) FROM {CAME} AND {span.involved('v.filed_at')} GROUP BY 1, 2"
    found: list[tuple[str, str, int]] = span.once("texts", lambda: [tuple(row) for row in span.rows(session, query)])
    return found


def _row(one: System, found: Calls, obtained: int, span: Span, names: Mapping[str, str]) -> SystemRow:
    # A day's last call may lie behind the end of a span that ends within it: then the end is all that is known.
    last = min(found.last, span.cut) if found.last else None
    return SystemRow(
        one.code,
        one.name,
        one.unit,
        names.get(one.unit, one.unit),
        one.level.label,
        one.should_connect,
        one.why_not,
        found.first,
        last,
        obtained,
        one.level.above,
    )
