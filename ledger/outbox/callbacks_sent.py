"""回调 on the record: the requesting unit's system is told once of what happened, by one id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session, aliased

from domain.lifecycle import State
from ledger.tables.effects import Delivery
from ledger.tables.registry import CallbackAddress
from ledger.vault import Place, vault

#: After each failed attempt the next one waits longer, then a day; after the last one a person reads it in `./run stuck`.
#: Ten days in all: a receiver that breaks on the eve of the longest holidays is mended when they are over.
PAUSES = (*(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 7200, 21600, 43200)), *[timedelta(days=1)] * 9)


#: What an attempt leaves as `last_answer` where nobody answered at all (connectors.callbacks).
AWAY = ("timeout", "unreachable", "unknown_host")


class Receipt(StrEnum):
    """What became of one attempt."""

    RECEIVED = "received"
    NOT_YET = "not_yet"  #: the next attempt may get through
    REFUSED = "refused"  #: the receiver wants no more of it: no further attempt


@dataclass(frozen=True)
class Message:
    """One message to one address. The body holds number and status only; `id` goes with every attempt."""

    id: UUID
    verification: str
    status: State
    made_at: datetime
    url: str
    secret: bytes
    attempts: int
    topic: str = "verification"

    def __repr__(self) -> str:
        return f"Message({self.id})"


_ANNOUNCE = text(
    """
    INSERT INTO deliveries (id, verification, status, event_id, address_id, made_at, attempts, next_attempt_at)
    SELECT gen_random_uuid(), v.number, :status, told.event, a.id, :now, 0, CASE WHEN a.id IS NOT NULL THEN CAST(:now AS timestamptz) END
    FROM unnest(CAST(:numbers AS text[]), CAST(:events AS bigint[])) AS told (number, event)
    JOIN verifications v ON v.number = told.number
    LEFT JOIN LATERAL (
        -- A merged unit's own system goes on with its cases: its address stands before its successor's.
        SELECT c.id FROM callback_addresses c
        WHERE c.active AND v.batch IS NULL AND (c.unit = v.unit OR c.unit = (SELECT u.merged_into FROM units u WHERE u.code = v.unit))
        ORDER BY c.unit <> v.unit LIMIT 1
    ) a ON true
    RETURNING verification, address_id IS NOT NULL AS sent
    """
)


def announce(session: Session, events: Mapping[str, int], status: State, *, now: datetime) -> frozenset[str]:
    """Tell the requesting units' systems what happened, where they have an address; without one, polling shows it. A row of
    a batch tells nobody by itself: its batch sends one message for all of them at its end.

    `events`: number to the id of the event, which this transaction has put on the record; gives the numbers of which
    something is to be sent.
    """
    told = {"numbers": list(events), "events": list(events.values()), "status": status, "now": now}
    return frozenset(number for number, sent in session.execute(_ANNOUNCE, told) if sent)


def take_due(session: Session, *, now: datetime, number: str | None = None, limit: int = 50) -> list[Message]:
    """Messages whose next attempt is due, each to one process only: the attempt is booked before it is made.

    A crash between booking and sending leaves the next attempt booked; the receiver keeps one of two by the id.
    Of one verification (`number`): only to addresses that are not known to be away, since a pass waits for it.
    """
    query = (
        select(Delivery, CallbackAddress)
        .join(CallbackAddress, CallbackAddress.id == Delivery.address)
        .where(Delivery.next_attempt_at <= now, CallbackAddress.active.is_(True))
    )
    if number is not None:
        other = aliased(Delivery)
        away = select(other.id).where(
            other.address == Delivery.address,
            other.received_at.is_(None),
            other.given_up_at.is_(None),
            other.next_attempt_at > now,
            other.last_answer.in_(AWAY),
        )
        query = query.where(Delivery.verification == number, ~away.exists())
    query = query.order_by(Delivery.next_attempt_at).limit(limit).with_for_update(skip_locked=True, of=Delivery)
    messages = []
    for row, address in session.execute(query).all():
        row.next_attempt_at = now + PAUSES[min(row.attempts, len(PAUSES) - 1)]
        row.attempts += 1
        secret = vault().decrypt(Place("callback_addresses", "secret", address.id), address.secret)
        messages.append(Message(row.id, row.verification, row.status, row.made_at, address.url, secret, row.attempts))
    return messages


def record_attempt(session: Session, message: Message, answer: str, outcome: Receipt, *, now: datetime) -> None:
    """The outcome of an attempt: the receipt, or what went wrong (a fixed word or a status, never a body)."""
    done: dict[str, datetime | None] = {}
    if outcome is Receipt.RECEIVED:
        done = {"received_at": now, "next_attempt_at": None}
    elif outcome is Receipt.REFUSED or message.attempts > len(PAUSES):
        done = {"given_up_at": now, "next_attempt_at": None}
    # A receipt is final: an earlier attempt that times out after a later one got through takes nothing back.
    session.execute(update(Delivery).where(Delivery.id == message.id, Delivery.received_at.is_(None)).values(last_answer=answer, **done))
