"""HTTP as clients expect it: HEAD beside each GET, OPTIONS and 405 that name all methods, an address with a slash
at its end."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def allowed(request: Request) -> str:
    """The methods of this address, of all its endpoints: the framework names those of the first alone."""
    routes: list[BaseRoute] = request.app.state.routes
    matching = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    methods = {method for route in matching for method in getattr(route, "methods", None) or ()}
    return ", ".join(sorted(methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())))


def options(request: Request) -> Response:
    """What an address can do. No key is asked for: the document says the same to everybody."""
    return Response(status_code=204, headers={"Allow": allowed(request)})


class Manners:
    """HEAD and the slash at an address' end, before anything looks at method or path.

    `/v1/inbox/` is `/v1/inbox`: taken as meant, not redirected, since a redirected POST loses its body. HEAD is the
    endpoint's GET with all its checks and records; the server leaves the body away.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        if len(scope["path"]) > 1 and scope["path"].endswith("/"):
            scope["path"] = scope["path"][:-1]
            if scope.get("raw_path"):
                scope["raw_path"] = scope["raw_path"].removesuffix(b"/")
        if scope["method"] != "HEAD":
            return await self._app(scope, receive, send)

        async def as_head(message: Message) -> None:
            scope["method"] = "HEAD"  # what the server asks before it writes
            await send(message if message["type"] != "http.response.body" else {**message, "body": b""})

        scope["method"] = "GET"
        try:
            await self._app(scope, receive, as_head)
        finally:
            scope["method"] = "HEAD"
