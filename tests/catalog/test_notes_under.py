"""What stands under the rows, between them, or on a sheet of words, and speaks of rows that were read (obligations 2.1, 5.1). Each was
once passed over, and what it gives up was kept."""

from __future__ import annotations

from typing import Any

import pytest
from openpyxl import Workbook

from catalog import accepted_rows
from catalog.accepted_rows import Accepted
from catalog.list_kinds import ListKind
from catalog.lists import read_list
from catalog.notes_under import note_of
from catalog.standing import in_heading
from domain.list_rows import Fault, ProofFact
from tests.catalog.markup import document, docx, word_table
from tests.catalog.registries import sandbox
from tests.catalog.small_lists import FIRST, HEADER, SECOND, UNCLEAR, page, sheets, table
from tests.catalog.workbooks import saved

THIRD = (3, "DEMO-0003", "居住情况证明", "")
NOTED, TWICE = {"note_beside"}, {"said_twice"}
ALL = [NOTED, NOTED, NOTED]


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("以上证明均已取消", ALL),
        ("注:以上证明均已取消。", ALL),
        ("上述证明材料予以取消", ALL),
        ("以上事项均不再索要", ALL),
        ("本表所列证明事项全部取消", ALL),
        ("均已取消", ALL),
        ("以上证明自2027年1月1日起取消", ALL),
        ("以上证明由部门核验替代", ALL),
        ("说明:红色字体的为取消事项", ALL),
        ("加粗的证明已取消", ALL),
        ("共3项,其中取消1项,保留2项", ALL),
        ("合计:取消2项", ALL),
        ("其余保留", ALL),
        ("第三项取消", ALL),
        ("注:标★的取消", ALL),
        ("注:第3、5项取消", [False, False, NOTED]),
        ("注:第2项取消,其余保留", [False, NOTED, False]),
        ("以上1-2项停止执行", [NOTED, NOTED, False]),
        ("序号2、3的证明自2027年起取消", [False, NOTED, NOTED]),
        ("第2项至第3项不再索要", [False, NOTED, NOTED]),
        ("注:1.本表一式两份。2.第2项已取消。", [False, NOTED, False]),
        ("第2项由部门核验替代", [False, NOTED, False]),
        ("注:户籍证明予以取消", [False, NOTED, False]),
        ("第1项保留", [False, NOTED, NOTED]),
        ("第1项保留,其余取消", [False, NOTED, NOTED]),
        ("以上3项证明全部取消", ALL),
        ("以上2项取消", ALL),
        ("注:前2项取消,第3项保留", ALL),
        ("注:最后一项取消", ALL),
        ("倒数第1项取消", ALL),
        ("第二、三项取消", ALL),
        ("注:第①项取消", [NOTED, False, False]),
        ("注:2、3两项取消", [False, NOTED, NOTED]),
        ("注:2、3取消", [False, NOTED, NOTED]),
        ("删除第2项", [False, NOTED, False]),
        ("第2、3项删除", [False, NOTED, NOTED]),
        ("第2行作废", [NOTED, NOTED, False]),  # the sheet's, or the row of that number
        ("第4行取消", [False, False, NOTED]),
        ("第1行取消", [NOTED, False, False]),
        ("第3行保留,其余取消", ALL),
        ("除第2行外均取消", ALL),
        ("第9行取消", ALL),
        ("第2条不保留", [False, NOTED, False]),
        ("第2项与第3项合并", [False, NOTED, NOTED]),
        ("除第1项外均取消", [False, NOTED, NOTED]),
        ("注:除第1项外,其余取消", [False, NOTED, NOTED]),
        ("除第3项保留外,其余均不再索要", [NOTED, NOTED, False]),
        ("除居住情况证明外,以上证明全部取消", [NOTED, NOTED, False]),
        ("除第1项外均保留", [NOTED, False, False]),
        ("第1项取消,第2项保留", [NOTED, False, False]),
        ("此表已作废,以新表为准", ALL),
        ("该清单停止使用", ALL),
        ("以上内容已作废", ALL),
        ("以上各项均不再需要提供", ALL),
        ("注:黄底为取消", ALL),
        ("划横线的取消", ALL),
        ("注:打√的为取消事项", ALL),
        ("注:○表示取消,√表示保留", ALL),
        ("注:以上证明事项均保留", [False, False, False]),
        ("注:本清单自2027年1月1日起执行,原清单同时废止。", [False, False, False]),
        ("注:根据《关于取消一批证明的决定》编制", [False, False, False]),
        ("填报说明:取消的请在备注中注明", [False, False, False]),
        ("注:以上事项依据《甲办法》第2条办理", [False, False, False]),
        ("注:带*为必填项", [False, False, False]),
        ("枣庄市市中区司法局", [False, False, False]),
    ],
)
def test_a_note_under_the_rows_reaches_those_it_speaks_of(note: str, expected: list[Any]) -> None:
    assert table(HEADER, FIRST, SECOND, THIRD, (note,)) == expected
    if note.startswith("注:") and expected != [False, False, False]:
        assert table(HEADER, FIRST, SECOND, THIRD, ("注:", note[2:])) == expected, "in two cells"


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("注:标*的取消", [False, NOTED, False]),
        ("*已取消", [False, NOTED, False]),
        ("带*的保留,其余取消", [NOTED, False, NOTED]),
        ("带*的保留", [NOTED, False, NOTED]),
        ("标*的为取消事项,标▲的为保留事项", [False, NOTED, False]),
        ("注:带*的不再实行", [False, NOTED, False]),
    ],
)
def test_a_note_explains_a_mark(note: str, expected: list[Any]) -> None:
    """Of a mark in front of a name or behind it, at the number or among the remarks; ▲ makes the first unknown."""
    last = (*THIRD[:3], "▲") if "▲" in note else THIRD
    for second in ((2, "DEMO-0001", "户籍证明*", ""), ("2*", *SECOND[1:]), (*SECOND[:3], "*")):
        assert table(HEADER, FIRST, second, last, (note,)) == expected


