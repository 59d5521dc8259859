"""The HTML of a report, printed by a browser in an office: no heading alone at the foot of a page, no column a character wide."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reports import html, issuing
from reports.blocks import Block, Document, Paragraph, Section
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.reports.samples import REPORT
from tests.reports.test_layouts import needs_poppler, poppler

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser")
_A4 = {"format": "A4", "margin": dict.fromkeys(("top", "bottom", "left", "right"), "20mm")}


def opened(browser: Browser, folder: Path, content: bytes) -> None:
    file = folder / "report.html"
    file.write_bytes(content)
    browser.go(file.as_uri())


@needs_poppler
def test_no_heading_and_no_imprint_stands_alone_on_a_printed_page(browser: Browser, tmp_path: Path) -> None:
    """One more line before it each time: some time or other the page ends there."""
    ended = set[int]()
    for lines in range(6, 24):
        first: tuple[Block, ...] = tuple(Paragraph("本周没有。") for _ in range(lines))
        sections = (Section("一、情况", first), Section("二、题目", (Paragraph("尾" * 80 + "。"),)))
        made = Document("周报", "", "〔2026〕第1期", "区大数据局", "2026年3月9日", "标题", sections, "区政府办公室")
        opened(browser, tmp_path, html.render(made))
        sheets = poppler("pdftotext", browser.page.pdf(**_A4), tmp_path, "-layout").rstrip("\f").split("\f")
        (headed,) = [sheet for sheet in sheets if "题目" in sheet]
        (copied,) = [sheet for sheet in sheets if "抄送" in sheet]
        assert "尾" in headed and "尾" in copied and "印发" in copied, lines
        ended.add(len(sheets))
    assert len(ended) == 2, "of one page and of two"


def test_columns_of_numbers_have_their_titles_on_the_lines_they_were_written_on(browser: Browser, tmp_path: Path) -> None:
    """Beside long numbers of verifications a title stood one character to a line, and so did units."""
    assert REPORT.late is not None
    long = replace(
        REPORT.late[0], numbers=("HY202603040H7K2M3P", "HY20260305A1B2C3D4", "HY20260305A1B2C3D5"), sources=(), steps=(("无人认领", 3),)
    )
    opened(browser, tmp_path, issuing.lay_out(replace(REPORT, late=(long, *REPORT.late[1:])).as_json()).html)
    high = "all => all.map(one => Math.round(one.getBoundingClientRect().height / parseFloat(getComputedStyle(one).lineHeight)))"
    assert max(browser.page.eval_on_selector_all("th", high)) <= 3, "two lines and what is free around them"
    names = "all => all.map(one => one.getBoundingClientRect().width / parseFloat(getComputedStyle(one).fontSize))"
    assert min(browser.page.eval_on_selector_all("td.name", names)) > 8.9
    browser.on_both_screens("report")
