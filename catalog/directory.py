"""事项目录: what lists of matters enter into the register at once, for it needs no adjustment of the published list.

What a list does not say stays as it is registered. A code of which two lists say different things is asked, and stays as it
is until a person says which list counts; so does one that a list gives another name (`catalog.differing`). A new code that may
be that of a matter which the list names no more (事项换码) is asked, and not registered until a person says which matter it is,
or that it is none of them: one of the same unit and name, or that which the row says that it was called (由“…”更名).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import differing
from catalog.cleaning import key
from catalog.column_names import SYNONYMS
from catalog.list_kinds import ListKind
from domain.limits import HandlingType
from domain.list_rows import Candidate, MatterFact, Silent, Topic, Verdict
from ledger.catalog import intake, matter_rows, questions, successions
from ledger.catalog.questions import Asked
from ledger.registry import registry
from ledger.succession import former_matter_codes
from ledger.tables.catalog import CatalogReading, CatalogSource
from ledger.tables.registry import Matter

_NEW = {"handling": HandlingType.OTHER, "promised_days": None, "reviewed_above": False}
_LIKELY = 0.9  #: same unit, same name: all but sure
_NOT_REGISTERED = ("formerly",)  #: of what a row says


def enter(session: Session, source: CatalogSource, reading: CatalogReading, facts: Iterable[MatterFact]) -> None:
    """Register the matters of this list, but for those of which another list says something else, new codes that wait, and what the
    register has otherwise."""
    successions.settle(session)
    today = former_matter_codes(session)
    ours = [replace(fact, code=today.get(fact.code, fact.code)) for fact in facts]
    elsewhere = {key: found for key, found in _said(session).items() if key != source.key}
    preferred, followed = questions.settled(session), _followed(session, source)
    waits = {*_waiting(session, source, reading, ours), *(row.code for row in differing.differing(session, source, reading))}
    matters = {row.code: row for row in session.scalars(select(Matter))}
    registered = {code: {name: getattr(row, name) for name in _NEW} for code, row in matters.items()}
    bore, rows = differing.former_keys(session), []
    for fact in ours:
        code = fact.code
        others = [found[code][1] for found in elsewhere.values() if code in found]
        if code in waits or (preferred.get(code) != source.key and any(_differ(fact, other) for other in others)):
            continue
        if code in matters and key(fact.name) in bore.get(code, ()):  # a list of before does not take the name of today away
            fact = replace(fact, name=matters[code].name)
        known = registered.get(code) or registered.get(followed.get(code, ""), _NEW)
        rows.append({**known, **_stated(fact), "active": True})
        if code in matters and key(matters[code].name) != key(fact.name):
            _record_renamed(session, source, reading, matters[code], fact)
    registry.put_matters(session, rows)
    successions.settle(session)


def _record_renamed(session: Session, source: CatalogSource, reading: CatalogReading, known: Matter, fact: MatterFact) -> None:
    """With whoever said that it is the same matter: which name it means, or which list counts."""
    of_name = questions.answered(session, Topic.MATTER, key(fact.name), source.unit)
    said = of_name if of_name is not None and of_name.answer == fact.code else questions.answered(session, Topic.CONFLICT, fact.code, None)
    if said is not None:
        matter_rows.record_renamed(session, fact.code, known.name, fact.name, reading.file, said)


def enter_what_waits_no_more(session: Session) -> None:
    """A row that had to wait is not read again for what became clear elsewhere: another list's answer, another code's."""
    for source, reading in _with_new_codes(session):
        enter(session, source, reading, [fact for _, fact in _facts(session, reading).values()])


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


def other_names(session: Session, contradicted: Iterable[Asked]) -> list[Asked]:
    """One question of each sender for each name that its lists give a code which is registered under another one; but for codes of
    which lists contradict each other."""
    named = {key(row.name): row.code for row in session.scalars(select(Matter).where(Matter.active.is_(True)).order_by(Matter.code))}
    return differing.asked(session, _readings(session), named, {one.subject for one in contradicted})


def new_codes(session: Session) -> list[Asked]:
    """One question of each sender for each new code that may be that of a matter which its list names no more."""
    found: dict[tuple[str, str], Asked] = {}
    for source, reading in _with_new_codes(session):
        lines = _facts(session, reading)
        for code, formers in _waiting(session, source, reading, [fact for _, fact in lines.values()]).items():
            line, fact = lines[code]
            known = "、".join(one.code for one in formers)
            alike = all(key(one.name) == key(fact.name) for one in formers)
            who = "与它同单位、同名称" if alike else "是清单写明的原事项或与它同名"
            why = f"{known} {who},本清单不再列出:是它换了编码,请选原编码;是另一个事项,请答“都不是”"
            candidates = tuple(Candidate(one.code, one.name, _LIKELY) for one in formers)
            sender = source.unit or ""
            fresh = Asked(Topic.SUCCESSION, code, f"{code} {fact.name}", why, candidates, sender=sender, unsettled=True)
            found.setdefault((code, sender), fresh).found_at(f"{source.name} 第 {line} 行", source.unit)
    return list(found.values())


def _waiting(session: Session, source: CatalogSource, reading: CatalogReading, facts: Collection[MatterFact]) -> Mapping[str, list[Matter]]:
    """New codes of this list of which nobody said yet what they are -> matters in use of the same unit and name that it names no
    more."""
    matters = {row.code: row for row in session.scalars(select(Matter).order_by(Matter.code))}
    new = [fact for fact in facts if fact.code not in matters]
    if not new:
        return {}
    wanted = {fact.code: {(fact.unit, key(name)) for name in (fact.name, *fact.formerly)} for fact in new}
    every, named = set().union(*wanted.values()), {fact.code for fact in facts}
    gone = [row for row in matters.values() if row.active and row.code not in named and not every.isdisjoint(_called(row))]
    unclear, said = successions.unclear(session, reading.id, [row.code for row in gone]), questions.answers(session, source.unit)
    found = {}
    for fact in new:
        formers = [row for row in gone if row.code not in unclear and not wanted[fact.code].isdisjoint(_called(row))]
        if formers and said.get((Topic.SUCCESSION, fact.code)) not in ("", *(row.code for row in formers)):
            found[fact.code] = formers
    return found


def _called(matter: Matter) -> set[tuple[str, str]]:
    """Of which unit it is, and what a list may call it there."""
    return {(matter.unit, key(matter.name)), (matter.unit, key(matter.code))}


def _followed(session: Session, source: CatalogSource) -> dict[str, str]:
    """New code -> the former code, as a person said for the lists of this sender."""
    return {code: former for (topic, code), former in questions.answers(session, source.unit).items() if topic == Topic.SUCCESSION}


_COLUMNS = {"name": "matter", "unit": "unit", "handling": "handling", "promised_days": "promised_days", "reviewed_above": "reviewed_above"}


def _stated(fact: MatterFact) -> dict[str, Any]:
    """What the row says, as the register has it."""
    said = {one.name: getattr(fact, one.name) for one in fields(fact) if one.name not in _NOT_REGISTERED}
    return {name: value for name, value in said.items() if value is not Silent.SILENT and (value is not None or name == "promised_days")}


def _differ(one: MatterFact, other: MatterFact) -> list[str]:
    """What both say, and say differently. That none is promised is no other promise."""
    ours, theirs = _stated(one), _stated(other)
    return [name for name in _COLUMNS if None not in (ours.get(name), theirs.get(name)) and ours[name] != theirs[name]]


def _said(session: Session) -> dict[str, dict[str, tuple[int, MatterFact]]]:
    """For each list of matters in use: code -> its row and what it says."""
    return {source.key: _facts(session, reading) for source, reading in _readings(session)}


def _readings(session: Session) -> list[tuple[CatalogSource, CatalogReading]]:
    """The lists of matters in use that could be read, as they were read last."""
    lists = [one for one in intake.sources(session) if one.kind == ListKind.MATTERS]
    found = [(one, reading) for one in lists if (reading := intake.newest_reading(session, one.key)) is not None]
    return [(one, reading) for one, reading in found if reading.refused is None]


def _with_new_codes(session: Session) -> list[tuple[CatalogSource, CatalogReading]]:
    return [(one, reading) for one, reading in _readings(session) if successions.brings_new_codes(session, reading.id)]


def _facts(session: Session, reading: CatalogReading) -> dict[str, tuple[int, MatterFact]]:
    """Code, that of today -> its row and what it says."""
    today = former_matter_codes(session)
    rows = intake.rows_of(session, reading.id, verdict=Verdict.ACCEPTED)
    facts = ((row.line, row.fact) for row in rows if isinstance(row.fact, MatterFact))
    return {code: (line, replace(fact, code=code)) for line, fact in facts if (code := today.get(fact.code, fact.code))}
