"""Names are matched by rules alone: likeness proposes and never decides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.matching import ACCEPTED, Known, Names, UnitNames
from catalog.units import Level, Vague, take_apart, vagueness
from tests.catalog.registries import DISTRICT

UNITS = UnitNames(
    [
        Known("PERMIT", "市中区行政审批服务局"),
        Known("CIVIL", "市中区民政局", (), "004200001"),
        Known("JUSTICE", "区司法局"),
        Known("POLICE", "区公安分局"),
        Known("STREET", "市中区光明路街道办事处"),
        Known("MARKET", "市中区市场监督管理局"),
        Known("OFFICE", "市中区人民政府办公室(区大数据局)", ("区大数据局",)),
    ],
    district=DISTRICT,
)
PROOFS = Names([Known("P-1", "未婚证明"), Known("P-2", "无犯罪记录证明"), Known("P-3", "户籍证明", ("户口证明",))])


@pytest.mark.parametrize(
    ("text", "code", "why"),
    [
        ("市中区民政局", "CIVIL", "名称一致"),
        ("枣庄市市中区民政局", "CIVIL", "除本区区划名称外一致"),
        ("山东省枣庄市市中区司法局", "JUSTICE", "除本区区划名称外一致"),
        ("市中区司法局", "JUSTICE", "除本区区划名称外一致"),
        ("光明路街道办事处", "STREET", "除本区区划名称外一致"),
        ("区大数据局", "OFFICE", "与已确认的别名一致"),
        ("市中区人民政府办公室\uff08区大数据局\uff09", "OFFICE", "名称一致"),
        ("区市场监督管理局", "MARKET", "除本区区划名称外一致"),
    ],
)
def test_the_same_unit_in_another_spelling(text: str, code: str, why: str) -> None:
    found = UNITS.match(text)
    assert (found.code, found.why) == (code, why) and found.confidence >= ACCEPTED


@pytest.mark.parametrize(
    "text",
    [
        "市司法局",
        "枣庄市司法局",
        "省民政厅",
        "薛城区民政局",
        "广安区民政局",
        "民政局",
        "薛城区光明路街道办事处",
        "区行政审批局",
        "公安分局",
        "市场监督管理局",
        "光明路街道",
        "枣庄市公安局市中分局",
        "市中区民政局婚姻登记处",
        "县民政局",
        "枣庄市、市中区民政局",
        "枣庄市,市中区民政局",
        "本区民政局",
        "济宁市市中区民政局",
        "(原)市中区民政局",
        "市中区民政局(已撤销)",
        "光明街道办事处",
        "医保局",
        "区人社局",
        "城区民政局",
        "枣庄市民政局",
    ],
)
def test_another_level_region_or_office_is_never_taken_for_ours(text: str) -> None:
    found = UNITS.match(text)
    assert found.code is None and found.confidence < ACCEPTED and found.why


SHORT = UnitNames(
    [
        Known("PEOPLE", "市中区人力资源和社会保障局"),
        Known("HEALTH", "市中区医疗保障局"),
        Known("CARE", "市中区卫生健康局"),
        Known("FUND", "枣庄市住房公积金管理中心市中管理部"),
        Known("PERMIT", "市中区行政审批服务局"),
        Known("CIVIL", "市中区民政局"),
        Known("DISABLED", "市中区残疾人联合会"),
        Known("STREET", "市中区光明路街道办事处"),
        Known("TOWN", "市中区税郭镇人民政府"),
        Known("OFFICE", "市中区人民政府办公室(区大数据局)"),
    ],
    district=DISTRICT,
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("区人社局", "PEOPLE"),
        ("枣庄市市中区人社局", "PEOPLE"),
        ("市中区人力资源社会保障局", "PEOPLE"),
        ("市中区医保局", "HEALTH"),
        ("区卫健局", "CARE"),
        ("区残联", "DISABLED"),
        ("市中区光明路街道办", "STREET"),
        ("市中区税郭镇政府", "TOWN"),
    ],
)
def test_a_convention_of_short_names_is_a_rule(text: str, code: str) -> None:
    assert SHORT.match(text).code == code and "通行的简称" in SHORT.match(text).why


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("人社局", "PEOPLE"),
        ("市人社局", "PEOPLE"),
        ("薛城区人社局", "PEOPLE"),
        ("人社", "PEOPLE"),
        ("医保", "HEALTH"),
        ("医保中心", "HEALTH"),
        ("区卫健委", "CARE"),
        ("公积金", "FUND"),
        ("区公积金中心", "FUND"),
        ("民政", "CIVIL"),
        ("民政部门", "CIVIL"),
        ("审批局", "PERMIT"),
        ("区大数据局", "OFFICE"),
        ("税郭镇", "TOWN"),
    ],
)
def test_a_short_name_without_its_level_or_of_none_is_asked_with_what_it_may_be(text: str, code: str) -> None:
    found = SHORT.match(text)
    assert found.code is None and found.candidates[0].code == code, found.why


def test_what_is_short_for_nothing_of_ours_is_not_proposed() -> None:
    assert [SHORT.match(text).candidates for text in ("薛城区档案馆", "水利局", "局", "部门")] == [(), (), (), ()]


@pytest.mark.parametrize("text", ["已婚证明", "有犯罪记录证明", "户籍注销证明", "无犯罪记录证明材料"])
def test_a_like_name_is_proposed_and_not_taken(text: str) -> None:
    found = PROOFS.match(text)
    assert found.code is None and found.candidates and found.candidates[0].confidence < ACCEPTED


def test_an_alias_is_as_good_as_the_name_and_two_of_one_name_are_nobody() -> None:
    assert PROOFS.match("户口 证明").code == "P-3"
    twice = Names([Known("A", "同名事项"), Known("B", "同名事项")])
    found = twice.match("同名事项")
    assert found.code is None and [one.code for one in found.candidates] == ["A", "B"]


@given(st.text(alphabet="市区县省局民政司法公安街道办事处中薛城枣庄未已婚证明无有", max_size=14))
def test_whatever_is_accepted_is_equal_by_a_rule(text: str) -> None:
    """Independent of the index: the written name and the unit's differ in our own region's name at most."""
    found = UNITS.match(text)
    if found.code is not None:
        mine, its = take_apart(text, DISTRICT), take_apart(UNITS.name(found.code), DISTRICT)
        assert (mine.core, mine.level, mine.region) == (its.core, its.level, its.region)
    proof = PROOFS.match(text)
    assert proof.code is None or text.replace(" ", "") in ("未婚证明", "无犯罪记录证明", "户籍证明", "户口证明")


@pytest.mark.parametrize(
    ("name", "level", "region"),
    [
        ("市中区民政局", Level.DISTRICT, ""),
        ("市民政局", Level.CITY, ""),
        ("枣庄市民政局", Level.CITY, ""),
        ("常德市司法局", Level.CITY, "常德市"),
        ("山东省司法厅", Level.PROVINCE, ""),
        ("湖南省司法厅", Level.PROVINCE, "湖南省"),
        ("税郭镇人民政府", Level.TOWN, ""),
        ("薛城区民政局", Level.DISTRICT, "薛城区"),
        ("市场监督管理局", Level.UNKNOWN, ""),
        ("铁西居委会", Level.VILLAGE, ""),
        ("社区服务中心", Level.UNKNOWN, ""),
        ("市政府办公室", Level.CITY, ""),
    ],
)
def test_a_name_says_of_which_level_and_region_it_is(name: str, level: Level, region: str) -> None:
    found = take_apart(name, DISTRICT)
    assert (found.level, found.region) == (level, region)


def test_who_is_no_unit_is_told_apart() -> None:
    assert [vagueness(name) for name in ("经营者", "公安机关", "县级以上人民政府", "所在单位", "街道办事处", "区司法局")] == [
        Vague.APPLICANT,
        Vague.CLASS,
        Vague.CLASS,
        Vague.NOBODY,
        Vague.CLASS,
        None,
    ]
    assert [one.code for one in UNITS.of_class("公安机关")] == ["POLICE"]
    assert UNITS.by_organisation("004200001").code == "CIVIL"  # type: ignore[union-attr]
