"""值守的页面 (obligation 10.2): who is on duty, stand-ins with a beginning and an end, who is away and what is lacking."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from fastapi import Request, Response

from domain.instants import is_past
from gateway.arrangements import endpoints as api
from gateway.arrangements.schemas import AbsenceIn, AppointmentIn, CancellationIn, EndingIn
from gateway.counter.door import PageCaller, pages
from gateway.counter.forms import SentForm, model_of
from gateway.edge.counter_pages import goes_on, render
from gateway.edge.page_permissions import page_refusal
from settings import settings

router = pages()

_PAGE = "/counter/duty"
_LABELS: Mapping[str, str] = {"person": "谁", "since": "从什么时候", "until": "到什么时候"}


@router.get(_PAGE, name="counter_duty")
def on_duty(request: Request, caller: PageCaller) -> Response:
    """What stands now and what is to come; what is over is in the record."""
    found, now = api.get_duty(caller), settings().now()
    return render(
        request,
        "duty.html",
        found=found,
        names={one.code: one.name for one in found.people},
        appointments=[one for one in found.appointments if one.until is None or not (is_past(one.until, now) or one.until <= one.since)],
        may_appoint=page_refusal("counter_duty_appoint", caller) is None,
        may_report=page_refusal("counter_absence", caller) is None,
        now=now,
    )


@router.post(f"{_PAGE}/appointments", name="counter_duty_appoint")
def appoint(caller: PageCaller, sent: SentForm) -> Response:
    """代理 for a period, or another regular 督办员."""
    times = {name: sent.instant(name) or None for name in ("since", "until")}
    acting = sent.text("acting") == "true"
    api.appoint(model_of(AppointmentIn, {"person": sent.text("person"), "acting": acting, **times}, _LABELS), caller)
    return goes_on(_PAGE)


@router.post(f"{_PAGE}/appointments/{{wanted}}/end", name="counter_duty_end")
def end(wanted: UUID, caller: PageCaller) -> Response:
    """From now on; what has not begun is cancelled."""
    api.end_appointment(wanted, EndingIn(), caller)
    return goes_on(_PAGE)


@router.post(f"{_PAGE}/absences", name="counter_absence")
def report_absence(caller: PageCaller, sent: SentForm) -> Response:
    """离岗."""
    times = {name: sent.instant(name) or None for name in ("since", "until")}
    api.report_absence(model_of(AbsenceIn, {"person": sent.text("person"), **times}, _LABELS), caller)
    return goes_on(_PAGE)


@router.post(f"{_PAGE}/absences/{{wanted}}/cancel", name="counter_absence_cancel")
def cancel_absence(wanted: UUID, caller: PageCaller) -> Response:
    """销假."""
    api.cancel_absence(wanted, CancellationIn(), caller)
    return goes_on(_PAGE)
