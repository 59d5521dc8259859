"""HTML, PDF and XLSX of one report: the same figures in each, complete, readable, and the same bytes every time."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import time
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from pyhanko.pdf_utils.reader import PdfFileReader

from reports import issuing, pdf, periods, xlsx
from reports.blocks import Document, Paragraph, Section, Table
from reports.decisions import Ground
from reports.document import document
from reports.issuing import Layouts
from reports.model import Count, DayCell, Rate, Report, from_json
from reports.wording import NOBODY
from tests.patience import wait_until
from tests.proofs.readers import pdfa_validator
from tests.reports.samples import EMPTY, MANY, REPORT

SAMPLES = {"full": REPORT, "empty": EMPTY, "many": MANY}
NASTY = '=HYPERLINK("http://evil.invalid","点此")'
needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler-utils is not installed")


@pytest.fixture(scope="module")
def laid_out() -> dict[str, Layouts]:
    return {name: issuing.lay_out(report.as_json()) for name, report in SAMPLES.items()}


@pytest.fixture(scope="module")
def later(laid_out: dict[str, Layouts]) -> None:
    """Every clock that a writer could put in has moved on: a ZIP's has steps of two seconds, the typesetter reads the system's own."""
    step = time.time() // 2
    wait_until(lambda: time.time() // 2 > step, 10, "a ZIP's clock moves on")


def opened(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def xlsx_rows(report: Report) -> list[tuple[object, ...]]:
    sheet = opened(xlsx.render(report))["退回补正督办"]
    return list(sheet.iter_rows(min_row=2, values_only=True))


def rates(report: Report) -> list[Rate]:
    """Every rate that the paper speaks of."""
    limits = [one for row in report.units for one in (row.limits.soft, row.limits.hard)]
    heads = [report.limits.soft, report.limits.hard, report.limits.supervision, report.complaints.handled]
    shares = [one.share for one in report.methods] + [one for row in report.sources for one in (row.found, row.failed)]
    found = report.coverage
    rest = [found.lists, found.rosters, found.databases, found.late_adjustments, found.open_tasks]
    annex = [one.share for one in report.articles if (one.share.part or not one.detail) and not one.of_unit]
    return [one for one in (*heads, *limits, *shares, *rest, *annex) if one.whole]


class Page(HTMLParser):
    """The text, and whether what was opened was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "rect", "circle", "polyline"):
            self.open.append(tag)
        self.outside += [value or "" for name, value in attrs if name in ("src", "href")] + ([tag] if tag == "script" else [])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(content: bytes) -> Page:
    page = Page()
    page.feed(content.decode())
    page.close()
    return page


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("name", SAMPLES)
def test_the_same_snapshot_gives_the_same_bytes_whenever_it_is_laid_out(laid_out: dict[str, Layouts], name: str) -> None:
    assert issuing.lay_out(SAMPLES[name].as_json()) == laid_out[name]


def test_the_snapshot_is_the_report() -> None:
    assert from_json(REPORT.as_json()) == REPORT and from_json(REPORT.as_json()).as_json() == REPORT.as_json()


def test_files_are_dated_by_their_report_and_not_by_the_moment_of_writing(laid_out: dict[str, Layouts]) -> None:
    content = laid_out["full"].xlsx
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert {entry.date_time for entry in book.infolist()} == {(2026, 3, 9, 8, 0, 0)}
    kept = opened(content).properties
    assert str(kept.created) == str(kept.modified) == "2026-03-09 00:00:00" and kept.creator == REPORT.issuer
    assert b"2026-03-09" in laid_out["full"].pdf or b"D:20260309" in laid_out["full"].pdf


@pytest.mark.parametrize("name", SAMPLES)
def test_the_page_is_whole_and_brings_everything_along(laid_out: dict[str, Layouts], name: str) -> None:
    page = parsed(laid_out[name].html)
    assert page.open == ["html"] or page.open == []
    assert page.outside == [] and (b"<svg " in laid_out[name].html) == (name != "empty")
    assert re.search(r"十[一二三]、指标口径", page.text) and "〔2026〕第10期" in page.text


@pytest.mark.parametrize("name", SAMPLES)
def test_the_page_prints_numerator_and_denominator_of_every_rate(laid_out: dict[str, Layouts], name: str) -> None:
    text = parsed(laid_out[name].html).text
    for rate in rates(SAMPLES[name]):
        assert f"{rate.percent}({rate.part}/{rate.whole})" in text


