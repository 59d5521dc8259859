"""办件: parties are only ever added, and nobody finds another unit's case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from domain.limits import HandlingType
from domain.roles import IdType, PartyRole
from ledger.cases import cases
from ledger.casework import registration
from ledger.casework.registration import (
    AcceptedWrong,
    CaseClosed,
    CaseData,
    CaseFixed,
    NameDiffers,
    PartyData,
    PromisePassed,
    PromiseReasonNeeded,
)
from ledger.tables.cases import Case, Party
from sandbox.people import by_name
from tests.ledger.acting import MINUTE, alarms, all_of, do
from tests.ledger.filing import NOW, UNIT, case_data, file

pytestmark = pytest.mark.usefixtures("shared_ledger")


def register(data: CaseData, unit: str = UNIT, now: datetime = NOW) -> bool:
    return do(registration.register, unit, data, now=now, actor="person:demo-permit-1")


def the(data: CaseData) -> Case:
    found = do(cases.find, UNIT, data.number)
    assert found is not None
    return found


def party(name: str, role: PartyRole = PartyRole.SPOUSE) -> PartyData:
    holder = by_name(name)
    return PartyData(role, IdType(holder.id_type), holder.id_number, holder.name)


def test_sending_the_same_again_changes_nothing() -> None:
    data = case_data()
    assert register(data) is True
    first, parties = the(data), all_of(Party, case=the(data).id)
    assert register(data) is False
    again = the(data)
    assert (again.id, again.data_key, again.registered_at) == (first.id, first.data_key, first.registered_at)
    assert [one.name for one in all_of(Party, case=first.id)] == [one.name for one in parties]


def test_parties_are_added_and_never_lost() -> None:
    data = case_data()
    register(data)
    register(replace(data, parties=(party("演示乙丑"), party("演示一号商贸有限公司", PartyRole.OTHER))))
    found = all_of(Party, case=the(data).id)
    assert sorted(one.role for one in found) == ["applicant", "other", "spouse"]
    register(replace(data, parties=(party("演示乙丑", PartyRole.FAMILY_MEMBER),)))
    assert sorted(one.role for one in all_of(Party, case=the(data).id)) == ["applicant", "family_member", "other"]


def test_what_the_unit_corrects_is_taken_over() -> None:
    data = case_data()
    register(data)
    later = NOW + timedelta(days=9)
    register(replace(data, handling=HandlingType.IMMEDIATE, promise_end=later))
    assert (the(data).handling, the(data).promise_end, the(data).promise_derived) == ("immediate", later, False)


def test_promised_days_are_working_days_and_marked_as_derived() -> None:
    data = case_data(accepted_at=datetime(2026, 9, 30, 1, 0, tzinfo=UTC), promise_end=None, promised_days=3)
    register(data, now=data.accepted_at)
    # 1 to 7 October are days off, the 10th is a Saturday that is worked: 8, 9, 10, until midnight in Beijing.
    assert the(data).promise_end == datetime(2026, 10, 10, 16, 0, tzinfo=UTC)
    assert the(data).promise_derived


def test_a_year_without_calendar_refuses_no_case_and_is_not_guessed() -> None:
    data = case_data(accepted_at=datetime(2027, 12, 30, 1, 0, tzinfo=UTC), promise_end=None, promised_days=5)
    register(data, now=data.accepted_at)
    assert the(data).promise_end is None and the(data).promised_days == 5
    assert ("calendar_missing", "2028") in alarms()


def test_a_promise_in_the_past_is_refused() -> None:
    with pytest.raises(PromisePassed):
        register(case_data(promise_end=NOW))
    with pytest.raises(PromisePassed):  # the day that the working days lead to
        register(case_data(promise_end=None, promised_days=1, accepted_at=NOW - timedelta(days=30)))


@pytest.mark.parametrize("years", [-4, 1, 73])
def test_a_case_accepted_in_another_time_is_a_slip_of_the_pen(years: int) -> None:
    """Else a year without calendar would be asked for until the end of days."""
    with pytest.raises(AcceptedWrong):
        register(case_data(accepted_at=NOW + timedelta(days=365 * years), promise_end=None, promised_days=5))
    assert not {subject for kind, subject in alarms() if kind == "calendar_missing"} - {"2028"}
    data = case_data(accepted_at=NOW - timedelta(days=900))
    assert register(data) is True
    assert register(data, now=NOW + timedelta(days=300)) is False  # sent again, however long ago it is by then


def test_the_same_case_sent_again_after_its_promise_passed_changes_nothing() -> None:
    data = case_data()
    register(data)
    assert do(registration.register, UNIT, data, now=NOW + timedelta(days=9), actor="x") is False


def test_matter_and_handling_stay_once_something_rests_on_them() -> None:
    data = case_data(number=f"C-{uuid4().hex}")
    file(number=data.number)
    with pytest.raises(CaseFixed):
        register(replace(data, handling=HandlingType.IMMEDIATE))
    with pytest.raises(PromiseReasonNeeded):
        register(replace(data, promise_end=NOW + timedelta(days=9)))


def test_a_number_under_another_name_is_refused_and_nothing_is_written() -> None:
    data = case_data()
    register(data)
    wrong = replace(party("演示甲子", PartyRole.APPLICANT), name="演示乙丑")
    with pytest.raises(NameDiffers):
        register(replace(data, handling=HandlingType.IMMEDIATE, parties=(party("演示丙寅"), wrong)))
    assert the(data).handling is HandlingType.PROMISED
    assert len(all_of(Party, case=the(data).id)) == 1


def test_a_case_is_closed_once_and_stays_as_it_was() -> None:
    data = case_data()
    register(data)
    for now in (NOW + MINUTE, NOW + 2 * MINUTE):
        closed = do(cases.close, UNIT, data.number, now=now, actor="person:demo-permit-1")
        assert closed is not None and closed.closed_at == NOW + MINUTE
    with pytest.raises(CaseClosed):
        register(replace(data, handling=HandlingType.OTHER))
    assert the(data).handling is HandlingType.PROMISED
    assert do(cases.close, UNIT, "C-nowhere", now=NOW, actor="x") is None


def test_another_units_case_is_unknown_and_may_bear_the_same_number() -> None:
    data = case_data()
    register(data)
    assert do(cases.find, "370402-CIVIL", data.number) is None
    assert do(cases.close, "370402-CIVIL", data.number, now=NOW, actor="x") is None
    assert register(data, "370402-CIVIL") is True


def test_a_party_is_found_by_number_whatever_its_case() -> None:
    data = case_data("演示一号商贸有限公司")
    register(data)
    holder = by_name("演示一号商贸有限公司")
    case = the(data)
    found = do(cases.find_party, case, IdType.USCC, holder.id_number.lower())
    assert found is not None
    subject = cases.open_subject(found, do(cases.key_of, case.id))
    assert (subject.name, subject.id_type, subject.id_number) == (holder.name, "uscc", holder.id_number)
    assert do(cases.find_party, case, IdType.CITIZEN_ID, holder.id_number) is None
    assert do(cases.find_party, case, IdType.USCC, "91370402DEMA000009") is None


def test_what_holds_a_person_does_not_print_it() -> None:
    data = case_data()
    assert "演示甲子" not in repr(data) and by_name("演示甲子").id_number not in repr(data)
