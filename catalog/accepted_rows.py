"""已采用的行: what was taken from a list while it is read, so that what stands elsewhere in it can reach its rows: a note under them, the
same proof once kept and once given up (obligations 2.1, 5.1). Packed: there may be a million of them.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

from catalog.note_names import Named, Names, named, names_in
from catalog.notes_under import Note
from catalog.standing import Standing
from domain.list_rows import Fact, Fault, NegativeFact, NotTaken, ProofFact, Question

_GONE, _DECIDED, _OWN = 1, 2, 4  #: given up; by what stands around it or in it; by its own cell
_LINES = 32  #: bits of a line, under those of the sheet
_SHOWN = 60  #: characters of a note
_MOST_LOOKS = 50_000_000  #: at rows, for all notes of a list: some tens of seconds
_TOO_MANY = Fault(
    "note_beside", "", "清单中说到各行的话太多,无法逐句核对到行。", "请另加一列“取消或保留”,在每一行写明,再删去表格之外的这些话。"
)
Place = tuple[int, int]  #: sheet and line
EVERY_PAGE = 0


class Accepted:
    """The rows of a list that are taken, each once for each proof that it names. What is told of them must come after them."""

    def __init__(self) -> None:
        self._places = array("Q")
        self._said = array("B")
        self._numbers = array("Q")
        self._entries = array("q")  #: of which entry it speaks, as a number
        self._proofs = array("L")  #: where its proof stands among these
        self._codes: dict[str, int] = {"": 0}
        self._matters = array("L")  #: and its matter among those
        self._matter_codes: dict[str, int] = {"": 0}
        self._signs: dict[str, list[int]] = {}
        self._others: set[str] = set()  #: marks of rows of this page that were not taken
        self._page = 0
        self._here: set[int] = set()  #: the proofs of this page
        self._matters_here: set[int] = set()
        self._looks = 0
        self._too_many: int | None = None  #: from which row on there were too many
        self._noted: set[int] = set()  #: pages of which a note gave something up
        self._legends: list[Note] = []  #: of this page
        self._back: dict[Place, Fault] = {}
        self._pages: list[int] = []  #: where each begins
        self._asked: dict[Place, tuple[Question, ...]] = {}

    def begin_page(self) -> None:
        """What is told from here on speaks of the rows that follow."""
        self._end_page()
        self._page = len(self._places)
        self._pages.append(self._page)
        self._here.clear()
        self._matters_here.clear()
        self._others.clear()

    def leave(self, signs: frozenset[str]) -> None:
        """A row that is marked so is not taken."""
        self._others |= signs

    def take(self, sheet: int, line: int, number: int, fact: Fact, decided: bool, own: bool, signs: frozenset[str]) -> None:
        """`number`: what the row calls itself; `decided`: something says what becomes of it, `own`: its own cell does; `signs`: what it
        is marked with."""
        said = decided * _DECIDED | own * _OWN
        if isinstance(fact, ProofFact):
            self._add(sheet, line, number, fact.matter, fact.proof, said | fact.cancelled)
            for proof in fact.also:
                self._add(sheet, line, number, fact.matter, proof, said | fact.cancelled)
        else:
            self._add(sheet, line, number, None, fact.name if isinstance(fact, NegativeFact) else "", said | isinstance(fact, NegativeFact))
        for sign in signs:
            self._signs.setdefault(sign, []).append(len(self._places) - 1)

    def _add(self, sheet: int, line: int, number: int, matter: str | None, proof: str, said: int) -> None:
        self._places.append(sheet << _LINES | line)
        self._said.append(said)
        self._numbers.append(number)
        self._entries.append(hash((matter, proof)))
        code = self._codes.setdefault(proof, len(self._codes))
        self._proofs.append(code)
        self._here.add(code)
        self._matters.append(of := self._matter_codes.setdefault(matter or "", len(self._matter_codes)))
        self._matters_here.add(of)

    def named_in(self, text: str, proof: Names, matter: Names, *, everywhere: bool = False) -> Named:
        """What a text names of the proofs and the matters on this page, or on every one: `proof`, `matter`: what one is called."""
        proofs = {
            code: found for code, at in self._codes.items() if (everywhere or at in self._here) and (found := names_in(text, code, proof))
        }
        matters = {
            code: found
            for code, at in self._matter_codes.items()
            if (everywhere or at in self._matters_here) and (found := names_in(text, code, matter))
        }
        return named(text, proofs, matters)

    @property
    def has_any(self) -> bool:
        """Whether anything was taken from this page so far."""
        return len(self._places) > self._page

    def has_marked(self, signs: frozenset[str]) -> bool:
        """Whether a row of this page so far is marked so."""
        return not signs.isdisjoint(self._others) or any(self._signs.get(sign, (-1,))[-1] >= self._page for sign in signs)

    def reach(self, note: Note, *, everywhere: bool = False) -> None:
        """A note is told: of the rows of this page so far, of all where it explains a mark, or of those of every page."""
        if note.said is not Standing.KEPT:
            self._noted.add(self._page)
        for part in note.parts or (note,):
            if part.is_legend and not everywhere:
                self._legends.append(part)
            else:
                self._tell(part, 0 if everywhere else self._page)

    def _tell(self, note: Note, first: int) -> None:
        fault = beside(note.text, alters=note.alters)
        self._looks += len(self._places) - first
        if self._looks > _MOST_LOOKS:
            self._too_many = first if self._too_many is None else min(first, self._too_many)
            return
        for at in self._reached(note, range(first, len(self._places))):
            self._back.setdefault(self._place(at), fault)

    def _end_page(self) -> None:
        for note in self._legends:
            self._tell(note, self._page)
        self._legends.clear()
        if self._too_many is not None:
            self.send_back(_TOO_MANY, range(self._too_many, len(self._places)))
            self._too_many = None

    def _reached(self, note: Note, rows: range) -> Iterator[int]:
        said = self._said
        named = set(self._named(note, rows))
        if note.alters:
            known = {self._codes[code] for code in note.now.proofs}
            of = named or (set(rows) if note.numbers else named)
            yield from (at for at in of if not said[at] & _GONE and self._proofs[at] not in known)
            return
        is_named = (note.but or bool(named) or not note.signs.isdisjoint(self._others)) and not note.vague
        named = set(rows) - named if note.but else named
        if is_named and not note.others:
            agreed = None if note.doubts else {Standing.CANCELLED: _GONE, Standing.KEPT: 0}.get(note.said)
            yield from (at for at in named if said[at] & _GONE != agreed or (agreed and note.is_dated))
            return
        if note.doubts and (note.whole or note.vague):
            yield from rows
            return
        if note.kept and not is_named and note.kept == len({self._places[at] for at in rows if not said[at] & _GONE}):
            return  # as many as it says are kept
        if is_named:  # ▲ is kept, and what becomes of the others is said nowhere or here
            yield from (at for at in rows if bool(said[at] & _GONE) is (at in named) and not (at not in named and said[at] & _OWN))
            return
        gone = any(said[at] & _GONE for at in rows)
        if note.whole and note.said is not Standing.OPEN:
            meant = _GONE if note.said is Standing.CANCELLED else 0
            agree = any(said[at] & _DECIDED and said[at] & _GONE == meant for at in rows)
            yield from (at for at in rows if said[at] & _GONE != meant and not (agree and said[at] & _DECIDED))
            if note.is_dated:
                yield from (at for at in rows if said[at] & _GONE and meant)
        elif note.vague and note.said is Standing.KEPT:
            yield from (at for at in rows if said[at] & _GONE and not said[at] & _OWN)
        elif note.said is not Standing.KEPT or not (gone or self._page in self._noted):
            yield from (at for at in rows if not said[at] & (_DECIDED if gone else _OWN))

    def _named(self, note: Note, rows: range) -> Iterator[int]:
        if note.numbers:
            yield from (at for at in rows if note.numbers.has(self._numbers[at]))
            if note.by_line:
                yield from (at for at in rows if note.numbers.has(self._place(at)[1]))
        for sign in note.signs:
            yield from (at for at in self._signs.get(sign, ()) if at in rows)
        if note.named:
            proofs = {self._codes[code] for code in note.named.proofs}
            matters = {self._matter_codes[code] for code in note.named.matters}
            both = [at for at in rows if self._proofs[at] in proofs and self._matters[at] in matters] if note.named.together else []
            yield from both or (at for at in rows if self._proofs[at] in proofs or self._matters[at] in matters)

    def __len__(self) -> int:
        return len(self._places)

    def send_back(self, fault: Fault, rows: Iterable[int] | None = None) -> None:
        """These of the rows, by the order in which they were taken, or all of this page so far."""
        for at in range(self._page, len(self._places)) if rows is None else rows:
            self._back.setdefault(self._place(at), fault)

    def send_back_given_up(self, fault: Fault, *, everywhere: bool = False) -> None:
        """Those of this page so far, or of every one, that are given up."""
        self.send_back(fault, (at for at in range(0 if everywhere else self._page, len(self._places)) if self._said[at] & _GONE))

    def of_page(self, page: int) -> range:
        """The rows of the how many-th page, from 1; of one that has none, or of every one, those of all."""
        first, last = (self._pages[page - 1], (*self._pages, len(self._places))[page]) if page else (0, 0)
        return range(first, last) if last > first else range(len(self._places))

    def ask(self, questions: tuple[Question, ...], rows: Iterable[int]) -> None:
        """These of the rows are not taken before they are answered."""
        for at in rows:
            self._asked.setdefault(self._place(at), questions)

    def sent_back(self) -> dict[Place, NotTaken]:
        """Which rows are not taken after all, and why."""
        self._end_page()
        return {**self._asked, **self._said_twice(), **self._back}

    def _said_twice(self) -> dict[Place, Fault]:
        """Rows that keep and rows that give up the same proof for the same matter."""
        gone = {entry for entry, said in zip(self._entries, self._said, strict=True) if said & _GONE}
        both: dict[int, tuple[list[int], list[int]]] = {}
        if not gone or len(gone) == len(self._entries):
            return {}
        kept = {entry for entry, said in zip(self._entries, self._said, strict=True) if entry in gone and not said & _GONE}
        for at, entry in enumerate(self._entries) if kept else ():
            if entry in kept:
                both.setdefault(entry, ([], []))[self._said[at] & _GONE].append(at)
        found: dict[Place, Fault] = {}
        for sides in both.values():
            for own, others in (sides, sides[::-1]):
                for at in own:
                    found[self._place(at)] = self._contrary(at, others[0])
        return found

    def _contrary(self, at: int, other: int) -> Fault:
        sheet, line = self._place(other)
        where = f"第 {line} 行" if sheet == self._place(at)[0] else f"第 {sheet} 张表第 {line} 行"
        here, there = ("取消", "保留") if self._said[at] & _GONE else ("保留", "取消")
        text = f"本行写的是{here},{where}同一事项的同一证明写的是{there}。"
        return Fault("said_twice", "", text, "同一事项的同一证明只能有一种写法;请核对后只留一行。")

    def _place(self, at: int) -> Place:
        return self._places[at] >> _LINES, self._places[at] & (1 << _LINES) - 1


def beside(words: str, *, alters: bool = False) -> Fault:
    """Words outside of the rows say something of this one; `alters`: that something about it is another than before."""
    text = words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
    if alters:
        said = f"表格之外写着“{text}”,说到了本行,从本行却看不出改了什么。"
        return Fault("note_beside", "", said, "请在本行写明现在的名称和内容(改了名的,在备注写“由“原名称”更名”),再删去这句话。")
    said = f"表格之外写着“{text}”,说到了本行,本行却没有写明是取消还是保留,或与它不一致。"
    return Fault("note_beside", "", said, "请另加一列“取消或保留”,在每一行写明,再删去这句话。")
