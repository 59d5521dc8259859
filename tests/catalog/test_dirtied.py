"""A clean list, dirtied in the ways of offices: what is taken from it is what the clean list says, and no row is lost in silence."""

from __future__ import annotations

import csv
import io
import os
from random import Random

import pytest
from openpyxl.utils import get_column_letter

from catalog.list_kinds import ListKind
from catalog.lists import read_list
from domain.list_rows import ProofFact, Verdict
from tests.catalog.clean_lists import Row, clean_list
from tests.catalog.dirt import Dirt
from tests.catalog.doubts_over import over, title_of
from tests.catalog.markup import docx, html, xml_2003
from tests.catalog.office_words import KEPT, MATTERS
from tests.catalog.registries import sandbox
from tests.catalog.typed import Sheet
from tests.catalog.workbooks import workbook

SEEDS = int(os.environ.get("PROOFLESS_DIRTY_SEEDS", "40"))
UNIT_CODES = {matter: sandbox().matter_units[matter] for matter in MATTERS}
MARKUP = {"docx": docx, "html": html, "xml": xml_2003}
PLAIN = ("utf-8", "utf-8-sig", "gb18030")  #: encodings of a CSV


def written(sheet: Sheet, form: str, name: str) -> bytes:
    if form in PLAIN:
        out = io.StringIO()
        csv.writer(out).writerows([cell if cell is not None else "" for cell in line] for line in sheet.lines)
        return out.getvalue().encode(form)
    if form in MARKUP:
        further = {} if form == "xml" else {"breaks": sheet.breaks}
        return MARKUP[form](sheet.lines, sheet.merged, **further)
    ranges = (
        f"{get_column_letter(left + 1)}{top + 1}:{get_column_letter(left + columns)}{top + rows}"
        for top, left, rows, columns in sheet.merged
    )
    return workbook(sheet.lines, ranges, name)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_what_is_taken_from_a_dirtied_list_is_what_the_clean_one_says(seed: int) -> None:
    draw = Random(seed)
    form = draw.choice(("xlsx", "xlsx", *PLAIN, *MARKUP))
    rows, dirt = clean_list(draw), Dirt(draw, plain=form in PLAIN)
    cancelled = dirt.standing == "sheet" and draw.random() < 0.5
    if dirt.standing == "sheet":
        rows = [Row(row.matter, row.proof, row.issuer, row.methods, row.days, row.basis, cancelled) for row in rows]
    title = title_of(draw, dirt.standing, cancelled=cancelled)
    may_title = dirt.standing not in ("sheet", "tables")
    title, name = over(draw, title, rows, dirt.unclear, has_sheet=form == "xlsx" and dirt.standing != "tables", may_title=may_title)
    sheet = dirt.table(rows, title, titled=title != KEPT[0])
    (result,) = read_list(written(sheet, form, name), ListKind.PROOFS, sandbox())
    expected = {(row.matter, row.proof): row for row in rows}
    for fact in [each for found in result.rows if isinstance(found.fact, ProofFact) for each in found.fact.each()]:
        assert fact.matter is not None and (fact.matter, fact.proof) not in dirt.unclear
        row = expected.pop((fact.matter, fact.proof))
        assert fact.cancelled is row.cancelled
        if not row.cancelled:
            said = (fact.issuing_unit, fact.methods, fact.validity_days, fact.basis, fact.unit)
            wanted = (row.issuer, row.methods, row.days, row.basis, UNIT_CODES[row.matter])
            for column, value, right in zip(("issuer", "methods", "validity_days", "basis", "unit"), said, wanted, strict=True):
                assert value == (right if column in dirt.columns else None), column
    back = [(row.line, row.cells, row.faults, row.questions) for row in result.rows if row.verdict is not Verdict.ACCEPTED]
    assert expected.keys() == dirt.unclear, f"{form}: {len(expected)} of {len(rows)} rows not taken"
    assert len(back) == len(dirt.unclear) + dirt.headers_back, (
        "each of them is told what is wrong with it, and nothing else is taken for a row"
    )
