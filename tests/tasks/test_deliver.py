"""回调: nobody waits for another's dead receiver."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from connectors.faults import TransientFault
from domain.lifecycle import State
from ledger.outbox.callbacks_sent import Message, Receipt
from tasks import deliver

DEAD, LIVE, BUSY = "https://dead.invalid/", "https://live.invalid/", "https://busy.invalid/"


def message(url: str) -> Message:
    return Message(uuid4(), "HY20260304AAAAAAAA", State.DELIVERED, datetime(2026, 3, 4, tzinfo=UTC), url, b"", 1)


def test_a_dead_receiver_holds_up_only_its_own_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    due = [message(url) for url in (DEAD, DEAD, LIVE, BUSY, LIVE, BUSY)]
    rounds, noted, alive = [due, []], [], asyncio.Event()

    async def send(one: Message) -> str:
        if one.url == DEAD:
            await asyncio.wait_for(alive.wait(), 60)  # silent until the others are through
            raise TransientFault("演示", "timeout", "没有应答")
        if one.url == BUSY:
            raise TransientFault("演示", "503", "应答 503")
        if [url for url, *_ in noted].count(LIVE) == 1:
            alive.set()
        return "204"

    monkeypatch.setattr(deliver, "send", send)
    monkeypatch.setattr(deliver, "_take_due", lambda _: rounds.pop(0))
    monkeypatch.setattr(deliver, "_record", lambda one, answer, outcome: noted.append((one.url, answer, outcome)))
    asyncio.run(deliver.send_due_callbacks.fn())
    assert sorted(noted) == [
        (BUSY, "503", Receipt.NOT_YET),
        (BUSY, "503", Receipt.NOT_YET),
        (DEAD, "timeout", Receipt.NOT_YET),
        (LIVE, "204", Receipt.RECEIVED),
        (LIVE, "204", Receipt.RECEIVED),
    ]
    assert rounds == [], "round by round until nothing is due"
