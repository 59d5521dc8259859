"""编制: from what is wanted to what is kept, in steps that each begin from what the one before left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from domain.refusal import Refusal
from ledger.calendars import outages
from ledger.database import transaction
from ledger.outbox import reports
from ledger.outbox.reports import Content, Wanted
from ledger.supervision import affected
from ledger.tables.reports import IssuedReport
from reports import figures, html, pdf, periods, xlsx
from reports.document import document
from reports.model import Period, Report, from_json
from reports.summary import REASON, changes
from settings import settings

Kind = Literal["html", "pdf", "xlsx"]
LOOKED_BACK = 4  #: finished weeks that are made up where their report is missing


class NotOver(Refusal, code="period_not_over"):
    """The period has not ended: its figures would be wrong tomorrow."""


@dataclass(frozen=True)
class Layouts:
    """One report as it is read, three times."""

    html: bytes
    pdf: bytes
    xlsx: bytes


def order(
    session: Session, period: Period, scope: str, *, now: datetime, actor: str, reason: str = "", again: bool = False
) -> Wanted | None:
    """Order a report; None where it is there. Raises NotOver, reports.UnknownUnit."""
    if period.end > now:
        raise NotOver
    return reports.order(session, period.start, period.end, scope, reason=reason, again=again, now=now, actor=actor)


def owed(session: Session, now: datetime) -> list[Wanted]:
    """What was ordered, and what its Monday has come for: the last four weeks, so that one missed is made up."""
    weeks = [(week.start, week.end) for week in periods.due_weeks(now, LOOKED_BACK)]
    found: dict[tuple[datetime, datetime, str, int], Wanted] = {}
    for one in (*reports.ordered(session), *reports.missing(session, weeks)):
        found.setdefault((one.start, one.end, one.scope, one.version), one)
    return list(found.values())


def snapshot(wanted: Wanted, now: datetime) -> str:
    """The figures as one typed report, in JSON. What a new version corrects stands in its notes."""
    period, at = periods.of(wanted.start, wanted.end), settings()
    _book_silence(now)
    with transaction() as session:
        named, copies = (None, "") if wanted.scope else (at.report_scope, at.report_copies)  # a unit's name is the one that it had then
        found = figures.compute(
            session, period, wanted.scope, now, issuer=at.report_issuer, scope_name=named, copies=copies, contact=at.report_contact
        )
        before = reports.newest(session, wanted.start, wanted.end, wanted.scope)
        corrected = changes(from_json(before.snapshot), found, before.version) if before is not None else ()
    why = (f"{REASON}{wanted.reason.rstrip('。')}。",) if wanted.reason else ()
    report = replace(found, issue=_issue(found.issue, wanted.version), notes=(*found.notes, *why, *corrected))
    return report.as_json()


def _book_silence(now: datetime) -> None:
    """A report may be made before the timekeeper is back: the outage is on the record first, with what it moves (reading 21)."""
    with transaction() as session:
        gone = outages.silence(session, outages.TIMEKEEPER, now, outages.patience())
        affected.after_outage(session, gone, now=now, actor=f"system:{outages.TIMEKEEPER}")


def _issue(issue: str, version: int) -> str:
    return issue if version == 1 else f"{issue}(更正,第{version}版)"


def lay_out(snapshot: str) -> Layouts:
    """The same snapshot gives the same bytes."""
    report = from_json(snapshot)
    printed = document(report)
    return Layouts(html.render(printed), pdf.render(printed, int(report.cut_off.timestamp())), xlsx.render(report))


def keep(wanted: Wanted, snapshot: str, layouts: Layouts, *, now: datetime, actor: str) -> tuple[UUID, bool]:
    """Keep it, with the mails to its readers where it is the district's of a week; gives its id, and whether it is new."""
    report = from_json(snapshot)
    week = periods.is_week(report.period)
    content = Content(report.scope_name, report.issue, report.definitions, snapshot, **vars(layouts))
    with transaction() as session:
        readers = settings().report_readers if week and not wanted.scope else ()
        kept, new = reports.keep(session, wanted, content, readers, now=now, actor=actor)
        return kept.id, new


def bytes_of(report: IssuedReport, kind: Kind) -> bytes:
    """One of its layouts, as it was issued."""
    match kind:
        case "html":
            return report.html
        case "pdf":
            return report.pdf
        case "xlsx":
            return report.xlsx


def read(session: Session, report: UUID) -> tuple[IssuedReport, Report]:
    """What is kept, and its figures."""
    row = session.get_one(IssuedReport, report)
    return row, from_json(row.snapshot)
