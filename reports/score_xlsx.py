"""考核评分 as a workbook: each unit with the numerator and denominator of every part, and a sheet with the formula."""

from __future__ import annotations

import io

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from domain.scoring import LEAST
from ledger.tables.reports import ScoreSheet
from reports.periods import LOCAL
from reports.scores import Scores

_HEADER = PatternFill("solid", fgColor="D9E2EF")


def render(scores: Scores, sheet: ScoreSheet) -> bytes:
    """The workbook of a sheet that was signed off, with who did: real numbers, no formula; units too small to be scored are
    named without one."""
    assert sheet.signed_at is not None
    formula = scores.formula
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    columns = [name for part in formula.parts for name in (f"{part.name}·分子", f"{part.name}·分母")]
    rows: list[list[object]] = [
        [
            one.unit,
            one.unit_name,
            one.score,
            *(number for part in formula.parts for number in one.figures[part.key]),
            "" if one.score is not None else f"最迟时限到期不足 {LEAST} 项,不评分",
        ]
        for one in scores.units
    ]
    _fill(first, "得分", ["单位编码", "单位", "得分", *columns, "说明"], rows)
    parts: list[list[object]] = [[part.name, part.weight, part.numerator, part.denominator] for part in formula.parts]
    _fill(book.create_sheet(), "公式", ["项目", "权重", "分子", "分母"], parts)
    note = book.create_sheet("说明")
    for name, said in (
        ("时段", f"{scores.first} 至 {scores.last}"),
        ("公式版本", formula.version),
        ("自", formula.since.isoformat()),
        ("公式", scores.said),
        ("版次", f"第 {sheet.version} 版"),
        ("签发人", sheet.signed_as),
        ("签发时间", f"{sheet.signed_at.astimezone(LOCAL):%Y-%m-%d %H:%M:%S}"),
        ("所签内容的 SHA-256", sheet.digest),
    ):
        note.append([name, said])
    note.column_dimensions["B"].width = 90
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(sheet: Worksheet, title: str, header: list[str], rows: list[list[object]]) -> None:
    sheet.title = title
    sheet.append(header)
    for cell in sheet[1]:
        cell.fill, cell.font = _HEADER, Font(bold=True)
    for number, row in enumerate(rows, start=2):
        for place, value in enumerate(row, start=1):
            cell = sheet.cell(number, place)
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value  # type: ignore[assignment]
            if isinstance(value, str):
                cell.data_type = "s"  # a name that begins with = is no formula
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = sheet.dimensions
    for place, name in enumerate(header, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = max(12, min(40, 2 * len(name)))
