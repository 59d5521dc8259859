"""What stands behind figures of the annex where the rules play it: handed back behind a closed door, a check that came to nothing, a
proof whose answer another unit's answer replaced, a seal that took another's place while it was used.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.seals import SealKind
from ledger.casework import attention, mismatches
from ledger.inbox import returns, supplements
from ledger.inbox.returns import ReturnReason
from ledger.methods import failures
from ledger.methods.failures import FIVE
from ledger.sealing import seal_register, sealing
from reports.model import ArticleFigure
from tests.ledger.acting import HOUR, HOUSEHOLD, MINUTE, ask, asked, deliver, do, found, hold, key_in_use, reply, seal, take_up
from tests.ledger.filing import FILER, NOW, file
from tests.ledger.sealing.seal_life import TWO, made, pem
from tests.reports.figures.asking import listed, report
from tests.reports.figures.raw import of

pytestmark = pytest.mark.usefixtures("ledger")

CIVIL, ARCHIVE = "370402-CIVIL", "370402-ARCHIVE"
CLERK = "person:demo-archive-1"
NOON = NOW + 3 * HOUR + 10 * MINUTE  #: 12:10, closed until 13:30


def figure(key: str) -> ArticleFigure:
    return of(report(), key)[""]


def share(key: str) -> tuple[int, int]:
    found = figure(key).share
    return found.part, found.whole


def test_what_is_handed_back_behind_a_closed_door_took_no_time_and_never_less() -> None:
    """Obligation 10.10: its half hour begins at the next opening, and what was handed back before that needed none of it."""
    wish = ReturnReason("不属本单位职责", None, "不清楚")
    for came, after in ((NOON, 10 * MINUTE), (NOON, 100 * MINUTE), (NOW + 10 * HOUR, 5 * MINUTE), (NOW, 50 * MINUTE)):
        _, request = asked("P-ARCHIVE", came, matter="DEMO-0003", promise_end=NOW + timedelta(days=20))
        if came == NOW:  # what rests is not the unit's
            do(supplements.ask, request, ARCHIVE, "年份", now=came + 5 * MINUTE, actor=CLERK)
        do(returns.give_back, request, ARCHIVE, wish, now=came + after, actor=CLERK)
    elapsed = figure("returned_in_time").elapsed
    assert share("returned_in_time") == (4, 4)
    assert elapsed is not None and (elapsed.median, elapsed.p95) == (150.0, 20 * 60.0), "0, 0, 5 and 20 minutes"


def test_a_check_that_came_to_nothing_is_no_check() -> None:
    """Obligation 11.3: the issuing unit is to check; what the requesting unit takes back again nobody has checked."""
    numbers = []
    for _ in range(2):
        lease, request = asked(promise_end=NOW + timedelta(days=20))
        reply(request)
        seal(lease)
        deliver(lease)
        doubted = do(mismatches.report, lease.number, ["人均月收入"], "申请人称人均 500 元", None, None, FILER, now=NOW + HOUR)
        numbers.append((lease.number, doubted.check))
    (taken_back, check), (checked, other) = numbers
    assert check is not None and other is not None
    do(attention.withdraw, check, "filed_in_error", now=NOW + 2 * HOUR, actor="person:demo-permit-1")
    lease = hold(other)
    take_up(lease, NOW + HOUR)
    reply(ask(lease, NOW + HOUR), now=NOW + 2 * HOUR)
    seal(lease, NOW + 2 * HOUR)
    deliver(lease, NOW + 2 * HOUR)
    assert share("mismatches") == (1, 2) and (share("mismatch_unsettled"), share("mismatch_upheld")) == ((1, 2), (1, 2))
    assert {line.number: line.counted for line in listed("mismatches").lines} == {taken_back: False, checked: True}
    elapsed = figure("mismatches").elapsed
    assert elapsed is not None and (elapsed.count, elapsed.median) == (1, HOUR.total_seconds())


def test_a_proof_of_an_answer_that_was_given_up_bore_the_seal_of_its_own_method() -> None:
    """Obligations 9.1, 9.2, 9.3: sealed as shared data, not delivered, re-routed, sealed anew as the issuing unit's."""
    lease = hold(file())
    take_up(lease)
    found(lease)
    seal(lease)
    for _ in range(FIVE):
        do(failures.pass_failed, lease, "SomeError", now=NOW + MINUTE, actor="system:w1")
    do(attention.reroute, lease.number, CIVIL, now=NOW + HOUR, actor="person:demo-admin")
    reply(ask(lease, NOW + HOUR), now=NOW + HOUR + MINUTE, unit=CIVIL, fields=HOUSEHOLD)
    seal(lease, NOW + HOUR + MINUTE)
    deliver(lease, NOW + HOUR + MINUTE)
    assert (share("share_seals"), share("issuer_seals"), share("noted")) == ((1, 1), (1, 1), (2, 2))
    assert [line.number for key in ("share_seals", "issuer_seals") for line in listed(key).lines] == [
        f"{lease.number}/1",
        f"{lease.number}/2",
    ]


def test_a_use_that_a_new_seal_went_on_with_is_a_use_of_a_seal_in_force() -> None:
    """Obligation 9.4: begun with the seal of before, signed with the one that took its place meanwhile."""
    lease = hold(file())
    take_up(lease)
    found(lease)
    do(sealing.start_use, lease, SealKind.SHARE, key_in_use(), now=NOW, actor="system:w1")
    before = do(seal_register.in_force, now=NOW)[SealKind.SHARE].id
    do(seal_register.start, made(pem(), replaces=before), now=NOW + MINUTE, actor=TWO)
    seal(lease, NOW + 2 * MINUTE)
    deliver(lease, NOW + 2 * MINUTE)
    assert share("seal_uses") == (1, 1)
