"""退回清单: an XLSX for the sender of a list: its rows as sent, with the fault and what to do beside each, in Chinese.

It is opened by people in offices, so nothing in it may be taken for a formula: every cell is text, marked as text.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from catalog.lists import ListResult
from domain.cells import safe
from domain.list_rows import RowResult, Topic, Verdict
from proofs.printed_sheet import PrintedSheet, width_of


class Laid(NamedTuple):
    """What became of a row after it was understood: the rules keep it out, or it counts for nothing beside another list."""

    sheet: int
    line: int
    state: str
    text: str
    remedy: str


_MARK = {Verdict.REFUSED: PatternFill("solid", fgColor="F8D7DA"), Verdict.ASKED: PatternFill("solid", fgColor="FFF3CD")}
_NOTE = PatternFill("solid", fgColor="E2E3E5")
_HEADER = PatternFill("solid", fgColor="D9E2EF")
_OWN = ("原表行号", "处理结果", "问题", "怎么办")
_WIDTHS = (10, 11, 34, 30)  #: the most that they take of the page
BLOCKED, CONTRADICTED, PASSED_OVER, WAITS = "拦截", "来源矛盾", "未采用", "待确认"


def error_file(
    title: str, results: Sequence[ListResult], *, laid: Iterable[Laid] = (), counts: Mapping[Verdict, int] | None = None, cut: bool = False
) -> bytes:
    """The workbook: a page that explains, and for each sheet of the list the rows with something to say, ready to be printed.

    `laid`: of rows that were understood, and have no effect. `counts`: of the whole list, where `results` are not all of its rows;
    `cut`: there are more rows with something to say than these.
    """
    book = Workbook(write_only=True)
    total = counts or {verdict: sum(result.count(verdict) for result in results) for verdict in Verdict}
    listed = sum(len(result.rows) for result in results) if cut else None
    after: dict[int, dict[int, list[Laid]]] = defaultdict(lambda: defaultdict(list))
    for one in laid:
        after[one.sheet][one.line].append(one)
    _explain(book.create_sheet("说明"), title, results, total, listed, sum(map(len, after.values())))
    for number, result in enumerate(results, start=1):
        its = after[number]
        rows = [row for row in result.rows if row.faults or row.questions or row.line in its]
        if rows:
            _fill(book.create_sheet(_sheet_name(result.sheet.name, number)), title, result, rows, its)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _explain(
    sheet: WriteOnlyWorksheet, title: str, results: Sequence[ListResult], total: Mapping[Verdict, int], listed: int | None, idle: int
) -> None:
    """`idle`: rows that were understood and have no effect: none of them is counted as taken."""
    page = PrintedSheet(sheet, (22, 90))
    taken = {**total, Verdict.ACCEPTED: max(0, total[Verdict.ACCEPTED] - idle)}
    others = "读取的工作表中未列出的行" if any(result.sheet.refused for result in results) else "未列出的行"
    said = f"{others}已被采用,不必再报。" if taken[Verdict.ACCEPTED] else "这份清单没有一行被采用。"
    lines: list[tuple[str, str]] = [
        ("清单", title),
        ("共读取", f"{sum(total.values())} 行"),
        *((f"其中{verdict.label}", f"{count} 行") for verdict, count in taken.items()),
        *([("其中没有生效", f"{idle} 行(处理结果为拦截、来源矛盾、待确认或未采用)")] if idle else []),
        ("退回修改(红色)", f"请按“怎么办”一栏改正后,把改好的整份清单重新报送;{said}"),
        ("待确认(黄色)", "由工作专班办公室确认名称所指;能写清楚的,请直接改为单位、事项、证明的全称。"),
        ("来源矛盾(黄色)", "与另一份清单写法不一致,由工作专班办公室确认以哪一份为准;确认以前不作调整。"),
        ("提示(灰色)", "不影响采用,请在下次报送时完善。"),
    ]
    if listed is not None:
        lines[-4] = ("退回修改(红色)", "请按“怎么办”一栏改正后,把改好的整份清单重新报送。")
        said = f"有问题的行过多,这里只列出前 {listed} 行;其余各行不是都被采用,同类问题请一并改正,重新报送后再列出余下的。"
        lines.append(("没有列完", said))
    for found in (result.sheet for result in results):
        if found.refused:
            lines.append(("没有读取的工作表", f"{found.name}:{found.refused}"))
        if found.missing:
            lines.append(("缺少的列", f"{found.name or '本表'}:{'、'.join(found.missing)}"))
        if found.unused:
            lines.append(("未使用的列", f"{found.name or '本表'}:{'、'.join(found.unused)}"))
        if found.unheard:
            said = f"{found.name or '本表'}:{';'.join(found.unheard)}(这些话没有改动任何一行;说到某些行的,请在行中写明)"
            lines.append(("没有采用的文字", said))
    for name, text in lines:
        page.append([_cell(sheet, name, bold=True), _cell(sheet, text)])


def _fill(sheet: WriteOnlyWorksheet, title: str, result: ListResult, rows: list[RowResult], after: Mapping[int, list[Laid]]) -> None:
    sheet.freeze_panes = "E2"
    header = (*_OWN, *result.sheet.header)
    lines = [_line(row, after.get(row.line, [])) for row in rows]
    own_columns = zip(*(own for own, _ in lines), strict=True)
    widths = [width_of(texts, 10, width) for texts, width in zip(own_columns, _WIDTHS, strict=True)]
    widths += map(width_of, zip_longest(*(row.cells for row in rows), fillvalue=""))
    page = PrintedSheet(sheet, widths, repeated="1:1", about=f"{title} {result.sheet.name}")
    page.append([_cell(sheet, name, fill=_HEADER, bold=True) for name in header])
    for row, (own, fill) in zip(rows, lines, strict=True):
        page.append([_cell(sheet, text, fill=fill) for text in own] + [_cell(sheet, text) for text in row.cells])


def _line(row: RowResult, after: Sequence[Laid]) -> tuple[tuple[str, ...], PatternFill]:
    """What stands before the row's own cells, and its colour."""
    texts = [f"{fault.column}:{fault.text}" if fault.column else fault.text for fault in row.faults]
    texts += [f"{one.topic.label}“{one.subject}”:{one.why}" for one in row.questions]
    remedies = [fault.remedy for fault in row.faults if fault.remedy]
    for one in row.questions:
        if one.topic is Topic.TEXT:
            remedies.append("说到本行的,请在本行写明,再删去这句话;与各行无关的,请删去或等候确认。")
            continue
        known = "、".join(candidate.name for candidate in one.candidates)
        remedies.append(f"是否指:{known}?请写全称或等候确认。" if known else "请写全称;确属新增的,请先登记。")
    texts += [one.text for one in after]
    remedies += [one.remedy for one in after]
    state, fill = row.verdict.label, _MARK.get(row.verdict, _NOTE)
    if after:
        state, fill = after[0].state, _MARK[Verdict.ASKED if after[0].state in (CONTRADICTED, WAITS) else Verdict.REFUSED]
    return (str(row.line), state, "\n".join(texts), "\n".join(dict.fromkeys(remedies))), fill


def _cell(sheet: WriteOnlyWorksheet, text: str, *, fill: PatternFill | None = None, bold: bool = False) -> Cell:
    cell: Cell = WriteOnlyCell(sheet, value=safe(text))
    cell.data_type = "s"  # openpyxl would make a formula of what begins with =
    cell.quotePrefix = True
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if fill is not None:
        cell.fill = fill
    if bold:
        cell.font = Font(bold=True)
    return cell


def _sheet_name(name: str, number: int) -> str:
    return re.sub(r"[\\/*?:\[\]]", "", name)[:25] or f"清单{number}"
