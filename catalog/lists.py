"""一份清单: from the bytes of a file to a result for each of its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from hashlib import blake2b
from itertools import chain, islice

from catalog.asides import alone, is_aside
from catalog.cell_facts import Fault as CellFault
from catalog.cleaning import clean
from catalog.column_names import SYNONYMS
from catalog.columns import subject
from catalog.data_rows import Above, TableRow, data_rows
from catalog.file_kinds import FileRefused
from catalog.header_checks import refuse_other_lists
from catalog.headers import HEADER_WITHIN, Header, HeaderRefused, ListKind, find_header
from catalog.headings import Around, Headings
from catalog.matter_rows import read_matter
from catalog.named_over import NO_SUB_ITEM, named_over, put_over
from catalog.negative_rows import read_negative
from catalog.negatives import hears_allowed
from catalog.proof_rows import read_proof
from catalog.reading import OF_LISTS, Opened, Part, Sheet
from catalog.registry import Registry
from catalog.remembering import remembered
from catalog.repeated_codes import Codes
from catalog.row_standing import Telling, either, telling, ticked, told
from catalog.sheets import AT_ONCE, LISTS, read_parts
from catalog.standing import Standing, in_heading, in_title, of_commitments
from catalog.verdicts import RowNotes
from domain.clear_text import FEWEST, named_by_number
from domain.list_rows import Fact, Fault, MatterFact, ProofFact, RowResult, SheetFound, Topic, Verdict, sent_back

_READERS: Mapping[ListKind, Callable[[Mapping[str, str], RowNotes, Registry], Fact | None]] = {
    ListKind.MATTERS: read_matter,
    ListKind.PROOFS: read_proof,
    ListKind.CANCELLATIONS: read_proof,
    ListKind.COMMITMENTS: read_proof,
    ListKind.NEGATIVE_COMMUNITY: read_negative,
    ListKind.NEGATIVE_POLICE: read_negative,
}

#: What these kinds hear otherwise than others.
_HEARS = {ListKind.COMMITMENTS: of_commitments, ListKind.NEGATIVE_COMMUNITY: hears_allowed, ListKind.NEGATIVE_POLICE: hears_allowed}

#: A row before the first heading that names a matter: the next ones speak of that, and nobody knows of which it does.
_NO_MATTER = Fault("matter_empty", "", "下面的小标题写了事项,本行上面没有写。", "请在本行上面补上小标题,或另加一列“事项名称”。")
_COVER = 5  #: rows of a sheet that is the cover of the next ones, at most
_SAYS_NOTHING = ("sequence", "remark")  #: columns from which nothing is taken


@dataclass(frozen=True, slots=True)
class ListResult:
    """One sheet of a list, read, with a result for each row."""

    sheet: SheetFound
    rows: tuple[RowResult, ...] = ()

    def count(self, verdict: Verdict) -> int:
        return sum(row.verdict is verdict for row in self.rows)


def read_list(content: bytes, kind: ListKind, registry: Registry) -> list[ListResult]:
    """Read a whole file. A table without the header of this kind is named where another sheet has it, words (填表说明)
    are passed over.

    Raises FileRefused. A row that cannot be used never stops the others.
    """
    reading = ListReading(content, kind, registry)
    rows: dict[int, list[RowResult]] = {}
    for number, row in reading.rows():
        rows.setdefault(number, []).append(row)
    back = reading.sent_back()
    for number, its in rows.items():
        rows[number] = [sent_back(row, back[number, row.line]) if (number, row.line) in back else row for row in its]
    return [ListResult(sheet, tuple(rows.get(number, ()))) for number, sheet in enumerate(reading.sheets, start=1)]


@dataclass(frozen=True, slots=True)
class SheetTop:
    """A sheet's header, or the nearest to one, and the first lines under it, as they may be shown: line -> its cells."""

    name: str
    header: Header
    rows: Mapping[int, tuple[str, ...]]


SHOWN = 10  #: lines of a sheet that whoever looks at a preview sees


