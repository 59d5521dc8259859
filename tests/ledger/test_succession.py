"""承继: what a merged unit had is the successor's at once, its clocks run on, nothing that happened is rewritten."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from domain.inbox import SupervisionOutcome
from domain.lifecycle import State
from domain.methods import Answer
from domain.notices import NoticeKind
from domain.story import told
from ledger.calendars import duty
from ledger.cases import cases
from ledger.casework import attachments, attention, inbox_view, mismatches, views
from ledger.deadlines import timing
from ledger.inbox import claims, requests, returns
from ledger.inbox.requests import Reply
from ledger.inbox.returns import ReturnReason
from ledger.lifecycle import filing
from ledger.lifecycle.moves import Lease, MoveRefused
from ledger.outbox import callback_urls
from ledger.registry import keys, registry, unit_changes
from ledger.sealing import sealing
from ledger.succession import estate, heir
from ledger.supervision import supervisions
from ledger.supervision import views as supervising
from ledger.tables.effects import IdempotencyKey, Notice
from ledger.tables.inbox import Supervision
from ledger.tables.registry import Person, Unit, UnitChange
from tests.ledger.acting import (
    HARDSHIP,
    HOUR,
    ISSUER,
    MINUTE,
    all_of,
    ask,
    deliver,
    do,
    escalate,
    events,
    found,
    hold,
    limits,
    messages,
    request_of,
    row,
    seal,
    take_up,
)
from tests.ledger.filing import FILER, NOW, UNIT, case_data, file

pytestmark = pytest.mark.usefixtures("ledger")

HEIR, THIRD = "370402-ARCHIVE", "370402-CIVIL"
OLD, OLD_CHIEF, HEIRS, HEIRS_CHIEF = "demo-guangming-1", "demo-guangming-2", "demo-archive-1", "demo-archive-2"


def merge(unit: str = ISSUER, into: str = HEIR, now: object = NOW + 5 * MINUTE) -> UnitChange:
    return do(unit_changes.merge, unit, into, at=now, document="市中政〔2026〕2号", now=now, actor="person:demo-admin")


def asked(now: object = NOW) -> tuple[Lease, UUID]:
    lease = hold(file("P-HARDSHIP"))
    take_up(lease)
    return lease, ask(lease)


def test_the_open_request_is_in_the_successors_inbox_with_its_clock_running_on() -> None:
    lease, request = asked()
    before = {kind: (limit.started_at, limit.due_at) for kind, limit in limits(lease.number).items()}
    merge()
    (item,) = do(requests.inbox, HEIR).rows
    assert item.request.id == request
    assert do(inbox_view.detail, HEIR, request, actor="x", now=NOW + HOUR) is not None
    assert {kind: (limit.started_at, limit.due_at) for kind, limit in limits(lease.number).items()} == before
    do(claims.claim, request, HEIR, now=NOW + HOUR, actor=f"person:{HEIRS}")
    do(requests.reply, request, HEIR, Reply(Answer.TRUE, HARDSHIP), now=NOW + HOUR, actor=f"person:{HEIRS}")
    seal(lease)
    deliver(lease, NOW + 2 * HOUR)
    assert row(lease.number).state == "delivered" and {limit.met_at is not None for limit in limits(lease.number).values()} == {True}


def test_both_names_are_on_the_record() -> None:
    lease, request = asked()
    merge()
    event = next(one for one in events(lease.number) if one.event == "succeeded")
    assert event.detail == {"unit": HEIR, "instead_of": ISSUER} and HEIR in told(event.event, event.detail)
    assert request_of(request).unit == ISSUER, "what happened stays as it happened"
    do(requests.reply, request, HEIR, Reply(Answer.TRUE, HARDSHIP), now=NOW + HOUR, actor=f"person:{HEIRS}")
    old, new = (all_of(Unit, code=code)[0].name for code in (ISSUER, HEIR))
    assert do(sealing.evidence, lease.number).maker == f"{new}(原{old})"


def test_its_people_and_systems_go_on_with_their_own_keys() -> None:
    key = do(keys.make, person=OLD, now=NOW, actor="x")
    system = do(keys.make, system="demo-hall", now=NOW, actor="x")
    change = merge()
    assert change.moved["people"] == [OLD, OLD_CHIEF]
    assert do(keys.caller, key, None, now=NOW + HOUR).unit == HEIR
    assert merge(UNIT, THIRD, NOW + HOUR).moved["systems"] == ["demo-hall"]
    assert do(keys.caller, system, "demo-permit-1", now=NOW + 2 * HOUR).unit == THIRD


def test_its_duty_is_the_successors() -> None:
    """督办 that was open is fed back by the successor's 督办员; one that opens later is the successor's from the first."""
    open_one, _ = asked()
    later, _ = asked()
    escalate(open_one, NOW + timedelta(days=2))
    merge(now=NOW + timedelta(days=2, minutes=1))
    now = NOW + timedelta(days=2, minutes=2)
    escalate(later, now)
    assert do(duty.supervisor_at, ISSUER, now) is None and do(duty.supervisor_at, HEIR, now) == HEIRS_CHIEF
    first, second = (all_of(Supervision, verification=lease.number)[0] for lease in (open_one, later))
    assert (first.unit, second.unit, second.supervisor) == (ISSUER, HEIR, HEIRS_CHIEF)
    assert {line.row.id for line in do(supervising.lines, HEIR, done=False).rows} == {first.id, second.id}
    for opened in (first, second):
        do(supervisions.feed_back, opened.id, HEIR, SupervisionOutcome.DONE, "已督促", now=now, actor=f"person:{HEIRS_CHIEF}")


def test_later_requests_to_its_code_reach_the_successor() -> None:
    merge()
    lease, request = asked()
    assert (request_of(request).unit, row(lease.number).issuing_unit) == (HEIR, HEIR)
    asked_event = next(one for one in events(lease.number) if one.event == "asked")
    assert (asked_event.detail["unit"], asked_event.detail["instead_of"]) == (HEIR, ISSUER)


def test_whoever_names_it_means_the_successor() -> None:
    lease = hold(file("P-HARDSHIP"))
    take_up(lease)
    request = ask(lease)
    merge(THIRD, HEIR, NOW + MINUTE)
    do(returns.give_back, request, ISSUER, ReturnReason("不属本单位职责", THIRD, None), now=NOW + 2 * MINUTE, actor="x")
    assert do(returns.forward, lease.number, None, now=NOW + 3 * MINUTE, actor="x") == HEIR
    other = hold(file("P-HARDSHIP"))
    take_up(other)
    second = ask(other)
    with pytest.raises(returns.SuggestsItself):
        do(returns.give_back, ask_of(HEIR, second, other), HEIR, ReturnReason("不属", THIRD, None), now=NOW + HOUR, actor="x")


def ask_of(unit: str, request: UUID, lease: Lease) -> UUID:
    """The request, moved on to `unit` by a return and a forward."""
    do(returns.give_back, request, ISSUER, ReturnReason("不属本单位职责", unit, None), now=NOW + 2 * MINUTE, actor="x")
    do(returns.forward, lease.number, None, now=NOW + 3 * MINUTE, actor="x")
    return ask(lease, NOW + 4 * MINUTE)


def test_a_unit_that_returned_is_not_asked_again_under_its_successors_name() -> None:
    lease, request = asked()
    do(returns.give_back, request, ISSUER, ReturnReason("不属本单位职责", None, "不清楚"), now=NOW + MINUTE, actor="x")
    merge()
    with pytest.raises(returns.ReturnedBefore):
        do(returns.forward, lease.number, HEIR, now=NOW + HOUR, actor="x")


def test_what_it_asked_for_is_the_successors_to_read_and_to_go_on_with() -> None:
    data = case_data()
    lease = hold(file("P-HARDSHIP", number=data.number))
    take_up(lease)
    request = ask(lease)
    merge(UNIT, THIRD)
    assert do(cases.find, THIRD, data.number) is not None and do(cases.find, HEIR, data.number) is None
    assert do(views.find_verification, lease.number, THIRD) is not None
    assert do(views.find_verification, lease.number, HEIR) is None
    (key,) = all_of(IdempotencyKey, verification=lease.number)
    repeated = [do(filing.find_repeat, unit, key.key, key.body_digest) for unit in (UNIT, THIRD, HEIR)]
    assert [repeat.number for repeat in repeated] == [lease.number, lease.number, None], "its keys, too"
    do(returns.give_back, request, ISSUER, ReturnReason("不属本单位职责", None, "不清楚"), now=NOW + HOUR, actor="x")
    (mail,) = [one for one in all_of(Notice) if one.kind is NoticeKind.RETURNED] or [None]
    assert mail is None or mail.unit == THIRD
    with pytest.raises(returns.NamesRequester):
        do(returns.forward, lease.number, THIRD, now=NOW + 2 * HOUR, actor="x")
    do(attention.withdraw, lease.number, now=NOW + 2 * HOUR, actor="x")


def test_its_callbacks_go_to_its_own_system_while_that_runs_else_to_the_successors() -> None:
    do(callback_urls.register, THIRD, "https://heir.example.invalid/", b"s" * 32, now=NOW, actor="x")
    lease = hold(file("P-HARDSHIP"))
    take_up(lease)
    merge(UNIT, THIRD)
    do(requests.reply, ask(lease), ISSUER, Reply(Answer.FALSE, {}), now=NOW + HOUR, actor="x")
    deliver(lease, NOW + HOUR)
    assert messages(lease.number)[-1].address is not None


def test_nobody_else_inherits_and_nothing_is_inherited_twice() -> None:
    _, request = asked()
    merge()
    with pytest.raises(claims.NotYours):
        do(claims.claim, request, THIRD, now=NOW + HOUR, actor="person:demo-civil-1")
    assert do(attachments.visible, THIRD, row_number(request)) == []
    assert not do(timing.was_asked, row_number(request), THIRD) and do(timing.was_asked, row_number(request), HEIR)
    merge(HEIR, THIRD, NOW + HOUR)
    assert do(heir, ISSUER) == do(heir, HEIR) == THIRD and do(heir, THIRD) == THIRD
    assert do(estate, THIRD) == {THIRD, HEIR, ISSUER}
    (item,) = do(requests.inbox, THIRD).rows
    assert item.request.id == request
    assert [one.detail for one in events(row_number(request)) if one.event == "succeeded"] == [
        {"unit": HEIR, "instead_of": ISSUER},
        {"unit": THIRD, "instead_of": HEIR},
    ]


def row_number(request: UUID) -> str:
    return request_of(request).verification


def test_a_check_of_its_answer_goes_to_the_successor() -> None:
    lease = hold(file("P-PROPERTY"))
    take_up(lease)
    found(lease, fields={"坐落": "演示路", "共有情况": "单独所有", "用途": "住宅"})
    seal(lease)
    deliver(lease)
    merge(THIRD, HEIR)
    made = do(mismatches.report, lease.number, ["坐落"], "另有说法", None, THIRD, FILER, now=NOW + HOUR)
    assert row(made.check).issuing_unit == HEIR
    assert not isinstance(made, MoveRefused)


def test_who_leaves_holds_nothing_back() -> None:
    (_, request), (_, other) = asked(), asked()
    for each, via in ((request, ""), (other, " via demo-hall")):
        do(claims.claim, each, ISSUER, now=NOW, actor=f"person:{OLD}{via}")
    person = all_of(Person, code=OLD)[0]
    values = {"code": OLD, "unit": ISSUER, "name": person.name, "roles": person.roles}
    do(registry.put_people, [{**values, "active": True}])
    assert request_of(request).claimed_by is not None, "the same roster again frees nothing"
    do(registry.put_people, [{**values, "active": False}])
    for each in (request, other):
        assert request_of(each).claimed_by is None
        last = events(row_number(each))[-1]
        assert (last.event, last.detail["from"], last.detail["why"]) == ("released", OLD, "left")


def test_who_works_elsewhere_holds_nothing_back_and_whose_code_only_begins_alike_keeps_it() -> None:
    _, request = asked()
    do(claims.claim, request, ISSUER, now=NOW, actor=f"person:{OLD}9")
    person = all_of(Person, code=OLD)[0]
    do(registry.put_people, [{"code": OLD, "unit": THIRD, "name": person.name, "roles": person.roles}])
    assert request_of(request).claimed_by == f"person:{OLD}9"


@pytest.mark.parametrize("act", ["claim", "release", "reply", "return", "supplement"])
def test_the_first_holder_is_told_of_a_takeover(act: str) -> None:
    from ledger.inbox import supplements

    do(registry.put_people, [{"code": OLD, "unit": ISSUER, "name": "演示", "roles": ["agent"], "mail": "first@demo.invalid"}])
    lease, request = asked()
    do(claims.claim, request, ISSUER, now=NOW, actor=f"person:{OLD}")
    by = {"now": NOW + MINUTE, "actor": f"person:{OLD_CHIEF}", "override": True}
    if act in ("claim", "release"):
        do(claims.claim if act == "claim" else claims.release, request, ISSUER, **by)
        assert events(lease.number)[-1].detail["from"] == OLD
    elif act == "reply":
        do(requests.reply, request, ISSUER, Reply(Answer.FALSE, {}), **by)
    elif act == "return":
        do(returns.give_back, request, ISSUER, ReturnReason("不属", None, "不清楚"), **by)
    else:
        do(supplements.ask, request, ISSUER, "户口簿", **by)
    notices = [one for one in all_of(Notice, verification=lease.number) if one.kind is NoticeKind.TAKEN_OVER]
    assert [(one.recipient, one.channel) for one in notices] == [(OLD, "mail")]


def test_nobody_is_told_of_a_takeover_from_himself() -> None:
    lease, request = asked()
    do(claims.claim, request, ISSUER, now=NOW, actor=f"person:{OLD}")
    do(claims.claim, request, ISSUER, now=NOW + MINUTE, actor=f"person:{OLD} via demo-hall")
    do(requests.reply, request, ISSUER, Reply(Answer.FALSE, {}), now=NOW + MINUTE, actor=f"person:{OLD}")
    assert not [one for one in all_of(Notice, verification=lease.number) if one.kind is NoticeKind.TAKEN_OVER]


@pytest.mark.parametrize("on", [True, False])
def test_what_comes_back_goes_on_by_the_successors_rule(on: bool) -> None:
    """自动转办 is the successor's to switch, as all that the merged unit filed is the successor's."""
    do(returns.set_standing_rule, UNIT, not on)
    do(returns.set_standing_rule, HEIR, on)
    lease = hold(file("P-HARDSHIP"))
    take_up(lease)
    request = ask(lease)
    merge(UNIT)
    state = do(returns.give_back, request, ISSUER, ReturnReason("不属本单位职责", THIRD, None), now=NOW + 10 * MINUTE, actor="x")
    assert (state is State.TO_ASK) == on == (row(lease.number).issuing_unit == THIRD)
