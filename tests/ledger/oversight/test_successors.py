"""承继: what is found of a unit that was merged is the successor's to answer, under both names; nothing that happened before moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from domain.complaints import ComplaintAbout, ComplaintChannel
from domain.lead_path import LeadStep
from domain.leads import UNHELPFUL, Indication, LeadRule
from domain.limits import HandlingType
from domain.records import VoluntaryReason
from domain.roles import IdType
from ledger.casework import decisions, mismatches
from ledger.database import transaction
from ledger.oversight import complaint_steps, complaints, lead_steps, leads
from ledger.oversight.complaints import Intake, ReceivedComplaint
from ledger.registers import voluntary
from ledger.registers.voluntary import ReceivedSubmission
from ledger.registry import unit_changes
from ledger.tables.cases import Case
from ledger.tables.oversight import Lead
from ledger.tables.registry import Database, Matter, Unit
from sandbox.people import by_name
from tests.ledger.acting import (
    HARDSHIP,
    HOUR,
    HOUSEHOLD,
    ISSUER,
    MINUTE,
    all_of,
    ask,
    asked,
    deliver,
    do,
    escalate,
    found,
    hold,
    immediate,
    reply,
    row,
    seal,
    take_up,
)
from tests.ledger.filing import FILER, NOW, UNIT, file

pytestmark = pytest.mark.usefixtures("ledger")

HEIR, ARCHIVE = "370402-CIVIL", "370402-ARCHIVE"
START, END = datetime.fromisoformat("2026-03-02T00:00+08:00"), datetime.fromisoformat("2026-03-09T00:00+08:00")
LATER = NOW + timedelta(days=2)


def merge(unit: str, into: str = HEIR, at: datetime = NOW + HOUR) -> None:
    do(unit_changes.merge, unit, into, at=at, document="编办〔2026〕1号", now=at, actor="x")


def signs(rule: LeadRule) -> list[tuple[str, str]]:
    do(leads.find, START, END, now=LATER)
    return sorted((one.unit, one.subject) for one in all_of(Lead, rule=rule))


def corrected(number: str, at: datetime, fields: dict[str, str], unit: str = ISSUER, field: str = "人均月收入") -> None:
    """The applicant says that it is not so, and the unit that checks agrees."""
    check = do(mismatches.report, number, [field], "与实际不符", None, unit, FILER, now=at).check
    assert check is not None
    lease = hold(check)
    take_up(lease, at)
    reply(ask(lease, at), now=at + MINUTE, fields=fields, unit=unit)
    seal(lease, at + MINUTE)
    deliver(lease, at + MINUTE)


def answered() -> str:
    lease, request = asked()
    reply(request)
    seal(lease)
    deliver(lease)
    return lease.number


def shared() -> str:
    lease = hold(file())
    take_up(lease)
    found(lease)
    seal(lease)
    deliver(lease)
    return lease.number


def test_what_was_found_wrong_after_a_merger_is_the_successors() -> None:
    """Obligation 16.8."""
    before, after = answered(), answered()
    corrected(before, NOW + 10 * MINUTE, {**HARDSHIP, "人均月收入": "500"})
    merge(ISSUER)
    corrected(after, NOW + 2 * HOUR, {**HARDSHIP, "人均月收入": "500"}, HEIR)
    assert signs(LeadRule.CORRECTED) == [(HEIR, ""), (ISSUER, "")]
    assert {one.unit: one.numbers for one in all_of(Lead, rule=LeadRule.CORRECTED)} == {HEIR: [after], ISSUER: [before]}


@pytest.mark.parametrize(("registered", "whose"), [(True, (HEIR, "演示户籍库")), (False, (ISSUER, ""))])
def test_what_was_wrong_in_shared_data_is_a_sign_of_whose_database_it_is(registered: bool, whose: tuple[str, str]) -> None:
    """Obligations 11.2, 11.3, 16.8: the register says whose data they are; without it the unit that the list names."""
    number = shared()
    with transaction() as session:
        session.execute(text("UPDATE databases SET source = NULL"))
        if registered:
            session.add(Database(code="DB-1", name="演示户籍库", owner=ARCHIVE, source="licence_library"))
    merge(ARCHIVE)
    corrected(number, NOW + 2 * HOUR, {**HOUSEHOLD, "户别": "集体户"}, field="户别")
    assert signs(LeadRule.CORRECTED) == [whose]


def test_a_proof_that_an_inherited_matter_lacks_and_a_list_that_nobody_drafts_are_the_successors() -> None:
    """Obligations 16.2, 16.3, 5.1."""
    with transaction() as session:
        number = session.get_one(Case, row(file()).case).number
        session.execute(
            text(
                "INSERT INTO proof_kinds (code, name, basis, validity_days, sealed_when_negative) VALUES ('P-NEW', '新证明', '', 30, false)"
            )
        )
        session.add(Unit(code="X-WATER", name="演示供水公司", kind="public_service", sector="供水", drafting_unit=UNIT, active=True))
        session.flush()
        session.add(Matter(code="X-1", name="开户", unit="X-WATER", handling=HandlingType.PROMISED, reviewed_above=False, active=True))
    merge(UNIT)
    holder = by_name("演示甲子")
    stated = ReceivedSubmission(number, IdType(holder.id_type), holder.id_number, holder.name, "P-NEW")
    do(voluntary.submit, replace(FILER, unit=HEIR), stated, VoluntaryReason.OTHER, None, None, now=NOW + 2 * HOUR)
    assert signs(LeadRule.PROOF_MISSING) == [(HEIR, "DEMO-0001/P-NEW")]
    assert (HEIR, "X-WATER") in signs(LeadRule.LIST_MISSING)


def test_a_supervision_that_was_put_down_as_a_sign_waits_for_nobody_beside_others_and_after_a_merger() -> None:
    """Obligations 10.12, 16.5: the lead is the successor's, the 督办 stands under the name that its unit had."""
    leases = [immediate()[0] for _ in range(2)]
    for lease in leases:
        escalate(lease, NOW + 2 * HOUR)
    merge(ISSUER, at=NOW + 3 * HOUR)
    sign = Indication(LeadRule.BY_HAND, ISSUER, "督办", (leases[0].number,), {"人工登记": 1})
    entered, _ = do(leads.record, sign, START, END, now=LATER, actor="demo-admin", clause=UNHELPFUL)
    assert entered.unit == HEIR
    waiting = do(decisions.lines, decisions.DecisionKind.SUPERVISION).rows
    assert [one.key for one in waiting] == [leases[1].number]
    assert [one.count for one in do(decisions.awaited) if one.kind is decisions.DecisionKind.SUPERVISION] == [1]


