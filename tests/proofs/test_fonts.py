from __future__ import annotations

import pytest

from proofs.fonts import code_points, missing_glyphs


def test_rare_characters_of_names_print():
    assert missing_glyphs("㼆𬭎䶮𠅤𫖯·演示甲，（）“”") == set()


@pytest.mark.parametrize(
    "char",
    [
        pytest.param("\U00030000", id="extension G, in neither font"),
        pytest.param("\ue000", id="private use"),
        pytest.param("\u202e", id="turns the reading direction"),
        pytest.param("\u200b", id="invisible"),
        pytest.param("\u00ad", id="invisible, and in both fonts"),
        pytest.param("\t", id="control"),
        pytest.param("\U000e0100", id="variation selector"),
    ],
)
def test_what_cannot_be_printed_is_named(char):
    assert missing_glyphs(f"演示{char}") == {char}


def test_a_line_break_is_no_glyph():
    assert missing_glyphs("一\n二") == set()


def test_code_points_are_sorted_and_padded():
    assert code_points({"\t", "\U00030000", "㼆"}) == ("U+0009", "U+3F06", "U+30000")
