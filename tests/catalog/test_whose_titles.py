"""A title, or what 填报单位: names, of which nobody knows the unit or the matter, over a unit's own list (obligation 5.1). Before, the rows
were taken for the sender's own, and for every matter of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.list_kinds import ListKind
from catalog.lists import read_list
from domain.list_rows import ProofFact, Topic
from tests.catalog.registries import sandbox
from tests.catalog.test_lists import codes
from tests.catalog.test_named_over import OTHERS, PROOFS, A, B, of_matters, own
from tests.catalog.workbooks import workbook


@pytest.mark.parametrize(
    "title",
    [
        "市中区教育局证明事项清单",
        "枣庄市市中区教育局2026年度证明事项清单",
        "市中区医疗保障局保留证明事项清单",
        "市中区残疾人联合会证明事项清单",
        "填报单位:市中区总工会",
        "滕州市司法局证明事项清单",
        "市中区教育局关于公布证明事项的通知",
        "区卫健局办事证明材料目录",
        "填报单位:区教育局",
        "填报单位(盖章):教育局",
        "编制单位:滕州市司法局",
        "单位名称:区教育局",
        "部门:区水务局",
        "报送单位:孟庄镇人民政府",
        "区教育局",
        "填报单位:市中区卫生健康局疾控科",
    ],
)
def test_a_unit_that_nobody_knows_is_asked(title: str) -> None:
    assert of_matters((title,), PROOFS, A, B) == [{"ask unit"}] * 2


@pytest.mark.parametrize(
    "title", ["市中区民政局2026年证明事项清单", "市中区民政局(盖章)证明事项清单", "市中区民政局关于公布证明事项的通知"]
)
def test_another_unit_is_known_whatever_follows_its_name(title: str) -> None:
    assert of_matters((title,), PROOFS, A) == [OTHERS]


@pytest.mark.parametrize(
    "title",
    (
        "市中区司法局证明事项清单 市中区司法局2026年度证明事项清单 填报单位:司法局 填报单位:市中区司法局(盖章) 填报单位:法规科"
        " 填报单位:我局 填报单位:局办公室"
        " 填报单位:枣庄市市中区司法局法规科 部门:法规科 单位:项 填报单位:张三 枣庄市司法局证明事项清单 市中区人民政府证明事项清单"
        " 市中区各镇街证明事项清单 山东省司法厅证明事项清单 安徽省民政厅规范性文件设定的证明事项取消清单"
        " 根据市司法局要求编制的证明事项清单 区直部门证明事项清单 司法局证明事项清单"
    ).split(),
)
def test_the_sender_and_what_is_no_unit_ask_nothing(title: str) -> None:
    assert of_matters((title,), PROOFS, A) == [None]


def test_a_short_name_of_the_sender_is_its_own() -> None:
    known = sandbox()
    unit = next(one.code for one in known.units.known if one.name == "演示住房和城乡建设局")
    known = replace(known, sender=unit, speaks_for=frozenset({unit}))
    for title, expected in (
        ("区住建局证明事项清单", set()),
        ("市中区住房城乡建设局证明清单", set()),
        ("区教育局证明事项清单", {"ask unit"}),
    ):
        (result,) = read_list(workbook([(title,), PROOFS, A]), ListKind.PROOFS, known)
        assert codes(result.rows[0]) == expected


def test_rows_that_name_their_matter_are_known_by_that() -> None:
    assert of_matters(("市中区教育局证明事项清单",), (*PROOFS, "事项名称"), (*A, "法律援助申请")) == ["DEMO-0002"]
    (result,) = read_list(
        workbook([("市中区教育局证明事项清单",), (*PROOFS, "事项名称"), (*A, "法律援助申请")]), ListKind.PROOFS, sandbox()
    )
    assert isinstance(result.rows[0].fact, ProofFact), "whoever makes a list of all may be anybody"


def test_a_person_says_once_which_unit_is_meant() -> None:
    known = own(sandbox())
    known = replace(known, answers={(Topic.UNIT, "市中区教育局"): known.sender or ""})
    (result,) = read_list(workbook([("市中区教育局证明事项清单",), PROOFS, A]), ListKind.PROOFS, known)
    assert codes(result.rows[0]) == set()


def test_whose_the_list_is_may_stand_under_it_and_be_unknown() -> None:
    assert of_matters(PROOFS, A, ("填报单位(盖章):区教育局",)) == [OTHERS]
    assert of_matters(PROOFS, A, ("填报单位:法规科",)) == [None]


@pytest.mark.parametrize(
    "title",
    [
        "公证证明材料清单",
        "低保所需证明清单",
        "办理公证所需材料",
        "市中区司法局公证证明清单",
        "司法鉴定证明事项清单",
        "高龄补贴申请证明清单",
        "滕州市公证处公证办理所需证明材料",
        "低保、特困申请所需证明目录",
        "市中区司法局关于公证的证明清单",
        "民办学校设立审批证明材料清单",
    ],
)
def test_a_title_that_may_name_a_matter_is_asked(title: str) -> None:
    assert of_matters((title,), PROOFS, A) == [{"ask matter"}]
    assert of_matters((title,), (*PROOFS, "事项名称"), (*A, "法律援助申请")) == ["DEMO-0002"], "not of a row that names its own"


@pytest.mark.parametrize(
    "title",
    (
        "市中区证明事项清单 村级证明事项清单 群众办事证明清单 高频证明材料清单 涉企证明事项清单"
        " 政务服务证明清单 便民服务证明事项清单 证明事项基本目录 市中区司法局依申请政务服务事项证明清单"
        " 市中区“无证明城市”证明事项清单 全省统一证明材料清单 企业群众办事常用证明材料目录"
        " 窗口收取证明材料清单 法律法规规章设定的证明事项清单 申请人证明材料清单 申报材料目录 所需证明材料清单"
        " 2026年第一批证明清单 本机关证明材料清单 最新证明材料清单"
    ).split(),
)
def test_a_title_that_says_which_proofs_asks_nothing(title: str) -> None:
    assert of_matters((title,), PROOFS, A) == [None]


@pytest.mark.parametrize("title", ["薛城区司法局证明事项清单", "滕州市司法局证明事项清单"])
def test_the_list_of_another_districts_unit_is_asked_though_its_rows_name_matters(title: str) -> None:
    """Before, the codes of its rows, which are the sender's own, made it the sender's."""
    rows = ((*PROOFS, "事项名称"), (*A, "法律援助申请"))
    assert of_matters((title,), *rows) == [{"ask unit"}]
    assert of_matters(("市中区司法局证明事项清单",), *rows) == ["DEMO-0002"]
