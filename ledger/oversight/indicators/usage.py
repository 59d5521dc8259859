"""证明的去向 (obligation 16.9): fetched again and again, fetched when nobody serves, checked in public from many places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from domain.calendar import MissingYear
from domain.leads import Indication, LeadRule
from ledger.calendars.opening_hours import timetables_of
from ledger.oversight.indicators.finding import found, listing, often
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
_SHUT = f"""
    JOIN {_SERVED} ON served.unit = a.unit
    WHERE a.what = 'proof' AND a.at >= :start AND a.at < :end AND NOT served.hours @> a.at
"""
#: Who is a system is asked of each once, and not, as of a condition without a count, of each download.
_OFF_HOURS = f"""
    SELECT a.unit, a.actor, count(*) FROM accesses a {_SHUT}
    GROUP BY 1, 2 HAVING count(*) >= CASE WHEN a.actor NOT LIKE '% via %' THEN CAST(:least AS bigint) END ORDER BY 1, 3 DESC, 2
"""
_OFF_HOURS_OF = f"""
    SELECT DISTINCT ON (unit) unit, numbers FROM (
        SELECT a.unit, a.actor, array_agg(DISTINCT a.verification) AS numbers
        FROM accesses a JOIN unnest(CAST(:of AS text[]), CAST(:by AS text[])) AS most (unit, actor)
        ON most.unit = a.unit AND most.actor = a.actor {_SHUT} GROUP BY 1, 2
    ) fetched ORDER BY unit, cardinality(numbers) DESC, actor
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
    served = _served(session, start, end)
    filed = found(session, _R.OFF_HOURS_LOOKUPS, "非服务时间发起的核验", _OFF_HOURS_FILED, start, end, **_as_ranges(served, around=_AROUND))
    return [*_off_hours_copies(session, start, end, _as_ranges(served)), *filed]


def _off_hours_copies(session: Session, start: datetime, end: datetime, served: dict[str, list[str]]) -> list[Indication]:
    """Downloads are counted first. Which proofs they were is asked of who has most, and then of whom may have as many: who
    downloads one twice has fewer proofs than downloads."""
    rule, counted = _R.OFF_HOURS_COPIES, defaultdict[str, list[tuple[str, int]]](list)
    within = {"start": start, "end": end, "least": rule.about.least, **served}

    def fullest(persons: Mapping[str, list[tuple[str, int]]]) -> dict[str, list[str]]:
        pairs = [(unit, actor) for unit, several in persons.items() for actor, _ in several]
        if not pairs:
            return {}
        of, by = zip(*pairs, strict=True)
        return dict(session.execute(text(_OFF_HOURS_OF), {**within, "of": list(of), "by": list(by)}).tuples().all())

    for unit, actor, count in session.execute(text(_OFF_HOURS), within).tuples():
        counted[unit].append((actor, count))
    best = fullest({unit: persons[:1] for unit, persons in counted.items()})
    near = {unit: [one for one in persons if one[1] >= len(best[unit])] for unit, persons in counted.items()}
    best |= fullest({unit: persons for unit, persons in near.items() if len(persons) > 1})
    return [
        Indication(rule, unit, "", *listing(sorted(numbers), {"非服务时间下载的核验": len(numbers)}))
        for unit, numbers in best.items()
        if len(numbers) >= rule.about.least
    ]


def _served(session: Session, start: datetime, end: datetime) -> dict[str, list[tuple[datetime, datetime]]]:
    """When each unit served. A unit whose hours need a calendar that is not there is left aside: nobody can say when it was
    shut."""
    hours = dict[str, list[tuple[datetime, datetime]]]()
    for code, timetable in timetables_of(session, session.scalars(select(Unit.code).where(Unit.active)).all()).items():
        with suppress(MissingYear):
            hours[code] = list(timetable(start).spans(start, end))
    return hours


def _as_ranges(hours: Mapping[str, list[tuple[datetime, datetime]]], *, around: timedelta = timedelta()) -> dict[str, list[str]]:
    """For these queries."""
    spans = ([f"[{(opens - around).isoformat()},{(closes + around).isoformat()})" for opens, closes in one] for one in hours.values())
    return {"units": list(hours), "hours": ["{" + ",".join(one) + "}" for one in spans]}
