"""事项目录: what lists of matters enter into the register at once, for it needs no adjustment of the published list.

What a list does not say stays as it is registered. A code of which two lists say different things is asked, and stays as it
is until a person says which list counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.column_names import SYNONYMS
from catalog.headers import ListKind
from domain.limits import HandlingType
from domain.list_rows import Candidate, MatterFact, Silent, Topic, Verdict
from ledger.catalog import intake, questions
from ledger.catalog.questions import Asked
from ledger.registry import registry
from ledger.tables.registry import Matter

_NEW = {"handling": HandlingType.OTHER, "promised_days": None, "reviewed_above": False}


def enter(session: Session, source: str, facts: Iterable[MatterFact]) -> None:
    """Register the matters of this list, but for those of which another list says something else."""
    elsewhere = {key: found for key, found in _said(session).items() if key != source}
    preferred = questions.settled(session)
    registered = {row.code: {name: getattr(row, name) for name in _NEW} for row in session.scalars(select(Matter))}
    rows = []
    for fact in facts:
        code = fact.code
        others = [found[code][1] for found in elsewhere.values() if code in found]
        if preferred.get(code) != source and any(_differ(fact, other) for other in others):
            continue
        rows.append({**registered.get(code, _NEW), **_stated(fact), "active": True})
    registry.put_matters(session, rows)


def contradictions(session: Session) -> list[Asked]:
    """One question for each code of which lists say different things, unless a person said which of them counts."""
    said, preferred = _said(session), questions.settled(session)
    names = {one.key: one.name for one in intake.sources(session)}
    owners = {one.key: one.unit for one in intake.sources(session)}
    first: dict[str, tuple[str, int, MatterFact]] = {}
    found: dict[str, Asked] = {}
    for source, facts in said.items():
        for code, (line, fact) in facts.items():
            other, other_line, other_fact = first.setdefault(code, (source, line, fact))
            differing = _differ(fact, other_fact)
            speakers = [key for key, its in said.items() if code in its]
            if not differing or preferred.get(code) in speakers:
                continue
            what = "、".join(f"“{SYNONYMS[_COLUMNS[name]][0]}”" for name in differing)
            why = f"事项 {code} 的{what}在{names[other]} 第 {other_line} 行与{names[source]} 第 {line} 行中不一致"
            candidates = tuple(Candidate(key, names[key], 0.0) for key in speakers)
            found.setdefault(code, Asked(Topic.CONFLICT, code, code, why, candidates, unsettled=True)).found_at(
                why, *map(owners.get, speakers)
            )
    return list(found.values())


_COLUMNS = {"name": "matter", "unit": "unit", "handling": "handling", "promised_days": "promised_days", "reviewed_above": "reviewed_above"}


def _stated(fact: MatterFact) -> dict[str, Any]:
    """What the row says, as the register has it."""
    said = {one.name: getattr(fact, one.name) for one in fields(fact)}
    return {name: value for name, value in said.items() if value is not Silent.SILENT and (value is not None or name == "promised_days")}


def _differ(one: MatterFact, other: MatterFact) -> list[str]:
    """What both say, and say differently. That none is promised is no other promise."""
    ours, theirs = _stated(one), _stated(other)
    return [name for name in _COLUMNS if None not in (ours.get(name), theirs.get(name)) and ours[name] != theirs[name]]


def _said(session: Session) -> dict[str, dict[str, tuple[int, MatterFact]]]:
    """For each list of matters in use: code -> its row and what it says."""
    said: dict[str, dict[str, tuple[int, MatterFact]]] = {}
    for source in intake.sources(session):
        reading = intake.newest_reading(session, source.key) if source.kind == ListKind.MATTERS else None
        if reading is not None and reading.refused is None:
            rows = intake.rows_of(session, reading.id, verdict=Verdict.ACCEPTED)
            said[source.key] = {row.fact.code: (row.line, row.fact) for row in rows if isinstance(row.fact, MatterFact)}
    return said
