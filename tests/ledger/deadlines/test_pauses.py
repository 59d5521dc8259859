"""补正 (reading 10): the limits have moved by exactly the pause, whatever ended it, before anything is decided by them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, event, text

from domain.inbox import SupervisionOutcome
from domain.methods import Answer
from domain.progress import Colour
from ledger.casework import attention, inbox_view
from ledger.database import engine, transaction
from ledger.deadlines import supervision_basis, sweep, timing
from ledger.inbox import returns, supplements
from ledger.inbox.returns import ReturnReason
from ledger.supervision import supervisions
from ledger.tables.inbox import Return
from ledger.tables.verifications import Verification
from tests.ledger.acting import (
    HOUR,
    ISSUER,
    MINUTE,
    TICK,
    all_of,
    asked,
    deliver,
    do,
    events,
    immediate,
    limits,
    names,
    reply,
    seal,
    story,
    swept,
)
from tests.ledger.filing import NOW

pytestmark = pytest.mark.usefixtures("shared_ledger")

AGENT = "person:demo-guangming-1"
ASKED, ANSWERED, DUE = NOW + 10 * MINUTE, NOW + 2 * HOUR, NOW + 2 * HOUR + 20 * MINUTE  # ten of thirty minutes had run


def ask_back(request: UUID, now: datetime = ASKED) -> None:
    do(supplements.ask, request, ISSUER, "缺少门牌号", now=now, actor=AGENT)


def clock(number: str, now: datetime) -> timing.RequestTiming:
    return do(lambda session: timing.timing(session, session.get_one(Verification, number), now=now)).requests[0]


@pytest.mark.parametrize("answer", [Answer.TRUE, Answer.CANNOT_VERIFY])
def test_an_answer_while_the_clock_rests_is_in_time_by_what_was_left(answer: Answer) -> None:
    lease, request = immediate()
    ask_back(request)
    reply(request, answer, now=ANSWERED, fields=None if answer is Answer.TRUE else {})
    if answer is Answer.TRUE:
        seal(lease, ANSWERED + MINUTE)
        deliver(lease, ANSWERED + MINUTE)
    hard = limits(lease.number)["hard"]
    ended = ANSWERED + (MINUTE if answer is Answer.TRUE else timedelta(0))
    assert (hard.due_at, hard.met_at, hard.missed_at) == (DUE, ended, None)
    assert "missed" not in names(lease.number)


def test_an_answer_while_the_clock_rests_is_late_once_what_was_left_has_passed() -> None:
    lease, request = immediate()
    ask_back(request)
    reply(request, now=ANSWERED)
    seal(lease, DUE + MINUTE)
    deliver(lease, DUE + MINUTE)
    assert limits(lease.number)["hard"].missed_at == DUE


def test_a_return_while_the_clock_rests_is_in_time_by_what_was_left() -> None:
    lease, request = immediate()
    ask_back(request)
    do(returns.give_back, request, ISSUER, ReturnReason("不属本单位职责", "370402-CIVIL", None), now=ANSWERED, actor=AGENT)
    (back,) = all_of(Return, verification=lease.number)
    hard = limits(lease.number)["hard"]
    assert (back.limit_at, back.late) == (DUE, False)
    assert (hard.missed_at, hard.closed_at) == (None, ANSWERED)


def test_a_withdrawal_while_the_clock_rests_leaves_no_miss() -> None:
    lease, request = immediate()
    ask_back(request)
    do(attention.withdraw, lease.number, "other", now=ANSWERED, actor="person:demo-permit-1")
    hard = limits(lease.number)["hard"]
    assert (hard.missed_at, hard.closed_at) == (None, ANSWERED)


def test_while_the_clock_rests_it_is_green_and_nothing_passes() -> None:
    lease, request = immediate()
    ask_back(request)
    for later in (HOUR, 5 * HOUR):
        swept(NOW + later)
        found = clock(lease.number, NOW + later)
        assert (found.colour, found.elapsed.natural, found.resting_since) == (Colour.GREEN, 10 * MINUTE, ASKED)
        shown = do(inbox_view.lines, ISSUER, actor=AGENT, now=NOW + later).rows
        (line,) = [line for line in shown if line.request.id == request]
        assert (line.colour, line.due_at, line.resting) == (Colour.GREEN, None, True)
    assert story(lease.number) == [("supplement_asked", ASKED)]


def test_a_promise_that_passes_while_the_clock_rests_is_red_and_supervised_once_it_is_supplied() -> None:
    lease, request = asked(promise_end=NOW + HOUR)
    ask_back(request)
    swept(NOW + HOUR)
    assert clock(lease.number, NOW + HOUR).colour is Colour.RED and "supervised" not in names(lease.number)
    do(supplements.supply, lease.number, "有", now=ANSWERED, actor="person:demo-permit-1")
    swept(ANSWERED)
    assert ("supervised", ANSWERED) in story(lease.number)


def test_what_was_answered_while_it_rested_is_not_supervised_for_the_promise() -> None:
    lease, request = asked(promise_end=NOW + HOUR)
    ask_back(request)
    reply(request, now=ANSWERED)
    swept(ANSWERED + HOUR)
    assert [name for name, _ in story(lease.number)] == ["supplement_asked", "missed", "replied"]


def test_no_supplement_is_asked_once_a_limit_has_passed_whoever_noticed() -> None:
    for noticed in (True, False):
        _, request = immediate()
        if noticed:  # missed, and the 督办 not opened yet
            do(sweep.record_misses, now=NOW + 30 * MINUTE, actor="x")
        with pytest.raises(supplements.LimitPassed):
            ask_back(request, NOW + 31 * MINUTE)


def test_a_limit_that_has_moved_is_warned_of_at_its_new_instant() -> None:
    """Asked before the warning, supplied long after the old limit: the warning is not lost."""
    lease, request = immediate()
    ask_back(request, NOW + 5 * MINUTE)
    swept(NOW + HOUR)
    do(supplements.supply, lease.number, "有", now=NOW + 2 * HOUR, actor="person:demo-permit-1")
    hard = limits(lease.number)["hard"]
    assert hard.warn_at is not None and NOW + 2 * HOUR < hard.warn_at
    swept(hard.warn_at)
    assert [name for name, _ in story(lease.number)][-1] == "warned"


def test_a_limit_is_warned_of_again_where_it_moved_after_the_warning() -> None:
    lease, request = immediate()
    swept(NOW + 25 * MINUTE)
    ask_back(request, NOW + 26 * MINUTE)
    do(supplements.supply, lease.number, "有", now=NOW + HOUR, actor="person:demo-permit-1")
    swept(NOW + HOUR + 3 * MINUTE)
    assert [name for name, _ in story(lease.number)].count("warned") == 2


@pytest.fixture
def asked_back_meanwhile() -> Iterator[list[UUID]]:
    """A supplement that the sweep's first statement did not see yet is there when the second one writes."""
    waiting: list[UUID] = []

    def before(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().startswith("UPDATE deadlines") and waiting:
            insert = text(
                "INSERT INTO suspensions (id, verification, request_id, asked_at, asked_by, what)"
                " SELECT :id, verification, id, :at, 'x', '' FROM requests WHERE id = :request"
            )
            connection.execute(insert, {"id": uuid4(), "at": NOW + 29 * MINUTE, "request": waiting.pop()})

    event.listen(engine(), "before_cursor_execute", before)
    yield waiting
    event.remove(engine(), "before_cursor_execute", before)


def test_a_supplement_at_the_last_instant_is_not_overtaken_by_a_sweep(asked_back_meanwhile: list[UUID]) -> None:
    lease, request = immediate()
    asked_back_meanwhile.append(request)
    assert lease.number not in do(sweep.record_misses, now=NOW + 30 * MINUTE, actor="x")
    assert not asked_back_meanwhile and limits(lease.number)["hard"].missed_at is None


def test_the_supervisor_is_warned_of_the_promise_while_a_soft_limit_is_supervised() -> None:
    lease, _ = asked(promise_end=NOW + timedelta(days=3))
    for hours in (24, 69):
        swept(NOW + hours * HOUR)
    warned = [one.detail["kind"] for one in events(lease.number) if one.event == "warned"]
    assert warned == ["hard"] and limits(lease.number)["hard"].warned_at == NOW + 69 * HOUR + TICK


def test_the_numbers_before_and_after_a_pause_stand_in_the_event() -> None:
    lease, request = immediate()
    ask_back(request)
    do(supplements.supply, lease.number, "有", now=ANSWERED, actor="person:demo-permit-1")
    (moved,) = [one.detail for one in events(lease.number) if one.event == "recalculated"]
    (change,) = moved["changes"]
    assert (moved["reason"], change["kind"]) == ("supplement", "hard")
    assert change["before"]["due_at"] == (NOW + 30 * MINUTE).isoformat()
    assert change["after"]["due_at"] == DUE.isoformat()


def test_a_pause_that_moves_nothing_leaves_no_event() -> None:
    lease, request = asked(promise_end=NOW + HOUR)  # the promise alone binds, and no pause moves it
    ask_back(request)
    do(supplements.supply, lease.number, "有", now=NOW + 20 * MINUTE, actor="person:demo-permit-1")
    assert "recalculated" not in names(lease.number)


def test_a_return_under_supervision_still_owes_its_feedback() -> None:
    """Obligation 10.12, reading 11: returned at 09:40, fed back by nobody: missed at 10:00, and the office is told."""
    for fed_back in (True, False):
        lease, request = immediate()
        swept(NOW + 30 * MINUTE)
        wish = ReturnReason("不属本单位职责", "370402-CIVIL", None)
        do(returns.give_back, request, ISSUER, wish, now=NOW + 40 * MINUTE, actor=AGENT)
        if fed_back:
            opened = do(supervision_basis.of_request, request)
            assert opened is not None
            do(
                supervisions.feed_back,
                opened.id,
                ISSUER,
                SupervisionOutcome.RETURNED,
                "已退回",
                now=NOW + 50 * MINUTE,
                actor="person:demo-guangming-2",
            )
        swept(NOW + 5 * HOUR)
        half_hour = limits(lease.number)["supervision"]
        assert (half_hour.met_at, half_hour.missed_at) == ((NOW + 50 * MINUTE, None) if fed_back else (None, NOW + HOUR))
        assert ("office_told" in names(lease.number)) is not fed_back
    with transaction() as session:
        assert session.get_one(Verification, lease.number).state == "returned"
