"""时限的依据 as one document: whoever holds it computes the minute again without us (`audit/why.py`). Nobody's data are in it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.hours import Season, ServiceHours
from domain.lifecycle import Event
from domain.limits import LimitKind, Situation
from domain.refusal import Refusal
from ledger import rules
from ledger.calendars import calendars
from ledger.catalog.entries import load_entry
from ledger.deadlines import clocks
from ledger.lifecycle.snapshots import load
from ledger.record import heads, proving
from ledger.tables.duty import CalendarNotice, CalendarYear
from ledger.tables.verifications import Deadline, EventRow, Request

FORMAT = 1
_KINDS = LimitKind.SOFT, LimitKind.HARD


class NoGrounds(Refusal, code="grounds_none"):
    """没有可以重算的时限: no issuing unit was asked."""


def grounds(session: Session, number: str) -> dict[str, Any]:
    """Of the last request of this verification, as JSON: by the readings under which its limits were computed.

    Raises NoGrounds.
    """
    row = load(session, number)
    request = session.scalar(select(Request).where(Request.verification == number).order_by(Request.received_at.desc()).limit(1))
    if request is None:
        raise NoGrounds
    query = select(Deadline).where(Deadline.request == request.id, Deadline.kind.in_(_KINDS)).order_by(Deadline.due_at)
    limits = list(session.scalars(query))
    situation = clocks.situation_of(session, row, request, load_entry(session, row.entry), rules.of_request(session, request.id))
    asked = select(EventRow.id).where(
        EventRow.verification == number, EventRow.event == Event.ASKED, EventRow.detail["request"].astext == str(request.id)
    )
    proven = proving.prove(session, session.scalars(asked).one())
    return of_situation(situation) | {
        "format": FORMAT,
        "verification": number,
        "limits": [_limit(one) for one in _newest(limits)],
        "calendars": _calendars(session, _reigns(situation.hours), [one.due_at for one in limits], request.received_at),
        "key": heads.public_key(),
        "record": proven
        and {"line": proven.line, "place": proven.place, "path": [step.hex() for step in proven.path], "note": proven.note},
    }


def of_situation(found: Situation) -> dict[str, Any]:
    """What decides the limits, but for the calendars."""
    return {
        "unit": found.unit,
        "received": found.received.isoformat(),
        "handling": found.handling.value,
        "promise_end": found.promise_end.isoformat() if found.promise_end else None,
        "promise_missing": found.promise_missing,
        "database_backed": found.database_backed,
        "share_failed": found.share_failed,
        "own_limit": found.own_limit.total_seconds() / 60 if found.own_limit else None,
        "pauses": [[pause.start.isoformat(), pause.end.isoformat()] for pause in found.pauses],
        "readings": found.readings.as_json() | {"version": found.readings.version},
        "hours": [
            {
                "since": since.isoformat() if since else None,
                "calendar": hours.calendar.name,
                "seasons": [_season(season) for season in hours.seasons],
            }
            for since, hours in _reigns(found.hours)
        ],
    }


def _reigns(hours: ServiceHours) -> list[tuple[datetime | None, ServiceHours]]:
    return [(None, hours), *hours.later]


def _season(season: Season) -> dict[str, Any]:
    kinds = ("workday", "saturday", "sunday", "holiday")
    windows = {kind: [[window.opens, window.closes] for window in getattr(season, kind)] for kind in kinds}
    return {"first": list(season.first), "last": list(season.last), **windows}


def _newest(limits: list[Deadline]) -> list[Deadline]:
    """Of each kind the one that counts last: one that moved after a miss is another row beside the missed one."""
    return list({one.kind: one for one in limits}.values())


def _limit(one: Deadline) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "due": one.due_at.isoformat() if one.due_at else None,
        "obligations": one.obligations,
        "note": one.note,
        "sentence": one.explanation,
    }


def _calendars(
    session: Session, reigns: Collection[tuple[datetime | None, ServiceHours]], due: Collection[datetime | None], received: datetime
) -> dict[str, Any]:
    """The years that were asked, each with its source and, where one was pasted, the notice itself."""
    last = max((one.year for one in due if one is not None), default=received.year) + 1
    years: dict[str, Any] = {hours.calendar.name: {} for _, hours in reigns}
    notices = {row.year: row for row in session.scalars(select(CalendarNotice).where(CalendarNotice.confirmed.is_(True)))}
    kept = select(CalendarYear).where(CalendarYear.calendar.in_(years), CalendarYear.year.between(received.year, last))
    for row in session.scalars(kept.order_by(CalendarYear.year)):
        notice = notices.get(row.year) if row.calendar == calendars.DISTRICT else None
        years[row.calendar][str(row.year)] = {
            "rest": row.rest,
            "work": row.work,
            "provisional": row.provisional,
            "source": row.source,
            "notice": notice.text if notice else None,
        }
    return years
