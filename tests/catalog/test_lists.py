"""Whole lists, real ones first: every fault is named, and nothing wrong is accepted silently."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.cleaning import key
from catalog.column_names import SYNONYMS
from catalog.file_kinds import FileRefused
from catalog.headers import find_header
from catalog.list_kinds import ListKind
from catalog.lists import ListResult, read_list
from catalog.registry import Registry
from catalog.sheets import read_sheets
from domain.limits import HandlingType
from domain.list_rows import MatterFact, NegativeFact, ProofFact, RowResult, Topic, Verdict
from domain.methods import Method
from tests.catalog.registries import LISTS, guangan, sandbox
from tests.catalog.workbooks import workbook

HEADER = ("序号", "事项编码", "证明名称", "设定依据", "开具单位", "核验方式", "数据来源", "来源参数", "核验内容")
GOOD = (1, "DEMO-0002", "经济困难证明", "《法律援助法》第四十一条", "市中区光明路街道办事处", "部门核验", "", "", "家庭人口、人均月收入")


def read(name: str, kind: ListKind, registry: Registry) -> ListResult:
    (result,) = read_list((LISTS / name).read_bytes(), kind, registry)
    return result


def counts(result: ListResult) -> list[int]:
    return [result.count(verdict) for verdict in (Verdict.ACCEPTED, Verdict.ASKED, Verdict.REFUSED)]


def codes(row: RowResult) -> set[str]:
    return {fault.code for fault in row.faults} | {f"ask {question.topic}" for question in row.questions}


def one(*rows: tuple[object, ...], kind: ListKind = ListKind.PROOFS, header: tuple[object, ...] = HEADER) -> list[RowResult]:
    (result,) = read_list(workbook([header, *rows]), kind, sandbox())
    return list(result.rows)


def test_the_real_list_of_commitments_from_elsewhere_matches_nothing_of_ours() -> None:
    result = read("proof_list_changde_2022.csv", ListKind.COMMITMENTS, sandbox())
    assert counts(result) == [0, 3, 2]
    first, second, _, fourth, fifth = result.rows
    assert codes(first) == {"levels_empty", "ask unit", "ask matter", "ask issuer"}
    assert [question.subject for question in first.questions] == ["市司法局", "申请法律援助", "乡镇人民政府", "街道办事处"]
    assert [candidate.name for candidate in first.questions[1].candidates] == ["法律援助申请"]
    assert codes(second) == {"levels_empty", "ask proof", "ask unit", "ask matter", "ask issuer"}
    assert {"unit_vague"} < codes(fourth) and {"cut_off", "unit_empty"} < codes(fifth)


def test_the_real_list_of_kept_proofs_names_no_issuer_that_could_be_asked() -> None:
    result = read("proof_list_chibi_2023.csv", ListKind.PROOFS, sandbox())
    assert counts(result) == [0, 0, 4]
    assert all("issuer_is_applicant" in codes(row) for row in result.rows[:3])
    assert "填反" in result.rows[1].questions[0].why
    assert {"cut_off", "unit_empty"} <= codes(result.rows[3])
    assert result.sheet.missing == ("事项编码", "核验方式", "核验内容") and result.sheet.unused == ("源文原样(无分隔)",)


def test_the_real_cancellations_from_elsewhere_cancel_nothing() -> None:
    own = replace(sandbox(), sender="370402-CIVIL", speaks_for=frozenset({"370402-CIVIL"}))
    assert counts(read("cancelled_anhui_civil.csv", ListKind.CANCELLATIONS, own)) == [0, 4, 0]
    shanghai = read("cancelled_shanghai_health_2023.csv", ListKind.CANCELLATIONS, sandbox())
    assert counts(shanghai) == [0, 0, 6] and shanghai.sheet.unused == ()
    assert all(codes(row) > {"ask proof", "ask matter", "standing_unclear"} for row in shanghai.rows), "取消和调整: which of them?"


def test_the_real_proof_of_adoptions_names_several_in_one_cell_and_a_class_of_units() -> None:
    (row,) = read("kept_hunan_adoption.csv", ListKind.PROOFS, sandbox()).rows
    proof, unit, _ = row.questions
    assert proof.why.startswith("像是写了不止一个证明") and [one.name for one in unit.candidates] == ["市中区民政局"], "人民政府 is no 民政"


def test_the_real_list_of_who_issues_is_told_what_it_lacks() -> None:
    with pytest.raises(FileRefused) as caught:
        read("kept_ningxia_police_2016.csv", ListKind.PROOFS, sandbox())
    assert caught.value.fault == "column_missing" and "缺少必要的列:“证明用途”或“事项编码”或“索要单位”;" in caught.value.text


def test_a_sub_item_is_what_is_handled_and_where_there_is_none_the_item_is() -> None:
    header = ("事项编码", "事项名称", "子项名称", "部门")
    rows = [(f"X-{number}", "律师事务所许可", sub, "区司法局") for number, sub in enumerate(("分所设立许可", "无", "", "—"))]
    found = [row.fact.name for row in one(*rows, kind=ListKind.MATTERS, header=header) if isinstance(row.fact, MatterFact)]
    assert found == ["分所设立许可", "律师事务所许可", "律师事务所许可", "律师事务所许可"]


@pytest.mark.parametrize(
    ("proof", "matter", "found"),
    [
        ("经济困难证明", "法律援助申请\n公共租赁住房申请", "several_matters"),
        ("经济困难证明、单身承诺", "法律援助申请", "ask proof"),
        ("经济困难证明", "法律援助申请、另一事项", "ask matter"),
    ],
)
def test_several_names_in_one_cell_lose_none_of_them(proof: str, matter: str, found: str) -> None:
    (row,) = one((proof, matter), header=("证明名称", "证明用途"))
    assert codes(row) == {found} and row.fact is None
    assert not row.faults or row.faults[0].remedy.startswith("请分行填写,每行一个")


def test_the_real_negative_lists_are_read_whole() -> None:
    assert counts(read("not_issued_by_community_2020.csv", ListKind.NEGATIVE_COMMUNITY, sandbox())) == [20, 0, 0]
    police = read("not_issued_by_police_2016.csv", ListKind.NEGATIVE_POLICE, sandbox())
    assert counts(police) == [14, 0, 0] and police.rows[0].fact == NegativeFact("公民姓名", "法定身份证件")


def test_the_real_matters_list_is_refused_by_a_district_that_it_does_not_belong_to() -> None:
    result = read("matters_guangan_part.csv", ListKind.MATTERS, sandbox())
    assert counts(result) == [0, 0, 651] and all("other_region" in codes(row) for row in result.rows)


def test_the_real_matters_list_in_its_own_district() -> None:
    """Eight departments are known by name, alias or organisation code; the others are asked, once each."""
    result = read("matters_guangan_part.csv", ListKind.MATTERS, guangan())
    asked = {question.subject for row in result.rows for question in row.questions}
    assert asked == {
        "区烟草专卖局",
        "区应急管理局",
        "区退役军人事务局",
        "区综合执法局",
        "区发改局",
        "区公管办",
        "区商务局",
        "区委统战部",
        "区经信局",
    }
    assert sum(counts(result)) == 651 and counts(result)[2] == 0
    facts = [(row.fact, row.matched["unit"]) for row in result.rows if isinstance(row.fact, MatterFact)]
    assert all(fact.unit.startswith("GA-") for fact, why in facts if why == "组织机构代码一致")
    assert sum("unit_code" in codes(row) for row in result.rows) == 33 + 15 + 9 + 6 + 6
    assert sum("main_unclassified" in codes(row) for row in result.rows) == 269
    twice = {fact.code for fact, _ in facts if fact.name == "城市建筑物、设施上张挂、张贴宣传品审批"}
    assert len(twice) == 2, "two codes, two matters, though of one name"


def test_a_double_header_with_merged_cells_under_a_title() -> None:
    rows = [
        ["枣庄市市中区证明事项清单", *[None] * 7],
        ["填报单位:区司法局", *[None] * 7],
        ["序号", "证明名称", "证明用途", "设定依据", None, "开具\n单位", "行使层级", None],
        [None, None, None, "依据名称", "条文内容", None, "市级", "县级"],
        [1, "经济困难\n证明", "法律援助申请", "《法律援助法》", "第四十一条:…", "光明路街道办事处", None, "√"],
    ]
    merged = ["A1:H1", "A2:H2", "A3:A4", "B3:B4", "C3:C4", "D3:E3", "F3:F4", "G3:H3"]
    (result,) = read_list(workbook(rows, merged), ListKind.PROOFS, sandbox())
    (row,) = result.rows
    assert (
        row.verdict is Verdict.ACCEPTED
        and row.line == 5
        and row.fact
        == ProofFact(
            "P-HARDSHIP",
            matter="DEMO-0002",
            unit=None,
            issuer_text="光明路街道办事处",
            issuing_unit="370402-GUANGMING",
            basis="《法律援助法》\n第四十一条:…",
        )
    )


def test_a_section_heading_and_a_header_that_stands_again_are_no_rows() -> None:
    rows = [HEADER, ["一、区司法局", *[None] * 8], GOOD, HEADER, (2, "DEMO-0002", "户籍证明", *GOOD[3:])]
    (result,) = read_list(workbook(rows, ["A2:I2"]), ListKind.PROOFS, sandbox())
    assert [row.line for row in result.rows] == [3, 5] and counts(result) == [2, 0, 0]


def test_what_a_full_row_says() -> None:
    (row,) = one(
        (
            1,
            "DEMO-0001",
            "户籍证明",
            "《办法》第三条",
            "区司法局",
            "1.数据共享→部门核验",
            "licence_library",
            "certTypeCode=A;sid=b",
            "户主姓名、住址",
        )
    )
    assert isinstance(row.fact, ProofFact) and row.fact.methods == (Method.DATA_SHARING, Method.ISSUER)
    assert row.fact.parameters == {"certTypeCode": "A", "sid": "b"} and row.fact.fields == ("户主姓名", "住址")
    assert row.matched == {"proof": "名称一致", "matter": "事项编码一致", "issuer": "名称一致"}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({2: ""}, "proof_empty"),
        ({2: "结婚证"}, "ask proof"),
        ({1: "NONE-1"}, "matter_unknown"),
        ({1: ""}, "matter_empty"),
        ({5: "现场勘查"}, "value_wrong"),
        ({4: "经营者"}, "issuer_is_applicant"),
        ({4: "有关部门"}, "unit_vague"),
        ({4: "公安机关"}, "ask issuer"),
        ({4: "市司法局"}, "ask issuer"),
        ({4: "区司法局、市中区民政局"}, "ask issuer"),
        ({7: "certTypeCode"}, "value_wrong"),
        ({3: "《法律援助法"}, "cut_off"),
    ],
)
def test_each_fault_is_named(changes: dict[int, str], found: str) -> None:
    (row,) = one(tuple(changes.get(column, value) for column, value in enumerate(GOOD)))
    assert (found in codes(row)) if found else (row.verdict is Verdict.ACCEPTED)
    assert (row.fact is None) == (row.verdict is not Verdict.ACCEPTED)


def test_ten_thousand_duplicates_are_one_row_and_the_rest_go_back() -> None:
    rows = [(number, *GOOD[1:]) for number in range(10_000)]
    results = one(*rows)
    assert [row.verdict for row in results].count(Verdict.ACCEPTED) == 1
    assert results[-1].faults[0].text == "与第 2 行完全相同。"


def test_a_persons_answer_settles_the_same_name_everywhere() -> None:
    registry = sandbox()
    answers = {(Topic.ISSUER, key("乡镇人民政府")): "", (Topic.ISSUER, key("公安机关")): "370402-JUSTICE"}
    registry = Registry(registry.units, registry.matters, registry.proofs, registry.matter_units, registry.region, answers)
    rows = [(*GOOD[:4], "公安 机关", *GOOD[5:]), (*GOOD[:4], "乡镇人民政府", *GOOD[5:])]
    (result,) = read_list(workbook([HEADER, *rows]), ListKind.PROOFS, registry)
    assert isinstance(result.rows[0].fact, ProofFact) and result.rows[0].fact.issuing_unit == "370402-JUSTICE"
    assert codes(result.rows[1]) == {"unit_none"}


def test_a_unit_and_its_code_must_agree() -> None:
    header = ("部门", "办理项名称", "itemCode", "deptCode", "办件类型", "承诺办结时限")
    rows = [
        ("区民政局", "甲", "A-1", "11511301008778298W", "承诺件", "20个工作日"),
        ("区水务局", "乙", "A-2", "11511301008778298W", "1", ""),
        ("没有这个局", "丙", "A-3", "11511301008778298W", "即办件", ""),
        ("", "丁", "X-115113010833722043-1", "", "", ""),
        ("区民政局", "戊", "X-115113010833722043-1", "11511301008778298W", "", ""),
        ("区民政局", "", "", "", "特办件", "很久"),
    ]
    (result,) = read_list(workbook([header, *rows]), ListKind.MATTERS, guangan())
    facts = [row.fact if isinstance(row.fact, MatterFact) else None for row in result.rows]
    assert [fact and fact.unit for fact in facts] == ["GA-06", None, None, "GA-05", None, None]
    assert facts[0] is not None and (facts[0].handling, facts[0].promised_days) == (HandlingType.PROMISED, 20)
    assert "unit_disagrees" in codes(result.rows[1]) and "unit_codes_disagree" in codes(result.rows[4])
    assert {"name_empty", "code_empty", "value_wrong"} <= codes(result.rows[5])


def test_without_a_header_the_refusal_says_which_columns_are_needed() -> None:
    with pytest.raises(FileRefused, match="证明名称.*看到的是:甲、乙") as caught:
        read_list(workbook([["甲", "乙"], [1, 2]]), ListKind.PROOFS, sandbox())
    assert caught.value.fault == "no_header"
    with pytest.raises(FileRefused) as caught:
        read_list(workbook([HEADER]), ListKind.PROOFS, sandbox())
    assert caught.value.fault == "no_rows"


def test_no_two_fields_share_a_name_and_every_kind_finds_its_own_header() -> None:
    names = [key(name) for names in SYNONYMS.values() for name in names]
    assert len(names) == len(set(names)) and all(names)
    for kind in ListKind:
        header = [SYNONYMS[group[0]][0] for group in kind.required()]
        (sheet,) = read_sheets(workbook([header, ["甲"] * len(header)]))
        assert find_header(sheet, kind).first == 1
