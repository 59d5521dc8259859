"""表头: find it under titles and notes, read it in two rows where it has two, and know its columns by any usual name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice, pairwise, zip_longest

from catalog.column_forms import formed
from catalog.column_names import SYNONYMS
from catalog.column_naming import field_of, known, named
from catalog.columns import PROPOSED, WAITED_FOR, Said, alike, nothing_said, questions, tells_how_long, tells_why
from catalog.file_kinds import FileRefused
from catalog.headings import is_title
from catalog.list_kinds import ListKind
from catalog.reading import Sheet
from catalog.renamings import holds_old_names
from catalog.states import state_reader
from catalog.ticked_columns import Mark, marked
from catalog.values import names_method
from domain.list_rows import Candidate, Question

_LOOK_AT = 20  #: rows in which a header may stand
HEADER_WITHIN = _LOOK_AT + 2  #: with its other rows


_NOW = re.compile("^(现|新|拟|(变更|调整|更名|修改|修订|划转|改革)(之)?后)的?")


@dataclass(frozen=True)
class Header:
    """Which field each column is: column -> field; `unused` names columns that say nothing to us. `first` is the first
    row of data (0-based), `title` what stands over the header and in it: a title may look like the upper row of two."""

    columns: Mapping[int, str]
    names: tuple[str, ...]
    unused: tuple[str, ...]
    first: int
    title: tuple[str, ...] = ()
    depth: int = 1
    left_out: int = 0  #: columns of which a person said that they are not used: known, too
    #: columns that are ticked for what becomes of a row: 是否取消, 保留 beside 取消
    marks: Mapping[int, Mark] = field(default_factory=dict)
    #: columns that are ticked for how a proof is checked: 数据共享 beside 部门核验
    ways: Mapping[int, str] = field(default_factory=dict)

    def over(self, top: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
        """What stands over the header among the first rows of its sheet, and in it where that is a title."""
        lines = list(islice(top, self.first))
        names = lines[self.first - self.depth :]  # and what is most of it once more: of cells that are as high as several rows
        titles = [not any(line == one or _goes_on(line, one) for one in names) for line in lines]
        found = (cell for line, over in zip(lines, titles, strict=True) for cell in line if cell and (over or is_title(cell)))
        return tuple(dict.fromkeys(found))

    @property
    def worth(self) -> tuple[int, int]:
        """The more columns are known the better, then the fewer rows: a title over it says nothing of them."""
        return len(self.columns) + len(self.marks) + len(self.ways) + self.left_out, -self.depth


class HeaderRefused(FileRefused):
    """No header has what this kind of list needs, or a person must say first which its columns are (`questions`); `header` is the
    nearest to one."""

    def __init__(self, fault: str, text: str, remedy: str, header: Header, asked: tuple[Question, ...] = ()) -> None:
        super().__init__(fault, text, remedy)
        self.header, self.questions = header, asked


def find_header(sheet: Sheet, kind: ListKind, *, of_one_unit: bool = False, said: Said = nothing_said) -> Header:
    """The header of most worth. `of_one_unit`: it is known whose list that is; `said`: what a person said of a column. Raises
    FileRefused, HeaderRefused where none has what this kind of list needs or a column of it must be confirmed first."""
    required = kind.required(of_one_unit=of_one_unit)
    best: Header | None = None
    nearest: Header | None = None
    for row in range(min(_LOOK_AT, len(sheet.rows))):
        for depth in (3, 2, 1):
            if best is not None and any(map(_holds_data, sheet.rows[best.first : row + depth])):
                continue  # below the rows of the first table stands another one, however well it is known
            header = _header(sheet, row, depth, said)
            if header and (nearest is None or header.worth > nearest.worth):
                nearest = header
            if header and _is_enough(header, required) and (best is None or header.worth > best.worth):
                best = header
    if best is None:
        raise _not_found(sheet, kind, required, nearest, said)
    if asked := _unclear(best, kind, said, WAITED_FOR):
        raise _to_confirm(best, asked)
    return best


def candidates(header: Header, kind: ListKind, said: Said, least: float = PROPOSED) -> Mapping[str, tuple[Candidate, ...]]:
    """For each column that nobody knew and nobody spoke of, what it may be: what other columns are not already."""
    open_to = kind.reads - set(header.columns.values())
    others = [name for name in header.unused if said(name) is None and state_reader(name) is None]
    return {name: alike(name, open_to - tells_why(name) - tells_how_long(name, kind), least) for name in others}


def _unclear(header: Header, kind: ListKind, said: Said, least: float) -> tuple[Question, ...]:
    return questions(kind.label, candidates(header, kind, said, least))


def _to_confirm(header: Header, asked: tuple[Question, ...]) -> HeaderRefused:
    what = ";".join(f"“{one.subject.partition(':')[2]}”像是“{one.candidates[0].name}”" for one in asked)
    remedy = "请在预览中确认这些列是什么,不使用的也请写明;确认一次,该单位以后的清单都按此读取。"
    return HeaderRefused("columns_unclear", f"有 {len(asked)} 列需要确认:{what}。", remedy, header, asked)


def _not_found(sheet: Sheet, kind: ListKind, required: tuple[tuple[str, ...], ...], nearest: Header | None, said: Said) -> HeaderRefused:
    """There is none, or one that lacks a column: whoever has a header is not told to add one, and one whose column may be what
    is lacking is asked."""
    found = set(nearest.columns.values()) if nearest else set()
    lacking = [group for group in required if not found & set(group)]
    if nearest is not None:
        asked = _unclear(nearest, kind, said, PROPOSED)
        proposed = {one.code for question in asked for one in question.candidates}
        if all(proposed & set(group) for group in lacking):
            return _to_confirm(nearest, asked)
    wanted = "、".join("或".join(f"“{SYNONYMS[field][0]}”" for field in group) for group in lacking)
    widest = _widest(sheet)
    seen = "、".join(cell for cell in widest[:12] if cell) or "(空)"
    header = nearest or Header({}, widest, tuple(filter(None, widest)), sheet.rows.index(widest) + 1 if widest else 0)
    if len(lacking) < len(required):
        text = f"{kind.label}的表头缺少必要的列:{wanted};看到的是:{seen}。"
        return HeaderRefused("column_missing", text, "请补上缺少的列;不是这种清单的,请核对清单种类。", header)
    text = f"没有找到{kind.label}的表头。应有列:{wanted};看到的是:{seen}。"
    return HeaderRefused("no_header", text, "请补上表头后重新报送。", header)


def _header(sheet: Sheet, row: int, depth: int, said: Said) -> Header | None:
    """The header of these rows, where each of them says something; what a person said before a known name, and that before a
    likely one."""
    lines = sheet.rows[row : row + depth]
    if len(lines) < depth or not all(_has_sub_headers(sheet, at) for at in range(row, row + depth - 1)):
        return None
    if depth < 3 and _goes_on(*sheet.rows[row + depth - 1 : row + depth + 1]):
        return None
    parts = [tuple(dict.fromkeys(filter(None, cells))) for cells in _spread(list(zip_longest(*lines, fillvalue="")))]
    names = tuple(" ".join(part) for part in parts)
    decided = {column: field for column, name in enumerate(names) if name and (field := said(name)) is not None}
    columns: dict[int, str] = {}
    for column, field in decided.items():
        if field and field not in columns.values():
            columns[column] = field
    marks = {
        column: mark
        for column, part in enumerate(parts)
        if part and column not in decided and (mark := marked(part[-1], decides=_decides(part))) is not None
    }
    ways = {column: part[-1] for column, part in enumerate(parts) if part and column not in decided and names_method(part[-1])}
    ways = ways if len(ways) > 1 else {}
    for read, pick in ((known, _own), (formed, _own), (known, _above), (formed, _above)):
        for column, part in enumerate(parts):
            if (
                column not in decided
                and column not in columns
                and column not in marks
                and column not in ways
                and (found := field_of(pick(part), read))
                and found not in columns.values()
            ):
                columns[column] = found
    now = {named(_NOW.sub("", part[-1], count=1)) for part in parts if part and _NOW.match(part[-1])}
    columns = {  # 原办理事项 beside 现办理事项: nobody knows which of them is meant
        column: field
        for column, field in columns.items()
        if column in decided or not (name := parts[column][-1]).startswith("原") or not (field in now or holds_old_names(name))
    }
    unused = tuple(name for column, name in enumerate(names) if name and not {column} & {*columns, *marks, *ways})
    title = tuple(dict.fromkeys(cell for line in sheet.rows[: row + depth] for cell in line if cell))
    left_out = sum(not field for field in decided.values())
    return Header(dict(sorted(columns.items())), names, unused, row + depth, title, depth, left_out, marks, ways) if columns else None


def columns_of(row: tuple[str, ...]) -> Mapping[int, str]:
    """Which columns a row names, if it is a header; of a row of data, hardly ever one."""
    return {column: field for column, cell in enumerate(row) if (field := named(cell)) is not None}


def _spread(columns: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The columns of a header: one that is named in its lowest row alone stands under what stands over its neighbour to the left, as
    in a CSV or where cells were not merged but centred."""
    for place in range(1, len(columns)):
        if columns[place][-1] and not any(columns[place][:-1]):
            columns[place] = (*columns[place - 1][:-1], columns[place][-1])
    return columns


