"""到期的一刻 (民法典 §1259): what is done at the very instant is in time, whoever is asked: clock, 督办, return, colour, report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from domain.inbox import SupervisionOutcome
from domain.progress import Colour
from ledger.deadlines import supervision_basis, sweep, timing
from ledger.inbox import returns
from ledger.inbox.returns import ReturnReason
from ledger.lifecycle.moves import Lease
from ledger.supervision import escalation, supervisions
from ledger.tables.inbox import Return
from tests.ledger.acting import ISSUER, MINUTE, TICK, all_of, deliver, do, immediate, limits, names, reply, row, seal, story, swept
from tests.ledger.filing import NOW
from tests.reports.figures.test_week import report

pytestmark = pytest.mark.usefixtures("ledger")

DUE = NOW + 30 * MINUTE
SUPERVISOR = "person:demo-guangming-2"


def by_sweep(lease: Lease, now: datetime) -> None:
    do(sweep.record_misses, now=now, actor="x")
    for number in do(sweep.to_escalate, now=now):
        do(escalation.escalate, number, now=now, actor="x")


def by_pass(lease: Lease, now: datetime) -> None:
    do(escalation.escalate, lease.number, now=now, actor="x", lease=lease)


def by_nobody(lease: Lease, now: datetime) -> None:
    pass


def status_and_colour(lease: Lease, now: datetime) -> tuple[Colour, bool]:
    (request,) = do(lambda session: timing.timing(session, row(lease.number), now=now)).requests
    return request.colour, request.supervision is not None


@pytest.mark.parametrize("looks", [by_sweep, by_pass, by_nobody])
def test_answered_and_delivered_at_the_due_instant_is_in_time(looks: Callable[[Lease, datetime], None]) -> None:
    """Obligation 10.6."""
    lease, request = immediate()
    looks(lease, DUE)
    assert status_and_colour(lease, DUE) == (Colour.YELLOW, False)
    reply(request, now=DUE)
    seal(lease, DUE)
    deliver(lease, DUE)
    swept(DUE + 2 * MINUTE)
    assert (limits(lease.number)["hard"].met_at, limits(lease.number)["hard"].missed_at) == (DUE, None)
    assert status_and_colour(lease, DUE + 2 * MINUTE) == (Colour.GREEN, False)
    assert not {"missed", "supervised"} & set(names(lease.number))
    assert (report().limits.hard.part, report().limits.hard.whole) == (1, 1)


@pytest.mark.parametrize("looks", [by_sweep, by_pass])
def test_a_tick_later_it_is_missed_at_the_due_instant(looks: Callable[[Lease, datetime], None]) -> None:
    """Obligation 10.6."""
    lease, request = immediate()
    looks(lease, DUE + TICK)
    assert story(lease.number) == [("missed", DUE), ("supervised", DUE)]
    assert status_and_colour(lease, DUE + TICK) == (Colour.RED, True)


def test_a_return_at_its_instant_is_not_late_and_a_tick_later_it_is() -> None:
    for now, late in ((DUE, False), (DUE + TICK, True)):
        lease, request = immediate()
        do(returns.give_back, request, ISSUER, ReturnReason("不属本单位职责", None, "不清楚"), now=now, actor="person:x")
        (back,) = all_of(Return, verification=lease.number)
        assert (back.late, limits(lease.number)["hard"].missed_at is not None, "missed" in names(lease.number)) == (late, late, late)


def test_a_supervision_that_is_complete_at_its_instant_is_met() -> None:
    for now, missed in ((DUE + 30 * MINUTE, False), (DUE + 30 * MINUTE + timedelta(seconds=1), True)):
        lease, request = immediate()
        swept(DUE)
        by_sweep(lease, DUE + 30 * MINUTE)
        opened = do(supervision_basis.of_request, request)
        assert opened is not None
        reply(request, now=now)
        do(supervisions.feed_back, opened.id, ISSUER, SupervisionOutcome.DONE, "x", now=now, actor=SUPERVISOR)
        swept(now)
        found = limits(lease.number)["supervision"]
        assert (found.met_at is None, found.missed_at is not None) == (missed, missed)
        assert ("office_told" in names(lease.number)) is missed
