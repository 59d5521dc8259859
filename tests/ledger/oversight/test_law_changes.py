"""法规变动: without an adjustment of the unit concerned it becomes a lead, once, and the first report ends that."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.adjusting import ProposalKind, Step
from domain.complaints import ComplaintAbout, ComplaintChannel
from domain.leads import LeadRule
from domain.registers import RegisterKind
from ledger.catalog.law_changes import law_changes
from ledger.catalog.proposals import StepRefused
from ledger.oversight import complaints, leads
from ledger.oversight.complaints import Intake, ReceivedComplaint
from ledger.registers import manual_registers
from ledger.registry import unit_changes
from ledger.tables.oversight import Lead
from tests.ledger.acting import HOUR, MINUTE, all_of, do
from tests.ledger.catalog.test_proposals import OFFICE, PERMIT, draft, take
from tests.ledger.filing import NOW, UNIT

pytestmark = pytest.mark.usefixtures("ledger")

WEEK, DAY = timedelta(days=7), timedelta(days=1)
START = datetime.fromisoformat("2026-03-02T00:00+08:00")
LAW = {"法规": "《演示办法》", "施行日期": "2026-03-02", "涉及证明": "户籍证明"}  # a Monday: until Thursday, 24:00


def entered(values: dict[str, str] | None = None, *, unit: str = UNIT, now: datetime = NOW, replaces: int | None = None) -> int:
    said = values or LAW
    return do(manual_registers.enter, RegisterKind.LAW_CHANGES, unit, said, person="demo-admin", now=now, replaces=replaces).serial


def signs(now: datetime, week: int = 0) -> list[tuple[str, str]]:
    do(leads.find, START + week * WEEK, START + (week + 1) * WEEK, now=now)
    return [(one.unit, one.subject) for one in all_of(Lead, rule=LeadRule.LAW_NOT_FOLLOWED)]


def reported(at: datetime = NOW, **more: Any) -> Any:
    proposal = draft(**{"document": "x"} | more)
    take(proposal, Step.REPORT, PERMIT, at)
    return proposal


def test_a_law_that_nobody_followed_is_a_sign_after_three_working_days_and_once() -> None:
    """Obligation 16.4."""
    serial = entered()
    assert signs(datetime.fromisoformat("2026-03-06T00:00+08:00")) == [], "at that instant it can still be reported"
    assert signs(START + 5 * DAY) == [(UNIT, f"登记册第{serial}条")]
    assert signs(START + 9 * DAY, 1) == signs(START + 6 * DAY) == [(UNIT, f"登记册第{serial}条")], "one is enough"


def test_a_law_of_before_the_regulation_asks_for_no_adjustment() -> None:
    """Obligation 20.1: none could be reported for it either."""
    entered(LAW | {"施行日期": "2022-06-27"})
    today = entered(LAW | {"施行日期": "2022-06-28", "法规": "《另一办法》"})
    assert signs(START + 5 * DAY) == [(UNIT, f"登记册第{today}条")]


@pytest.mark.parametrize("answer", [{"reason_date": date(2026, 3, 2)}, {"reason_date": date(2026, 2, 27), "document": "依据演示办法修订"}])
def test_the_first_report_counts_whatever_was_sent_back(answer: dict[str, Any]) -> None:
    """Obligations 5.5, 16.4."""
    entered()
    proposal = reported(**answer)
    take(proposal, Step.RETURN, OFFICE, why="缺依据")
    take(proposal, Step.REPORT, PERMIT, NOW + 8 * DAY)
    assert signs(START + 5 * DAY) == []
    (found,) = do(law_changes, NOW + 9 * DAY)
    assert (found.reported_at, found.due_at) == (NOW, datetime.fromisoformat("2026-03-06T00:00+08:00"))


def test_an_adjustment_for_another_cause_or_withdrawn_or_of_another_unit_is_none() -> None:
    """Obligation 16.4."""
    entered()
    entered(unit="370402-CIVIL")
    reported(reason_date=date(2026, 2, 27))
    take(reported(reason_date=date(2026, 3, 2)), Step.WITHDRAW, PERMIT, why="x")
    assert {unit for unit, _ in signs(START + 5 * DAY)} == {UNIT, "370402-CIVIL"}


def test_a_day_of_promulgation_will_do_and_a_reason_ends_the_duty() -> None:
    """Obligations 5.5, 16.4."""
    entered(LAW | {"公布日期": "2026-02-25"})
    reported(reason_date=date(2026, 2, 25))
    entered(LAW | {"法规": "《演示条例》"}, unit="370402-CIVIL")
    other = entered(LAW | {"法规": "《另一办法》"}, unit="370402-JUSTICE")
    entered(LAW | {"法规": "《另一办法》", "无需调整的理由": "不涉及本单位证明"}, unit="370402-JUSTICE", replaces=other)
    assert [unit for unit, _ in signs(START + 5 * DAY)] == ["370402-CIVIL"]


def test_another_cause_of_the_same_day_answers_no_law() -> None:
    """Obligations 5.5, 16.4: of that day, but about other proofs, or nobody said about which, or named for another law."""
    of_other_proofs, of_none = entered(LAW | {"涉及证明": "出生证明、P-BIRTH"}), entered(LAW | {"法规": "《演示细则》", "涉及证明": ""})
    answered, corrected = entered(LAW | {"法规": "《演示规定》"}), entered(LAW | {"法规": "《演示通则》", "涉及证明": ""})
    reported(reason_date=date(2026, 3, 2), law_change=answered)
    assert {one for _, one in signs(START + 5 * DAY)} == {f"登记册第{one}条" for one in (of_other_proofs, of_none, corrected)}
    again = entered(LAW | {"法规": "《演示通则》", "涉及证明": "", "公布日期": "2026-02-20"}, replaces=corrected)
    reported(now=NOW + DAY, at=NOW + DAY, reason_date=date(2026, 2, 10), law_change=again)
    reported(now=NOW + DAY, at=NOW + DAY, reason_date=date(2026, 3, 2), document="《演示细则》施行")
    open_now = [one.serial for one in do(law_changes, NOW + 2 * DAY) if one.reported_at is None]
    assert open_now == [of_other_proofs], "whichever row of an entry is named; and a law may be named in words"


@pytest.mark.parametrize(
    ("unit", "kind"), [("370402-CIVIL", ProposalKind.ADJUSTMENT), (UNIT, ProposalKind.LIST), (None, ProposalKind.ADJUSTMENT)]
)
def test_only_an_adjustment_names_a_law_and_one_of_its_unit(unit: str | None, kind: ProposalKind) -> None:
    serial = entered(unit=unit) if unit else 987_654
    with pytest.raises(StepRefused, match="法规变动登记册"):
        draft(kind=kind, reason_date=date(2026, 3, 2), law_change=serial)


def test_a_successors_adjustment_answers_what_was_entered_of_the_merged_unit() -> None:
    """Obligation 16.4."""
    serial = entered(unit="370402-ARCHIVE")
    do(unit_changes.merge, "370402-ARCHIVE", UNIT, at=NOW + MINUTE, document="x", now=NOW + MINUTE, actor="x")
    assert signs(START + 5 * DAY) == [(UNIT, f"登记册第{serial}条")]
    reported(now=NOW + HOUR, at=NOW + HOUR, reason_date=date(2026, 3, 2))
    assert [one.reported_at for one in do(law_changes, NOW + DAY)] == [NOW + HOUR]


def test_what_the_office_enters_late_is_a_sign_of_the_week_in_which_it_is_entered_and_of_the_successor() -> None:
    """Obligation 16.4."""
    do(unit_changes.merge, "370402-ARCHIVE", "370402-CIVIL", at=NOW + DAY, document="x", now=NOW + DAY, actor="x")
    serial = entered(unit="370402-CIVIL", now=START + 2 * WEEK + DAY)
    assert signs(START + 2 * WEEK, 0) == [] and signs(START + 2 * WEEK + 2 * DAY, 2) == [("370402-CIVIL", f"登记册第{serial}条")]


def test_a_complaint_that_a_paper_was_refused_is_a_sign() -> None:
    """Obligation 2.6."""
    sent = Intake(ComplaintChannel.LETTER, ComplaintAbout.PAPER_REFUSED, NOW, ReceivedComplaint("不收我带来的证明"), "L-1", UNIT)
    number = do(complaints.take_in, sent, 15, person="demo-admin", unit="370402-OFFICE", now=NOW)[0].number
    do(leads.find, START, START + WEEK, now=NOW + DAY)
    (lead,) = all_of(Lead, rule=LeadRule.COMPLAINED_REFUSAL)
    assert (lead.clause, lead.unit, lead.numbers) == ("16.10", UNIT, [number])
