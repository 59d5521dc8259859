"""A batch's run may die, repeat and meet a person at any point: every row still happens once."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from domain.batches import BatchStatus
from domain.lifecycle import State
from flows.batch_verification import batch_verification
from ledger.batches import runs, standing
from ledger.database import transaction
from ledger.tables.batches import Batch, BatchRow
from ledger.tables.effects import Delivery, Notice, Proof, SealUse
from ledger.tables.verifications import Request, Verification
from settings import settings
from tasks.passes import owner
from tests.flows.interrupting import Killed, interrupted, kill
from tests.ledger.acting import all_of
from tests.ledger.batches.sending import a_case, row, send, sent

pytestmark = pytest.mark.usefixtures("stack")


def filed(*proofs: str, callback: bool = True) -> str:
    """A batch of a row for each proof, and one whose case nobody registered."""
    now = settings().now()
    rows = [row(line, a_case(now=now), proof=proof) for line, proof in enumerate(proofs, start=2)]
    return send(sent(*rows, row(99, "C-nowhere"), callback=callback), now=now)


def turn(number: str) -> str:
    """One turn as a worker has it: under the lease, which is given back after it. Gives the state's name."""
    with transaction() as session:
        session.execute(update(Batch).values(lease_until=None, lease_owner=None, next_instant=settings().now(), flow_run=None))
        assert runs.acquire(session, number, owner(), uuid4(), now=settings().now())
    try:
        return str(asyncio.run(batch_verification(number, return_state=True)).name)
    finally:
        with transaction() as session:
            runs.release(session, number, owner())


def to_the_end(number: str) -> None:
    for _ in range(8):
        with transaction() as session:  # what a dead worker held is free after a while, and asks for nothing
            session.execute(update(Verification).values(lease_until=None, lease_owner=None, wake_requested_at=None))
            session.execute(update(Verification).where(Verification.ended_at.is_(None)).values(next_instant=func.now()))
        with suppress(BaseException):
            if turn(number) == BatchStatus.ENDED.label:
                return
    raise AssertionError(f"{number} did not end")


def each_row_once(number: str, count: int) -> None:
    rows = [one for one in all_of(BatchRow) if one.batch == number]
    numbers = {one.verification for one in rows if one.verification}
    assert len(numbers) == count == len(all_of(Verification)) and [one.refusal for one in rows if one.line == 99] == ["case_unknown"]
    for table in (SealUse, Proof, Delivery):
        assert sorted(one.verification for one in all_of(table)) == sorted(numbers), table.__name__
    assert {one.state for one in all_of(Verification)} == {State.DELIVERED}
    assert [one.cause for one in all_of(Notice)] in ([number], [])


def test_one_run_files_seals_and_delivers_every_row_and_ends_with_the_last() -> None:
    number = filed("P-HOUSEHOLD", "P-HOUSEHOLD", "P-HOUSEHOLD")
    assert turn(number) == "已办结"
    each_row_once(number, 3)
    with transaction() as session:
        batch = standing.find(session, number, None)
        assert batch.ended_at is not None and (batch.worked_rows, batch.worked_seconds > 0) == (3, True)
    assert len({one.flow_run for one in all_of(Verification)} - {None}) == 1, "none has a run of its own: the batch's tells"
    assert turn(number) == "已办结"
    each_row_once(number, 3)


@pytest.mark.parametrize("moment", ["before_commit", "after_commit"])
def test_killed_at_any_commit_it_loses_and_doubles_nothing(moment: str) -> None:
    point, fired = 1, True
    while fired:
        number = filed("P-HOUSEHOLD", "P-HOUSEHOLD")
        with suppress(Killed), interrupted(moment, point, kill) as interruption:
            turn(number)
        to_the_end(number)
        _of_this(number, 2)
        fired, point = interruption.fired, point + 5
    assert point > 20


def _of_this(number: str, count: int) -> None:
    numbers = {one.verification for one in all_of(BatchRow) if one.batch == number and one.verification}
    assert len(numbers) == count == len([one for one in all_of(Verification) if one.batch == number])
    for table in (SealUse, Proof, Delivery):
        found = [one.verification for one in all_of(table) if one.verification in numbers]
        assert sorted(found) == sorted(numbers), table.__name__


def test_what_waits_for_a_unit_gets_a_run_of_its_own_and_the_batch_looks_again() -> None:
    number = filed("P-HOUSEHOLD", "P-HARDSHIP")
    assert turn(number) == "等待各行办结"
    by_state = {one.state: one for one in all_of(Verification)}
    assert set(by_state) == {State.DELIVERED, State.AWAITING_REPLY}
    assert by_state[State.AWAITING_REPLY].wake_requested_at is not None and by_state[State.DELIVERED].wake_requested_at is None
    assert len(all_of(Request)) == 1
    with transaction() as session:
        batch = standing.find(session, number, None)
        assert batch.ended_at is None and batch.next_instant is not None and batch.next_instant > settings().now()
        found = standing.progress(session, batch, now=settings().now())
    assert found.said == "共 3 行,未受理 1 行,办理中 1 行,已办结 1 行,其中等待出具单位或人员 1 行"


def test_paused_between_parts_it_stops_there(monkeypatch: pytest.MonkeyPatch) -> None:
    from tasks import batch as steps

    monkeypatch.setattr(steps, "PART", 1)
    monkeypatch.setattr(steps, "AT_ONCE", 1)
    monkeypatch.setitem(steps.filing.file_some.__kwdefaults__, "most", 1)
    number = filed("P-HOUSEHOLD", "P-HOUSEHOLD", "P-HOUSEHOLD")
    shown = steps._note_pace

    def pause(batch: str, rows: int, seconds: float) -> None:
        shown(batch, rows, seconds)
        with transaction() as session:
            standing.steer(session, number, BatchStatus.PAUSED, now=settings().now(), actor="person:x")

    monkeypatch.setattr(steps, "_note_pace", pause)
    assert turn(number) == "已暂停" and len(all_of(Verification)) == 1
    monkeypatch.setattr(steps, "_note_pace", shown)
    with transaction() as session:
        standing.steer(session, number, BatchStatus.WORKING, now=settings().now(), actor="person:x")
    to_the_end(number)
    each_row_once(number, 3)


def test_a_worker_that_is_to_end_files_nothing_more() -> None:
    number = filed("P-HOUSEHOLD")
    state = asyncio.run(batch_verification(number, return_state=True))
    assert state.name == "等待继续" and all_of(Verification) == [], "nobody holds the lease"


def test_a_part_that_fails_ends_no_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    from flows import batch_verification as flow

    async def broken(_numbers: list[str]) -> None:
        raise RuntimeError("演示甲子")

    number, whole = filed("P-HOUSEHOLD"), flow.together
    monkeypatch.setattr(flow, "together", broken)
    assert turn(number) == "等待各行办结"
    with transaction() as session:
        assert session.scalar(select(Batch.next_instant)) > settings().now()  # type: ignore[operator]
    monkeypatch.setattr(flow, "together", whole)
    to_the_end(number)
    each_row_once(number, 1)
