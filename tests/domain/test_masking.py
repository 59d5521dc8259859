"""A mask always hides something, and keeps the length that people recognise."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.masking import mask_name, mask_number, mask_value


@pytest.mark.parametrize(
    ("mask", "text", "shown"),
    [
        (mask_name, "", ""),
        (mask_name, "张", "*"),
        (mask_name, "张三", "张*"),
        (mask_name, "欧阳修远", "欧***"),
        (mask_name, "𠅤某", "𠅤*"),
        (mask_number, "370402189001011234", "370402**********34"),
        (mask_number, "QQQ370400810202", "QQQ370*******02"),
        (mask_number, "1234567890", "12******90"),
        (mask_number, "X12345678", "X1*****78"),
        (mask_number, "12345678", "12****78"),
        (mask_number, "1234567", "*******"),
        (mask_number, "", ""),
        (mask_value, "已婚", "**"),
        (mask_value, "枣庄市市中区某路1号", "枣庄市*******"),
        (mask_value, "", ""),
    ],
)
def test_masks(mask: Callable[[str], str], text: str, shown: str) -> None:
    """Obligation 15.4."""
    assert mask(text) == shown


@pytest.mark.parametrize("mask", [mask_name, mask_number, mask_value])
@given(text=st.text(alphabet=st.characters(exclude_characters="*"), min_size=1, max_size=40))
def test_a_mask_never_shows_everything(mask: Callable[[str], str], text: str) -> None:
    shown = mask(text)
    assert len(shown) == len(text)
    assert text not in shown
    assert all(there in (here, "*") for here, there in zip(text, shown, strict=True))
