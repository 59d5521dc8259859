"""一份清单: from the bytes of a file to a result for each of its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import chain, islice

from catalog.accepted_rows import EVERY_PAGE, Accepted
from catalog.asides import alone, apart, in_few, is_aside
from catalog.cell_notes import said_in
from catalog.cleaning import clean
from catalog.column_names import SYNONYMS
from catalog.column_naming import named
from catalog.columns import subject
from catalog.data_rows import Above, TableRow, data_rows
from catalog.file_kinds import FileRefused
from catalog.header_checks import refuse_other_lists
from catalog.headers import HEADER_WITHIN, Header, HeaderRefused, find_header
from catalog.headings import Headings, is_title
from catalog.kind_words import doubts, hears, is_negative, says_what_it_is
from catalog.legends import Legend, legend_of, legends_apart
from catalog.list_kinds import ListKind
from catalog.named_over import goes_to_sender, named_over, whose
from catalog.negatives import as_written, lifts
from catalog.note_marks import explained
from catalog.notes_under import Note, is_labelled, note_of
from catalog.reading import OF_LISTS, Opened, Sheet
from catalog.registry import Registry
from catalog.repeated_codes import Codes
from catalog.row_numbers import Numbers
from catalog.rows_left import SIGNS, speaks_of_some
from catalog.said_aside import is_of_none, is_promised
from catalog.said_over import Doubt
from catalog.sheet_tops import SheetTop, top_of
from catalog.sheets import AT_ONCE, LISTS, by_sheet, read_parts
from catalog.standing import Standing, in_title
from catalog.start_days import StartDays
from catalog.table_rows import TableRows
from catalog.unheard import Unheard, instructs, may_speak
from catalog.verdicts import ONLY_OWN
from domain.list_rows import Fault, MatterFact, NotTaken, ProofFact, RowResult, SheetFound, Topic, Verdict, sent_back
from domain.spelling import fold

#: A row before the first heading that names a matter: the next ones speak of that, and nobody knows of which it does.
_NO_MATTER = Fault("matter_empty", "", "下面的小标题写了事项,本行上面没有写。", "请在本行上面补上小标题,或另加一列“事项名称”。")
_COVER = 5  #: rows of a sheet that is the cover of the next ones, at most


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
        self._starts = StartDays(registry.on)
        self._accepted = Accepted()
        self._page: Headings | None = None
        self._cover: list[str] = []
        self._is_own = False  #: the table that is read says nowhere whose its rows are
        self._unnamed: list[tuple[int, int]] = []  #: sheet and line of this page's rows that speak of every matter
        self._elsewhere: list[str] = []  #: what stands on sheets of words alone, and may speak of rows of others
        self._back: dict[tuple[int, int], Fault] = {}
        self._legend = Legend()
        self._waiting: dict[str, None] = {}  #: notes of this page that may speak of any of its rows
        self._pages = 0
        self._unheard = Unheard(partial(says_what_it_is, kind), registry.text)

    def rows(self) -> Generator[tuple[int, RowResult], None, None]:
        """Each with the number of its sheet among `sheets`. Raises FileRefused, also when many were given already."""
        refused = None
        for opened, rows in by_sheet(self._parts):
            top = list(islice(rows, HEADER_WITHIN))
            headings = self._headings(opened)
            try:
                header = self._header(Sheet(opened.name, tuple(row for row, _ in top), opened.spans))
            except FileRefused as fault:
                refused = self._pass_over(fault, opened, headings, top, rows) or refused
            else:
                yield from self._read(header, opened, headings, top, rows)
            self._pass(text for text in apart(opened.under) if not self._noted(text))
            for text in (text for text in apart(opened.margins) if not whose(text)):
                self._noted(text)
        self._end_page()
        for text in self._elsewhere:
            note = self._note(text, everywhere=True)
            if note is not None and (note.is_of_some_named or (note.whole and note.said is not Standing.KEPT)):
                self._accepted.reach(note, everywhere=True)
            elif hears(self._kind)(text) not in (Standing.KEPT, Standing.CANCELLED):  # 二、取消的证明事项 heads what follows
                self._unheard.passed(EVERY_PAGE, 1, (text,))
            self._starts.noted(text)
        self._starts.tell(partial(self._accepted.send_back_given_up, everywhere=True))
        if self._starts.due and self.sheets:
            self.sheets[0] = replace(self.sheets[0], due=str(self._starts.due))
        self._unheard.tell(self.sheets, self._accepted)
        asked = any(sheet.questions for sheet in self.sheets)
        if refused is not None and not asked and all(sheet.refused for sheet in self.sheets):
            raise refused
        if not self.counts and not asked:
            raise FileRefused("no_rows", "表头下面没有数据。", "请核对是否选错了文件或工作表。")

    def _read(
        self, header: Header, opened: Opened, headings: Headings, top: list[TableRow], rows: Iterator[TableRow]
    ) -> Iterator[tuple[int, RowResult]]:
        columns = {field: header.names[column] for column, field in header.columns.items()}
        lacks = tuple(SYNONYMS[field][0] for field in self._kind.expected if field not in {*columns, "methods" if header.ways else ""})
        self.sheets.append(SheetFound(opened.name, header.names, header.unused, lacks))
        self.tops.append(top_of(opened.name, header, top))
        self._is_own = "unit" not in columns and self._registry.sender is not None
        above = [part for text in header.over(row for row, _ in top) for part in legends_apart(text)]
        over = [text for text in above if not self._noted(text)]
        notes = {text: note for text in above if not is_title(text) and (note := self._note(text)) is not None}
        legends = [notes[text] for text in over if text in notes and notes[text].is_legend and not notes[text].may_head]
        for note in legends:
            self._accepted.reach(note)
        self._legend = legend_of(notes.values(), above, (alone(row) for row, _ in top), header.names)
        titles = [text for text in over if all(note.text != text for note in legends)]
        around = (*filter(may_speak, (opened.name,)), *apart(opened.margins), *titles)  # what went to the sender is heard, too
        self._pass(text for text in around if not headings.says(text) and doubts(self._kind)(text) is None)
        headings.begin(titles, columns.get("proof", ""))
        for found in self._of_sheet(header, opened, headings, chain(top, rows)):
            self.counts[found.verdict] += 1
            if isinstance(found.fact, MatterFact):
                self._codes.said(found.fact, len(self.sheets), found.line)
            elif isinstance(found.fact, ProofFact) and found.fact.matter is None:
                self._unnamed.append((len(self.sheets), found.line))
            yield len(self.sheets), found
        for text in dict.fromkeys(said_in(fault) for _, faults in top for (at, _), fault in faults.items() if at < header.first):
            self._noted(text)  # a comment on the header
        if headings.has_named:
            self._back.update(dict.fromkeys(self._unnamed, _NO_MATTER))

    def _pass_over(
        self, fault: FileRefused, opened: Opened, headings: Headings, top: list[TableRow], rows: Iterator[TableRow]
    ) -> FileRefused | None:
        """A table without the header of this kind: words, which may speak of the rows of others, or another list, which is named. The
        fault, where nobody need be asked what its columns are."""
        lines = [text for row, _ in top if (text := alone(row)) and not (self._accepted.has_any and self._noted(text))]
        if not opened.below:
            words = [
                text for text in (*lines, *filter(None, (in_few(row) for row, _ in top if not any(map(named, row))))) if not is_title(text)
            ]
            self._elsewhere += words
            self._unheard.heard(*(words if any(map(instructs, words)) else ()))
            notes = {text: note for text in words if (note := self._note(text)) is not None}
            lines = [text for text in lines if text not in notes or not (notes[text].is_of_some_named or notes[text].whole)]
        headings.begin(lines)
        if not opened.below and len(top) <= _COVER and in_title(lines, headings.hears) in (Standing.KEPT, Standing.CANCELLED):
            self._cover = [text for text in lines if not self._registry.proofs.stands_in(clean(fold(text)), 0)]  # of one, and not of all
        if isinstance(fault, HeaderRefused):
            self.tops.append(top_of(opened.name, fault.header, top))
            if fault.questions:
                said = fault.text + fault.remedy
                self.sheets.append(SheetFound(opened.name, fault.header.names, refused=said, questions=fault.questions))
                return None
        full = islice((row for row, _ in chain(top, rows) if sum(map(bool, row)) > 2 and not is_aside(row)), 2)
        if len(list(full)) > (0 if self.sheets else 1):  # after a list one row may be all that goes on
            self.sheets.append(SheetFound(opened.name, (), refused=fault.text + fault.remedy))
        return fault

    def sent_back(self) -> Mapping[tuple[int, int], NotTaken]:
        """Rows that were accepted before others spoke: (sheet, line) -> why they are not."""
        return {**self._accepted.sent_back(), **self._codes.twice(), **self._back}

    def _header(self, top: Sheet) -> Header:
        header = find_header(top, self._kind, of_one_unit=self._registry.sender is not None, said=self._said)
        if {"原表行号", "怎么办"} <= set(header.names):
            raise FileRefused("error_file", "这是退回的问题清单,只有有问题的行。", "请在原表中改正,报送改好的整份清单。")
        refuse_other_lists(top.name, header, self._kind)
        return header

    def _said(self, name: str) -> str | None:
        return self._registry.column(subject(self._kind.label, name))

    def _headings(self, opened: Opened) -> Headings:
        """What stands over the rows of this table: of a page, over its tables so far, too."""
        if self._page is None or not opened.below:
            said = Standing.CANCELLED if self._kind is ListKind.CANCELLATIONS else None
            heard = self._starts.heard(hears(self._kind))
            self._page = Headings(opened.name, said, heard, self._names, self._doubts, self._starts.is_later)
            self._unnamed = []
            self._end_page()
            self._accepted.begin_page()
            self._pages += 1
            if self._cover:
                self._page.begin(self._cover)
        return self._page

    def _doubts(self, text: str) -> Doubt | None:
        found = doubts(self._kind)(text)
        return None if found is Doubt.GONE and goes_to_sender(self._registry, text) else found

    def _is_proof(self, text: str) -> bool:
        return self._registry.known_proof(text) is not None

    def _of_sheet(self, header: Header, opened: Opened, headings: Headings, rows: Iterable[TableRow]) -> Iterator[RowResult]:
        table = TableRows(header, self._kind, self._registry, len(self.sheets), self._accepted, self._starts, self._legend)
        above = Above(header.columns)
        is_name = self._registry.is_matter if self._kind is ListKind.MATTERS else self._is_proof
        for line, row, faults in data_rows(header, opened, rows, headings, is_name, self._noted, self._pass):
            meant, faults = above.meant(line, row, faults)
            yield table.read(line, row, meant, faults, headings.around)
        table.end()
        self._explained(*table.legends)

    def _noted(self, text: str, *, alone: bool = True) -> bool:
        """Whether a text speaks of rows that were read, or of any of the page: then it is told of them, and says nothing of those
        below. `alone`: it is all that its row says."""
        self._starts.noted(text)
        has_any = self._accepted.has_any
        if not has_any and speaks_of_some(text, self._registry.proofs):
            self._waiting[text] = None
            return True
        if not has_any and not is_labelled(text):
            return False
        if has_any and self._is_own and (unit := whose(text)) and self._names(unit, True)[1] is not None:
            is_known = self._registry.unit(Topic.UNIT, unit).is_sure
            what = "不是报送本清单的单位,也不由其编制清单" if is_known else "登记库中没有这个单位,与报送单位也不一致"
            said = f"表下写着“{text}”,{what}。"
            self._accepted.send_back(Fault("unit_of_another", "", said, ONLY_OWN))
        if is_of_none(plain := clean(fold(text))) or (self._kind is ListKind.COMMITMENTS and is_promised(plain)):
            return has_any
        if self._explained(text):
            return True
        note = self._note(text, alone=alone)
        if note is None or (note.may_head and note.signs and not self._accepted.has_marked(note.signs)):
            return False
        if note.waits:
            self._waiting[text] = None
            return True
        if not has_any or (note.may_head and note.is_of_some_named and self._page is not None and self._page.in_section):
            return False
        self._accepted.reach(note)
        self._unheard.heard(text)
        if note.may_head and not note.signs and self._page is not None:
            self._page.met(text, Standing.OPEN)  # of those above or of those below
        return note.is_no_heading

    def _pass(self, texts: Iterable[str]) -> None:
        """Nothing comes of these."""
        self._unheard.passed(self._pages, len(self.sheets), texts)

    def _explained(self, *texts: str) -> bool:
        """Whether they explain marks that rows of this page bear; they are told."""
        every = [(text, mark, said) for text in texts for mark, said in explained(text) if self._accepted.has_marked(frozenset((mark,)))]
        for text, mark, said in every:
            if (note := self._note(f"{SIGNS[0]}表示{said}")) is not None:
                self._accepted.reach(note._replace(text=text, signs=frozenset((mark,)), numbers=Numbers(), is_legend=True))
        return bool(every)

    def _note(self, text: str, *, everywhere: bool = False, alone: bool = True) -> Note | None:
        forbids = is_negative(self._kind)
        proof, matter = as_written if forbids else self._registry.proofs.written, self._registry.matters.written
        names = partial(self._accepted.named_in, proof=proof, matter=matter, everywhere=everywhere)
        found = note_of(self._starts.today(text), hears(self._kind), names, alone=alone, lifts=lifts if forbids else None)
        return found._replace(text=text) if found is not None else None

    def _end_page(self) -> None:
        """What may speak of any row of the page is told of them."""
        for text in self._waiting:
            if not self._explained(text) and (note := self._note(text)) is not None:
                self._accepted.reach(note)
        self._waiting.clear()
        self._starts.tell(self._accepted.send_back_given_up)
