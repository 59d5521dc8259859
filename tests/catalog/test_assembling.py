"""From what lists say to the list as it should be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from catalog.assembling import Ground, MatterFacts, ProofFacts, assemble
from catalog.merging import StatedRow
from catalog.negatives import core, forbidding
from domain.blocking import NegativeItem, Organ
from domain.list_rows import ProofFact
from domain.listing import apply, difference
from domain.methods import Method
from domain.scope import CatalogEntry

ENTRY = CatalogEntry(
    matter="M-1",
    matter_name="公共租赁住房申请",
    proof="P-1",
    proof_name="户籍证明",
    methods=(Method.ISSUER,),
    issuing_unit="STREET",
    issuing_unit_name="街道",
    source=None,
    parameters={},
    fields=("住址",),
    database_backed=False,
    sealed_when_negative=False,
    validity_days=30,
    basis="《办法》",
    unit="PERMIT",
)
COMMUNITY = NegativeItem(Organ.COMMUNITY, "亲属关系证明", "民发〔2020〕20号")
GROUND = Ground(
    published={("M-1", "P-1"): ENTRY},
    matters={"M-1": MatterFacts("公共租赁住房申请", "PERMIT", False), "M-2": MatterFacts("法律援助申请", "JUSTICE", False)},
    proofs={"P-1": ProofFacts("户籍证明", "《办法》", 30), "P-2": ProofFacts("亲属关系证明", "", 60)},
    unit_names={"STREET": "街道", "VILLAGE": "铁西居委会"},
    organs={"VILLAGE": Organ.COMMUNITY},
    negative={"P-2": (COMMUNITY,)},
    sources={"licence_library"},
    texts={"P-1", "P-2"},
)
FULL = {"basis": "《法》", "issuing_unit": "STREET", "methods": (Method.ISSUER,), "fields": ("关系",)}


def said(matter: str | None, proof: str, source: str = "甲表", line: int = 2, commitment: str = "", **fact: Any) -> StatedRow:
    return StatedRow(source, 1, line, ProofFact(proof, None, matter, **fact), commitment)


def test_what_a_list_does_not_say_stays() -> None:
    done = assemble([said("M-1", "P-1", validity_days=90)], GROUND, complete={})
    assert done.entries[("M-1", "P-1")] == replace(ENTRY, validity_days=90) and not done.blocked and not done.questions


def test_a_new_entry_takes_the_rest_from_the_registry() -> None:
    done = assemble([said("M-2", "P-1", **FULL)], GROUND, complete={})
    new = done.entries[("M-2", "P-1")]
    assert (new.unit, new.matter_name, new.validity_days, new.issuing_unit_name) == ("JUSTICE", "法律援助申请", 30, "街道")


def test_two_lists_that_contradict_each_other_are_asked_and_change_nothing() -> None:
    rows = [said("M-1", "P-1", validity_days=60), said("M-1", "P-1", "乙表", 7, validity_days=90, basis="另一依据")]
    done = assemble(rows, GROUND, complete={})
    assert done.entries == GROUND.published
    (question,) = done.questions
    assert question.subject == "M-1|P-1" and question.why == "“有效天数”在甲表 第 2 行与乙表 第 7 行中不一致"
    assert [one.code for one in question.candidates] == ["甲表", "乙表"]
    settled = assemble(rows, GROUND, complete={}, preferred={"M-1|P-1": "乙表"})
    assert settled.entries[("M-1", "P-1")] == replace(ENTRY, validity_days=90, basis="另一依据") and not settled.questions


def test_what_a_list_cancels_goes_and_what_was_never_listed_is_nothing() -> None:
    done = assemble([said("M-1", "P-1", cancelled=True), said("M-2", "P-1", cancelled=True)], GROUND, complete={})
    assert done.entries == {} and not done.blocked and not done.questions


def test_one_list_cancels_what_another_keeps_and_that_is_asked() -> None:
    rows = [said("M-1", "P-1", cancelled=True), said("M-1", "P-1", source="乙表", validity_days=90)]
    done = assemble(rows, GROUND, complete={})
    assert done.entries == GROUND.published and "取消或保留" in done.questions[0].why
    assert assemble(rows, GROUND, complete={}, preferred={"M-1|P-1": "甲表"}).entries == {}


def test_what_one_list_says_in_two_ways_goes_back_to_its_sender_and_is_asked_of_nobody() -> None:
    rows = [
        said("M-1", "P-1", line=2, validity_days=90),
        said("M-1", "P-1", line=7, validity_days=30),
        said("M-1", "P-1", line=9, fields=("甲",)),
    ]
    done = assemble(rows, GROUND, complete={})
    (found,) = done.blocked
    assert done.entries == GROUND.published and not done.questions
    assert [block.code for block in found.blocks] == ["said_twice"] and "第 2 行与第 7 行的“有效天数”不一致" in found.blocks[0].text
    assert {place.line for place in found.rows} == {2, 7}


def test_struck_off_the_list_of_commitments_a_proof_stays() -> None:
    done = assemble([said("M-1", "P-1", commitment="承诺清单", cancelled=True)], GROUND, complete={})
    assert done.entries == GROUND.published and not done.blocked and not done.questions


def test_what_was_retired_since_it_was_read_is_passed_over() -> None:
    retired = replace(GROUND, matters={"M-2": GROUND.matters["M-2"]}, proofs={"P-2": GROUND.proofs["P-2"]})
    rows = [said(None, "P-1", validity_days=90), said("M-1", "P-1", "乙表", validity_days=60), said("M-2", "P-1", **FULL)]
    done = assemble(rows, retired, complete={})
    assert done.entries == GROUND.published and not done.blocked and not done.questions


def test_one_list_demands_a_commitment_and_another_says_why_none_is_possible() -> None:
    rows = [said("M-1", "P-1", commitment="第一批清单"), said("M-1", "P-1", "乙表", no_commitment="不能保证安全")]
    assert len(assemble(rows, GROUND, complete={}).questions) == 1


def test_a_list_of_commitments_speaks_of_every_matter_that_needs_the_proof() -> None:
    done = assemble([said(None, "P-1", commitment="第一批清单")], GROUND, complete={})
    (blocked,) = done.blocked
    assert [block.code for block in blocked.blocks] == ["no_commitment"] and blocked.standing
    assert done.entries == GROUND.published, "what stands stays until somebody decides"
    both = [said(None, "P-1", commitment="第一批清单"), said("M-1", "P-1", methods=(Method.COMMITMENT, Method.ISSUER))]
    entry = assemble(both, GROUND, complete={}).entries[("M-1", "P-1")]
    assert entry.commitment_basis == "第一批清单" and entry.methods == (Method.COMMITMENT, Method.ISSUER)
    (blocked,) = assemble(both, replace(GROUND, texts=()), complete={}).blocked
    assert [block.code for block in blocked.blocks] == ["no_commitment_text"] and blocked.standing


def test_what_the_rules_forbid_is_kept_out_with_its_reason_and_place() -> None:
    done = assemble([said("M-2", "P-2", **{**FULL, "issuing_unit": "VILLAGE"}), said("M-2", "P-1", line=9)], GROUND, complete={})
    assert done.entries == GROUND.published
    found = [(one.proof, [block.code for block in one.blocks], [tuple(row) for row in one.rows]) for one in done.blocked]
    assert found == [("P-1", ["no_method"], [("甲表", 1, 9)]), ("P-2", ["negative_list"], [("甲表", 1, 2)])]
    assert not done.blocked[0].standing


def test_an_entry_disappears_only_with_its_own_units_complete_list() -> None:
    assert assemble([], GROUND, complete={}).entries == GROUND.published
    assert assemble([], GROUND, complete={"JUSTICE": set()}).entries == GROUND.published
    assert assemble([], GROUND, complete={"PERMIT": {("M-1", "P-1")}}).entries == GROUND.published, "named, though unusable"
    assert assemble([], GROUND, complete={"PERMIT": set()}).entries == {}


facts = st.builds(
    said,
    st.sampled_from(["M-1", "M-2", None]),
    st.sampled_from(["P-1", "P-2"]),
    st.sampled_from(["甲表", "乙表"]),
    st.integers(2, 9),
    st.sampled_from(["", "第一批清单"]),
    methods=st.sampled_from([(Method.ISSUER,), (Method.COMMITMENT, Method.ISSUER), (Method.DATA_SHARING,)]),
    basis=st.sampled_from(["《法》", None]),
    validity_days=st.sampled_from([30, 60]),
    issuing_unit=st.sampled_from(["STREET", "VILLAGE"]),
    fields=st.just(("关系",)),
)


_PROMISED = FULL | {"methods": (Method.COMMITMENT, Method.ISSUER)}
NEW_AND_OF_ALL = [said("M-1", "P-2", **_PROMISED), said(None, "P-2", commitment="第一批清单", **_PROMISED)]


@given(st.lists(facts, max_size=8), st.sampled_from([{}, {"PERMIT": set()}]))
@example(NEW_AND_OF_ALL, {}).via("a row without a matter speaks of what its neighbours bring, at once")
def test_assembling_again_on_the_result_changes_nothing(rows: list[StatedRow], complete: dict[str, set[Any]]) -> None:
    """Idempotent, and the difference to what is published leads exactly to the result."""
    done = assemble(rows, GROUND, complete=complete)
    assert apply(GROUND.published, difference(GROUND.published, done.entries)) == done.entries
    named = {unit: keys | {(one.fact.matter, one.fact.proof) for one in rows} for unit, keys in complete.items()}
    again = assemble(rows, replace(GROUND, published=done.entries), complete=named)
    assert again.entries == done.entries


def test_a_negative_list_means_a_proof_by_its_name_with_or_without_its_tail() -> None:
    assert core("户口迁移情况证明") == core("户口迁移情况") == core("户口迁移证明材料")
    police = NegativeItem(Organ.POLICE, "户口迁移情况", "公通字〔2016〕21号", "居民户口簿")
    found = forbidding({"P-9": ["户口迁移证明"], "P-2": ["亲属关系证明"], "P-8": ["婚姻状况证明"]}, [police, COMMUNITY])
    assert found == {"P-9": (police,), "P-2": (COMMUNITY,)}
