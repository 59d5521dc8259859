"""清单重建: each list read against the registry, then all of them laid on the published list as a draft.

Every step may run twice and may be killed: a list that was read against the same registry is not read again, and the
same lists give the same draft.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from catalog import directory, loading
from catalog.assembling import Assembled, Blocked, Stated, assemble
from catalog.cleaning import key
from catalog.file_kinds import FileRefused
from catalog.headers import ListKind
from catalog.lists import ListResult, read_list
from catalog.negatives import forbidding
from catalog.sheets import UNREADABLE
from catalog.verdicts import Topic, Verdict
from domain.blocking import NegativeItem, Organ
from domain.listing import Change, Key, content, difference
from ledger.catalog import drafts, intake, questions, rule_inputs, versions
from ledger.database import transaction
from ledger.tables.catalog import CatalogDraft, CatalogReading, CatalogSource

#: Matters first: proofs are matched to them. Negative lists before proofs: they forbid.
ORDER = (ListKind.MATTERS, ListKind.NEGATIVE_COMMUNITY, ListKind.NEGATIVE_POLICE, ListKind.PROOFS, ListKind.COMMITMENTS)
_NEGATIVE = {ListKind.NEGATIVE_COMMUNITY: Organ.COMMUNITY, ListKind.NEGATIVE_POLICE: Organ.POLICE}


def source_keys() -> list[str]:
    """The lists in the order in which they are read."""
    with transaction() as session:
        return [source.key for source in sorted(intake.sources(session), key=lambda one: (ORDER.index(ListKind(one.kind)), one.key))]


def known_reading(source: str) -> dict[str, int] | None:
    """What was found in the list, where it was read already against the registry as it stands; else None."""
    with transaction() as session:
        about = session.get_one(CatalogSource, source)
        file = intake.newest_file(session, source)
        if file is None:
            return {"files": 0}
        reading = intake.reading_of(session, file.id, loading.registry(session, ListKind(about.kind))[1])
        return None if reading is None else _counted(reading)


def refuse_unreadable(source: str, now: datetime) -> dict[str, int]:
    """The file made its reader fall over: that is what was found in it."""
    with transaction() as session:
        about, file = session.get_one(CatalogSource, source), intake.newest_file(session, source)
        assert file is not None
        file_id, ground = file.id, loading.registry(session, ListKind(about.kind))[1]
    refused = dict(zip(("code", "text", "remedy"), UNREADABLE, strict=True))
    return keep(source, file_id, ground, refused, [], now)


def read_source(source: str, now: datetime) -> dict[str, int]:
    """Read one list, unless nothing changed since it was read; what it says of matters and negative lists is entered.

    Gives how many rows were accepted, asked, refused; `files` 0 where none came yet, `unreadable` 1 where the file as a
    whole is refused.
    """
    with transaction() as session:
        about = session.get_one(CatalogSource, source)
        kind, file = ListKind(about.kind), intake.newest_file(session, source)
        if file is None:
            return {"files": 0}
        known, ground = loading.registry(session, kind)
        if (reading := intake.reading_of(session, file.id, ground)) is not None:
            return _counted(reading)
        file_id, content_of = file.id, file.content
    refused, results = None, []
    try:
        results = read_list(content_of, kind, known)
    except FileRefused as fault:
        refused = {"code": fault.code, "text": fault.text, "remedy": fault.remedy}
    return keep(source, file_id, ground, refused, results, now)


def keep(
    source: str, file: int, ground: str, refused: Mapping[str, str] | None, results: list[ListResult], now: datetime
) -> dict[str, int]:
    """Put what was found on the record, in one transaction with what follows from it at once."""
    counts = {verdict.value: sum(result.count(verdict) for result in results) for verdict in Verdict}
    sheets = [{"name": one.sheet, "header": one.header, "unused": one.unused, "missing": one.missing, "refused": one.refused} for one in results]
    with transaction() as session:
        reading = intake.keep_reading(
            session, file, ground, now=now, refused=refused, counts=counts, sheets=sheets, rows=_rows(results)
        )
        if refused is None:
            _enter(session, session.get_one(CatalogSource, source), reading)
        return _counted(reading)


def make_draft(now: datetime) -> CatalogDraft:
    """Lay all lists on the published list; the same lists give the same draft. Questions are asked anew."""
    with transaction() as session:
        stated, complete, asked, read = _stated(session)
        preferred = {subject: code for (topic, subject), code in questions.answers(session).items() if topic == Topic.CONFLICT}
        ground = loading.ground(session)
        done = assemble(stated, ground, complete=complete, preferred=preferred)
        changes = difference(ground.published, done.entries)
        names = {one["key"]: one["name"] for one in read}
        questions.put_asked(session, [*_all_asked(asked, done, names, {one["key"]: one["unit"] for one in read}), *directory.contradictions(session)], now=now)
        base = versions.current(session)
        as_rows = [_change_row(change) for change in changes]
        digest = hashlib.sha256(json.dumps([base, as_rows], ensure_ascii=False, sort_keys=True).encode()).hexdigest()
        return drafts.keep(
            session, digest, base=base, changes=as_rows, blocked=[_blocked_row(one) for one in done.blocked], sources=read, now=now
        )


def draft_id(now: datetime) -> str:
    """`make_draft`, for a process of its own."""
    return str(make_draft(now).id)


def draft_of(draft: UUID) -> CatalogDraft:
    with transaction() as session:
        return session.get_one(CatalogDraft, draft)


def _counted(reading: CatalogReading) -> dict[str, int]:
    return {"files": 1, "unreadable": int(reading.refused is not None), **reading.counts}


def _rows(results: list[ListResult]) -> Iterator[dict[str, Any]]:
    for number, result in enumerate(results, start=1):
        for row in result.rows:
            yield {
                "sheet": number, "line": row.line, "verdict": row.verdict.value, "cells": list(row.cells),
                "faults": [asdict(fault) for fault in row.faults],
                "questions": [asdict(question) for question in row.questions],
                "matched": dict(row.matched), "fact": dict(row.fact) if row.fact is not None else None,
            }  # fmt: skip


def _enter(session: Session, source: CatalogSource, reading: CatalogReading) -> None:
    """What needs no adjustment of the list: the directory of matters, and what negative lists forbid."""
    kind = ListKind(source.kind)
    facts = [row.fact for row in intake.rows_of(session, reading.id, verdict=Verdict.ACCEPTED) if row.fact is not None]
    if kind is ListKind.MATTERS:
        directory.enter(session, source.key, facts)
    elif organ := _NEGATIVE.get(kind):
        items = [NegativeItem(organ, fact["name"], source.document or source.name, fact["instead"]) for fact in facts]
        rule_inputs.put_negative(session, source.key, forbidding(loading.proof_names(session), items))


def _stated(
    session: Session,
) -> tuple[list[Stated], dict[str, set[Key]], list[tuple[str, str | None, Mapping[str, Any]]], list[dict[str, Any]]]:
    """Everything that the lists say, which keys complete ones name, what they ask, and how each was read."""
    stated: list[Stated] = []
    complete: dict[str, set[Key]] = {}
    asked: list[tuple[str, str | None, Mapping[str, Any]]] = []
    read = []
    for source in intake.sources(session):
        reading, kind = intake.newest_reading(session, source.key), ListKind(source.kind)
        counts = {"files": 0} if reading is None else _counted(reading)
        read.append({"key": source.key, "name": source.name, "kind": kind.value, "unit": source.unit, **counts})
        if reading is None or reading.refused is not None:
            continue
        commitment = (source.document or source.name) if kind is ListKind.COMMITMENTS else ""
        every_row_is_clear, named = not any(sheet["refused"] for sheet in reading.sheets), set()
        for row in intake.rows_of(session, reading.id):
            asked += [(f"{source.name} 第 {row.line} 行", source.unit, found) for found in row.questions]
            if row.fact is not None and "proof" in row.fact and row.verdict == Verdict.ACCEPTED:
                stated.append(Stated(source.key, row.sheet, row.line, row.fact, commitment))
                named.add((row.fact["matter"], row.fact["proof"]))
            elif row.verdict != Verdict.ACCEPTED:
                every_row_is_clear = False
        # While one row or sheet is unclear nobody knows what the list leaves out.
        if source.complete and kind is ListKind.PROOFS and source.unit and every_row_is_clear:
            complete.setdefault(source.unit, set()).update(named)
    return stated, complete, asked, read


def _all_asked(
    asked: Iterable[tuple[str, str | None, Mapping[str, Any]]], done: Assembled, names: Mapping[str, str], owners: Mapping[str, str | None]
) -> list[questions.Asked]:
    """Equal questions of all lists together, with where they stand. A contradiction that is found again was not settled
    by its answer, whatever that was: its list may say nothing of it any more."""
    found: dict[tuple[str, str], questions.Asked] = {}
    for place, unit, one in asked:
        subject = one["topic"], key(one["subject"])
        fresh = questions.Asked(*subject, one["subject"], one["why"], one["candidates"])
        found.setdefault(subject, fresh).found_at(place, unit)
    for conflict in done.questions:
        subject = conflict.topic.value, conflict.subject
        candidates = [asdict(one) | {"name": names.get(one.code, one.code)} for one in conflict.candidates]
        again = questions.Asked(*subject, conflict.subject, conflict.why, candidates, unsettled=True)
        found.setdefault(subject, again).found_at(conflict.why, *(owners.get(one.code) for one in conflict.candidates))
    return list(found.values())


def _change_row(change: Change) -> dict[str, Any]:
    return {
        "unit": change.entry.unit,
        "before": content(change.before) if change.before else None,
        "after": content(change.after) if change.after else None,
    }


def _blocked_row(one: Blocked) -> dict[str, Any]:
    return {
        "matter": one.key[0], "matter_name": one.matter_name, "proof": one.key[1], "proof_name": one.proof_name,
        "unit": one.unit, "standing": one.standing, "blocks": [asdict(block) for block in one.blocks],
        "rows": [[row.source, row.sheet, row.line] for row in one.rows],
    }  # fmt: skip
