"""投诉 and 线索 in the weekly report: counted as the ledger tells them, units by name, the cases behind each count."""

from __future__ import annotations

from datetime import timedelta

from domain.complaints import ComplaintAbout, ComplaintChannel, ComplaintOutcome
from domain.leads import Indication, LeadRule
from domain.scoring import FORMULAS
from ledger.database import transaction
from ledger.oversight import complaint_steps, complaints, leads
from ledger.oversight.complaints import Intake, ReceivedComplaint
from ledger.registry import unit_changes
from reports import scores
from reports.model import Report
from tests.ledger.acting import HOUR, do
from tests.ledger.filing import NOW, UNIT
from tests.reports.figures.asking import MONDAY, WEEK, listed, report
from tests.reports.figures.month import DAY

OFFICE = {"person": "demo-admin", "unit": "370402-OFFICE"}


def taken(number: str, unit: str | None, days: int, *, back: int = 0) -> str:
    at = NOW - timedelta(days=back)
    sent = Intake(ComplaintChannel.LETTER, ComplaintAbout.OTHER, at, ReceivedComplaint(f"所反映的窗口办理内容 {number}"), number, unit)
    return do(complaints.take_in, sent, days, **OFFICE, now=at)[0].number


def told_again(number: str, unit: str) -> Intake:
    """The same complaint from another channel."""
    return Intake(
        ComplaintChannel.HOTLINE, ComplaintAbout.OTHER, NOW, ReceivedComplaint(f"所反映的窗口办理内容 {number}"), f"H-{number}", unit
    )


def test_complaints_and_leads_stand_in_the_report(ledger: str) -> None:
    """Obligation 18.1."""
    closed, late = taken("L-1", UNIT, 1), taken("L-2", UNIT, 2)
    taken("L-3", None, 10)
    taken("L-4", UNIT, 30, back=7)
    do(complaint_steps.close, closed, ComplaintOutcome.UNFOUNDED, "已说明", **OFFICE, now=NOW)
    lead, _ = do(leads.record, Indication(LeadRule.BY_HAND, UNIT, "检查", counts={"检查": 1}), WEEK.start, WEEK.end, now=NOW, actor="x")
    found = report()
    figures = found.complaints
    assert (figures.received.value, figures.received.before, figures.by_channel) == (
        3,
        None,
        (("信函", 3),),
    )  # the week before had no verification to compare with
    assert (figures.handled.part, figures.handled.whole) == (1, 2) and [count for _, count in figures.by_unit] == [2]
    assert figures.by_unit[0][0] != UNIT  # its name
    assert [(one.number, one.unit, one.standing) for one in found.leads] == [(lead.number, UNIT, "线索")]
    behind = listed("complaints_handled", now=MONDAY)
    assert {(line.number, line.counted) for line in behind.lines} == {(closed, True), (late, False)}
    assert listed("complaints").whole == 3 and listed("complaints", scope=UNIT).whole == 2
    assert report(scope="370402-CIVIL").leads == () and report(scope="370402-CIVIL").complaints.received.value == 0


def test_an_answer_in_time_counts_each_complaint_once_and_is_the_successors_after_a_merger(ledger: str) -> None:
    """Obligations 15.6, 18.1: the score's own number, under its name."""
    old, into = "370402-ARCHIVE", "370402-CIVIL"
    before, after = taken("L-1", old, 1), taken("L-2", old, 2)
    do(complaints.take_in, told_again("L-1", old), 1, **OFFICE, now=NOW)  # the same words from another channel's number
    do(complaint_steps.pass_on, before, old, "请说明", **OFFICE, now=NOW)
    do(complaint_steps.answer, before, "已改正", person="x", unit=old, now=NOW + HOUR)  # the office has not closed it
    do(unit_changes.merge, old, into, at=NOW + DAY, document="x", now=NOW + DAY, actor="x")
    assert {scope: pair(report(scope=scope)) for scope in ("", old, into)} == {"": (1, 2), old: (1, 1), into: (0, 1)}
    behind = {scope: [line.number for line in listed("complaints_handled", scope=scope).lines] for scope in ("", old, into)}
    assert {scope: sorted(numbers) for scope, numbers in behind.items()} == {"": sorted([before, after]), old: [before], into: [after]}
    with transaction() as session:
        scored = scores.scores(session, FORMULAS[-1], WEEK, MONDAY)
    assert {one.unit: one.figures["complaints"] for one in scored if one.figures["complaints"][1]} == {old: (1, 1), into: (0, 1)}


def test_what_comes_after_a_merger_is_received_by_the_successor(ledger: str) -> None:
    """Obligation 18.1: 收到 and 按单位 by the rule of 按时答复: who stood there at that instant."""
    old, into = "370402-ARCHIVE", "370402-CIVIL"
    taken("L-1", old, 9)
    do(unit_changes.merge, old, into, at=NOW + HOUR, document="x", now=NOW + HOUR, actor="x")
    late = Intake(ComplaintChannel.LETTER, ComplaintAbout.OTHER, NOW + DAY, ReceivedComplaint("另一件所反映的内容"), "L-2", old)
    do(complaints.take_in, late, 9, **OFFICE, now=NOW + DAY)
    assert {scope: report(scope=scope).complaints.received.value for scope in ("", old, into)} == {"": 2, old: 1, into: 1}
    assert [count for _, count in report().complaints.by_unit] == [1, 1]
    assert {scope: listed("complaints", scope=scope).whole for scope in ("", old, into)} == {"": 2, old: 1, into: 1}


def pair(found: Report) -> tuple[int, int]:
    return found.complaints.handled.part, found.complaints.handled.whole
