"""会话的 cookie: the one thing that a browser holds; no script can read it, and no other site can send a form with it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from settings import settings

_NAME = "proofless_session"
_LONGEST = 100  #: characters of a token that is looked up


def token_of(request: Request) -> str:
    """The session's token; empty where there is none."""
    return request.cookies.get(_name(request), "")[:_LONGEST]


def give(request: Request, answer: Response, token: str) -> None:
    """It ends with the browser; how long it lasts at the most is the ledger's."""
    answer.set_cookie(_name(request), token, path="/", secure=_is_safe(request), httponly=True, samesite="lax")


def take_away(request: Request, answer: Response) -> None:
    answer.delete_cookie(_name(request), path="/", secure=_is_safe(request), httponly=True, samesite="lax")


def _name(request: Request) -> str:
    # With this prefix a browser takes it from this host alone, and over TLS alone.
    return f"__Host-{_NAME}" if _is_safe(request) else _NAME


def _is_safe(request: Request) -> bool:
    return request.url.scheme == "https" or settings().public_url.startswith("https:")
