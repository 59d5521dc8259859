from __future__ import annotations

from typing import Any

import pytest

from connectors.reply import pick, text_at

ROW = {
    "a": {"b": " 1 ", "n": 7, "t": True, "l": [1]},
    "surface": [{"name": "户主", "value": "甲"}, "odd", {"name": "户号", "value": 3}, {"name": "户主", "value": "乙"}],
}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.b", "1"),
        ("a.n", "7"),
        ("a.t", ""),  # neither a truth value
        ("a.l", ""),  # nor a list is a text
        ("a", ""),
        ("a.b.c", ""),
        ("x.y", ""),
        ("surface[name=户主].value", "甲"),
        ("surface[name=户号].value", "3"),
        ("surface[name=没有].value", ""),
        ("a[name=户主].value", ""),
        (None, ""),
    ],
)
def test_text_at_a_path(path: str | None, text: str) -> None:
    assert text_at(ROW, path) == text


@pytest.mark.parametrize("value", [None, [], "text", 1, {"a": None}])
def test_nothing_is_found_in_what_is_no_such_table(value: Any) -> None:
    assert pick(value, "a.b") is None