class ListReading:
    """One list while it is read: `rows` gives them one by one, however many there are. What is known of its sheets, and which
    of its rows go back after all, is known when they have ended; `tops`: what stands at the top of each table."""

    def __init__(self, content: bytes, kind: ListKind, registry: Registry, *, at_once: int = AT_ONCE) -> None:
        self.sheets: list[SheetFound] = []
        self.tops: list[SheetTop] = []
        self.counts: Counter[Verdict] = Counter()
        self._kind, self._registry = kind, registry
        self._parts = read_parts(content, LISTS, OF_LISTS, at_once)
        self._names = lru_cache(maxsize=1000)(partial(named_over, registry))  # each heading asks more than once
        self._codes = Codes()
        self._page: Headings | None = None
        self._cover: list[str] = []
        self._unnamed: list[tuple[int, int]] = []  #: sheet and line of this page's rows that speak of every matter
        self._back: dict[tuple[int, int], Fault] = {}

    def rows(self) -> Generator[tuple[int, RowResult], None, None]:
        """Each with the number of its sheet among `sheets`. Raises FileRefused, also when many were given already."""
        refused = None
        for opened, rows in _sheets(self._parts):
            top = list(islice(rows, HEADER_WITHIN))
            headings = self._headings(opened)
            try:
                header = self._header(Sheet(opened.name, tuple(row for row, _ in top), opened.spans))
            except FileRefused as fault:
                lines = [text for row, _ in top if (text := alone(row))]
                headings.begin(lines)
                if not opened.below and len(top) <= _COVER and in_title(lines, headings.hears) in (Standing.KEPT, Standing.CANCELLED):
                    self._cover = lines
                if isinstance(fault, HeaderRefused):
                    self._shows(opened.name, fault.header, top)
                if isinstance(fault, HeaderRefused) and fault.questions:
                    self.sheets.append(
                        SheetFound(opened.name, fault.header.names, refused=fault.text + fault.remedy, questions=fault.questions)
                    )
                    for _ in rows:
                        pass
                    continue
                refused = fault
                full = islice((row for row, _ in chain(top, rows) if sum(map(bool, row)) > 2 and not is_aside(row)), 2)
                if len(list(full)) > (0 if self.sheets else 1):  # after a list one row may be all that goes on
                    self.sheets.append(SheetFound(opened.name, (), refused=fault.text + fault.remedy))
                for _ in rows:
                    pass
                continue
            columns = {field: header.names[column] for column, field in header.columns.items()}
            missing = tuple(SYNONYMS[field][0] for field in self._kind.expected if field not in columns)
            self.sheets.append(SheetFound(opened.name, header.names, header.unused, missing))
            self._shows(opened.name, header, top)
            headings.begin(header.over(row for row, _ in top), columns.get("proof", ""))
            for found in self._of_sheet(header, columns, opened, headings, chain(top, rows)):
                self.counts[found.verdict] += 1
                if isinstance(found.fact, MatterFact):
                    self._codes.said(found.fact, len(self.sheets), found.line)
                elif isinstance(found.fact, ProofFact) and found.fact.matter is None:
                    self._unnamed.append((len(self.sheets), found.line))
                yield len(self.sheets), found
            if headings.has_named:
                self._back.update(dict.fromkeys(self._unnamed, _NO_MATTER))
        asked = any(sheet.questions for sheet in self.sheets)
        if refused is not None and not asked and all(sheet.refused for sheet in self.sheets):
            raise refused
        if not self.counts and not asked:
            raise FileRefused("no_rows", "表头下面没有数据。", "请核对是否选错了文件或工作表。")

    def sent_back(self) -> Mapping[tuple[int, int], Fault]:
        """Rows that were accepted before others spoke: (sheet, line) -> what is wrong with it."""
        return {**self._codes.twice(), **self._back}

    def _header(self, top: Sheet) -> Header:
        header = find_header(top, self._kind, of_one_unit=self._registry.sender is not None, said=self._said)
        if {"原表行号", "怎么办"} <= set(header.names):
            raise FileRefused("error_file", "这是退回的问题清单,只有有问题的行。", "请在原表中改正,报送改好的整份清单。")
        refuse_other_lists(top.name, header, self._kind)
        return header

    def _shows(self, name: str, header: Header, top: list[TableRow]) -> None:
        under = ((line, row) for line, (row, _) in enumerate(top, start=1) if line > header.first and any(row))
        self.tops.append(SheetTop(name, header, {line: _without_persons(row)[0] for line, row in islice(under, SHOWN)}))

    def _said(self, name: str) -> str | None:
        return self._registry.column(subject(self._kind.label, name))

    def _headings(self, opened: Opened) -> Headings:
        """What stands over the rows of this table: of a page, over its tables so far, too."""
        if self._page is None or not opened.below:
            said = Standing.CANCELLED if self._kind is ListKind.CANCELLATIONS else None
            self._page = Headings(opened.name, said, _HEARS.get(self._kind, in_heading), names=self._names)
            self._unnamed = []
            if self._cover:
                self._page.begin(self._cover)
        return self._page

    def _is_proof(self, text: str) -> bool:
        return self._registry.known_proof(text) is not None

    def _of_sheet(
        self, header: Header, columns: Mapping[str, str], opened: Opened, headings: Headings, rows: Iterable[TableRow]
    ) -> Iterator[RowResult]:
        seen: dict[bytes, int] = {}
        tells = telling(header, of_commitments=self._kind is ListKind.COMMITMENTS)
        above = Above(header.columns)
        is_name = self._registry.is_matter if self._kind is ListKind.MATTERS else self._is_proof
        for line, row, faults in data_rows(header, opened, rows, headings, is_name):
            meant, faults = above.meant(line, row, faults)
            yield _read_row(line, row, meant, header, columns, self._kind, self._registry, seen, faults, headings.around, tells)


