"""清单的比较: the difference between two lists, applied to the first, gives the second."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.listing import LABELS, Change, ChangeConflict, ChangeKind, Key, apply, content, described, difference, from_content, key_of
from domain.methods import Method
from domain.scope import CatalogEntry, Exclusion

ENTRY = CatalogEntry(
    matter="M-1",
    matter_name="公共租赁住房申请",
    proof="P-1",
    proof_name="户籍证明",
    methods=(Method.DATA_SHARING, Method.ISSUER),
    issuing_unit="U-1",
    issuing_unit_name="街道",
    source="licence_library",
    parameters={"certTypeCode": "A"},
    fields=("住址",),
    database_backed=False,
    sealed_when_negative=False,
    validity_days=30,
    basis="《办法》",
    unit="U-2",
)

entries = st.builds(
    replace,
    st.just(ENTRY),
    matter=st.sampled_from(["M-1", "M-2", "M-3"]),
    proof=st.sampled_from(["P-1", "P-2", "P-3"]),
    methods=st.lists(st.sampled_from(list(Method)), unique=True).map(tuple),
    exclusion=st.none() | st.sampled_from(list(Exclusion)),
    limit=st.none() | st.integers(1, 600).map(lambda minutes: timedelta(minutes=minutes)),
    parameters=st.dictionaries(st.sampled_from(["a", "b"]), st.text(max_size=3)),
    immediate=st.booleans(),
)
lists = st.lists(entries, max_size=8).map(lambda rows: {(row.matter, row.proof): row for row in rows})


@given(lists, lists)
def test_the_difference_applied_to_the_first_gives_the_second(first: dict, second: dict) -> None:  # type: ignore[type-arg]
    changes = difference(first, second)
    assert apply(first, changes) == second
    back = [Change(change.after, change.before) for change in changes]
    assert apply(second, back) == first
    assert difference(first, first) == () and all(described(change) for change in changes)


@given(entries)
def test_an_entry_comes_back_from_its_content(entry: CatalogEntry) -> None:
    assert from_content(content(entry), "街道") == entry


def one(entry: CatalogEntry) -> dict[Key, CatalogEntry]:
    return {key_of(entry): entry}


def test_each_kind_of_change_is_told() -> None:
    """Obligation 5.4."""
    other = replace(ENTRY, proof="P-2")
    altered = replace(ENTRY, methods=(Method.ISSUER,), source=None, immediate=True)
    (change,) = difference(one(ENTRY), one(altered))
    assert change.kind is ChangeKind.ALTER
    assert described(change) == ["核验方式:数据共享、部门核验 → 部门核验", "数据来源:licence_library → (无)", "可立即核验:否 → 是"]
    assert described(change, leave_out=("source",)) == ["核验方式:数据共享、部门核验 → 部门核验", "可立即核验:否 → 是"]
    moved = Change(ENTRY, replace(ENTRY, issuing_unit="U-3", issuing_unit_name="民政局"))
    assert described(moved) == ["出具单位:街道 → 民政局"]
    assert described(Change(ENTRY, replace(ENTRY, validity_days=60, issuing_unit_name=None))) == ["有效天数:30 → 60"]
    kinds = [change.kind.label for change in difference(one(ENTRY), one(other))]
    assert kinds == ["减少", "增加"]


def test_a_name_that_is_only_shown_is_no_change() -> None:
    assert difference(one(ENTRY), one(replace(ENTRY, issuing_unit_name="改名街道"))) == ()


def test_what_somebody_changed_meanwhile_is_not_overwritten() -> None:
    change = Change(ENTRY, replace(ENTRY, validity_days=60))
    with pytest.raises(ChangeConflict, match="已被其他调整改动"):
        apply(one(replace(ENTRY, validity_days=90)), [change])
    with pytest.raises(ChangeConflict):
        apply({}, [change])
    with pytest.raises(ChangeConflict):
        apply(one(ENTRY), [Change(None, ENTRY)])


def test_every_part_of_an_entry_has_a_name() -> None:
    assert set(content(ENTRY)) - {"matter", "proof"} == set(LABELS)