def test_an_empty_week_is_said_in_plain_words(laid_out: dict[str, Layouts]) -> None:
    text = parsed(laid_out["empty"].html).text
    assert "(0/0)" not in text and "—" not in text and "nan" not in text.lower() and "None" not in text
    for said in ("收到核验申请0件", "没有到期的时限,也没有到期的督办", "没有办结的核验", "没有发现线索", "清单尚未公布"):
        assert said.replace(",", "\uff0c") in text
    assert opened(laid_out["empty"].xlsx)["总体情况"]["B2"].value == 0


def test_the_annex_says_what_happened_and_the_workbook_what_did_not_too(laid_out: dict[str, Layouts]) -> None:
    text = parsed(laid_out["full"].html).text
    assert "5.2已同意的清单公布" in re.sub(r"\s", "", text) and "66.7%(2/3)\uff0c中位25.0小时\uff0c95%在5.8天以内" in re.sub(
        r"\s", "", text
    )
    assert "尚未\uff1a市中区档案馆、演示供热公司" in text and "公共安全" not in text and "清单调整公布" not in text
    assert "其中\uff1a枣庄市电子证照库" in text and "其中\uff1a市中区档案馆" not in text
    lines = list(opened(laid_out["full"].xlsx)["按条文"].iter_rows(min_row=2, values_only=True))
    assert [row[11] or "" for row in lines] == [one.of for one in REPORT.articles]
    rows = {row[1]: row for row in lines}
    assert len(lines) == len(REPORT.articles) and rows["清单调整公布"][2:6] == (0, 0, None, 0)
    assert rows["已同意的清单公布"][2:8] == (2, 3, pytest.approx(2 / 3), 2, 25.0, pytest.approx(138.9))
    assert rows["已明确责任的单位"][9:11] == ("市中区档案馆、演示供热公司", "responsibility")
    told = [(row[8], one.meaning) for row, one in zip(lines, REPORT.articles, strict=True) if not one.of]
    assert all(said == meaning for said, meaning in told) and {row[8] for row in lines if row[11]} == {"见本指标合计行"}, "once a figure"


def test_what_the_parts_of_a_figure_mean_is_said_once() -> None:
    whole = REPORT.articles[1]
    part = replace(whole, name="其中的一类", share=Rate(1, 4), detail=True)
    text = parsed(issuing.lay_out(replace(REPORT, articles=(whole, part)).as_json()).html).text
    assert text.count(whole.meaning) == 1 and text.count("同上") == 1


def test_a_range_that_is_no_week_is_not_called_one() -> None:
    fortnight = replace(REPORT, period=periods.parse("2026-03-02..2026-03-15"), issue="〔2026〕专报")
    made = issuing.lay_out(fortnight.as_json())
    text = parsed(made.html).text
    assert "本周" not in text and "上周" not in text and "工作周报" not in text and "本期收到核验申请482件" in text
    assert opened(made.xlsx)["总体情况"]["B1"].value == "本期"


def test_a_heat_map_stays_readable_however_many_days_there_are() -> None:
    def maps(days: int) -> int:
        first, row = REPORT.heat[0].day, REPORT.units[0]
        heat = tuple(DayCell(row.code, first + timedelta(days=day), Rate(1, 2)) for day in range(days))
        text = parsed(issuing.lay_out(replace(REPORT, heat=heat).as_json()).html).text
        assert ("每日超时情况见工作簿" in text) == (days > 14)
        return text.count("颜色越深")

    assert [maps(days) for days in (1, 7, 14, 15)] == [1, 1, 2, 0]


def test_the_time_of_a_year_that_is_handed_back_is_said_in_days() -> None:
    """Obligation 10.9."""
    minutes = (12_345_678, 150, 0)
    units = [replace(one, handed_back_minutes=took, filed=1) for one, took in zip(REPORT.units, minutes, strict=False)]
    blocks = [block for section in document(replace(REPORT, units=tuple(units))).sections for block in section.blocks]
    [table] = [block for block in blocks if isinstance(block, Table) and "交回用时" in block.columns]
    assert [row[-1] for row in table.rows] == ["8573.4 天", "2.5 小时", "—"]
    assert [row[-4] for row in xlsx_rows(replace(REPORT, units=tuple(units)))] == [205761.3, 2.5, 0.0]


