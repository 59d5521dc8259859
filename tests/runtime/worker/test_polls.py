"""What a worker asks Prefect while nothing is due: each question costs the server twenty milliseconds of a processor."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from ledger.lifecycle import afloat, leases
from ledger.listen_notify import SHORT_CHANNEL, WAKE_CHANNEL
from ledger.tables.batches import Batch
from runtime.services.blueprint import BATCHES, CASES
from runtime.worker import batches, worker
from settings import settings
from tests.ledger.acting import all_of, do, give_back, hold, set_columns
from tests.ledger.batches.sending import PEOPLE, a_case, row, send, sent
from tests.ledger.filing import file

LATER, BEFORE = timedelta(hours=1), timedelta(minutes=-1)


class Asked:
    """In place of Prefect's runs: counts the questions for due ones, by queue. None is due there."""

    def __init__(self) -> None:
        self.queues: list[str] = []

    async def due(self, limit: int, queue: str = CASES) -> list[Any]:
        self.queues.append(queue)
        return []

    async def align(self, number: str) -> bool:
        return False


def waiting_one() -> str:
    """It waits until an hour from now, in a run that Prefect has."""
    number = file()
    do(leases.bind_run, number, uuid4(), 0)
    set_columns(number, wake_requested_at=None, next_instant=settings().now() + LATER)
    return number


def test_something_is_due_where_a_run_would_find_something_to_do(ledger: str) -> None:
    file()  # what is new is no run's yet
    number = waiting_one()
    assert not do(afloat.is_any_due)
    set_columns(number, next_instant=settings().now() + BEFORE)
    assert do(afloat.is_any_due)
    hold(number)
    assert not do(afloat.is_any_due), "somebody works on it"
    give_back(number)
    set_columns(number, paused_at=settings().now())
    assert not do(afloat.is_any_due), "it is paused"
    set_columns(number, paused_at=None, next_instant=settings().now() + LATER, wake_requested_at=settings().now())
    assert do(afloat.is_any_due), "it asked for a pass"


def at(second: float) -> SimpleNamespace:
    """The module `time` at that second."""
    return SimpleNamespace(monotonic=lambda: 1000 + second)


def polls(seconds: list[float], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions of a worker that looks at these seconds."""

    async def act() -> list[str]:
        asked, one = Asked(), worker.Worker()
        one._runs = asked  # type: ignore[assignment]
        for second in seconds:
            monkeypatch.setattr("runtime.worker.worker.time", at(second))
            await one._poll()
        return asked.queues

    with monkeypatch.context() as monkeypatch:
        return asyncio.run(act())


def test_while_verifications_wait_prefect_is_asked_each_few_seconds_and_each_second_once_one_is_due(
    ledger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, minute = waiting_one(), [float(second) for second in range(60)]
    assert len(polls(minute, monkeypatch)) == 60 / worker.STRAY_SECONDS
    set_columns(number, next_instant=settings().now() + BEFORE)
    assert len(polls(minute, monkeypatch)) == 60


def test_in_a_rush_the_line_is_looked_at_for_what_is_short_and_not_for_each_of_the_rush() -> None:
    one = worker.Worker()
    first = list[bool]()
    one._line = SimpleNamespace(rushing=False, short_filed=lambda: first.append(True))  # type: ignore[assignment]

    def looked(channel: str) -> tuple[bool, bool]:
        one._filed.clear(), one._called.clear()
        one._hear(channel)
        return one._filed.is_set(), one._called.is_set()

    assert looked(WAKE_CHANNEL) == looked(SHORT_CHANNEL) == (True, True)
    one._line.rushing = True
    assert looked(WAKE_CHANNEL) == (False, True), "what waited for an answer is called all the same"
    assert looked(SHORT_CHANNEL) == looked("") == (True, True)
    assert first == [True, True], "and what is short goes first from then on"


def batch_questions(seconds: range) -> int:
    async def act() -> int:
        asked = Asked()
        one = batches.Batches(None, asked, threading.Event())  # type: ignore[arg-type]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(one, "align", asked.align)
            for second in seconds:
                patch.setattr("runtime.worker.batches.time", at(second))
                await one._turn()
        assert set(asked.queues) <= {BATCHES}
        return len(asked.queues)

    return asyncio.run(act())


def test_prefect_is_asked_for_batches_each_second_only_while_one_is_due(ledger: str) -> None:
    assert batch_questions(range(60)) <= 6
    send(sent(row(2, a_case(PEOPLE[0], now=settings().now()), PEOPLE[0])), now=settings().now())
    assert [one.ended_at for one in all_of(Batch)] == [None]
    assert batch_questions(range(60)) == 60
