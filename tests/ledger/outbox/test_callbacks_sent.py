"""送达: the clock ends, and the requesting unit's system is told by one id."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from domain.lifecycle import State
from domain.limits import HandlingType
from domain.methods import Answer
from domain.notices import NoticeKind
from ledger.lifecycle.moves import Lease
from ledger.outbox import callback_urls, callbacks_sent, notifications, undelivered
from ledger.outbox.callbacks_sent import PAUSES, Message, Receipt
from ledger.outbox.notifications import notify_unit
from ledger.outbox.undelivered import Which
from ledger.tables.effects import Delivery
from tests.ledger.acting import HOUR, ISSUER, MINUTE, ask, at_once, deliver, do, events, hold, limits, messages, names, reply, row, take_up
from tests.ledger.filing import NOW, UNIT, file

URL, SECRET = "https://hall.example.invalid/proofless", b"whsec-0123456789"


def answered(answer: Answer = Answer.FALSE, **changes: object) -> Lease:
    lease = hold(file("P-HARDSHIP", **{"handling": HandlingType.IMMEDIATE, "promise_end": None, **changes}))
    take_up(lease)
    reply(ask(lease), answer, fields={})
    return lease


@pytest.mark.parametrize(
    ("after", "met"), [(timedelta(minutes=2), True), (timedelta(minutes=30), True), (timedelta(minutes=30, microseconds=1), False)]
)
def test_the_clock_ends_with_the_delivery_not_with_the_answer(shared_ledger: str, after: timedelta, met: bool) -> None:
    lease = answered()
    deliver(lease, NOW + after)
    (limit,) = limits(lease.number).values()
    assert (limit.met_at, limit.missed_at) == ((NOW + after, None) if met else (None, NOW + timedelta(minutes=30)))
    assert ("missed" in names(lease.number)) is not met
    now = row(lease.number)
    assert (now.state, now.ended_at, now.next_instant) == (State.DELIVERED, NOW + after, None)
    assert events(lease.number)[-1].detail == {"result": "denied"}


def test_delivering_twice_changes_nothing(shared_ledger: str) -> None:
    lease = answered()
    deliver(lease)
    before = names(lease.number)
    deliver(lease, NOW + timedelta(hours=5))
    assert names(lease.number) == before and len(messages(lease.number)) == 1


def test_a_soft_miss_and_a_hard_limit_that_was_met(shared_ledger: str) -> None:
    lease = answered(handling=HandlingType.PROMISED, promise_end=NOW + timedelta(days=5))
    deliver(lease, NOW + timedelta(days=2))
    found = limits(lease.number)
    assert found["soft"].missed_at == NOW + timedelta(days=1)
    assert found["hard"].met_at == NOW + timedelta(days=2)


def test_without_an_address_the_message_is_there_for_polling_alone(shared_ledger: str) -> None:
    lease = answered()
    deliver(lease)
    (message,) = messages(lease.number)
    assert (message.address, message.next_attempt_at, message.status) == (None, None, State.DELIVERED)
    assert message.event == events(lease.number)[-1].id


def register(url: str = URL) -> None:
    do(callback_urls.register, UNIT, url, SECRET, now=NOW, actor="person:demo-admin")


def delivered() -> str:
    lease = answered()
    deliver(lease)
    return lease.number


def take(now: datetime, number: str | None = None) -> list[Message]:
    return do(callbacks_sent.take_due, now=now, number=number)


def record(message: Message, answer: str, received: bool, now: datetime) -> None:
    do(callbacks_sent.record_attempt, message, answer, Receipt.RECEIVED if received else Receipt.NOT_YET, now=now)


def the(number: str) -> Delivery:
    (message,) = messages(number)
    return message


def test_the_attempt_is_booked_before_it_is_made(ledger: str) -> None:
    register()
    number = delivered()
    at = NOW + MINUTE
    assert take(at - timedelta(seconds=1)) == []
    (message,) = take(at)
    assert (message.url, message.secret, message.verification, message.attempts) == (URL, SECRET, number, 1)
    assert take(at) == []  # booked: a crash before the sending leaves the next attempt, not none
    assert the(number).next_attempt_at == at + PAUSES[0]
    (again,) = take(at + PAUSES[0])
    assert (again.id, again.attempts) == (message.id, 2)
    record(again, "200", True, at + PAUSES[0])
    assert (the(number).received_at, the(number).next_attempt_at) == (at + PAUSES[0], None)
    assert SECRET.decode() not in repr(message) and URL not in repr(message)


def test_it_is_given_up_after_the_last_attempt_and_not_before(ledger: str) -> None:
    register()
    number, now, attempts = delivered(), NOW + MINUTE, 0
    while the(number).given_up_at is None:
        (message,) = take(now)
        attempts += 1
        record(message, "timeout", False, now)
        due = the(number).next_attempt_at
        assert (due is None) == (the(number).given_up_at is not None)
        now = due or now
    assert attempts == len(PAUSES) + 1
    assert now - (NOW + MINUTE) == sum(PAUSES, timedelta())
    assert the(number).last_answer == "timeout" and take(now + timedelta(days=9)) == []


def test_a_receiver_that_wants_no_more_gets_no_more(ledger: str) -> None:
    register()
    number = delivered()
    (message,) = take(NOW + MINUTE)
    do(callbacks_sent.record_attempt, message, "gone", Receipt.REFUSED, now=NOW + MINUTE)
    assert the(number).given_up_at == NOW + MINUTE and take(NOW + timedelta(days=9)) == []


def test_a_receipt_is_not_taken_back_by_an_older_attempt_that_times_out(ledger: str) -> None:
    register()
    number = delivered()
    (slow,) = take(NOW + MINUTE)
    (quick,) = take(NOW + 2 * MINUTE)
    record(quick, "204", True, NOW + 2 * MINUTE)
    record(slow, "timeout", False, NOW + 3 * MINUTE)
    assert (the(number).last_answer, the(number).received_at) == ("204", NOW + 2 * MINUTE)


def test_each_message_goes_to_one_process(ledger: str) -> None:
    register()
    numbers = [delivered() for _ in range(6)]
    taken = at_once(*[lambda: take(NOW + MINUTE)] * 3)
    assert sorted(message.verification for part in taken for message in part) == sorted(numbers)  # type: ignore[attr-defined]


def test_a_removed_address_gets_nothing_and_a_new_one_gets_what_waits(ledger: str) -> None:
    register()
    number, other = delivered(), delivered()
    assert do(callback_urls.remove, UNIT) is True
    assert do(callback_urls.remove, UNIT) is False
    assert take(NOW + MINUTE) == []
    assert [message.verification for message in messages(number)] == [number]
    register("https://new.example.invalid/")
    assert [message.url for message in take(NOW + MINUTE, number)] == ["https://new.example.invalid/"]
    assert [message.verification for message in take(NOW + MINUTE)] == [other]


def given_up(number: str, answer: str = "401") -> datetime:
    """Every attempt fails; gives when it was given up."""
    now = NOW + MINUTE
    while the(number).given_up_at is None:
        (message,) = take(now, number)
        record(message, answer, False, now)
        now = the(number).next_attempt_at or now
    return now


def test_it_is_tried_for_longer_than_the_longest_holidays(ledger: str) -> None:
    register()
    assert given_up(delivered()) - NOW > timedelta(days=9)
    assert list(PAUSES) == sorted(PAUSES), "growing pauses"


def test_registering_the_address_anew_sends_what_was_given_up(ledger: str) -> None:
    register()
    number = delivered()
    identity, later = the(number).id, given_up(number) + MINUTE
    do(callback_urls.register, UNIT, "https://new.example.invalid/", SECRET, now=later, actor="person:demo-admin")
    (message,) = take(later)
    assert (message.id, message.url, message.attempts) == (identity, "https://new.example.invalid/", 1)
    record(message, "204", True, later)
    row = the(number)
    assert (row.received_at, row.given_up_at, row.again_at, row.again_by) == (later, None, later, "person:demo-admin")
    do(callback_urls.register, UNIT, URL, SECRET, now=later + MINUTE, actor="person:demo-admin")
    assert take(later + HOUR) == [], "what was received is not sent again"


def test_sending_again_by_unit_time_and_number(ledger: str) -> None:
    register()
    numbers = [delivered() for _ in range(3)]
    for number in numbers:
        later = given_up(number)
    received = delivered()
    (message,) = take(later, received)
    record(message, "200", True, later)
    listed = do(undelivered.undelivered, Which()).rows
    assert {(item.number, item.unit, item.last_answer) for item in listed} == {(number, UNIT, "401") for number in numbers}
    assert all(item.given_up_at and item.attempts == len(PAUSES) + 1 for item in listed)
    for which in (Which(unit=ISSUER), Which(since=NOW + HOUR), Which(until=NOW), Which(number=received)):
        assert do(undelivered.undelivered, which).rows == []
        assert do(undelivered.send_again, which, now=later, actor="operator:test") == 0
    assert do(undelivered.send_again, Which(UNIT, numbers[0], NOW, NOW + HOUR), now=later, actor="operator:test") == 1
    assert [message.verification for message in take(later)] == numbers[:1]
    assert do(undelivered.send_again, Which(unit=UNIT), now=later + MINUTE, actor="operator:test") == 3  # the first waits again
    assert sorted(message.verification for message in take(later + MINUTE)) == sorted(numbers)
    assert {the(number).again_by for number in numbers} == {"operator:test"}


def test_a_notice_that_a_system_did_not_take_is_sent_again_too(ledger: str) -> None:
    register()
    number, now = delivered(), NOW + MINUTE
    do(notify_unit, NoticeKind.SUPPLEMENT, UNIT, "cause", number=number, about=NOW, now=NOW)
    for _ in range(len(PAUSES) + 1):
        notice = do(notifications.take_next, now=now)
        assert notice is not None
        do(notifications.record_attempt, notice, "403", Receipt.NOT_YET, now=now)
        now += timedelta(days=1)
    assert do(notifications.take_next, now=now) is None
    (item,) = do(undelivered.undelivered, Which(number=number)).rows
    assert (item.id, item.about, item.given_up_at is not None) == (notice.id, "supplement", True)
    register("https://new.example.invalid/")
    again = do(notifications.take_next, now=now)
    assert again is not None and (again.id, again.url) == (notice.id, "https://new.example.invalid/")


def test_a_pass_does_not_wait_for_an_address_that_is_known_to_be_away(ledger: str) -> None:
    register()
    first, second = delivered(), delivered()
    at = NOW + MINUTE
    (message,) = take(at, first)
    record(message, "unreachable", False, at)
    assert take(at, second) == [], "the pass goes on at once"
    assert [message.verification for message in take(at)] == [second], "the upkeep tries it"
    (message,) = take(at + PAUSES[0], first)
    record(message, "200", True, at + PAUSES[0])
    assert take(at + PAUSES[0] + MINUTE, delivered()), "it is back"
