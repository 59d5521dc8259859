"""部门核验: one request, one answer, and the clock that ends with it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest

from domain.lifecycle import State
from domain.limits import HandlingType
from domain.methods import Answer, Result
from ledger.casework import attention
from ledger.database import transaction
from ledger.inbox import requests, supplements
from ledger.inbox.claims import AlreadyAnswered, NotYours, RequestWithdrawn
from ledger.inbox.requests import FieldsMissing, Reply
from ledger.lifecycle.moves import Lease, MoveRefused
from ledger.methods import failures
from ledger.paging import every
from ledger.sealing import sealing
from ledger.tables.verifications import Request
from tests.ledger.acting import (
    HARDSHIP,
    HOUR,
    ISSUER,
    MINUTE,
    TICK,
    alarms,
    all_of,
    ask,
    at_once,
    deliver,
    do,
    escalate,
    events,
    hold,
    limits,
    names,
    reply,
    request_of,
    row,
    take_up,
)
from tests.ledger.filing import NOW, file

pytestmark = pytest.mark.usefixtures("shared_ledger")


def asked(**changes: object) -> tuple[Lease, UUID]:
    """A departmental verification whose request is in the inbox: lease and request."""
    lease = hold(file("P-HARDSHIP", **changes))
    take_up(lease)
    return lease, ask(lease)


def test_asking_starts_the_clocks_that_the_rules_set(shared_ledger: str) -> None:
    """Obligation 10.1."""
    lease, request = asked()
    assert row(lease.number).state is State.AWAITING_REPLY
    assert {kind: limit.due_at for kind, limit in limits(lease.number).items()} == {
        "soft": NOW + timedelta(hours=24),
        "hard": NOW + timedelta(days=5),
    }
    assert {limit.request for limit in limits(lease.number).values()} == {request}
    assert row(lease.number).next_instant == NOW + timedelta(hours=24)


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({"handling": HandlingType.IMMEDIATE, "promise_end": None}, {"hard": 30 * MINUTE}),
        ({"handling": HandlingType.OTHER, "promise_end": None}, {"soft": 24 * HOUR}),
        ({"promise_end": NOW + HOUR}, {"hard": HOUR}),
        ({"promise_end": NOW - HOUR}, {"soft": 24 * HOUR}),  # it had passed: not this unit's (reading 9)
    ],
)
def test_each_case_has_its_own_clock(changes: dict[str, object], kinds: dict[str, timedelta]) -> None:
    lease, _ = asked(**changes)
    assert {kind: limit.due_at - NOW for kind, limit in limits(lease.number).items()} == kinds


def test_asking_twice_makes_one_request() -> None:
    lease, request = asked()
    before = names(lease.number)
    assert ask(lease, NOW + HOUR) == request
    assert names(lease.number) == before and len(limits(lease.number)) == 2


@pytest.mark.parametrize(
    ("answer", "proof", "matter", "state", "result"),
    [
        (Answer.TRUE, "P-HARDSHIP", "DEMO-0001", State.TO_BE_SEALED, Result.CONFIRMED),
        (Answer.FALSE, "P-HARDSHIP", "DEMO-0001", State.TO_BE_DELIVERED, Result.DENIED),
        (Answer.NO_RECORD, "P-HARDSHIP", "DEMO-0001", State.TO_BE_DELIVERED, Result.NO_RECORD),
        (Answer.FALSE, "P-HARDSHIP", "DEMO-0003", State.TO_BE_SEALED, Result.DENIED),  # the catalog seals it
        (Answer.NO_RECORD, "P-HARDSHIP", "DEMO-0003", State.TO_BE_SEALED, Result.NO_RECORD),
        (Answer.CANNOT_VERIFY, "P-HARDSHIP", "DEMO-0003", State.NEEDS_ATTENTION, None),
    ],
)
def test_each_answer_leads_where_it_must(answer: Answer, proof: str, matter: str, state: State, result: Result | None) -> None:
    lease, request = asked(matter=matter)
    reply(request, answer, fields={} if answer is not Answer.TRUE else None)
    assert (row(lease.number).state, row(lease.number).result) == (state, result)
    assert request_of(request).answer is answer
    assert row(lease.number).wake_requested_at is not None
    assert events(lease.number)[-1].detail == {"request": str(request), "answer": answer.value}


def test_what_nobody_can_verify_is_handed_to_a_person_and_the_clock_of_the_unit_ends() -> None:
    lease, request = asked()
    reply(request, Answer.CANNOT_VERIFY, fields={})
    now = row(lease.number)
    assert (now.attention, now.attention_from) == ("cannot_verify", State.AWAITING_REPLY)
    assert ("needs_attention", lease.number) in alarms()
    assert all(limit.met_at == NOW + MINUTE for limit in limits(lease.number).values())
    with pytest.raises(MoveRefused, match="改派或办结"):
        do(attention.retry, lease.number, now=NOW, actor="person:x")


def test_a_late_answer_finds_the_supervision_open_whether_or_not_anybody_had_noticed() -> None:
    """The limit passed a minute before: 督办 began then, and its feedback is owed until half an hour later (obligation 10.12)."""
    for noticed in (True, False):
        lease, request = asked(handling=HandlingType.IMMEDIATE, promise_end=None)
        late = NOW + 31 * MINUTE
        if noticed:
            escalate(lease, NOW + 30 * MINUTE)
        reply(request, Answer.CANNOT_VERIFY, now=late, fields={})
        escalate(lease, late + MINUTE)
        assert names(lease.number)[3:] == ["missed", "supervised", "replied"]
        escalate(lease, late + HOUR)
        found = limits(lease.number)
        assert {kind: limit.missed_at for kind, limit in found.items()} == {"hard": NOW + 30 * MINUTE, "supervision": NOW + 60 * MINUTE}


def test_only_the_fields_that_the_matter_needs_are_kept() -> None:
    lease, request = asked()
    reply(request, fields={**HARDSHIP, "银行账号": "6222", "": "x"})
    what = do(sealing.evidence, lease.number)
    assert dict(what.fields) == HARDSHIP
    assert what.maker == "市中区光明路街道办事处"


def refusals(request: UUID, number: str) -> tuple[object, ...]:
    """What a refused reply must leave as it was."""
    at = row(number)
    return at.state, at.next_instant, request_of(request).answered_at, request_of(request).fields, names(number)


@pytest.mark.parametrize("what", ["another unit", "fields missing", "a blank field", "unknown"])
def test_a_bad_reply_writes_nothing(what: str) -> None:
    lease, request = asked()
    before = refusals(request, lease.number)
    if what == "another unit":
        with pytest.raises(NotYours):
            reply(request, unit="370402-CIVIL")
    elif what == "unknown":
        with pytest.raises(NotYours):
            reply(uuid4())
    else:
        blank = {} if what == "fields missing" else {"人均月收入": "  "}
        sent = {name: value for name, value in HARDSHIP.items() if name != "人均月收入"} | blank
        with pytest.raises(FieldsMissing) as missing:
            reply(request, fields=sent)
        assert missing.value.errors == [("fields.人均月收入", "缺少这一项。")] and "600" not in str(missing.value)
    assert refusals(request, lease.number) == before


def test_a_second_answer_is_refused_and_the_first_stands() -> None:
    lease, request = asked()
    reply(request, Answer.FALSE, fields={})
    before = refusals(request, lease.number)
    with pytest.raises(AlreadyAnswered):
        reply(request)
    assert refusals(request, lease.number) == before


def test_a_withdrawn_request_takes_no_answer() -> None:
    lease, request = asked()
    do(attention.withdraw, lease.number, now=NOW + MINUTE, actor="person:x")
    with pytest.raises(RequestWithdrawn):
        reply(request)
    assert request_of(request).answered_at is None
    assert all(limit.closed_at and not limit.met_at for limit in limits(lease.number).values())


def test_withdrawing_does_not_wash_away_what_was_already_missed() -> None:
    lease, _ = asked(handling=HandlingType.IMMEDIATE, promise_end=None)
    do(attention.withdraw, lease.number, now=NOW + HOUR + TICK, actor="person:x")
    assert limits(lease.number)["hard"].missed_at == NOW + 30 * MINUTE
    assert names(lease.number)[3:] == ["missed", "supervised", "missed", "office_told", "withdrawn"]


def test_of_two_answers_at_the_same_instant_one_is_refused() -> None:
    for _ in range(4):
        lease, request = asked()
        outcomes = at_once(partial(reply, request), partial(reply, request, Answer.FALSE, fields={}))
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyAnswered", "NoneType"]
        assert names(lease.number).count("replied") == 1


def test_answer_and_withdrawal_at_the_same_instant_do_not_wait_for_each_other() -> None:
    """They take the verification first, both: in different order the database would have to kill one."""
    for _ in range(6):
        lease, request = asked()
        outcomes = at_once(partial(reply, request), partial(do, attention.withdraw, lease.number, now=NOW + MINUTE, actor="person:x"))
        assert {type(outcome) for outcome in outcomes} <= {type(None), RequestWithdrawn}
        assert row(lease.number).state is State.WITHDRAWN


def test_answer_and_escalation_at_the_same_instant_do_not_wait_for_each_other() -> None:
    for _ in range(6):
        lease, request = asked(handling=HandlingType.IMMEDIATE, promise_end=None)
        late = NOW + 31 * MINUTE
        outcomes = at_once(partial(reply, request, now=late), partial(escalate, lease, late))
        assert {type(outcome) for outcome in outcomes} <= {type(None), MoveRefused}
        assert row(lease.number).state is State.TO_BE_SEALED


def test_a_stale_look_at_a_request_does_not_let_a_second_answer_in() -> None:
    """The same session may have read the request before it was answered by another."""
    lease, request = asked()
    with pytest.raises(AlreadyAnswered), transaction() as session:
        assert session.get_one(Request, request).answered_at is None
        reply(request, Answer.CANNOT_VERIFY, fields={})
        requests.reply(session, request, ISSUER, Reply(Answer.CANNOT_VERIFY, {}), now=NOW, actor="person:x")
    assert names(lease.number).count("replied") == 1


def test_an_answer_reaches_a_case_that_waits_for_a_person() -> None:
    lease, request = asked()
    for _ in range(5):
        do(failures.pass_failed, lease, "SomeError", now=NOW, actor="system:w1")
    assert ("needs_attention", lease.number) in alarms()
    reply(request)
    assert row(lease.number).state is State.TO_BE_SEALED and row(lease.number).attention is None
    assert ("needs_attention", lease.number) not in alarms()


def test_the_inbox_shows_what_is_due_first(ledger: str) -> None:
    lease_late, late = asked()
    _, soon = asked(handling=HandlingType.IMMEDIATE, promise_end=None)
    _, overdue = asked(handling=HandlingType.IMMEDIATE, promise_end=NOW + MINUTE)
    _, rests = asked(handling=HandlingType.IMMEDIATE, promise_end=None)
    do(supplements.ask, rests, ISSUER, "缺少", now=NOW, actor="person:demo-guangming-1")
    escalate(hold_of(overdue), NOW + HOUR * 5)  # every limit of it is missed: it is the most urgent of all
    items = do(requests.inbox, ISSUER).rows
    assert [item.request.id for item in items] == [overdue, soon, late, rests]
    assert [item.due_at for item in items] == [NOW + MINUTE, NOW + 30 * MINUTE, NOW + 24 * HOUR, None]
    with transaction() as session:
        each = list(every(lambda page: requests.inbox(session, ISSUER, page), at_once=1))
    assert [one.request.id for one in each] == [overdue, soon, late, rests]
    assert do(requests.inbox, "370402-CIVIL").rows == []
    reply(late, now=NOW + MINUTE)
    reply(soon, now=NOW + 2 * MINUTE)
    assert [item.request.id for item in do(requests.inbox, ISSUER).rows] == [overdue, rests]
    assert [item.request.id for item in do(requests.inbox, ISSUER, wanted=requests.InboxFilter(answered=True)).rows] == [soon, late]
    deliver(lease_late)


def hold_of(request: UUID) -> Lease:
    """The lease under which the request was asked."""
    at = row(request_of(request).verification)
    assert at.lease_owner is not None
    return Lease(at.number, at.lease_owner, at.lease_token)


def test_a_reply_says_nothing_of_the_person_when_printed() -> None:
    assert "演示" not in repr(Reply(Answer.TRUE, {"姓名": "演示甲子"}, "演示甲子"))
    assert do(requests.answered_fields, file(), None) == {}
    assert all_of(Request, withdrawn_at=NOW) == []
