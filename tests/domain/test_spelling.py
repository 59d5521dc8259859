"""同名: Unicode's own names of its characters are the reference, not the table that the code reads."""

import unicodedata

import pytest

from domain.spelling import fold, same_name, words, written_name

_RADICALS = [chr(code) for code in (*range(0x2E80, 0x2FD6), *range(0x31C0, 0x31E4)) if unicodedata.name(chr(code), "")]
#: What Unicode lists as without an equivalent.
_ALONE = "\u2e80" + "".join(map(chr, (*range(0x31C0, 0x31C6), *range(0x31C7, 0x31CF), 0x31E2, 0x31E3)))


@pytest.mark.parametrize("dot", "\u00b7\u02d9\u0387\u2022\u2027\u2219\u22c5\u2e31\u30fb\uff65\u25cf.\uff0e\ufe52")
def test_every_form_of_the_dot_within_a_name_is_the_same(dot: str) -> None:
    assert same_name("演示·间隔", f"演示{dot}间隔") and same_name(f"演示 {dot} 间隔", "演示·间隔")
    assert written_name(f"演示 {dot}间隔") == "演示\u00b7间隔"
    assert not same_name(f"演示{dot}间隔", "演示间隔")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("演示 甲", "演示\u3000甲", True),
        ("演示甲\u200b", "演示甲", True),
        ("e\u0301", "é", True),
        ("Yanshi Ａ", "YANSHI A", True),
        ("演示\u2f92", "演示\u898b", True),  # ⾒ is 見, not 见
        ("演示\u2ec5", "演示见", True),
        ("演示\uf9dc", "演示隆", True),  # a compatibility ideograph
        ("演示甲", "演示乙", False),
        ("演示㼆", "演示弯", False),
        ("演示甲", "演示甲子", False),
        ("演示甲\ue000", "演示甲", False),
        ("演示\u5df2", "演示\u5df3", False),
        ("演示胶", "演示㬵", False),
    ],
)
def test_two_writings_of_a_name(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same and same_name(other, one) is same


@pytest.mark.parametrize("mark", "\u2018\u2019\u02bc\uff07")
def test_an_apostrophe_is_one_however_it_is_set(mark: str) -> None:
    assert same_name(f"O{mark}Brien", "O'Brien") and written_name(f"O{mark}Brien") == "O'Brien"
    assert not same_name("O'Brien", "OBrien")


@pytest.mark.parametrize("mark", "\u2010\u2011\u2013\uff0d")
def test_a_hyphen_is_one_however_it_is_set(mark: str) -> None:
    assert same_name(f"Anne{mark}Marie", "Anne-Marie") and not same_name("Anne-Marie", "Annemarie")


def test_latin_words_stay_apart_where_a_register_is_asked() -> None:
    assert written_name("  YANSHI   A. ") == "YANSHI A."
    assert same_name("YANSHI A", "Yanshi  a")


@pytest.mark.parametrize(
    ("copied", "meant"),
    [
        ("居\u2ea0证\u660e", "居民证明"),
        ("\u2f3e籍证\u660e", "户籍证明"),
        ("\u6236籍证明", "户籍证明"),
        ("⽆犯罪记录证明", "无犯罪记录证明"),
        ("⻋辆证明", "车辆证明"),
        ("⻔牌证明", "门牌证明"),
        ("⾝份证明", "身份证明"),
        ("成⻓证明", "成长证明"),
        ("⾼龄证明", "高龄证明"),
        ("⾯积证明(㎡)", "面积证明(m2)"),
    ],
)
def test_text_copied_out_of_a_document_is_what_was_meant(copied: str, meant: str) -> None:
    assert words(copied) == words(meant)


@pytest.mark.parametrize("radical", _RADICALS)
def test_a_radical_becomes_an_ideograph_or_stays(radical: str) -> None:
    folded = fold(radical)
    assert len(folded) == 1
    if radical in _ALONE:
        assert folded == radical
    else:
        assert 0x3400 <= ord(folded) <= 0x9FFF or ord(folded) >= 0x20000
    assert words(f"居{radical}证明") != words("居证明") and not same_name(f"演示{radical}甲", "演示甲")


@pytest.mark.parametrize(
    "mark", ["\u2ea0", "\u2e80", "\ue123", "□", "〇", "★", "%", "&", "≥", "+", "\U000f0000", "\u0f72", "\U000e0100", "℃", "①"]
)
def test_no_character_vanishes(mark: str) -> None:
    assert words(f"居{mark}证明") != words("居证明")
    assert words(mark) != ""


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("户籍证明(原件)", "户籍证明（原件）", True),
        ("《户籍证明》", "户籍证明", True),
        ("国发〔2015〕33号", "国发[2015]33号", True),
        ("3-5岁证明", "3—5岁证明", True),
        ("3-5岁证明", "35岁证明", False),
        ("第1、2类证明", "第12类证明", False),
        ("1.5倍", "15倍", False),
        ("已婚证明", "未婚证明", False),
    ],
)
def test_punctuation_is_left_aside_but_between_figures(one: str, other: str, same: bool) -> None:
    assert (words(one) == words(other)) is same
