"""数据行: which lines under a header are rows of the table, and what a cell means that says it is as the one above."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from catalog.asides import apart, begins, is_aside
from catalog.cell_facts import Fault
from catalog.cleaning import clean
from catalog.column_naming import named
from catalog.headers import Header, columns_of
from catalog.headings import Headings, is_heading
from catalog.numbering import PART, is_numbered, without_number
from catalog.reading import Opened
from catalog.standing import Standing
from domain.spelling import fold

#: What cannot be used, by its place in the sheet (row and column from 0).
Faults = Mapping[tuple[int, int], Fault]
#: A row, and the faults of the part of the sheet that it came with.
TableRow = tuple[tuple[str, ...], Faults]


#: Columns in which each row says something, and a second header a column's name: that which repeats itself most before others.
_OF_NOTES = 3  #: texts in a row that speaks of others: 注: | 标★的取消
_NAMES = ("proof", "negative", "matter", "main_matter", "proof_code", "matter_code")


def data_rows(
    header: Header,
    opened: Opened,
    rows: Iterable[TableRow],
    headings: Headings,
    is_name: Callable[[str], bool] = lambda _: False,
    noted: Callable[..., bool] = lambda *_, **__: False,
    passed: Callable[[Iterable[str]], None] = lambda _: None,
) -> Iterator[tuple[int, tuple[str, ...], Faults]]:
    """The rows below the header that say anything, with their lines: not empty ones, not title or header that stand again on each
    page, not a heading between them (`headings` are told of it), not a total or a note under them. `is_name`:
    whether the registry knows what is called so, which is no heading; `noted`: whether a text speaks of rows above it, which is none
    either; `passed` is told of each text of which nothing came. Below a second header, of other columns or in another order,
    nothing can be used."""
    headings.prints(opened.margins)
    widest = max(header.columns) + 1
    as_named = {(column, width) for (at, column), width in opened.spans.items() if 0 < header.first - at <= header.depth}
    # What is as wide as the name of its column stands in that alone.
    spread = {at for (at, column), width in opened.spans.items() if width >= widest / 2 and (column, width) not in as_named}
    heads: set[tuple[str, ...]] = set()
    other: Fault | None = None
    by_field = {field: column for column, field in header.columns.items()}
    numbered, hears = by_field.get("sequence"), headings.hears
    looked_at = next((by_field[field] for field in _NAMES if field in by_field), 0)
    over_none: list[str] = []  #: headings with no row below them so far

    def met(text: str) -> None:
        headings.met(text)
        over_none.append(text)

    for line, (row, faults) in enumerate(rows, start=1):
        texts = dict.fromkeys(filter(None, row))
        if line <= header.first:
            if len(texts) > 1:
                heads.add(row)
        elif texts and row not in heads:
            first = next(iter(texts))
            is_row = len(texts) > 1 and first.isdecimal() and looked_at < len(row) and row[looked_at] not in ("", first)
            # Most rows: numbered, with more in them than a heading or a note has, and a name where names stand.
            is_plain = is_row and len(texts) > _OF_NOTES and looked_at in header.columns and line - 1 not in spread
            is_note = not is_row and (len(texts) <= _OF_NOTES or _is_torn(row)) and _is_note(row, texts, is_name, noted)
            if is_note and (len(texts) == 1 or is_aside(row) or _is_torn(row)):
                continue
            if not is_plain and is_aside(row) and not _holds_name(row, looked_at, header.columns):
                if not begins(text := next(iter(texts)), hears):
                    passed(texts)
                elif text not in header.title:
                    met(text)
            elif not is_plain and (text := _split(row, list(texts), header, is_name, headings)):
                met(text)
            elif (
                not is_plain
                and (len(texts) == 1 or line - 1 in spread)
                and (text := _heading(row, texts, header, is_name, headings, spread=line - 1 in spread))
            ):
                if text not in header.title or is_numbered(text):
                    met(text)
                if not headings.says(text):
                    passed((text,))
            elif is_plain or any(column < len(row) and row[column] for column in header.columns):
                if other is None and looked_at < len(row) and named(row[looked_at]):
                    columns = columns_of(row)
                    if columns == header.columns:
                        continue  # the same, typed once more
                    if len(columns) > 2 and len(columns) * 2 > len(texts):
                        said = f"第 {line} 行起换了一种表头,以下各行没有读取。"
                        other = Fault("other_header", said, "请把另一张表放到另外的工作表。")
                text = next(iter(texts))
                if len(texts) == 1 and (hears(text) is Standing.OPEN or headings.doubts(text)) and not is_name(text):
                    met(text)  # whatever it is, nobody knows what it says of the rows below
                beside = row[numbered] if numbered is not None and numbered < len(row) else ""
                if len(beside) > _NUMBERS and not _REMARKED.match(beside) and hears(beside):
                    met(beside)  # a heading with something beside it: the row goes back, and those below are told
                if other is not None:
                    faults = {**faults, (line - 1, looked_at): other}
                over_none.clear()
                yield line, row, faults
            else:
                passed(texts)  # in columns that are not read
    passed(text for text in over_none if hears(text) not in (Standing.KEPT, Standing.CANCELLED))  # that may head the next table


#: 注:第1 | 2项取消: a sentence that its commas took apart in a CSV.
_TORN = re.compile("(注|备注|说明|附注)[^,]*[:\uff1a]|(以上|上述)?第?\\d{1,5}(,\\d{1,5})*,\\d{1,5}[项条个号行]")


def _is_torn(row: tuple[str, ...]) -> bool:
    first = next(filter(None, row), "")
    return not first.isdecimal() and (row[0] == first) and _TORN.match(",".join(filter(None, row))) is not None


def _is_note(row: tuple[str, ...], texts: Collection[str], is_name: Callable[[str], bool], noted: Callable[..., bool]) -> bool:
    if any(is_name(without_number(text)) for text in texts):
        return False
    if len(texts) == 1:
        return sum(map(noted, apart(texts))) > 0  # each of them is told
    said = ",".join(filter(None, row)) if _is_torn(row) else " ".join(texts)
    is_alone = is_aside(row) or _is_torn(row)
    return sum(noted(text, alone=is_alone) for text in apart((said,))) > 0


def _holds_name(row: tuple[str, ...], place: int, columns: Mapping[int, str]) -> bool:
    """Whether the row begins as one that speaks of the table (说明:需原件), and yet holds a name and something beside it."""
    first, name = next(filter(None, row)), row[place] if place < len(row) else ""
    read = {row[column] for column in columns if column < len(row)} - {"", first}
    return name in read and len(read) > 1 and re.search("[:\uff1a].", first) is not None and not is_aside([name])


_ORDINAL = re.compile(rf"[(]?[一二三四五六七八九十]+[)]?[、.]?|{PART}|[(]?\d+[)]?[、.]?")
#: 事项名称 | 公证, where no column holds a matter.
_LABEL = re.compile("(办理|服务|办事|政务服务|公共服务|所涉)?事项(名称)?:?|业务名称:?|证明用途:?")
_COUNT = re.compile(r"[(]?共?计?\d+[项个条件][)]?")


def _split(row: tuple[str, ...], texts: list[str], header: Header, is_name: Callable[[str], bool], headings: Headings) -> str:
    """The heading that stands in two cells, its number and its words, or beside how many rows it has: 一 | 取消的证明事项 | 共2项."""
    if not 1 < len(texts) < 4:
        return ""
    words = [text for text in texts if not _COUNT.fullmatch(clean(fold(text)))]
    if len(words) == 2 and _LABEL.fullmatch(clean(fold(words[0]))) and not {"matter", "main_matter"} & set(header.columns.values()):
        return f"{words[0].rstrip(':：')}:{words[1]}"
    if len(words) == 1 and len(texts) == 2:
        text = words[0]
    elif len(words) == 2 and _ORDINAL.fullmatch(number := clean(fold(words[0]))) and words[0] == next(filter(None, row)):
        text = number.rstrip("、.") + ("" if number.endswith(")") else "、") + words[1]
    else:
        return ""
    bare = without_number(words[-1])
    of_the_row = {column for column, field in header.columns.items() if field in ("standing", "remark")} | set(header.marks)
    if is_name(bare) or any(column < len(row) and row[column] == words[-1] for column in of_the_row):
        return ""
    if headings.hears(bare) in (Standing.KEPT, Standing.CANCELLED):
        return text
    is_row = text[0] in "(0123456789" and not is_numbered(text)  # 1 beside a name is a row's number
    return text if not is_row and not _LIKE_A_PROOF.search(bare) and headings.says(bare) else ""


_NUMBERS = 5  #: characters of 序号; a longer text is none
_REMARKED = re.compile("\\d+($|[(\uff08])")  #: 1(拟取消) is a number, and says something of its row alone
_LIKE_A_PROOF = re.compile("(证明书?|证书?|证件|执照|[函书])$")
_KINDS = re.compile("类|其他|有关|相关|各种|部分|(的证明|事项|业务|服务|许可|审批|部门|单位|领域|方面|环节|阶段|个人|企业|法人)$")


def _heading(
    row: tuple[str, ...], texts: Collection[str], header: Header, is_name: Callable[[str], bool], headings: Headings, *, spread: bool
) -> str:
    """The heading that this row is: a text alone, numbered, outside of the columns that say something, or over half of them. A
    numbered name is a row: one that is known, one in a table of names alone, one in the column of names that looks like a proof
    or says nothing of the rows below it."""
    known = {row[column] for column in header.columns if column < len(row)} - {""}
    if len(texts) > 1 and not (spread and len(known) == 1):
        return ""
    text = next(iter(texts))
    if is_name(bare := without_number(text)):
        return ""
    if spread and len(known) == 1:
        return text
    fields = {header.columns.get(column, "sequence") for column, cell in enumerate(row) if cell}
    if fields == {"sequence"} or (said := headings.hears(text)) in (Standing.KEPT, Standing.CANCELLED):
        return text
    if not is_heading(text) or said is not None:
        return ""
    all_fields = set(header.columns.values()) - {"sequence", "remark"}
    is_row = all_fields == fields or (fields <= set(_NAMES) and (_LIKE_A_PROOF.search(bare) or not headings.says(bare)))
    return "" if is_row and not _KINDS.search(bare) else text


_AS_ABOVE = frozenset(
    "同上 同上。 (同上) （同上） 同上行 同上一行 同上栏 同上一栏 同上格 同上一格 同上条"
    " 同上一条 同上项 同上一项 同上面 同上述 上同 如上 与上同 与上行同 与上行相同"
    ' 同前 同前行 同前项 同前一行 〃 〃〃 〞 ″ ″″ ′′ " "" ＂ \'\' “ ” ” „ 々 ↑ ditto'.split()
) | {"同 上", "同\u3000上", "同\n上"}
#: It may be 同上 or that there is none: only where something stands above it, and in a column of names, that matters.
_STROKES = frozenset("- -- — —— ― ―― – ー ─ ── － ～ | ｜ ↓ … …… .. ,, 、、 · ··".split())
_OF_NAMES = frozenset(("unit", "issuer"))
_NOTHING_ABOVE = Fault("nothing_above", "该格写“同上”,上面一行却没有可用的内容。", "请填写完整内容。")
_STROKE = Fault("above_or_none", "该格只有一个符号,看不出是“同上”还是没有。", "同上的请填写完整内容,没有的请写“无”。")


class Above:
    """同上, 〃: each row as it is meant, asked of a table's rows from the top."""

    def __init__(self, columns: Mapping[int, str]) -> None:
        self._row: tuple[str, ...] = ()
        self._unusable: frozenset[int] = frozenset()
        self._names = [column for column, field in columns.items() if field in _OF_NAMES]

    def meant(self, line: int, row: tuple[str, ...], faults: Faults) -> tuple[tuple[str, ...], Faults]:
        """The row with what stands above in place of the words, and its faults: of what cannot be used above, nothing can be."""
        for column in self._names:
            if column < len(row) and row[column] in _STROKES and column < len(self._row) and self._row[column]:
                if self._row[column] not in _STROKES:
                    faults = {**faults, (line - 1, column): _STROKE}
        if _AS_ABOVE.isdisjoint(row) and not faults and not self._unusable:
            self._row = row
            return row, faults
        same = {column for column, text in enumerate(row) if text in _AS_ABOVE}
        lost = {column for column in same if column in self._unusable or column >= len(self._row) or not self._row[column]}
        meant = tuple(self._row[column] if column in same - lost else text for column, text in enumerate(row))
        faults = {**faults, **{(line - 1, column): _NOTHING_ABOVE for column in lost}} if lost else faults
        self._row, self._unusable = meant, frozenset(lost | {column for at, column in faults if at == line - 1})
        return meant, faults
