"""The door of tables: what its reader cannot take is refused in words, and nobody goes down with it."""

from __future__ import annotations

from typing import Any

import pytest

from catalog import reading, sheets
from catalog.complaint_file import import_file
from catalog.file_kinds import FileRefused
from catalog.headers import ListKind
from catalog.lists import read_list
from isolation.process import Limits
from settings import settings
from tests.catalog.registries import sandbox
from tests.catalog.workbooks import workbook
from tests.isolation.readers import fall_over, hang, take_memory


def test_sheets_come_through_as_they_were_read() -> None:
    """Merged cells and all, and in pieces where there are many rows."""
    content = workbook([["甲", None, "乙"], ["一", "二", "三"]], ["A1:B1"])
    assert sheets.read_sheets(content) == reading.read_sheets(content)
    long = "\n".join(f"证明{number},法" for number in range(1201)).encode()
    assert sheets.read_sheets(long) == reading.read_sheets(long)


@pytest.mark.parametrize(
    ("reader", "limits"),
    [
        (fall_over, sheets.LIMITS),
        (take_memory, Limits(memory=2**26, seconds=20, patience=120)),
        (hang, Limits(memory=2**26, seconds=20, patience=1)),
    ],
)
def test_what_its_reader_cannot_take_is_refused(reader: Any, limits: Limits, monkeypatch: pytest.MonkeyPatch) -> None:
    content = workbook([["证明名称"], ["户籍证明"]])
    with monkeypatch.context() as bad:
        bad.setattr(sheets, "_items", reader)
        bad.setattr(sheets, "LIMITS", limits)
        for read in (
            lambda: sheets.read_sheets(content),
            lambda: read_list(content, ListKind.PROOFS, sandbox()),
            lambda: import_file(content, 15, person="x", unit="y", now=settings().now()),
        ):
            with pytest.raises(FileRefused) as caught:
                read()
            assert caught.value.code == "unreadable" and "新建工作簿" in caught.value.remedy
    assert sheets.read_sheets(content)


def test_a_file_that_is_too_large_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "read", None)
    with pytest.raises(FileRefused) as caught:
        sheets.read_sheets(b"a" * (reading.MOST_BYTES + 1))
    assert caught.value.code == "too_large"
