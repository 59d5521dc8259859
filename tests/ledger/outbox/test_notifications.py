"""通知: who is told of what, by mail and webhook, each once; one at a time, so that a crash loses one outcome at most."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, update

from domain.limits import HandlingType
from domain.notices import NoticeChannel, NoticeKind
from domain.progress import Colour
from domain.roles import Role
from ledger.calendars import duty
from ledger.casework import views
from ledger.inbox import returns, supplements
from ledger.inbox.returns import ReturnReason
from ledger.outbox import callback_urls, notifications
from ledger.outbox.callbacks_sent import Receipt
from ledger.outbox.notifications import UNKNOWN_AFTER
from ledger.registry import registry
from ledger.tables.effects import Notice
from settings import settings
from tests.ledger.acting import HOUR, ISSUER, MINUTE, TICK, all_of, ask, do, escalate, hold, limits, messages, swept, take_up
from tests.ledger.filing import NOW, UNIT, file

pytestmark = pytest.mark.usefixtures("ledger")

HALF = 30 * MINUTE
AGENT, OFFICE = "demo-permit-1", "370402-OFFICE"
KIND = NoticeKind.PROOF_REVOKED


@pytest.fixture(autouse=True)
def without_mail(ledger: str) -> None:
    """Nobody of the requesting unit has an address: each 督办 here is one mail, to the issuing unit's 督办员."""
    address(AGENT, None)
    address("demo-permit-2", None, "supervisor")


def address(person: str, mail: str | None, role: str = "agent", unit: str = UNIT) -> None:
    do(registry.put_people, [{"code": person, "unit": unit, "name": "演示", "roles": [role], "mail": mail}])


def missed() -> str:
    """A verification whose 督办 has just opened: one mail is due."""
    lease = hold(file("P-HARDSHIP", handling=HandlingType.IMMEDIATE, promise_end=None))
    take_up(lease)
    ask(lease)
    escalate(lease, NOW + HALF)
    return lease.number


def told(kind: NoticeKind) -> set[tuple[str, str]]:
    return {(notice.channel.value, notice.recipient) for notice in all_of(Notice, kind=kind)}


def test_the_supervisor_of_a_later_beginning_is_told_although_away_now() -> None:
    """A miss on Friday evening: 督办 begins on Monday, and whose it is comes back from leave on Monday."""
    friday, monday = datetime(2026, 3, 6, 10, 0, tzinfo=UTC), datetime(2026, 3, 9, 0, 30, tzinfo=UTC)
    do(duty.report_absence, "370402-ARCHIVE", "demo-archive-2", friday - HOUR, monday, now=friday - 3 * HOUR, actor="x")
    lease = hold(file("P-ARCHIVE", now=friday, matter="DEMO-0003", accepted_at=friday, promise_end=friday + 2 * HOUR))
    take_up(lease, friday)
    ask(lease, friday)
    escalate(lease, friday + 2 * HOUR)
    assert ("mail", "demo-archive-2") in told(NoticeKind.SUPERVISION)


def test_who_stands_in_is_told_what_the_duty_is_told() -> None:
    """Obligation 10.2: from the first minute to the last, and not while away herself."""
    acts = "demo-stands-in"
    address(acts, "stands-in@example.invalid")
    until = NOW + 2 * HOUR
    do(duty.appoint, UNIT, acts, NOW + HOUR, until, acting=True, now=NOW, actor="person:demo-permit-2")
    do(duty.report_absence, UNIT, acts, NOW + HOUR + HALF, until, now=NOW, actor="x")
    for at, reached in ((NOW, False), (NOW + HOUR, True), (NOW + HOUR + HALF, False), (until, False)):
        cause = at.isoformat()
        do(notifications.notify_unit, KIND, UNIT, cause, number=None, about=at, now=at, roles=frozenset({Role.SUPERVISOR}))
        assert [one.recipient for one in all_of(Notice, kind=KIND, cause=cause)] == ([acts] if reached else []), at


