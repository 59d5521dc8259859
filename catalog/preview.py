"""预览 (obligation 5.1): what a list would say before it is handed in: its columns as they are understood, its first rows, what is
unclear, and what it would change. Nothing is kept of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from sqlalchemy import text

from catalog import loading
from catalog.columns import subject
from catalog.file_kinds import FileRefused
from catalog.headers import Header, candidates
from catalog.list_kinds import ListKind
from catalog.lists import ListReading
from catalog.merging import StatedRow
from catalog.rebuild import STATING, Lists, laid
from catalog.registry import Registry
from catalog.sheet_tops import SHOWN
from domain.list_rows import Candidate, Counts, DraftLine, FileFault, ProofFact, RowResult, Verdict, sent_back
from domain.listing import Change
from ledger.database import transaction

MOST = 20_000  #: rows that a preview reads: of more it says what these are, and not what the list would change
_EXAMPLES = 3


@dataclass(frozen=True)
class Previewed:
    """The list that a file is meant for (`ledger.tables.catalog.CatalogSource`), registered or about to be."""

    key: str
    kind: ListKind
    unit: str | None
    name: str
    document: str = ""
    complete: bool = False


@dataclass(frozen=True)
class ColumnRead:
    """One of the sender's columns: the field that it became (None: none), whether a person said so, and else what it may be."""

    name: str
    field: str | None
    said: bool = False
    candidates: tuple[Candidate, ...] = ()
    asked: bool = False  #: the list waits until a person says


@dataclass(frozen=True)
class SheetRead:
    """A table of the list: `refused` says why nothing is taken from it; then its rows are shown as they stand, unread."""

    name: str
    columns: tuple[ColumnRead, ...]
    missing: tuple[str, ...]
    refused: str
    rows: tuple[RowResult, ...]
    unheard: tuple[str, ...] = ()  #: what stands outside of its rows and says nothing of them, for all that is understood


@dataclass
class Unclear:
    """Questions or faults of one kind: how many different ones, in how many rows, and some of them in words."""

    what: str
    rows: int = 0
    subjects: set[str] = field(default_factory=set)
    examples: list[str] = field(default_factory=list)

    def met(self, subject: str, example: str) -> None:
        self.rows += 1
        if subject not in self.subjects and len(self.examples) < _EXAMPLES:
            self.examples.append(example)
        self.subjects.add(subject)


@dataclass
class Preview:
    """`whole` False: more rows came than are read. `changes` None: `unchanged` says why nobody can tell, or why there are none."""

    refused: FileFault | None = None
    whole: bool = True
    counts: Counts = field(default_factory=Counts)
    sheets: list[SheetRead] = field(default_factory=list)
    questions: dict[str, Unclear] = field(default_factory=dict)
    faults: dict[str, Unclear] = field(default_factory=dict)
    changes: Counter[DraftLine] | None = None
    contradictions: int = 0
    unchanged: str = ""

    @property
    def waits(self) -> bool:
        """A person must say first what columns are."""
        return any(column.asked for sheet in self.sheets for column in sheet.columns)


def preview(about: Previewed, content: bytes, *, on: date | None = None) -> Preview:
    """Read the file as a rebuild `on` this day would, and lay it beside what all other lists say. Blocks; writes nothing."""
    with transaction() as session:
        session.execute(text("SET TRANSACTION READ ONLY"))
        registry, _ = loading.registry(session, about.kind, about.unit)
    registry.on = on
    reading = ListReading(content, about.kind, registry)
    found = Preview()
    rows: list[tuple[int, RowResult]] = []
    try:
        with closing(reading.rows()) as each:
            rows += islice(each, MOST)
            found.whole = next(each, None) is None
    except FileRefused as fault:
        found.refused = FileFault(fault.fault, fault.text, fault.remedy)
        rows.clear()
    back = reading.sent_back()
    rows = [(sheet, sent_back(row, back[sheet, row.line]) if (sheet, row.line) in back else row) for sheet, row in rows]
    verdicts = Counter(row.verdict for _, row in rows)
    found.counts = Counts(**{verdict.value: verdicts[verdict] for verdict in Verdict})
    found.sheets = list(_sheets(reading, rows, about.kind, registry))
    _unclear(found, reading, rows)
    _changes(found, about, rows)
    return found


