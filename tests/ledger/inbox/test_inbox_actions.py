"""收件箱里的办理: claim, supplement, return, forward; of two at once one wins, the other is told."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest

from domain.lifecycle import State
from domain.limits import HandlingType
from domain.methods import Answer
from domain.reasons import PromiseReason
from ledger.cases.cases import find, key_of
from ledger.casework import attention, excluded_time
from ledger.deadlines import timing
from ledger.inbox import claims, requests, returns, supplements
from ledger.inbox.requests import FieldsMissing, Reply
from ledger.inbox.returns import ReturnReason
from ledger.lifecycle.moves import Lease, MoveRefused
from ledger.supervision import escalation
from ledger.tables.inbox import Return, Supervision, Suspension
from ledger.tables.registry import Unit
from ledger.tables.verifications import Deadline, Verification
from tests.ledger.acting import (
    HARDSHIP,
    HOUR,
    ISSUER,
    MINUTE,
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
    messages,
    names,
    reply,
    request_of,
    row,
    seal,
    take_up,
)
from tests.ledger.filing import NOW, UNIT, file

pytestmark = pytest.mark.usefixtures("shared_ledger")

A, B, CHIEF = "person:demo-guangming-1", "person:demo-guangming-9", "person:demo-guangming-2"
OTHER = "370402-CIVIL"
WISH = ReturnReason("该居民已迁出本辖区", OTHER, None)


def asked(**changes: object) -> tuple[Lease, UUID]:
    lease = hold(file("P-HARDSHIP", **changes))  # type: ignore[arg-type]
    take_up(lease)
    return lease, ask(lease)


def immediate(**changes: object) -> tuple[Lease, UUID]:
    return asked(handling=HandlingType.IMMEDIATE, promise_end=None, **changes)


def claim(request: UUID, actor: str = A, **more: object) -> None:
    do(claims.claim, request, ISSUER, now=NOW + MINUTE, actor=actor, **more)


def test_who_claims_works_alone_until_release_and_the_supervisor_may_step_in() -> None:
    lease, request = asked()
    claim(request)
    claim(request)  # again: nothing new
    with pytest.raises(claims.ClaimedByOther):
        claim(request, B)
    with pytest.raises(claims.ClaimedByOther):
        do(requests.reply, request, ISSUER, Reply(Answer.NO_RECORD, {}), now=NOW, actor=B)
    claim(request, CHIEF, override=True)
    do(claims.release, request, ISSUER, now=NOW + MINUTE, actor=CHIEF)
    do(claims.release, request, ISSUER, now=NOW + MINUTE, actor=CHIEF)
    claim(request, B)
    assert names(lease.number)[3:] == ["claimed", "claimed", "released", "claimed"]
    assert request_of(request).claimed_by == B


def test_the_same_person_through_another_system_is_the_same_person() -> None:
    _, request = asked()
    claim(request, f"{A} via demo-hall")
    claim(request, A)


def test_of_two_who_claim_at_the_same_instant_one_has_it() -> None:
    for _ in range(5):
        _, request = asked()
        outcomes = at_once(partial(claim, request, A), partial(claim, request, B))
        assert sorted(type(one).__name__ for one in outcomes) == ["ClaimedByOther", "NoneType"]


def test_of_an_answer_and_a_return_at_the_same_instant_one_wins() -> None:
    for _ in range(5):
        lease, request = asked()
        outcomes = at_once(partial(reply, request), partial(do, returns.give_back, request, ISSUER, WISH, now=NOW + MINUTE, actor=B))
        refused = [one for one in outcomes if isinstance(one, Exception)]
        assert len(refused) == 1 and isinstance(refused[0], claims.AlreadyAnswered | claims.RequestWithdrawn)
        assert row(lease.number).state in {State.TO_BE_SEALED, State.RETURNED}


def test_two_who_escalate_at_the_same_instant_open_one_supervision() -> None:
    for _ in range(5):
        lease, _ = immediate()
        at_once(*[partial(do, escalation.escalate, lease.number, now=NOW + 31 * MINUTE, actor="x")] * 2)
        assert names(lease.number)[3:] == ["missed", "supervised"]
        assert len(all_of(Supervision, verification=lease.number)) == 1


def test_a_supplement_stops_the_half_hour_to_the_second_and_never_the_promise() -> None:
    lease, request = immediate()
    do(supplements.ask, request, ISSUER, "缺少门牌号", now=NOW + 10 * MINUTE, actor=A)
    assert row(lease.number).state is State.AWAITING_SUPPLEMENT
    assert [message.status for message in messages(lease.number)] == [State.AWAITING_SUPPLEMENT]
    escalate(lease, NOW + 5 * HOUR)  # the clock rests: nothing is missed
    assert "missed" not in names(lease.number)
    ended = NOW + 6 * HOUR + timedelta(seconds=7)
    do(supplements.supply, lease.number, "演示路 1 号", now=ended, actor="person:demo-permit-1")
    hard = limits(lease.number)["hard"]
    rested = ended - (NOW + 10 * MINUTE)
    assert hard.due_at == NOW + 30 * MINUTE + rested and "补正" in hard.explanation
    assert row(lease.number).state is State.AWAITING_REPLY
    (recomputed,) = [event for event in events(lease.number) if event.event == "recalculated"]
    assert recomputed.detail["reason"] == "supplement"

    lease, request = asked()  # 承诺件: soft moves, the promise stays
    before = limits(lease.number)["hard"].due_at
    do(supplements.ask, request, ISSUER, "缺少门牌号", now=NOW + HOUR, actor=A)
    do(supplements.supply, lease.number, "演示路 1 号", now=NOW + 3 * HOUR, actor="person:demo-permit-1")
    assert limits(lease.number)["soft"].target_at == NOW + 26 * HOUR
    assert limits(lease.number)["hard"].due_at == before


def test_a_supplement_is_refused_after_the_limit_twice_and_where_the_district_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    from settings import settings

    lease, request = immediate()
    with pytest.raises(supplements.LimitPassed):
        do(supplements.ask, request, ISSUER, "缺少", now=NOW + 31 * MINUTE, actor=A)
    do(supplements.ask, request, ISSUER, "缺少", now=NOW + MINUTE, actor=A)
    with pytest.raises(MoveRefused):
        do(supplements.ask, request, ISSUER, "缺少", now=NOW + 2 * MINUTE, actor=A)
    with pytest.raises(MoveRefused):
        other, _ = asked()
        do(supplements.supply, other.number, "无", now=NOW, actor="x")
    monkeypatch.setenv("PROOFLESS_READINGS", '{"supplements": false}')
    settings.cache_clear()
    _, third = asked()
    with pytest.raises(supplements.SupplementsOff):
        do(supplements.ask, third, ISSUER, "缺少", now=NOW + MINUTE, actor=A)
    monkeypatch.undo()
    settings.cache_clear()


def test_an_answer_during_a_supplement_ends_it() -> None:
    lease, request = immediate()
    do(supplements.ask, request, ISSUER, "缺少", now=NOW + MINUTE, actor=A)
    reply(request, now=NOW + 2 * HOUR)
    assert all(one.ended_at for one in all_of(Suspension, verification=lease.number))
    assert row(lease.number).state is State.TO_BE_SEALED


def test_a_return_goes_back_to_the_requesting_unit_whose_one_action_files_it_on() -> None:
    lease, request = immediate()
    assert do(returns.give_back, request, ISSUER, WISH, now=NOW + 20 * MINUTE, actor=A) is State.RETURNED
    (back,) = all_of(Return, verification=lease.number)
    assert (back.late, back.limit_at, back.suggested_unit) == (False, NOW + 30 * MINUTE, OTHER)
    assert limits(lease.number)["hard"].closed_at is not None  # no score for a unit whose duty it is not
    with pytest.raises(claims.RequestWithdrawn):
        reply(request)
    assert do(returns.forward, lease.number, None, now=NOW + 25 * MINUTE, actor="person:demo-permit-1") == OTHER
    second = ask(lease, NOW + 26 * MINUTE)
    now = row(lease.number)
    assert (now.state, now.issuing_unit, request_of(second).unit) == (State.AWAITING_REPLY, OTHER, OTHER)
    found = [limit for limit in all_of_limits(lease.number) if limit.request == second]
    assert {limit.kind.value: limit.due_at for limit in found} == {"hard": NOW + 56 * MINUTE}  # its own start (reading 9)


def all_of_limits(number: str) -> list[Deadline]:
    return all_of(Deadline, verification=number)


def test_the_hard_cap_runs_through_a_re_route() -> None:
    """Obligation 10.8."""
    promise = NOW + 2 * HOUR
    lease, request = asked(promise_end=promise)
    do(returns.give_back, request, ISSUER, WISH, now=NOW + 90 * MINUTE, actor=A)
    (back,) = all_of(Return, verification=lease.number)
    assert back.late  # after its half hour, though the promise runs longer (reading 9)
    do(returns.forward, lease.number, OTHER, now=NOW + 100 * MINUTE, actor="x")
    second = ask(lease, NOW + 100 * MINUTE)
    (hard,) = [limit for limit in all_of_limits(lease.number) if limit.request == second and limit.kind == "hard"]
    assert hard.due_at == promise


def test_a_standing_rule_files_it_on_by_itself() -> None:
    def switch(on: bool) -> None:
        do(lambda session: setattr(session.get_one(Unit, UNIT), "forwards_itself", on))

    switch(True)
    lease, request = asked()
    assert do(returns.give_back, request, ISSUER, WISH, now=NOW + MINUTE, actor=A) is State.TO_ASK
    (back,) = all_of(Return, verification=lease.number)
    assert back.by_standing_rule and back.forwarded_to == OTHER and row(lease.number).issuing_unit == OTHER
    lease, request = asked()  # it cannot tell: the rule has nothing to go by
    unsure = ReturnReason("不属本单位职责", None, "无法判断户籍所在地")
    assert do(returns.give_back, request, ISSUER, unsure, now=NOW + MINUTE, actor=A) is State.RETURNED
    switch(False)
    with pytest.raises(returns.NoSuggestion):
        do(returns.forward, lease.number, None, now=NOW, actor="x")


def test_the_second_return_is_the_offices() -> None:
    lease, request = asked()
    do(returns.give_back, request, ISSUER, WISH, now=NOW + MINUTE, actor=A)
    with pytest.raises(returns.ReturnedBefore):
        do(returns.forward, lease.number, ISSUER, now=NOW, actor="x")
    do(returns.forward, lease.number, None, now=NOW + MINUTE, actor="x")
    second = ask(lease, NOW + 2 * MINUTE)
    back = ReturnReason("不属本单位职责", ISSUER, None)
    assert do(returns.give_back, second, OTHER, back, now=NOW + 3 * MINUTE, actor="p") is State.NEEDS_ATTENTION
    assert row(lease.number).attention == "returned_twice" and ("needs_attention", lease.number) in alarms()
    do(attention.reroute, lease.number, "370402-JUSTICE", now=NOW + 4 * MINUTE, actor="person:demo-admin")
    assert row(lease.number).state is State.TO_ASK


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [(ReturnReason("不属", ISSUER, None), returns.SuggestsItself), (ReturnReason("不属", "370402-NONE", None), returns.UnitUnknown)],
)
def test_a_return_that_suggests_nobody_right_is_refused_whole(wish: ReturnReason, refusal: type[Exception]) -> None:
    """Obligation 10.11."""
    lease, request = asked()
    with pytest.raises(refusal):
        do(returns.give_back, request, ISSUER, wish, now=NOW + MINUTE, actor=A)
    assert row(lease.number).state is State.AWAITING_REPLY and not all_of(Return, verification=lease.number)


def test_a_reply_without_its_fields_changes_nothing() -> None:
    lease, request = asked()
    with pytest.raises(FieldsMissing):
        do(requests.reply, request, ISSUER, Reply(Answer.TRUE, {"家庭人口": "3"}), now=NOW, actor=A)
    assert row(lease.number).state is State.AWAITING_REPLY and request_of(request).answered_at is None


def test_a_late_answer_is_delivered_and_stays_late() -> None:
    lease, request = immediate()
    reply(request, now=NOW + 3 * HOUR)
    seal(lease, NOW + 3 * HOUR)
    deliver(lease, NOW + 3 * HOUR)
    assert row(lease.number).state is State.DELIVERED
    assert limits(lease.number)["hard"].missed_at == NOW + 30 * MINUTE


def test_the_time_handed_back_is_a_union_and_leaves_supplements_out() -> None:
    """Obligation 10.9."""
    number = f"C-{uuid4().hex[:10]}"
    first, request = asked(number=number)
    second = hold(file("P-HOUSEHOLD", number=number))  # a parallel one, not asked yet: no 核验时间
    do(supplements.ask, request, ISSUER, "缺少", now=NOW + 10 * MINUTE, actor=A)
    do(supplements.supply, first.number, "有", now=NOW + 20 * MINUTE, actor="x")
    reply(request, now=NOW + 40 * MINUTE)
    seal(first, NOW + 40 * MINUTE)
    deliver(first, NOW + 40 * MINUTE)
    case = do(lambda session: find(session, UNIT, number).id)  # type: ignore[union-attr]
    found = do(excluded_time.excluded, case, now=NOW + 2 * HOUR)
    assert [(one.start - NOW, one.end - NOW) for one in found.intervals] == [(timedelta(0), 10 * MINUTE), (20 * MINUTE, 40 * MINUTE)]
    assert (found.seconds, found.running) == (30 * 60, False)
    assert second.number


def test_what_nobody_could_verify_counts_until_that_answer_and_no_longer() -> None:
    """无法核验 is an answer (reading 13): the office's thinking afterwards is neither the unit's nor 核验时间."""
    number = f"C-{uuid4().hex[:10]}"
    lease, request = asked(number=number)
    reply(request, Answer.CANNOT_VERIFY, now=NOW + 10 * MINUTE, fields={})
    case = do(lambda session: find(session, UNIT, number).id)  # type: ignore[union-attr]
    found = do(excluded_time.excluded, case, now=NOW + 50 * HOUR)
    assert (found.seconds, found.running) == (600, False)

    def elapsed(session):  # type: ignore[no-untyped-def]
        return timing.timing(session, session.get_one(Verification, lease.number), now=NOW + 50 * HOUR).requests[0].elapsed

    assert do(elapsed).natural == 10 * MINUTE
    do(attention.reroute, lease.number, OTHER, now=NOW + 50 * HOUR, actor="person:demo-admin")
    second = ask(lease, NOW + 50 * HOUR)
    reply(second, now=NOW + 50 * HOUR + 5 * MINUTE, unit=OTHER)
    seal(lease, NOW + 50 * HOUR + 6 * MINUTE)
    deliver(lease, NOW + 50 * HOUR + 6 * MINUTE)
    found = do(excluded_time.excluded, case, now=NOW + 99 * HOUR)
    assert (found.seconds, found.running) == (16 * 60, False)


def test_a_return_and_the_way_to_the_next_unit_stay_inside_the_time_handed_back() -> None:
    number = f"C-{uuid4().hex[:10]}"
    lease, request = asked(number=number)
    do(returns.give_back, request, ISSUER, WISH, now=NOW + 10 * MINUTE, actor=A)
    case = do(lambda session: find(session, UNIT, number).id)  # type: ignore[union-attr]
    assert do(excluded_time.excluded, case, now=NOW + 20 * MINUTE).seconds == 20 * 60
    do(returns.forward, lease.number, None, now=NOW + 20 * MINUTE, actor="x")
    second = ask(lease, NOW + 20 * MINUTE)
    found = do(excluded_time.excluded, case, now=NOW + 30 * MINUTE)
    assert (found.seconds, found.running, len(found.intervals)) == (30 * 60, True, 1)
    assert (request_of(request).ended_at, request_of(second).ended_at) == (NOW + 10 * MINUTE, None)


def test_a_moved_promise_moves_the_hard_limit_with_its_reason() -> None:
    from ledger.casework import registration
    from tests.ledger.filing import case_data

    data = case_data(number=f"C-{uuid4().hex[:10]}")
    lease, _ = asked(number=data.number)
    later = NOW + timedelta(days=9)
    changed = type(data)(**{**vars(data), "promise_end": later, "promise_reason": PromiseReason.MATERIAL})
    do(registration.register, UNIT, changed, now=NOW + MINUTE, actor="person:demo-permit-1")
    assert limits(lease.number)["hard"].due_at == later
    assert names(lease.number)[-2:] == ["promise_moved", "recalculated"]
    assert events(lease.number)[-2].detail["reason"] == "material"


def test_fields_that_the_proof_does_not_need_are_not_kept() -> None:
    lease, request = asked()
    reply(request, fields={**HARDSHIP, "电话": "12345"})
    key = do(key_of, row(lease.number).case)
    assert set(do(requests.answered_fields, lease.number, key)) == set(HARDSHIP)