def test_a_long_name_has_a_line_of_its_own_in_the_title() -> None:
    made = issuing.lay_out(replace(REPORT, scope_name="市中区光明路街道办事处").as_json())
    assert "<h1>市中区光明路街道办事处\n“无证明办事”工作情况</h1>" in made.html.decode()


def test_what_is_typed_into_a_name_stays_text() -> None:
    first = replace(REPORT.units[0], name=NASTY)
    made = issuing.lay_out(replace(REPORT, units=(first, *REPORT.units[1:]), next_steps=("<script>alert(1)</script>",)).as_json())
    for sheet in opened(made.xlsx).worksheets:
        for row in sheet.iter_rows():
            assert not [cell.coordinate for cell in row if cell.data_type == "f" or cell.hyperlink], sheet.title
    cell = opened(made.xlsx)["出具单位时限"]["B2"]
    assert cell.value == NASTY and cell.data_type == "s" and cell.quotePrefix
    assert parsed(made.html).outside == [] and "<script>" in parsed(made.html).text


@pytest.mark.parametrize("name", SAMPLES)
def test_the_workbook_computes_filters_and_explains(laid_out: dict[str, Layouts], name: str) -> None:
    book = opened(laid_out[name].xlsx)
    assert book.sheetnames[-1] == "口径" and book["口径"].max_row > 10
    for sheet in book.worksheets:
        assert sheet.freeze_panes and str(sheet.freeze_panes).endswith("2"), sheet.title
        assert sheet.auto_filter.ref == sheet.dimensions, sheet.title
        names = [cell.value for cell in sheet[1]]
        assert all(names) and len(set(names)) == len(names) and sheet["A1"].font.bold, sheet.title


def test_the_workbook_holds_real_numbers_and_days(laid_out: dict[str, Layouts]) -> None:
    book = opened(laid_out["full"].xlsx)
    units = book["出具单位时限"]
    for row, unit in zip(units.iter_rows(min_row=2, values_only=True), REPORT.units, strict=True):
        assert (row[0], row[1], row[3]) == (unit.code, unit.name, unit.received)
        assert row[6:9] == (unit.limits.hard.part, unit.limits.hard.whole, pytest.approx(unit.limits.hard.value))
        assert row[9:12] == (unit.limits.soft.part, unit.limits.soft.whole, pytest.approx(unit.limits.soft.value))
    assert units["I2"].number_format == "0.0%" and isinstance(units["Q2"].value, float)
    day = book["每日超时"]["C2"]
    assert isinstance(day.value, datetime) and day.value.date() == date(2026, 3, 2) and day.number_format == "yyyy-mm-dd"
    overall = {row[0]: row[1:] for row in book["总体情况"].iter_rows(min_row=2, values_only=True)}
    assert overall["收到"][:3] == (482, 455, 27) and overall["最迟时限按时"][3:5] == (203, 204)
    assert [row[1] for row in book["近八周"].iter_rows(min_row=2, values_only=True)] == [one.received for one in REPORT.trend]
    assert {row[0] for row in book["口径"].iter_rows(min_row=2, values_only=True)} >= {"口径版本", "数据截止", "说明", "按时率"}


def poppler(tool: str, content: bytes, folder: Path, *options: str) -> str:
    file = folder / "report.pdf"
    file.write_bytes(content)
    command = [tool, *options, str(file), *(["-"] if tool == "pdftotext" else [])]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()


@needs_poppler
@pytest.mark.parametrize(("name", "pages"), [("full", (5, 9)), ("empty", (2, 4)), ("many", (12, 18))])
def test_the_paper_is_complete_in_its_own_fonts_without_an_empty_page(
    laid_out: dict[str, Layouts], tmp_path: Path, name: str, pages: tuple[int, int]
) -> None:
    pdf, report = laid_out[name].pdf, SAMPLES[name]
    text = poppler("pdftotext", pdf, tmp_path, "-layout")
    sheets = text.rstrip("\f").split("\f")
    count = int(re.findall(r"Pages:\s+(\d+)", poppler("pdfinfo", pdf, tmp_path))[0])
    assert pages[0] <= count == len(sheets) <= pages[1]
    assert all(len(sheet.split()) > 8 for sheet in sheets), "an empty page"
    assert [re.findall(r"— ?(\d+) ?—", sheet)[-1] for sheet in sheets] == [str(number + 1) for number in range(count)]
    assert "\ufffd" not in text and "〓" not in text
    plain = re.sub(r"\s|\u200b", "", text)
    for rate in rates(report):
        assert f"{rate.percent}({rate.part}/{rate.whole})" in plain
    for row in report.units:
        assert "".join(row.name[:6]) in plain
    fonts = poppler("pdffonts", pdf, tmp_path).splitlines()[2:]
    assert fonts and all(re.search(r"\byes\s+yes\s+yes\b", line) and "Noto" in line for line in fonts)


