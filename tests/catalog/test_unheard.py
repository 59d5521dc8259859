"""Texts outside of the rows that no rule hears (obligations 2.1, 5.1): whoever sends the list sees them, and where one may speak of the
rows they wait. Before, such a text was passed over and the rows were taken."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from catalog.list_kinds import ListKind
from catalog.lists import ListResult, read_list
from catalog.returning import file_for_sender
from domain.list_rows import Topic
from ledger.catalog import intake, questions
from tests.catalog.registries import sandbox
from tests.catalog.small_lists import FIRST, HEADER, SECOND, page
from tests.catalog.test_lists import GOOD, codes
from tests.catalog.test_lists import HEADER as GOOD_HEADER
from tests.catalog.test_margins import printed
from tests.catalog.test_rebuild import JUSTICE, changes, rebuilt, send, source
from tests.catalog.workbooks import saved, workbook
from tests.ledger.acting import do
from tests.ledger.filing import NOW

#: No rule knows these, and no official would take the rows without a word.
SAYINGS = (
    "三、变更|原版|垃圾|草稿作废|此表另行处理|本页为去年数据,供对照|以下为拟优化的|(一)待研究类|本部分由市局收回|暂不对外|仅存档|此件有误"
    "|讨论稿|先放着,不要用|这几项已经没有了|以下内容删了|本批全部退出|剔出清单的|弃用数据|不办的事项|注:户籍证明统一规范为户口证明"
    "|光明路街道那边用的|和法律援助中心那份不一样的地方,听中心的|红字的几条,我局建议算了|下面三项先这样|第1项归人社了|带*的听街道的|先这么写着,等局长拍板|黄底的都作不得数|从隔壁区抄的,里头没动|注:1.本表一式两份。2.红字的几条,听街道的。"
    "|第2项已归口教育局,在其表中|2023年存档|二、下一步打算列入的|此页放在这里备查|外地做法|这几条省里已经收上去了|局里意见是拿下|要看省里怎么写再说"
    "|与法律援助中心那份对不上的听中心的|经审查找不到法律依据,应予清理|今年的科里还在弄"
).split("|")
#: What lists say of themselves.
ORDINARY = (
    "市中区证明事项清单|证明事项清单(2026年版)|附件:无|填报单位:区司法局|填表人:王某某 电话:0632-0000000|单位:项|一、行政许可事项"
    "|(一)户籍类|定稿|注:1.本表一式两份。|说明:本清单自2026年1月1日起施行|注:未列入本清单的证明,各单位一律不得索要。|带*为必填项|数据来源:区司法局业务系统"
    "|填表说明:取消的请在备注中注明|依据:《关于取消一批证明事项的决定》|本清单实行动态调整|法律法规修改后,清单作相应调整|红色字体为新增事项|注:户籍证明需加盖公章|本单位已核对,无重复事项"
    "|注:以上证明由申请人提供原件,核对后退还|监督电话:12345|本清单由区司法局负责解释|编号:2026-014|抄送:区委办公室,区人大常委会办公室|工作时间:9:00—17:00(法定节假日除外)|本清单实行动态管理,法律法规修改的,从其规定|注:户籍证明暂无法共享|承接市级下放事项证明清单"
    "|归口管理部门:区司法局|一份存档,一份报区大数据局|存档备查|计划生育类|外地户籍人员类|上述情况属实"
).split("|")


def asked(content: bytes, kind: ListKind = ListKind.PROOFS) -> list[list[list[str]]]:
    """For each row the texts of which it is asked; of one that is sent back what is wrong with it."""
    results = read_list(content, kind, sandbox())
    texts = [[[one.subject for one in row.questions if one.topic is Topic.TEXT] for row in result.rows] for result in results]
    back = [[sorted(codes(row) - {"ask text"}) for row in result.rows] for result in results]
    return [[text or why for text, why in zip(*both, strict=True)] for both in zip(texts, back, strict=True)]


def over(text: str) -> bytes:
    return workbook([(text,), HEADER, FIRST])


def between(text: str) -> bytes:
    return workbook([HEADER, FIRST, (text,), SECOND])


def under(text: str) -> bytes:
    return workbook([HEADER, FIRST, (text,)])


def beside(text: str) -> bytes:
    """On a sheet of words alone."""
    book = Workbook()
    assert book.active is not None
    book.active.append((text,))
    for row in (HEADER, FIRST):
        (book["清单"] if "清单" in book.sheetnames else book.create_sheet("清单")).append(row)
    return saved(book)


def in_the_margin(text: str) -> bytes:
    return printed(text, HEADER, FIRST)


PLACES = (over, between, under, beside, in_the_margin)


@pytest.mark.parametrize("text", SAYINGS)
@pytest.mark.parametrize("place", PLACES)
def test_no_row_is_taken_where_a_text_may_speak_of_it(place: Any, text: str) -> None:
    rows = [row for sheet in asked(place(text)) for row in sheet]
    assert any(rows) and (place is between or all(rows)), "each is asked, or sent back by a rule that knows the saying"


@pytest.mark.parametrize("text", ORDINARY)
@pytest.mark.parametrize("place", PLACES)
def test_what_lists_say_of_themselves_asks_nothing(place: Any, text: str) -> None:
    assert [row for sheet in asked(place(text)) for row in sheet if row] == []


def test_a_sheet_is_asked_for_its_own_texts_and_no_other() -> None:
    book = Workbook()
    for name, row in (("在办", FIRST), ("原先的", SECOND)):
        sheet = book.create_sheet(name)
        for line in (HEADER, row):
            sheet.append(line)
    book.remove(book["Sheet"])
    assert asked(saved(book)) == [[[]], [["原先的"]]]


def test_of_a_page_with_several_tables_all_rows_are_asked() -> None:
    content = page(("本页待核", [HEADER, FIRST]), ("", [HEADER, SECOND])).encode()
    assert [row for sheet in asked(content) for row in sheet] == [["本页待核"], ["本页待核"]]


def test_each_text_of_a_page_is_asked_and_all_are_shown() -> None:
    under = [("此表另行处理",), ("附件:无",), ("合计", 1), ("第1页,共1页",)]
    (result,) = read_list(workbook([("市中区证明事项清单",), HEADER, FIRST, *under]), ListKind.PROOFS, sandbox())
    assert result.sheet.unheard == ("市中区证明事项清单", "此表另行处理", "附件:无")
    assert [one.subject for one in result.rows[0].questions] == ["此表另行处理"]


def answered(text: str, answer: str) -> ListResult:
    registry = replace(sandbox(), answers={(Topic.TEXT, text): answer})
    return read_list(workbook([(text,), HEADER, FIRST]), ListKind.PROOFS, registry)[0]


def test_after_a_persons_word_the_rows_are_taken_or_go_back() -> None:
    (row,) = answered("此表另行处理", "unrelated").rows
    assert row.fact is not None and not row.questions
    (row,) = answered("此表另行处理", "").rows
    assert row.fact is None and codes(row) == {"note_beside"} and "此表另行处理" in row.faults[0].text


def test_a_number_that_names_somebody_is_not_kept() -> None:
    number = "11010519491231002X"
    (result,) = read_list(workbook([(f"本表已交{number}另行处理",), HEADER, FIRST]), ListKind.PROOFS, sandbox())
    assert result.sheet.unheard == ("(已略去)",) and number not in str(result.rows)


def test_what_a_negative_list_or_one_of_commitments_says_it_is_asks_nothing() -> None:
    negative = workbook([("公安派出所不再出具的证明清单",), ("序号", "证明名称"), (1, "户口登记项目变更证明")])
    assert asked(negative, ListKind.NEGATIVE_POLICE) == [[[]]]
    promised = workbook([("调整为告知承诺制的证明事项清单",), HEADER, FIRST])
    assert asked(promised, ListKind.COMMITMENTS) == [[[]]]


@pytest.mark.usefixtures("ledger")
def test_a_persons_word_holds_for_the_senders_lists_from_the_next_rebuild_on() -> None:
    source("one", ListKind.PROOFS, JUSTICE)
    send("one", workbook([("此表另行处理",), GOOD_HEADER, GOOD]))
    assert changes(rebuilt()) == []
    (asked_of,) = do(questions.questions).rows
    assert (asked_of.topic, asked_of.subject, asked_of.count, asked_of.places) == ("text", "此表另行处理", 1, ["one清单 第 3 行"])
    with pytest.raises(questions.AnswerRefused, match="与各行无关"):
        do(questions.answer, asked_of.id, "P-1", now=NOW, actor="system:test")
    reading = do(intake.newest_reading, "one")
    assert (reading.counts.accepted, reading.counts.asked) == (0, 1) and reading.sheets[0].unheard == ("此表另行处理",)
    book = load_workbook(io.BytesIO(file_for_sender("one")))
    told = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "没有采用的文字" in told and any("此表另行处理" in one and "请在行中写明" in one for one in told)
    assert any("再删去这句话" in one for one in told) and not any("是否指" in one for one in told)

    do(questions.answer, asked_of.id, None, now=NOW, actor="system:test")
    assert changes(rebuilt()) == [] and do(intake.newest_reading, "one").counts.refused == 1
    do(questions.answer, asked_of.id, "unrelated", now=NOW, actor="system:test")
    assert len(changes(rebuilt())) == 1 and do(intake.newest_reading, "one").counts.accepted == 1
