"""扫描: the one script of the public pages, and the headers of the one page that runs it. Without it everything works as before."""

from __future__ import annotations

from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.edge.caching import ASK_AGAIN, FOR_EVER
from gateway.edge.counter_pages import ASSETS, EDITION
from gateway.edge.pages import SECURITY_HEADERS

#: This page may run our own script and ask for the camera; no other public page may.
HEADERS = MappingProxyType(
    {
        "Content-Security-Policy": SECURITY_HEADERS["Content-Security-Policy"] + "; script-src 'self'",
        "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    }
)


async def script(request: Request) -> Response:
    """A plain route, as the assets of the counter are: it tells nothing, and no quota counts it."""
    content, kind = ASSETS["verify.js"]
    control = FOR_EVER if request.query_params.get("v") == EDITION else ASK_AGAIN
    return Response(content, headers={"Content-Type": kind, "Cache-Control": control})


ROUTE = Route("/verify.js", script, methods=["GET"])
