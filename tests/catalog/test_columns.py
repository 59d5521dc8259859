"""A column that nobody listed is asked, and what a person says of it holds for that sender's lists of that kind (obligation 5.1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog.cleaning import key
from catalog.columns import subject
from catalog.file_kinds import FileRefused
from catalog.list_kinds import ListKind
from catalog.lists import read_list
from catalog.registry import Registry
from domain.list_rows import Candidate, ProofFact, Topic, Verdict
from domain.methods import Method
from ledger.catalog import columns, questions
from ledger.catalog.questions import AnswerRefused
from ledger.tables.catalog import CatalogQuestion
from ledger.tables.traces import Trace
from tests.catalog.registries import sandbox
from tests.catalog.test_rebuild import JUSTICE, changes, rebuilt, send, source
from tests.catalog.workbooks import workbook
from tests.ledger.acting import all_of, do
from tests.ledger.filing import NOW

HEADER = ("证明名称", "事项编码", "证明出具部门", "核实方式", "设定依据")
ROW = ("经济困难证明", "DEMO-0002", "光明路街道办事处", "部门核验", "《法律援助法》")


def said(kind: ListKind = ListKind.PROOFS, **meanings: str) -> Registry:
    return replace(sandbox(), answers={(Topic.COLUMN, key(subject(kind.label, name))): field for name, field in meanings.items()})


def test_a_list_waits_for_the_word_on_a_column_that_is_like_a_known_one() -> None:
    """Read without it, its entries would be drafted without methods."""
    (result,) = read_list(workbook([HEADER, ROW]), ListKind.PROOFS, sandbox())
    (question,) = result.sheet.questions
    assert (question.topic, question.subject) == (Topic.COLUMN, "证明事项清单:核实方式")
    assert question.candidates[0] == Candidate("methods", "核验方式", 0.64)
    assert result.rows == () and "“核实方式”像是“核验方式”" in result.sheet.refused


@pytest.mark.parametrize(("field", "methods"), [("methods", (Method.ISSUER,)), ("", None)])
def test_what_a_person_said_of_it_is_how_it_is_read(field: str, methods: tuple[Method, ...] | None) -> None:
    (result,) = read_list(workbook([HEADER, ROW]), ListKind.PROOFS, said(核实方式=field))
    (row,) = result.rows
    assert row.verdict is Verdict.ACCEPTED and isinstance(row.fact, ProofFact) and row.fact.methods == methods
    assert result.sheet.unused == (() if field else ("核实方式",)) and result.sheet.questions == ()


def test_what_a_person_said_comes_before_what_a_name_means_elsewhere() -> None:
    header = ("证明名称", "事项编码", "单位")
    (result,) = read_list(workbook([header, ("经济困难证明", "DEMO-0002", "光明路街道办事处")]), ListKind.PROOFS, said(单位="issuer"))
    fact = result.rows[0].fact
    assert isinstance(fact, ProofFact) and (fact.unit, fact.issuing_unit) == (None, "370402-GUANGMING")


def test_what_is_not_used_is_left_out_under_a_merged_title_too() -> None:
    """The title stands in every cell that it is merged over, as the upper row of a header in two rows would."""
    title = ["某局证明事项清单"] * len(HEADER)
    known = ("证明名称", "事项编码", "证明出具部门", "核验方式", "设定依据")
    (result,) = read_list(workbook([title, known, ROW], ["A1:E1"]), ListKind.PROOFS, said(核验方式=""))
    fact = result.rows[0].fact
    assert isinstance(fact, ProofFact) and fact.methods is None and result.sheet.unused == ("核验方式",)


def test_a_list_of_another_kind_is_asked_for_itself() -> None:
    (result,) = read_list(workbook([HEADER, ROW]), ListKind.PROOFS, said(ListKind.CANCELLATIONS, 核实方式="methods"))
    assert result.sheet.questions


def test_a_column_that_must_be_there_is_asked_where_one_is_like_it_and_lacking_where_none_is() -> None:
    (result,) = read_list(workbook([("材料称谓", "事项编码", "设定依据"), (ROW[0], *ROW[1:3])]), ListKind.PROOFS, sandbox())
    assert [one.code for one in result.sheet.questions[0].candidates] == ["proof"]
    with pytest.raises(FileRefused, match="缺少必要的列"):
        read_list(workbook([("甲乙丙丁", "事项编码", "设定依据"), (ROW[0], *ROW[1:3])]), ListKind.PROOFS, sandbox())


def test_a_column_that_says_nothing_to_this_kind_is_not_asked() -> None:
    """法定办结时限 and 事项类别 are like columns of matters; a list of proofs has no use for either."""
    header = ("证明名称", "事项编码", "事项类别", "承诺办理期限", "联系电话")
    (result,) = read_list(workbook([header, (*ROW[:2], "行政许可", "5", "0632-1")]), ListKind.PROOFS, sandbox())
    assert result.sheet.questions == () and len(result.rows) == 1


def of_column(name: str) -> CatalogQuestion | None:
    return next((one for one in all_of(CatalogQuestion) if one.subject.endswith(f":{name}")), None)


def say(name: str, field: str, sender: str = JUSTICE) -> Any:
    return do(columns.say, sender, subject("证明事项清单", name), Candidate(field, field, 1.0), now=NOW, actor="person:demo-justice-1")


@pytest.mark.usefixtures("ledger")
def test_it_is_asked_once_answered_once_and_kept_for_that_sender() -> None:
    source("one", ListKind.PROOFS, JUSTICE, complete=True)
    send("one", workbook([HEADER, ROW]))
    assert changes(rebuilt()) == [], "nothing of the list counts, and nothing is taken for gone, while it waits"
    asked = of_column("核实方式")
    assert asked is not None and asked.open and asked.sender == JUSTICE and asked.places == ["one清单 表头"]
    with pytest.raises(AnswerRefused, match="methods"):
        do(questions.answer, asked.id, "issuer", now=NOW, actor="person:demo-admin")
    do(questions.answer, asked.id, "methods", now=NOW, actor="person:demo-admin")
    assert ("变更", "DEMO-0002", "P-HARDSHIP") in changes(rebuilt())
    assert do(questions.answers, "370402-CIVIL") == {}, "another sender's lists are asked themselves"


@pytest.mark.usefixtures("ledger")
def test_what_holds_for_all_is_not_one_senders_to_change() -> None:
    source("one", ListKind.PROOFS, JUSTICE)
    send("one", workbook([HEADER, ROW]))
    rebuilt()
    asked = of_column("核实方式")
    assert asked is not None
    do(questions.answer, asked.id, "methods", for_all=True, now=NOW, actor="person:demo-admin")
    for change in (lambda: say("核实方式", ""), lambda: do(columns.take_back, JUSTICE, asked.subject)):
        with pytest.raises(AnswerRefused, match="对全部单位的清单有效"):
            change()
    assert set(do(questions.answers, "370402-CIVIL").values()) == {"methods"}


@pytest.mark.usefixtures("ledger")
def test_the_sender_says_it_and_takes_it_back_and_both_stay_on_the_record() -> None:
    source("one", ListKind.PROOFS, JUSTICE)
    send("one", workbook([HEADER, ROW]))
    say("核实方式", "methods")
    assert ("变更", "DEMO-0002", "P-HARDSHIP") in changes(rebuilt())
    (row,) = do(columns.said, JUSTICE)
    assert (row.answer, row.answered_by, row.answered_at) == ("methods", "person:demo-justice-1", NOW)
    assert do(columns.said, "370402-CIVIL") == []
    assert do(columns.take_back, JUSTICE, row.subject) and not do(columns.take_back, JUSTICE, row.subject)
    assert do(columns.said, JUSTICE) == []
    assert changes(rebuilt()) == []
    again = of_column("核实方式")
    assert again is not None and again.open
    traces = [(one.after["answer"], one.after.get("answered_by")) for one in all_of(Trace, place="catalog_questions")]
    assert traces == [("methods", "person:demo-justice-1"), (None, None)]
