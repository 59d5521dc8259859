"""法规变动 (obligations 5.5, 16.4): what the 专班 office entered of a law that changed, and whether the unit concerned adjusted its list.

The three working days begin with 施行日期 (reading 12). An adjustment answers the change that it names (`Proposal.law_change`). One that
names none answers where its document names the law, or where its cause is of that day (or of the day of promulgation) and it is about
what the office entered as concerned: another cause of the same day is no answer. Its first report counts, whatever was sent back.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.adjusting import ProposalKind, Step
from domain.limits import IN_FORCE
from domain.registers import RegisterKind
from domain.scope import CatalogEntry
from domain.spelling import words
from ledger.calendars import terms
from ledger.succession import Charges
from ledger.tables.catalog import Proposal, ProposalStep
from ledger.tables.oversight import RegisterEntry

_APART = re.compile(r"[\s、,,;;。/]+")


@dataclass(frozen=True)
class LawChange:
    """One change for one unit. `serial`: of its first entry, whatever corrected it; `entered_at`: since when the office has said that by
    this day something was to be adjusted; `due_at`: None while a year has no calendar."""

    serial: int
    unit: str
    law: str
    entered_at: datetime
    due_at: datetime | None
    reported_at: datetime | None

    @property
    def falls_at(self) -> datetime | None:
        """When the three working days had ended, or, where they were over by then, when the office entered it."""
        return None if self.due_at is None else max(self.due_at, self.entered_at)


@dataclass(frozen=True)
class _Report:
    """An adjustment that was reported and not withdrawn."""

    unit: str  #: or its successor
    names: int | None  #: the first entry of the change that it names
    cause: str
    document: str  #: in words
    entries: tuple[CatalogEntry, ...]
    at: datetime  #: the first time

    def answers(self, serial: int, unit: str, values: Mapping[str, str]) -> bool:
        if self.unit != unit or self.names is not None:
            return self.unit == unit and self.names == serial
        of_the_day = self.cause in (values["施行日期"], values.get("公布日期", ""))
        return words(values["法规"]) in self.document or (of_the_day and self._is_about(values.get("涉及证明", "")))

    def _is_about(self, concerned: str) -> bool:
        """By a matter's or a proof's code, or by its name somewhere in what the office wrote."""
        said, codes = words(concerned), set(_APART.split(concerned))
        return any(
            {one.matter, one.proof} & codes or words(one.matter_name) in said or words(one.proof_name) in said for one in self.entries
        )


def law_changes(session: Session, until: datetime) -> list[LawChange]:
    """Everything entered and reported before `until`; what changed before the regulation was in force, and what the
    office says no adjustment is needed for and why, is left aside."""
    standing, first = _entered(session, until)
    charges = Charges.until(session, until)
    reports = _reports(session, until, charges, first)
    found = []
    for serial, row, since in standing:
        day = date.fromisoformat(row.values["施行日期"])
        if day >= IN_FORCE.date() and not row.values.get("无需调整的理由"):  # obligation 20.1
            answers = [one.at for one in reports if one.answers(serial, charges.at(row.unit, until), row.values)]
            due = terms.report_due_if_known(session, day)
            found.append(LawChange(serial, row.unit, row.values["法规"], since, due, min(answers, default=None)))
    return found


def named(session: Session, serial: int, units: Collection[str]) -> bool:
    """Whether there is such an entry, for one of these units."""
    row = session.get(RegisterEntry, serial)
    return row is not None and row.register is RegisterKind.LAW_CHANGES and row.unit in units


def charged(changes: Iterable[LawChange], charges: Charges, until: datetime) -> list[tuple[LawChange, str]]:
    """Each with the unit that answers for it: after a merger the successor."""
    return [(one, charges.at(one.unit, min(one.reported_at or until, until))) for one in changes]


def _entered(session: Session, until: datetime) -> tuple[list[tuple[int, RegisterEntry, datetime]], Mapping[int, int]]:
    """The newest row of each entry by the serial of its first one, and since when it says what is due; of each row the first of its
    entry."""
    query = select(RegisterEntry).where(RegisterEntry.register == RegisterKind.LAW_CHANGES, RegisterEntry.entered_at < until)
    newest: dict[int, tuple[RegisterEntry, datetime]] = {}
    first: dict[int, int] = {}
    for row in session.scalars(query.order_by(RegisterEntry.serial)):
        first[row.serial] = first.get(row.replaces, row.replaces) if row.replaces is not None else row.serial
        before, since = newest.get(first[row.serial], (None, row.entered_at))
        newest[first[row.serial]] = row, since if before is not None and _asks(before) == _asks(row) else row.entered_at
    return [(serial, *newest[serial]) for serial in sorted(newest)], first


def _asks(row: RegisterEntry) -> tuple[str, bool]:
    """From which day on something was to be adjusted, and whether at all."""
    return row.values["施行日期"], bool(row.values.get("无需调整的理由"))


def _reports(session: Session, until: datetime, charges: Charges, entries: Mapping[int, int]) -> list[_Report]:
    steps = select(ProposalStep).where(ProposalStep.at < until, ProposalStep.step.in_((Step.REPORT, Step.WITHDRAW)))
    first: dict[object, datetime] = {}
    gone = set()
    for step in session.scalars(steps.order_by(ProposalStep.id)):
        if step.step is Step.WITHDRAW:
            gone.add(step.proposal)
        first.setdefault(step.proposal, step.at)
    filed = session.scalars(select(Proposal).where(Proposal.kind == ProposalKind.ADJUSTMENT, Proposal.id.in_(first.keys() - gone)))
    return [
        _Report(
            charges.at(row.unit, until),
            entries.get(row.law_change, row.law_change) if row.law_change is not None else None,
            row.reason_date.isoformat() if row.reason_date else "",
            words(row.document),
            tuple(change.entry for change in row.changes),
            first[row.id],
        )
        for row in filed
    ]
