"""适用范围: what article 2 keeps out, and what a verification needs before it may start."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.methods import Method
from domain.refusal import Refusal
from domain.scope import CatalogEntry, Exclusion, excluded, refusal

NOW = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)
ENTRY = CatalogEntry(
    matter="M",
    matter_name="事项",
    proof="P",
    proof_name="证明",
    methods=(Method.ISSUER,),
    issuing_unit="U",
    issuing_unit_name="单位",
    source=None,
    parameters={},
    fields=("甲",),
    database_backed=False,
    sealed_when_negative=False,
    validity_days=30,
)


def refused(entry: CatalogEntry | None, case_open: bool = True, is_party: bool = True) -> Refusal | None:
    return refusal(entry, case_open=case_open, is_party=is_party)


@pytest.mark.parametrize("exclusion", Exclusion)
def test_every_category_of_article_2_is_refused_by_name(exclusion: Exclusion) -> None:
    """Obligation 2.3."""
    found = refused(replace(ENTRY, exclusion=exclusion))
    assert found is not None and (found.code, found.obligation) == ("excluded_category", "2.3")
    assert exclusion.label in found.text and found.remedy


@pytest.mark.parametrize(
    ("outside", "online", "code"), [(False, False, None), (False, True, None), (True, True, None), (True, False, "excluded_outside")]
)
def test_outside_the_district_needs_both_flags(outside: bool, online: bool, code: str | None) -> None:
    """Obligation 2.4."""
    found = excluded(replace(ENTRY, outside_region=outside, checkable_online=online))
    assert (found.code if found else None) == code
    assert found is None or found.obligation == "2.4"


def test_a_matter_that_is_reviewed_above_is_refused() -> None:
    """Obligation 2.5."""
    found = refused(replace(ENTRY, reviewed_above=True))
    assert found is not None and (found.code, found.obligation) == ("excluded_review", "2.5")


@pytest.mark.parametrize(
    ("entry", "case_open", "is_party", "code", "obligation"),
    [
        (None, True, True, "proof_not_listed", "2.1"),
        (None, False, False, "proof_not_listed", "2.1"),
        (ENTRY, False, True, "case_closed", "15.4"),
        (ENTRY, True, False, "not_a_party", "15.4"),
        (replace(ENTRY, methods=()), True, True, "no_method", "2.2"),
        # Article 2 comes first: an excluded matter is told so, whatever else is wrong.
        (replace(ENTRY, exclusion=Exclusion.ECOLOGY, methods=()), False, False, "excluded_category", "2.3"),
    ],
)
def test_refusals(entry: CatalogEntry | None, case_open: bool, is_party: bool, code: str, obligation: str) -> None:
    """Obligations 2.1, 2.2."""
    found = refused(entry, case_open, is_party)
    assert found is not None
    assert (found.code, found.obligation) == (code, obligation)
    assert found.text.endswith("。") and found.remedy.endswith("。")
