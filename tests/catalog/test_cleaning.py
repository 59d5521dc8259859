"""The same name in two spellings is the same; anything else is not."""

from __future__ import annotations

import pytest

from catalog.cleaning import clean, is_cut_off, key, split_names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("企业投资项目备案\uff08技术改造\uff09", "企业投资项目备案(技术改造)"),
        ("行政\n许可", "行政许可"),
        ("户籍\u3000证明 ", "户籍证明"),
        ("\ufeff户籍证明\u200b", "户籍证明"),
        ("\uff21\uff22\uff23认证", "abc认证"),
        ("残疾人证\u3001残疾证明", "残疾人证,残疾证明"),
    ],
)
def test_spellings_of_the_same(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(("one", "other"), [("已婚证明", "未婚证明"), ("有犯罪记录证明", "无犯罪记录证明"), ("甲证明1", "甲证明2")])
def test_one_character_makes_another(one: str, other: str) -> None:
    assert key(one) != key(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("行政\n许可", "行政许可"),
        ("危险化学品经营许可证\n变更核发", "危险化学品经营许可证变更核发"),
        ("ABC  公司", "ABC 公司"),
        ("未分类", ""),
        (" — ", ""),
        ("无", ""),
        ("无犯罪记录证明", "无犯罪记录证明"),
        ("/", ""),
        ("N/A", ""),
    ],
)
def test_one_line_as_a_person_would_write_it(text: str, expected: str) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("乡镇人民政府、街道办事处", ("乡镇人民政府", "街道办事处")),
        ("人才中心或所在单位", ("人才中心", "所在单位")),
        ("公安机关\n民政部门", ("公安机关", "民政部门")),
        ("甲局;乙局\uff0c丙局", ("甲局", "乙局", "丙局")),
        ("人力资源和社会保障局", ("人力资源和社会保障局",)),
        ("和平路街道办事处", ("和平路街道办事处",)),
        ("甲局、甲局", ("甲局",)),
        ("", ()),
    ],
)
def test_several_names_in_one_cell_come_apart_and_one_name_stays_whole(text: str, names: tuple[str, ...]) -> None:
    assert split_names(text) == names


def test_what_opens_and_does_not_close_was_cut() -> None:
    assert is_cut_off("《国务院对确需保留的行政审批项目设定行,") and not is_cut_off("《律师法》第七条")
    assert not is_cut_off("(二)受过刑事处罚的;1)其他")
