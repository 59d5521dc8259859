"""会话的 cookie: the one thing that a browser holds; no script can read it, and no other site can send a form with it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from settings import settings

SESSION, ATTEMPT, LOOK = "proofless_session", "proofless_attempt", "proofless_look"
_LONGEST = 2000  #: characters of what is looked up


def token_of(request: Request, name: str = SESSION) -> str:
    """What the browser holds; empty where there is nothing."""
    return request.cookies.get(_name(request, name), "")[:_LONGEST]


def give(request: Request, answer: Response, token: str, name: str = SESSION) -> None:
    """It ends with the browser; how long it lasts at the most is the ledger's."""
    answer.set_cookie(_name(request, name), token, path="/", secure=_is_safe(request), httponly=True, samesite="lax")


def take_away(request: Request, answer: Response, name: str = SESSION) -> None:
    answer.delete_cookie(_name(request, name), path="/", secure=_is_safe(request), httponly=True, samesite="lax")


def _name(request: Request, name: str) -> str:
    # With this prefix a browser takes it from this host alone, and over TLS alone.
    return f"__Host-{name}" if _is_safe(request) else name


def _is_safe(request: Request) -> bool:
    return request.url.scheme == "https" or settings().public_url.startswith("https:")
