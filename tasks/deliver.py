"""送达 (obligation 10.4, reading 6): from here on the requesting unit has the result; its system is told."""

from __future__ import annotations

import asyncio

from connectors.callbacks import send
from connectors.faults import PermanentFault, TransientFault
from domain.lifecycle import State
from domain.methods import Method
from domain.status import Status
from ledger.casework import delivery
from ledger.database import transaction
from ledger.lifecycle.moves import Lease, why_refused
from ledger.lifecycle.snapshots import snapshot_now
from ledger.outbox import callbacks_sent
from ledger.outbox.callbacks_sent import AWAY, Message, Receipt
from ledger.sealing import straight
from settings import settings
from tasks.offer import book
from tasks.passes import actor, hand, lease_of
from tasks.steps import in_ledger_thread, step

_ROUNDS = 20  #: of fifty messages each: what is left then waits for the next minute


@step("送达 deliver")
async def deliver(number: str) -> Status:
    """Deliver the result. The callback is tried once here; the flow `upkeep` goes on where it fails."""
    now, sends = await in_ledger_thread(_deliver, lease_of(number), hand().begun is not None)
    if sends:
        await send_callbacks(number)
    return now


@step("补发回调 send due callbacks")
async def send_due_callbacks() -> None:
    """Send every message that is due again, round by round: a receiver that is away holds up nobody else's."""
    for _ in range(_ROUNDS):
        if not await send_callbacks(None):
            break


async def send_callbacks(number: str | None) -> int:
    """Send the messages that are due, of one verification or of all (None); gives how many there were.

    One after the other to the same address, all addresses at the same time. Where nobody answers, the rest of that
    address's messages wait for their next attempt, which is booked.
    """
    due = await in_ledger_thread(_take_due, number)
    lanes: dict[str, list[Message]] = {}
    for message in due:
        lanes.setdefault(message.url, []).append(message)
    await asyncio.gather(*map(_send_in_order, lanes.values()))
    return len(due)


async def _send_in_order(messages: list[Message]) -> None:
    for message in messages:
        try:
            answer, outcome = await send(message), Receipt.RECEIVED
        except PermanentFault as fault:
            answer, outcome = fault.code, Receipt.REFUSED
        except TransientFault as fault:
            answer, outcome = fault.code, Receipt.NOT_YET
        await in_ledger_thread(_record, message, answer, outcome)
        if answer in AWAY:
            return


def _deliver(lease: Lease, is_straight: bool) -> tuple[Status, bool]:
    now = settings().now()
    with transaction() as session:
        if is_straight:
            gone, sends = straight.deliver(session, [lease], now=now, actor=actor())
            if not gone:
                raise why_refused(session, lease.number, State.TO_BE_DELIVERED, lease)
            book(session, gone, now=now)
            return Status(lease.number, State.DELIVERED, Method.DATA_SHARING, None), bool(sends)
        sent = delivery.deliver(session, lease, now=now, actor=actor())
        book(session, [lease.number], now=now)
        return snapshot_now(session, lease.number), sent


def _take_due(number: str | None) -> list[Message]:
    with transaction() as session:
        return callbacks_sent.take_due(session, now=settings().now(), number=number)


def _record(message: Message, answer: str, outcome: Receipt) -> None:
    with transaction() as session:
        callbacks_sent.record_attempt(session, message, answer, outcome, now=settings().now())
