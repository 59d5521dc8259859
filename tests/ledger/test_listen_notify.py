"""NOTIFY and LISTEN: heard after the commit and not before, and again after a broken connection."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from domain.lifecycle import Event, State
from domain.limits import HandlingType
from ledger.casework import attention
from ledger.database import transaction
from ledger.lifecycle import moves
from ledger.listen_notify import ENDED_CHANNEL, SHORT_CHANNEL, WAKE_CHANNEL, Listener, notify
from tests.ledger.acting import do, hold, take_up
from tests.ledger.filing import NOW, file

Heard = queue.Queue[tuple[str, str]]


@contextmanager
def listening(*channels: str) -> Iterator[Heard]:
    heard: Heard = queue.Queue()
    listener = Listener(channels, lambda channel, number: heard.put((channel, number)))
    listener.start()
    try:
        assert heard.get(timeout=60) == ("", "")  # connected: look for yourself once
        yield heard
    finally:
        listener.stop()
        listener.join(10)
        assert not listener.is_alive()


def test_a_notice_is_heard_after_the_commit_only(ledger: str) -> None:
    with listening(WAKE_CHANNEL) as heard:
        with pytest.raises(ZeroDivisionError), transaction() as session:
            notify(session, WAKE_CHANNEL, "rolled back")
            raise ZeroDivisionError
        number = file()
        assert heard.get(timeout=60) == (WAKE_CHANNEL, number), "what is filed is told"
        with transaction() as session:
            moves.request_wake(session, number)
            with pytest.raises(queue.Empty):
                heard.get(timeout=0.2)
        assert heard.get(timeout=60) == (WAKE_CHANNEL, number)
        assert heard.empty()


def test_what_is_short_is_told_apart_from_what_a_rush_takes_in_its_own_time(ledger: str) -> None:
    with listening(WAKE_CHANNEL, SHORT_CHANNEL) as heard:
        other, short = file(), file(handling=HandlingType.IMMEDIATE, promise_end=None)
        assert [heard.get(timeout=60) for _ in range(2)] == [(WAKE_CHANNEL, other), (SHORT_CHANNEL, short)]
        assert heard.empty()


def test_whoever_waits_for_a_result_hears_of_each_end_and_of_each_person_needed(ledger: str) -> None:
    with listening(ENDED_CHANNEL) as heard:
        withdrawn, stuck = file(), file()
        do(attention.withdraw, withdrawn, now=NOW, actor="test")
        assert heard.get(timeout=60) == (ENDED_CHANNEL, withdrawn)
        lease = hold(stuck)
        take_up(lease)
        do(moves.move, stuck, Event.SHARE_SEVERAL, State.LOOKING_UP, State.AWAITING_CHOICE, at=NOW, actor="test")
        assert heard.get(timeout=60) == (ENDED_CHANNEL, stuck)
        assert heard.empty()


def test_after_a_broken_connection_the_listener_comes_back_and_says_so(ledger: str) -> None:
    with listening(WAKE_CHANNEL) as heard:
        with transaction() as session:
            ended = session.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%/listener'")
            ).all()
        assert len(ended) == 1
        assert heard.get(timeout=60) == ("", "")
        with transaction() as session:
            notify(session, WAKE_CHANNEL, "HY20260304AAAAAAAA")
        assert heard.get(timeout=60) == (WAKE_CHANNEL, "HY20260304AAAAAAAA")