def test_a_complaint_that_comes_after_the_merger_is_the_successors_sign_and_it_reads_what_was_asked_before() -> None:
    """Obligations 15.6, 16.6."""
    office = {"person": "demo-admin", "unit": "370402-OFFICE"}

    def taken(number: str, at: datetime) -> str:
        sent = Intake(ComplaintChannel.LETTER, ComplaintAbout.STILL_ASKED, at, ReceivedComplaint(f"仍要求提交 {number}"), number, ARCHIVE)
        return do(complaints.take_in, sent, 15, **office, now=at)[0].number

    before, after = taken("L-1", NOW), taken("L-2", NOW + 2 * HOUR)
    do(complaint_steps.pass_on, before, ARCHIVE, "请说明", **office, now=NOW)
    merge(ARCHIVE)
    assert signs(LeadRule.COMPLAINED) == [(ARCHIVE, ""), (HEIR, "")]
    assert {one.unit: one.numbers for one in all_of(Lead, rule=LeadRule.COMPLAINED)} == {ARCHIVE: [before], HEIR: [after]}
    with transaction() as session:
        steps = complaint_steps.steps(session, complaint_steps.find(session, before), as_unit=HEIR)
        assert [one.record["asked"] for one in steps] == ["请说明"], "it has to answer it"


def test_an_open_lead_stands_in_the_successors_report_under_both_names() -> None:
    """Obligation 16.0."""
    office = {"person": "demo-admin", "unit": "370402-OFFICE"}
    numbers = []
    for place in ("甲", "乙"):
        sign = Indication(LeadRule.BY_HAND, ARCHIVE, place, counts={"检查": 1})
        numbers.append(do(leads.record, sign, START, END, now=NOW, actor="demo-admin")[0].number)
    decided, left = numbers
    do(lead_steps.take, decided, LeadStep.DISMISS, **office, now=NOW + MINUTE)
    do(lead_steps.take, left, LeadStep.NOTIFY, **office, now=NOW + MINUTE, record={"document": "整改〔2026〕1号"}, days=10)
    merge(ARCHIVE)
    told = {unit: [one.number for one in do(leads.standing, START, END, unit)] for unit in (ARCHIVE, HEIR)}
    assert told == {ARCHIVE: [decided], HEIR: [left]}, "what was decided before stays"
    (line,) = do(leads.standing, START, END, HEIR)
    assert "(原" in line.unit_name
    do(lead_steps.take, left, LeadStep.ANSWER, person="demo-civil-2", unit=HEIR, now=LATER, text="已整改")
    entered = do(leads.record, Indication(LeadRule.BY_HAND, ARCHIVE, "丙"), START, END, now=LATER, actor="demo-admin")[0]
    assert entered.unit == HEIR, "a merged unit answers nothing any more"
    earlier = do(leads.standing, START, NOW + 30 * MINUTE, ARCHIVE)
    assert len(earlier) == 2, "a report of before the merger tells it as it was"
