"""A list looked at before it counts (obligation 5.1): columns, first rows, what is unclear, what it would change; and nothing is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from catalog.list_kinds import ListKind
from catalog.preview import Preview, Previewed, preview
from domain.list_rows import Counts, DraftLine, Topic
from ledger.catalog import drafts, versions
from ledger.database import transaction
from tests.catalog.test_columns import HEADER as UNKNOWN
from tests.catalog.test_columns import say
from tests.catalog.test_lists import GOOD, HEADER
from tests.catalog.test_rebuild import JUSTICE, rebuilt, rows, send, source
from tests.catalog.workbooks import workbook
from tests.ledger.acting import do

pytestmark = pytest.mark.usefixtures("ledger")

ABOUT = Previewed("one", ListKind.PROOFS, JUSTICE, "one清单", complete=True)
OTHER = (2, "DEMO-0002", "户籍证明", "《法律援助法》", "光明路街道办事处", "部门核验", "", "", "住址")
VAGUE = (3, "DEMO-0002", "婚姻状况证明", "《法律援助法》", "乡镇人民政府", "部门核验", "", "", "状况")
BAD = (4, "DEMO-0002", "", *GOOD[3:])


def everything() -> dict[str, tuple[Any, ...]]:
    """Of each table of the ledger: how many rows there are, and how many were ever written."""
    with transaction() as session:
        session.execute(text("SELECT pg_stat_clear_snapshot()"))
        names = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")).all()
        return {name: tuple(session.execute(text(f'SELECT count(*), max(xmin::text::bigint) FROM "{name}"')).one()) for name in names}


def said(found: Preview) -> dict[DraftLine, int]:
    assert found.changes is not None
    return dict(found.changes)


def test_it_says_what_a_rebuild_then_does_and_leaves_nothing_behind() -> None:
    source("one", ListKind.PROOFS, JUSTICE, complete=True)
    before = everything()
    found = preview(ABOUT, rows(GOOD, OTHER))
    assert everything() == before
    assert found.counts == Counts(accepted=2) and found.refused is None and not found.waits and found.whole
    send("one", rows(GOOD, OTHER))
    draft = rebuilt()
    then = do(lambda session: {line: drafts.counts(session, draft.id)[line] for line in DraftLine})
    assert said(found) == then and then[DraftLine.ADD] == then[DraftLine.ALTER] == 1


def test_a_complete_list_says_what_it_would_take_away_and_an_unclear_one_takes_nothing() -> None:
    """Of the published entries of the unit it names one alone."""
    theirs = do(lambda session: [one for one in versions.in_order(session) if one.unit == JUSTICE])
    gone = len([one for one in theirs if one.proof != "P-HOUSEHOLD"])
    assert gone > 0
    assert said(preview(ABOUT, rows(OTHER)))[DraftLine.REMOVE] == gone
    assert said(preview(ABOUT, rows(OTHER, VAGUE)))[DraftLine.REMOVE] == 0
    assert said(preview(replace(ABOUT, complete=False), rows(OTHER)))[DraftLine.REMOVE] == 0


def test_it_says_what_is_unclear_by_kind_and_shows_ten_rows() -> None:
    many = [(number, *OTHER[1:]) for number in range(5, 20)]
    found = preview(ABOUT, rows(GOOD, VAGUE, BAD, *many))
    assert (found.counts.asked, found.counts.refused) == (1, 15)
    issuer = found.questions[Topic.ISSUER]
    assert (issuer.what, len(issuer.subjects), issuer.rows) == ("出具单位", 1, 1) and "乡镇人民政府" in issuer.examples[0]
    assert found.faults["duplicate"].rows == 14 and found.faults["proof_empty"].examples[0].startswith("第 4 行")
    (sheet,) = found.sheets
    assert [row.line for row in sheet.rows] == list(range(2, 12))
    assert sheet.rows[0].cells[2] == GOOD[2] and sheet.rows[1].questions


def test_columns_are_shown_as_they_are_understood_and_the_unknown_one_with_what_it_may_be() -> None:
    book = workbook([(*UNKNOWN, "联系电话"), ("经济困难证明", "DEMO-0002", "光明路街道办事处", "部门核验", "《法》", "0632-1")])
    found = preview(ABOUT, book)
    (sheet,) = found.sheets
    assert [(one.name, one.field) for one in sheet.columns] == [
        ("证明名称", "proof"),
        ("事项编码", "matter_code"),
        ("证明出具部门", "issuer"),
        ("核实方式", None),
        ("设定依据", "basis"),
        ("联系电话", None),
    ]
    asked = sheet.columns[3]
    assert asked.asked and asked.candidates[0].code == "methods" and not sheet.columns[5].asked
    assert found.waits and found.changes is None and found.unchanged and sheet.rows[0].cells[3] == "部门核验"
    assert found.questions[Topic.COLUMN].rows == 1
    say("核实方式", "methods")
    read = preview(ABOUT, book)
    column = read.sheets[0].columns[3]
    assert (column.field, column.said, read.waits, read.counts.accepted) == ("methods", True, False, 1)


def test_a_file_without_a_header_shows_what_there_is_to_say() -> None:
    found = preview(
        ABOUT, workbook([("甲乙", "丙丁", "戊己"), ("经济困难证明", "DEMO-0002", "《法》"), ("户籍证明", "DEMO-0002", "《法》")])
    )
    assert found.refused is not None and found.refused.code == "no_header"
    (sheet,) = found.sheets
    assert [one.name for one in sheet.columns] == ["甲乙", "丙丁", "戊己"] and sheet.rows[0].cells[0] == "经济困难证明"
    for name, field in (("甲乙", "proof"), ("丙丁", "matter_code")):
        say(name, field)
    assert preview(ABOUT, workbook([("甲乙", "丙丁", "戊己"), ("经济困难证明", "DEMO-0002", "《法》")])).counts == Counts(accepted=1)


def test_lists_that_change_no_entry_by_themselves_say_so() -> None:
    book = workbook([("序号", "不应出具的证明"), (1, "亲属关系证明")])
    found = preview(Previewed("n", ListKind.NEGATIVE_COMMUNITY, None, "n"), book)
    assert found.counts.accepted == 1 and found.changes is None and found.unchanged.endswith("采用的行在重建时登记。")
    book = workbook([("事项编码", "事项名称", "部门"), ("DEMO-0001", "公租房资格确认", "市中区行政审批服务局")])
    found = preview(Previewed("m", ListKind.MATTERS, None, "m"), book)
    assert found.changes is None and "名称与登记不同的先待确认" in found.unchanged


def test_of_too_many_rows_it_says_what_the_first_ones_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.preview.MOST", 2)
    found = preview(ABOUT, workbook([HEADER, *((n, *OTHER[1:7], str(n), "住址") for n in range(5))]))
    assert not found.whole and found.changes is None and sum((found.counts.accepted, found.counts.asked, found.counts.refused)) == 2
    assert "2 行" in found.unchanged