def test_what_a_row_or_its_section_says_itself_stands() -> None:
    section = (HEADER, ("一、保留的证明事项",), FIRST, ("二、取消的证明事项",), SECOND)
    assert table(*section, ("以上证明均已取消",)) == [False, True]
    assert table(*section, ("共2项,其中保留1项,取消1项",)) == [False, True]
    assert table(*section, ("第1项取消",)) == [NOTED, True], "it says the contrary"
    own = ((*HEADER, "清理意见"), (*FIRST, "取消"), (*SECOND, "保留"))
    assert table(*own, ("注:红色的为取消事项",)) == [True, False]
    assert table(*own, ("第1项自2027年起取消",)) == [NOTED, False], "not yet"
    assert table(("取消的证明事项清单",), HEADER, FIRST, SECOND, ("以上证明均已取消",)) == [True, True]
    assert table(("取消的证明事项清单",), HEADER, FIRST, SECOND, ("以上证明自2027年1月1日起停止索要",)) == [NOTED, NOTED]
    assert table(("保留的证明事项清单",), HEADER, FIRST, SECOND, ("红色的取消",)) == [NOTED, NOTED], "a title is no word of the row's own"
    assert table(HEADER, FIRST, SECOND, ("第2项保留",), kind=ListKind.CANCELLATIONS) == [True, NOTED]
    assert table(HEADER, FIRST, SECOND, ("第2项不实行告知承诺",), kind=ListKind.COMMITMENTS) == [False, NOTED]


def test_what_agrees_with_each_row_of_which_it_speaks_sends_none_back() -> None:
    own = ((*HEADER, "清理意见"), (*FIRST, "保留"), (*SECOND, "取消"))
    for note in ("第1项保留,第2项取消", "注:第2项取消后通过数据共享核验", "合计:保留1项,取消1项"):
        assert table(*own, (note,)) == [False, True], note
    assert table(*own, ("第1项取消,第2项保留",)) == [NOTED, NOTED]
    assert table(HEADER, FIRST, ("合计", "", "保留1项,取消0项")) == [False]


def test_what_may_be_a_note_or_a_heading_leaves_neither_side_in_silence() -> None:
    """Before, the rows below were kept: 以下取消 was read as a note on those above."""
    for text in ("已废止", "已取消"):
        assert table(HEADER, FIRST, (text,), SECOND) == [NOTED, UNCLEAR]
    for text in ("以上保留,以下取消", "以上为保留的证明,以下为取消的证明"):
        assert [row for row in table(HEADER, FIRST, (text,), SECOND) if row in (False, True)] == [False], text
    assert table(HEADER, FIRST, ("●已取消",), SECOND) == [False, True]
    starred = (*FIRST[:3], "▲")
    for text in ("▲ 拟取消", "▲——取消", "▲:已取消"):
        assert table(HEADER, starred, SECOND, (text,)) == [NOTED, False]


def test_between_rows_and_tables_it_speaks_of_those_above_and_is_no_heading() -> None:
    """Before, what stands below was given up, and what stands above was kept."""
    note = "以上证明均已取消"
    assert table(HEADER, FIRST, (note,), SECOND) == [NOTED, False]
    assert sheets(page(("", [HEADER, FIRST]), (note, [HEADER, SECOND])).encode()) == [[NOTED], [False]]
    over = f"<w:p><w:r><w:t>{note}</w:t></w:r></w:p>"
    assert sheets(document(word_table([HEADER, FIRST]), over, word_table([SECOND]))) == [[NOTED, False]], "a list over two pages"


