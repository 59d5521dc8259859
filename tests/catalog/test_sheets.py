"""The door of tables: what its reader cannot take is refused in words, and nobody goes down with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog import complaint_table, lists, reading, sheets
from catalog.complaint_file import import_file
from catalog.file_kinds import FileRefused
from catalog.list_kinds import ListKind
from catalog.lists import read_list
from isolation.process import Limits
from settings import settings
from tests.catalog.registries import sandbox
from tests.catalog.workbooks import workbook
from tests.isolation.readers import fall_over, hang, take_memory


@pytest.fixture(scope="module", autouse=True)
def _read_here() -> None:
    """Not here: in a process of its own, as the house reads."""


def test_sheets_come_through_as_they_were_read() -> None:
    """Merged cells and all, and in pieces where there are many rows."""
    content = workbook([["甲", None, "乙"], ["一", "二", "三"]], ["A1:B1"])
    assert sheets.read_sheets(content) == reading.read_sheets(content)
    long = "\n".join(f"证明{number},法" for number in range(1201)).encode()
    assert sheets.read_sheets(long) == reading.read_sheets(long)


@pytest.mark.parametrize(
    ("reader", "limits"),
    [
        (fall_over, sheets.TABLES),
        (take_memory, Limits(memory=2**26, seconds=20, patience=120)),
        (hang, Limits(memory=2**26, seconds=20, patience=1)),
    ],
)
def test_what_its_reader_cannot_take_is_refused(reader: Any, limits: Limits, monkeypatch: pytest.MonkeyPatch) -> None:
    content = workbook([["证明名称"], ["户籍证明"]])
    with monkeypatch.context() as bad:
        bad.setattr(sheets, "_apart", reader)
        for module, kind in ((lists, "LISTS"), (complaint_table, "TABLES")):
            bad.setattr(module, kind, limits)
        for read in (
            lambda: sheets.read_sheets(content, limits),
            lambda: read_list(content, ListKind.PROOFS, sandbox()),
            lambda: import_file(content, 15, person="x", unit="y", now=settings().now()),
        ):
            with pytest.raises(FileRefused) as caught:
                read()
            assert caught.value.fault == "unreadable" and "新建工作簿" in caught.value.remedy
    assert sheets.read_sheets(content)


def test_a_file_that_is_too_large_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "read", None)
    with pytest.raises(FileRefused) as caught:
        sheets.read_sheets(b"a" * (reading.MOST_BYTES + 1))
    assert caught.value.fault == "too_large"


def test_of_a_complaints_workbook_its_own_columns_come_out_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other sheets, other columns, and what is longer than a cell may be stay in the process that read them."""
    head = ["渠道", "收到时间", "内容", "评价来源", "附注"]
    row = ["信函", "2026-03-04", "内" * 5001, "x" * 900, "别处" * 16_000]
    content = workbook([head, row, ["", "", "", "", "合计"], row])
    table = complaint_table.read_table(content)
    assert [line for line, _, _ in table.rows] == [2, 4] and table.heads["text"] == "内容"
    (_, cells, faults) = table.rows[0]
    assert (len(cells["text"]), len(cells["rating_source"]), faults) == (5001, 101, {}) and cells.keys() == table.heads.keys()
    monkeypatch.setattr(complaint_table, "TABLES", replace(sheets.TABLES, output=40_000))
    assert complaint_table.read_table(content), "four columns of two rows are no more"
    with pytest.raises(FileRefused) as caught:
        sheets.read_sheets(content, complaint_table.TABLES)
    assert caught.value.fault == "unreadable", "the whole sheet is more than may come back"


def test_a_table_of_complaints_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    content = ("渠道,收到时间,内容\n" + "信函,2026-03-04,内容\n" * (complaint_table.MOST_ROWS + 1)).encode()
    with pytest.raises(FileRefused) as caught:
        complaint_table.read_table(content)
    assert caught.value.fault == "too_large" and "拆成" in caught.value.remedy
    shorter = complaint_table.read_table(content[: content.rindex("信".encode())])
    assert len(shorter.rows) == complaint_table.MOST_ROWS and shorter.rows[-1][0] == complaint_table.MOST_ROWS + 1