def _sheets(parts: Iterator[Part]) -> Iterator[tuple[Opened, Iterator[TableRow]]]:
    """Sheet by sheet; the rows of one are taken before the next."""
    following = next(parts, None)

    def rows() -> Iterator[TableRow]:
        nonlocal following
        for following in parts:
            if isinstance(following, Opened):
                return
            for row in following.rows:
                yield row, following.faults
        following = None

    while isinstance(following, Opened):
        yield following, rows()


_named_by_number = remembered(named_by_number)


def _without_persons(row: tuple[str, ...]) -> tuple[tuple[str, ...], dict[int, str]]:
    """The row as it may be kept in clear, and in which columns somebody's number stood."""
    persons = {column: what for column, text in enumerate(row) if len(text) >= FEWEST and (what := _named_by_number(text))}
    return row if not persons else tuple("(已略去)" if column in persons else text for column, text in enumerate(row)), persons


def _read_row(
    line: int,
    row: tuple[str, ...],
    meant: tuple[str, ...],
    header: Header,
    columns: Mapping[str, str],
    kind: ListKind,
    registry: Registry,
    seen: dict[bytes, int],
    faults: Mapping[tuple[int, int], CellFault],
    around: Around,
    tells: Telling,
) -> RowResult:
    def cell_of(column: int) -> str:
        return meant[column] if column < len(meant) else ""

    cells = {field: meant[column] if column < len(meant) else "" for column, field in header.columns.items()}
    if "sub_matter" in cells and cells.keys() & {"matter", "main_matter"} and (sub := clean(cells["sub_matter"])) not in NO_SUB_ITEM:
        cells["main_matter"], cells["matter"] = cells.get("matter", cells.get("main_matter", "")), sub  # what is handled is the sub-item
    has_matter = "matter" in cells or "matter_code" in cells
    unread = ""
    if kind is not ListKind.MATTERS and not has_matter:
        unread = put_over(
            cells, around, [text for column, text in enumerate(meant) if header.columns.get(column, "remark") == "remark"], registry
        )
    if around.unit is not None and "unit" not in cells and (kind is not ListKind.MATTERS or "unit_code" not in cells):
        if kind is ListKind.MATTERS or not has_matter or registry.unit(Topic.UNIT, around.unit).is_sure:
            cells["unit"] = around.unit
    if header.marks:
        marks = [(header.names[column], mark, cell_of(column)) for column, mark in header.marks.items()]
        said = ticked(cells.pop("standing", ""), marks)
        cells |= {"standing": said} if said or "standing" in header.columns.values() else {}
    beside, one_suffices = told(meant, tells), either(meant, tells)
    if beside or one_suffices:
        around = around._replace(beside=beside, either=around.either or one_suffices)
    kept, persons = _without_persons(row)
    notes = RowNotes(line, kept, columns, around)
    for column, what in persons.items():
        if field := header.columns.get(column):
            notes.fault("names_somebody", field, f"该格含有{what}。", "清单是公开的,请删去后再报送。")
    for column, field in header.columns.items() if faults else ():
        if (fault := faults.get((line - 1, column))) is not None and field not in _SAYS_NOTHING:
            notes.fault(fault.code, field, fault.text, fault.remedy)
    for column in header.marks if faults else ():
        if (fault := faults.get((line - 1, column))) is not None:
            notes.fault(fault.code, header.names[column], fault.text, fault.remedy)
    if notes.faulty:
        return notes.result(None)  # what its other cells say would rest on one that nobody can read
    if unread and _READERS[kind] is read_proof:
        text = f"“{clean(unread)}”是事项名称,它所在的列却不是事项列。"
        notes.fault("matter_beside", "proof", text, "请把该列的列名改为“事项名称”。")
        return notes.result(None)
    own = "\0".join([text for column, text in enumerate(meant) if header.columns.get(column) != "sequence"]).rstrip("\0")
    # The same words under another heading are another row: of another matter, or kept here and given up there.
    same = "\0\0".join((str(around.said), cells.get("matter", ""), cells.get("unit", ""), own)).encode("utf-8", "surrogatepass")
    if (first := seen.setdefault(blake2b(same, digest_size=16).digest(), line)) != line:
        notes.fault("duplicate", "sequence", f"与第 {first} 行完全相同。", "请删去重复的行。")
        return notes.result(None)
    return notes.result(_READERS[kind](cells, notes, registry))
