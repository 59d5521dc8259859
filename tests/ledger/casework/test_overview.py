"""全局 and 运行情况: what waits, by unit; its limits are read once, however many there are (15.4)."""

from __future__ import annotations

import pytest

from ledger.casework import overview, running
from ledger.inbox import claims
from tests.ledger.acting import MINUTE, do, immediate
from tests.ledger.filing import NOW
from tests.statements import counting, plan

STREET = "370402-GUANGMING"


@pytest.mark.usefixtures("ledger")
def test_what_waits_with_a_unit_is_counted_with_its_limits() -> None:
    waiting = [immediate(NOW + place * MINUTE) for place in range(3)]
    do(claims.claim, waiting[1][1], STREET, now=NOW, actor="person:demo-guangming-1")
    assert [(one.waiting, one.late, one.unclaimed) for one in do(overview.units, None, now=NOW + 29 * MINUTE)] == [(3, 0, 2)]
    (late,) = do(overview.units, None, now=NOW + 31.5 * MINUTE)
    assert (late.code, late.waiting, late.late, late.late_since, late.unclaimed) == (STREET, 3, 2, NOW + 30 * MINUTE, 2)
    assert do(overview.units, "370402-CIVIL", now=NOW) == []
    (queue,) = do(running.queues, now=NOW + 31.5 * MINUTE)
    assert (queue.unit, queue.oldest, queue.since) == (late, waiting[0][0].number, NOW)


@pytest.mark.usefixtures("ledger")
def test_the_limits_of_what_waits_are_read_once() -> None:
    immediate()
    with counting() as asked:
        do(overview.units, None, now=NOW)
    (statement,) = [one for one in asked.whole if "deadlines" in one[0]]
    found = plan(statement)
    assert found.count(" on deadlines") == 1, found
