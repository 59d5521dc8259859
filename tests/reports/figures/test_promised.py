"""应当采取告知承诺 (obligation 7.4) as the rules play it: offered where its turn came, and passed over where there was no text."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.commitments import CheckOutcome, Evidence
from domain.lifecycle import State
from domain.methods import Method
from domain.notices import NoticeKind
from ledger.casework import attention, delivery
from ledger.lifecycle.moves import Lease
from ledger.methods import commitment_checks, commitments
from ledger.tables.commitments import CommitmentCheck
from ledger.tables.effects import Notice
from reports import periods
from tests.ledger.acting import HOUR, all_of, ask, do, hold, row, take_up
from tests.ledger.filing import NOW, UNIT, file
from tests.ledger.listing import alter
from tests.reports.figures.asking import listed, report
from tests.reports.figures.raw import of

pytestmark = pytest.mark.usefixtures("ledger")

MUST = {"methods": (Method.COMMITMENT, Method.ISSUER), "commitment_basis": "第一批清单"}


def filed(proof: str, person: str = "演示甲子") -> str:
    lease = hold(file(proof, person))
    take_up(lease)
    if row(lease.number).state is State.TO_ASK:
        ask(lease)
    return lease.number


def test_behind_the_share_stand_who_was_offered_and_who_was_passed_over() -> None:
    """Obligation 7.4."""
    alter(proof="P-RESIDENCE", **MUST)
    alter(proof="P-HARDSHIP", **MUST)
    offered, passed_over = filed("P-RESIDENCE"), filed("P-HARDSHIP")
    alter(proof="P-HARDSHIP", methods=(Method.COMMITMENT,))
    nobody_left = filed("P-HARDSHIP", "演示乙丑")
    filed("P-HOUSEHOLD")  # nothing demands a commitment of it
    alter(proof="P-HOUSEHOLD", methods=(Method.DATA_SHARING, *MUST["methods"]), commitment_basis="第一批清单")
    filed("P-HOUSEHOLD", "演示乙丑")  # shared data are asked: its turn has not come
    cases = listed("commitments_offered")
    assert {line.number: line.counted for line in cases.lines} == {offered: True, passed_over: False, nobody_left: False}
    (whole,) = (figure for about, figure in of(report(), "commitments_offered").items() if not about)
    assert (whole.share.part, whole.share.whole) == (1, 3)


def test_who_may_not_commit_for_now_is_left_out() -> None:
    """Obligations 7.4, 12.1, reading 23."""
    alter(proof="P-RESIDENCE", **MUST)
    first = filed("P-RESIDENCE", "演示丙寅")
    do(commitments.sign, first, Evidence.SIGNATURE, "a" * 64, "档案 1", now=NOW + HOUR, actor="person:demo-permit-1")
    (check,) = all_of(CommitmentCheck, verification=first)
    do(commitment_checks.check, check.id, UNIT, CheckOutcome.UNTRUE, "地址不实", now=NOW + timedelta(hours=2), actor="x")
    filed("P-RESIDENCE", "演示丙寅")
    alter(proof="P-RESIDENCE", methods=(Method.COMMITMENT,))
    filed("P-RESIDENCE", "演示丙寅")
    assert [line.number for line in listed("commitments_offered").lines] == [first]


def test_an_entry_without_its_text_stands_behind_the_other_share() -> None:
    """Obligation 7.4."""
    alter(proof="P-RESIDENCE", **MUST)
    alter(proof="P-HARDSHIP", **MUST)
    do(commitments.put_text, "P-RESIDENCE", "承诺书文本", 10, "依据", now=NOW, actor="x")
    lines = {line.number: line.counted for line in listed("commitment_texts").lines}
    assert lines == {"DEMO-0001/P-RESIDENCE": True, "DEMO-0001/P-HARDSHIP": False}


def test_what_was_withdrawn_before_it_was_delivered_is_owed_no_check() -> None:
    """Obligation 12.1: it stood in for nothing; of the one that was delivered the check is asked for, and is late."""
    withdrawn, used = filed("P-RESIDENCE"), filed("P-RESIDENCE", "演示丙寅")
    for number in (withdrawn, used):
        do(commitments.sign, number, Evidence.SIGNATURE, "a" * 64, "档案 1", now=NOW + HOUR, actor="person:demo-permit-1")
    do(attention.withdraw, withdrawn, "filed_in_error", now=NOW + 2 * HOUR, actor="person:demo-permit-1")
    do(delivery.deliver, Lease(used, "w1/a", row(used).lease_token), now=NOW + 2 * HOUR, actor="system:test")
    do(commitment_checks.remind, NOW + timedelta(days=60))
    assert [one.verification for one in all_of(Notice, kind=NoticeKind.COMMITMENT_CHECK)] == [used]
    assert [one.verification for one in do(commitment_checks.checks, UNIT, done=False).rows] == [used]
    spring = periods.between(date(2026, 3, 1), date(2026, 4, 30))
    for key in ("commitment_checks", "commitment_checks_late"):
        assert [(one.number, one.counted) for one in listed(key, spring).lines] == [(used, False)], key
