"""督办, 通知, 清扫: opened once at the instant that passed, told once, complete when answered and fed back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest

from domain.calendar import LOCAL
from domain.inbox import ExcuseReason, SupervisionOutcome
from domain.lifecycle import State
from domain.limits import LimitKind
from domain.notices import NoticeKind
from domain.progress import Colour
from ledger.calendars import duty
from ledger.casework import attention
from ledger.deadlines import justifications, supervision_basis, sweep, timing
from ledger.inbox import returns
from ledger.inbox.returns import ReturnReason
from ledger.lifecycle.moves import Lease
from ledger.lifecycle.snapshots import NotYours
from ledger.registry.registry import put_people
from ledger.supervision import supervisions
from ledger.tables.effects import Notice
from ledger.tables.inbox import Supervision
from ledger.tables.verifications import Verification
from tests.ledger.acting import (
    HOUR,
    ISSUER,
    MINUTE,
    TICK,
    alarms,
    all_of,
    asked,
    at_once,
    deliver,
    do,
    escalate,
    events,
    immediate,
    limits,
    names,
    reply,
    row,
    seal,
    set_columns,
    story,
)
from tests.ledger.filing import NOW

pytestmark = pytest.mark.usefixtures("ledger")

HALF = 30 * MINUTE


def caught_up(now: datetime) -> int:
    """What a sweep does right after `now`."""
    from ledger.supervision import escalation

    now += TICK
    done = len(do(sweep.record_misses, now=now, actor="system:sweep"))
    for number in do(sweep.to_escalate, now=now):
        do(escalation.escalate, number, now=now, actor="system:sweep")
        done += 1
    return done + do(sweep.warn, now=now, actor="system:sweep")


def notices(kind: NoticeKind) -> list[Notice]:
    return all_of(Notice, kind=kind)


def test_the_sweep_does_what_a_pass_does_and_a_second_one_nothing() -> None:
    """Two verifications, one kept by passes, one by sweeps: the same record."""
    by_pass, by_sweep = immediate()[0], immediate()[0]
    for now in (NOW + HALF, NOW + HOUR, NOW + 3 * HOUR):
        escalate(by_pass, now)
    for now in (NOW + HALF, NOW + HOUR, NOW + 3 * HOUR):
        while caught_up(now):
            pass
    wanted = [("missed", NOW + HALF), ("supervised", NOW + HALF), ("missed", NOW + HOUR), ("office_told", NOW + HOUR)]
    assert story(by_pass.number) == wanted
    assert [one for one in story(by_sweep.number) if one[0] != "warned"] == wanted
    before = [(event.id, event.event) for event in events(by_sweep.number)]
    assert caught_up(NOW + 3 * HOUR) == 0
    assert [(event.id, event.event) for event in events(by_sweep.number)] == before


def test_misses_are_recorded_for_all_at_once_at_their_own_instants() -> None:
    arrivals = [NOW + step * timedelta(seconds=7) for step in range(40)]
    numbers = [immediate(at)[0].number for at in arrivals]
    assert do(sweep.record_misses, now=NOW + 2 * HOUR, actor="x") == numbers
    for number, at in zip(numbers, arrivals, strict=True):
        assert story(number) == [("missed", at + HALF)]
        assert limits(number)["hard"].missed_at == at + HALF


def test_who_is_overdue_longest_is_looked_after_first() -> None:
    """A 督办 that was missed, of which the office is to be told, before requests that were missed later."""
    longest, later = immediate(NOW - HOUR)[0].number, [immediate(NOW + step * MINUTE)[0].number for step in (9, 3)]
    caught_up(NOW - HALF)
    do(sweep.record_misses, now=NOW + HOUR, actor="x")
    assert do(sweep.to_escalate, now=NOW + HOUR) == [longest, later[1], later[0]]
    assert do(sweep.to_escalate, now=NOW + HOUR, limit=1) == [longest]


def test_two_sweeps_at_the_same_instant_record_each_miss_once() -> None:
    numbers = [immediate()[0].number for _ in range(30)]
    outcomes = at_once(*[partial(do, sweep.record_misses, now=NOW + HOUR, actor="x")] * 3)
    assert not [one for one in outcomes if isinstance(one, Exception)]
    caught_up(NOW + HOUR)  # what all three skipped since another one held it
    assert [names(number).count("missed") for number in numbers] == [2] * 30  # the limit, and 督办's half hour
    assert len(all_of(Supervision)) == 30


def test_the_earliest_due_is_a_warning_then_the_limit() -> None:
    immediate()
    first = do(sweep.earliest_due)
    assert first is not None and NOW < first < NOW + HALF
    assert do(sweep.warn, now=first, actor="x") == 1
    assert do(sweep.earliest_due) == NOW + HALF
    (mail,) = notices(NoticeKind.WARNING)
    assert (mail.recipient, mail.unit) == ("demo-guangming-1", ISSUER)
    assert do(sweep.warn, now=first, actor="x") == 0


def test_supervision_tells_the_supervisor_once_and_the_office_once() -> None:
    """Obligation 10.12."""
    lease, request = immediate()
    for _ in range(3):
        escalate(lease, NOW + HALF)
        escalate(lease, NOW + HOUR)
    told = sorted(mail.recipient for mail in notices(NoticeKind.SUPERVISION))
    assert told == ["demo-guangming-2", "demo-permit-2"]  # and the requesting unit's, for its information (reading 11)
    assert [mail.recipient for mail in notices(NoticeKind.SUPERVISION_MISSED)] == ["demo-admin"]
    opened = do(supervision_basis.of_request, request)
    assert opened is not None and (opened.supervisor, opened.opened_at) == ("demo-guangming-2", NOW + HALF)


def test_the_office_is_told_again_on_each_day_of_the_local_calendar() -> None:
    """An evening and the early morning after it are two days here, and one day by UTC."""
    lease, _ = immediate()
    escalate(lease, NOW + HOUR)
    evening = NOW.astimezone(LOCAL).replace(hour=20, minute=0) + timedelta(days=1)
    for later in (evening, evening + 2 * HOUR, evening + 11 * HOUR):
        set_columns(lease.number, next_instant=later.astimezone(UTC))
        escalate(lease, later.astimezone(UTC))
    assert len(notices(NoticeKind.SUPERVISION_MISSED)) == 3  # when it was missed, and once on each of the two days


def test_answered_without_feedback_is_still_owed_and_missed() -> None:
    lease, request = immediate()
    escalate(lease, NOW + HALF)
    reply(request, now=NOW + 40 * MINUTE)
    seal(lease, NOW + 40 * MINUTE)
    deliver(lease, NOW + 40 * MINUTE)
    assert row(lease.number).state is State.DELIVERED
    assert do(sweep.earliest_due) == NOW + HOUR
    while caught_up(NOW + HOUR):
        pass
    assert limits(lease.number)["supervision"].missed_at == NOW + HOUR
    assert ("supervision_missed", lease.number) in alarms()
    assert row(lease.number).state is State.DELIVERED and row(lease.number).next_instant is None


def test_answered_and_fed_back_within_the_half_hour_is_met() -> None:
    """Obligation 10.12."""
    lease, request = immediate()
    escalate(lease, NOW + HALF)
    reply(request, now=NOW + 40 * MINUTE)
    opened = do(supervision_basis.of_request, request)
    assert opened is not None
    feed = partial(
        do,
        supervisions.feed_back,
        opened.id,
        ISSUER,
        SupervisionOutcome.DONE,
        "已督促",
        now=NOW + 50 * MINUTE,
        actor="person:demo-guangming-2",
    )
    feed()
    assert limits(lease.number)["supervision"].met_at == NOW + 50 * MINUTE
    with pytest.raises(supervisions.FedBackAlready):
        feed()
    with pytest.raises(supervisions.NotYourSupervision):
        do(supervisions.feed_back, opened.id, "370402-CIVIL", SupervisionOutcome.DONE, "x", now=NOW, actor="x")


def test_an_approved_reason_makes_a_soft_miss_amber_and_opens_no_supervision() -> None:
    """Obligation 10.7."""
    lease, request = asked()  # 24 hours soft, the promise in five days hard
    do(justifications.give, request, ISSUER, ExcuseReason.FIELD_CHECK, now=NOW + HOUR, actor="person:demo-guangming-1")
    assert len(do(justifications.waiting).rows) == 1
    do(justifications.decide, request, True, now=NOW + 2 * HOUR, actor="person:demo-admin")
    with pytest.raises(justifications.ExcuseStands):
        do(justifications.decide, request, False, now=NOW + 2 * HOUR, actor="person:demo-admin")
    escalate(lease, NOW + 25 * HOUR)
    assert row(lease.number).state is State.AWAITING_REPLY and "supervised" not in names(lease.number)
    assert _colour(lease.number, NOW + 25 * HOUR) is Colour.YELLOW
    escalate(lease, NOW + timedelta(days=6))  # the hard limit knows no reason
    assert "supervised" in names(lease.number) and _colour(lease.number, NOW + timedelta(days=6)) is Colour.RED


def test_a_reason_approved_after_the_limit_stops_no_supervision_whoever_noticed() -> None:
    for noticed in (True, False):
        lease, request = asked()
        do(justifications.give, request, ISSUER, ExcuseReason.FIELD_CHECK, now=NOW + HOUR, actor="person:demo-guangming-1")
        if noticed:
            escalate(lease, NOW + 24 * HOUR)
        do(justifications.decide, request, True, now=NOW + 24 * HOUR + MINUTE, actor="person:demo-admin")
        while caught_up(NOW + 25 * HOUR):
            pass
        assert [name for name, _ in story(lease.number) if name in ("missed", "supervised")] == ["missed", "supervised", "missed"]


def test_whoever_acts_late_finds_the_same_record_as_after_a_sweep() -> None:
    """Answered, returned or withdrawn after the limit and the half hour: the same misses, 督办 and report to the office."""

    def answer(lease: Lease, request: UUID, now: datetime) -> None:
        reply(request, now=now)

    def give_back(lease: Lease, request: UUID, now: datetime) -> None:
        wish = ReturnReason("不属本单位职责", "370402-CIVIL", None)
        do(returns.give_back, request, ISSUER, wish, now=now, actor="person:demo-guangming-1")

    def withdraw(lease: Lease, request: UUID, now: datetime) -> None:
        do(attention.withdraw, lease.number, "other", now=now, actor="person:demo-permit-1")

    for act in (answer, give_back, withdraw):
        seen, unseen = immediate(), immediate()
        for now in (NOW + HALF, NOW + HOUR):
            escalate(seen[0], now)
        for lease, request in (seen, unseen):
            act(lease, request, NOW + 3 * HOUR)
        assert story(seen[0].number) == story(unseen[0].number)
        assert [kind for kind, limit in limits(unseen[0].number).items() if limit.missed_at] == ["hard", "supervision"]


def test_without_a_reason_a_soft_miss_is_red() -> None:
    lease, request = asked()
    escalate(lease, NOW + 25 * HOUR)
    assert _colour(lease.number, NOW + 25 * HOUR) is Colour.RED
    with pytest.raises(NotYours):
        do(justifications.give, request, "370402-CIVIL", ExcuseReason.OTHER, now=NOW, actor="x")
    hard_only, other = immediate()
    with pytest.raises(justifications.NoSoftLimit):
        do(justifications.give, other, ISSUER, ExcuseReason.OTHER, now=NOW, actor="x")
    assert hard_only


def test_what_was_met_needs_no_reason_and_no_decision() -> None:
    lease, request = asked()
    do(justifications.give, request, ISSUER, ExcuseReason.ARCHIVE, now=NOW, actor="person:demo-guangming-1")
    assert len(do(justifications.waiting).rows) == 1
    reply(request)
    seal(lease)
    deliver(lease)
    assert do(justifications.waiting).rows == []
    with pytest.raises(justifications.NothingMissed):
        do(justifications.decide, request, True, now=NOW + HOUR, actor="person:demo-admin")
    other, second = asked()
    reply(second)
    seal(other)
    deliver(other)
    with pytest.raises(justifications.NothingMissed):
        do(justifications.give, second, ISSUER, ExcuseReason.OTHER, now=NOW + HOUR, actor="x")


def _colour(number: str, now: datetime) -> Colour:
    def read(session):  # type: ignore[no-untyped-def]
        return timing.timing(session, session.get_one(Verification, number), now=now).requests[0].colour

    return do(read)


def test_office_hours_with_a_lunch_break_set_the_instants_of_the_golden_table() -> None:
    """The issuing unit with office hours: arrives Friday 18:00 Beijing, promise 20:00: red at once, 督办 Monday 08:30."""
    friday = datetime(2026, 3, 6, 10, 0, tzinfo=UTC)
    promise = friday + 2 * HOUR
    lease, _ = asked("P-ARCHIVE", friday, matter="DEMO-0003", accepted_at=friday, promise_end=promise)
    found = limits(lease.number)
    assert {kind: limit.due_at for kind, limit in found.items()} == {"hard": promise}
    escalate(lease, promise)
    supervision = limits(lease.number)["supervision"]
    monday = datetime(2026, 3, 9, 0, 30, tzinfo=UTC)
    assert (supervision.started_at, supervision.due_at) == (monday, monday + HALF)
    assert supervision.kind is LimitKind.SUPERVISION


def test_the_acting_one_feeds_back_whatever_the_role_and_the_role_alone_does_not() -> None:
    people = [
        {"code": "acting", "unit": ISSUER, "name": "演示", "roles": ["agent"]},
        {"code": "titled", "unit": ISSUER, "name": "演示", "roles": ["supervisor"]},
    ]
    do(put_people, people)
    do(duty.appoint, ISSUER, "acting", NOW, NOW + HOUR, acting=True, now=NOW, actor="x")
    lease, request = immediate()
    escalate(lease, NOW + HALF)
    opened = do(supervision_basis.of_request, request)
    assert opened is not None and opened.supervisor == "acting"

    def feed(person: str, now: datetime) -> None:
        do(supervisions.feed_back, opened.id, ISSUER, SupervisionOutcome.DONE, "已督促", now=now, actor=f"person:{person}")

    with pytest.raises(supervisions.NotOnDuty):
        feed("titled", NOW + 45 * MINUTE)
    with pytest.raises(supervisions.NotOnDuty):
        feed("demo-guangming-2", NOW + 45 * MINUTE)  # the regular one, while another acts
    feed("acting", NOW + 2 * HOUR)  # no longer on duty: but it began in that time
    later, other = immediate(NOW + 2 * HOUR)
    escalate(later, NOW + 2 * HOUR + HALF)
    second = do(supervision_basis.of_request, other)
    assert second is not None
    do(
        supervisions.feed_back,
        second.id,
        ISSUER,
        SupervisionOutcome.DONE,
        "已督促",
        now=NOW + 3 * HOUR,
        actor="person:demo-guangming-2 via demo-hall",
    )
