"""版记 and what stands beside the decisions, on paper: by where the words stand on their page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from reports import issuing, pdf
from reports.blocks import Table
from reports.decisions import Ground, Workdays
from reports.document import document
from reports.model import Rate, Report
from tests.reports.samples import EMPTY, MANY, REPORT, UNITS
from tests.reports.test_layouts import needs_poppler, poppler
from tests.reports.test_page_one import LONG, WORST

MM = 72 / 25.4
FOOT, LEFT, RIGHT = (297 - 35) * MM, 28 * MM, (210 - 26) * MM  #: of the text block


def grounds(unit: str, cause: str) -> tuple[Ground, ...]:
    return tuple(
        Ground(
            kind,
            ((unit, 120), *((row.name, 30 - number) for number, row in enumerate(UNITS))),
            tuple((f"{cause}{number}", 90 - number) for number in range(9)),
            (("认领后未答复", 230), ("无人认领", 90), ("不在出具单位(退回、转办、待决定)", 3)),
            45,
            datetime(2026, 3, 2, 2, tzinfo=UTC),
            kind,
        )
        for kind in ("hard", "supervision", "soft")
    )


def smallest(sheet: list[tuple[float, float, float, float, str]]) -> float:
    """Points of its smallest type, by how high the box of a word of the body, of size 3, is."""
    heights = {word: bottom - top for _, top, _, bottom, word in sheet}
    return 16 * min(heights.values()) / next(high for word, high in heights.items() if "总体情况" in word)


def pages(report: Report, folder: Path) -> list[list[tuple[float, float, float, float, str]]]:
    """The words of each page: left, top, right, bottom, text."""
    text = poppler("pdftotext", issuing.lay_out(report.as_json()).pdf, folder, "-bbox")
    found = re.findall(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>|(<page)', text)
    sheets: list[list[tuple[float, float, float, float, str]]] = []
    for left, top, right, bottom, word, begins in found:
        if begins:
            sheets.append([])
        else:
            sheets[-1].append((float(left), float(top), float(right), float(bottom), word))
    return sheets


@needs_poppler
def test_copies_and_who_printed_it_when_stand_at_the_foot_of_the_last_page_one_character_in(tmp_path: Path) -> None:
    """GB/T 9704-2012, 7.4: the last line of the 版记 is the last of the text block."""
    copies = "区政府办公室,各镇人民政府、街道办事处,区直有关部门," + "、".join(row.name for row in UNITS)
    for report in (replace(REPORT, copies=copies), replace(MANY, copies="工作专班各成员单位")):
        *others, last = pages(report, tmp_path)
        assert not any("抄送" in word for sheet in others for *_, word in sheet)
        (copied,) = [box for box in last if box[4].startswith("抄送\uff1a")]
        printed = max((box for box in last if "印发" in box[4]), key=lambda box: box[1])
        issuer = max((box for box in last if box[4].startswith("区大数据局")), key=lambda box: box[1])
        assert abs(copied[0] - LEFT - 14) < 3 and abs(issuer[0] - LEFT - 14) < 3 and abs(printed[2] - RIGHT + 14) < 3
        assert FOOT - 25 < printed[3] < FOOT and abs(issuer[1] - printed[1]) < 1 and copied[1] < printed[1] - 14
        assert printed[4] == "2026年3月9日印发" and str(len(others) + 1) in [box[4] for box in last if box[1] > FOOT], (
            "and the number of the page under it"
        )
        lines = {round(box[1]) for box in last if copied[1] - 1 <= box[1] < printed[1] - 5}
        assert (len(lines) > 2) == (len(report.copies) > 60)


@needs_poppler
def test_a_report_that_was_issued_without_copies_has_no_imprint(tmp_path: Path) -> None:
    assert not any("印发" in word for sheet in pages(EMPTY, tmp_path) for *_, word in sheet)
    assert "印发" not in issuing.lay_out(EMPTY.as_json()).html.decode()
    html = issuing.lay_out(REPORT.as_json()).html.decode()
    assert "抄送\uff1a工作专班各成员单位。" in html and "2026年3月9日印发" in html


def test_copies_end_once_whatever_the_district_wrote() -> None:
    html = issuing.lay_out(replace(REPORT, copies="工作专班各成员单位。").as_json()).html.decode()
    assert "工作专班各成员单位。" in html and "。。" not in html


_THIRTEEN = "请市中区光明路街道办事处等13个单位"
BAD = (
    f"43 件核验超过最迟时限,{_THIRTEEN}说明原因。",
    f"28 件核验最早自3月2日起超时未办,{_THIRTEEN}办结。",
    f"12 件督办未按时反馈,{_THIRTEEN}落实。",
    *"各项",
)
LONG_CAUSE = "独生子女父母年老奖励扶助金和计划生育特别扶助制度扶助金审核发放·独生子女父母光荣证或者计划生育情况证明"
LONGEST = LONG, "符合条件的低收入家庭申请法律援助·家庭经济状况核对证明"
LONGER = LONG, LONG_CAUSE
OFF = Workdays(3, 3, (date(2026, 3, 5), date(2026, 3, 6)), (date(2026, 3, 8),))
USUAL = "市中区光明路街道办事处", "公共租赁住房申请·户籍证明"
CONTACT = "综合科,0632-1234567"
SHORT = ("8件核验超过最迟时限,请市中区光明路街道办事处等3个单位说明原因。", "4件督办未按时反馈,请市中区民政局落实。", "补齐。")


@needs_poppler
@pytest.mark.parametrize(
    ("report", "shown", "behind"),
    [
        (WORST, 2, LONGEST),
        (replace(REPORT, next_steps=SHORT), 3, LONGEST),
        (replace(REPORT, next_steps=BAD), 3, USUAL),
        (replace(REPORT, next_steps=BAD), 3, LONGEST),
        (replace(REPORT, next_steps=BAD), 3, LONGER),
        (replace(REPORT, next_steps=BAD, workdays=OFF), 2, LONGER),
    ],
    ids=["worst", "three", "bad", "long", "longest", "holiday"],
)
def test_what_page_one_asks_to_decide_has_its_grounds_beside_it_however_long_the_names_are(
    tmp_path: Path, report: Report, shown: int, behind: tuple[str, str]
) -> None:
    """Unit, matter and proof, where the case stood, what still waits and since when, until when to answer, the list of the cases."""
    first, *others = pages(replace(report, grounds=grounds(*behind), contact=CONTACT), tmp_path)
    said = "".join(word for *_, word in first)
    asked = ("请各单位督办员于3月12日前逐件答复", "个案名单\uff1a\uff08一\uff09超最迟时限", "以上请于3月12日前答复")
    for one in ("主要单位", "主要事项·证明", "至今未办", "3月2日起", *asked):
        assert one in said, one
    assert "督办未按时反馈" in said and ("超原则上的时限" in said) == (shown > 2)
    assert said.count("45件\uff0c3月2日起") == said.count("认领后未答复230件") == shown, "no row on page two"
    assert smallest(first) > 0.99 * 9, "whoever decides need not put on other glasses"
    whole = "".join(word for sheet in others for *_, word in sheet)
    assert "决定依据" in whole and all(one in whole for one in ("超最迟时限", "督办未按时反馈", "超原则上的时限")), (
        "of all of them, the others too"
    )
    assert all(bottom < FOOT + 1 for _, _, _, bottom, word in first if "—" not in word and word != "1")


@needs_poppler
def test_decisions_about_lists_tasks_and_databases_have_their_unit_answer_and_list_on_page_one_too(tmp_path: Path) -> None:
    three = (
        "请市中区档案馆补齐督办员、代办员。",
        "清单公布后的流程和指南更新还有 12 项未完成,请市中区档案馆等 13 个单位抓紧完成。",
        "还有 7 个证照、证明数据库未接入,请市中区民政局推进对接。",
    )
    asked = tuple(
        replace(one, kind=kind, cases=kind, since=since)
        for one, kind, since in zip(grounds(*LONGER), ("rosters", "tasks", "databases"), (None, REPORT.cut_off, None), strict=True)
    )
    report = replace(REPORT, issuer="枣庄市市中区人民政府办公室(区大数据局)", next_steps=three, grounds=(), asked=asked)
    first = pages(report, tmp_path)[0]
    said = "".join(word for *_, word in first)
    for one in (
        "主要事由",
        "（一）督办员、代办员不齐",
        "（二）后续更新未完成",
        "（三）数据库未接入",
        "请于3月12日前",
        "由有关单位办理并报专班办公室",
    ):
        assert one in said, one
    assert said.count("枣庄市住房") == 3 and said.count("120个") == 3 and "45个" in said, "and its unit each"
    assert "名单附后" not in said and LONG_CAUSE in issuing.lay_out(report.as_json()).html.decode()


def test_without_a_missed_limit_there_is_no_table_of_grounds() -> None:
    assert [len(document(report).sections[1].blocks) for report in (EMPTY, REPORT)] == [1, 4]


def test_nobody_is_none_of_the_other_units() -> None:
    (one, *_) = grounds("市中区民政局", "公共租赁住房申请·经济困难证明")
    units = (("市中区民政局", 9), ("市中区档案馆", 4), ("不在任何出具单位", 7))
    said = []
    for shown in (units, units[-1:]):
        made = document(replace(REPORT, next_steps=SHORT[:1], grounds=(replace(one, units=shown),)))
        brief, whole = [
            block for section in made.sections for block in section.blocks if isinstance(block, Table) and "至今未办" in block.columns
        ]
        said.append((brief.rows[0][1].replace(" ", ""), whole.rows[0][1].replace(" ", "")))
    nobody = "不在任何出具单位7件"
    assert said == [("市中区民政局9件、市中区档案馆4件", f"市中区民政局9件、其他1个单位4件、{nobody}"), (nobody, nobody)]


def test_where_no_calendar_names_the_day_the_term_is_in_working_days() -> None:
    html = issuing.lay_out(replace(REPORT, answer_by=None).as_json()).html.decode()
    assert "收到后3个工作日内逐件答复" in html and "3月12日前逐件答复" not in html
    assert "3月12日前逐件答复" in issuing.lay_out(REPORT.as_json()).html.decode()


@needs_poppler
def test_whom_to_call_stands_on_page_one_with_a_table_and_without(tmp_path: Path) -> None:
    for report in (REPORT, replace(REPORT, next_steps=(), grounds=()), EMPTY):
        first, *others = pages(replace(report, contact=CONTACT), tmp_path)
        said = ["".join(word for *_, word in sheet) for sheet in (first, sum(others, []))]
        assert ["联系人：综合科，0632-1234567。" in one for one in said] == [True, False]
        assert "联系人" not in issuing.lay_out(report.as_json()).html.decode()


def test_a_term_that_leaders_may_not_know_is_explained_where_it_stands() -> None:
    """Obligations 10.5, 10.7: for the eye; nothing of it where no such limit was due."""
    html = issuing.lay_out(REPORT.as_json()).html.decode()
    assert html.index("原则上的时限：承诺件24小时、有数据库依托的30分钟") < html.index("需要决定的事项")
    assert "有数据库依托的30分钟，有正当理由" not in issuing.lay_out(EMPTY.as_json()).html.decode()


def test_a_list_of_one_source_is_named_by_its_name() -> None:
    failed = Ground("failed", (("枣庄市电子证照库", 9),), (), (), 0, None, "failed/licence_library")
    made = document(replace(REPORT, next_steps=("枣庄市电子证照库查询失败 9.0%(9/100),请排查。",), grounds=(), asked=(failed,)))
    tables = [block for section in made.sections for block in section.blocks if isinstance(block, Table) and "至今未办" in block.columns]
    assert len(tables) == 2 and all("数据共享查询失败/枣庄市电子证照库" in one.note and "licence" not in one.note for one in tables)


def test_a_week_before_in_which_all_was_kept_has_no_rate_of_a_hundred() -> None:
    before = replace(REPORT.limits, hard=Rate(56, 56))
    said = issuing.lay_out(replace(REPORT, limits_before=before).as_json()).html.decode()
    assert "，上周全部按时；" in said and "100.0%(56/56)" not in said


def test_a_column_is_as_wide_as_a_rate_in_it_which_is_not_broken() -> None:
    """It was printed beyond the edge of the table."""
    long, short = "82.5%(85/103)", "23.6%(34/144)\uff0c中位4.3小时\uff0c95%在3.5天以内"
    rows = [["7.2", "数据共享查询秒级应答" * 2, "本周得到答复的查询为分母。" * 9, one] for one in (*["0.0%(0/3)"] * 8, long, short)]
    *_, result = pdf._widths(Table("", ("义务", "指标", "怎样计算", "结果"), tuple(map(tuple, rows)), 0), rows)
    assert result <= -pdf._length(long), "so many characters and no share"
