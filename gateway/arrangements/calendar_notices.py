"""放假通知: read whole or refused, shown as the days that it changes, in force by a second person (reading 25)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path

from gateway.arrangements.notice_schemas import CalendarNoticeOut, CalendarNoticesOut, NoticeIn, NoticeReadingOut, NoticeTextIn
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging
from ledger.arrangements import calendar_notices
from ledger.database import transaction
from settings import settings

router = api_router("duty-and-calendar")

_REFUSED, _UNKNOWN, _NOT_SO = "calendar_notice_refused", "calendar_notice_unknown", "calendar_notice_not_confirmed"
NoticeId = Annotated[UUID, Path(description="通知编号")]


@router.get("/v1/calendar-notices", summary="放假通知", responses=problems("invalid"))
def get_calendar_notices(caller: CurrentCaller, page: Paging) -> CalendarNoticesOut:
    """最新的在前:原文、录入人和确认人、时限随之变动的核验。"""
    with transaction() as session:
        return page.answer(CalendarNoticesOut, calendar_notices.listed(session, page), CalendarNoticeOut.of)


@router.post("/v1/calendar-notices/reading", summary="读放假通知", responses=problems(_REFUSED, body=True))
def read_calendar_notice(body: NoticeTextIn, caller: CurrentCaller) -> NoticeReadingOut:
    """说明通知会改变哪些日子,不录入。有一句没有看懂的,全部不读,并指出这一句。"""
    with transaction() as session:
        return NoticeReadingOut.of(calendar_notices.reading(session, body.text))


@router.post("/v1/calendar-notices", status_code=201, summary="录入放假通知", responses=problems(_REFUSED, _NOT_SO, body=True))
def propose_calendar_notice(body: NoticeIn, caller: CurrentCaller) -> CalendarNoticeOut:
    """等待另一人确认;确认以前,日历不变。"""
    with transaction() as session:
        row = calendar_notices.propose(session, body.text, body.source, now=settings().now(), actor=caller.actor)
        return CalendarNoticeOut.of(row)


@router.post(
    "/v1/calendar-notices/{id}/confirm",
    summary="确认放假通知",
    responses=problems(_UNKNOWN, _NOT_SO, _REFUSED, "calendar_refused", "invalid"),
)
def confirm_calendar_notice(id: NoticeId, caller: CurrentCaller) -> CalendarNoticeOut:  # noqa: A002
    """由录入人以外的另一人确认,日历自此按通知;在办的时限随之补算或重算,理由留痕。"""
    with transaction() as session:
        return CalendarNoticeOut.of(calendar_notices.confirm(session, id, now=settings().now(), actor=caller.actor))


@router.post("/v1/calendar-notices/{id}/refuse", summary="退回放假通知", responses=problems(_UNKNOWN, _NOT_SO, "invalid"))
def refuse_calendar_notice(id: NoticeId, caller: CurrentCaller) -> CalendarNoticeOut:  # noqa: A002
    """不予确认;录入人也可以由此撤回。"""
    with transaction() as session:
        return CalendarNoticeOut.of(calendar_notices.refuse(session, id, now=settings().now(), actor=caller.actor))
