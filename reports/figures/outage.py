"""平台故障 of a span (reading 21): how long, whether the clocks stood still for it, and what was missed meanwhile."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from domain.intervals import Interval, overlap, total
from ledger import rules
from ledger.calendars import outages
from reports.decisions import Outage
from reports.figures.limits import DUE, KEPT, ours
from reports.figures.span import Span

_BEFORE = timedelta(days=30)  #: an outage so long before the span may still have met a limit of it


def outage(session: Session, span: Span) -> Outage | None:
    """None where the platform was never away, nor shortly before in the time of a limit that was missed."""
    listed = [row for row in outages.listed(session, span.start - _BEFORE, span.cut) if row.since < span.cut]
    if not listed:
        return None
    gone = overlap([Interval(row.since, max(row.until or span.cut, row.since)) for row in listed], Interval(span.start, span.cut))
    minutes = max(len(gone), round(total(gone).total_seconds() / 60))
    if rules.readings().outage_deducted:
        return Outage(len(gone), minutes, None) if gone else None
    missed = span.rows(
        session,
        f"""SELECT count(*) FROM {DUE} AND {ours(span)} AND NOT {KEPT} AND EXISTS (
                SELECT FROM outages o WHERE o.replaced_at IS NULL AND o.since < d.due_at
                AND o.since < :cut AND coalesce(o.until, :cut) > coalesce(d.started_at, r.received_at))""",
    )[0][0]
    return Outage(len(gone), minutes, int(missed)) if gone or missed else None
