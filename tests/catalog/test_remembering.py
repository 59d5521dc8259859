"""What was read once is not read again, and what is remembered stays small."""

from __future__ import annotations

import pytest

from catalog import remembering
from catalog.amounts import NotUnderstood
from catalog.remembering import remembered


def test_a_text_is_read_once_however_many_rows_hold_it() -> None:
    read: list[str] = []
    meaning = remembered(lambda text: read.append(text) or text.upper())
    assert [meaning("a"), meaning("b"), meaning("a")] == ["A", "B", "A"]
    assert read == ["a", "b"]


def test_what_is_not_understood_is_said_each_time() -> None:
    def refuse(text: str) -> int:
        raise NotUnderstood(text)

    meaning = remembered(refuse)
    for _ in range(2):
        with pytest.raises(NotUnderstood, match="两天"):
            meaning("两天")


def test_neither_long_texts_nor_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "_TEXTS", 3)
    known = remembering._Known(str.upper)
    assert known["a" * 1000] == "A" * 1000 and not known
    assert [known[text] for text in "abcdabcd"] == list("ABCDABCD")
    assert len(known) <= 3