def _has_sub_headers(sheet: Sheet, row: int) -> bool:
    """The row below says something where this one is spread over several columns or is silent, or names columns and holds no data:
    nothing stands in it under the name of a column but another name. Of merged cells a CSV keeps the first alone."""
    tops, cells = sheet.rows[row : row + 2]
    # A merged one stands in all its parts; of a CSV in the first alone, and the next ones are silent.
    spread = {at for at, (top, following) in enumerate(pairwise(tops)) if top and top == following}
    silent = [at for at, cell in enumerate(cells[: len(tops)]) if not tops[at] and _is_name(cell)]
    under = {max((left for left in range(at) if tops[left]), default=0) for at in silent}
    pairs = [(at, top, cell) for at, (top, cell) in enumerate(zip_longest(tops, cells, fillvalue="")) if cell != top]
    below = [(top, cell) for _, top, cell in pairs if cell]
    if not below:
        return True
    data = [at for at, top, cell in pairs if cell and named(top) and not _is_name(cell) and not named(top + cell)]
    if any(at not in spread | under and at - 1 not in spread for at in data):
        return False  # 户籍证明 under 证明名称: whatever else stands in it, it is a row
    if not data and any(_is_name(cell) for _, cell in below):
        return True
    return bool(spread or silent) and any(named(top) or named(cell) or named(top + cell) for _, top, cell in pairs)


