"""Small lists in which one thing stands around the rows, and what is taken from them."""

from __future__ import annotations

from typing import Any

from catalog.list_kinds import ListKind
from catalog.lists import read_list
from domain.list_rows import ProofFact, RowResult
from tests.catalog.registries import sandbox
from tests.catalog.test_lists import codes
from tests.catalog.workbooks import workbook

HEADER = ("序号", "事项编码", "证明名称", "备注")
FIRST = (1, "DEMO-0002", "经济困难证明", "")
SECOND = (2, "DEMO-0001", "户籍证明", "")
UNCLEAR = {"standing_unclear"}


def said(row: RowResult) -> bool | set[str]:
    """Whether the row gives its proof up; its faults and questions where it is not taken."""
    return row.fact.cancelled if isinstance(row.fact, ProofFact) else codes(row)


def sheets(content: bytes, kind: ListKind = ListKind.PROOFS) -> list[list[bool | set[str]]]:
    return [[said(row) for row in result.rows] for result in read_list(content, kind, sandbox())]


def table(*lines: tuple[Any, ...], kind: ListKind = ListKind.PROOFS) -> list[bool | set[str]]:
    (found,) = sheets(workbook(lines), kind)
    return found


def page(*tables: tuple[str, list[tuple[Any, ...]]]) -> str:
    """A web page: before each table what stands over it."""
    body = ""
    for over, rows in tables:
        body += "".join(f"<p>{line}</p>" for line in over.split("|") if line)
        body += "<table>" + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows) + "</table>"
    return f"<html><body>{body}</body></html>"
