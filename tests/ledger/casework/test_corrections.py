"""姓名更正: a slip is mended on the record until somebody was asked in the wrong name."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC

import pytest

from domain.lifecycle import Event
from domain.roles import IdType
from ledger.cases import cases
from ledger.casework import corrections, registration
from ledger.casework.corrections import NameAsked, NotAParty
from ledger.casework.registration import CaseClosed, CaseData
from ledger.database import transaction
from ledger.lifecycle import leases
from ledger.lifecycle.snapshots import step_context
from ledger.tables.cases import NameCorrection
from ledger.tables.verifications import EventRow
from sandbox.people import by_name
from tests.ledger.acting import MINUTE, all_of, do, hold, take_up
from tests.ledger.filing import NOW, UNIT, case_data, file

pytestmark = pytest.mark.usefixtures("shared_ledger")

JIAZI = by_name("演示甲子")
SLIP = tuple(replace(party, name="演示甲字") for party in case_data().parties)


def correct(data: CaseData, name: str = "演示甲子", number: str = JIAZI.id_number) -> None:
    with transaction() as session:
        case = cases.find(session, UNIT, data.number, for_update=True)
        assert case is not None
        corrections.correct_name(session, case, IdType.CITIZEN_ID, number, name, now=NOW + MINUTE, actor="person:demo-permit-1")


def recorded(data: CaseData) -> list[tuple[str, str, str]]:
    with transaction() as session:
        case = cases.find(session, UNIT, data.number)
        assert case is not None
        return [(row.actor, before, after) for row, before, after in corrections.listed(session, case)]


def registered() -> CaseData:
    data = case_data(parties=SLIP)
    do(registration.register, UNIT, data, now=NOW, actor="x")
    return data


def test_a_slip_is_mended_and_both_names_stay_on_the_record_in_cipher() -> None:
    data = registered()
    correct(data)
    correct(data)  # sent again: nothing
    assert recorded(data) == [("person:demo-permit-1", "演示甲字", "演示甲子")]
    (row,) = [one for one in all_of(NameCorrection) if one.at.astimezone(UTC) == NOW + MINUTE][-1:]
    assert "演示".encode() not in row.before + row.after
    do(registration.register, UNIT, replace(data, parties=case_data().parties), now=NOW, actor="x")  # no NameDiffers


def test_it_reaches_a_verification_that_waits_and_its_story() -> None:
    data = case_data(parties=SLIP)
    number = file(number=data.number, parties=SLIP)
    correct(data)
    assert do(step_context, number).subject.name == "演示甲子"
    assert [row.event for row in all_of(EventRow, verification=number)] == [Event.FILED, Event.NAME_CORRECTED]


def test_it_is_too_late_once_a_method_has_begun() -> None:
    data = case_data(parties=SLIP)
    number = file(number=data.number, parties=SLIP)
    take_up(hold(number))
    with pytest.raises(NameAsked):
        correct(data)
    assert recorded(data) == [] and do(step_context, number).subject.name == "演示甲字"


def test_a_pass_that_begins_meanwhile_waits_and_asks_in_the_right_name() -> None:
    data = case_data(parties=SLIP)
    number = file(number=data.number, parties=SLIP)
    lease, begun = hold(number), threading.Event()

    def ask() -> None:
        begun.set()
        take_up(lease)

    with transaction() as session:
        case = cases.find(session, UNIT, data.number, for_update=True)
        assert case is not None
        corrections.correct_name(session, case, IdType.CITIZEN_ID, JIAZI.id_number, "演示甲子", now=NOW, actor="person:demo-permit-1")
        other = threading.Thread(target=ask)
        other.start()
        assert begun.wait(30)
    other.join(30)
    found = do(step_context, number)
    assert found.method is not None and found.subject.name == "演示甲子"
    do(leases.release, lease)


def test_who_is_no_party_and_what_is_closed_is_not_touched() -> None:
    data = registered()
    with pytest.raises(NotAParty):
        correct(data, number=by_name("演示乙丑").id_number)
    do(cases.close, UNIT, data.number, now=NOW, actor="x")
    with pytest.raises(CaseClosed):
        correct(data)
    assert recorded(data) == []
