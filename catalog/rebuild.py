"""清单重建: each list read against the registry, then all of them laid on the published list as a draft.

Every step may run twice and may be killed: a list that was read against the same registry is not read again, and the
same lists give the same draft.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from itertools import chain

from sqlalchemy.orm import Session

from catalog import directory, loading, statements
from catalog.assembling import Laid
from catalog.cleaning import key
from catalog.file_kinds import FileRefused
from catalog.list_kinds import ListKind
from catalog.lists import ListReading
from catalog.merging import StatedRow
from catalog.moving import lay_by_todays_codes
from catalog.negatives import forbidding, names_in
from catalog.sheets import UNREADABLE
from domain.blocking import Blocked, NegativeItem, Organ
from domain.calendar import LOCAL
from domain.list_rows import DraftSource, FileFault, ListFound, MatterFact, NegativeFact, Question, Verdict
from domain.listing import Change, Key
from domain.scope import CatalogEntry
from ledger.catalog import drafts, intake, questions, rule_inputs, successions, versions
from ledger.database import transaction
from ledger.succession import former_matter_codes
from ledger.tables.catalog import CatalogDraft, CatalogReading, CatalogSource

STATING = (ListKind.PROOFS, ListKind.CANCELLATIONS, ListKind.COMMITMENTS)
#: Matters first: proofs are matched to them. Negative lists before proofs: they forbid.
ORDER = (ListKind.MATTERS, ListKind.NEGATIVE_COMMUNITY, ListKind.NEGATIVE_POLICE, *STATING)
_NEGATIVE = {ListKind.NEGATIVE_COMMUNITY: Organ.COMMUNITY, ListKind.NEGATIVE_POLICE: Organ.POLICE}


def source_keys() -> list[str]:
    """The lists in the order in which they are read."""
    with transaction() as session:
        return [source.key for source in sorted(intake.sources(session), key=lambda one: (ORDER.index(ListKind(one.kind)), one.key))]


def known_reading(source: str, now: datetime) -> ListFound | None:
    """What was found in the list, where it was read already against the registry as it stands, and says no more by now; else None."""
    with transaction() as session:
        about = session.get_one(CatalogSource, source)
        file = intake.newest_file(session, source)
        if file is None:
            return ListFound(files=0)
        reading = intake.reading_of(session, file.id, loading.registry(session, ListKind(about.kind), about.unit)[1], now=now)
        return None if reading is None else _counted(reading)


def refuse_unreadable(source: str, now: datetime) -> ListFound:
    """The file made its reader fall over: that is what was found in it."""
    with transaction() as session:
        about, file = session.get_one(CatalogSource, source), intake.newest_file(session, source)
        assert file is not None
        file_id, ground = file.id, loading.registry(session, ListKind(about.kind), about.unit)[1]
    return keep(source, file_id, ground, FileFault(*UNREADABLE), now)


def read_source(source: str, now: datetime) -> ListFound:
    """Read one list, unless nothing changed since it was read; what it says of matters and negative lists is entered."""
    with transaction() as session:
        about = session.get_one(CatalogSource, source)
        kind, file = ListKind(about.kind), intake.newest_file(session, source)
        if file is None:
            return ListFound(files=0)
        known, ground = loading.registry(session, kind, about.unit)
        if (reading := intake.reading_of(session, file.id, ground, now=now)) is not None:
            return _counted(reading)
        known.on = now.astimezone(LOCAL).date()
        file_id, content = file.id, intake.content_of(session, file.id)
    try:
        return keep(source, file_id, ground, ListReading(content, kind, known), now)
    except FileRefused as fault:
        return keep(source, file_id, ground, FileFault(fault.fault, fault.text, fault.remedy), now)


def keep(source: str, file: int, ground: str, found: FileFault | ListReading, now: datetime) -> ListFound:
    """Put what is found on the record while it is found, in one transaction with what follows from it at once. Raises
    FileRefused: then nothing was kept."""
    with transaction() as session:
        reading = intake.keep_reading(session, file, ground, now=now, found=found)
        if reading.refused is None and not any(sheet.questions for sheet in reading.sheets):  # while it waits it changes nothing
            _enter(session, session.get_one(CatalogSource, source), reading)
        return _counted(reading)


def make_draft(now: datetime) -> CatalogDraft:
    """Lay all lists on the published list; the same lists give the same draft. Questions are asked anew.

    What they say comes sorted out of the ledger, and goes there entry by entry: it may be a million.
    """
    with transaction() as session:
        successions.settle(session)
        directory.enter_what_waits_no_more(session)
        lists = Lists(session)
        conflicts: list[Question] = []

        def lines() -> Iterator[Change | Blocked]:
            for one in laid(session, lists):
                conflicts.extend(one.questions)
                yield from one.lines

        draft = drafts.keep(session, base=versions.current(session), lines=lines(), sources=lists.read, now=now)
        asked = _all_asked(lists.asked(session), conflicts, lists.names, lists.owners)
        contradictions = directory.contradictions(session)
        of_matters = (*contradictions, *directory.new_codes(session), *directory.other_names(session, contradictions))
        questions.put_asked(session, questions.together([*asked, *of_matters]), now=now)
        return draft


def laid(session: Session, lists: Lists, besides: Iterable[StatedRow] = ()) -> Iterator[Laid]:
    """What becomes of each entry, by matter and proof, where these lists, and `besides` a few rows that nobody keeps, are laid on the
    published one."""
    today = former_matter_codes(session)
    placed = [((len(lists.stating), row.sheet, row.line), row) for row in besides]
    named = sorted(((row.key, place, row) for place, row in placed if row.fact.matter is not None), key=_in_order)
    stated = statements.by_entry(session, lists.stating)
    return lay_by_todays_codes(
        heapq.merge(stated, named, key=_in_order) if named else stated,
        versions.in_order(session),
        chain(statements.of_every_matter(session, lists.stating), (one for one in placed if one[1].fact.matter is None)),
        loading.ground(session),
        today=today,
        concerned=versions.entries_of(session, matters={*today, *today.values()}),
        is_gone=lists.name_no_more,
        preferred=questions.settled(session),
    )


def _in_order(one: tuple[Key, statements.Place, StatedRow]) -> tuple[Key, statements.Place]:
    return one[:2]


def draft_id(now: datetime) -> str:
    """`make_draft`, for a process of its own."""
    return str(make_draft(now).id)


def _counted(reading: CatalogReading) -> ListFound:
    return ListFound(unreadable=int(reading.refused is not None), **asdict(reading.counts))


def _enter(session: Session, source: CatalogSource, reading: CatalogReading) -> None:
    """What needs no adjustment of the list: the directory of matters, and what negative lists forbid."""
    kind = ListKind(source.kind)
    if kind is not ListKind.MATTERS and kind not in _NEGATIVE:
        return
    facts = (row.fact for row in intake.rows_of(session, reading.id, verdict=Verdict.ACCEPTED))
    if kind is ListKind.MATTERS:
        directory.enter(session, source, reading, (fact for fact in facts if isinstance(fact, MatterFact)))
    elif organ := _NEGATIVE.get(kind):
        document = source.document or source.name
        said = [(name, fact) for fact in facts if isinstance(fact, NegativeFact) for name in names_in(fact.name)]
        items = [NegativeItem(organ, name, document, fact.instead) for name, fact in said]
        rule_inputs.put_negative(session, source.key, forbidding(loading.proof_names(session), items))


#: Where a question stands, whose list that is, and the question.
_Raised = tuple[str, str | None, Question]


class Lists:
    """The lists of which a draft is made: how each was read, and those that state something; but for one of them (`without`)."""

    def __init__(self, session: Session, *, without: str | None = None) -> None:
        self.read: list[DraftSource] = []
        self.stating: list[statements.Stating] = []
        self._asking: list[tuple[CatalogSource, int]] = []
        self._complete: dict[str, set[str]] = {}  #: unit -> its lists that leave nothing out
        for source in intake.sources(session):
            reading, kind = intake.newest_reading(session, source.key), ListKind(source.kind)
            counts = ListFound(files=0) if reading is None else _counted(reading)
            self.read.append(DraftSource(key=source.key, name=source.name, kind=kind.value, unit=source.unit, **asdict(counts)))
            if reading is None or reading.refused is not None or source.key == without:
                continue
            self._asking.append((source, reading.id))
            if kind in STATING:
                commitment = (source.document or source.name) if kind is ListKind.COMMITMENTS else ""
                self.stating.append(statements.Stating(source.key, reading.id, commitment))
            # While one row or sheet is unclear nobody knows what the list leaves out.
            clear = not (counts.asked or counts.refused or any(sheet.refused for sheet in reading.sheets))
            if source.complete and kind is ListKind.PROOFS and source.unit and clear:
                self.leaves_nothing_out(source.unit, source.key)
        self.names = {one.key: one.name for one in self.read}
        self.owners = {one.key: one.unit for one in self.read}

    def leaves_nothing_out(self, unit: str, source: str) -> None:
        """What this list of the unit's own does not name is gone."""
        self._complete.setdefault(unit, set()).add(source)

    def name_no_more(self, entry: CatalogEntry, named: Iterable[StatedRow]) -> bool:
        """True where the unit's own lists leave nothing out, and none of them names the entry, usable or not."""
        complete = self._complete.get(entry.unit)
        return complete is not None and not any(row.source in complete for row in named)

    def asked(self, session: Session) -> Iterator[_Raised]:
        """What the lists ask, with where it stands."""
        for source, reading in self._asking:
            for sheet in session.get_one(CatalogReading, reading).sheets:
                yield from ((f"{source.name} 表头", source.unit, one) for one in sheet.questions)
            for line, found in intake.questions_of(session, reading):
                yield from ((f"{source.name} 第 {line} 行", source.unit, one) for one in found)


def _all_asked(
    asked: Iterable[_Raised], conflicts: Iterable[Question], names: Mapping[str, str], owners: Mapping[str, str | None]
) -> list[questions.Asked]:
    """Equal questions of one sender's lists together, with where they stand. A contradiction that is found again was not settled
    by its answer, whatever that was: its list may say nothing of it any more."""
    found: dict[tuple[str, str, str], questions.Asked] = {}
    for place, unit, one in asked:
        sender = unit or ""
        subject = one.topic.value, key(one.subject)
        fresh = questions.Asked(*subject, one.subject, one.why, one.candidates, sender=sender)
        found.setdefault((*subject, sender), fresh).found_at(place, unit)
    for conflict in conflicts:
        subject = conflict.topic.value, conflict.subject
        candidates = tuple(replace(one, name=names.get(one.code, one.code)) for one in conflict.candidates)
        again = questions.Asked(*subject, conflict.subject, conflict.why, candidates, unsettled=True)
        found.setdefault((*subject, ""), again).found_at(conflict.why, *(owners.get(one.code) for one in conflict.candidates))
    return list(found.values())
