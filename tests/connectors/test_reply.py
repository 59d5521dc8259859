from __future__ import annotations

from typing import Any

import pytest

from connectors.reply import pick, same_name, text_at

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


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("演示甲", "演示甲", True),
        ("演示 甲", "演示\u3000甲", True),
        ("阿依·古丽", "阿依•古丽", True),
        ("e\u0301", "é", True),
        ("演示甲", "演示乙", False),
        ("演示㼆", "演示弯", False),
        ("演示A", "演示a", False),
        ("演示A", "演示\uff21", False),  # NFC, not NFKC: full width is another spelling
        ("阿依·古丽", "阿依古丽", False),
        ("演示甲", "演示甲子", False),
    ],
)
def test_names_are_compared_as_they_are_written(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same
