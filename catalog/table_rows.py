"""一张表的各行: from the cells of a row to what becomes of it, with all that stands around it. What holds for the whole table is found
once: a list may have a million rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from hashlib import blake2b
from itertools import chain

from catalog.accepted_rows import Accepted
from catalog.approvals import Approvals
from catalog.cell_facts import Fault as CellFault
from catalog.cell_marks import STRUCK
from catalog.cell_notes import tells_of_row
from catalog.cleaning import clean
from catalog.headers import Header
from catalog.headings import Around
from catalog.legends import Legend
from catalog.list_kinds import ListKind
from catalog.matter_rows import read_matter
from catalog.name_questions import FORMERLY
from catalog.named_over import NO_SUB_ITEM, put_over
from catalog.negative_rows import read_negative
from catalog.note_marks import MAY_BEAR, borne, code, explains_codes, holds_codes
from catalog.number_ticks import NumberTicks
from catalog.open_columns import OpenColumns, decides_how
from catalog.proof_rows import read_proof
from catalog.reading import MOST_COLUMNS
from catalog.registry import Registry
from catalog.remembering import remembered
from catalog.renamings import former_names, holds_new_names, holds_old_names, is_another, renamed
from catalog.row_numbers import own_number
from catalog.row_remarks import withdraws
from catalog.row_standing import BESIDE, UNTICKED, either, remarked, telling, ticked, told, ways
from catalog.rows_left import SIGNS
from catalog.standing import CANCELLING, PARTS, Standing, in_cell, is_method
from catalog.start_days import StartDays, holds_days
from catalog.state_columns import StateColumns
from catalog.units import take_apart
from catalog.verdicts import Before, RowNotes
from domain.clear_text import FEWEST, named_by_number
from domain.list_rows import Fact, Fault, ProofFact, RowResult, Topic
from domain.spelling import fold

_READERS: Mapping[ListKind, Callable[[Mapping[str, str], RowNotes, Registry], Fact | None]] = {
    ListKind.MATTERS: read_matter,
    ListKind.PROOFS: read_proof,
    ListKind.CANCELLATIONS: read_proof,
    ListKind.COMMITMENTS: read_proof,
    ListKind.NEGATIVE_COMMUNITY: read_negative,
    ListKind.NEGATIVE_POLICE: read_negative,
}
_SAYS_NOTHING = ("sequence", "remark")  #: columns from which nothing is taken
_named_by_number = remembered(named_by_number)
_SHORTEST_DATED = 5  #: characters of what says a day and something else
_BEAR = ("sequence", "proof", "proof_code", "matter", "matter_code")  #: what may bear a mark of the whole row
#: What became of a row at this revision: where it is given up, nothing else need say so; 备注 may speak of anything.
_CHANGES, _GIVEN_UP = re.compile("(动态|清单|本次)?(调整|变动|变更)(情况|类型|类别|结果|意见)"), re.compile("(已|予以)?(取消|废止)")
_BRINGS = re.compile("提交|提供|出具|开具|收取")
_NO_SIGNS: frozenset[str] = frozenset()
#: In a row without any of these nothing beside its names is looked for: asked of all of it at once it costs one look.
_SAYS_MORE = re.compile(f"[{CANCELLING}一或{SIGNS}{MAY_BEAR}]")
_CODE_SAID = re.compile("[0-9A-Za-z][的\"“”'\\s]*[为表是代指即:：=—-]")  #: as 2为取消 begins
_SIGNS = re.compile(f"[{SIGNS}]")


def without_persons(row: tuple[str, ...]) -> tuple[tuple[str, ...], dict[int, str]]:
    """The row as it may be kept in clear, and in which columns somebody's number stood."""
    persons = {column: what for column, text in enumerate(row) if len(text) >= FEWEST and (what := _named_by_number(text))}
    return row if not persons else tuple("(已略去)" if column in persons else text for column, text in enumerate(row)), persons