@needs_poppler
def test_the_paper_is_a4_and_dated_by_its_report(laid_out: dict[str, Layouts], tmp_path: Path) -> None:
    found = poppler("pdfinfo", laid_out["full"].pdf, tmp_path, "-isodates")
    assert "595.276 x 841.89 pts (A4)" in found and "CreationDate:    2026-03-09T00:00:00" in found


def test_the_paper_can_be_archived(laid_out: dict[str, Layouts], tmp_path: Path) -> None:
    """PDF/A-2u: it says so, and a validator that is named on the machine finds so."""
    for name, made in laid_out.items():
        said = str(PdfFileReader(io.BytesIO(made.pdf)).root["/Metadata"].data, "utf-8")
        assert "<pdfaid:part>2<" in said and "<pdfaid:conformance>U<" in said, name
    conforms, found = pdfa_validator({name: made.pdf for name, made in laid_out.items()}, tmp_path)
    assert conforms, found


@needs_poppler
def test_a_character_that_the_fonts_lack_is_marked_and_does_not_stop_the_report(tmp_path: Path) -> None:
    odd = replace(REPORT.units[0], name="演示\ue000局")
    made = issuing.lay_out(replace(REPORT, units=(odd, *REPORT.units[1:])).as_json())
    assert "演示〓局" in poppler("pdftotext", made.pdf, tmp_path, "-layout")


@needs_poppler
@pytest.mark.parametrize("characters", [20, 400, 2000])
def test_a_table_of_few_rows_that_are_tall_goes_on_on_the_next_page(tmp_path: Path, characters: int) -> None:
    """Kept whole it would be printed over itself at the foot of the page."""
    rows = tuple((f"R{number:02d}", "应" * characters, "否" * characters) for number in range(12))
    table = Table("表", ("编号", "怎样计算", "结果"), rows, 0, note="注")
    found = pdf.render(Document("周报", "", "〔2026〕第1期", "区大数据局", "2026年3月9日", "标题", (Section("一、附件", (table,)),)), 0)
    words = re.findall(r'<word xMin="[\d.]+" yMin="([\d.]+)" .*?>(R\d\d)</word>|(<page)', poppler("pdftotext", found, tmp_path, "-bbox"))
    page, places = 0, dict[str, tuple[int, float]]()
    for height, word, begins in words:
        page += bool(begins)
        if word:
            places[word] = page, float(height)
    assert len(places) == len(rows) == len(set(places.values())), "each row has a place of its own"
    assert all(height < 760 for _, height in places.values()), "above the foot of the page"


@needs_poppler
@pytest.mark.parametrize("rows", [8, 60])
def test_a_table_goes_on_where_its_page_ends_and_never_with_a_single_row(tmp_path: Path, rows: int) -> None:
    """Kept whole it left a third of a page empty before it."""
    table = Table("表", ("编号", "单位"), tuple((f"R{number:02d}", "演示单位") for number in range(rows)), 0)
    torn = 0
    for lines in (8, 9, 10, 11, 12, 13):
        blocks = (*(Paragraph("本周没有。") for _ in range(lines)), table)
        found = pdf.render(Document("周报", "", "〔2026〕第1期", "区大数据局", "2026年3月9日", "标题", (Section("一、情况", blocks),)), 0)
        sheets = poppler("pdftotext", found, tmp_path).split("\f")
        counted = [count for count in (len(re.findall(r"R\d\d", sheet)) for sheet in sheets) if count]
        assert sum(counted) == rows and min(counted) >= 3 and all("编号" in sheet for sheet in sheets if "R0" in sheet), (lines, counted)
        torn += len(counted) > 1
    assert torn


