"""待人工处理的页面: what waits for a person and why, with the remedy as a button."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request, Response

from domain.reasons import CloseReason, RerouteReason
from gateway.counter.door import PageCaller, pages
from gateway.counter.forms import SentForm, model_of
from gateway.edge.counter_pages import goes_on, render
from gateway.edge.page_permissions import page_refusal
from gateway.operations import stuck as api
from gateway.operations.schemas import ClosingIn, RerouteIn
from ledger.casework import watch
from ledger.database import transaction
from ledger.registry import registry

router = pages()

_LIST = "/counter/stuck"
_ONE = f"{_LIST}/{{number}}"
_LABELS: Mapping[str, str] = {"unit": "改派给哪个单位", "reason": "理由"}


@router.get(_LIST, name="counter_stuck")
def waiting(request: Request, caller: PageCaller) -> Response:
    """The oldest first; each with its run in Prefect and the acts that its remedy names (`ledger.lifecycle.remedies`)."""
    items = api.get_stuck(caller).items
    with transaction() as session:
        runs = watch.runs_of(session, {one.number for one in items})
        units = registry.unit_names(session)
    return render(
        request,
        "stuck.html",
        items=items,
        units=units,
        runs=runs,
        may_resume=page_refusal("counter_stuck_resume", caller) is None,
        reroutes=list(RerouteReason),
        closings=list(CloseReason),
    )


@router.post(f"{_ONE}/retry", name="counter_stuck_retry")
def retry(number: str, caller: PageCaller) -> Response:
    """重试."""
    api.retry_stuck(number, caller)
    return goes_on(_LIST)


@router.post(f"{_ONE}/resume", name="counter_stuck_resume")
def resume(number: str, caller: PageCaller) -> Response:
    """恢复执行."""
    api.resume_stuck(number, caller)
    return goes_on(_LIST)


@router.post(f"{_ONE}/reroute", name="counter_stuck_reroute")
def reroute(number: str, caller: PageCaller, sent: SentForm) -> Response:
    """改派."""
    api.reroute_stuck(number, model_of(RerouteIn, {"unit": sent.text("unit"), "reason": sent.text("reason")}, _LABELS), caller)
    return goes_on(_LIST)


@router.post(f"{_ONE}/close", name="counter_stuck_close")
def close(number: str, caller: PageCaller, sent: SentForm) -> Response:
    """人工办结."""
    api.close_stuck(number, model_of(ClosingIn, {"reason": sent.text("reason")}, _LABELS), caller)
    return goes_on(_LIST)
