"""第十六、十七条的各项: adjustments that came late, what fits no rule, and each exemption with its own words."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from domain.adjusting import Step
from domain.lead_path import REMEDIED, Exemption, LeadStatus, LeadStep
from domain.leads import Indication, LeadRule
from domain.lifecycle import State
from domain.reasons import ReissueReason, RevokeReason
from domain.roles import Role
from ledger.casework import attention, revocations
from ledger.casework.revocations import Side
from ledger.methods.failures import need_attention
from ledger.oversight import lead_steps, leads
from ledger.oversight.lead_steps import LeadRefused
from tests.ledger.acting import ISSUER, MINUTE, asked, deliver, do, reply, row, seal
from tests.ledger.catalog.test_proposals import PERMIT, draft
from tests.ledger.catalog.test_proposals import take as adjust
from tests.ledger.filing import NOW, UNIT
from tests.ledger.oversight.test_leads import END, START, UNIT_SAYS, look, notified, of, take


def test_an_adjustment_reported_late_or_not_at_all_is_a_sign(ledger: str) -> None:
    """Obligation 16.4: reported after the third working day, or not at all once it has ended."""
    in_time, late, never = (draft(reason_date=date(2026, *day)) for day in ((3, 2), (2, 27), (2, 28)))
    adjust(in_time, Step.REPORT, PERMIT, NOW)
    adjust(late, Step.REPORT, PERMIT, NOW)  # Saturday the 28th was worked: due on Tuesday, reported on Wednesday
    look(NOW + timedelta(hours=1))
    assert [(lead.unit, lead.subject) for lead in of(LeadRule.LATE_ADJUSTMENT)] == [(UNIT, str(late))]
    look(END)
    assert {lead.subject for lead in of(LeadRule.LATE_ADJUSTMENT)} == {str(late), str(never)}
    assert {lead.clause for lead in of(LeadRule.LATE_ADJUSTMENT)} == {"16.4"}


def test_a_sealed_proof_that_is_made_anew_for_its_content_is_a_sign_and_for_its_layout_none(ledger: str) -> None:
    """Obligation 16.8: only what has not been delivered yet is made anew, so no word says that it was."""
    numbers = []
    for why in (ReissueReason.CONTENT_ERROR, ReissueReason.LAYOUT_ERROR):
        lease, request = asked()
        reply(request)
        seal(lease)
        do(need_attention, lease.number, "page_overflow", at=NOW, actor="x")
        do(attention.reissue, lease.number, why, now=NOW + MINUTE, actor="person:demo-admin")
        numbers.append(lease.number)
    lease, request = asked()
    reply(request)
    seal(lease)
    deliver(lease)
    issuer = Side(ISSUER, frozenset({Role.SUPERVISOR}))
    do(revocations.ask, lease.number, RevokeReason.CONTENT_ERROR, None, issuer, now=NOW + MINUTE, actor="person:x")  # put right: no sign
    look()
    (lead,) = of(LeadRule.MADE_ANEW)
    assert (lead.unit, lead.numbers, lead.counts) == (ISSUER, numbers[:1], {"重新制作的核验": 1})
    assert row(numbers[0]).state is State.TO_BE_SEALED and "送达" not in LeadRule.MADE_ANEW.about.title


def test_what_fits_no_rule_is_entered_by_a_person(ledger: str) -> None:
    """Obligation 16.10."""
    indication = Indication(LeadRule.BY_HAND, UNIT, f"现场检查 {uuid4()}", counts={"检查": 1})
    lead, _ = do(leads.record, indication, START, END, now=NOW, actor="demo-admin", clause="16.10", unit="370402-OFFICE", text="依据")
    (line,) = [one for one in do(leads.standing, START, END, None) if one.number == lead.number]
    assert (line.clause, line.standing) == ("16.10", "线索")


@pytest.mark.parametrize("exemption", Exemption)
def test_each_exemption_stands_on_the_record_with_its_document(ledger: str, exemption: Exemption) -> None:
    """Obligations 17.1, 17.2, 17.3, 17.4, 17.5, 17.6: by a person, with a document, once the unit has been heard."""
    record = {"document": "会议纪要 7 号", "exemption": exemption.value}
    record |= dict.fromkeys(REMEDIED.get(exemption.value, ()), "x")
    number = notified()
    with pytest.raises(LeadRefused, match="已发整改通知,不能“不予追究”"):
        take(number, LeadStep.EXEMPT, record=record)
    take(number, LeadStep.ANSWER, UNIT_SAYS, text="说明理由")
    with pytest.raises(LeadRefused, match="文书"):
        take(number, LeadStep.EXEMPT, record={"exemption": exemption.value})
    lead = take(number, LeadStep.EXEMPT, record=record)
    assert lead.standing is LeadStatus.EXEMPTED
    step = do(leads.steps_of, do(lead_steps.find, number))[-1]
    assert (step.step, step.record, bool(step.person)) == (LeadStep.EXEMPT, record, True)
