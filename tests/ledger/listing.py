"""The published list, changed for a test as only a publication can change it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.listing import Change
from domain.scope import CatalogEntry
from ledger.catalog import versions
from ledger.catalog.entries import find_entry
from tests.ledger.acting import do
from tests.ledger.filing import NOW


def standing(matter: str = "DEMO-0001", proof: str = "P-HOUSEHOLD") -> CatalogEntry:
    """The entry as it is published now."""
    found = do(find_entry, matter, proof)
    assert found is not None
    return found[1]


def publish(*changes: Change) -> int:
    """The next version with these changes; gives its number."""
    return do(versions.publish, changes, document="测试", now=NOW, actor="test").number


def alter(matter: str = "DEMO-0001", proof: str = "P-HOUSEHOLD", **values: Any) -> int:
    """The next version, in which one entry is another."""
    before = standing(matter, proof)
    return publish(Change(before, replace(before, **values)))