class TableRows:
    """The rows of one table, read one after another; what is taken of them `accepted` remembers, too."""

    def __init__(
        self, header: Header, kind: ListKind, registry: Registry, sheet: int, accepted: Accepted, starts: StartDays, legend: Legend
    ) -> None:
        self._header, self._kind, self._registry, self._sheet, self._accepted = header, kind, registry, sheet, accepted
        self._starts, self._legend = starts, legend
        self.columns = {field: header.names[column] for column, field in header.columns.items()}
        self._fields = tuple((field, column) for column, field in header.columns.items())
        self._last = max(header.columns, default=0)
        self._reader = _READERS[kind]
        is_negative = self._reader is read_negative
        self._tells = telling(header, of_commitments=kind is ListKind.COMMITMENTS, of_negatives=is_negative)
        self._remarks_from = min((column for column, _ in self._tells.remarks), default=MOST_COLUMNS)  #: rows that end before have none
        fields = self.columns.keys()
        self._has_sub = "sub_matter" in fields and bool(fields & {"matter", "main_matter"})
        self._has_matter = "matter" in fields or "matter_code" in fields
        self._puts_over = kind is not ListKind.MATTERS and not self._has_matter
        self._takes_unit = "unit" not in fields and (kind is not ListKind.MATTERS or "unit_code" not in fields)
        self._number = next((column for field, column in self._fields if field == "sequence"), None)
        self._open, self._approvals, self._ticks = OpenColumns(header), Approvals(header), NumberTicks(header, len(accepted))
        self._states = None if is_negative or not (found := StateColumns(header)).columns else found
        unread = [(column, name) for column, name in enumerate(header.names) if column not in header.columns]
        self._new_names = tuple((column, name) for column, name in unread if holds_new_names(name))
        self._old_names = tuple(column for column, name in unread if holds_old_names(name))
        self._dated = tuple((column, self._header.names[column]) for field, column in self._fields if field == "standing")
        self._dated += self._tells.remarks
        self.legends = [name for name in header.names if explains_codes(name)]
        self._coded = tuple(column for column, name in unread if name and holds_codes(name))
        self._days = tuple((column, name) for column, name in unread if holds_days(name))
        decides = "standing" in fields or bool(header.marks)
        self._changes = None if decides else next((at for at, name in enumerate(header.names) if _CHANGES.fullmatch(name)), None)
        self._decides_how = decides_how(self.columns.get("methods", ""))
        self._is_explained = bool(header.ways or legend.codes or legend.gone or legend.signs) or self._changes is not None
        self._seen: dict[bytes, int] = {}
        self._before = Before()
        self._rows = 0

    def read(
        self, line: int, row: tuple[str, ...], meant: tuple[str, ...], faults: Mapping[tuple[int, int], CellFault], around: Around
    ) -> RowResult:
        """`meant`: the row with what 同上 stands for. 1. what its cells and what stands around it say of its matter, unit and
        standing; 2. what keeps it from being read; 3. the row itself."""
        width = len(meant)
        if width > self._last:
            cells = {field: meant[column] for field, column in self._fields}
        else:
            cells = {field: meant[column] if column < width else "" for field, column in self._fields}
        beside = self._approvals.read(meant, cells) if self._approvals.columns else ""
        unread = self._around(cells, meant, around)
        words = "\n".join(meant)
        says_more = _SAYS_MORE.search(words) is not None
        if self._is_explained:
            self._explain(cells, meant, says_more)
        has_remarks = self._remarks_from < width
        beside = self._ticks.crossed(meant) or beside or (remarked(meant, self._tells.remarks) if has_remarks else "")
        beside = beside or (self._renamed(meant, cells) if has_remarks or self._new_names else "")
        beside = (self._states.read(meant) if self._states else "") or beside
        if beside or says_more or not self._tells.by_words_alone:
            beside, one_suffices = beside or told(meant, words, self._tells), either(meant, words, self._tells)
            if beside or one_suffices:
                around = around._replace(beside=beside, either=around.either or one_suffices)
        kept, persons = without_persons(row)
        notes = RowNotes(line, kept, self.columns, around, self._before)
        silent = self._open.silent(meant) if self._open.columns else 0
        self._rows += 1
        self._find_faults(line, persons, faults, notes)
        if notes.faulty:
            return notes.result(None)  # what its other cells say would rest on one that nobody can read
        if around.void:
            notes.fault(
                "table_void", "", f"上面写着“{around.void}”,以下各行像是旧的或举例。", "不再使用的,请删去;仍有效的,请改写标题或表名。"
            )
            return notes.result(None)
        if unread and self._reader is read_proof:
            text = f"“{clean(unread)}”是事项名称,它所在的列却不是事项列。"
            notes.fault("matter_beside", "proof", text, "请把该列的列名改为“事项名称”。")
            return notes.result(None)
        if (first := self._seen.setdefault(self._digest(meant, cells, around), line)) != line:
            notes.fault("duplicate", "sequence", f"与第 {first} 行完全相同。", "请删去重复的行。")
            return notes.result(None)
        if (has_remarks or self._old_names) and (former := self._formerly(meant)):
            cells[FORMERLY] = former
        fact = self._reader(cells, notes, self._registry)
        if has_remarks and isinstance(fact, ProofFact) and fact.cancelled and (name := remarked(meant, self._tells.remarks, withdraws)):
            text = f"本行列为取消,从“{name}”列看却可能继续保留或还没有定。"
            notes.fault("standing_disagrees", "standing", text, "请核对后改成一致;继续保留或还没有定的,请从取消的证明中删去。")
        elif isinstance(fact, ProofFact) and fact.cancelled and (later := self._later(meant, around)):
            notes.add(later)
        found = notes.result(fact)
        signs = borne(words).union(_SIGNS.findall(fold(words))) if says_more else _NO_SIGNS
        for column in self._coded:
            if column < width and len(text := meant[column]) == 1:
                signs = signs | code(text)
        if self._coded and says_more and _CODE_SAID.search(words):
            self.legends += (text for column, _ in self._tells.remarks if column < width and explains_codes(text := meant[column]))
        if found.fact is not None:
            own = bool(text := cells.get("standing", "")) and text != UNTICKED
            if silent and not own and around.said is None:
                self._open.left(len(self._accepted), silent)
            if self._approvals.columns:
                self._approvals.taken(len(self._accepted), decided=own or around.said is not None)
            if self._states and not own and not getattr(found.fact, "cancelled", False):
                self._states.taken(len(self._accepted))
            self._ticks.taken()
            self._accepted.take(self._sheet, line, self._numbered(meant), found.fact, own or around.said is not None, own, signs)
        elif signs:
            self._accepted.leave(signs)
        return found

    def end(self) -> None:
        """What all rows together say of one of them is known."""
        for fault, rows in chain(
            self._open.asked(),
            self._approvals.asked(),
            (self._states.asked() if self._states else ()),
            self._ticks.asked(len(self._accepted)),
        ):
            self._accepted.send_back(fault, rows)

    def _around(self, cells: dict[str, str], meant: tuple[str, ...], around: Around) -> str:
        """Write into the cells what other places say of matter, unit and standing. The name of a matter in a column that is not read is
        handed back."""
        if self._has_sub and (sub := clean(cells["sub_matter"])) not in NO_SUB_ITEM:
            cells["main_matter"], cells["matter"] = cells.get("matter", cells.get("main_matter", "")), sub  # what is handled
        unread = ""
        if self._puts_over:
            columns = self._header.columns
            beside = [text for column, text in enumerate(meant) if columns.get(column, "remark") == "remark"]
            unread = put_over(cells, around, beside, self._registry)
        if (unit := around.unit) is not None and self._takes_unit:
            if self._kind is ListKind.MATTERS or not self._has_matter or self._registry.unit(Topic.UNIT, unit).is_sure:
                cells["unit"] = unit
            elif take_apart(unit, self._registry.units.district).region:  # 薛城区民政局 is none of ours, whatever the codes are
                cells["unit"] = unit
        if self._header.marks:
            width, names = len(meant), self._header.names
            marks = [(names[column], mark, meant[column] if column < width else "") for column, mark in self._header.marks.items()]
            said = ticked(cells.pop("standing", ""), marks)
            if said or "standing" in self.columns:
                cells["standing"] = said
        if len(said := cells.get("standing", "")) > _SHORTEST_DATED:
            cells["standing"] = self._starts.of_standing(said)
        if (self._decides_how or "取消" in cells.get("methods", "")) and not clean(cells.get("standing", "")):
            self._put_standing(cells)
        return unread

    def _explain(self, cells: dict[str, str], meant: tuple[str, ...], says_more: bool) -> None:
        """Write into the cells what ticks, letters and marks say of the row, as the header and the lines over the table explain them."""
        width, legend = len(meant), self._legend
        if self._header.ways and not clean(cells.get("methods", "")):
            cells["methods"] = ways(self._header.ways, meant)
        if legend.codes and (how := cells.get("methods")):
            cells["methods"] = legend.methods(how)
        if self._changes is not None and self._changes < width and _GIVEN_UP.fullmatch(meant[self._changes]):
            cells["standing"] = meant[self._changes]
        if says_more and legend.gone and not cells.get("standing") and legend.gives_up(map(cells.get, _BEAR), meant):
            cells["standing"] = Standing.CANCELLED.label
        if says_more and legend.signs:
            cells |= {field: legend.bare(text) for field in _BEAR if (text := cells.get(field))}

    def _put_standing(self, cells: dict[str, str]) -> None:
        """实现方式: 数据共享, 告知承诺, 直接取消; 处理方式: 部门核验, 取消, 保留."""
        said = in_cell(how := cells["methods"])
        gives_up = said is Standing.CANCELLED and ("取消" in how or _BRINGS.search(how) is None)  # 不再提交 may say that the office gets it
        if gives_up or (said is Standing.KEPT and self._decides_how and not any(map(is_method, PARTS.split(how)))):
            cells["standing"], cells["methods"] = how, ""

    def _renamed(self, meant: tuple[str, ...], cells: Mapping[str, str]) -> str:
        """The name of the column that says that what the row names is called otherwise, or is one with another; empty: none does."""
        name = cells.get("matter" if self._kind is ListKind.MATTERS else "proof", "")
        for column, called in self._new_names:
            if column < len(meant) and is_another(meant[column], name):
                return called
        return remarked(meant, self._tells.remarks, lambda text: renamed(text, name)) if self._tells.remarks else ""

    def _later(self, meant: tuple[str, ...], around: Around) -> Fault | None:
        """Why what the row gives up is not given up today: it says from when on, or what stands over it does."""
        width = len(meant)
        said = [self._starts.of_cell(name, text) for column, name in self._days if column < width and (text := meant[column])]
        said += [self._starts.fault(f"“{name}”列", text) for column, name in self._dated if column < width and (text := meant[column])]
        return next(filter(None, (*said, self._starts.fault("上面", around.later) if around.later else None)), None)

    def _formerly(self, meant: tuple[str, ...]) -> str:
        """What the row says that what it names was called, one a line."""
        said = [text for column in self._old_names if column < len(meant) and (text := clean(meant[column]))]
        for column, _ in self._tells.remarks:
            if column < len(meant) and (text := meant[column]):
                said += former_names(text)
        return "\n".join(said) if said else ""

    def _find_faults(self, line: int, persons: Mapping[int, str], faults: Mapping[tuple[int, int], CellFault], notes: RowNotes) -> None:
        for column, what in persons.items():
            if field := self._header.columns.get(column):
                notes.fault("names_somebody", field, f"该格含有{what}。", "清单是公开的,请删去后再报送。")
        if not faults:
            return
        for field, column in self._fields:
            fault = faults.get((line - 1, column))
            if fault is not None and (
                field not in _SAYS_NOTHING or tells_of_row(fault) or (field == "sequence" and fault.code == STRUCK.code)
            ):
                notes.fault(fault.code, field, fault.text, fault.remedy)
        for column in range(len(self._header.names) + BESIDE):
            fault = faults.get((line - 1, column))
            if fault is not None and (column in self._header.marks or (tells_of_row(fault) and column not in self._header.columns)):
                name = self._header.names[column] if column < len(self._header.names) else ""
                notes.fault(fault.code, name, fault.text, fault.remedy)

    def _digest(self, meant: tuple[str, ...], cells: Mapping[str, str], around: Around) -> bytes:
        """The same words under another heading are another row: of another matter, or kept here and given up there."""
        at = self._number
        said = meant if at is None or at >= len(meant) else meant[:at] + meant[at + 1 :]
        own = "\0".join(said).rstrip("\0")
        same = "\0\0".join((str(around.said), cells.get("matter", ""), cells.get("unit", ""), own))
        return blake2b(same.encode("utf-8", "surrogatepass"), digest_size=16).digest()

    def _numbered(self, meant: tuple[str, ...]) -> int:
        """What the row calls itself, else the how many-th it is."""
        text = meant[self._number] if self._number is not None and self._number < len(meant) else ""
        return own_number(text, self._rows)