def _sheets(reading: ListReading, rows: Sequence[tuple[int, RowResult]], kind: ListKind, registry: Registry) -> Iterator[SheetRead]:
    by_sheet: dict[str, list[RowResult]] = {}
    for number, row in rows:
        shown = by_sheet.setdefault(reading.sheets[number - 1].name, [])
        if len(shown) < SHOWN:
            shown.append(row)
    for top in reading.tops:
        sheet = next((one for one in reading.sheets if one.name == top.name), None)
        asked = {one.subject for one in sheet.questions} if sheet else set()
        as_they_stand = tuple(RowResult(line, cells) for line, cells in top.rows.items())
        read = sheet is not None and not sheet.refused
        yield SheetRead(
            top.name,
            _columns(top.header, kind, registry, asked),
            sheet.missing if sheet else (),
            sheet.refused if sheet else "",
            tuple(by_sheet.get(top.name, ())) if read else as_they_stand,
            sheet.unheard if sheet else (),
        )


def _columns(header: Header, kind: ListKind, registry: Registry, asked: set[str]) -> tuple[ColumnRead, ...]:
    def answer(name: str) -> str | None:
        return registry.column(subject(kind.label, name))

    meant = candidates(header, kind, answer)
    return tuple(
        ColumnRead(
            name,
            header.columns.get(column),
            answer(name) is not None,
            meant.get(name, ()) if column not in header.columns else (),
            subject(kind.label, name) in asked and column not in header.columns,
        )
        for column, name in enumerate(header.names)
        if name
    )


def _unclear(found: Preview, reading: ListReading, rows: Sequence[tuple[int, RowResult]]) -> None:
    for sheet in reading.sheets:
        for one in sheet.questions:
            found.questions.setdefault(one.topic, Unclear(one.topic.label)).met(one.subject, f"“{one.subject}”:{one.why}")
    for _, row in rows:
        for one in row.questions:
            found.questions.setdefault(one.topic, Unclear(one.topic.label)).met(one.subject, f"“{one.subject}”:{one.why}")
        for fault in row.faults:
            if fault.blocks:
                found.faults.setdefault(fault.code, Unclear(fault.column)).met(fault.text, f"第 {row.line} 行:{fault.text}{fault.remedy}")


def _changes(found: Preview, about: Previewed, rows: Sequence[tuple[int, RowResult]]) -> None:
    """Counted are the entries of which the list speaks, and those that it names no more; as all other lists stand today."""
    if about.kind not in STATING:
        matters = ";名称与登记不同的先待确认,登记为其他单位的退回" if about.kind is ListKind.MATTERS else ""
        found.unchanged = f"{about.kind.label}不直接改变清单的条目:采用的行在重建时登记{matters}。"
    elif found.refused is not None or found.waits:
        found.unchanged = "文件不能读取,或有列需要先确认。"
    elif not found.whole:
        found.unchanged = f"清单超过 {MOST} 行,只预览前 {MOST} 行;会有哪些变动,请在报送并重建后查看草案。"
    else:
        found.changes = Counter(dict.fromkeys(DraftLine, 0))
        commitment = (about.document or about.name) if about.kind is ListKind.COMMITMENTS else ""
        stated = [
            StatedRow(about.key, sheet, row.line, fact, commitment)
            for sheet, row in rows
            if isinstance(row.fact, ProofFact)
            for fact in row.fact.each()
        ]
        named = {row.key for row in stated if row.fact.matter is not None}
        of_every_matter = {row.fact.proof for row in stated if row.fact.matter is None}
        clear = not (found.counts.asked or found.counts.refused or any(sheet.refused for sheet in found.sheets))
        with transaction() as session:
            session.execute(text("SET TRANSACTION READ ONLY"))
            lists = Lists(session, without=about.key)
            if leaves_out := about.complete and about.kind is ListKind.PROOFS and about.unit is not None and clear:
                lists.leaves_nothing_out(str(about.unit), about.key)
            for one in laid(session, lists, stated):
                gone = leaves_out and one.after is None and one.before is not None and one.before.unit == about.unit
                if one.key in named or one.key[1] in of_every_matter or gone:
                    found.contradictions += len(one.questions)
                    kinds = (line.kind.value if isinstance(line, Change) else DraftLine.BLOCKED for line in one.lines)
                    found.changes.update(map(DraftLine, kinds))
