"""Every member that people read has a Chinese name of its own, and what holds persons' data does not print it."""

from __future__ import annotations

from enum import StrEnum

import pytest

from domain.lifecycle import State
from domain.limits import HandlingType
from domain.methods import Answer, Method, Result
from domain.scope import Exclusion
from domain.share import Finding, ShareOutcome, Subject


@pytest.mark.parametrize("kind", [HandlingType, State, Answer, Method, Result, Exclusion])
def test_every_member_has_its_own_chinese_name(kind: type[StrEnum]) -> None:
    names = [member.label for member in kind]  # type: ignore[attr-defined]
    assert len(set(names)) == len(names)
    assert all("一" <= character <= "鿿" or character == "、" for name in names for character in name)


def test_personal_data_do_not_print() -> None:
    subject = Subject("演示甲子", "citizen_id", "370402189001011234")
    finding = Finding("s", ShareOutcome.FOUND, "m", {"户主姓名": "演示甲子"}, raw="演示甲子".encode(), document=b"370402189001011234")
    for text in (repr(subject), str(subject), repr(finding), f"{finding}"):
        assert "演示" not in text and "370402" not in text and "\\x" not in text
