"""工作日历的页面: a notice is pasted, seen as the days that it changes, and confirmed by another person (reading 25)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import Request, Response

from domain.calendar import DayKind
from gateway.arrangements import calendar_notices as api
from gateway.arrangements.notice_schemas import NoticeIn, NoticeReadingOut, NoticeTextIn
from gateway.counter.door import CurrentPerson, PageCaller, pages
from gateway.counter.forms import SentForm, model_of
from gateway.edge.counter_pages import goes_on, render
from gateway.edge.paging import Paging
from ledger.arrangements import calendar_notices
from ledger.database import transaction
from ledger.registry import registry

router = pages()

_PAGE = "/counter/calendar"
_LABELS = {"text": "通知全文", "source": "文号"}
_KINDS = {DayKind.WORKDAY: "上班", DayKind.SATURDAY: "周六休息", DayKind.SUNDAY: "周日休息", DayKind.HOLIDAY: "放假"}


@router.get(_PAGE, name="counter_calendar")
def calendar(request: Request, known: CurrentPerson, page: Paging) -> Response:
    """What waits for a second person with the days that it changes, what was decided, and the years as they stand."""
    notices = api.get_calendar_notices(known.caller, page)
    waiting = [one for one in notices.items if one.confirmed is None]
    with transaction() as session:
        years = calendar_notices.years(session)
        names = registry.names_of_actors(session, {who for one in notices.items for who in (one.proposed_by, one.decided_by or "")})
    readings = {one.id: api.read_calendar_notice(NoticeTextIn(text=one.text), known.caller) for one in waiting}
    return render(
        request,
        "calendar.html",
        waiting=[(one, _shown(readings[one.id]), one.proposed_by == known.caller.actor) for one in waiting],
        decided=[one for one in notices.items if one.confirmed is not None],
        years=years,
        names=names,
    )


@router.post(f"{_PAGE}/read", name="counter_calendar_read")
def read(request: Request, caller: PageCaller, sent: SentForm) -> Response:
    """The days that the pasted notice changes; nothing is entered."""
    body = model_of(NoticeIn, {"text": sent.text("text"), "source": sent.text("source")}, _LABELS)
    found = api.read_calendar_notice(NoticeTextIn(text=body.text), caller)
    return render(request, "calendar_reading.html", reading=_shown(found), text=body.text, source=body.source)


@router.post(f"{_PAGE}/propose", name="counter_calendar_propose")
def propose(caller: PageCaller, sent: SentForm) -> Response:
    """It waits for another person."""
    api.propose_calendar_notice(model_of(NoticeIn, {"text": sent.text("text"), "source": sent.text("source")}, _LABELS), caller)
    return goes_on(_PAGE)


@router.post(f"{_PAGE}/{{wanted}}/confirm", name="counter_calendar_confirm")
def confirm(wanted: UUID, caller: PageCaller) -> Response:
    """By another person."""
    api.confirm_calendar_notice(wanted, caller)
    return goes_on(_PAGE)


@router.post(f"{_PAGE}/{{wanted}}/refuse", name="counter_calendar_refuse")
def refuse(wanted: UUID, caller: PageCaller) -> Response:
    """退回."""
    api.refuse_calendar_notice(wanted, caller)
    return goes_on(_PAGE)


def _shown(found: NoticeReadingOut) -> dict[str, Any]:
    words = {kind.value: label for kind, label in _KINDS.items()}
    days = [
        (one.day, "一二三四五六日"[one.day.weekday()], words.get(one.before or "", "没有录入"), words[one.after]) for one in found.changes
    ]
    return {"year": found.year, "whole": found.whole, "touched": found.touched, "days": days}
