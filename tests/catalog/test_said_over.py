"""What a sheet's name, a title or a heading says of all its rows as a remark would say it of one: 作废, 上收市级的事项, 清单(旧版)
(obligations 2.1, 5.1). Before, the rows were kept without a question."""

from __future__ import annotations

from dataclasses import replace

import pytest
from openpyxl import Workbook

from catalog.list_kinds import ListKind
from catalog.lists import read_list
from catalog.standing import Standing, in_heading
from tests.catalog.registries import sandbox
from tests.catalog.small_lists import FIRST, HEADER, SECOND, UNCLEAR, page, sheets, table
from tests.catalog.test_lists import codes
from tests.catalog.test_margins import printed
from tests.catalog.workbooks import saved, workbook

VOID = {"table_void"}


@pytest.mark.parametrize(
    "name", "作废 删除 不用 减少 免提交 已废 停用 失效 下放 划转 上收 不再使用 免交 重复 作废1 2作废 待定 不涉及 无此事项 核减".split()
)
def test_a_sheet_of_rows_that_may_not_stand_is_asked(name: str) -> None:
    assert sheets(workbook([HEADER, FIRST, SECOND], name=name)) == [[UNCLEAR, UNCLEAR]]


@pytest.mark.parametrize("name", "旧版 旧 老版 历史 过期 填写示例 样例 2024年旧版 去年 外地参考 其他区".split())
def test_a_sheet_of_another_time_or_of_examples_is_asked(name: str) -> None:
    assert sheets(workbook([HEADER, FIRST], name=name)) == [[VOID]]
    own = [(*HEADER, "清理意见"), (*FIRST, "保留"), (*SECOND, "取消")]
    assert sheets(workbook(own, name=name)) == [[VOID, VOID]], "whatever its rows say"


@pytest.mark.parametrize(
    "title",
    [
        "市中区证明事项清单(2024年版,已作废)",
        "下放至街道的证明事项清单",
        "市中区司法局下放至街道的证明事项清单",
        "市中区上收市级的证明事项清单",
        "划转至审批局的证明事项清单",
        "移交审批局的证明事项目录",
        "免于提交的证明材料清单",
        "不再实施的事项证明清单",
        "市中区减少证明事项清单",
        "不再由我局实施的证明事项",
        "由市局承办的证明事项",
        "附件3:拟移交综合执法局事项所需证明",
        "整合归并的证明事项清单",
        "不纳入清单管理的证明",
        "薛城区证明事项目录(停止使用)",
    ],
)
def test_a_title_of_what_may_not_stand_is_asked(title: str) -> None:
    assert table((title,), HEADER, FIRST) == [UNCLEAR]


@pytest.mark.parametrize(
    "heading",
    (
        "二、上收市级的事项 三、免于提交的证明 二、下放街道实施的事项 (二)移交审批局的证明 三、重复的证明事项 四、已失效"
        " 四、本单位已不办理的事项 二、由市级部门实施 (二)已划走的事项 二、归口审批局办理的事项 二、试点期已满"
        " (二)终止实施的证明事项 二、不再单独要求提交的证明"
    ).split(),
)
def test_a_heading_of_what_may_not_stand_is_asked(heading: str) -> None:
    assert table(HEADER, ("一、保留的证明",), FIRST, (heading,), SECOND) == [False, UNCLEAR]
    assert table(HEADER, (heading,), FIRST, ("三、取消的证明",), SECOND) == [UNCLEAR, True], "until the next one"


@pytest.mark.parametrize(
    "text",
    (
        "新版 新增 现行 在用 终版 修订版 免证办 无证明办事 减证便民 市级下放的证明事项 承接省市下放事项证明清单 证明事项清单(新)"
        " 证明事项清单(试行) 证明事项清单(修订版) 一、市级下放事项 二、由本级实施 二、承接事项 三、新增的证明 2026年版"
        " 附件2 合并 整合 二、转让登记 一、移交安置 转学办理 二、撤销登记 注销登记所需证明 二、停业歇业 乡镇办理"
    ).split(),
)
def test_what_is_called_otherwise_asks_nothing(text: str) -> None:
    assert table((text,), HEADER, FIRST) == [False]
    assert sheets(workbook([HEADER, FIRST], name=text)) == [[False]]


