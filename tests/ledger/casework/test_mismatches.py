"""不符与异议, 同一问题: the issuing unit's material prevails, and what was corrected answers nothing any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from domain.commitments import CheckOutcome, Evidence
from domain.lifecycle import State
from domain.methods import Answer
from domain.records import MismatchStatus
from domain.share import ShareOutcome
from ledger.actor import Filer
from ledger.cases import cases
from ledger.casework import mismatches, views
from ledger.lifecycle import filing
from ledger.lifecycle.moves import Lease
from ledger.methods import commitment_checks, commitments
from ledger.oversight.indicators import content
from ledger.tables.cases import Party
from ledger.tables.commitments import CommitmentCheck
from tests.ledger.acting import HARDSHIP, HOUR, ISSUER, MINUTE, all_of, ask, deliver, do, found, hold, names, reply, row, seal, take_up
from tests.ledger.filing import FILER, NOW, UNIT, file

pytestmark = pytest.mark.usefixtures("ledger")


def delivered_hardship(**changes: object) -> Lease:
    lease = hold(file("P-HARDSHIP", **changes))
    take_up(lease)
    reply(ask(lease))
    seal(lease)
    deliver(lease)
    return lease


def report(number: str, unit: str | None = None, field: str = "人均月收入") -> mismatches.Mismatch:
    return do(mismatches.report, number, [field], "申请人称人均 500 元", None, unit, FILER, now=NOW + HOUR)


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
    """Obligations 11.3, 11.4."""
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
    with pytest.raises(mismatches.ObjectedAlready):
        do(mismatches.object_to, lease.number, "再次不服", now=NOW + 3 * HOUR, actor="person:demo-permit-1")
    ended = ["proof_revoked"] if status is MismatchStatus.CORRECTED else []
    assert names(lease.number)[-3 - len(ended) :] == ["mismatch_reported", *ended, "mismatch_settled", "objected"]


def test_a_check_that_is_withdrawn_leaves_the_mismatch_unsettled() -> None:
    from ledger.casework import attention

    lease = delivered_hardship()
    found = report(lease.number)
    do(attention.withdraw, found.check, "filed_in_error", now=NOW + 2 * HOUR, actor="x")
    settled = do(mismatches.newest, lease.number)
    assert settled is not None and settled.status is MismatchStatus.UNSETTLED


@pytest.mark.parametrize(("answer", "status"), [(Answer.TRUE, MismatchStatus.UPHELD), (Answer.FALSE, MismatchStatus.CORRECTED)])
def test_a_commitment_was_true_where_the_issuing_unit_confirms_it_and_nobodys_content_where_it_does_not(
    answer: Answer, status: MismatchStatus
) -> None:
    """Obligations 11.2, 11.3: what the applicant promised no unit had said, so that none said it wrongly (16.8)."""
    lease = hold(file("P-RESIDENCE"))
    take_up(lease)
    do(commitments.sign, lease.number, Evidence.SIGNATURE, "a" * 64, "档案 1", now=NOW, actor="person:demo-permit-1")
    deliver(lease)
    check = report(lease.number, field="核验结论").check
    assert check is not None
    check_answers(check, {"居住地址": "演示路 1 号", "居住起始日期": "2020-01-01"} if answer is Answer.TRUE else {}, answer)
    settled = do(mismatches.newest, lease.number)
    assert settled is not None and settled.status is status
    assert do(content.indications, NOW, NOW + 5 * HOUR, NOW + 5 * HOUR) == []


def test_nothing_differs_from_what_was_not_delivered_and_nobody_checks_without_a_unit() -> None:
    with pytest.raises(mismatches.NotDelivered):
        report(file("P-HARDSHIP"))
    lease = hold(file("P-PROPERTY"))
    take_up(lease)
    found(lease, fields={"坐落": "演示路", "共有情况": "单独所有", "用途": "住宅"})
    seal(lease)
    deliver(lease)
    with pytest.raises(mismatches.NoIssuer):
        report(lease.number, field="坐落")
    assert report(lease.number, ISSUER, "核验结论").check


def test_what_differs_is_a_field_of_the_proof_and_no_sentence() -> None:
    """Its names stand in an event that nobody can change; what the applicant says is encrypted."""
    lease = delivered_hardship()
    for wrong in ("申请人张三丰住演示路1号", "坐落"):
        with pytest.raises(mismatches.FieldsUnknown):
            report(lease.number, field=wrong)


def same(case: str, number: str, now: datetime) -> str | None:
    def look(session):  # type: ignore[no-untyped-def]
        verification = row(number)
        held = cases.find(session, UNIT, case)
        party = session.get_one(Party, verification.party)
        return filing.find_same(session, held, party, verification.entry, 60, now=now).answer

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
    from ledger.casework import attention

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


@pytest.mark.parametrize("answer", [Answer.TRUE, Answer.FALSE])
def test_after_a_correction_the_check_answers_the_same_question_and_the_first_says_so(answer: Answer) -> None:
    """Sealed or not: what was corrected is no answer any more (obligation 11.3)."""
    case = f"C-{uuid4().hex[:10]}"
    lease = hold(file("P-HARDSHIP", number=case))
    take_up(lease)
    reply(ask(lease), Answer.FALSE, fields={})  # not sealed: no proof that could be revoked
    deliver(lease)
    check = report(lease.number).check
    assert check is not None and same(case, lease.number, NOW + 2 * HOUR) == lease.number
    check_answers(check, HARDSHIP if answer is Answer.TRUE else {}, answer)
    corrected = answer is Answer.TRUE
    assert same(case, lease.number, NOW + 2 * HOUR) == (check if corrected else lease.number)
    shown = do(lambda session: views.view(session, row(lease.number), personal=True))
    assert shown.corrected_by == (check if corrected else None)


def test_an_untrue_commitment_is_no_answer() -> None:
    case = f"C-{uuid4().hex[:10]}"
    lease = hold(file("P-RESIDENCE", number=case))
    take_up(lease)
    do(commitments.sign, lease.number, Evidence.SIGNATURE, "a" * 64, "档案 1", now=NOW, actor="person:demo-permit-1")
    deliver(lease)
    assert same(case, lease.number, NOW + HOUR) == lease.number
    (check,) = all_of(CommitmentCheck, verification=lease.number)
    do(commitment_checks.check, check.id, UNIT, CheckOutcome.UNTRUE, "不实", now=NOW + HOUR, actor="person:demo-permit-1")
    assert same(case, lease.number, NOW + HOUR) is None
