"""扫描与离线核验: the scripts of the public pages, and the headers of the two that run them. Without them everything works as before."""

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


#: The page for who has no network may also fetch the lists of revoked proofs and keep itself on the telephone.
OFFLINE_HEADERS = MappingProxyType(
    {**HEADERS, "Content-Security-Policy": HEADERS["Content-Security-Policy"] + "; connect-src 'self'; worker-src 'self'"}
)


_WORKER = "verify.worker.js"  #: what it fetches is judged by its own headers and not by the page's


async def script(request: Request) -> Response:
    """A plain route, as the assets of the counter are: it tells nothing, and no quota counts it."""
    name = request.url.path.removeprefix("/")
    content, kind = ASSETS[name]
    control = FOR_EVER if request.query_params.get("v") == EDITION else ASK_AGAIN
    own = {"Content-Security-Policy": "default-src 'none'; connect-src 'self'"} if name == _WORKER else {}
    return Response(content, headers={"Content-Type": kind, "Cache-Control": control, **own})


ROUTES = [Route(f"/{name}", script, methods=["GET"]) for name in ("verify.js", "verify.offline.js", _WORKER)]
