"""清单重建 in the ledger: twice gives the same, killed goes on, what people answer holds, nothing wrong slips in."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import func, select

from catalog import loading, rebuild, returning
from catalog.list_kinds import ListKind
from catalog.lists import read_list
from catalog.returning import file_for_sender
from domain.blocking import Blocked
from domain.list_rows import ListFound
from domain.listing import Change, apply, content
from ledger.catalog import drafts, intake, questions, rule_inputs, versions
from ledger.recusal import MustRecuse
from ledger.registry import registry
from ledger.tables.catalog import CatalogReading, CatalogRow, NegativeProof
from ledger.tables.registry import Matter
from tests.catalog.registries import LISTS
from tests.catalog.test_lists import GOOD, HEADER
from tests.catalog.workbooks import saved, workbook
from tests.flows.interrupting import Killed, interrupted, kill
from tests.ledger.acting import MINUTE, all_of, do
from tests.ledger.filing import NOW

pytestmark = pytest.mark.usefixtures("ledger")

JUSTICE = "370402-JUSTICE"
_MINUTES = itertools.count()


def source(key: str, kind: ListKind, unit: str | None = None, **values: Any) -> None:
    do(intake.put_source, key, **{"name": f"{key}清单", "kind": kind.value, "unit": unit, "document": "", "complete": False} | values)


def send(key: str, content: bytes) -> None:
    do(intake.receive, key, f"{key}.xlsx", content, now=NOW, actor="test")


def rows(*changes: Iterable[Any]) -> bytes:
    return workbook([HEADER, *changes])


def rebuilt() -> Any:
    now = NOW + next(_MINUTES) * MINUTE
    for key in rebuild.source_keys():
        rebuild.read_source(key, now)
    return rebuild.make_draft(now)


def changes(draft: Any) -> list[tuple[str, str, str]]:
    return [(one.kind.label, *one.key) for one in changed(draft)]


def changed(draft: Any) -> tuple[Change, ...]:
    return do(lambda session: tuple(drafts.changes(session, draft.id)))


def blocked(draft: Any) -> tuple[Blocked, ...]:
    return do(lambda session: tuple(drafts.blocked(session, draft.id)))


def test_a_list_becomes_a_draft_and_the_draft_a_version() -> None:
    source("justice", ListKind.PROOFS, JUSTICE)
    send("justice", rows(GOOD, (2, "DEMO-0002", "户籍证明", "《法律援助法》", "光明路街道办事处", "部门核验", "", "", "住址")))
    draft = rebuilt()
    assert changes(draft) == [("变更", "DEMO-0002", "P-HARDSHIP"), ("增加", "DEMO-0002", "P-HOUSEHOLD")]
    assert draft.sources[0].accepted == 2 and blocked(draft) == ()
    found = changed(draft)
    before = do(versions.entries_of)
    do(versions.publish, found, document="测试", now=NOW, actor="test")
    after, expected = do(versions.entries_of), apply(before, found)
    assert {key: content(entry) for key, entry in after.items()} == {key: content(entry) for key, entry in expected.items()}
    assert changes(rebuilt()) == [], "what was published is no change any more"


def test_twice_gives_the_same_draft_and_reads_nothing_again() -> None:
    source("justice", ListKind.PROOFS, JUSTICE)
    send("justice", rows(GOOD))
    first, reading = rebuilt(), all_of(CatalogReading)
    second = rebuilt()
    assert (first.id, first.made_at) == (second.id, second.made_at) and all_of(CatalogReading)[0].id == reading[0].id
    send("justice", rows(GOOD))  # the same bytes again
    assert rebuilt().id == first.id


def test_one_bad_file_never_stops_the_others() -> None:
    source("bad", ListKind.PROOFS, "370402-CIVIL")
    source("good", ListKind.PROOFS, JUSTICE)
    source("none", ListKind.PROOFS, "370402-PERMIT")
    send("bad", b"PK\x03\x04broken")
    send("good", rows(GOOD))
    draft = rebuilt()
    assert changes(draft) == [("变更", "DEMO-0002", "P-HARDSHIP")]
    assert {one.key: (one.files, one.unreadable) for one in draft.sources} == {"bad": (1, 1), "good": (1, 0), "none": (0, 0)}
    refused = do(intake.newest_reading, "bad").refused
    assert refused.code == "broken" and "另存为" in refused.remedy


def test_killed_at_every_commit_it_comes_to_the_same(ledger: str) -> None:
    source("community", ListKind.NEGATIVE_COMMUNITY, None, document="民发〔2020〕20号")
    send("community", (LISTS / "not_issued_by_community_2020.csv").read_bytes())
    source("justice", ListKind.PROOFS, JUSTICE)
    send("justice", rows(GOOD, (2, "DEMO-0002", "户口证明", *GOOD[3:])))
    for moment in ("before_commit", "after_commit"):
        for point in range(1, 20):
            with interrupted(moment, point, kill) as interruption:
                try:
                    rebuilt()
                except Killed:
                    pass
            if not interruption.fired:
                break
    draft = rebuilt()
    assert changes(draft) == [("变更", "DEMO-0002", "P-HARDSHIP")]
    assert len(all_of(CatalogReading)) == 2 and len(do(questions.questions).rows) == 1
    assert do(lambda session: session.scalar(select(func.count()).select_from(CatalogRow))) == 22


def test_an_answer_holds_for_every_list_of_its_sender_and_the_question_goes() -> None:
    source("justice", ListKind.PROOFS, JUSTICE)
    vague = (*GOOD[:4], "乡镇人民政府", *GOOD[5:])
    send("justice", rows(vague, (2, "DEMO-0003", *vague[2:])))
    assert changes(rebuilt()) == []
    (asked,) = do(questions.questions).rows
    assert (asked.topic, asked.subject, asked.count, asked.places) == (
        "issuer",
        "乡镇人民政府",
        2,
        ["justice清单 第 2 行", "justice清单 第 3 行"],
    )
    with pytest.raises(MustRecuse, match="涉及本单位"):  # whose list asks
        do(questions.answer, asked.id, "370402-CIVIL", now=NOW, actor="person:demo-justice-1")
    do(questions.answer, asked.id, "370402-CIVIL", now=NOW, actor="person:demo-admin")
    draft = rebuilt()
    assert {one.entry.issuing_unit for one in changed(draft)} == {"370402-CIVIL"}
    assert do(questions.questions).rows == [] and len(do(questions.questions, answered=True).rows) == 1
    send("justice", rows(GOOD))
    rebuilt()
    assert do(questions.questions).rows == []


CIVIL = "370402-CIVIL"


def test_an_answer_belongs_to_its_sender_unless_it_is_for_all() -> None:
    named = (*GOOD[:4], "区福利中心", *GOOD[5:])
    for key, unit, matter in (("one", JUSTICE, "DEMO-0002"), ("two", CIVIL, "DEMO-0003"), ("three", "370402-PERMIT", "DEMO-0001")):
        source(key, ListKind.PROOFS, unit)
        send(key, rows((1, matter, *named[2:])))
    rebuilt()
    asked = {row.sender: row for row in do(questions.questions).rows}
    assert set(asked) == {JUSTICE, CIVIL, "370402-PERMIT"} and all(row.count == 1 for row in asked.values())
    do(questions.answer, asked[JUSTICE].id, "370402-GUANGMING", now=NOW, actor="person:demo-admin")
    assert {one.entry.unit: one.entry.issuing_unit for one in changed(rebuilt())} == {JUSTICE: "370402-GUANGMING"}
    left = {row.sender: row for row in do(questions.questions).rows}
    assert set(left) == {CIVIL, "370402-PERMIT"}
    others = do(questions.elsewhere, [left[CIVIL]])[left[CIVIL].id]
    assert [row.sender for row in others] == ["370402-PERMIT"], "what was answered by itself keeps its answer"
    with pytest.raises(MustRecuse):  # an answer for all decides the permit office's list too
        do(questions.answer, left[CIVIL].id, "370402-ARCHIVE", for_all=True, now=NOW, actor="person:demo-permit-1")
    do(questions.answer, left[CIVIL].id, "370402-ARCHIVE", for_all=True, now=NOW, actor="person:demo-admin")
    found = {one.entry.unit: one.entry.issuing_unit for one in changed(rebuilt())}
    assert found == {JUSTICE: "370402-GUANGMING", CIVIL: "370402-ARCHIVE", "370402-PERMIT": "370402-ARCHIVE"}
    assert do(questions.questions).rows == []


def test_a_contradiction_that_its_answer_does_not_settle_any_more_is_asked_again() -> None:
    for key, days in (("one", "60"), ("two", "70")):
        source(key, ListKind.PROOFS, JUSTICE)
        send(key, workbook([(*HEADER, "有效期"), (*GOOD, days)]))
    rebuilt()
    (asked,) = do(questions.questions).rows
    assert [(one.code, one.name) for one in asked.candidates] == [("one", "one清单"), ("two", "two清单")]
    with pytest.raises(MustRecuse):
        do(questions.answer, asked.id, "two", now=NOW, actor="person:demo-justice-1")
    do(questions.answer, asked.id, "two", now=NOW, actor="person:demo-admin")
    (change,) = changed(rebuilt())
    assert change.entry.validity_days == 70 and do(questions.questions).rows == []
    source("three", ListKind.PROOFS, JUSTICE)
    send("three", workbook([(*HEADER, "有效期"), (*GOOD, "80")]))
    source("two", ListKind.PROOFS, JUSTICE, active=False)
    assert changed(rebuilt()) == ()
    (again,) = do(questions.questions).rows
    assert (again.id, again.answer, again.answered_at) == (asked.id, None, None)


def test_a_negative_list_that_is_no_longer_in_use_forbids_nothing() -> None:
    source("community", ListKind.NEGATIVE_COMMUNITY, None, document="民发〔2020〕20号")
    send("community", (LISTS / "not_issued_by_community_2020.csv").read_bytes())
    rebuilt()
    assert do(rule_inputs.negative_items)
    source("community", ListKind.NEGATIVE_COMMUNITY, None, active=False)
    assert do(rule_inputs.negative_items) == {}


def test_a_negative_list_that_waits_for_a_column_still_forbids_what_it_did() -> None:
    """Without its rows everything that it forbids would be allowed, in silence."""
    source("community", ListKind.NEGATIVE_COMMUNITY, None, document="民发〔2020〕20号")
    send("community", (LISTS / "not_issued_by_community_2020.csv").read_bytes())
    rebuilt()
    before = do(rule_inputs.negative_items)
    send("community", workbook([("序号", "不应出具的证明", "以何种证件代之"), (1, "婚姻状况证明", "结婚证")]))
    rebuilt()
    assert before and do(rule_inputs.negative_items) == before


def test_a_complete_list_that_names_an_entry_no_more_takes_it_away_but_not_while_a_row_is_unclear() -> None:
    source("justice", ListKind.PROOFS, JUSTICE, complete=True)
    household = (2, "DEMO-0002", "户籍证明", "《法律援助法》", "光明路街道办事处", "部门核验", "", "", "住址")
    send("justice", rows(household, (3, "DEMO-0002", "没有这种证明", *household[3:])))
    assert changes(rebuilt()) == [("增加", "DEMO-0002", "P-HOUSEHOLD")]
    send("justice", rows(household))
    assert changes(rebuilt()) == [("减少", "DEMO-0002", "P-HARDSHIP"), ("增加", "DEMO-0002", "P-HOUSEHOLD")]


def test_the_real_negative_list_blocks_what_a_village_committee_is_asked_for() -> None:
    do(registry.put_units, [{"code": "370402-TIEXI", "name": "铁西居委会", "kind": "government", "organ": "community"}])
    source("community", ListKind.NEGATIVE_COMMUNITY, None, document="民发〔2020〕20号")
    send("community", (LISTS / "not_issued_by_community_2020.csv").read_bytes())
    source("permit", ListKind.PROOFS, "370402-PERMIT")
    send("permit", rows((1, "DEMO-0001", "婚姻状况证明", "《办法》", "铁西居委会", "部门核验", "", "", "婚姻状况")))
    draft = rebuilt()
    assert {row.proof for row in all_of(NegativeProof)} == {"P-MARRIAGE", "P-DISABILITY"}
    (kept_out,) = blocked(draft)
    assert (kept_out.proof, kept_out.standing, kept_out.rows) == ("P-MARRIAGE", True, (("permit", 1, 2),))
    assert "民发〔2020〕20号" in kept_out.blocks[0].text and changes(draft) == []
    sheet = load_workbook(io.BytesIO(file_for_sender("permit"))).worksheets[1]
    _, row = sheet.iter_rows(values_only=True)
    assert row[1] == "拦截" and "不得要求村(居)民委员会出具" in str(row[2])


def test_a_section_of_cancelled_proofs_takes_what_stands_out_of_the_draft() -> None:
    source("justice", ListKind.PROOFS, JUSTICE)
    heading = ("二、取消的证明事项", *[None] * 8)
    send("justice", rows((1, "DEMO-0002", "户籍证明", *GOOD[3:]), heading, (*GOOD[:5], *[""] * 4)))
    assert changes(rebuilt()) == [("减少", "DEMO-0002", "P-HARDSHIP"), ("增加", "DEMO-0002", "P-HOUSEHOLD")]
    source("cancelled", ListKind.CANCELLATIONS, JUSTICE)
    send("cancelled", rows((1, "DEMO-0002", "户籍证明", *[""] * 6)))
    assert changes(rebuilt()) == [("减少", "DEMO-0002", "P-HARDSHIP")], "one list keeps what another cancels: nothing, until it is settled"
    (asked,) = do(questions.questions).rows
    assert asked.topic == "conflict" and "取消或保留" in asked.why


def of_file(key: str) -> dict[str, tuple[str, str]]:
    """Of each row in the error file: its state, and what is said of it."""
    books = load_workbook(io.BytesIO(file_for_sender(key))).worksheets[1:]
    return {str(row[0]): (str(row[1]), str(row[2])) for sheet in books for row in sheet.iter_rows(min_row=2, values_only=True)}


def told(key: str) -> dict[str, str]:
    """What the first page of the error file says."""
    return {str(row[0]): str(row[1]) for row in load_workbook(io.BytesIO(file_for_sender(key))).worksheets[0].iter_rows(values_only=True)}


def test_a_row_without_effect_is_not_said_to_be_taken() -> None:
    source("justice", ListKind.PROOFS, JUSTICE)
    send("justice", rows(GOOD))
    rebuilt()
    assert told("justice")["其中采用"] == "1 行" and "其中没有生效" not in told("justice")
    send("justice", rows(GOOD, (2, *GOOD[1:8], "家庭人口"), (3, "DEMO-0002", "户籍证明", *GOOD[3:])))
    rebuilt()
    said = told("justice")
    assert (said["其中采用"], said["其中没有生效"][:3]) == ("1 行", "2 行") and "未列出的行已被采用" in said["退回修改(红色)"]
    send("justice", rows(GOOD, (2, *GOOD[1:8], "家庭人口")))
    rebuilt()
    assert "没有一行被采用" in told("justice")["退回修改(红色)"] and told("justice")["其中采用"] == "0 行"
    send("justice", b"PK\x03\x04broken")
    rebuilt()
    assert "没有一行被采用" in told("justice")["退回修改(红色)"]


def test_rows_of_a_sheet_that_was_not_read_are_not_said_to_be_taken() -> None:
    head = ("事项编码", "证明名称", "设定依据", "开具单位", "核验方式", "核验内容")
    other = ("事项编码", "证明材料名字", *head[2:])
    row = ("DEMO-0002", "户籍证明", "《法》", "光明路街道办事处", "部门核验", "住址")
    source("justice", ListKind.PROOFS, JUSTICE)
    book = load_workbook(io.BytesIO(workbook([head, row])))
    second = book.create_sheet("第二批")
    for line in (other, row):
        second.append(line)
    send("justice", saved(book))
    rebuilt()
    assert "读取的工作表中未列出的行已被采用" in told("justice")["退回修改(红色)"]


def test_what_one_list_says_in_two_ways_goes_back_to_its_sender() -> None:
    source("justice", ListKind.PROOFS, JUSTICE)
    send("justice", rows(GOOD, (2, *GOOD[1:8], "家庭人口")))
    assert changes(rebuilt()) == [] and do(questions.questions).rows == []
    assert of_file("justice") == dict.fromkeys(("2", "3"), ("拦截", "第 2 行与第 3 行的“核验内容”不一致。"))


def test_the_error_file_names_rows_that_change_nothing_because_another_list_says_otherwise() -> None:
    for key, fields in (("one", "家庭人口"), ("other", "人均月收入")):
        source(key, ListKind.PROOFS, None)
        send(key, rows((*GOOD[:8], fields)))
    rebuilt()
    assert of_file("one")["2"][0] == of_file("other")["2"][0] == "来源矛盾"
    (asked,) = do(questions.questions).rows
    do(questions.answer, asked.id, "other", now=NOW, actor="person:demo-admin")
    rebuilt()
    assert of_file("one")["2"] == ("未采用", "已确认以“other清单”为准,本行所写不采用。") and of_file("other") == {}
    send("other", rows((1, "DEMO-0003", *GOOD[2:])))  # of that entry it says nothing any more
    assert ("变更", "DEMO-0002", "P-HARDSHIP") in changes(rebuilt()) and of_file("one") == {}


def test_what_is_asked_of_one_list_goes_back_to_no_other_sender() -> None:
    source("civil", ListKind.PROOFS, CIVIL)
    send("civil", rows((1, "DEMO-0003", "低保证明", *GOOD[3:])))
    source("justice", ListKind.PROOFS, JUSTICE)
    send("justice", rows(GOOD))
    rebuilt()
    assert set(of_file("civil")) == {"2"} and of_file("justice") == {}
    send("justice", rows((1, "NONE-2", *GOOD[2:])))
    rebuilt()
    assert "NONE-2" in of_file("justice")["2"][1], "nor in the place of its own row"


def test_of_very_many_bad_rows_the_first_go_back_and_the_file_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(returning, "MOST_RETURNED", 3)
    source("justice", ListKind.PROOFS, JUSTICE)
    send("justice", rows(GOOD, *((number, f"NONE-{number}", *GOOD[2:]) for number in range(3))))
    rebuilt()
    told, listed = load_workbook(io.BytesIO(file_for_sender("justice"))).worksheets
    assert [row[0] for row in listed.iter_rows(min_row=2, values_only=True)] == ["3", "4", "5"]
    assert "没有列完" not in {row[0] for row in told.iter_rows(values_only=True)}
    send("justice", rows(GOOD, *((number, f"NONE-{number}", *GOOD[2:]) for number in range(6))))
    rebuilt()
    told, listed = load_workbook(io.BytesIO(file_for_sender("justice"))).worksheets
    assert [row[0] for row in listed.iter_rows(min_row=2, values_only=True)] == ["3", "4", "5"]
    said = dict(row[:2] for row in told.iter_rows(values_only=True))
    assert "只列出前 3 行" in said["没有列完"] and "已被采用" not in said["退回修改(红色)"]
    assert (said["共读取"], said["其中退回修改"]) == ("7 行", "6 行"), "the figures are of the whole list"


def test_codes_said_twice_go_back_in_the_ledger_as_in_memory() -> None:
    head = ("事项编码", "事项名称", "部门")
    said = [(f"M-{number % 7}", f"第{number % 9}项", "枣庄市市中区司法局") for number in range(20)]
    source("matters", ListKind.MATTERS)
    send("matters", content := workbook([head, *said]))
    counts = rebuild.read_source("matters", NOW)
    known = do(lambda session: loading.registry(session, ListKind.MATTERS, None)[0])
    (found,) = read_list(content, ListKind.MATTERS, known)
    kept = do(lambda session: [intake.restored(row) for row in intake.rows_of(session, intake.newest_reading(session, "matters").id)])
    assert kept == list(found.rows) and {fault.code for row in kept for fault in row.faults} == {"code_twice"}
    assert counts == ListFound(refused=20) and {row.verdict for row in all_of(CatalogRow)} == {"refused"}


def test_of_a_file_that_breaks_off_after_many_rows_nothing_stays_but_why() -> None:
    source("justice", ListKind.PROOFS, JUSTICE)
    lines = [",".join(HEADER), *(",".join(map(str, (number, *GOOD[1:]))) for number in range(2500)), '1,"']
    send("justice", "\n".join(lines).encode())
    assert rebuild.read_source("justice", NOW) == ListFound(unreadable=1)
    (reading,) = all_of(CatalogReading)
    assert reading.refused.code == "broken" and not all_of(CatalogRow)


def test_the_real_matters_list_enters_the_registry_of_its_own_district(monkeypatch: pytest.MonkeyPatch) -> None:
    from settings import settings as of_process
    from tests.catalog.registries import GUANGAN

    monkeypatch.setenv("PROOFLESS_REGION", "511602")
    monkeypatch.setenv("PROOFLESS_DISTRICT", "四川省广安市广安区")
    of_process.cache_clear()
    units = [{"code": one.code, "name": one.name, "kind": "government", "aliases": list(one.aliases)} for one in GUANGAN]
    do(registry.put_units, units)
    source("matters", ListKind.MATTERS)
    send("matters", (LISTS / "matters_guangan_part.csv").read_bytes())
    counts = rebuild.read_source("matters", NOW)
    assert counts == ListFound(accepted=615, asked=36)
    assert len([row for row in all_of(Matter) if row.unit.startswith("GA-")]) == 615
    assert rebuild.read_source("matters", NOW) == counts
    rebuild.make_draft(NOW)
    assert [(one.subject, one.count) for one in do(questions.questions).rows][0] == ("区应急管理局", 9)
    monkeypatch.undo()
    of_process.cache_clear()


words = st.sampled_from(["经济困难证明", "户籍证明", "没有这种证明", ""])
listed = st.tuples(
    st.integers(1, 9),
    st.sampled_from(["DEMO-0002", "DEMO-0003", "NONE"]),
    words,
    st.sampled_from(["《法》", ""]),
    st.sampled_from(["光明路街道办事处", "市司法局", "经营者", ""]),
    st.sampled_from(["部门核验", "告知承诺", "共享", ""]),
    st.just(""),
    st.just(""),
    st.sampled_from(["住址", ""]),
)


@given(st.lists(listed, min_size=1, max_size=6), st.booleans())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rebuilding_is_idempotent_whatever_the_list(found: list[tuple[Any, ...]], complete: bool) -> None:
    source("any", ListKind.PROOFS, JUSTICE, complete=complete)
    send("any", rows(*found))
    first = rebuilt()
    assert rebuilt().id == first.id == do(drafts.newest).id
    said = changed(first)
    before = do(versions.entries_of)
    after = apply(before, said)
    assert all(change.entry.unit == JUSTICE or change.after is not None for change in said)
    assert (after == before) == (not said)
