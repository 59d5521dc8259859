"""一份清单: from the bytes of a file to a result for each of its rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from catalog.cell_facts import Fault as CellFault
from catalog.file_kinds import FileRefused
from catalog.headers import SYNONYMS, Header, ListKind, find_header
from catalog.matter_rows import read_matter
from catalog.proof_rows import read_negative, read_proof
from catalog.reading import Sheet
from catalog.registry import Registry
from catalog.sheets import LISTS, read_sheets
from catalog.verdicts import RowNotes
from domain.clear_text import named_by_number
from domain.list_rows import Fact, Fault, MatterFact, RowResult, SheetFound, Verdict

_READERS: Mapping[ListKind, Callable[[Mapping[str, str], RowNotes, Registry], Fact | None]] = {
    ListKind.MATTERS: read_matter,
    ListKind.PROOFS: read_proof,
    ListKind.COMMITMENTS: read_proof,
    ListKind.NEGATIVE_COMMUNITY: read_negative,
    ListKind.NEGATIVE_POLICE: read_negative,
}

#: How a row begins that speaks of the table, not of a matter or a proof.
_ASIDE = re.compile(
    "(合计|总计|小计|共计)(?=$|[:\uff1a\\d(\uff08])|(注|备注|说明|填表说明|填报说明|填表人|填报人|制表人|审核人|负责人|单位负责人|联系人|联系电话|填报单位|填报日期|填表日期)[:\uff1a]"
)


_SAYS_NOTHING = ("sequence", "remark")  #: columns from which nothing is taken


@dataclass(frozen=True, slots=True)
class ListResult:
    """One sheet of a list, read, with a result for each row."""

    sheet: SheetFound
    rows: tuple[RowResult, ...] = ()

    def count(self, verdict: Verdict) -> int:
        return sum(row.verdict is verdict for row in self.rows)


def read_list(content: bytes, kind: ListKind, registry: Registry) -> list[ListResult]:
    """Read a whole file. A table without the header of this kind is named where another sheet has it, words (填表说明)
    are passed over.

    Raises FileRefused. A row that cannot be used never stops the others.
    """
    results, refused = [], None
    for sheet in read_sheets(content, LISTS):
        try:
            results.append(_read_sheet(sheet, kind, registry))
        except FileRefused as fault:
            refused = fault
            if sum(sum(map(bool, row)) > 2 for row in sheet.rows) > 1:
                results.append(ListResult(SheetFound(sheet.name, (), refused=fault.text + fault.remedy)))
    if refused is not None and all(result.sheet.refused for result in results):
        raise refused
    if kind is ListKind.MATTERS:
        results = _one_matter_for_each_code(results)
    if not any(result.rows for result in results):
        raise FileRefused("no_rows", "表头下面没有数据。", "请核对是否选错了文件或工作表。")
    return results


def _one_matter_for_each_code(results: list[ListResult]) -> list[ListResult]:
    """Rows that give one code to different matters go back, all of them: nobody knows which one is right."""
    said: dict[str, list[tuple[int, MatterFact]]] = {}
    for result in results:
        for row in result.rows:
            if isinstance(row.fact, MatterFact):
                said.setdefault(row.fact.code, []).append((row.line, row.fact))
    twice = {code: found for code, found in said.items() if any(fact != found[0][1] for _, fact in found)}

    def sent_back(row: RowResult) -> RowResult:
        if not isinstance(row.fact, MatterFact) or (code := row.fact.code) not in twice:
            return row
        lines = "、".join(str(line) for line, _ in twice[code][:5])
        text = f"事项编码 {code} 在第 {lines} 行写的不是同一内容。"
        fault = Fault("code_twice", SYNONYMS["matter_code"][0], text, "请核对:一个编码只能是一个事项。")
        return replace(row, faults=(*row.faults, fault), fact=None)

    return [replace(result, rows=tuple(map(sent_back, result.rows))) for result in results] if twice else results


def _read_sheet(sheet: Sheet, kind: ListKind, registry: Registry) -> ListResult:
    header = find_header(sheet, kind)
    if {"原表行号", "怎么办"} <= set(header.names):
        raise FileRefused("error_file", "这是退回的问题清单,只有有问题的行。", "请在原表中改正,报送改好的整份清单。")
    columns = {field: header.names[column] for column, field in header.columns.items()}
    seen: dict[tuple[str, ...], int] = {}
    rows = [_read_row(line, cells, header, columns, kind, registry, seen, sheet.faults) for line, cells in _data(sheet, header)]
    missing = tuple(SYNONYMS[field][0] for field in kind.expected if field not in columns)
    return ListResult(SheetFound(sheet.name, header.names, header.unused, missing), tuple(rows))


def _data(sheet: Sheet, header: Header) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows below the header that say anything: not empty ones, not a header that stands again on each page, not a
    heading that spans the table, not a total or a note under it."""
    widest = max(header.columns) + 1
    for index in range(header.first, len(sheet.rows)):
        row = sheet.rows[index]
        texts = {row[column] for column in header.columns if column < len(row)} - {""}
        if not texts or row == sheet.rows[header.first - 1]:
            continue
        if len(texts) == 1 and any(at == index and width >= widest / 2 for (at, _), width in sheet.spans.items()):
            continue
        if _ASIDE.match(re.sub(r"\s", "", next(filter(None, row)))):
            continue
        yield index + 1, row


def _without_persons(row: tuple[str, ...]) -> tuple[tuple[str, ...], dict[int, str]]:
    """The row as it may be kept in clear, and in which columns somebody's number stood."""
    persons = {column: what for column, text in enumerate(row) if (what := named_by_number(text))}
    return tuple("(已略去)" if column in persons else text for column, text in enumerate(row)), persons


def _read_row(
    line: int,
    row: tuple[str, ...],
    header: Header,
    columns: Mapping[str, str],
    kind: ListKind,
    registry: Registry,
    seen: dict[tuple[str, ...], int],
    faults: Mapping[tuple[int, int], CellFault],
) -> RowResult:
    cells = {field: row[column] if column < len(row) else "" for column, field in header.columns.items()}
    kept, persons = _without_persons(row)
    notes = RowNotes(line, kept, columns)
    for column, what in persons.items():
        if field := header.columns.get(column):
            notes.fault("names_somebody", field, f"该格含有{what}。", "清单是公开的,请删去后再报送。")
    for column, field in header.columns.items():
        if (fault := faults.get((line - 1, column))) is not None and field not in _SAYS_NOTHING:
            notes.fault(fault.code, field, fault.text, fault.remedy)
    if notes.faulty:
        return notes.result(None)  # what its other cells say would rest on one that nobody can read
    same = tuple(text for field, text in cells.items() if field != "sequence")
    if (first := seen.setdefault(same, line)) != line:
        notes.fault("duplicate", "sequence", f"与第 {first} 行完全相同。", "请删去重复的行。")
        return notes.result(None)
    return notes.result(_READERS[kind](cells, notes, registry))
