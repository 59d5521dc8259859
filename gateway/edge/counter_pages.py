"""柜台页面的样子: rendered on the server with scripts and styles of our own files alone.

Templates are typeset as they are read (`gateway.edge.pages.typeset`), so that what somebody typed or is called comes out as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from domain.instants import happened, written
from gateway.edge.page_permissions import entrances
from gateway.edge.pages import TEMPLATES, day, local, typeset
from gateway.edge.problems import Problem
from gateway.edge.streams import streamed
from settings import settings

HOME = "/counter"
SIGN_IN = "/counter/sign-in"
ASSETS_FOLDER = Path(__file__).parent.parent / "assets"
_KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".txt": "text/plain; charset=utf-8"}
#: name -> content and kind: what pages load, kept in memory.
ASSETS = MappingProxyType({file.name: (file.read_bytes(), _KINDS[file.suffix]) for file in sorted(ASSETS_FOLDER.iterdir())})
#: In the addresses of assets: another one whenever any of them is another.
EDITION = hashlib.sha256(b"".join(content for content, _ in ASSETS.values())).hexdigest()[:12]

#: In place of the ones of public pages (gateway.edge.pages): scripts, styles and calls of our own address, nothing inline.
HEADERS = MappingProxyType(
    {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        # With no-referrer a browser names no origin either when it sends a form, and origins are what is asked for.
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
        "Vary": "Cookie, HX-Request",
    }
)


class _Typeset(FileSystemLoader):
    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, file, fresh = super().get_source(environment, template)
        return typeset(source), file, fresh


def _run_page(run: UUID) -> str:
    """Where Prefect shows a run."""
    return f"{settings().prefect_api_url.removesuffix('/api')}/runs/flow-run/{run}"


_environment = Environment(
    loader=_Typeset(TEMPLATES / "counter"),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters.update(local=local, day=day, ends=written, happened=happened, typeset=typeset, run_page=_run_page)
_environment.globals.update(edition=EDITION)


#: Where a page that is long in the making is sent as far as it is made. Nothing that is typed or named looks so once it is escaped.
_SHOWN = Markup("<!---->")


def render(request: Request, template: str, status: int = 200, **content: Any) -> HTMLResponse:
    """One page of the counter, or a part of one. Templates know `me` (a SignedIn, or None) and `roles` beside their content."""
    text = _environment.get_template(template).render(_around(request) | content)
    return HTMLResponse(text, status, dict(HEADERS))


def render_in_pieces(request: Request, template: str, **content: Any) -> Response:
    """A page that is long in the making: a browser has what stands before each `{{ shown }}` while the rest is made. What may be
    refused must be known before."""
    pieces = _environment.get_template(template).generate(_around(request) | {"shown": _SHOWN} | content)
    return streamed(_together(pieces), "text/html; charset=utf-8", HEADERS)


def _together(pieces: Iterator[str]) -> Iterator[str]:
    """The pieces of a template up to each place where they are to be shown."""
    made: list[str] = []
    for piece in pieces:
        if piece == _SHOWN:
            yield "".join(made)
            made.clear()
        else:
            made.append(piece)
    yield "".join(made)


def _around(request: Request) -> dict[str, Any]:
    """What stands around the content of every page."""
    me = getattr(request.state, "signed_in", None)
    common = {"me": me, "roles": [role.label for role in sorted(me.caller.roles)] if me else []}
    common |= {"token": lambda: Markup('<input type="hidden" name="form_token" value="{}">').format(me.token if me else "")}
    common |= {"entrances": entrances(me.caller) if me else []}
    common |= {"page_after": lambda cursor: _page_after(request, cursor)}
    return common | {"demonstration": settings().seal_development, "here": request.url.path, "turned_away": _turned_away(request)}


def _turned_away(request: Request) -> bool:
    """Whether the page is turned to an applicant, whatever it says: nothing of who is signed in stands on it."""
    return request.url.path.endswith("/screen")


def _page_after(request: Request, cursor: str) -> str:
    """The address of the page after this one: a cursor goes with the very conditions that it was given for."""
    url = request.url.include_query_params(cursor=cursor)
    return f"{url.path}?{url.query}"


def goes_on(path: str) -> Response:
    """To another page, after something was done."""
    return RedirectResponse(path, 303, dict(HEADERS))


def problem_page(request: Request, problem: Problem) -> Response:
    """A problem on a page. A part of a page gets it as a notice, which leaves all that was typed; a page that was asked for
    without being signed in leads to the sign-in and back; a form that was sent so keeps what was typed."""
    headers = {name: value for name, value in (problem.headers or {}).items() if name == "Retry-After"}
    signed_out, part = problem.code == "signed_out", "hx-request" in request.headers
    if signed_out and request.method in ("GET", "HEAD") and not part:
        return goes_on(SIGN_IN + _back(request))
    template = "notice.html" if part else "signed_out.html" if signed_out and not _turned_away(request) else "problem.html"
    typed = getattr(request.state, "typed", []) if signed_out else []
    answer = render(request, template, problem.status_code, problem=problem, typed=typed)
    # Whatever part of a page the form meant to put elsewhere, the notice is the notice.
    in_place = {"HX-Push-Url": "false", "HX-Reselect": ".told", "HX-Reswap": "innerHTML"}
    answer.headers.update(headers | (in_place if part else {}))
    return answer


def _back(request: Request) -> str:
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"?{urlencode({'next': wanted})}" if wanted != HOME else ""
