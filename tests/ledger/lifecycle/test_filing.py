"""受理: one key, one verification; a refusal leaves its record and nothing else."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.lifecycle import State
from domain.listing import Change
from domain.numbers import is_number
from domain.reasons import AgainReason
from domain.roles import IdType
from ledger.actor import Filer
from ledger.cases import cases
from ledger.casework import attention, registration
from ledger.catalog import entries
from ledger.database import transaction
from ledger.lifecycle import filing
from ledger.lifecycle.filing import KeyReused
from ledger.tables.cases import Case
from ledger.tables.effects import IdempotencyKey, RefusalRow
from ledger.tables.verifications import Verification
from sandbox.people import by_name
from tests.ledger.acting import all_of, at_once, do, events, row
from tests.ledger.filing import NOW, UNIT, case_data, file
from tests.ledger.listing import alter, publish, standing

pytestmark = pytest.mark.usefixtures("shared_ledger")

SYSTEM = Filer(UNIT, "demo-permit-1", "demo-hall")


def count_open(session: Session, case: Case) -> int:
    """Open verifications of a case."""
    return session.scalar(select(func.count()).where(Verification.case == case.id, Verification.ended_at.is_(None))) or 0


def prepared() -> dict[str, Any]:
    """A case with its party, and the entry: what a verification rests on."""
    data, holder = case_data(), by_name("演示甲子")
    with transaction() as session:
        registration.register(session, UNIT, data, now=NOW, actor="test")
        case = cases.find(session, UNIT, data.number)
        assert case is not None
        party = cases.find_party(session, case, IdType(holder.id_type), holder.id_number)
        found = entries.find_entry(session, data.matter, "P-HARDSHIP")
        assert found is not None
        return {"case": case, "party": party, "entry": found[0], "issuing_unit": found[1].issuing_unit}


def file_with(key: str, digest: str = "0" * 64, **what: Any) -> str:
    return do(filing.file_verification, SYSTEM, **(what or prepared()), now=NOW, idempotency_key=key, body_digest=digest).number


def test_a_filed_verification_is_due_at_once_and_its_first_event_says_who() -> None:
    number = file_with("key-1")
    now = row(number)
    assert is_number(number) and now.state is State.RECEIVED
    assert (now.unit, now.filed_by, now.via_system) == (UNIT, "demo-permit-1", "demo-hall")
    assert now.next_instant == now.filed_at == NOW
    assert now.wake_requested_at is not None and now.wake_claimed_until is None and now.flow_run is None
    (first,) = events(number)
    assert (first.event, first.actor, first.at) == ("filed", "person:demo-permit-1 via demo-hall", NOW)
    assert Filer(UNIT, "demo-permit-1").actor == "person:demo-permit-1"


def test_what_is_handed_on_is_the_row_that_was_written() -> None:
    """Who files answers with it and reads no other."""
    for more in ({}, {"again_why": AgainReason.DATA_CHANGED}):
        with transaction() as session:
            handed = filing.file_verification(session, SYSTEM, **prepared(), **more, now=NOW, idempotency_key=uuid4().hex, body_digest="x")
            assert inspect(handed).persistent and session.get(Verification, handed.number) is handed and not session.is_modified(handed)
        stored, names = row(handed.number), [name for name in Verification.__mapper__.columns.keys() if name != "wake_requested_at"]
        assert [getattr(handed, name) for name in names] == [getattr(stored, name) for name in names]
        assert stored.wake_requested_at is not None


def test_the_same_key_at_the_same_instant_makes_one_verification() -> None:
    for round_ in range(4):
        what, key = prepared(), f"twice-{round_}"
        outcomes = at_once(*[partial(file_with, key, **what)] * 2)
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["IntegrityError", "str"]
        (number,) = [outcome for outcome in outcomes if isinstance(outcome, str)]
        (refused,) = [outcome for outcome in outcomes if isinstance(outcome, IntegrityError)]
        assert filing.is_duplicate(refused)
        assert do(filing.find_repeat, UNIT, key, "0" * 64).number == number
        assert len(all_of(Verification, case=what["case"].id)) == 1
        assert do(count_open, what["case"]) == 1


def test_the_same_question_is_the_same_verification_whatever_was_published_since() -> None:
    """Reading 20: case, proof and holder say whether it is the same; the entry's row is another one in each version."""

    def same(proof: str = "P-HARDSHIP") -> str | None:
        found = do(entries.find_entry, "DEMO-0001", proof)
        assert found is not None
        answer: str | None = do(filing.find_same, what["case"], what["party"], found[0], 30, now=NOW).answer
        return answer

    what = prepared()
    assert same() is None
    number, before = file_with(f"same-{what['case'].number}", **what), standing(proof="P-HARDSHIP")
    alter(proof="P-HARDSHIP", validity_days=11)
    assert same() == number and what["entry"] != do(entries.find_entry, "DEMO-0001", "P-HARDSHIP")[0]
    publish(Change(standing(proof="P-HARDSHIP"), None))
    publish(Change(None, before))
    assert same() == number and same("P-HOUSEHOLD") is None
    do(attention.withdraw, number, now=NOW, actor="test")
    assert same() is None


def test_the_same_key_with_another_body_is_told_apart() -> None:
    number = file_with("key-2")
    assert do(filing.find_repeat, UNIT, "key-2", "0" * 64).number == number
    with pytest.raises(KeyReused):
        do(filing.find_repeat, UNIT, "key-2", "1" * 64)
    assert do(filing.find_repeat, "370402-CIVIL", "key-2", "0" * 64).number is None  # another unit's keys are its own
    assert do(filing.find_repeat, UNIT, "key-3", "0" * 64).number is None


def test_another_constraint_is_no_duplicate() -> None:
    with pytest.raises(IntegrityError) as broken:
        file_with("key-4", **{**prepared(), "issuing_unit": "370402-NOWHERE"})
    assert not filing.is_duplicate(broken.value)
    assert all_of(IdempotencyKey, key="key-4") == []


def test_a_refusal_is_on_the_record_with_codes_only() -> None:
    do(filing.refuse, now=NOW, unit=UNIT, actor="person:demo-permit-1", code="excluded_category", obligation="2.3", matter="DEMO-0005")
    (kept,) = all_of(RefusalRow, code="excluded_category")
    assert (kept.unit, kept.obligation, kept.detail, kept.at) == (UNIT, "2.3", {"matter": "DEMO-0005"}, NOW)


def test_a_verification_that_ended_is_no_longer_open() -> None:
    number = file()
    with transaction() as session:
        case = session.get_one(cases.Case, row(number).case)
    assert do(count_open, case) == 1
    do(attention.withdraw, number, now=NOW, actor="test")
    assert do(count_open, case) == 0


@pytest.mark.parametrize(("matter", "proof"), [("DEMO-0001", "P-DISABILITY"), ("DEMO-9999", "P-HARDSHIP")])
def test_what_the_catalog_does_not_list_is_not_found(matter: str, proof: str) -> None:
    assert do(entries.find_entry, matter, proof) is None


def test_an_entry_reads_as_the_rules_want_it() -> None:
    found = do(entries.find_entry, "DEMO-0006", "P-HARDSHIP")
    assert found is not None
    number, entry = found
    assert (entry.outside_region, entry.checkable_online, entry.reviewed_above) == (True, False, True)
    assert (entry.proof_name, entry.issuing_unit_name) == ("经济困难证明", "市中区光明路街道办事处")
    assert do(entries.load_entry, number) == entry
