"""法规变动 (obligations 5.5, 16.4): what the 专班 office entered of a law that changed, and whether the unit concerned adjusted its list.

The three working days begin with 施行日期 (reading 12). An adjustment belongs to the change where it names that day, or the day of
promulgation, as its cause, or the law in its document; its first report counts, whatever was sent back.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.adjusting import ProposalKind, Step, report_due
from domain.calendar import MissingYear
from domain.registers import RegisterKind
from domain.spelling import words
from ledger.calendars import terms
from ledger.calendars.calendars import calendar
from ledger.succession import Charges
from ledger.tables.catalog import Proposal, ProposalStep
from ledger.tables.oversight import RegisterEntry


@dataclass(frozen=True)
class LawChange:
    """One change for one unit. `serial`: of its first entry, whatever corrected it; `due_at`: None while a year has no calendar."""

    serial: int
    unit: str
    law: str
    entered_at: datetime
    due_at: datetime | None
    reported_at: datetime | None


def law_changes(session: Session, until: datetime) -> list[LawChange]:
    """Everything entered and reported before `until`; where the unit need not adjust, the office says why, and it is left aside."""
    reports = _reports(session, until)
    found = []
    for serial, row in _standing(session, until):
        if not row.values.get("无需调整的理由"):
            day = date.fromisoformat(row.values["施行日期"])
            days = {day.isoformat(), row.values.get("公布日期", "")}
            law = words(row.values["法规"])
            answers = [at for unit, cause, document, at in reports if unit == row.unit and (cause in days or law in document)]
            due = None
            with suppress(MissingYear):
                due = report_due(day, calendar(session), terms.office_closing(session, day))
            found.append(LawChange(serial, row.unit, row.values["法规"], row.entered_at, due, min(answers, default=None)))
    return found


def charged(changes: Iterable[LawChange], charges: Charges, until: datetime) -> list[tuple[LawChange, str]]:
    """Each with the unit that answers for it: after a merger the successor."""
    steps = list(reversed(charges.steps))
    found = []
    for one in changes:
        unit = one.unit
        for was, since, heir in steps:
            unit = heir if unit == was and since <= min(one.reported_at or until, until) else unit
        found.append((one, unit))
    return found


def _standing(session: Session, until: datetime) -> list[tuple[int, RegisterEntry]]:
    """The newest row of each entry, and the serial of its first one."""
    query = select(RegisterEntry).where(RegisterEntry.register == RegisterKind.LAW_CHANGES, RegisterEntry.entered_at < until)
    newest: dict[int, RegisterEntry] = {}
    first: dict[int, int] = {}
    for row in session.scalars(query.order_by(RegisterEntry.serial)):
        first[row.serial] = first.get(row.replaces, row.replaces) if row.replaces is not None else row.serial
        newest[first[row.serial]] = row
    return sorted(newest.items())


def _reports(session: Session, until: datetime) -> list[tuple[str, str, str, datetime]]:
    """(unit, day of the cause, document in words, first report) of every adjustment that was not withdrawn."""
    steps = select(ProposalStep).where(ProposalStep.at < until, ProposalStep.step.in_((Step.REPORT, Step.WITHDRAW)))
    first: dict[object, datetime] = {}
    gone = set()
    for step in session.scalars(steps.order_by(ProposalStep.id)):
        if step.step is Step.WITHDRAW:
            gone.add(step.proposal)
        first.setdefault(step.proposal, step.at)
    filed = session.scalars(select(Proposal).where(Proposal.kind == ProposalKind.ADJUSTMENT, Proposal.id.in_(first.keys() - gone)))
    return [(row.unit, row.reason_date.isoformat() if row.reason_date else "", words(row.document), first[row.id]) for row in filed]
