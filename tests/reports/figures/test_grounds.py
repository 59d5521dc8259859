"""What stands behind a decision: a week simulated by the real rules; a played year is counted again in `test_year.py`."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.casework.attention import withdraw
from ledger.inbox import claims, returns
from ledger.inbox.returns import ReturnReason
from tests.ledger.acting import HOUR, ISSUER, MINUTE, ask, asked, do, immediate, reply, swept
from tests.ledger.filing import NOW
from tests.reports.figures.asking import WEEK, listed, report
from tests.reports.figures.test_week import ARCHIVE, DAY, answered

pytestmark = pytest.mark.usefixtures("ledger")

CLERK = "person:demo-guangming-1"


def test_a_decision_says_who_was_late_with_what_at_which_step_and_since_when_it_stands_still() -> None:
    answered(10 * MINUTE)
    answered(45 * MINUTE)  # nobody had claimed it when it was due
    _, claimed = immediate(NOW + HOUR)
    do(claims.claim, claimed, ISSUER, now=NOW + HOUR + MINUTE, actor=CLERK)
    immediate(NOW + DAY)
    swept(WEEK.end)
    found = report()
    hard, supervision = found.grounds
    assert (hard.kind, hard.units, hard.cases) == ("hard", (("市中区光明路街道办事处", 3),), "hard")
    assert hard.causes == (("公共租赁住房申请·经济困难证明", 3),)
    assert hard.steps == (("无人认领", 2), ("认领后未答复", 1)) and supervision.kind == "supervision"
    assert (hard.waiting, hard.since) == (2, NOW + HOUR + 30 * MINUTE)
    assert found.answer_by == date(2026, 3, 12), "the third working day after Monday"
    assert [report(scope=unit).grounds == () for unit in (ISSUER, ARCHIVE)] == [False, True]


def test_a_promise_that_passed_in_nobody_s_hands_waits_until_the_case_has_ended_and_nobody_is_no_unit() -> None:
    """Obligations 10.8, 10.10: given back, and decided late: by hand in one case, by another unit after the week in the other."""
    wish, due = ReturnReason("不属本单位职责", None, "不清楚"), NOW + 2 * HOUR
    cases = [asked(promise_end=due) for _ in range(3)]
    for _, request in cases:
        do(returns.give_back, request, ISSUER, wish, now=NOW + 20 * MINUTE, actor=CLERK)
    late, open_, moved = (lease for lease, _ in cases)
    swept(due)
    do(withdraw, late.number, now=due + HOUR, actor="person:demo-permit-1")
    do(returns.forward, moved.number, ARCHIVE, now=due + HOUR, actor="person:demo-permit-1")
    ask(moved, due + HOUR)
    immediate()
    swept(WEEK.end)
    hard = report().grounds[0]
    assert hard.units == (("市中区光明路街道办事处", 1), ("不在任何出具单位", 3)), "nobody last, however often"
    assert dict(hard.steps) == {"不在出具单位(退回、转办、待决定)": 3, "无人认领": 1}
    assert (hard.waiting, hard.since) == (3, NOW + 30 * MINUTE), "what has ended waits no more"
    assert open_.number in {line.number for line in listed("hard").lines}


def test_what_was_missed_and_then_given_back_still_waits_at_the_next_unit() -> None:
    lease, request = immediate()
    swept(NOW + 31 * MINUTE)
    wish = ReturnReason("不属本单位职责", ARCHIVE, None)
    do(returns.give_back, request, ISSUER, wish, now=NOW + HOUR, actor=CLERK)
    do(returns.forward, lease.number, ARCHIVE, now=NOW + HOUR, actor="person:demo-permit-1")
    ask(lease, NOW + HOUR)
    hard, supervision = report().grounds
    assert (hard.waiting, hard.since) == (2, NOW + 30 * MINUTE), "the first unit's limit and the second's"
    assert supervision.waiting == 0, "whom the 督办 was opened for has it no more"


def test_who_held_it_when_it_was_due_is_not_changed_by_what_came_after() -> None:
    """交办, 接手 and 放回 after the limit; an answer that nobody had claimed."""
    for after in ("given", "released", "nothing"):
        _, request = immediate()
        do(claims.claim, request, ISSUER, now=NOW + MINUTE, actor=CLERK)
        if after == "given":
            do(claims.claim, request, ISSUER, now=NOW + HOUR, actor="person:demo-guangming-2", override=True)
        elif after == "released":
            do(claims.release, request, ISSUER, now=NOW + HOUR, actor=CLERK)
    _, left = immediate()
    do(claims.claim, left, ISSUER, now=NOW + MINUTE, actor=CLERK)
    do(claims.release, left, ISSUER, now=NOW + 2 * MINUTE, actor=CLERK)
    _, unclaimed = immediate()
    reply(unclaimed, now=NOW + 20 * MINUTE)
    swept(WEEK.end)
    hard = report().grounds[0]
    assert dict(hard.steps) == {"认领后未答复": 3, "无人认领": 1, "答复后未送达": 1}
