"""共享来源的答复 for the unit that is asked next: which source, when and what, and nothing of what it holds."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest

from domain.lifecycle import State
from domain.share import ShareOutcome
from ledger.casework import attention, inbox_view, mismatches
from ledger.lifecycle.moves import Lease
from ledger.lifecycle.snapshots import step_context
from ledger.methods import sharing
from ledger.methods.share_answers import ShareAnswer
from tests.ledger.acting import HOUR, ISSUER, LICENCES, MINUTE, ask, deliver, do, escalate, found, hold, reply, seal, take_up
from tests.ledger.filing import FILER, NOW, file

pytestmark = pytest.mark.usefixtures("shared_ledger")

CIVIL = "370402-CIVIL"
LIBRARY = "licence_library"
NOTHING = "未命中:没有查到。查无不等于没有"


def looked_up(proof: str = "P-HOUSEHOLD") -> Lease:
    lease = hold(file(proof))
    take_up(lease)
    return lease


def fails(lease: Lease, why: str, at: datetime = NOW) -> None:
    about = do(step_context, lease.number)
    do(sharing.fall_back, about, State.LOOKING_UP, why, at=at, actor="system:w1", lease=lease, failing=True)


def shown(request: UUID, unit: str = ISSUER) -> list[ShareAnswer]:
    seen = do(inbox_view.detail, unit, request, actor="person:x", now=NOW + 2 * HOUR)
    assert seen is not None
    return seen.shared


def test_a_unit_that_is_asked_first_is_told_of_no_source() -> None:
    assert shown(ask(looked_up("P-HARDSHIP"))) == []


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (ShareOutcome.NONE, NOTHING),
        (ShareOutcome.REVOKED, "证照已废止或已注销"),
        (ShareOutcome.EXPIRED, "证照已过期"),
        (ShareOutcome.RESTRICTED, "证照已受限使用"),
        (ShareOutcome.NO_PERMISSION, "没有查询:来源拒绝本系统访问,与当事人无关"),
        # Whose authorisation it was is between the holder and who scanned it.
        (ShareOutcome.AUTHORISATION_OTHERS, "持证人授权不能使用,没有查到内容"),
    ],
)
def test_what_a_source_answered_is_said_until_the_unit_has_answered(outcome: ShareOutcome, said: str) -> None:
    lease = looked_up()
    found(lease, outcome)
    request = ask(lease, NOW + MINUTE)
    assert shown(request) == [ShareAnswer(LIBRARY, NOW, said)]
    reply(request)
    assert shown(request) == []


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("source_failed:slow", "超时:来源没有按时应答"),
        ("source_failed:connect_timeout", "超时:来源没有按时应答"),
        ("source_failed:breaker_open", "停用:来源近期连续失败,暂停查询"),
        ("source_failed:contract", "故障:来源没有应答"),
        ("number_not_held", "没有查询:这个来源不按这种证件查询"),
    ],
)
def test_a_source_that_did_not_answer_is_named_with_why(why: str, said: str) -> None:
    lease = looked_up()
    fails(lease, why, NOW + MINUTE)
    assert shown(ask(lease, NOW + MINUTE)) == [ShareAnswer(LIBRARY, NOW + MINUTE, said)]


def test_of_several_the_count_is_said_and_that_none_was_picked() -> None:
    lease = looked_up()
    found(lease, ShareOutcome.SEVERAL)
    do(sharing.choose, lease.number, None, now=NOW + MINUTE, actor="person:demo-permit-1")
    (one,) = shown(ask(lease, NOW + MINUTE))
    assert one == ShareAnswer(LIBRARY, NOW, "查到 2 份,须选定一份,需求单位没有选定", 2)
    assert not [text for licence in LICENCES for text in vars(licence).values() if text in repr(one)]


def test_the_time_for_a_pick_passed_or_the_picked_one_was_gone() -> None:
    late = looked_up()
    found(late, ShareOutcome.SEVERAL)
    escalate(late, NOW + 200 * HOUR)
    gone = looked_up()
    found(gone, ShareOutcome.SEVERAL)
    do(sharing.choose, gone.number, "L-2", now=NOW + MINUTE, actor="person:demo-permit-1")
    found(gone, ShareOutcome.REVOKED, now=NOW + 2 * MINUTE)
    assert [one.said for one in shown(ask(late, NOW + 201 * HOUR))] == ["查到 2 份,须选定一份,需求单位逾期没有选定"]
    assert [one.said for one in shown(ask(gone, NOW + 2 * MINUTE))] == ["查到 2 份,须选定一份", "证照已废止或已注销"]


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (None, "超时:来源没有按时应答"),
        (ShareOutcome.NONE, NOTHING),
        (ShareOutcome.FOUND, "命中:查到一份有效证照,其中没有证明所需的坐落、共有情况、用途"),
    ],
)
def test_who_is_asked_because_nobody_else_was_left_is_told_too(outcome: ShareOutcome | None, said: str) -> None:
    """改派: the list names no further way, so that a person asked this unit."""
    lease = looked_up("P-PROPERTY")
    if outcome is None:
        fails(lease, "source_failed:slow")
    else:
        found(lease, outcome, fields={"其他": "不给人看"})
    do(attention.reroute, lease.number, CIVIL, now=NOW + MINUTE, actor="person:x")
    told = shown(ask(lease, NOW + 2 * MINUTE), CIVIL)
    assert told == [ShareAnswer(LIBRARY, NOW, said)] and "不给人看" not in repr(told)


def test_who_checks_what_the_applicant_doubts_is_told_what_the_source_had_said() -> None:
    """Obligation 11.3."""
    lease = looked_up()
    found(lease)
    seal(lease)
    deliver(lease)
    check = do(mismatches.report, lease.number, ["住址"], "申请人称已搬家", None, ISSUER, FILER, now=NOW + HOUR).check
    assert check is not None
    again = hold(check)
    take_up(again, NOW + HOUR)
    assert shown(ask(again, NOW + HOUR)) == [ShareAnswer(LIBRARY, NOW, "命中:查到一份有效证照")]
