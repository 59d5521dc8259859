"""公布的清单: what the public reads of a version, and what changed between any two."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.listing import Change, ChangeKind, apply, difference
from domain.scope import excluded, spared
from ledger.catalog import published, versions
from ledger.catalog.published import Wanted
from ledger.catalog.versions import UnknownVersion
from tests.ledger.acting import do
from tests.ledger.listing import alter, publish, standing

pytestmark = pytest.mark.usefixtures("ledger")


def test_a_version_is_read_page_by_page_as_it_was() -> None:
    first = do(versions.current)
    before = do(versions.entries_of)
    alter(validity_days=90)
    publish(Change(standing("DEMO-0002", "P-HARDSHIP"), None))
    pages = [do(published.page, first, limit=4, offset=offset) for offset in range(0, len(before) + 4, 4)]
    listed = [one for found in pages for one in found]
    assert {(one.entry.matter, one.entry.proof): one.entry for one in listed} == before and len(listed) == len(before)
    keys = [(one.entry.unit, one.entry.matter, one.entry.proof) for one in listed]
    assert keys == sorted(keys)
    counts = do(published.units, first)
    assert sum(count for _, _, count in counts) == len(before) and ("370402-JUSTICE", "区司法局", 1) in counts
    figures = do(published.figures, first)
    assert (figures.entries, figures.units) == (len(before), len(counts))
    assert figures.paperless == sum(excluded(entry) is None for entry in before.values()) < len(before)


@pytest.mark.parametrize(
    ("words", "proofs"),
    [
        (("经济困难", "法律援助"), {"P-HARDSHIP"}),
        (("P-archive",), {"P-ARCHIVE"}),
        (("区司法局",), {"P-HARDSHIP"}),
        (("市中区档案馆",), {"P-ARCHIVE"}),
        (("%",), set()),
        (("_",), set()),
        (("没有",), set()),
    ],
)
def test_words_are_found_wherever_they_stand(words: tuple[str, ...], proofs: set[str]) -> None:
    assert {one.entry.proof for one in do(published.page, do(versions.current), Wanted(words))} == proofs


def test_a_unit_sees_its_own() -> None:
    found = do(published.page, do(versions.current), Wanted(unit="370402-CIVIL"))
    assert found and {one.entry.unit for one in found} == {"370402-CIVIL"}


def test_there_is_no_version_that_was_not_published() -> None:
    assert do(published.version_of).number == do(published.version_of, 1).number == 1
    with pytest.raises(UnknownVersion, match="没有第 2 版"):
        do(published.version_of, 2)


def test_what_was_taken_away_and_came_back_as_it_was_is_no_change() -> None:
    first, entry = do(versions.current), standing()
    publish(Change(entry, None))
    last = publish(Change(None, entry))
    assert do(published.changes, first, last) == [] and sum(do(published.change_counts, first, last).values()) == 0
    assert do(published.change_counts, 0, last)[ChangeKind.ADD] == len(do(versions.entries_of))


KEYS = [("DEMO-0001", "P-HOUSEHOLD"), ("DEMO-0002", "P-HARDSHIP"), ("DEMO-0001", "P-MARRIAGE")]


@given(st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from([None, 30, 60])), min_size=1, max_size=6))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_difference_of_any_two_versions_makes_one_of_the_other(steps: list[tuple[tuple[str, str], int | None]]) -> None:
    pattern = do(versions.entries_of, 1)
    for key, days in steps:
        before = do(versions.entries_of).get(key)
        after = replace(pattern[key], validity_days=days) if days else None
        if before != after:
            publish(Change(before, after))
    last = do(versions.current)
    for first, second in ((1, last), (last, 1), (max(last - 1, 1), last), (0, last)):
        old, new = do(versions.entries_of, first), do(versions.entries_of, second)
        found = do(published.changes, first, second)
        assert apply(old, found) == new and sorted(found, key=lambda one: one.key) == list(difference(old, new))
        kinds = [change.kind for change in found]
        assert do(published.change_counts, first, second) == {kind: kinds.count(kind) for kind in ChangeKind}
    numbers = range(1, do(versions.current) + 1)
    assert do(published.brought, list(numbers)) == {number: do(published.change_counts, number - 1, number) for number in numbers}


@pytest.mark.parametrize(
    "kept", [{"methods": ()}, {"reviewed_above": True}, {"outside_region": True, "checkable_online": False}, {"outside_region": True}]
)
def test_what_is_said_to_spare_the_paper_is_what_the_rules_spare(kept: dict[str, Any]) -> None:
    """Obligations 2.2, 2.4, 2.5: the public count of it is that of the rule which refuses a demand."""
    alter(**kept)
    listed = do(versions.entries_of).values()
    assert do(published.figures, do(versions.current)).paperless == sum(map(spared, listed)) > 0