def test_what_says_it_nearer_counts() -> None:
    header = (*HEADER, "清理意见")
    rows = [("上收市级的证明事项清单",), header, (*FIRST, "取消"), (*SECOND, "保留")]
    assert table(*rows) == [True, {"standing_disagrees"}]
    assert table(("减少的证明事项",), HEADER, FIRST, kind=ListKind.CANCELLATIONS) == [UNCLEAR]
    assert sheets(workbook([HEADER, FIRST], name="减少"), ListKind.CANCELLATIONS) == [[True]], "of a list of what is given up"
    assert sheets(workbook([("取消的证明事项",), HEADER, FIRST], name="作废")) == [[True]]
    assert sheets(workbook([HEADER, ("一、保留的证明",), FIRST], name="作废")) == [[UNCLEAR]]
    assert table(("划转至审批局的证明清单",), HEADER, ("一、保留的证明",), FIRST, ("二、取消的证明",), SECOND) == [UNCLEAR, True]
    assert table(("调整为告知承诺的证明清单",), HEADER, ("一、保留的证明",), FIRST) == [False]


def test_what_is_not_brought_is_got_by_the_way_that_the_row_names() -> None:
    header = (*HEADER, "免提交方式")
    for title in ("免于提交的证明材料清单", "无需提交的证明"):
        assert table((title,), header, (*FIRST, "部门核验"), (*SECOND, "")) == [False, UNCLEAR]


def test_a_document_and_a_printed_page_say_it_too() -> None:
    tables = page(("证明事项清单", [HEADER, FIRST]), ("二、上收市级的事项", [HEADER, SECOND]))
    assert sheets(tables.encode()) == [[False], [UNCLEAR]]
    assert sheets(printed("作废", HEADER, FIRST)) == [[UNCLEAR]]
    assert sheets(printed("旧版", HEADER, FIRST)) == [[VOID]]


def test_of_two_sheets_only_one_is_old() -> None:
    book = Workbook()
    assert book.active is not None
    book.active.title, old = "现行", book.create_sheet("旧版")
    for sheet, row in ((book.active, FIRST), (old, SECOND)):
        sheet.append(HEADER)
        sheet.append(row)
    assert sheets(saved(book)) == [[False], [VOID]]


@pytest.mark.parametrize(
    "text",
    ["二、下一批拟取消", "下一批拟取消证明事项清单", "可不再提供的证明材料", "明年取消的证明", "可取消的证明", "下一步计划取消的证明事项"],
)
def test_what_is_planned_or_possible_is_not_given_up(text: str) -> None:
    """Before, it was."""
    assert in_heading(text) is Standing.OPEN
    assert in_heading("拟取消的证明事项") is Standing.CANCELLED
    assert table((text,), HEADER, FIRST) == [UNCLEAR]


def test_a_negative_list_and_one_of_commitments_say_what_they_are() -> None:
    title = "不再要求群众提供、公安派出所不再出具的证明"
    rows = [("序号", "不应出具的证明"), (1, "婚姻状况证明")]
    assert table((title,), *rows, kind=ListKind.NEGATIVE_POLICE) == [set()]
    assert sheets(workbook(rows, name="旧版"), ListKind.NEGATIVE_POLICE) == [[VOID]]
    assert table(("调整为告知承诺制的证明事项清单",), HEADER, FIRST, kind=ListKind.COMMITMENTS) == [False]


def test_what_went_to_the_sender_is_its_own() -> None:
    known = sandbox()
    header = ("序号", "证明名称")
    for unit, title, expected in (
        ("市中区光明路街道办事处", "下放至街道的证明事项清单", set()),
        ("市中区光明路街道办事处", "镇街承接事项证明清单", set()),
        ("市中区行政审批服务局", "下放审批局实施的证明事项清单", set()),
        ("市中区民政局", "划转至审批局的证明事项清单", UNCLEAR),
        ("市中区民政局", "镇街承接事项证明清单", UNCLEAR),
        ("市中区光明路街道办事处", "上收市级的证明事项清单", UNCLEAR),
    ):
        code = next(one.code for one in known.units.known if one.name == unit)
        own = replace(known, sender=code, speaks_for=frozenset({code}))
        (result,) = read_list(workbook([(title,), header, (1, "户籍证明")]), ListKind.PROOFS, own)
        assert codes(result.rows[0]) == expected, (unit, title)
