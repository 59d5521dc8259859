"""What keeps an entry out of the list: each rule by itself, with its obligation and a remedy."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest

from domain.blocking import NegativeItem, Organ, blocks, change_blocks
from domain.listing import Change
from domain.methods import Method
from domain.scope import Exclusion
from tests.domain.test_listing import ENTRY

NEGATIVE = NegativeItem(Organ.COMMUNITY, "亲属关系证明", "民发〔2020〕20号", "居民户口簿")
EXCLUDED = {"exclusion": Exclusion.PUBLIC_SAFETY, "methods": (), "fields": ()}

EXPLAINED = EXCLUDED | {"exclusion_decided_by": "专班", "exclusion_evidence": "纪要"}


def codes(
    entry: Any, organ: Organ = Organ.OTHER, negative: tuple[NegativeItem, ...] = (), *, texts: Collection[str] = (ENTRY.proof,)
) -> list[tuple[str, str]]:
    found = blocks(entry, organ=organ, negative=negative, sources={"licence_library"}, texts=texts)
    return [(block.code, block.obligation) for block in found]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"basis": " "}, [("no_basis", "2.1")]),
        ({"methods": (), "fields": ()}, [("no_method", "2.2")]),
        ({"commitment_basis": "第一批清单"}, [("no_commitment", "7.4")]),
        ({"commitment_basis": "第一批清单", "methods": (Method.COMMITMENT,), "fields": ()}, []),
        ({"commitment_basis": "第一批清单", "methods": (Method.ISSUER, Method.COMMITMENT)}, [("no_commitment", "7.4")]),
        ({"commitment_basis": "第一批清单", "methods": (Method.DATA_SHARING, Method.COMMITMENT, Method.ISSUER)}, []),
        ({"methods": (Method.ISSUER, Method.COMMITMENT)}, []),
        ({"source": None}, [("no_source", "7.2")]),
        ({"source": "elsewhere"}, [("no_source", "7.2")]),
        ({"issuing_unit": None}, [("no_issuer", "10.1")]),
        ({"fields": ()}, [("no_fields", "9.3")]),
        (EXCLUDED, [("exclusion_unexplained", "2.3")]),
        (EXPLAINED, []),
        (EXPLAINED | {"methods": (Method.ISSUER,), "issuing_unit": None}, [("no_issuer", "10.1")]),
        (EXPLAINED | {"methods": (Method.DATA_SHARING,), "source": None}, [("no_source", "7.2")]),
        ({"reviewed_above": True, "methods": ()}, []),
        ({"outside_region": True, "checkable_online": False, "methods": ()}, []),
        ({"outside_region": True, "methods": ()}, [("no_method", "2.2")]),
    ],
)
def test_each_rule(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """Obligations 2.1, 2.2, 2.3, 7.2, 7.4."""
    assert codes(replace(ENTRY, **changes)) == expected


def test_what_must_be_offered_needs_a_text_and_what_may_be_does_not() -> None:
    """Obligation 7.4: without a text the next method follows, so that nothing would be offered."""
    first = {"methods": (Method.COMMITMENT, Method.ISSUER)}
    must = replace(ENTRY, commitment_basis="第一批清单", **first)
    assert codes(must, texts={ENTRY.proof}) == [] == codes(replace(ENTRY, **first), texts=())
    assert codes(must, texts={"P-ELSE"}) == [("no_commitment_text", "7.4")]
    behind = replace(must, methods=(Method.ISSUER,))
    assert codes(behind, texts=()) == [("no_commitment", "7.4"), ("no_commitment_text", "7.4")]
    (block,) = blocks(must, organ=Organ.OTHER, negative=(), sources=(), texts=())
    assert "第一批清单" in block.text and "/v1/commitment-texts/" in block.remedy
    assert codes(replace(must, **EXPLAINED), texts=()) == [], "what article 2 keeps out is promised by nobody"


@pytest.mark.parametrize("organ", Organ)
def test_a_negative_list_binds_its_own_kind_of_organ(organ: Organ) -> None:
    found = codes(ENTRY, organ, (NEGATIVE,))
    assert found == ([("negative_list", "2.1")] if organ is Organ.COMMUNITY else [])


def test_the_words_name_the_source_and_what_serves_instead() -> None:
    (block,) = blocks(ENTRY, organ=Organ.COMMUNITY, negative=(NEGATIVE,), sources={"licence_library"}, texts=())
    assert "民发〔2020〕20号" in block.text and "居民户口簿" in block.remedy


def test_an_increase_needs_a_method_of_its_own() -> None:
    """Obligation 5.7."""
    (block,) = change_blocks(Change(None, replace(ENTRY, methods=())))
    assert block.obligation == "5.7"
    assert change_blocks(Change(None, ENTRY)) == () == change_blocks(Change(ENTRY, replace(ENTRY, methods=())))


@pytest.mark.parametrize("kept_out", [EXPLAINED, {"outside_region": True, "checkable_online": False}, {"reviewed_above": True}])
def test_what_article_2_keeps_out_is_listed_without_a_method(kept_out: dict[str, Any]) -> None:
    """Obligations 2.3, 2.4, 2.5, 5.7: nobody spares anybody the paper, so that an adjustment that lists it names no way to."""
    entry = replace(ENTRY, **{"methods": ()} | kept_out)
    assert codes(entry) == [] and change_blocks(Change(None, entry)) == ()
    networked = replace(ENTRY, methods=(), outside_region=True, checkable_online=True)
    assert [block.obligation for block in change_blocks(Change(None, networked))] == ["5.7"]
