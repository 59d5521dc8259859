"""一份清单: from the bytes of a file to a result for each of its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.headers import SYNONYMS, Header, ListKind, find_header
from catalog.matter_rows import read_matter
from catalog.proof_rows import read_negative, read_proof
from catalog.reading import FileRefused, Sheet, read_sheets
from catalog.registry import Registry
from catalog.verdicts import RowNotes, RowResult, Verdict

_READERS: Mapping[ListKind, Callable[[Mapping[str, str], RowNotes, Registry], Mapping[str, Any] | None]] = {
    ListKind.MATTERS: read_matter,
    ListKind.PROOFS: read_proof,
    ListKind.COMMITMENTS: read_proof,
    ListKind.NEGATIVE_COMMUNITY: read_negative,
    ListKind.NEGATIVE_POLICE: read_negative,
}


@dataclass(frozen=True)
class ListResult:
    """One sheet of a list, read: its header as written, a result for each row, the columns that nobody knew, and those
    that a list of this kind should have and this one lacks."""

    sheet: str
    header: tuple[str, ...]
    unused: tuple[str, ...]
    missing: tuple[str, ...]
    rows: tuple[RowResult, ...]

    def count(self, verdict: Verdict) -> int:
        return sum(row.verdict is verdict for row in self.rows)


def read_list(content: bytes, kind: ListKind, registry: Registry) -> list[ListResult]:
    """Read a whole file. A sheet without the header of this kind is passed over where another sheet has it.

    Raises FileRefused. A row that cannot be used never stops the others.
    """
    results, refused = [], None
    for sheet in read_sheets(content):
        try:
            results.append(_read_sheet(sheet, kind, registry))
        except FileRefused as fault:
            refused = fault
    if not results and refused is not None:
        raise refused
    if not any(result.rows for result in results):
        raise FileRefused("no_rows", "表头下面没有数据。", "请核对是否选错了文件或工作表。")
    return results


def _read_sheet(sheet: Sheet, kind: ListKind, registry: Registry) -> ListResult:
    header = find_header(sheet, kind)
    columns = {field: header.names[column] for column, field in header.columns.items()}
    seen: dict[tuple[str, ...], int] = {}
    rows = [
        _read_row(line, cells, header, columns, kind, registry, seen)
        for line, cells in _data(sheet, header)
    ]  # fmt: skip
    missing = tuple(SYNONYMS[field][0] for field in kind.expected if field not in columns)
    return ListResult(sheet.name, header.names, header.unused, missing, tuple(rows))


def _data(sheet: Sheet, header: Header) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows below the header that say anything: not empty ones, not a header that stands again on each page, not a
    heading that spans the table."""
    widest = max(header.columns) + 1
    for index in range(header.first, len(sheet.rows)):
        row = sheet.rows[index]
        texts = {row[column] for column in header.columns if column < len(row)} - {""}
        if not texts or row == sheet.rows[header.first - 1]:
            continue
        if len(texts) == 1 and any(at == index and width >= widest / 2 for (at, _), width in sheet.spans.items()):
            continue
        yield index + 1, row


def _read_row(
    line: int, row: tuple[str, ...], header: Header, columns: Mapping[str, str], kind: ListKind, registry: Registry,
    seen: dict[tuple[str, ...], int],
) -> RowResult:  # fmt: skip
    cells = {field: row[column] if column < len(row) else "" for column, field in header.columns.items()}
    notes = RowNotes(line, row, columns)
    same = tuple(text for field, text in cells.items() if field != "sequence")
    if (first := seen.setdefault(same, line)) != line:
        notes.fault("duplicate", "sequence", f"与第 {first} 行完全相同。", "请删去重复的行。")
        return notes.result(None)
    return notes.result(_READERS[kind](cells, notes, registry))
