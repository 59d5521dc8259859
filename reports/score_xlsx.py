"""考核评分 as a workbook: each unit with the numerator and denominator of every part, and a sheet with the formula."""

from __future__ import annotations

import io

from openpyxl import Workbook

from domain.calendar import LOCAL
from domain.scoring import LEAST
from ledger.tables.reports import ScoreSheet
from reports import sheets
from reports.scores import Scores
from reports.sheets import Value


def render(scores: Scores, sheet: ScoreSheet) -> bytes:
    """The workbook of a sheet that was signed off, with who did: real numbers, no formula; units too small to be scored are
    named without one."""
    assert sheet.signed_at is not None
    formula = scores.formula
    book = Workbook(write_only=True)
    about = f"考核评分 {scores.first} 至 {scores.last} 第 {sheet.version} 版"
    columns = [name for part in formula.parts for name in (f"{part.name}·分子", f"{part.name}·分母")]
    rows: list[list[Value]] = [
        [
            one.unit,
            one.unit_name,
            one.score,
            *(number for part in formula.parts for number in one.figures[part.key]),
            "" if one.score is not None else f"最迟时限到期不足 {LEAST} 项,不评分",
        ]
        for one in scores.units
    ]
    sheets.add(book, "得分", ["单位编码", "单位", "得分", *columns, "说明"], rows, about=about)
    parts: list[list[Value]] = [[part.name, part.weight, part.numerator, part.denominator] for part in formula.parts]
    sheets.add(book, "公式", ["项目", "权重", "分子", "分母"], parts, about=about)
    notes = [
        ("时段", f"{scores.first} 至 {scores.last}"),
        ("公式版本", formula.version),
        ("自", formula.since.isoformat()),
        ("公式", scores.said),
        ("版次", f"第 {sheet.version} 版"),
        ("签发人", sheet.signed_as),
        ("签发时间", f"{sheet.signed_at.astimezone(LOCAL):%Y-%m-%d %H:%M:%S}"),
        ("所签内容的 SHA-256", sheet.digest),
    ]
    sheets.add(book, "说明", ["项目", "内容"], notes, about=about)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
