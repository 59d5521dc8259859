"""交办: the 督办员 on duty gives requests to people of the unit; both names of a stand-in are on the record (obligation 10.2)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from functools import partial
from uuid import UUID, uuid4

import pytest

from domain.instants import is_past
from domain.lifecycle import Event
from domain.notices import NoticeKind
from domain.progress import Colour
from domain.recusal import Subject
from domain.story import told
from ledger.actor import person_of
from ledger.calendars import duty, stand_ins
from ledger.casework import inbox_view, workload
from ledger.database import transaction
from ledger.inbox import assignments, claims
from ledger.paging import every
from ledger.registry.registry import put_people
from ledger.supervision.supervisions import NotOnDuty
from ledger.tables.effects import Notice
from ledger.tables.recusals import Recusal
from ledger.tables.verifications import Deadline, Request
from tests.ledger.acting import HOUR, ISSUER, MINUTE, all_of, asked, at_once, do, events, immediate, reply, request_of, swept
from tests.ledger.filing import NOW

pytestmark = pytest.mark.usefixtures("ledger")

CHIEF, AGENT, SECOND, OUTSIDER = "demo-guangming-2", "demo-guangming-1", "second-agent", "demo-justice-1"
LATER = NOW + MINUTE


@pytest.fixture(autouse=True)
def people(ledger: str) -> None:
    do(put_people, [{"code": SECOND, "unit": ISSUER, "name": "演示次席", "roles": ["agent"]}])


def give(request: UUID, to: str, by: str = CHIEF, at: datetime = LATER) -> bool:
    return do(assignments.give, request, ISSUER, to, now=at, actor=f"person:{by}")


def test_what_was_given_is_in_whose_hands_and_the_story_says_by_whom() -> None:
    lease, request = asked()
    do(claims.claim, request, ISSUER, now=NOW, actor=f"person:{AGENT}")
    assert give(request, SECOND) and not give(request, SECOND)  # again: nothing new
    held = request_of(request)
    assert (held.claimed_by, held.claimed_at) == (f"person:{SECOND}", LATER)
    last = events(lease.number)[-1]
    assert (last.event, last.actor) == (Event.CLAIMED, f"person:{CHIEF}")
    assert last.detail == {"request": str(request), "from": AGENT, "to": SECOND}
    assert told(last.event, last.detail) == "出具单位认领(督办员交办)"
    assert [one.recipient for one in all_of(Notice, verification=lease.number) if one.kind is NoticeKind.TAKEN_OVER] == [AGENT]
    with pytest.raises(claims.ClaimedByOther):
        do(claims.claim, request, ISSUER, now=LATER, actor=f"person:{AGENT}")
    found = do(inbox_view.detail, ISSUER, request, actor="x", now=LATER)
    assert found is not None
    assert [(one.by, one.given_to, one.taken_from) for one in found.hands] == [
        ("演示代办员丁", None, None),
        ("演示督办员戊", "演示次席", "演示代办员丁"),
    ]
    do(claims.claim, request, ISSUER, now=LATER, actor=f"person:{SECOND}")  # hers already
    give(request, AGENT)
    reply(request)  # by whose hands it is in


def test_only_who_is_on_duty_gives_and_only_to_who_is_there() -> None:
    lease, request = asked()
    before = len(events(lease.number))
    for by in (AGENT, SECOND, OUTSIDER):
        with pytest.raises(NotOnDuty):
            give(request, SECOND, by)
    do(duty.report_absence, ISSUER, AGENT, NOW, NOW + HOUR, now=NOW, actor="x")
    do(put_people, [{"code": "no-hands", "unit": ISSUER, "name": "演示领导", "roles": ["leader"]}])
    for to, why in ((OUTSIDER, "不是本单位"), ("nobody", "不是本单位"), ("no-hands", "不是代办员"), (AGENT, "离岗")):
        with pytest.raises(assignments.CannotHold, match=why):
            give(request, to)
    assert give(request, AGENT, at=NOW + HOUR)  # the absence ended by itself
    do(put_people, [{"code": SECOND, "unit": ISSUER, "name": "演示次席", "roles": ["agent"], "active": False}])
    with pytest.raises(assignments.CannotHold):
        give(request, SECOND)
    assert len(events(lease.number)) == before + 1


def test_who_withdrew_from_a_verification_is_not_given_it_and_what_is_answered_moves_no_more() -> None:
    lease, request = asked()
    _, other = asked()
    with transaction() as session:
        session.add(Recusal(id=uuid4(), at=NOW, person=SECOND, unit=ISSUER, subject=Subject.VERIFICATION, key=lease.number, why=b"-"))
    with pytest.raises(assignments.CannotHold, match="演示次席已就这项核验登记回避"):
        give(request, SECOND)
    assert request_of(request).claimed_by is None and give(other, AGENT)
    reply(other)
    with pytest.raises(claims.AlreadyAnswered):
        give(other, SECOND)


def test_a_stand_in_gives_while_it_lasts_and_both_names_are_on_the_record() -> None:
    until = NOW + HOUR
    do(duty.appoint, ISSUER, SECOND, NOW, until, acting=True, now=NOW, actor=f"person:{CHIEF}")
    lease, request = asked()
    assert do(stand_ins.covered_at, ISSUER, LATER) == CHIEF
    with pytest.raises(NotOnDuty):
        give(request, AGENT)  # the one who is stood in for does not give meanwhile
    give(request, AGENT, SECOND)
    last = events(lease.number)[-1]
    assert (last.actor, last.detail["stands_in_for"]) == (f"person:{SECOND}", CHIEF)
    (hand,) = do(workload.hands, request_of(request))
    assert (hand.by, hand.given_to, hand.stands_in_for) == ("演示次席", "演示代办员丁", "演示督办员戊")
    assert do(stand_ins.covered_at, ISSUER, until) is None  # it ended by itself
    with pytest.raises(NotOnDuty):
        give(request, SECOND, SECOND, at=until)
    give(request, SECOND, at=until)
    assert "stands_in_for" not in events(lease.number)[-1].detail


def test_two_who_give_at_the_same_instant_and_one_who_leaves() -> None:
    for _ in range(3):
        lease, request = asked()
        at_once(partial(give, request, AGENT), partial(give, request, SECOND))
        given = [one for one in events(lease.number) if one.event is Event.CLAIMED]
        assert len(given) == 2 and given[1].detail["from"] == given[0].detail["to"]
        assert request_of(request).claimed_by == f"person:{given[1].detail['to']}"
    for turn in range(3):
        leaver = f"leaver-{turn}"
        person = {"code": leaver, "unit": ISSUER, "name": "演示", "roles": ["agent"]}
        do(put_people, [person])
        _, request = asked()
        at_once(partial(give, request, leaver), partial(do, put_people, [person | {"active": False}]))
        assert request_of(request).claimed_by is None  # never in the hands of somebody who left


def test_who_holds_what_is_what_the_rows_say() -> None:
    """Against a slow way to count: each request looked at by itself."""
    requests = [immediate()[1] for _ in range(4)] + [asked()[1] for _ in range(4)]
    for turn, request in enumerate(requests):
        if turn % 3:
            give(request, AGENT if turn % 3 == 1 else SECOND)
    reply(requests[1])
    for at in (LATER, NOW + 16 * MINUTE, NOW + 30 * MINUTE, NOW + 31 * MINUTE, NOW + 23 * HOUR, NOW + 30 * HOUR):
        swept(at)
        held: Counter[str] = Counter()
        urgent: Counter[str] = Counter()
        late: Counter[str] = Counter()
        pressing = set()
        with transaction() as session:
            for one in session.query(Request).filter(Request.answered_at.is_(None)):
                who = person_of(one.claimed_by) if one.claimed_by else ""
                limits = [row for row in session.query(Deadline).filter_by(request=one.id) if not row.met_at and not row.closed_at]
                held[who] += 1
                if any(row.due_at and is_past(row.due_at, at) for row in limits):
                    late[who] += 1
                if any((row.warn_at and row.warn_at <= at) or (row.due_at and is_past(row.due_at, at)) for row in limits):
                    urgent[who] += 1
                    pressing.add(one.id)
        told_of = {one.person: (one.open, one.urgent, one.late) for one in do(workload.loads, ISSUER, now=at)}
        assert told_of.keys() >= {"", AGENT, SECOND, CHIEF}
        assert told_of == {who: (held[who], urgent[who], late[who]) for who in told_of}
        with transaction() as session:
            listed = list(
                every(lambda page: workload.held(session, ISSUER, page, urgent=True, now=at), at_once=2)  # noqa: B023
            )
        assert {one.request.id for one in listed} == pressing and len(listed) == len(pressing)
        assert all((one.colour is not Colour.GREEN) for one in listed)
        dues = [one.due_at for one in listed if one.due_at]
        assert dues == sorted(dues)
    with transaction() as session:
        found = workload.held(session, ISSUER, urgent=False, holder=SECOND, now=LATER)
    assert {one.holder for one in found.rows} == {SECOND}