def test_page_one_says_what_changed_and_what_to_decide_and_many_leads_are_counted_by_kind() -> None:
    many = tuple(replace(REPORT.leads[0], number=f"XS{number}", unit=f"U{number % 3}") for number in range(21))
    steps = tuple(f"建议{number}。" for number in range(5))
    printed = document(replace(REPORT, leads=many, next_steps=steps))
    assert [section.title for section in printed.sections[:3]] == ["一、总体情况", "二、需要决定的事项", "三、其他工作建议和决定依据"]
    said = "".join(str(block) for block in printed.sections[1].blocks)
    assert "(三)建议2。其余 2 项附后。" in said and "建议3" not in said
    rest = next(section for section in printed.sections if section.title.endswith("其他工作建议和决定依据"))
    assert "(四)建议3。" in str(rest.blocks[0])
    (table,) = next(section for section in printed.sections if section.title.endswith("需要核实的线索")).blocks
    assert isinstance(table, Table) and [row[1:3] for row in table.rows] == [("21", "3")]
    few = document(replace(REPORT, next_steps=steps[:2])).sections
    assert few[2].title == "三、趋势和说明", "nothing is between page one and the figures where all of it stands there"
    assert [one.title.partition("、")[2] for one in few if "决定依据" in one.title] == ["决定依据"], "of other steps there is none"


def test_complaints_that_name_no_unit_are_told_of() -> None:
    """Two of eight went unmentioned."""
    told = replace(REPORT.complaints, received=Count(8, 5), by_unit=(("市中区档案馆", 5), ("市中区民政局", 1)))
    made = issuing.lay_out(replace(REPORT, complaints=told).as_json())
    assert "市中区民政局1件\uff1b没有写明单位的2件。" in parsed(made.html).text
    assert list(opened(made.xlsx)["投诉举报"].iter_rows(values_only=True))[-1] == ("单位", "没有写明单位", 2)
    whole = replace(told, received=Count(6, 5))
    assert "没有写明单位" not in parsed(issuing.lay_out(replace(REPORT, complaints=whole).as_json()).html).text


def test_units_that_kept_all_are_not_ranked_and_a_trend_of_five_weeks_is_called_so() -> None:
    kept = tuple(replace(row, limits=replace(row.limits, hard=Rate(9, 9), soft=Rate(9, 9)), rank=1) for row in REPORT.units[:3])
    text = parsed(issuing.lay_out(replace(REPORT, units=(*kept, replace(kept[0], rank=None)), trend=REPORT.trend[:5]).as_json()).html).text
    assert "不少于10个的3个单位全部按时\uff0c不分先后。到期时限少于10个的1个单位不参加排名。" in text and "第1名" not in text
    assert "近5周收件量" in text and "近8周收件量" in parsed(issuing.lay_out(REPORT.as_json()).html).text


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (1, "甲局 30 件、" + "、".join(f"{name}局 9 件" for name in "乙丙丁戊己庚辛壬癸")),
        (2, "甲局 30 件、" + "、".join(f"{name}局 9 件" for name in "乙丙丁戊己庚辛") + "等 10 个单位"),
        (3, "甲局 30 件"),
    ],
)
def test_the_table_of_page_one_names_the_units_as_far_as_there_is_room(rows: int, said: str) -> None:
    units = (("甲局", 30), *((f"{name}局", 9) for name in "乙丙丁戊己庚辛壬癸"), (NOBODY, 99))
    ground = Ground("hard", units, (("甲事项", 30),), (("无人认领", 30),), 2, None, "hard")
    made = document(replace(REPORT, next_steps=("请说明原因。",) * rows, grounds=(ground,) * rows, asked=(), shared=None))
    table = next(block for block in made.sections[1].blocks if isinstance(block, Table))
    assert [row[1] for row in table.rows] == [said] * rows


def test_of_units_that_lack_one_thing_each_the_table_says_how_many_and_no_sums() -> None:
    lists = Ground("lists", (("市中区民政局", 1), ("市中区档案馆", 1)), (("甲事项", 1),), (("尚无清单", 2),), 2, None, "lists")
    made = document(replace(REPORT, next_steps=("请报送清单。",), grounds=(), asked=(lists,)))
    rows = [
        block.rows[0] for section in made.sections for block in section.blocks if isinstance(block, Table) and "至今未办" in block.columns
    ]
    assert [row[1] for row in rows] == ["市中区民政局、市中区档案馆", "市中区民政局等 2 个单位"]
