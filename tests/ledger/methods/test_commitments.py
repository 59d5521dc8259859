"""告知承诺, 主动提供, 不符: signed, declined, checked; accepted always; the issuer's material prevails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.commitments import CheckOutcome, Decision, Evidence
from domain.lifecycle import State
from domain.methods import Method, Result
from ledger.casework import attention, views
from ledger.catalog.coverage import coverage
from ledger.lifecycle.moves import Lease, MoveRefused
from ledger.methods import commitment_checks, commitments, sharing
from ledger.recusal import MustRecuse
from ledger.tables.commitments import Commitment, CommitmentCheck, CreditBlock
from tests.ledger.acting import HOUR, MINUTE, alarms, all_of, deliver, do, escalate, hold, limits, names, row, take_up
from tests.ledger.filing import NOW, UNIT, file
from tests.ledger.listing import alter

pytestmark = pytest.mark.usefixtures("ledger")

DIGEST = "a" * 64
RESIDENCE = {"居住地址": "演示路 1 号", "居住起始日期": "2020-01-01"}


def offered(person: str = "演示甲子", now: datetime = NOW) -> Lease:
    lease = hold(file("P-RESIDENCE", person, now=now))
    take_up(lease, now)
    return lease


def sign(lease: Lease, now: datetime = NOW + HOUR) -> None:
    do(commitments.sign, lease.number, Evidence.SIGNATURE, DIGEST, "档案 1", now=now, actor="person:demo-permit-1")


def test_a_signed_commitment_stands_in_for_the_proof_and_a_check_is_due() -> None:
    """Obligations 7.4, 12.1."""
    lease = offered()
    assert row(lease.number).state is State.AWAITING_COMMITMENT
    sign(lease)
    deliver(lease, NOW + HOUR)
    now = row(lease.number)
    assert (now.state, now.result, now.method) == (State.DELIVERED, Result.COMMITTED, Method.COMMITMENT)
    (check,) = all_of(CommitmentCheck, verification=lease.number)
    assert check.due_at == datetime(2026, 4, 1, 16, 0, tzinfo=UTC)  # twenty working days after 4 March, until midnight
    shown = do(lambda session: views.view(session, now, personal=True))
    assert shown.outcome is not None and shown.outcome.fields == {} and shown.proof is None
    with pytest.raises(MoveRefused):
        sign(lease)


def test_who_declines_gets_the_next_method_never_a_demand() -> None:
    lease = offered()
    do(sharing.decline_commitment, lease.number, now=NOW + HOUR, actor="person:demo-permit-1")
    assert (row(lease.number).state, row(lease.number).method) == (State.TO_ASK, Method.ISSUER)
    (commitment,) = all_of(Commitment, verification=lease.number)
    assert commitment.decision is Decision.DECLINED
    with pytest.raises(MoveRefused):
        do(sharing.decline_commitment, lease.number, now=NOW + HOUR, actor="x")


def test_who_says_nothing_for_a_day_gets_the_next_method() -> None:
    lease = offered()
    escalate(lease, NOW + 24 * HOUR)
    assert row(lease.number).state is State.TO_ASK and "fell_back" in names(lease.number)
    (commitment,) = all_of(Commitment, verification=lease.number)
    assert commitment.decision is Decision.TIMED_OUT
    assert limits(lease.number)["choice"].missed_at == NOW + 24 * HOUR


def test_untruth_bars_that_person_until_credit_is_restored() -> None:
    """Obligation 12.1."""
    lease = offered("演示丙寅")
    sign(lease)
    (check,) = all_of(CommitmentCheck, verification=lease.number)
    with pytest.raises(commitment_checks.CheckUnknown):
        do(commitment_checks.check, check.id, "370402-CIVIL", CheckOutcome.TRUE, "x", now=NOW, actor="x")
    do(commitment_checks.check, check.id, UNIT, CheckOutcome.UNTRUE, "地址不实", now=NOW + 2 * HOUR, actor="person:demo-permit-1")
    with pytest.raises(commitment_checks.CheckDone):
        do(commitment_checks.check, check.id, UNIT, CheckOutcome.TRUE, "改", now=NOW, actor="x")
    barred = offered("演示丙寅")
    assert row(barred.number).state is State.TO_ASK  # the next method, on the record why
    assert row(offered("演示甲子").number).state is State.AWAITING_COMMITMENT  # that person alone
    (block,) = all_of(CreditBlock)
    with pytest.raises(MustRecuse, match="涉及本单位"):  # whose check it was
        do(commitment_checks.restore, block.id, "无", now=NOW + 3 * HOUR, actor="person:demo-permit-1")
    do(commitment_checks.restore, block.id, "已完成信用修复", now=NOW + 3 * HOUR, actor="person:demo-admin")
    assert row(offered("演示丙寅").number).state is State.AWAITING_COMMITMENT


def test_an_offer_made_before_the_block_cannot_be_signed_after_it() -> None:
    first, second = offered("演示丙寅"), offered("演示丙寅")
    sign(first)
    (check,) = all_of(CommitmentCheck, verification=first.number)
    do(commitment_checks.check, check.id, UNIT, CheckOutcome.UNTRUE, "地址不实", now=NOW + 2 * HOUR, actor="person:demo-permit-1")
    with pytest.raises(commitments.CommitmentBlocked):
        sign(second, NOW + 3 * HOUR)
    do(sharing.decline_commitment, second.number, now=NOW + 3 * HOUR, actor="x")  # the next method, not a dead end
    assert row(second.number).state is State.TO_ASK


def test_a_decline_without_another_method_is_final_for_a_retry() -> None:
    alter(proof="P-RESIDENCE", methods=(Method.COMMITMENT,))
    lease = offered()
    do(sharing.decline_commitment, lease.number, now=NOW + MINUTE, actor="x")
    assert row(lease.number).attention == "commitment_declined"
    with pytest.raises(MoveRefused, match="请改派或办结"):
        do(attention.retry, lease.number, now=NOW + 2 * MINUTE, actor="person:demo-admin")


def test_the_alarm_of_a_missing_text_ends_when_the_text_comes() -> None:
    alter(proof="P-HARDSHIP", methods=(Method.COMMITMENT, Method.ISSUER))
    take_up(hold(file("P-HARDSHIP")))
    assert ("no_commitment_text", "P-HARDSHIP") in alarms()
    do(commitments.put_text, "P-HARDSHIP", "承诺书文本", 10, "依据", now=NOW, actor="x")
    assert ("no_commitment_text", "P-HARDSHIP") not in alarms()


def test_what_stands_in_the_list_without_its_text_is_told_to_the_office() -> None:
    """Obligation 7.4."""
    for proof, values in {"P-HARDSHIP": {}, "P-RESIDENCE": {}, "P-HOUSEHOLD": {"reviewed_above": True}}.items():
        alter(proof=proof, methods=(Method.COMMITMENT, Method.ISSUER), commitment_basis="第一批清单", **values)
    found = do(coverage)
    assert (found.commitments, [entry.proof for entry in found.without_text]) == (2, ["P-HARDSHIP"])
    do(commitments.put_text, "P-HARDSHIP", "承诺书文本", 10, "依据", now=NOW, actor="x")
    assert do(coverage).without_text == []


def test_a_changed_text_is_a_new_version_and_old_commitments_keep_theirs() -> None:
    lease = offered()
    do(commitments.put_text, "P-RESIDENCE", "新的承诺书文本", 10, "新依据", now=NOW, actor="x")
    offer = do(commitments.offer_of, lease.number)
    assert offer is not None and offer.text.version == 1
    later = do(commitments.offer_of, offered().number)
    assert later is not None and (later.text.version, later.text.text) == (2, "新的承诺书文本")


def test_a_check_that_is_due_is_asked_for_once() -> None:
    """Obligation 12.1."""
    lease = offered()
    sign(lease)
    from ledger.tables.effects import Notice

    for _ in range(2):
        do(commitment_checks.remind, NOW + timedelta(days=60))
    assert [notice.recipient for notice in all_of(Notice)] == ["demo-permit-1"]
    assert lease
