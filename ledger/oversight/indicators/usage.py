"""证明的去向 (obligation 16.9): fetched again and again, fetched when nobody serves, checked in public from many places."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.calendar import MissingYear
from domain.leads import Indication, LeadRule
from ledger.calendars.opening_hours import hours_of
from ledger.oversight.indicators.finding import found, often
from ledger.tables.registry import Unit

_R = LeadRule
_FETCHED = "FROM accesses a WHERE a.what = 'proof' AND a.at >= :start AND a.at < :end"
#: Of whom and what.
_COPY = "(CAST(hashtext(a.actor) AS bigint) << 32) + hashtext(a.verification)"
_COPIES = f"""
    SELECT unit, '', array_agg(DISTINCT verification), count(DISTINCT verification) FROM (
        SELECT a.unit, a.verification {_FETCHED} AND {_COPY} = ANY (CAST(:often AS bigint[]))
        AND EXISTS (SELECT FROM units u WHERE u.code = a.unit)
        GROUP BY a.unit, a.actor, a.verification HAVING count(*) >= :least
    ) fetched GROUP BY unit
"""
_SERVED = "unnest(CAST(:units AS text[]), CAST(:hours AS tstzmultirange[])) AS served (unit, hours)"
#: What a unit's system fetches at night for its clerks is no one person's doing. Of several persons the one with most.
_OFF_HOURS = f"""
    WITH shut AS (
        SELECT a.unit, a.actor, array_agg(a.verification) AS fetched FROM accesses a JOIN {_SERVED} ON served.unit = a.unit
        WHERE a.what = 'proof' AND a.at >= :start AND a.at < :end AND a.actor NOT LIKE '% via %' AND NOT served.hours @> a.at
        GROUP BY a.unit, a.actor HAVING count(*) >= :least
    )
    SELECT DISTINCT ON (s.unit) s.unit, '', one.numbers, one.many FROM shut s CROSS JOIN LATERAL (
        SELECT array_agg(number) AS numbers, count(*) AS many FROM (SELECT DISTINCT unnest(s.fetched) AS number) once
    ) one
    WHERE one.many >= :least ORDER BY s.unit, one.many DESC, s.actor
"""
#: At a counter nobody is served when the unit is shut, by whatever key the clerk asks; what came in on line at night is
#: asked about at night. An hour around the service is the queue that is still there, and who prepares the day.
_OFF_HOURS_FILED = f"""
    SELECT DISTINCT ON (unit, system) unit, system, numbers, many FROM (
        SELECT v.unit, coalesce(v.via_system, '') AS system, coalesce(v.via_system, v.filed_by) AS key,
               array_agg(v.number) AS numbers, count(*) AS many
        FROM verifications v JOIN {_SERVED} ON served.unit = v.unit JOIN cases c ON c.id = v.case_id AND c.channel = 'window'
        WHERE v.filed_at >= :start AND v.filed_at < :end AND NOT served.hours @> v.filed_at
        GROUP BY 1, 2, 3 HAVING count(*) >= :least
    ) shut ORDER BY unit, system, many DESC, key
"""
_AROUND = timedelta(hours=1)
_CHECKED = """
    SELECT v.unit, '', array_agg(v.number), count(*) FROM (
        SELECT subject FROM origins WHERE what = 'proof' AND since >= :start AND since < :end
        GROUP BY subject, since HAVING count(*) >= :least
    ) checked JOIN verifications v ON v.number = checked.subject GROUP BY v.unit
"""


def indications(session: Session, start: datetime, end: datetime, now: datetime) -> list[Indication]:
    """Everything of this clause in [start, end)."""
    return [
        *_copies(session, start, end),
        *_off_hours(session, start, min(now, end)),
        *found(session, _R.MUCH_CHECKED, "多处核验的证明", _CHECKED, start, end),
    ]


def _copies(session: Session, start: datetime, end: datetime) -> list[Indication]:
    slots = often(session, _COPY, _FETCHED, _R.REPEATED_COPIES.about.least, start=start, end=end)
    return found(session, _R.REPEATED_COPIES, "反复下载的核验", _COPIES, start, end, often=slots) if slots else []


def _off_hours(session: Session, start: datetime, end: datetime) -> list[Indication]:
    """Of downloads and of look-ups for cases that a counter took in."""
    return [
        *found(session, _R.OFF_HOURS_COPIES, "非服务时间下载的核验", _OFF_HOURS, start, end, **_served(session, start, end)),
        *found(
            session,
            _R.OFF_HOURS_LOOKUPS,
            "非服务时间发起的核验",
            _OFF_HOURS_FILED,
            start,
            end,
            **_served(session, start, end, around=_AROUND),
        ),
    ]


def _served(session: Session, start: datetime, end: datetime, *, around: timedelta = timedelta()) -> dict[str, list[str]]:
    """When each unit served, for these queries. A unit whose hours need a calendar that is not there is left aside:
    nobody can say when it was shut."""
    hours: dict[str, str] = {}
    for code in session.scalars(select(Unit.code).where(Unit.active)):
        with suppress(MissingYear):
            spans = hours_of(session, code, start).spans(start, end)
            widened = (f"[{(opens - around).isoformat()},{(closes + around).isoformat()})" for opens, closes in spans)
            hours[code] = "{" + ",".join(widened) + "}"
    return {"units": list(hours), "hours": list(hours.values())}
