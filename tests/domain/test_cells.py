"""Text in a cell is text: nothing that a spreadsheet would compute, here or after it was saved as CSV."""

from __future__ import annotations

import pytest

from domain.cells import safe


@pytest.mark.parametrize(
    "evil",
    [
        "=1+1",
        "+1",
        "-2",
        "@SUM(1)",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff20A",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "\u00a0=1",
        "\u3000=1",
        "\ufeff=1",
    ],
)
def test_what_would_be_computed_is_marked_as_text(evil: str) -> None:
    assert safe(evil) == f"'{evil}"


def test_other_text_stays_and_what_no_file_can_hold_goes() -> None:
    assert [safe(text) for text in ("户籍证明", "", "a=b", "1-2", "\x00=1", "甲\x0b乙")] == ["户籍证明", "", "a=b", "1-2", "'=1", "甲乙"]
    assert len(safe("甲" * 40_000)) == 32_000
