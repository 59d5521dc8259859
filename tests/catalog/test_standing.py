"""Kept or cancelled: what words, headings, sheets and titles say of the rows (obligations 2.1, 5.4)."""

from __future__ import annotations

import pytest
from openpyxl import Workbook

from catalog.headings import Headings
from catalog.list_kinds import ListKind
from catalog.lists import read_list
from catalog.standing import Standing, cancels, in_cell, in_heading, in_title
from catalog.ticked_columns import marked
from domain.list_rows import ProofFact, RowResult
from tests.catalog.registries import sandbox
from tests.catalog.test_lists import codes
from tests.catalog.workbooks import saved, workbook

KEPT, CANCELLED, OPEN = Standing
HEADER = ("序号", "事项编码", "证明名称", "清理意见")
PLAIN = ("序号", "事项编码", "证明名称")


def standing(row: RowResult) -> Standing | str:
    if row.fact is None:
        return "、".join(sorted(codes(row)))
    assert isinstance(row.fact, ProofFact)
    return CANCELLED if row.fact.cancelled else KEPT


def read(*rows: tuple[object, ...], kind: ListKind = ListKind.PROOFS) -> list[Standing | str]:
    (result,) = read_list(workbook(list(rows)), kind, sandbox())
    return [standing(row) for row in result.rows]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("取消", CANCELLED),
        ("直接取消", CANCELLED),
        ("拟取消", CANCELLED),
        ("不再保留", CANCELLED),
        ("不予保留", CANCELLED),
        ("废止", CANCELLED),
        ("停止执行", CANCELLED),
        ("取消(不再保留)", CANCELLED),
        ("不再索要", CANCELLED),
        ("无需提交", CANCELLED),
        ("保留", KEPT),
        ("保留(不取消)", KEPT),
        ("继续保留", KEPT),
        ("不取消", KEPT),
        ("暂不取消", KEPT),
        ("予以保留", KEPT),
        ("不保留", CANCELLED),
        ("废除", CANCELLED),
        ("依法保留", KEPT),
        ("暂时保留", KEPT),
        ("保留(实行告知承诺)", KEPT),
        ("保留并实行告知承诺", KEPT),
        ("保留,通过部门核验", KEPT),
        ("取消(部门核验)", None),
        ("暂时取消", None),
        ("保留(改为告知承诺)", None),
        ("取消或保留", None),
        ("部分取消", None),
        ("取消,改为告知承诺", None),
        ("合并", None),
        ("√", None),
        ("同意", None),
    ],
)
def test_the_words_of_a_cell(text: str, said: Standing | None) -> None:
    assert in_cell(text) is said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("取消清单", CANCELLED),
        ("二、取消的证明事项", CANCELLED),
        ("(一)不再保留的证明材料(12项)", CANCELLED),
        ("取消的证明名称", CANCELLED),
        ("保留的证明事项名称", KEPT),
        ("【取消】", CANCELLED),
        ("(保留)", KEPT),
        ("▲取消的证明事项", CANCELLED),
        ("※ 保留的证明事项", KEPT),
        ("Ⅰ 取消的证明事项", CANCELLED),
        ("II、保留的证明事项", KEPT),
        ("A.取消的证明事项", CANCELLED),
        ("附表2:拟取消的证明事项", CANCELLED),
        ("以下为取消的证明", CANCELLED),
        ("下列是保留的证明事项", KEPT),
        ("下列证明不再要求群众提供:", CANCELLED),
        ("村(社区)保留的证明事项", KEPT),
        ("依法保留的证明事项目录", KEPT),
        ("暂时保留的证明事项", KEPT),
        ("证明事项清理结果(保留)", KEPT),
        ("证明事项清单(取消)", CANCELLED),
        ("保留的证明事项清单(2026年1月1日起执行)", KEPT),
        ("保留证明事项清单(截至2026年3月止)", KEPT),
        ("保留证明事项清单(同时取消12项)", KEPT),
        ("取消的证明事项清单(另保留3项)", CANCELLED),
        ("保留的证明事项清单(保留至2027年)", OPEN),
        ("取消的证明事项清单(2027年1月1日起执行)", OPEN),
        ("证明事项清理结果(保留、取消)", OPEN),
        ("合并的证明事项(取消)", OPEN),
        ("取消和保留的证明事项", OPEN),
        ("取消提交的证明", OPEN),
        ("取消后的办理方式", None),
        ("保留原因", None),
        ("证明名称", None),
        ("区民政局", None),
    ],
)
def test_the_words_of_a_heading(text: str, said: Standing | None) -> None:
    assert in_heading(text) is said


