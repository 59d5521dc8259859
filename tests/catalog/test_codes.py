"""部门编码 of the real list: nine formats of eighteen codes, each told for what it is."""

from __future__ import annotations

import csv
from collections import Counter

import pytest
from stdnum.cn import uscc

from catalog.codes import CodeKind, read_code
from tests.catalog.registries import LISTS


def test_the_codes_of_the_real_list() -> None:
    with (LISTS / "matters_guangan_part.csv").open(encoding="utf-8-sig") as file:
        codes = {row["deptCode"] for row in csv.DictReader(file)}
    kinds = Counter(read_code(code).kind for code in codes)
    assert kinds == {CodeKind.USCC: 5, CodeKind.ORGANISATION: 8, CodeKind.SURROGATE: 4, CodeKind.SHORT: 1}


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("682364679", CodeKind.ORGANISATION, "682364679"),
        ("68236467-9", CodeKind.ORGANISATION, "682364679"),
        (" 00877844x", CodeKind.ORGANISATION, "00877844X"),
        ("68236467-8", CodeKind.ORGANISATION_WRONG, "682364678"),
        ("11511301008778183N", CodeKind.USCC, "11511301008778183N"),
        ("11511301008778183M", CodeKind.USCC_WRONG, "11511301008778183M"),
        ("4148481895459659776", CodeKind.SURROGATE, "4148481895459659776"),
        ("11736", CodeKind.SHORT, "11736"),
        ("1.15113010087e+17", CodeKind.ROUNDED, "1.15113010087E+17"),
        ("未分类", CodeKind.NONE, ""),
        ("区民政局", CodeKind.OTHER, "区民政局"),
    ],
)
def test_each_format(text: str, kind: CodeKind, value: str) -> None:
    found = read_code(text)
    assert (found.kind, found.value) == (kind, value)
    assert bool(found.fault) == (kind not in (CodeKind.USCC, CodeKind.ORGANISATION, CodeKind.NONE))


def test_an_organisation_code_is_the_one_inside_the_credit_code() -> None:
    """Independent reference: the public list gives both for the same department."""
    inside = "115113010833722043"
    assert uscc.is_valid(inside)
    assert read_code(inside).organisation == read_code("083372204").organisation == "083372204"