def _goes_on(above: tuple[str, ...], row: tuple[str, ...] = ()) -> bool:
    """Half of the row or more is the one above once more, as in cells that are as high as both."""
    same = sum(cell == over != "" for cell, over in zip(row, above, strict=False))
    return same > 1 and sum(map(bool, row)) <= same * 2


def _holds_data(row: tuple[str, ...]) -> bool:
    """Several texts, of which none is the name of a column."""
    texts = set(filter(None, row))
    return len(texts) > 2 and not any(map(_is_name, texts))


def _is_name(cell: str) -> bool:
    return named(cell) is not None or marked(cell) is not None


def _own(names: tuple[str, ...]) -> tuple[str, ...]:
    """What a column is called: the names of all its rows together, then the lowest."""
    return ("".join(names), *names[-1:])


def _decides(names: tuple[str, ...]) -> bool:
    """Whether what stands over a column says that it tells what becomes of the rows: 清理意见 over 停用."""
    return any(named(name) == "standing" for name in names[:-1])


def _above(names: tuple[str, ...]) -> tuple[str, ...]:
    """What stands over it, and over its neighbours too: that says what it is only where none of them is it by its own name."""
    return names[-2::-1]


def _is_enough(header: Header, required: tuple[tuple[str, ...], ...]) -> bool:
    found = set(header.columns.values())
    return all(found & set(group) for group in required)


def _widest(sheet: Sheet) -> tuple[str, ...]:
    return max(sheet.rows[:_LOOK_AT], key=lambda row: sum(map(bool, row)), default=())
