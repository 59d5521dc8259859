"""What stands behind a decision: a week simulated by the real rules; a played year is counted again in `test_year.py`."""

from __future__ import annotations

from datetime import date

import pytest

from domain.inbox import ExcuseReason
from ledger.casework.attention import withdraw
from ledger.deadlines import justifications
from ledger.inbox import claims, returns
from ledger.inbox.returns import ReturnReason
from ledger.registry.unit_changes import rename
from reports import periods
from reports.figures.words import next_steps
from reports.model import Report
from tests.ledger.acting import HOUR, ISSUER, MINUTE, ask, asked, do, immediate, reply, swept
from tests.ledger.filing import NOW
from tests.reports.figures.asking import WEEK, listed, report
from tests.reports.figures.test_week import ARCHIVE, DAY, answered

pytestmark = pytest.mark.usefixtures("ledger")

CLERK = "person:demo-guangming-1"


def apart(found: Report) -> tuple[str, ...]:
    """The steps as they are where most have nothing in common."""
    return next_steps(found.units, found.limits, found.coverage, found.sources, (*found.grounds, *found.asked), 2026)


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


def test_of_units_that_missed_as_many_the_step_and_its_ground_name_the_same_one_first() -> None:
    """The first in official order: by their names 市中区档案馆 would come before 市中区光明路街道办事处 or after it, as it falls."""
    for code, name in ((ARCHIVE, "演示甲馆"), (ISSUER, "演示乙处")):
        do(rename, code, name, at=NOW - DAY, document="x", now=NOW - DAY, actor="x")
    immediate()
    lease, request = immediate()
    do(returns.give_back, request, ISSUER, ReturnReason("不属本单位职责", ARCHIVE, None), now=NOW + MINUTE, actor=CLERK)
    do(returns.forward, lease.number, ARCHIVE, now=NOW + MINUTE, actor="person:demo-permit-1")
    ask(lease, NOW + MINUTE)
    swept(NOW + HOUR)
    found = report()
    hard = found.grounds[0]
    assert hard.kind == "hard" and hard.units == (("演示甲馆", 1), ("演示乙处", 1))
    assert "请演示甲馆、演示乙处说明原因" in found.next_steps[0]


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


def test_what_was_late_before_and_is_still_open_is_said_week_after_week() -> None:
    """It stands in no limit of the week: without it a case that everybody has forgotten is told of once."""
    lease, _ = immediate()
    promised, _ = asked(promise_end=NOW + 30 * DAY)
    excused, request = asked(promise_end=NOW + 30 * DAY)
    immediate(NOW + 7 * DAY)
    swept(NOW + 2 * DAY)
    do(justifications.give, request, ISSUER, ExcuseReason.ARCHIVE, now=NOW + 2 * DAY, actor=CLERK)
    do(justifications.decide, request, True, now=NOW + 3 * DAY, actor="person:demo-admin")
    swept(WEEK.end + 7 * DAY)
    assert [one.kind for one in report().grounds] == ["hard", "supervision", "soft"], "its own week has it already"
    own = report()
    assert apart(own)[2] == "1 件核验超过原则上的时限,请市中区光明路街道办事处说明理由。"
    assert own.next_steps[0].startswith("3 件核验超时,其中 3 件无人认领;3 件至今未办,最早自3月4日起,")
    following = periods.week_of(WEEK.end)
    found = report(following)
    hard, standing = found.grounds[:2]
    assert (hard.waiting, hard.since) == (1, NOW + 7 * DAY + 30 * MINUTE)
    assert (standing.kind, standing.waiting, standing.since) == ("standing", 2, NOW + 30 * MINUTE)
    assert standing.units == (("市中区光明路街道办事处", 2),) and standing.steps == (("无人认领", 2),)
    assert apart(found)[1] == "2 件核验最早自3月4日起超时未办,请市中区光明路街道办事处办结。"
    numbers = {lease.number, promised.number}
    assert {line.number for line in listed("standing", following).lines} == numbers
    assert listed(f"standing/{ISSUER}", following).whole == 2 and listed(f"standing/{ARCHIVE}", following).whole == 0
    assert [one.kind for one in report(following, ARCHIVE).grounds] == []
    do(withdraw, lease.number, now=WEEK.end + 14 * DAY, actor="person:demo-permit-1")
    assert report(following).grounds == found.grounds, "what became of it later changes no earlier week"
    later = report(periods.week_of(WEEK.end + 14 * DAY))
    assert [(one.kind, one.waiting) for one in later.grounds] == [("standing", 2)], "the other one of last week came to it"


def test_what_stands_still_is_asked_of_who_has_it_now_or_of_the_office() -> None:
    wish = ReturnReason("不属本单位职责", None, "不清楚")
    lease, request = immediate()
    swept(NOW + 31 * MINUTE)
    do(returns.give_back, request, ISSUER, wish, now=NOW + HOUR, actor=CLERK)
    following = periods.week_of(WEEK.end)
    (nobody,) = report(following).grounds
    assert nobody.units == (("不在任何出具单位", 1),)
    assert report(following).next_steps[0] == "1 件核验自3月4日起超时未办,请专班办公室确定承办单位。"
    do(returns.forward, lease.number, ARCHIVE, now=WEEK.end + HOUR, actor="person:demo-permit-1")
    ask(lease, WEEK.end + HOUR)
    moved = report(following, now=WEEK.end + 2 * HOUR).grounds[0]
    assert (moved.kind, moved.units, moved.since) == ("standing", (("市中区档案馆", 1),), NOW + 30 * MINUTE)
    assert report(periods.week_of(WEEK.end + 400 * DAY)).next_steps[0].startswith("1 件核验自2026年3月4日起超时未办")
