"""事项目录: what lists of matters enter into the register at once, for it needs no adjustment of the published list.

What a list does not say stays as it is registered. A code of which two lists say different things is asked, and stays as it
is until a person says which list counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.headers import SYNONYMS, ListKind
from catalog.matching import Candidate
from catalog.verdicts import Topic, Verdict
from domain.limits import HandlingType
from ledger.catalog import intake, questions
from ledger.catalog.questions import Asked
from ledger.registry import registry
from ledger.tables.registry import Matter

_NEW = {"handling": HandlingType.OTHER, "promised_days": None, "reviewed_above": False}
Fact = Mapping[str, Any]


def enter(session: Session, source: str, facts: Iterable[Fact]) -> None:
    """Register the matters of this list, but for those of which another list says something else."""
    elsewhere = {key: found for key, found in _said(session).items() if key != source}
    preferred = _preferred(session)
    registered = {row.code: {name: getattr(row, name) for name in _NEW} for row in session.scalars(select(Matter))}
    rows = []
    for fact in facts:
        code = fact["code"]
        others = [found[code][1] for found in elsewhere.values() if code in found]
        if preferred.get(code) != source and any(_differ(fact, other) for other in others):
            continue
        stated = {name: value for name, value in fact.items() if value is not None or name == "promised_days"}
        if "handling" in stated:
            stated["handling"] = HandlingType(stated["handling"])
        rows.append({**registered.get(code, _NEW), **stated, "active": True})
    registry.put_matters(session, rows)


def contradictions(session: Session) -> list[Asked]:
    """One question for each code of which lists say different things, unless a person said which of them counts."""
    said, preferred = _said(session), _preferred(session)
    names = {one.key: one.name for one in intake.sources(session)}
    owners = {one.key: one.unit for one in intake.sources(session)}
    first: dict[str, tuple[str, int, Fact]] = {}
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
            candidates = [asdict(Candidate(key, names[key], 0.0)) for key in speakers]
            found.setdefault(code, Asked(Topic.CONFLICT, code, code, why, candidates, unsettled=True)).found_at(why, *map(owners.get, speakers))
    return list(found.values())


_COLUMNS = {"name": "matter", "unit": "unit", "handling": "handling", "promised_days": "promised_days", "reviewed_above": "reviewed_above"}


def _differ(one: Fact, other: Fact) -> list[str]:
    """What both say, and say differently."""
    return [name for name in _COLUMNS if None not in (one.get(name), other.get(name)) and one[name] != other[name]]


def _said(session: Session) -> dict[str, dict[str, tuple[int, Fact]]]:
    """For each list of matters in use: code -> its row and what it says."""
    said: dict[str, dict[str, tuple[int, Fact]]] = {}
    for source in intake.sources(session):
        reading = intake.newest_reading(session, source.key) if source.kind == ListKind.MATTERS else None
        if reading is not None and reading.refused is None:
            rows = intake.rows_of(session, reading.id, verdict=Verdict.ACCEPTED)
            said[source.key] = {row.fact["code"]: (row.line, row.fact) for row in rows if row.fact is not None}
    return said


def _preferred(session: Session) -> dict[str, str]:
    """What people said: code -> the list that counts."""
    return {code: source for (topic, code), source in questions.answers(session).items() if topic == Topic.CONFLICT}
