"""分页: whatever comes in and goes away between two pages, each row that stayed is read once, in its order."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Text, func, insert, select, update

from ledger import paging
from ledger.database import transaction
from ledger.paging import EARLIEST, LATEST, PageRequest
from ledger.tables.catalog import CatalogQuestion
from tests.ledger.acting import do
from tests.ledger.filing import NOW

row = CatalogQuestion
ORDERS: dict[str, tuple[Any, ...]] = {
    "ascending": (row.subject, row.id),
    "descending": (row.count.desc(), row.id.desc()),
    "both ways": (row.count.desc(), func.left(row.subject, 2, type_=Text), row.id.desc()),
    "what has no instant first": (func.coalesce(row.answered_at, EARLIEST), row.id),
    "what has no instant last": (func.coalesce(row.answered_at, LATEST), row.id),
}


@pytest.mark.parametrize("name", ORDERS)
@pytest.mark.parametrize("size", [1, 7])
def test_who_stayed_is_seen_once_and_in_order(shared_ledger: str, name: str, size: int) -> None:
    order, topic = ORDERS[name], f"{name} {size}"
    chance = random.Random(topic)  # noqa: S311  (each run the same)
    first = {added(chance, topic) for _ in range(40)}
    gone: set[UUID] = set()
    seen: list[UUID] = []
    request: PageRequest | None = PageRequest(size)
    while request is not None:
        page = do(paging.scalars, select(row).where(row.open.is_(True), row.topic == topic), order, request)
        assert 0 < len(page.rows) <= size
        seen += [one.id for one in page.rows]
        request = PageRequest(size, page.following) if page.following else None
        if len(gone) < 20:
            gone |= {removed(chance, first - gone), removed(chance, first - gone)}
            added(chance, topic), added(chance, topic)
    assert len(seen) == len(set(seen)) and first - gone <= set(seen)
    with transaction() as session:
        assert list(session.scalars(select(row.id).where(row.id.in_(seen)).order_by(*order))) == seen


def added(chance: random.Random, topic: str) -> UUID:
    """A question; many share a name's beginning, a count, an instant, or have none."""
    new, at = UUID(int=chance.getrandbits(128)), chance.choice([None, NOW, NOW + timedelta(microseconds=1), NOW + timedelta(days=1)])
    values = {
        "topic": topic,
        "subject_key": str(new),
        "subject": chance.choice("甲乙丙") * 2 + str(new),
        "why": "",
        "candidates": (),
        "places": (),
    }
    with transaction() as session:
        session.execute(insert(row).values(id=new, count=chance.randrange(4), asked_at=NOW, answered_at=at, **values))
    return new


def removed(chance: random.Random, there: set[UUID]) -> UUID:
    """It is in the list no more."""
    gone = chance.choice(sorted(there))
    with transaction() as session:
        session.execute(update(row).where(row.id == gone).values(open=False))
    return gone


@pytest.mark.parametrize("size", [1, 2, 9])
def test_what_stands_in_memory_comes_in_pages_too(size: int) -> None:
    rows = ["c", "a", "e", "b", "d"]
    found = paging.every(lambda page: paging.of_list(rows, lambda one: (one,), page), at_once=size)
    assert list(found) == sorted(rows)