def test_a_warning_waits_for_service_time_and_leaves_some() -> None:
    """24 hours from Monday's opening end at Tuesday's: warned on Monday afternoon, not at half past four in the night."""
    monday = datetime(2026, 3, 9, 0, 30, tzinfo=UTC)
    lease = hold(file("P-ARCHIVE", now=monday, matter="DEMO-0003", accepted_at=monday, promise_end=monday + timedelta(days=9)))
    take_up(lease, monday)
    ask(lease, monday)
    soft = limits(lease.number)["soft"]
    assert (soft.due_at, soft.warn_at) == (monday + 24 * HOUR, datetime(2026, 3, 9, 7, 1, 30, tzinfo=UTC))
    swept(soft.warn_at - TICK * 2)
    assert limits(lease.number)["soft"].warned_at is None
    swept(soft.warn_at)
    assert limits(lease.number)["soft"].warned_at == soft.warn_at + TICK


def test_a_unit_goes_by_its_own_measure_in_the_ledger_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOFLESS_READINGS", '{"measure_by_unit": {"370402-ARCHIVE": "natural"}}')
    settings.cache_clear()
    night = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)
    lease = hold(file("P-ARCHIVE", now=night, matter="DEMO-0003", handling=HandlingType.IMMEDIATE, accepted_at=night, promise_end=None))
    take_up(lease, night)
    ask(lease, night)
    assert limits(lease.number)["hard"].due_at == night + HALF
    escalate(lease, night + HALF)
    assert limits(lease.number)["supervision"].due_at == night + 2 * HALF
    settings.cache_clear()


def test_where_the_supervisor_has_no_address_the_agents_of_the_unit_are_told() -> None:
    address("demo-guangming-1", "agent@demo.invalid", unit=ISSUER)
    address("demo-guangming-2", None, "supervisor", ISSUER)
    missed()
    assert told(NoticeKind.SUPERVISION) == {("mail", "demo-guangming-1")}


def test_one_event_is_one_callback_to_the_requesting_unit() -> None:
    """补正, 退回, the second 退回: each reaches the requesting unit's system once, and its people by mail."""
    address(AGENT, "agent@demo.invalid")
    do(callback_urls.register, UNIT, "https://hall.example.invalid/", b"s" * 32, now=NOW, actor="x")
    lease = hold(file("P-HARDSHIP"))
    take_up(lease)
    first = ask(lease)
    do(supplements.ask, first, ISSUER, "户口簿", now=NOW + MINUTE, actor="x")
    do(supplements.supply, lease.number, "已补", now=NOW + MINUTE, actor="x")
    do(returns.give_back, first, ISSUER, ReturnReason("不属本单位职责", "370402-CIVIL", None), now=NOW + 2 * MINUTE, actor="x")
    do(returns.forward, lease.number, None, now=NOW + 3 * MINUTE, actor="x")
    second = ask(lease, NOW + 3 * MINUTE)
    do(returns.give_back, second, "370402-CIVIL", ReturnReason("不属本单位职责", ISSUER, None), now=NOW + 4 * MINUTE, actor="x")
    assert [message.status for message in messages(lease.number)] == ["awaiting_supplement", "returned", "needs_attention"]
    for kind in (NoticeKind.SUPPLEMENT, NoticeKind.RETURNED, NoticeKind.RETURNED_TWICE):
        assert ("mail", AGENT) in told(kind) and ("webhook", UNIT) not in told(kind)


def test_a_second_return_tells_the_office_by_mail_and_webhook_and_the_requesting_unit_by_mail_and_callback() -> None:
    address(AGENT, "agent@demo.invalid")
    for unit in (UNIT, OFFICE):
        do(callback_urls.register, unit, f"https://{unit}.example.invalid/", b"s" * 32, now=NOW, actor="x")
    lease = hold(file("P-HARDSHIP"))
    take_up(lease)
    do(returns.give_back, ask(lease), ISSUER, ReturnReason("不属本单位职责", "370402-CIVIL", None), now=NOW + MINUTE, actor="x")
    do(returns.forward, lease.number, None, now=NOW + MINUTE, actor="x")
    again = ask(lease, NOW + 2 * MINUTE)
    do(returns.give_back, again, "370402-CIVIL", ReturnReason("不属本单位职责", ISSUER, None), now=NOW + 3 * MINUTE, actor="x")
    assert told(NoticeKind.RETURNED_TWICE) == {("mail", "demo-admin"), ("webhook", OFFICE), ("mail", AGENT)}
    assert messages(lease.number)[-1].status == "needs_attention"


