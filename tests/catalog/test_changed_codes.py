"""事项换码: a new code of the same matter is asked once; then cases with either are served, and nothing that happened is rewritten."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

import pytest
from openpyxl import load_workbook

from catalog.complaint_file import enter
from catalog.complaint_table import read_table
from catalog.list_kinds import ListKind
from catalog.returning import file_for_sender
from domain.demands import DemandTold
from domain.lifecycle import State
from domain.list_rows import Topic
from domain.listing import Change, content
from domain.register_changes import Register
from domain.roles import IdType
from ledger.casework import registration
from ledger.catalog import added, entries, questions, versions
from ledger.catalog.questions import AnswerRefused
from ledger.lifecycle import filing, receiving
from ledger.lifecycle.receiving import Asked, MatterDiffers
from ledger.oversight.indicators import lists
from ledger.registers import demands
from ledger.registers.demands import Told
from ledger.registry import register_changes
from ledger.registry.register_checks import RegisterRefused
from ledger.tables.catalog import CatalogQuestion
from ledger.tables.oversight import Complaint
from ledger.tables.registry import Matter
from reports import periods
from sandbox.people import by_name
from tests.catalog.test_lists import HEADER
from tests.catalog.test_rebuild import changed, changes, rebuilt, send, source
from tests.catalog.workbooks import workbook
from tests.ledger.acting import MINUTE, all_of, deliver, do, found, hold, row, seal, take_up
from tests.ledger.catalog.test_proposals import agreed
from tests.ledger.catalog.test_proposals import publish as filed
from tests.ledger.filing import FILER, NOW, UNIT, case_data
from tests.ledger.listing import standing
from tests.reports.figures.asking import listed

pytestmark = pytest.mark.usefixtures("ledger")

OLD, NEW = "DEMO-0001", "SZ-0001"
NAME, PROOF, OFFICE = "公共租赁住房申请", "P-HOUSEHOLD", "person:demo-admin"
_KEYS = count()
DAY = timedelta(days=1)


def matters(*codes: str, key: str = "matters", unit: str | None = UNIT, name: str = NAME) -> Any:
    """A list of matters of one name under these codes comes, and all lists are read."""
    source(key, ListKind.MATTERS, unit)
    owner = "" if unit else "市中区行政审批服务局"
    send(key, workbook([("事项编码", "事项名称", "部门"), *((code, name, owner) for code in codes)]))
    return rebuilt()


def asked() -> list[CatalogQuestion]:
    return [one for one in do(questions.questions).rows if one.topic == Topic.SUCCESSION]


def say(code: str | None, question: CatalogQuestion | None = None) -> Any:
    do(questions.answer, (question or asked()[0]).id, code, now=NOW, actor=OFFICE)
    return rebuilt()


def register() -> dict[str, tuple[bool, str | None]]:
    return {one.code: (one.active, one.succeeded_by) for one in all_of(Matter) if one.name == NAME}


def publish(draft: Any) -> None:
    do(versions.publish, changed(draft), document="测试", now=NOW, actor="test")


def ask(code: str, proof: str = PROOF, matter: str | None = None, case: str = "", person: str = "演示甲子") -> str:
    """A case of this matter, or this one, and a verification through the one door; gives its number."""
    holder = by_name(person)
    if not case:
        data = case_data(person, matter=code)
        do(registration.register, UNIT, data, now=NOW, actor="test")
        case = data.number
    wanted = Asked(case, proof, IdType(holder.id_type), holder.id_number, holder.name, matter)
    return do(receiving.receive, FILER, wanted, f"k-{next(_KEYS)}", "0" * 64, now=NOW).number


def test_a_new_code_of_the_same_matter_is_asked_once_and_not_taken_until_then() -> None:
    matters(NEW)
    (question,) = asked()
    assert (question.subject, question.sender) == (f"{NEW} {NAME}", UNIT)
    assert [one.code for one in question.candidates] == [OLD] and "第 2 行" in question.places[0]
    assert register() == {OLD: (True, None)}
    rebuilt()
    assert [one.id for one in asked()] == [question.id]
    sheets = load_workbook(io.BytesIO(file_for_sender("matters")))
    assert any("换了编码" in str(cell) for sheet in sheets for line in sheet.values for cell in line)


def test_yes_one_of_them_is_in_use_and_the_entries_go_over_in_one_draft() -> None:
    matters(NEW)
    before = standing()
    draft = say(OLD)
    assert register() == {OLD: (False, NEW), NEW: (True, None)} and asked() == []
    moved = {(kind, proof) for kind, _, proof in changes(draft)}
    assert {proof for _, proof in moved} == {entry.proof for entry in do(versions.entries_of).values() if entry.matter == OLD}
    assert {(kind, code) for kind, code, _ in changes(draft)} == {("减少", OLD), ("增加", NEW)}
    assert do(entries.listed_entry, NEW, PROOF) is None, "an adjustment may bring it there"
    assert standing(NEW) == standing(OLD) == before
    publish(draft)
    after = standing(NEW)
    assert content(after) == content(before) | {"matter": NEW} and standing(OLD) == after
    assert changes(rebuilt()) == [] and asked() == []


def test_what_is_asked_under_the_new_code_stays_under_the_old_one_until_it_is_answered() -> None:
    matters(NEW)
    say(OLD)
    for key, days in (("one", "20"), ("two", "40")):
        source(key, ListKind.PROOFS)
        send(key, workbook([("事项编码", "证明名称", "有效期"), (NEW, "户籍证明", days)]))
    draft = rebuilt()
    assert ("减少", OLD, PROOF) not in changes(draft) and ("减少", OLD, "P-MARRIAGE") in changes(draft)
    (conflict,) = [one for one in do(questions.questions).rows if one.topic == Topic.CONFLICT]
    assert conflict.subject == f"{NEW}|{PROOF}"
    publish(draft)
    assert standing(NEW).matter == OLD, "no case loses its entry for a question"
    draft = say("two", conflict)
    assert {("减少", OLD, PROOF), ("增加", NEW, PROOF)} <= set(changes(draft))
    publish(draft)
    assert (standing(OLD).matter, standing(OLD).validity_days) == (NEW, 40)


def test_under_the_new_code_a_proof_is_as_added_as_it_was() -> None:
    """Obligation 5.8: the change of a code adds no proof, and makes none that an adjustment added one of the first hour."""
    brought = replace(standing(), proof="P-DISABILITY", proof_name="残疾状况证明")
    filed(agreed(Change(None, brought)))
    matters(NEW)
    filed(agreed(*changed(say(OLD))))
    assert standing(NEW, "P-DISABILITY") == replace(brought, matter=NEW)
    for code in (OLD, NEW):
        assert [do(added.is_added, [UNIT], code, proof) for proof in (PROOF, "P-DISABILITY")] == [False, True]


@pytest.mark.parametrize("code", [OLD, NEW])
def test_what_shared_data_have_of_a_matter_is_had_under_each_of_its_codes(code: str) -> None:
    """Obligation 7.5: a demand, or a paper of an old case, that names the former code is collected again all the same."""
    matters(NEW)
    publish(say(OLD))
    told = Told(UNIT, code, PROOF, DemandTold.APPLICANT, NOW)
    assert do(demands.record, told, now=NOW + 9 * DAY, actor="test").listed
    listed_then = [(line.number, line.counted) for line in listed("collected_again", periods.week_of(NOW + 9 * DAY)).lines]
    assert listed_then == [("索要1", True)]


def test_no_they_are_two_matters_and_nobody_is_asked_again() -> None:
    matters(NEW)
    say(None)
    assert register() == {OLD: (True, None), NEW: (True, None)} and asked() == []
    rebuilt()
    assert asked() == [] and do(entries.find_entry, NEW, PROOF) is None


@pytest.mark.parametrize("published", [False, True])
def test_an_answer_that_is_given_anew_counts_as_if_it_had_been_the_first(published: bool) -> None:
    matters(NEW)
    (question,) = asked()
    draft = say(OLD)
    if published:
        publish(draft)
    say(None, question)
    assert register() == {OLD: (True, None), NEW: (True, None)} and asked() == []
    say(OLD, question)
    assert register() == {OLD: (False, NEW), NEW: (True, None)} and asked() == []


def test_a_former_code_that_a_list_brings_later_is_the_matter_of_today() -> None:
    matters(NEW)
    say(OLD)
    matters(OLD, key="other", unit=None)
    assert register() == {OLD: (False, NEW), NEW: (True, None)} and asked() == []
    source("proofs", ListKind.PROOFS, UNIT)
    send("proofs", workbook([HEADER, (1, OLD, "户籍证明", "《演示条例》第九条", "光明路街道办事处", "部门核验", "", "", "住址")]))
    changes_of = {one.key: one for one in changed(rebuilt())}
    one = changes_of[NEW, PROOF]
    assert one.before is None and one.after is not None and one.after.basis == "《演示条例》第九条"


def test_where_the_list_names_the_former_code_still_they_are_two() -> None:
    matters(OLD, NEW)
    assert register() == {OLD: (True, None), NEW: (True, None)} and asked() == []


def test_where_nobody_knows_whether_it_names_the_former_code_nothing_is_supposed() -> None:
    source("matters", ListKind.MATTERS, UNIT)
    send("matters", workbook([("事项编码", "事项名称", "部门"), (NEW, NAME, ""), (OLD, "", "")]))
    rebuilt()
    assert asked() == [] and register()[OLD] == (True, None)


@pytest.mark.parametrize("name", ["公共租赁住房申请(新)", "公租房申请"])
def test_another_name_is_another_matter(name: str) -> None:
    matters(NEW, name=name)
    assert asked() == [] and {one.code for one in all_of(Matter, active=True)} >= {OLD, NEW}


def test_spelling_makes_no_other_name() -> None:
    matters(NEW, name=" 公共租赁\u3000住房申请 ")
    assert len(asked()) == 1


def test_each_sender_is_asked_for_itself_until_the_code_is_known() -> None:
    matters(NEW)
    matters(NEW, key="all", unit=None)
    assert sorted(one.sender for one in asked()) == ["", UNIT]
    say(OLD, next(one for one in asked() if one.sender == UNIT))
    assert asked() == [] and register() == {OLD: (False, NEW), NEW: (True, None)}


def test_one_former_code_has_one_successor() -> None:
    matters(NEW, "SZ-0002")
    first, second = sorted(asked(), key=lambda one: one.subject)
    do(questions.answer, first.id, OLD, now=NOW, actor=OFFICE)
    with pytest.raises(AnswerRefused, match=f"已确认改为 {NEW}"):
        do(questions.answer, second.id, OLD, now=NOW, actor=OFFICE)
    with pytest.raises(AnswerRefused, match="原编码"):
        do(questions.answer, second.id, "DEMO-0002", now=NOW, actor=OFFICE)
    rebuilt()
    assert register()["SZ-0002"] == (True, None) and asked() == [], "what nothing is left to be asked about is a matter of its own"


def test_a_former_code_is_not_put_into_use_again_beside_the_new_one() -> None:
    matters(NEW)
    say(OLD)
    with pytest.raises(RegisterRefused, match=f"已改为 {NEW}"):
        do(register_changes.put, Register.MATTERS, [{"code": OLD, "name": NAME, "active": True}], actor=OFFICE, now=NOW)


def test_a_case_keeps_the_code_that_it_bore_whichever_its_system_sends() -> None:
    data = case_data(matter=OLD)
    do(registration.register, UNIT, data, now=NOW, actor="test")
    number = ask(OLD, case=data.number)
    matters(NEW)
    say(OLD)
    again = case_data(matter=NEW, number=data.number)
    assert do(registration.register, UNIT, again, only_new=True, now=NOW, actor="test") is False
    assert ask(NEW, matter=NEW, case=data.number) == ask(OLD, matter=OLD, case=data.number) == number
    with pytest.raises(MatterDiffers):
        ask(NEW, matter="DEMO-0002", case=data.number)


def test_a_complaint_that_calls_it_by_its_name_means_the_code_of_today() -> None:
    matters(NEW)
    say(OLD)
    table = read_table(f"渠道,收到时间,内容,事项\n12345,2026-03-02,索要证明,{NAME}\n".encode())
    (outcome,) = enter(table, 15, person="demo-admin", unit="370402-OFFICE", now=NOW)
    assert outcome.number is not None, outcome.said
    assert [one.matter for one in all_of(Complaint)] == [NEW]


def test_what_was_asked_for_beside_the_list_counts_together() -> None:
    for code in (OLD, NEW, OLD):
        do(filing.refuse, now=NOW, unit=UNIT, actor="x", code="proof_not_listed", obligation=None, matter=code, proof="P-X")
    matters(NEW)
    say(OLD)
    subjects = [one.subject for one in do(lists.indications, NOW - MINUTE, NOW + MINUTE, NOW) if "P-X" in one.subject]
    assert subjects == [f"{NEW}/P-X"]


@pytest.mark.parametrize("seed", range(5))
def test_however_often_the_code_changes_every_case_ends_well(seed: int) -> None:
    """Two changes, published or not, cases under each code that the matter bore: one list entry for all, one code in use, and
    what was open under an older one is delivered."""
    chance = Random(seed)
    codes, open_ones = [OLD], [ask(OLD)]
    wanted = content(standing())
    for code in ("SZ-0001", "SZ-0002"):
        matters(code)
        draft = say(codes[-1])
        codes.append(code)
        if chance.random() < 0.5:
            publish(draft)
        assert register() == {one: (one == code, None if one == code else code) for one in codes}
        for one in codes:
            listed = do(entries.find_entry, one, PROOF)
            assert listed is not None and content(listed[1]) | {"matter": OLD} == wanted
        open_ones.append(ask(chance.choice(codes)))
    publish(rebuilt())
    for one in codes:
        assert standing(one).matter == codes[-1] and {entry.matter for entry in do(versions.entries_for, one)} == {codes[-1]}
    for number in open_ones:
        lease = hold(number)
        take_up(lease)
        found(lease)
        seal(lease)
        deliver(lease)
        assert row(number).state is State.DELIVERED