@pytest.mark.parametrize("note", ["说明:标*的证明已取消", "注:标*的取消"])
def test_a_mark_is_explained_wherever_the_explanation_stands(note: str) -> None:
    """Before, one over the table was its title, and all its rows were given up. What stands under a row comes too late for it."""
    marked = (*SECOND[:3], "*")
    assert table((note,), HEADER, FIRST, marked) == [False, True]
    assert table(HEADER, FIRST, (note,), marked) == [False, NOTED], "at the end of a page, rows of the next one, too"
    assert table(("注:红色字体的为取消事项",), HEADER, FIRST, SECOND) == [NOTED, NOTED]


@pytest.mark.parametrize("heading", ["▲取消的证明事项", "★取消的证明事项清单", "※已取消的证明事项", "取消的证明事项(共1项)"])
def test_a_heading_with_a_mark_in_front_is_a_heading(heading: str) -> None:
    assert table(HEADER, FIRST, (heading,), SECOND) == [False, True]
    assert table((heading,), HEADER, FIRST) == [True]


@pytest.mark.parametrize("note", ["以上证明均已取消。", "注:第2项取消"])
def test_what_stands_under_the_last_table_of_a_page_is_read(note: str) -> None:
    """Before, a document ended with its last table."""
    expected = [[False if "第2项" in note else NOTED, NOTED]]
    under = f"<w:p><w:r><w:t>{note}</w:t></w:r></w:p><w:p><w:r><w:t>2026年3月1日</w:t></w:r></w:p>"
    assert sheets(document(word_table([HEADER, FIRST, SECOND]), under)) == expected
    assert sheets((page(("", [HEADER, FIRST, SECOND])).replace("</body>", f"<p>{note}</p></body>")).encode()) == expected
    assert sheets(docx([HEADER, FIRST, SECOND])) == [[False, False]]


@pytest.mark.parametrize("first", [True, False])
def test_a_sheet_of_words_explains_the_rows_of_the_others(first: bool) -> None:
    book = Workbook()
    assert book.active is not None
    words, rows = (book.active, book.create_sheet("清单")) if first else (book.create_sheet("说明"), book.active)
    words.append(("说明:标*的证明已取消",))
    for row in (HEADER, FIRST, (*SECOND[:3], "*")):
        rows.append(row)
    assert sheets(saved(book)) == [[False, NOTED]]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("本清单所列证明全部取消", [NOTED, NOTED]),
        ("户籍证明已取消", [False, NOTED]),
        ("本次清理取消3项,保留9项", [False, False]),
        ("市中区司法局", [False, False]),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_what_a_sheet_of_words_says_of_all_rows_or_of_a_proof_reaches_them(words: str, expected: list[Any], first: bool) -> None:
    """Before, it was lost."""
    book = Workbook()
    assert book.active is not None
    said, rows = (book.active, book.create_sheet("清单")) if first else (book.create_sheet("说明"), book.active)
    said.append((words,))
    for row in (HEADER, FIRST, SECOND):
        rows.append(row)
    assert sheets(saved(book)) == [expected]


def test_the_same_proof_kept_and_given_up_is_sent_back_across_sheets_and_tables() -> None:
    """Before, both rows were taken, and what contradicts itself was told only where a draft is made."""
    assert table(HEADER, ("一、保留的证明",), FIRST, ("二、取消的证明",), FIRST, SECOND) == [TWICE, TWICE, True]
    several = (*FIRST[:2], "经济困难证明、户籍证明", "")
    assert table((*HEADER, "清理意见"), (*several, "取消"), (*FIRST, "保留"), (*THIRD, "保留")) == [TWICE, TWICE, False]
    book = Workbook()
    assert book.active is not None
    book.active.title, gone = "保留清单", book.create_sheet("取消清单")
    for sheet in (book.active, gone):
        for row in (HEADER, FIRST, SECOND if sheet is gone else THIRD):
            sheet.append(row)
    assert sheets(saved(book)) == [[TWICE, False], [TWICE, True]]
    kept, given_up = (found.rows[0].faults[-1].text for found in read_list(saved(book), ListKind.PROOFS, sandbox()))
    assert "第 2 张表第 2 行" in kept and "写的是取消" in given_up


def test_what_is_packed_is_found_again() -> None:
    accepted = Accepted()
    for line in (1, 2**20):
        accepted.take(3, line, line, ProofFact("P-A", None, None), False, False, frozenset())
    note = note_of("以上均取消", in_heading)
    assert note is not None
    accepted.reach(note)
    assert set(accepted.sent_back()) == {(3, 1), (3, 2**20)} and all(isinstance(one, Fault) for one in accepted.sent_back().values())


def test_where_more_is_said_than_can_be_looked_up_every_row_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each note is looked for in each row above it: a file of nothing but notes would be read for hours."""
    said = [("以上证明均保留",)] * 3
    assert table(HEADER, FIRST, SECOND, *said) == [False, False]
    monkeypatch.setattr(accepted_rows, "_MOST_LOOKS", 5)
    assert table(HEADER, FIRST, SECOND, *said[:2]) == [False, False]
    assert table(HEADER, FIRST, SECOND, *said, THIRD) == [NOTED, NOTED, NOTED], "what follows on the page, too"
