"""告知承诺, 主动提供, 不符: signed, declined, checked; accepted always; the issuer's material prevails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from domain.commitments import CheckOutcome, Decision, Evidence
from domain.lifecycle import State
from domain.methods import Answer, Method, Result
from domain.records import MismatchStatus, OffSystemResult, VoluntaryReason
from domain.share import ShareOutcome
from ledger import (
    cases,
    commitment_checks,
    commitments,
    filing,
    mismatches,
    offsystem,
    sharing,
    views,
    voluntary,
)
from ledger.database import transaction
from ledger.filing import Filer
from ledger.moves import Lease, MoveRefused
from ledger.tables.cases import Case, Party
from ledger.tables.commitments import Commitment, CommitmentCheck, CreditBlock
from tests.ledger.acting import (
    HARDSHIP,
    HOUR,
    ISSUER,
    MINUTE,
    all_of,
    ask,
    deliver,
    do,
    escalate,
    found,
    hold,
    limits,
    names,
    reply,
    row,
    seal,
    take_up,
)
from tests.ledger.filing import FILER, NOW, UNIT, file

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
    lease = offered("演示丙寅")
    sign(lease)
    (check,) = all_of(CommitmentCheck, verification=lease.number)
    with pytest.raises(LookupError):
        do(commitment_checks.check, check.id, "370402-CIVIL", CheckOutcome.TRUE, "x", now=NOW, actor="x")
    do(commitment_checks.check, check.id, UNIT, CheckOutcome.UNTRUE, "地址不实", now=NOW + 2 * HOUR, actor="person:demo-permit-1")
    with pytest.raises(commitment_checks.CheckDone):
        do(commitment_checks.check, check.id, UNIT, CheckOutcome.TRUE, "改", now=NOW, actor="x")
    barred = offered("演示丙寅")
    assert row(barred.number).state is State.TO_ASK  # the next method, on the record why
    assert row(offered("演示甲子").number).state is State.AWAITING_COMMITMENT  # that person alone
    (block,) = all_of(CreditBlock)
    do(commitment_checks.restore, block.id, "已完成信用修复", now=NOW + 3 * HOUR, actor="person:demo-admin")
    assert row(offered("演示丙寅").number).state is State.AWAITING_COMMITMENT


def test_a_changed_text_is_a_new_version_and_old_commitments_keep_theirs() -> None:
    lease = offered()
    do(commitments.put_text, "P-RESIDENCE", "新的承诺书文本", 10, "新依据", now=NOW, actor="x")
    offer = do(commitments.offer_of, lease.number)
    assert offer is not None and offer.text.version == 1
    later = do(commitments.offer_of, offered().number)
    assert later is not None and (later.text.version, later.text.text) == (2, "新的承诺书文本")


def test_a_check_that_is_due_is_asked_for_once() -> None:
    lease = offered()
    sign(lease)
    from ledger.tables.effects import Notice

    for _ in range(2):
        do(commitment_checks.remind, NOW + timedelta(days=60))
    assert [notice.recipient for notice in all_of(Notice)] == ["demo-permit-1"]
    assert lease


def case_and_party(number: str) -> tuple[Case, Party]:
    with transaction() as session:
        verification = row(number)
        return session.get_one(Case, verification.case), session.get_one(Party, verification.party)


def test_a_voluntary_submission_is_always_accepted_and_never_changed() -> None:
    case, party = case_and_party(file())
    do(cases.close, UNIT, case.number, now=NOW, actor="x")
    for proof, confirmed in (("P-HOUSEHOLD", Evidence.CODE), ("某种无人知道的证明", None)):
        line = do(
            voluntary.submit, FILER, case, party, proof, VoluntaryReason.AT_HAND, confirmed,
            DIGEST if confirmed else None, now=NOW,
        )  # fmt: skip
        assert line.row.listed is (proof == "P-HOUSEHOLD") and "甲子" not in line.name
    assert [line.proof_name for line in do(voluntary.listed, UNIT, NOW, NOW + HOUR)] == ["户籍证明", "某种无人知道的证明"]
    assert do(voluntary.listed, "370402-CIVIL", NOW, NOW + HOUR) == []
    for statement in ("UPDATE voluntary_submissions SET clerk = 'x'", "DELETE FROM voluntary_submissions"):
        with pytest.raises(DatabaseError, match="permission denied|只能追加|append"), transaction() as session:
            session.execute(text(statement))


def test_an_off_system_lookup_is_filed_with_its_evidence_and_never_changed() -> None:
    case, party = case_and_party(file())
    filed = (UNIT, case, party, "P-HOUSEHOLD", "国家政务服务平台", "demo-permit-1")
    do(offsystem.record, *filed, NOW - HOUR, OffSystemResult.CONFIRMED, DIGEST, now=NOW, actor="x")
    with pytest.raises(ValueError):
        do(offsystem.record, *filed, NOW + HOUR, OffSystemResult.CONFIRMED, DIGEST, now=NOW, actor="x")
    ((kept, number),) = do(offsystem.listed, UNIT, NOW - HOUR, NOW + HOUR)
    assert (kept.evidence_digest, kept.operator, number) == (DIGEST, "demo-permit-1", case.number)
    with pytest.raises(DatabaseError), transaction() as session:
        session.execute(text("DELETE FROM off_system_lookups"))


def delivered_hardship(**changes: object) -> Lease:
    lease = hold(file("P-HARDSHIP", **changes))
    take_up(lease)
    reply(ask(lease))
    seal(lease)
    deliver(lease)
    return lease


def report(number: str, unit: str | None = None) -> mismatches.Mismatch:
    return do(mismatches.report, number, ["人均月收入"], "申请人称人均 500 元", None, unit, FILER, now=NOW + HOUR)


def check_answers(check: str, fields: dict[str, str], answer: Answer = Answer.TRUE) -> None:
    lease = hold(check)
    take_up(lease, NOW + HOUR)
    reply(ask(lease, NOW + HOUR), answer, NOW + HOUR + MINUTE, fields=fields)
    if row(check).state is State.TO_BE_SEALED:
        seal(lease, NOW + HOUR + MINUTE)
    deliver(lease, NOW + HOUR + MINUTE)


@pytest.mark.parametrize(
    ("fields", "answer", "status"),
    [
        (HARDSHIP, Answer.TRUE, MismatchStatus.UPHELD),
        ({**HARDSHIP, "人均月收入": "500"}, Answer.TRUE, MismatchStatus.CORRECTED),
        ({}, Answer.FALSE, MismatchStatus.CORRECTED),
    ],
)
def test_the_issuing_units_material_prevails(fields: dict[str, str], answer: Answer, status: MismatchStatus) -> None:
    lease = delivered_hardship()
    found = report(lease.number)
    assert found.check is not None and row(found.check).follows == lease.number
    with pytest.raises(mismatches.MismatchOpen):
        report(lease.number)
    stated = do(mismatches.checked_by, found.check)
    assert stated is not None and stated[1] == "申请人称人均 500 元"
    with pytest.raises(mismatches.NothingToObject):
        do(mismatches.object_to, lease.number, "不服", now=NOW, actor="x")
    check_answers(found.check, fields, answer)
    settled = do(mismatches.newest, lease.number)
    assert settled is not None and settled.status is status
    from ledger.tables.effects import Proof

    (proof,) = all_of(Proof, verification=lease.number)
    assert (proof.revoked_at is not None) == (status is MismatchStatus.CORRECTED)
    objected = do(mismatches.object_to, lease.number, "不服", now=NOW + 2 * HOUR, actor="person:demo-permit-1")
    assert objected.right_told_at == NOW + 2 * HOUR
    assert names(lease.number)[-3:] == ["mismatch_reported", "mismatch_settled", "objected"]


def test_a_check_that_is_withdrawn_leaves_the_mismatch_unsettled() -> None:
    from ledger import attention

    lease = delivered_hardship()
    found = report(lease.number)
    do(attention.withdraw, found.check, "filed_in_error", now=NOW + 2 * HOUR, actor="x")
    settled = do(mismatches.newest, lease.number)
    assert settled is not None and settled.status is MismatchStatus.UNSETTLED


def test_nothing_differs_from_what_was_not_delivered_and_nobody_checks_without_a_unit() -> None:
    with pytest.raises(mismatches.NotDelivered):
        report(file("P-HARDSHIP"))
    lease = hold(file("P-PROPERTY"))
    take_up(lease)
    found(lease, fields={"坐落": "演示路", "共有情况": "单独所有", "用途": "住宅"})
    seal(lease)
    deliver(lease)
    with pytest.raises(mismatches.NoIssuer):
        report(lease.number)
    assert report(lease.number, ISSUER).check


def same(case: str, number: str, now: datetime) -> str | None:
    def look(session):  # type: ignore[no-untyped-def]
        verification = row(number)
        held = cases.find(session, UNIT, case)
        party = session.get_one(Party, verification.party)
        return filing.find_same(session, held, party, verification.entry, 60, now=now)

    return do(look)


def test_the_same_question_finds_the_same_verification_while_it_is_open_or_valid() -> None:
    case = f"C-{uuid4().hex[:10]}"
    lease = hold(file("P-HARDSHIP", number=case))
    assert same(case, lease.number, NOW) == lease.number  # open
    take_up(lease)
    reply(ask(lease))
    seal(lease)
    deliver(lease)
    assert same(case, lease.number, NOW + timedelta(days=59)) == lease.number  # valid
    assert same(case, lease.number, NOW + timedelta(days=61)) is None
    report(lease.number)
    assert same(case, lease.number, NOW + 2 * HOUR) == lease.number  # its check is another question


def test_what_ended_without_a_result_is_asked_anew() -> None:
    from ledger import attention

    case = f"C-{uuid4().hex[:10]}"
    number = file("P-HARDSHIP", number=case)
    do(attention.withdraw, number, "filed_in_error", now=NOW, actor="x")
    assert same(case, number, NOW) is None
    other = f"C-{uuid4().hex[:10]}"
    lease = hold(file("P-HOUSEHOLD", number=other))
    take_up(lease)
    found(lease, ShareOutcome.MISMATCH)
    deliver(lease)
    assert same(other, lease.number, NOW + MINUTE) is None
    assert isinstance(FILER, Filer)
