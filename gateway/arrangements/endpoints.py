"""值守、服务时间、工作日历: who is on duty, when a unit is open, which days are worked (obligations 10.2, 10.3, readings 1, 25)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query
from sqlalchemy.orm import Session

from gateway.arrangements.schemas import (
    AbsenceIn,
    AbsenceOut,
    AppointmentIn,
    AppointmentOut,
    CancellationIn,
    DutyOut,
    EndingIn,
    GapOut,
    HoursIn,
    HoursOut,
    TimetableChangeOut,
    TimetableOut,
    YearIn,
    YearOut,
)
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.problems import Problem
from gateway.edge.schemas import Named
from gateway.edge.visibility import ARRANGED_HOURS, HOURS, unit_of, whose
from ledger.arrangements import calendars, opening_hours
from ledger.calendars import duty, stand_ins
from ledger.calendars.calendars import DISTRICT
from ledger.calendars.duty import AHEAD
from ledger.calendars.opening_hours import hours_of
from ledger.database import transaction
from ledger.registry import registry
from ledger.tables.duty import Appointment, CalendarYear
from settings import settings

router = api_router("duty-and-calendar")

Entry = Annotated[UUID, Path(description="编号")]
Year = Annotated[int, Path(ge=2000, le=2099, description="年份", examples=[2027])]
CalendarName = Annotated[str, Query(min_length=1, max_length=64, pattern=r"^[\w.\-]+$", description="日历名称;district 为全区的")]


@router.get("/v1/duty", summary="值守", responses=problems())
def get_duty(caller: CurrentCaller) -> DutyOut:
    """此刻的督办员(代理的,所代理的是谁)和代办员、全部指定、离岗、今后七天的缺口。"""
    now, unit = settings().now(), caller.unit
    with transaction() as session:
        found = duty.appointments(session, unit)
        return DutyOut(
            unit=unit,
            supervisor_now=duty.supervisor_at(session, unit, now),
            stands_in_for=stand_ins.covered_at(session, unit, now),
            agents_now=duty.agents_at(session, unit, now),
            people=[Named(code=code, name=name) for code, name in registry.people_of(session, unit).items()],
            appointments=[AppointmentOut.of(row, stand_ins.regular_at(found, row.since)) for row in found],
            absences=[AbsenceOut.of(row) for row in stand_ins.absences(session, unit, now)],
            gaps=[GapOut.of(gap) for gap in duty.gaps(session, unit, now, now + AHEAD)],
        )


@router.post("/v1/duty/appointments", status_code=201, summary="指定督办员", responses=problems("duty_refused", body=True))
def appoint(body: AppointmentIn, caller: CurrentCaller) -> AppointmentOut:
    """同一时刻只有一名督办员:新的指定接替原来的,有止期的期满后由原督办员继续;代理督办须写明止期,不得与其他代理重叠。"""
    with transaction() as session:
        row = duty.appoint(
            session, caller.unit, body.person, body.since, body.until, acting=body.acting, now=settings().now(), actor=caller.actor
        )
        return _appointment(session, row)


@router.post("/v1/duty/appointments/{id}/end", summary="提前结束指定", responses=problems("duty_refused", "duty_unknown", body=True))
def end_appointment(id: Entry, body: EndingIn, caller: CurrentCaller) -> AppointmentOut:  # noqa: A002
    """提前结束;尚未开始的予以取消,原督办员继续。空缺会告警。"""
    with transaction() as session:
        return _appointment(session, duty.end_appointment(session, caller.unit, id, body.until, now=settings().now(), actor=caller.actor))


def _appointment(session: Session, row: Appointment) -> AppointmentOut:
    return AppointmentOut.of(row, stand_ins.regular_at(duty.appointments(session, row.unit), row.since))


@router.post("/v1/duty/absences", status_code=201, summary="登记离岗", responses=problems("duty_refused", body=True))
def report_absence(body: AbsenceIn, caller: CurrentCaller) -> AbsenceOut:
    """离岗期间不计为在岗;因此出现的缺口会提前告警。"""
    with transaction() as session:
        row = duty.report_absence(session, caller.unit, body.person, body.since, body.until, now=settings().now(), actor=caller.actor)
        return AbsenceOut.of(row)


@router.post("/v1/duty/absences/{id}/cancel", summary="销假", responses=problems("duty_unknown", body=True))
def cancel_absence(id: Entry, body: CancellationIn, caller: CurrentCaller) -> AbsenceOut:  # noqa: A002
    """提前返岗,自此刻起;已经过去的离岗时间不变。"""
    with transaction() as session:
        return AbsenceOut.of(duty.cancel_absence(session, caller.unit, id, now=settings().now()))


@router.get("/v1/hours", summary="服务时间", responses=problems("not_allowed", "unit_unknown", "invalid"))
def get_hours(
    caller: CurrentCaller, unit: Annotated[str | None, Query(max_length=64, description="单位编码;省略为本单位")] = None
) -> HoursOut:
    """现行的和以后的服务时间、所用的工作日历、变更记录。"""
    with transaction() as session:
        return _hours(session, unit_of(session, caller, unit, HOURS), [])


@router.put("/v1/hours", summary="设定服务时间", responses=problems("unit_unknown", "timetable_refused", "must_recuse", body=True))
def set_hours(body: HoursIn, caller: CurrentCaller) -> HoursOut:
    """本单位的服务时间(含午休、季节、周末、二十四小时);在办申请的时限随之重新计算,变更前后和理由留痕。
    单位自己只能设定今后的服务时间。"""
    seasons, now = [season.model_dump() for season in body.seasons], settings().now()
    with transaction() as session:
        unit = unit_of(session, caller, body.unit, ARRANGED_HOURS)
        numbers = opening_hours.set_timetable(
            session,
            unit,
            seasons,
            effective_from=body.effective_from or now,
            reason=body.reason,
            now=now,
            actor=caller.actor,
            name=body.calendar,
            backdated=whose(caller, ARRANGED_HOURS) is None,
        )
        return _hours(session, unit, numbers)


def _hours(session: Session, unit: str, recomputed: list[str]) -> HoursOut:
    return HoursOut(
        unit=unit,
        in_words=hours_of(session, unit, settings().now()).describe(),
        timetables=[TimetableOut.of(row) for row in opening_hours.timetables(session, unit)],
        changes=[TimetableChangeOut.of(row) for row in opening_hours.changes(session, unit)],
        recomputed=recomputed,
    )


@router.get("/v1/calendar/{year}", summary="工作日历", responses=problems("year_unknown", "invalid"))
def get_year(year: Year, caller: CurrentCaller, calendar: CalendarName = DISTRICT) -> YearOut:
    """全区的工作日历,或单位自用的;未录入的年份不推测。"""
    with transaction() as session:
        row = session.get(CalendarYear, (calendar, year))
        if row is None:
            raise Problem("year_unknown")
        return YearOut.of(row, [])


@router.put("/v1/calendar/{year}", summary="录入工作日历", responses=problems("calendar_refused", "must_recuse", body=True))
def put_year(year: Year, body: YearIn, caller: CurrentCaller, calendar: CalendarName = DISTRICT) -> YearOut:
    """录入或变更一年的放假和调休;涉及该年的时限随之补算或重算,变更前后和理由留痕。单位自用的日历由此录入;全区的由此只能录入
    暂定的,正式的粘贴放假通知、由另一人确认(`/v1/calendar-notices`)。"""
    with transaction() as session:
        numbers = calendars.put_alone(
            session,
            year,
            rest=body.rest,
            work=body.work,
            provisional=body.provisional,
            source=body.source,
            reason=body.reason,
            now=settings().now(),
            actor=caller.actor,
            name=calendar,
        )
        return YearOut.of(session.get_one(CalendarYear, (calendar, year)), numbers)
