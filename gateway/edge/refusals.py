"""不予办理: whatever stops a call becomes a Problem here and nowhere else, in the words of the rule or of the table."""

from __future__ import annotations

from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from starlette.exceptions import HTTPException

from domain.refusal import Refusal
from gateway.edge.problems import Problem
from gateway.edge.validation_texts import invalid
from ledger.timekeeping import ClockOff

#: A call that is turned down, which goes on the record; and what stops one without anybody's doing.
TURNED_DOWN = (Refusal, HTTPException, RequestValidationError)
STOPPED = (*TURNED_DOWN, ClockOff, OperationalError, InterfaceError, PoolExhausted)


def problem_of(stopped: Exception) -> Problem:
    """The problem that one of `STOPPED` becomes."""
    match stopped:
        case Problem():
            return stopped
        case Refusal():
            return _refused(stopped)
        case RequestValidationError():
            return invalid(stopped)
        case HTTPException():
            codes = {404: "not_found", 405: "method_not_allowed"}
            return Problem(codes.get(stopped.status_code, "bad_request"), headers=dict(stopped.headers or {}))
        case ClockOff():
            return Problem("clock_off", headers={"Retry-After": "30"})
    return Problem("unavailable", headers={"Retry-After": "5"})


def _refused(refusal: Refusal) -> Problem:
    said = f"{refusal.text.rstrip('。')}。" if refusal.text else None
    headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else None
    return Problem(
        refusal.code,
        detail=said,
        remedy=refusal.remedy,
        errors=refusal.errors,
        blocks=refusal.blocks,
        headers=headers,
        obligation=refusal.obligation,
        facts=refusal.facts,
    )
