"""待人工处理, 暂停, 撤回: what people do, each action once, named, and with nothing left standing behind it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from domain.lifecycle import Event, State
from domain.methods import Answer, Method, Result
from domain.seals import SealKind
from domain.share import ShareOutcome
from ledger.casework import attention
from ledger.inbox import claims
from ledger.lifecycle import leases
from ledger.lifecycle.moves import Lease, MoveRefused
from ledger.lifecycle.remedies import REMEDIES
from ledger.methods import failures
from ledger.methods.failures import FIVE
from ledger.registry import registry
from ledger.sealing import papers, sealing
from ledger.tables.effects import SealUse
from tests.ledger.acting import (
    MINUTE,
    alarms,
    all_of,
    ask,
    at_once,
    deliver,
    do,
    escalate,
    events,
    found,
    hold,
    key_in_use,
    limits,
    messages,
    names,
    proofs,
    reply,
    request_of,
    row,
    seal,
    set_columns,
    take_up,
)
from tests.ledger.filing import NOW, file

pytestmark = pytest.mark.usefixtures("shared_ledger")

CIVIL = "370402-CIVIL"
BY = {"now": NOW + MINUTE, "actor": "person:demo-admin"}


def stuck(proof: str = "P-HOUSEHOLD", code: str = "permanent_fault", **changes: object) -> Lease:
    """A verification that a person has, from where its first step stopped."""
    lease = hold(file(proof, **changes))
    take_up(lease)
    do(failures.need_attention, lease.number, code, at=NOW, actor="system:w1", lease=lease, who="x")
    return lease


def test_a_case_is_handed_over_with_its_reason_and_an_alarm() -> None:
    lease = stuck()
    now = row(lease.number)
    assert (now.state, now.attention, now.attention_from) == (State.NEEDS_ATTENTION, "permanent_fault", State.LOOKING_UP)
    assert now.next_instant == NOW + timedelta(days=1)
    assert events(lease.number)[-1].detail == {"code": "permanent_fault", "who": "x"}
    assert ("needs_attention", lease.number) in alarms()
    before = names(lease.number)
    do(failures.need_attention, lease.number, "missing_glyph", at=NOW, actor="system:w1")
    assert names(lease.number) == before and row(lease.number).attention == "permanent_fault"


def test_what_somebody_ended_meanwhile_is_not_handed_over() -> None:
    """A withdrawal during a call to the outside that then fails for good."""
    lease = hold(file())
    do(attention.withdraw, lease.number, **BY)
    do(failures.need_attention, lease.number, "permanent_fault", at=NOW, actor="system:w1", lease=lease)
    do(failures.pass_failed, lease, "SomeError", now=NOW, actor="system:w1")
    assert row(lease.number).state is State.WITHDRAWN and names(lease.number)[-1] == "withdrawn"


@pytest.mark.parametrize("code", REMEDIES)
def test_every_code_says_why_and_what_to_do(code: str) -> None:
    reason, remedy = REMEDIES[code]
    assert reason.endswith("。") and remedy.endswith("。")


def test_failed_passes_pause_longer_and_longer_and_then_call_a_person() -> None:
    lease = hold(file())
    pauses = []
    for _ in range(FIVE):
        do(failures.pass_failed, lease, "TimeoutError@x:1", now=NOW, actor="system:w1")
        due = row(lease.number).next_instant
        assert due is not None
        pauses.append((due - NOW) / MINUTE)
    assert pauses == [1, 2, 4, 8, 24 * 60]
    assert row(lease.number).state is State.NEEDS_ATTENTION
    failed = [event.detail for event in events(lease.number) if event.event is Event.PASS_FAILED]
    assert [detail["count"] for detail in failed] == [1, 2, 3, 4, 5]
    assert events(lease.number)[-1].detail == {"code": "failed_passes", "last": "TimeoutError@x:1"}
    for _ in range(9):
        do(failures.pass_failed, lease, "TimeoutError@x:1", now=NOW, actor="system:w1")
    assert row(lease.number).next_instant == NOW + 60 * MINUTE  # never longer than an hour
    assert names(lease.number).count("attention_needed") == 1


def left(number: str) -> None:
    """What every way out of 待人工处理 must leave."""
    now = row(number)
    assert now.attention is None and now.attention_from is None and now.failed_passes == 0
    assert now.next_instant == BY["now"] and now.wake_requested_at is not None
    assert ("needs_attention", number) not in alarms()
    assert events(number)[-1].actor == BY["actor"]


def test_retry_goes_on_where_it_stopped() -> None:
    lease = stuck()
    do(attention.retry, lease.number, **BY)
    assert row(lease.number).state is State.LOOKING_UP
    left(lease.number)


@pytest.mark.parametrize("code", ["cannot_verify", "no_next_method"])
def test_retry_is_refused_where_it_can_bring_nothing_new(code: str) -> None:
    lease = stuck(code=code)
    with pytest.raises(MoveRefused, match="重试不会有新的结果"):
        do(attention.retry, lease.number, **BY)
    assert row(lease.number).state is State.NEEDS_ATTENTION


def test_reroute_asks_another_unit_with_clocks_of_its_own() -> None:
    lease = hold(file("P-HARDSHIP"))
    take_up(lease)
    first = ask(lease)
    do(failures.need_attention, lease.number, "failed_passes", at=NOW, actor="system:w1", lease=lease)
    do(attention.reroute, lease.number, CIVIL, **BY)
    left(lease.number)
    now = row(lease.number)
    assert (now.state, now.issuing_unit, now.method, now.proof_version) == (State.TO_ASK, CIVIL, Method.ISSUER, 1)
    assert request_of(first).withdrawn_at == BY["now"]
    assert {limit.closed_at for limit in limits(lease.number).values()} == {BY["now"]}
    second = ask(lease, NOW + 2 * MINUTE)
    assert second != first and request_of(second).unit == CIVIL
    assert limits(lease.number)["soft"].due_at == NOW + 2 * MINUTE + timedelta(days=1)
    with pytest.raises(claims.RequestWithdrawn):
        reply(first)
    reply(second, unit=CIVIL)
    assert row(lease.number).state is State.TO_BE_SEALED


@pytest.mark.parametrize("unit", ["370402-NOWHERE", "370402-HEAT"])
def test_reroute_needs_a_unit_that_works(unit: str) -> None:
    do(registry.put_units, [{"code": "370402-HEAT", "name": "演示供热公司", "kind": "public_service", "active": False}])
    lease = stuck()
    with pytest.raises(MoveRefused, match="不在名录中或已停用"):
        do(attention.reroute, lease.number, unit, **BY)
    assert row(lease.number).state is State.NEEDS_ATTENTION


def test_after_a_reroute_the_seal_is_that_of_the_new_method() -> None:
    """A use of the share seal was begun, the page failed, the issuing unit answered: obligation 9.2 demands the other seal."""
    lease = hold(file())
    take_up(lease)
    found(lease)
    do(sealing.start_use, lease, SealKind.SHARE, key_in_use(), now=NOW, actor="system:w1")
    do(failures.need_attention, lease.number, "missing_glyph", at=NOW, actor="system:w1", lease=lease)
    do(attention.reroute, lease.number, CIVIL, **BY)
    reply(ask(lease), unit=CIVIL)
    use = seal(lease)
    assert (use.seal, use.version) == (SealKind.ISSUER, 2)
    assert {use.version: use.seal for use in all_of(SealUse, verification=lease.number)} == {1: SealKind.SHARE, 2: SealKind.ISSUER}


def test_after_a_reroute_the_proof_of_the_old_answer_never_stands_in_for_the_new_one() -> None:
    lease = hold(file())
    take_up(lease)
    found(lease)
    seal(lease)
    for _ in range(FIVE):  # sealed, but its delivery fails
        do(failures.pass_failed, lease, "SomeError", now=NOW, actor="system:w1")
    do(attention.reroute, lease.number, CIVIL, **BY)
    reply(ask(lease), Answer.FALSE, unit=CIVIL, fields={})
    deliver(lease)
    assert (row(lease.number).state, row(lease.number).result) == (State.DELIVERED, Result.DENIED)
    (old,) = proofs(lease.number)
    assert old.revoked_at == BY["now"] and old.revoked_why == "rerouted"
    assert do(papers.current_proof, lease.number) is None


def sealed_and_stuck() -> Lease:
    lease = hold(file())
    take_up(lease)
    found(lease)
    seal(lease)
    do(failures.need_attention, lease.number, "permanent_fault", at=NOW, actor="system:w1", lease=lease)
    return lease


def test_reissue_makes_a_second_version_and_revokes_the_first() -> None:
    lease = sealed_and_stuck()
    do(attention.reissue, lease.number, "layout_error", **BY)
    left(lease.number)
    assert row(lease.number).state is State.TO_BE_SEALED
    assert seal(lease).version == 2
    first, second = proofs(lease.number)
    assert (first.revoked_at, first.revoked_why, second.revoked_at) == (BY["now"], "layout_error", None)
    current = do(papers.current_proof, lease.number)
    assert current is not None and current.id == second.id


def test_nothing_is_reissued_without_a_result_that_may_be_sealed() -> None:
    with pytest.raises(MoveRefused, match="还没有核验结果"):
        do(attention.reissue, stuck().number, "other", **BY)
    denied = hold(file("P-HARDSHIP"))
    take_up(denied)
    reply(ask(denied), Answer.FALSE, fields={})
    mismatch = hold(file())
    take_up(mismatch)
    found(mismatch, ShareOutcome.MISMATCH)
    for lease in (denied, mismatch):
        do(failures.need_attention, lease.number, "failed_passes", at=NOW, actor="system:w1", lease=lease)
        with pytest.raises(MoveRefused, match="按清单不制作证明"):
            do(attention.reissue, lease.number, "other", **BY)
        assert row(lease.number).state is State.NEEDS_ATTENTION


def test_close_ends_it_and_tells_the_requesting_unit() -> None:
    lease = stuck()
    do(attention.close, lease.number, "verified_offline", **BY)
    now = row(lease.number)
    assert (now.state, now.ended_at, now.next_instant) == (State.CLOSED, BY["now"], None)
    assert events(lease.number)[-1].detail == {"why": "verified_offline"}
    assert [message.status for message in messages(lease.number)] == [State.CLOSED]
    assert ("needs_attention", lease.number) not in alarms()


ACTIONS: dict[str, Callable[[str], object]] = {
    "retry": lambda number: do(attention.retry, number, **BY),
    "reroute": lambda number: do(attention.reroute, number, CIVIL, **BY),
    "reissue": lambda number: do(attention.reissue, number, "other", **BY),
    "close": lambda number: do(attention.close, number, "other", **BY),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_what_waits_for_nobody_is_not_acted_upon(action: str) -> None:
    number = file()
    with pytest.raises(MoveRefused, match="不需要人工处理"):
        ACTIONS[action](number)
    with pytest.raises(MoveRefused, match="没有这个核验编号"):
        ACTIONS[action]("HY20260304AAAAAAAA")
    assert names(number) == ["filed"]


def test_two_people_who_act_at_once_do_not_both() -> None:
    lease = stuck()
    outcomes = at_once(partial(ACTIONS["retry"], lease.number), partial(ACTIONS["close"], lease.number))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["MoveRefused", "NoneType"]


def test_withdraw_from_anywhere_once() -> None:
    waiting = hold(file("P-HARDSHIP"))
    take_up(waiting)
    ask(waiting)
    for number in (file(), waiting.number, stuck().number):
        do(attention.withdraw, number, "applicant_withdrew", **BY)
        now = row(number)
        assert (now.state, now.ended_at) == (State.WITHDRAWN, BY["now"])
        assert now.wake_requested_at is not None  # its flow run still waits, and must end too
        assert events(number)[-1].detail == {"why": "applicant_withdrew"}
        assert ("needs_attention", number) not in alarms()
        with pytest.raises(MoveRefused, match="已经结束.已撤回"):
            do(attention.withdraw, number, **BY)
    with pytest.raises(MoveRefused, match="没有这个核验编号"):
        do(attention.withdraw, "HY20260304AAAAAAAA", **BY)


def test_pause_and_resume_under_a_new_serial() -> None:
    number, run = file(), uuid4()
    do(leases.bind_run, number, run, 0)
    assert do(attention.pause, number, **BY) is True
    assert do(attention.pause, number, **BY) is False
    assert names(number) == ["filed", "paused"]
    assert ("paused", number) in alarms()
    set_columns(number, wake_requested_at=None)
    do(attention.resume, number, **BY)
    now = row(number)
    assert (now.paused_at, now.flow_run, now.run_serial) == (None, None, 1)
    assert now.wake_requested_at is not None and ("paused", number) not in alarms()
    assert names(number) == ["filed", "paused", "resumed"]
    with pytest.raises(MoveRefused, match="没有被暂停"):
        do(attention.resume, number, **BY)
    with pytest.raises(MoveRefused, match="没有这个核验编号"):
        do(attention.resume, "HY20260304AAAAAAAA", **BY)


def test_what_has_ended_is_not_paused() -> None:
    number = file()
    do(attention.withdraw, number, **BY)
    assert do(attention.pause, number, **BY) is False
    assert do(attention.pause, "HY20260304AAAAAAAA", **BY) is False


def test_a_paused_case_that_ends_leaves_no_alarm_behind() -> None:
    withdrawn, closed = file(), stuck().number
    for number in (withdrawn, closed):
        do(attention.pause, number, **BY)
    do(attention.withdraw, withdrawn, **BY)
    do(attention.close, closed, "verified_offline", **BY)
    assert not {("paused", withdrawn), ("paused", closed)} & alarms()


def test_a_reply_reaches_a_paused_case_which_stays_paused() -> None:
    lease = hold(file("P-HARDSHIP"))
    take_up(lease)
    request = ask(lease)
    do(attention.pause, lease.number, **BY)
    reply(request)
    assert row(lease.number).state is State.TO_BE_SEALED and row(lease.number).paused_at is not None
    assert ("paused", lease.number) in alarms()


def test_rerouting_ends_the_alarm_of_the_old_units_supervision() -> None:
    lease = hold(file("P-HARDSHIP", promise_end=NOW + timedelta(minutes=1)))
    take_up(lease)
    request = ask(lease)
    escalate(lease, NOW + timedelta(hours=1))
    assert ("supervision_missed", lease.number) in alarms()
    reply(request, Answer.CANNOT_VERIFY, fields={}, now=NOW + timedelta(hours=1))
    do(attention.reroute, lease.number, CIVIL, **BY)
    assert ("supervision_missed", lease.number) not in alarms()
