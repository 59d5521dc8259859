"""我的登录: a person's own sessions, each to be ended by itself; and signing out."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response

from gateway.counter import cookies
from gateway.counter.door import CurrentPerson, pages
from gateway.edge.counter_pages import SIGN_IN, goes_on, render
from ledger.database import transaction
from ledger.registry import sessions
from settings import settings

router = pages()

_LIST = "/counter/sessions"


@router.get(_LIST, name="counter_sessions")
def own(request: Request, known: CurrentPerson) -> Response:
    """Those that last, the newest first, this one named."""
    with transaction() as session:
        found = sessions.own(session, known.caller.person, now=settings().now())
    return render(request, "sessions.html", sessions=found, limits=sessions.limits())


@router.post(f"{_LIST}/{{wanted}}/end", name="counter_end_session")
def end(wanted: UUID, known: CurrentPerson) -> Response:
    """One of them, which is out at its next click."""
    with transaction() as session:
        sessions.end(session, known.caller.person, wanted, now=settings().now())
    return goes_on(_LIST)


@router.post(f"{_LIST}/end-others", name="counter_end_other_sessions")
def end_others(known: CurrentPerson) -> Response:
    """All but this one."""
    with transaction() as session:
        sessions.end_all(session, known.caller.person, but=known.id, now=settings().now())
    return goes_on(_LIST)


@router.post("/counter/sign-out", name="counter_sign_out")
def sign_out(request: Request, known: CurrentPerson) -> Response:
    """This one, and the browser forgets it."""
    with transaction() as session:
        sessions.end(session, known.caller.person, known.id, now=settings().now())
    answer = goes_on(f"{SIGN_IN}?out=1")
    cookies.take_away(request, answer)
    return answer