def test_a_promise_with_less_than_half_an_hour_left_is_told_to_the_requesting_unit_and_marked() -> None:
    """Reading 3: red at once, warned, and no longer limit made up."""
    address(AGENT, "agent@demo.invalid")
    enough = hold(file("P-HARDSHIP", promise_end=NOW + HALF))
    take_up(enough)
    ask(enough)
    assert told(NoticeKind.PROMISE_SHORT) == set()
    lease = hold(file("P-HARDSHIP", promise_end=NOW + 20 * MINUTE))
    take_up(lease)
    ask(lease)
    assert told(NoticeKind.PROMISE_SHORT) == {("mail", AGENT)}
    (notice,) = all_of(Notice, kind=NoticeKind.PROMISE_SHORT)
    assert (notice.verification, notice.about) == (lease.number, NOW + 20 * MINUTE)
    marked = do(lambda session: views.view(session, session.get_one(views.Verification, lease.number), personal=False))
    assert (marked.colour, marked.limit_notes) == (Colour.RED, ["承诺短于24小时", "承诺时限所剩不足半小时"])
    assert limits(lease.number)["hard"].due_at == NOW + 20 * MINUTE


def test_each_mail_is_booked_by_itself_so_that_a_crash_leaves_the_others_due() -> None:
    missed(), missed(), missed()
    first = do(notifications.take_next, now=NOW + HALF + TICK)
    assert first is not None and first.mail == "guangming-supervisor@demo.invalid"
    # the process dies here: nothing is recorded
    later = NOW + HALF + UNKNOWN_AFTER + MINUTE
    assert [notice.id for notice in do(notifications.unknown, now=later)] == [first.id]
    others = [do(notifications.take_next, now=later) for _ in range(3)]
    assert [notice is not None for notice in others] == [True, True, False]


def test_what_is_on_its_way_cannot_be_settled_and_what_is_unknown_can() -> None:
    missed()
    sent = do(notifications.take_next, now=NOW + HALF + TICK)
    assert sent is not None
    assert do(notifications.settle, sent.id, arrived=False, now=NOW + HALF + UNKNOWN_AFTER, actor="person:demo-office") is None
    assert do(notifications.take_next, now=NOW + 5 * HOUR) is None  # never repeated by itself
    assert do(notifications.settle, sent.id, arrived=False, now=NOW + 5 * HOUR, actor="person:demo-office") is not None
    again = do(notifications.take_next, now=NOW + 5 * HOUR)
    assert again is not None and again.id == sent.id
    do(notifications.record_attempt, again, "250", Receipt.RECEIVED, now=NOW + 5 * HOUR)
    assert do(notifications.unknown, now=NOW + 9 * HOUR) == []
    assert do(notifications.settle, sent.id, arrived=False, now=NOW + 9 * HOUR, actor="person:demo-office") is None


def test_a_mail_that_the_server_refuses_for_now_is_tried_again_under_the_same_id() -> None:
    missed()
    sent = do(notifications.take_next, now=NOW + HALF + TICK)
    assert sent is not None
    do(notifications.record_attempt, sent, "450", Receipt.NOT_YET, now=NOW + HALF)
    assert do(notifications.take_next, now=NOW + HALF + TICK) is None
    again = do(notifications.take_next, now=NOW + HOUR)
    assert again is not None and (again.id, again.attempts) == (sent.id, 2)


def test_an_address_that_is_gone_is_given_up_and_the_next_notice_follows(owner_url: str) -> None:
    missed()
    (notice,) = all_of(Notice)
    person = {"code": "demo-guangming-9", "unit": ISSUER, "name": "演示", "roles": ["agent"], "mail": None}
    do(registry.put_people, [person])

    owner = create_engine(owner_url)  # the application's role changes no recipient
    with owner.begin() as connection:
        connection.execute(update(Notice).where(Notice.id == notice.id).values(recipient="demo-guangming-9"))
    owner.dispose()
    kept = hold(file("P-HARDSHIP", handling=HandlingType.IMMEDIATE, promise_end=None, accepted_at=NOW + MINUTE, now=NOW + MINUTE))
    take_up(kept, NOW + MINUTE)
    ask(kept, NOW + MINUTE)
    escalate(kept, NOW + MINUTE + HALF)  # later, so that it comes second
    following = do(notifications.take_next, now=NOW + HOUR)
    assert following is not None and following.verification == kept.number
    (lost,) = do(notifications.given_up)
    assert (lost.id, lost.last_answer, lost.channel) == (notice.id, "no_address", NoticeChannel.MAIL)
    assert do(notifications.settle, lost.id, arrived=True, now=NOW + HALF + timedelta(seconds=1), actor="person:demo-office") is not None
