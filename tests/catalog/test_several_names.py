"""Several proofs in one cell (obligation 5.1): each is read where all are known, what is not known is asked, and no name is torn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.list_kinds import ListKind
from catalog.lists import read_list
from catalog.matching import Known, Names
from catalog.preview import preview
from catalog.registry import Registry
from domain.list_rows import DraftLine, ProofFact, RowResult, Topic
from ledger.catalog import drafts, intake
from tests.catalog.registries import sandbox
from tests.catalog.test_lists import codes
from tests.catalog.test_preview import ABOUT, said
from tests.catalog.test_rebuild import JUSTICE, changed, rebuilt, rows, send, source
from tests.catalog.workbooks import workbook
from tests.ledger.acting import do

HEADER = ("事项编码", "证明名称", "设定依据")


def one(cell: str, registry: Registry | None = None) -> RowResult:
    (result,) = read_list(workbook([HEADER, ("DEMO-0002", cell, "《法律援助法》")]), ListKind.PROOFS, registry or sandbox())
    (row,) = result.rows
    return row


def proofs(cell: str, registry: Registry | None = None) -> list[str] | set[str]:
    row = one(cell, registry)
    return [fact.proof for fact in row.fact.each()] if isinstance(row.fact, ProofFact) else codes(row)


@pytest.mark.parametrize(
    "cell",
    [
        "经济困难证明、婚姻状况证明",
        "经济困难证明;婚姻状况证明。",
        "经济困难证明\n婚姻状况证明",
        "1.经济困难证明2.婚姻状况证明",
        "(1)经济困难证明\n(2)婚姻状况证明;",
        "①经济困难证明 ②婚姻状况证明",
        "经济困难\n证明,婚姻状况证明",
        "经济困难证明和婚姻状况证明",
        "经济困难证明、经济困难证明及婚姻状况证明",
    ],
)
def test_known_names_are_read_each(cell: str) -> None:
    assert proofs(cell) == ["P-HARDSHIP", "P-MARRIAGE"]


def test_a_registered_name_that_holds_a_mark_is_not_torn() -> None:
    """残疾人证、残疾证明 is one proof; beside others it stays one, and where it may be one or two, nothing is taken."""
    both = Known("P-BOTH", "残疾人证、残疾证明")
    known = replace(sandbox(), proofs=Names([*sandbox().proofs.known, both]))
    assert proofs("残疾人证、残疾证明", known) == ["P-BOTH"]
    assert proofs("残疾人证、残疾证明、户籍证明", known) == ["P-BOTH", "P-HOUSEHOLD"]
    torn = replace(known, proofs=Names([*known.proofs.known, Known("P-CARD", "残疾人证"), Known("P-PAPER", "残疾证明")]))
    assert proofs("残疾人证、残疾证明", torn) == ["P-BOTH"], "as a whole it is a name"
    assert proofs("残疾人证、残疾证明、户籍证明", torn) == {"several_proofs"}


def test_what_nobody_knows_beside_what_is_known_is_asked_once_and_then_read() -> None:
    row = one("经济困难证明、单身承诺")
    (question,) = row.questions
    assert (question.topic, question.subject) == (Topic.PROOF, "单身承诺") and row.fact is None
    answered = replace(sandbox(), answers={(Topic.PROOF, "单身承诺"): "P-MARRIAGE"})
    assert proofs("经济困难证明、单身承诺", answered) == ["P-HARDSHIP", "P-MARRIAGE"]
    none = replace(sandbox(), answers={(Topic.PROOF, "单身承诺"): ""})
    assert proofs("经济困难证明、单身承诺", none) == {"proof_none"}


@pytest.mark.parametrize("cell", ["收入情况\n说明", "收入说明、单身承诺", "户籍证明、收入说明(村、居委会)", "户籍证明与收入说明"])
def test_where_no_mark_says_where_a_name_ends_the_whole_is_asked(cell: str) -> None:
    (question,) = one(cell).questions
    assert question.subject.startswith(("收入", "户籍"))


def test_with_a_code_beside_it_the_cell_is_one_name() -> None:
    book = workbook([(*HEADER, "证明编码"), ("DEMO-0002", "经济困难证明、婚姻状况证明", "《法》", "P-HARDSHIP")])
    (result,) = read_list(book, ListKind.PROOFS, sandbox())
    assert codes(result.rows[0]) == {"ask proof"}


@pytest.mark.usefixtures("ledger")
def test_the_draft_says_it_of_each_and_so_does_the_preview() -> None:
    source("one", ListKind.PROOFS, JUSTICE, complete=True)
    row = (1, "DEMO-0002", "居住情况证明、户籍证明", "《法律援助法》", "光明路街道办事处", "部门核验", "", "", "住址")
    shown = said(preview(ABOUT, rows(row)))
    send("one", rows(row))
    draft = rebuilt()
    assert do(lambda session: {line: drafts.counts(session, draft.id)[line] for line in DraftLine}) == shown
    assert {one.key for one in changed(draft) if one.after is not None} == {("DEMO-0002", "P-RESIDENCE"), ("DEMO-0002", "P-HOUSEHOLD")}
    reading = do(intake.newest_reading, "one")
    assert reading is not None
    for proof in ("P-RESIDENCE", "P-HOUSEHOLD"):
        assert do(intake.places_of, reading.id, f"DEMO-0002|{proof}") == [(1, 2)]