def test_a_title_speaks_and_a_note_does_not() -> None:
    assert in_title(("市中区取消的证明事项清单", "2026年3月")) is CANCELLED
    assert in_title(("市中区证明事项清单", "填表说明:应取消的,在清理意见栏填写“取消”。")) is None
    assert in_title(("市中区取消的证明事项清单", "市中区保留的证明事项清单")) is OPEN


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("经清理,保留2项,取消5项。现将保留的证明事项公布如下:", KEPT),
        ("根据《关于取消证明的通知》要求,我局清理证明事项,共取消5项。现将取消的证明事项予以公布。", CANCELLED),
        ("现将保留和取消的证明事项公布如下:", OPEN),
        ("经清理,保留2项,取消5项,现将有关情况公布如下:", OPEN),
    ],
)
def test_what_a_notice_publishes_is_what_its_table_holds(line: str, said: Standing) -> None:
    assert in_title((line,)) is said


def test_a_heading_holds_until_one_of_its_rank() -> None:
    headings, said = Headings(), []
    for text in ("一、保留的证明", "(一)区司法局", "二、取消的证明", "(一)区司法局", "(二)区民政局", "三、其他"):
        headings.met(text)
        said.append(headings.around.said)
    assert said == [KEPT, KEPT, CANCELLED, CANCELLED, CANCELLED, None]


def test_the_cell_speaks_for_its_row_and_what_nobody_understands_goes_back() -> None:
    rows = [
        (1, "DEMO-0002", "经济困难证明", "保留(不取消)"),
        (2, "DEMO-0003", "经济困难证明", "不再保留"),
        (3, "DEMO-0001", "户籍证明", "部分取消"),
    ]
    assert read(HEADER, *rows) == [KEPT, CANCELLED, "standing_unclear"]


def test_a_section_speaks_for_its_rows() -> None:
    rows = [
        ("一、保留的证明",),
        (1, "DEMO-0002", "经济困难证明"),
        ("二、取消的证明",),
        (1, "DEMO-0003", "经济困难证明"),
        (2, "DEMO-0001", "户籍证明"),
    ]
    assert read(PLAIN, *rows) == [KEPT, CANCELLED, CANCELLED]


def test_a_column_a_title_a_sheet_and_the_kind_speak_for_all_rows() -> None:
    row = (1, "DEMO-0002", "经济困难证明")
    assert read(("序号", "事项编码", "取消的证明名称"), row) == [CANCELLED]
    assert read(("市中区取消的证明事项目录",), PLAIN, row) == [CANCELLED]
    assert read(PLAIN, row, kind=ListKind.CANCELLATIONS) == [CANCELLED]
    book = Workbook()
    assert book.active is not None
    book.active.title, cancelled = "保留清单", book.create_sheet("取消清单")
    for sheet, each in ((book.active, row), (cancelled, (1, "DEMO-0001", "户籍证明"))):
        sheet.append(PLAIN)
        sheet.append(each)
    assert [standing(found.rows[0]) for found in read_list(saved(book), ListKind.PROOFS, sandbox())] == [KEPT, CANCELLED]


def test_what_does_not_agree_goes_back() -> None:
    kept = (1, "DEMO-0002", "经济困难证明", "保留")
    assert read(HEADER, kept, kind=ListKind.CANCELLATIONS) == ["standing_disagrees"]
    assert read(HEADER, ("二、取消的证明",), kept) == ["standing_disagrees"]


def test_what_is_cancelled_and_checked_by_another_way_is_asked_back() -> None:
    header = (*HEADER, "取消后的办理方式")
    assert read(header, (1, "DEMO-0002", "经济困难证明", "取消", "部门核验")) == ["cancelled_with_method"]
    assert read(header, (1, "DEMO-0002", "经济困难证明", "取消", "不再提交")) == [CANCELLED]


def test_a_cancelled_matter_is_not_registered() -> None:
    header = ("事项名称", "事项编码", "部门名称", "清理意见")
    (result,) = read_list(workbook([header, ("法律援助申请", "X-1", "区司法局", "取消")]), ListKind.MATTERS, sandbox())
    assert codes(result.rows[0]) == {"matter_cancelled"}


@pytest.mark.parametrize("many", [40, 20_000])
@pytest.mark.parametrize(
    "text",
    [
        "现予以",
        "应予以",
        "已经清理",
        "取消证明事项",
        "取消明细表",
        "由区里设定自行设定",
        "取消的类",
        "有效期改为",
        "《",
        "(取消",
        "证明除外",
    ],
)
def test_what_says_the_same_again_and_again_is_judged_at_once(text: str, many: int) -> None:
    """Told in more ways than one it would take longer than anybody waits, and hold up everybody else meanwhile."""
    said = f"取消{text * many}x"
    assert in_cell(said) is not Standing.KEPT and in_heading(said) in (Standing.OPEN, Standing.CANCELLED)
    assert isinstance(cancels(said), bool) and marked(said) is None
