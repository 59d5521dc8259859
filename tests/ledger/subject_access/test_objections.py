"""异议 of the person himself (decision 49): on the way of the unit's own reports, with a term of its own, answered to him."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.calendar import LOCAL
from domain.methods import Answer
from domain.records import CONCLUSION, MismatchStatus
from ledger.arrangements import calendars
from ledger.casework import mismatches, revocations
from ledger.lifecycle.snapshots import UnknownNumber, lock
from ledger.subject_access import looks, objections
from ledger.subject_access.asked import CheckedAlready
from ledger.tables.effects import Proof
from ledger.tables.records import Mismatch
from ledger.tables.verifications import EventRow, Verification
from tests.ledger.acting import HARDSHIP, HOUR, TICK, alarms, all_of, at_once, do, events, names, row
from tests.ledger.casework.test_mismatches import check_answers, delivered_hardship
from tests.ledger.filing import NOW, UNIT, file
from tests.ledger.subject_access.test_asked import shown
from tests.ledger.subject_access.test_looks import made, opened

pytestmark = pytest.mark.usefixtures("ledger")

#: Of Wednesday 2026-03-04 the tenth working day is Wednesday 2026-03-18: two weekends, no holiday.
TENTH = datetime(2026, 3, 19, 0, 0, tzinfo=LOCAL)


def objected(number: str, person: str = "演示甲子", fields: tuple[str, ...] = ("人均月收入",), now: datetime = NOW + HOUR) -> Mismatch:
    token = opened(made(person, now), now=now)
    assert token

    def say(session: Any) -> Mismatch:
        return objections.raise_one(session, looks.find(session, token, now=now), number, list(fields), "本人说是 500 元", now=now)

    return do(say)


def line_of(number: str, now: datetime = NOW + 2 * HOUR) -> Any:
    (found,) = [one for one in shown("演示甲子", now).verifications if one.row.number == number]
    return found


@pytest.mark.parametrize(
    ("fields", "answer", "status"),
    [
        (HARDSHIP, Answer.TRUE, MismatchStatus.UPHELD),
        ({**HARDSHIP, "人均月收入": "500"}, Answer.TRUE, MismatchStatus.CORRECTED),
        ({}, Answer.FALSE, MismatchStatus.CORRECTED),
    ],
)
def test_the_unit_checks_and_the_person_sees_the_answer(fields: dict[str, str], answer: Answer, status: MismatchStatus) -> None:
    number = delivered_hardship().number
    assert line_of(number).may_object
    found = objected(number)
    assert found.check is not None and found.due_at == TENTH and row(found.check).unit == UNIT
    assert do(mismatches.checked_by, found.check) == (["人均月收入"], "本人说是 500 元", None)
    line = line_of(number)
    assert (line.objection.status, line.checker, line.may_object) == (MismatchStatus.CHECKING, "市中区光明路街道办事处", False)
    told = [(one.event.value, one.actor) for one in events(number)]
    assert ("mismatch_reported", "subject") in told and "objected" not in dict(told), "which says that the right of appeal was told"
    check_answers(found.check, fields, answer)
    line = line_of(number)
    assert line.objection.status is status and not line.may_object
    (proof,) = all_of(Proof, verification=number)
    assert (proof.revoked_at is not None) == (status is MismatchStatus.CORRECTED), "the way that there is, and no second one"
    assert found.check in {one.row.number for one in shown("演示甲子", NOW + 3 * HOUR).verifications}
    with pytest.raises(CheckedAlready):
        objected(number, now=NOW + 4 * HOUR)


def test_what_is_somebody_elses_cannot_be_doubted_and_nothing_is_written() -> None:
    number = delivered_hardship().number
    fresh = file("P-HARDSHIP")
    before = (len(all_of(Verification)), len([one for one in all_of(EventRow) if one.event.value != "shown_to_subject"]))
    for refused, wanted in ((UnknownNumber, {"person": "演示乙丑"}), (mismatches.FieldsUnknown, {"fields": ("年龄",)})):
        with pytest.raises(refused):
            objected(number, **wanted)
    with pytest.raises(mismatches.NotDelivered):
        objected(fresh)
    with pytest.raises(UnknownNumber):
        objected("HY202601010000000X")
    assert (len(all_of(Verification)), len([one for one in all_of(EventRow) if one.event.value != "shown_to_subject"])) == before
    assert all_of(Mismatch) == []


def test_a_second_objection_waits_for_the_first_and_one_without_an_answer_may_be_repeated() -> None:
    from ledger.casework import attention

    number = delivered_hardship().number
    found = objected(number, fields=(CONCLUSION,))
    with pytest.raises(mismatches.MismatchOpen):
        objected(number, now=NOW + 2 * HOUR)
    do(attention.withdraw, found.check, "filed_in_error", now=NOW + 2 * HOUR, actor="x")
    line = line_of(number, NOW + 3 * HOUR)
    assert line.objection.status is MismatchStatus.UNSETTLED and line.may_object
    assert objected(number, now=NOW + 3 * HOUR).check != found.check
    assert names(number).count("mismatch_settled") == 1


def test_sent_twice_in_one_look_the_first_stands() -> None:
    number = delivered_hardship().number
    token = opened(made(now=NOW + HOUR), now=NOW + HOUR)
    assert token

    def say(session: Any) -> Any:
        look = looks.find(session, token, now=NOW + HOUR)
        return objections.raise_one(session, look, number, ["人均月收入"], "本人说是 500 元", now=NOW + HOUR).id

    first, second = at_once(lambda: do(say), lambda: do(say))
    assert first == second and [one.id for one in all_of(Mismatch)] == [first]


def test_a_proof_that_was_revoked_is_doubted_no_more() -> None:
    number = delivered_hardship().number
    do(lambda session: revocations.revoke(session, lock(session, number), "issued_in_error", now=NOW + HOUR, actor="x"))
    assert not line_of(number).may_object
    with pytest.raises(revocations.RevokedAlready):
        objected(number, now=NOW + 3 * HOUR)
    assert all_of(Mismatch) == []


def test_a_term_in_a_year_without_calendar_stands_when_it_comes() -> None:
    number = delivered_hardship().number
    found = objected(number, now=datetime(2027, 12, 30, 10, tzinfo=LOCAL))
    settled = objected(other := delivered_hardship().number, now=datetime(2027, 12, 30, 10, tzinfo=LOCAL))
    assert found.due_at is None and ("calendar_missing", "2028") in alarms() and settled.check
    check_answers(settled.check, HARDSHIP)
    later = datetime(2027, 12, 31, 10, tzinfo=LOCAL)
    do(calendars.put_year, 2028, [date(2028, 1, 3)], [], provisional=True, source="测试", reason="录入", now=later, actor="test")
    due = {one.verification: one.due_at for one in all_of(Mismatch)}
    # Friday the 31st is the first; the 3rd is off, the 4th the second, Friday the 14th the tenth.
    assert due == {number: datetime(2028, 1, 15, tzinfo=LOCAL), other: None}


def test_what_is_not_checked_in_its_term_is_told_of_until_it_is() -> None:
    number = delivered_hardship().number
    found = objected(number)
    do(objections.watch, now=TENTH)
    assert ("correction_overdue", number) not in alarms() and not line_of(number, TENTH).overdue
    for _ in range(2):
        do(objections.watch, now=TENTH + TICK)
    assert ("correction_overdue", number) in alarms() and line_of(number, TENTH + TICK).overdue
    assert found.check is not None
    check_answers(found.check, HARDSHIP)
    do(objections.watch, now=TENTH + timedelta(days=1))
    assert ("correction_overdue", number) not in alarms()
