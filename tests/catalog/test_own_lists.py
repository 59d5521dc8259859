"""A unit's own list speaks for that unit alone (obligation 5.1), and of itself without naming itself; a code never beats a name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.list_kinds import ListKind
from catalog.lists import read_list
from catalog.registry import Registry
from domain.list_rows import MatterFact, ProofFact, RowResult, Topic
from tests.catalog.registries import sandbox
from tests.catalog.test_lists import codes
from tests.catalog.workbooks import workbook

JUSTICE, HEAT, HOUSING = "370402-JUSTICE", "370402-HEAT", "370402-HOUSING"


def of(unit: str, *others: str) -> Registry:
    return replace(sandbox(), sender=unit, speaks_for=frozenset({unit, *others}))


def one(header: tuple[str, ...], row: tuple[object, ...], registry: Registry, kind: ListKind = ListKind.PROOFS) -> RowResult:
    (result,) = read_list(workbook([header, row]), kind, registry)
    return result.rows[0]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (("DEMO-0001", "法律援助申请", "P-HOUSEHOLD", "户籍证明"), "matter_disagrees"),
        (("DEMO-0001", "廉租房申请", "P-HOUSEHOLD", "户籍证明"), "ask matter"),
        (("DEMO-0001", "公共租赁住房申请", "P-HOUSEHOLD", "未婚证明"), "ask proof"),
        (("DEMO-0001", "公共租赁住房申请", "P-HOUSEHOLD", "婚姻状况证明"), "proof_disagrees"),
        (("DEMO-0001", "公共租赁住房申请", "P-HOUSEHOLD", "户籍证明"), ""),
        (("DEMO-0001", "", "P-HOUSEHOLD", ""), ""),
        (("DEMO-0001", "公共租赁住房申请", "GA-17", "户籍证明"), "proof_code_unknown"),
    ],
)
def test_code_and_name_are_compared(row: tuple[str, ...], found: str) -> None:
    row_result = one(("事项编码", "事项名称", "证明编码", "证明名称"), row, sandbox())
    assert codes(row_result) == ({found} if found else set())
    assert (row_result.fact is None) == (found not in ("", "proof_code_unknown"))


@pytest.mark.parametrize(
    ("row", "topic", "code", "meant"),
    [
        (("DEMO-0001", "", "P-HOUSEHOLD", "未婚证明"), Topic.PROOF, "P-HOUSEHOLD", "户籍证明"),
        (("DEMO-0001", "廉租房申请", "P-HOUSEHOLD", "户籍证明"), Topic.MATTER, "DEMO-0001", "公共租赁住房申请"),
    ],
)
def test_a_question_of_code_and_name_proposes_the_code_first(row: tuple[str, ...], topic: Topic, code: str, meant: str) -> None:
    (question,) = one(("事项编码", "事项名称", "证明编码", "证明名称"), row, sandbox()).questions
    assert question.topic is topic and question.candidates[0].code == code and meant in question.why


def test_a_persons_answer_settles_a_name_beside_a_code() -> None:
    known = replace(sandbox(), answers={(Topic.PROOF, "未婚证明"): "P-MARRIAGE"})
    row = ("DEMO-0001", "P-MARRIAGE", "未婚证明")
    assert one(("事项编码", "证明编码", "证明名称"), row, known).fact is not None
    assert codes(one(("事项编码", "证明编码", "证明名称"), ("DEMO-0001", "P-HOUSEHOLD", "未婚证明"), known)) == {"proof_disagrees"}


@pytest.mark.parametrize("row", [("DEMO-0003", "", "经济困难证明"), ("", "困难残疾人生活补贴申请", "经济困难证明")])
def test_another_units_matter_goes_back(row: tuple[str, ...]) -> None:
    header = ("事项编码", "事项名称", "证明名称")
    found = one(header, row, of(JUSTICE))
    assert codes(found) == {"matter_of_another"} and "由专班办公室登记" in found.faults[0].remedy
    assert one(header, row, sandbox()).fact is not None, "a list that speaks for all may name it"


def test_another_unit_goes_back_and_the_one_whose_list_it_drafts_does_not() -> None:
    header = ("部门", "证明名称")
    assert codes(one(header, ("市中区民政局", "经济困难证明"), of(JUSTICE))) == {"unit_of_another"}
    drafted = one(header, ("演示供热公司", "居住情况证明"), of(HOUSING, HEAT))
    assert isinstance(drafted.fact, ProofFact) and drafted.fact.unit == HEAT
    matters = ("事项编码", "事项名称", "部门")
    assert codes(one(matters, ("X-1", "演示事项", "市中区民政局"), of(JUSTICE), ListKind.MATTERS)) == {"unit_of_another"}


def test_a_units_own_list_need_not_say_whose_it_is() -> None:
    found = one(("证明名称", "设定依据"), ("经济困难证明", "《法律援助法》"), of(JUSTICE))
    assert isinstance(found.fact, ProofFact) and found.fact.unit == JUSTICE
    matter = one(("事项编码", "事项名称"), ("X-1", "演示事项"), of(JUSTICE), ListKind.MATTERS)
    assert isinstance(matter.fact, MatterFact) and matter.fact.unit == JUSTICE


@pytest.mark.parametrize("text", ["我局", "本单位", "本 局"])
def test_whoever_says_we_means_itself_whatever_was_answered(text: str) -> None:
    answered = {(topic, "".join(text.split())): "370402-CIVIL" for topic in (Topic.UNIT, Topic.ISSUER)}
    header, row = ("部门", "证明名称", "开具单位"), (text, "经济困难证明", text)
    found = one(header, row, replace(of(JUSTICE), answers=answered))
    assert isinstance(found.fact, ProofFact) and found.fact.unit == found.fact.issuing_unit == JUSTICE
    assert codes(one(header, row, replace(sandbox(), answers=answered))) == {"unit_vague"}
