"""清单重建: each list read against the registry, then all of them laid on the published list as a draft.

Every step may run twice and may be killed: a list that was read against the same registry is not read again, and the
same lists give the same draft.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from catalog import directory, loading
from catalog.assembling import Assembled, StatedRow, assemble
from catalog.cleaning import key
from catalog.file_kinds import FileRefused
from catalog.headers import ListKind
from catalog.lists import ListResult, read_list
from catalog.negatives import forbidding
from catalog.sheets import UNREADABLE
from domain.blocking import NegativeItem, Organ
from domain.list_rows import Counts, DraftSource, FileFault, ListFound, MatterFact, NegativeFact, ProofFact, Question, Topic, Verdict
from domain.listing import Key, difference
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


def known_reading(source: str) -> ListFound | None:
    """What was found in the list, where it was read already against the registry as it stands; else None."""
    with transaction() as session:
        about = session.get_one(CatalogSource, source)
        file = intake.newest_file(session, source)
        if file is None:
            return ListFound(files=0)
        reading = intake.reading_of(session, file.id, loading.registry(session, ListKind(about.kind))[1])
        return None if reading is None else _counted(reading)


def refuse_unreadable(source: str, now: datetime) -> ListFound:
    """The file made its reader fall over: that is what was found in it."""
    with transaction() as session:
        about, file = session.get_one(CatalogSource, source), intake.newest_file(session, source)
        assert file is not None
        file_id, ground = file.id, loading.registry(session, ListKind(about.kind))[1]
    return keep(source, file_id, ground, FileFault(*UNREADABLE), [], now)


def read_source(source: str, now: datetime) -> ListFound:
    """Read one list, unless nothing changed since it was read; what it says of matters and negative lists is entered."""
    with transaction() as session:
        about = session.get_one(CatalogSource, source)
        kind, file = ListKind(about.kind), intake.newest_file(session, source)
        if file is None:
            return ListFound(files=0)
        known, ground = loading.registry(session, kind)
        if (reading := intake.reading_of(session, file.id, ground)) is not None:
            return _counted(reading)
        file_id, content_of = file.id, file.content
    refused, results = None, []
    try:
        results = read_list(content_of, kind, known)
    except FileRefused as fault:
        refused = FileFault(fault.fault, fault.text, fault.remedy)
    return keep(source, file_id, ground, refused, results, now)


def keep(source: str, file: int, ground: str, refused: FileFault | None, results: list[ListResult], now: datetime) -> ListFound:
    """Put what was found on the record, in one transaction with what follows from it at once."""
    counts = Counts(**{verdict.value: sum(result.count(verdict) for result in results) for verdict in Verdict})
    rows = ((number, row) for number, result in enumerate(results, start=1) for row in result.rows)
    with transaction() as session:
        reading = intake.keep_reading(
            session, file, ground, now=now, refused=refused, counts=counts, sheets=tuple(one.sheet for one in results), rows=rows
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
        names = {one.key: one.name for one in read}
        questions.put_asked(
            session, [*_all_asked(asked, done, names, {one.key: one.unit for one in read}), *directory.contradictions(session)], now=now
        )
        return drafts.keep(session, base=versions.current(session), changes=changes, blocked=done.blocked, sources=read, now=now)


def draft_id(now: datetime) -> str:
    """`make_draft`, for a process of its own."""
    return str(make_draft(now).id)


def draft_of(draft: UUID) -> CatalogDraft:
    with transaction() as session:
        return session.get_one(CatalogDraft, draft)


def _counted(reading: CatalogReading) -> ListFound:
    return ListFound(unreadable=int(reading.refused is not None), **asdict(reading.counts))


def _enter(session: Session, source: CatalogSource, reading: CatalogReading) -> None:
    """What needs no adjustment of the list: the directory of matters, and what negative lists forbid."""
    kind = ListKind(source.kind)
    facts = [row.fact for row in intake.rows_of(session, reading.id, verdict=Verdict.ACCEPTED)]
    if kind is ListKind.MATTERS:
        directory.enter(session, source.key, [fact for fact in facts if isinstance(fact, MatterFact)])
    elif organ := _NEGATIVE.get(kind):
        document = source.document or source.name
        items = [NegativeItem(organ, fact.name, document, fact.instead) for fact in facts if isinstance(fact, NegativeFact)]
        rule_inputs.put_negative(session, source.key, forbidding(loading.proof_names(session), items))


#: Where a question stands, whose list that is, and the question.
_Raised = tuple[str, str | None, Question]


def _stated(session: Session) -> tuple[list[StatedRow], dict[str, set[Key]], list[_Raised], list[DraftSource]]:
    """Everything that the lists say, which keys complete ones name, what they ask, and how each was read."""
    stated: list[StatedRow] = []
    complete: dict[str, set[Key]] = {}
    asked: list[_Raised] = []
    read = []
    for source in intake.sources(session):
        reading, kind = intake.newest_reading(session, source.key), ListKind(source.kind)
        counts = ListFound(files=0) if reading is None else _counted(reading)
        read.append(DraftSource(key=source.key, name=source.name, kind=kind.value, unit=source.unit, **asdict(counts)))
        if reading is None or reading.refused is not None:
            continue
        commitment = (source.document or source.name) if kind is ListKind.COMMITMENTS else ""
        every_row_is_clear, named = not any(sheet.refused for sheet in reading.sheets), set()
        for row in intake.rows_of(session, reading.id):
            asked += [(f"{source.name} 第 {row.line} 行", source.unit, found) for found in row.questions]
            if isinstance(row.fact, ProofFact) and row.verdict == Verdict.ACCEPTED:
                stated.append(StatedRow(source.key, row.sheet, row.line, row.fact, commitment))
                if row.fact.matter is not None:
                    named.add((row.fact.matter, row.fact.proof))
            elif row.verdict != Verdict.ACCEPTED:
                every_row_is_clear = False
        # While one row or sheet is unclear nobody knows what the list leaves out.
        if source.complete and kind is ListKind.PROOFS and source.unit and every_row_is_clear:
            complete.setdefault(source.unit, set()).update(named)
    return stated, complete, asked, read


def _all_asked(
    asked: Iterable[_Raised], done: Assembled, names: Mapping[str, str], owners: Mapping[str, str | None]
) -> list[questions.Asked]:
    """Equal questions of all lists together, with where they stand. A contradiction that is found again was not settled
    by its answer, whatever that was: its list may say nothing of it any more."""
    found: dict[tuple[str, str], questions.Asked] = {}
    for place, unit, one in asked:
        subject = one.topic.value, key(one.subject)
        fresh = questions.Asked(*subject, one.subject, one.why, one.candidates)
        found.setdefault(subject, fresh).found_at(place, unit)
    for conflict in done.questions:
        subject = conflict.topic.value, conflict.subject
        candidates = tuple(replace(one, name=names.get(one.code, one.code)) for one in conflict.candidates)
        again = questions.Asked(*subject, conflict.subject, conflict.why, candidates, unsettled=True)
        found.setdefault(subject, again).found_at(conflict.why, *(owners.get(one.code) for one in conflict.candidates))
    return list(found.values())
