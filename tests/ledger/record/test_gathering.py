"""汇集: every committed event gets one place, whoever commits late, however often and by how many it is done."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, create_engine, select, text
from sqlalchemy.exc import DBAPIError

from ledger.database import transaction
from ledger.record import gathering, heads
from ledger.record.tree import root_of
from ledger.tables.record import RecordLeaf, RecordTree
from ledger.tables.verifications import EventRow
from tests.ledger.acting import all_of, asked, do
from tests.ledger.filing import NOW

pytestmark = pytest.mark.usefixtures("ledger")

INSERT = text(
    "INSERT INTO events (verification, event, at, recorded_at, actor, detail) "
    "VALUES (:number, 'reminded', now(), now(), 'system:test', '{}') RETURNING id"
)


def gathered(most: int = gathering.AT_ONCE) -> int:
    found = do(gathering.gather, most)
    assert found is not None
    return found


def places() -> dict[int, int]:
    """Place -> event."""
    return {leaf.place: leaf.event for leaf in all_of(RecordLeaf)}


def check_whole() -> None:
    """Every event once, without a gap, and the tree over them."""
    found, ids = places(), sorted(row.id for row in all_of(EventRow))
    assert sorted(found.values()) == ids and sorted(found) == list(range(len(ids)))
    leaves = sorted(all_of(RecordLeaf), key=lambda leaf: leaf.place)
    (edge,) = all_of(RecordTree)
    assert edge.size == len(ids) and gathering.Tree.of(edge.size, edge.peaks).root == root_of(bytes(leaf.hash) for leaf in leaves)


@contextmanager
def writing(url: str) -> Iterator[Connection]:
    """A transaction that somebody else has begun."""
    engine = create_engine(url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_an_event_that_is_committed_after_later_ones_is_not_lost(owner_url: str) -> None:
    number = asked()[0].number
    with writing(owner_url) as late, writing(owner_url) as soon:
        early = late.execute(INSERT, {"number": number}).scalar_one()
        for _ in range(3):
            later = soon.execute(INSERT, {"number": number}).scalar_one()
            soon.commit()
            gathered()
            assert later > early and later in places().values() and early not in places().values()
        (edge,) = all_of(RecordTree)
        assert edge.settled < early, "somebody may still commit it"
        late.commit()
    assert gathered() == 1
    check_whole()
    gathered()
    gathered()
    (edge,) = all_of(RecordTree)
    assert edge.settled == later, "the search begins behind what is settled"


def test_a_number_that_is_rolled_back_holds_nothing_up(owner_url: str) -> None:
    number = asked()[0].number
    with writing(owner_url) as other:
        other.execute(INSERT, {"number": number})
        other.rollback()
        other.execute(INSERT, {"number": number})
        other.commit()
    for _ in range(3):
        gathered()
    check_whole()
    (edge,) = all_of(RecordTree)
    assert edge.settled == max(places().values())


def test_in_small_batches_and_killed_between_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        asked()
    assert gathered(2) == 2

    class Killed(BaseException):
        pass

    with pytest.raises(Killed), transaction() as session:
        gathering.gather(session, 2)
        raise Killed
    assert len(places()) == 2, "nothing half"
    while gathered(2) == 2:
        pass
    check_whole()
    assert gathered() == 0, "twice changes nothing"


def test_who_comes_while_another_gathers_leaves_it(owner_url: str) -> None:
    asked()
    with writing(owner_url) as other:
        other.execute(text("SELECT * FROM record_tree FOR UPDATE"))
        assert do(gathering.gather) is None
        assert do(heads.keep, now=NOW) is None
    assert places() == {} and gathered() > 0


def test_many_write_and_many_gather(owner_url: str) -> None:
    number, done = asked()[0].number, threading.Event()

    def write() -> None:
        engine = create_engine(owner_url)
        for turn in range(60):
            with engine.connect() as connection:
                connection.execute(INSERT, {"number": number})
                connection.execute(INSERT, {"number": number})
                connection.execute(text("SELECT pg_sleep(random() * 0.01)"))
                connection.rollback() if turn % 7 == 0 else connection.commit()
        engine.dispose()

    def collect() -> None:
        while not done.is_set():
            do(gathering.gather, 7)

    writers, collectors = [threading.Thread(target=write) for _ in range(4)], [threading.Thread(target=collect) for _ in range(2)]
    for thread in writers + collectors:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in collectors:
        thread.join()
    while gathered():
        pass
    check_whole()


def test_a_leaf_is_the_hash_of_what_the_row_says() -> None:
    """Second way to the same line: from the row as Python reads it."""
    number = asked()[0].number
    gathered()
    with transaction() as session:
        line = session.scalar(text(f"SELECT {gathering.LINE} FROM events e WHERE verification = :n ORDER BY id LIMIT 1"), {"n": number})
        row = session.scalars(select(EventRow).where(EventRow.verification == number).order_by(EventRow.id)).first()
        leaf = session.scalars(select(RecordLeaf).where(RecordLeaf.event == row.id)).one() if row else None
    assert row is not None and leaf is not None and bytes(leaf.hash) == hashlib.sha256(b"\x00" + line.encode()).digest()
    said = json.loads(line)
    assert said == {
        "id": row.id,
        "verification": number,
        "event": row.event.value,
        "at": row.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "recorded_at": row.recorded_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "origin": None,
        "target": row.target.value if row.target else None,
        "actor": row.actor,
        "detail": row.detail,
    }


@pytest.mark.parametrize("change", ["UPDATE record_leaves SET place = place", "DELETE FROM record_leaves", "TRUNCATE record_heads"])
def test_the_record_is_append_only_for_the_owner_too(owner_url: str, change: str) -> None:
    asked()
    gathered()
    with writing(owner_url) as owner, pytest.raises(DBAPIError, match="台账只增不改"):
        owner.execute(text(change))
