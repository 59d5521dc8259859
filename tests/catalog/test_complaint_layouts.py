"""投诉来源的导出格式: recognised by headings, asked about where two fit, and refused in words where the configuration is wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from catalog import complaint_layouts
from catalog.complaint_layouts import Layout, LayoutUnknown, layout, layouts
from catalog.complaint_table import read_table
from catalog.file_kinds import FileRefused
from domain.complaints import ComplaintChannel, ComplaintOutcome
from settings import ROOT, WrongSettings, settings
from tests.catalog.workbooks import workbook

SHIPPED = (ROOT / "catalog" / "complaint_layouts.toml").read_text("utf-8")
HOTLINE = SHIPPED[SHIPPED.index("[hotline]") : SHIPPED.index("[rating]")]
GENERAL = ["渠道", "收到时间", "内容"]


@pytest.mark.parametrize("name", list(layouts()))
def test_a_file_is_recognised_by_its_headings_and_read_by_field(name: str) -> None:
    """Obligation 18.1: below a title, in another order, with columns of the sender's own and remarks in brackets."""
    one = layout(name)
    heads = [f"{heading}(必填)" if heading in one.known_by else heading for heading in reversed(one.columns)]
    content = workbook([["导出"], [*heads, "附注"], [*(f"{place}栏" for place in range(len(heads))), "x"]])
    table = read_table(content)
    assert table.layout == name
    ((line, cells, faults),) = table.rows
    assert (line, faults) == (3, {}) and cells == {field: f"{heads.index(_with(heads, one.fields[field]))}栏" for field in one.fields}


def _with(heads: list[str], heading: str) -> str:
    return next(head for head in heads if head.partition("(")[0] == heading)


def test_ours_are_told_apart_and_from_the_general_form() -> None:
    for name, one in layouts().items():
        assert [other for other, its in layouts().items() if its.fits(one.columns)] == [name]
        assert read_table(workbook([list(one.columns), ["1"] * len(one.columns)])).layout == name
    assert read_table(workbook([GENERAL, ["信函", "2026-03-04", "内容"]])).layout is None
    assert {one.channel for one in layouts().values()} == {ComplaintChannel.HOTLINE, ComplaintChannel.RATING, ComplaintChannel.PLATFORM}


def test_a_file_that_fits_two_is_asked_about_and_one_that_fits_none_is_told_what_would() -> None:
    hotline, rating = layout("hotline"), layout("rating")
    both = [*hotline.known_by, *rating.known_by]
    with pytest.raises(FileRefused) as caught:
        read_table(workbook([both, ["1"] * len(both)]))
    assert caught.value.fault == "two_layouts" and hotline.name in caught.value.text and rating.name in caught.value.text
    assert read_table(workbook([both, ["1"] * len(both)]), "rating").layout == "rating"
    general = [*hotline.known_by, "渠道"]
    with pytest.raises(FileRefused, match="通用投诉表"):
        read_table(workbook([general, ["1"] * len(general)]))
    with pytest.raises(FileRefused) as caught:
        read_table(workbook([["工单编号", "诉求内容"], ["1", "2"]]))
    assert caught.value.fault == "no_header" and all("、".join(one.known_by) in caught.value.remedy for one in layouts().values())
    with pytest.raises(FileRefused) as caught:
        read_table(workbook([GENERAL, ["信函", "2026-03-04", "内容"]]), "hotline")
    assert "来电时间" in caught.value.remedy and "通用" not in caught.value.remedy
    with pytest.raises(LayoutUnknown, match="rating"):
        read_table(workbook([GENERAL, ["信函", "2026-03-04", "内容"]]), "telegram")


def test_every_outcome_has_words_and_every_word_one_outcome() -> None:
    for one in layouts().values():
        assert {one.outcome(one.word(outcome)) for outcome in ComplaintOutcome} == set(ComplaintOutcome)
        for meant, words in one.outcomes.items():
            assert all(one.outcome(word) == (None if meant == "open" else meant) for word in words)
    with pytest.raises(KeyError):
        layout("hotline").outcome("已阅")
    rating = layout("rating")
    assert [rating.grade(stars) for stars in (5, 4, 3, 2, 1)] == ["非常满意", "满意", "基本满意", "不满意", "非常不满意"]


def read(monkeypatch: pytest.MonkeyPatch, file: Path) -> dict[str, Layout]:
    monkeypatch.setattr(complaint_layouts, "settings", lambda: replace(settings(), complaint_layouts=file))
    return dict(layouts())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('text = "诉求内容"', 'text = "内容"', "hotline:fields.text:内容不在 columns 中"),
        ('"来电时间", "来电人"', '"来电时间", "来电时间", "来电人"', "columns:来电时间出现两次"),
        ('partly = ["部分属实"]\n', "", "没有 partly(部分属实)的说法"),
        ('"基本属实"]', '"不属实"]', "不属实有两种意思"),
        ('outcome = "办理结果"\n', "", "缺少 outcome"),
        ('channel = "hotline"', 'channel = "telegram"', "hotline.channel"),
        ('"非常满意" = 5', '"非常满意" = 6', "非常满意应为 1 至 5"),
        ('name = "来电人"', 'weather = "来电人"', "hotline.fields.weather"),
        ('known_by = ["业务流水号", "评价时间", "评价等级"]', 'known_by = ["评价渠道"]', "rating.known_by"),
        ("[hotline]", "[hotline", "不是合格的 TOML"),
    ],
)
def test_a_wrong_configuration_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, said: str) -> None:
    assert old in SHIPPED
    file = tmp_path / "ours.toml"
    file.write_text(SHIPPED.replace(old, new, 1), "utf-8")
    with pytest.raises(WrongSettings) as caught:
        read(monkeypatch, file)
    assert said in str(caught.value) and "PROOFLESS_COMPLAINT_LAYOUTS" in str(caught.value)


def test_a_district_writes_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(HOTLINE.replace("来电时间", "区交办时间").replace("来电人", "求助人员"), "utf-8")
    assert list(read(monkeypatch, file)) == ["hotline"] and layout("hotline").fields["received_at"] == "区交办时间"
    file = tmp_path / "two.toml"
    file.write_text(SHIPPED + HOTLINE.replace("[hotline", "[again"), "utf-8")
    with pytest.raises(WrongSettings, match="hotline、again:按 known_by 分不清"):
        read(monkeypatch, file)
