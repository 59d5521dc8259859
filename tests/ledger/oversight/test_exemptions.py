"""免责的依据: the times of a remedy, and of a proof that was relied on its case and that it was obtained lawfully."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from domain.lead_path import Exemption, LeadStatus, LeadStep
from domain.leads import Indication, LeadRule
from domain.reasons import ReissueReason, RevokeReason
from ledger.oversight import exemptions, lead_steps, leads
from ledger.oversight.exemptions import Remedy
from ledger.oversight.lead_steps import LeadRefused
from ledger.tables.effects import Proof
from tests.ledger.acting import HOUR, asked, deliver, do, reply, seal
from tests.ledger.filing import NOW
from tests.ledger.oversight.test_leads import END, START, UNIT_SAYS, notified, take

pytestmark = pytest.mark.usefixtures("ledger")

LATER = NOW + timedelta(days=2)


def grounds(number: str, exemption: Exemption, remedy: Remedy | None) -> dict[str, str | int]:
    return dict(do(lambda session: exemptions.grounds(session, lead_steps.find(session, number), exemption, remedy, now=LATER)))


def relied_on() -> str:
    lease, request = asked()
    reply(request)
    seal(lease)
    deliver(lease)
    return lease.number


def revoked(number: str, why: str, at: datetime = NOW + HOUR) -> None:
    do(lambda session: session.execute(update(Proof).where(Proof.verification == number).values(revoked_at=at, revoked_why=why)))


def test_what_was_made_good_says_when_it_was_known_and_how_long_it_took() -> None:
    """Obligation 17.4."""
    number = notified()
    take(number, LeadStep.ANSWER, UNIT_SAYS, text="已补救")
    for remedy, words in ((None, "须写明补救"), (Remedy(NOW + HOUR, NOW), "不早于发现"), (Remedy(NOW, LATER + HOUR), "不在将来")):
        with pytest.raises(LeadRefused, match=words):
            grounds(number, Exemption.MADE_GOOD, remedy)
    found = grounds(number, Exemption.MADE_GOOD, Remedy(NOW, NOW + 3 * HOUR))
    assert (found["elapsed_minutes"], "verification" in found) == (180, False)
    record = {"document": "会议纪要 7 号", "exemption": "17.4"}
    with pytest.raises(LeadRefused, match="发现的时间"):
        take(number, LeadStep.EXEMPT, record=record)
    assert take(number, LeadStep.EXEMPT, record=record | found).standing is LeadStatus.EXEMPTED
    with pytest.raises(LeadRefused, match="不以补救为依据"):
        grounds(number, Exemption.REFORM, Remedy(NOW, NOW))


def test_a_proof_that_was_relied_on_is_linked_with_its_case_and_its_lawful_retrieval() -> None:
    """Obligation 17.5."""
    number, proof = notified(), relied_on()
    remedy = Remedy(NOW + HOUR, NOW + 2 * HOUR, proof)
    with pytest.raises(LeadRefused, match="核验编号"):
        grounds(number, Exemption.RELIED_ON_PROOF, Remedy(NOW, NOW + HOUR))
    with pytest.raises(LeadRefused, match="没有这个编号"):
        grounds(number, Exemption.RELIED_ON_PROOF, Remedy(NOW, NOW + HOUR, "HY20260304AAAAAAAA"))
    with pytest.raises(LeadRefused, match="不能认定内容失实"):
        grounds(number, Exemption.RELIED_ON_PROOF, remedy)
    revoked(proof, "mismatch")
    found = grounds(number, Exemption.RELIED_ON_PROOF, remedy)
    assert (found["verification"], found["elapsed_minutes"]) == (proof, 60) and found["case"] and found["proof_digest"]
    assert "清单第1版" in str(found["retrieval"]) and "登记后发起" in str(found["retrieval"])


@pytest.mark.parametrize("why", [*RevokeReason, *ReissueReason, "rerouted"])
def test_what_ended_for_another_reason_was_not_untrue(why: str) -> None:
    """Obligation 17.5: of a licence that has changed since, or was sealed badly, nothing was wrong when it was relied on."""
    number, proof = notified(), relied_on()
    revoked(proof, why)
    remedy = Remedy(NOW + HOUR, NOW + 2 * HOUR, proof)
    if why in ("content_error", "issued_in_error", "deceit", "decided"):
        assert grounds(number, Exemption.RELIED_ON_PROOF, remedy)["verification"] == proof
    else:
        with pytest.raises(LeadRefused, match="不能认定内容失实"):
            grounds(number, Exemption.RELIED_ON_PROOF, remedy)


def test_who_knew_before_relied_on_nothing_and_what_was_replaced_before_its_delivery_nobody_had() -> None:
    """Obligation 17.5."""
    number, proof = notified(), relied_on()
    revoked(proof, "content_error")
    with pytest.raises(LeadRefused, match="请核对 known_at;取得以前已知失实"):
        grounds(number, Exemption.RELIED_ON_PROOF, Remedy(NOW, NOW + 2 * HOUR, proof))
    revoked(proof, "content_error", NOW)
    with pytest.raises(LeadRefused, match="不能认定内容失实"):
        grounds(number, Exemption.RELIED_ON_PROOF, Remedy(NOW + HOUR, NOW + 2 * HOUR, proof))


def test_another_units_proof_is_no_ground() -> None:
    """Obligation 17.5."""
    indication = Indication(LeadRule.BY_HAND, "370402-CIVIL", "现场检查", counts={"检查": 1})
    lead, _ = do(leads.record, indication, START, END, now=NOW, actor="x", clause="16.8", unit="370402-OFFICE", text="依据")
    proof = relied_on()
    with pytest.raises(LeadRefused, match="没有这个编号"):
        grounds(lead.number, Exemption.RELIED_ON_PROOF, Remedy(NOW, NOW + HOUR, proof))
