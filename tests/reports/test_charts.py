"""图 and tables on paper: a line that moves is seen to move, its axis says where it begins; columns do not run into each other."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from reports import charts, issuing, pdf, periods
from reports.blocks import Document, Section, Table
from reports.document import document
from reports.model import DayCell, Rate, WeekPoint
from tests.reports.samples import REPORT
from tests.reports.test_layouts import needs_poppler, poppler


def points(*shares: float) -> list[WeekPoint]:
    return [WeekPoint(f"第{number}周", 40 + number, Rate(round(1000 * share), 1000)) for number, share in enumerate(shares, start=1)]


def dots(svg: str) -> list[float]:
    return [float(level) for level in re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)"', svg)]


def test_a_change_of_two_points_in_a_hundred_is_seen_and_the_axis_says_where_it_begins() -> None:
    svg = charts.trend(points(0.93, 0.91, 0.95))
    levels = dots(svg)
    assert levels[1] - levels[0] > 5 and levels[0] - levels[2] > 5, "more than the width of a dot"
    assert "纵轴自80%起" in svg and ">80%<" in svg and ">90%<" in svg and ">100%<" in svg
    assert levels[2] == pytest.approx(26 + 84 * 0.05 / 0.2, abs=0.1), "where its value stands on the axis"


@pytest.mark.parametrize("shares", [(1.0, 1.0), (0.0, 1.0), (0.02, 0.05), (0.601, 0.6)])
def test_every_point_stands_within_the_axis_above_the_bars(shares: tuple[float, ...]) -> None:
    svg = charts.trend(points(*shares))
    tops = [float(top) for top in re.findall(r'<rect x="[\d.]+" y="([\d.]+)"', svg)]
    assert all(26 <= level <= 110 for level in dots(svg)) and max(dots(svg)) + 10 < min(tops)


def test_the_heat_of_the_days_has_its_units_in_official_order_and_its_words_name_them() -> None:
    """As every table beside it: by their names 第31号 came before 第3号. Whoever has it read out heard codes."""
    names = {"A-1": "丙局", "B-1": "甲局", "C-1": "乙局"}
    units = [replace(REPORT.units[0], code=code, name=name) for code, name in names.items()]
    cells = [DayCell(code, date(2026, 3, 2), Rate(1, 2)) for code in ("C-1", "A-1", "B-1")]
    (svg,) = charts.heat(cells, units)
    assert re.findall(r">(.局)<", svg) == ["丙局", "甲局", "乙局"]
    assert charts.heat_words(cells[:2], units) == "乙局3月2日超时 1/2;丙局3月2日超时 1/2"
    assert "市中区民政局3月" in issuing.lay_out(REPORT.as_json()).html.decode() and "U-00 2026" not in str(document(REPORT).sections)


def test_a_trend_says_of_which_years_its_weeks_are() -> None:
    assert periods.weeks_until(periods.parse("2026-W10"), 8) == "2026年第3周至第10周"
    assert periods.weeks_until(periods.parse("2027-W01"), 3) == "2026年第52周至2027年第1周"
    assert periods.weeks_until(periods.between(date(2026, 1, 1), date(2026, 12, 31)), 8) == "2026年第46周至第53周"
    assert "近8周收件量和按时率\uff082026年第3周至第10周\uff09" in issuing.lay_out(REPORT.as_json()).html.decode()


def boxes(content: bytes, folder: Path) -> list[tuple[float, float, float, str]]:
    found = re.findall(
        r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="[\d.]+">(.*?)</word>', poppler("pdftotext", content, folder, "-bbox")
    )
    return [(float(left), float(right), float(top), word) for left, top, right, word in found]


@needs_poppler
@pytest.mark.parametrize("number", ["XS-2026-0007", "XS20261011-000123", "MMMMMMMM"])
def test_the_number_of_a_lead_ends_before_the_next_column_begins(tmp_path: Path, number: str) -> None:
    leads = tuple(replace(REPORT.leads[0], number=number, title="已公布事项仍索要证明") for _ in range(3))
    words = boxes(issuing.lay_out(replace(REPORT, leads=leads).as_json()).pdf, tmp_path)
    ends = [(right, top) for _, right, top, word in words if word.startswith(number[:8])]
    begins = [(left, top) for left, _, top, word in words if word.startswith("已公布事项")]
    assert len(ends) >= 3 and len(begins) >= 3 and max(right for right, _ in ends) + 2 < min(left for left, _ in begins)


@needs_poppler
def test_a_column_of_definitions_has_more_of_the_page_than_one_of_names(tmp_path: Path) -> None:
    rows = tuple((f"{number}.1", "名" * (9 if number else 60), "定" * 120, "66.7%(2/3),中位25.0小时,95%在5.8天以内") for number in range(8))
    table = Table("表", ("义务", "指标", "怎样计算", "结果"), rows, 0)
    found = pdf.render(Document("周报", "", "〔2026〕第1期", "区大数据局", "2026年3月9日", "标题", (Section("一、附件", (table,)),)), 0)
    lines = [word for *_, word in boxes(found, tmp_path) if word.startswith("定")]  # by their tops those of two pages would count once
    assert len(lines) <= 8 * 7, "seven lines each, not a narrow strip"
