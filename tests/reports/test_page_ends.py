"""版头 and 版记 on paper: the one is not torn, the other never stands on a page alone, however much a week has to say."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from reports import pdf, periods
from reports.blocks import Block, Document, Paragraph, Section, Table
from tests.reports.samples import MANY, REPORT
from tests.reports.test_imprint import CONTACT, FOOT, pages
from tests.reports.test_layouts import needs_poppler, poppler

COPIES = "区政府办公室,各镇人民政府、街道办事处,区直有关部门,工作专班各成员单位"


def _table(words: int, note: str) -> Table:
    return Table("", ("指标", "怎样计算"), tuple((f"尾{number}", "文" * words) for number in range(6)), 0, note=note)


ENDS = {
    "definitions": _table(120, "口径版本。"),
    "short": _table(8, "口径版本。"),
    "bare": _table(120, ""),
    "paragraph": Paragraph("尾" * 40 + "。"),
}


@needs_poppler
@pytest.mark.parametrize("last", ENDS)
def test_the_last_lines_of_the_text_go_with_the_imprint_where_it_would_stand_alone(tmp_path: Path, last: str) -> None:
    """GB/T 9704-2012, 7.4; 22 lines to a page, so one of so many has its text end anywhere on it."""
    counts = set[int]()
    for lines in range(22):
        blocks: tuple[Block, ...] = (*(Paragraph("本周没有。") for _ in range(lines)), ENDS[last])
        made = Document("周报", "", "〔2026〕第1期", "区大数据局", "2026年3月9日", "标题", (Section("一、情况", blocks),), COPIES)
        sheets = poppler("pdftotext", pdf.render(made, 0), tmp_path, "-layout").rstrip("\f").split("\f")
        assert "尾" in sheets[-1] and "抄送" in sheets[-1] and sum("抄送" in sheet for sheet in sheets) == 1, lines
        rows = [len(re.findall(r"尾\d", sheet)) for sheet in sheets]
        assert last == "paragraph" or (sum(rows) == 6 and rows[-1] >= 2 and sheets[-1].count("口径版本") == (last != "bare")), lines
        assert all(len(sheet.split()) > 3 for sheet in sheets), lines
        counts.add(len(sheets))
    assert len(counts) == 2, "of one page more where there is no room"


@needs_poppler
def test_across_a_turn_of_the_year_and_of_a_corrected_issue_the_head_breaks_before_its_days(tmp_path: Path) -> None:
    week, turn = REPORT.period, periods.parse("2026-W53")
    for period, issue, whole in (
        (week, "〔2026〕第10期", True),
        (turn, "〔2026〕第53期", False),
        (week, "〔2026〕第10期(更正,第2版)", False),
    ):
        (first, *_) = pages(replace(REPORT, period=period, issue=issue, contact=CONTACT), tmp_path)
        tops = {word: (top, left, right) for left, top, right, _, word in first}
        issued, days = (
            next(box for word, box in tops.items() if word.startswith(issue[:9])),
            next(box for word, box in tops.items() if word.startswith(period.label[:8])),
        )
        assert (abs(issued[0] - days[0]) < 1) == whole
        middle = (issued[1] + days[2]) / 2 if whole else (issued[1] + issued[2]) / 2
        assert middle == pytest.approx((28 + 156 / 2) * 72 / 25.4, abs=6), "in the middle of the text block"


@needs_poppler
def test_the_heading_of_a_column_on_page_one_is_not_broken(tmp_path: Path) -> None:
    named = tuple((f"演示{number}办公室", 30 - number) for number in range(5))
    (ground,) = REPORT.grounds
    report = replace(REPORT, next_steps=REPORT.next_steps[:1], grounds=(replace(ground, units=named),))
    (first, *_) = pages(report, tmp_path)
    assert "主要事项·证明" in [word for *_, word in first]


@needs_poppler
def test_no_page_is_left_half_empty_before_the_heat_of_many_units(tmp_path: Path) -> None:
    """One picture of a page's height drove two thirds of the page before it empty."""
    for notes in (1, 8, 16):
        sheets = pages(replace(MANY, notes=MANY.notes * notes), tmp_path)
        low = [max(bottom for *_, bottom, word in sheet if bottom < FOOT + 1) for sheet in sheets]
        heats = [number for number, sheet in enumerate(sheets) if any(word.startswith("各单位每日超时情况") for *_, word in sheet)]
        assert heats and min(low[1 : heats[-1]]) > FOOT * 0.6, "where the last line of each stands"
