"""页面的脚本和样式: our own files, from memory, kept by browsers for as long as they are the same.

Plain routes and no endpoints: they tell nothing, cost nothing, and a whole service hall asks for them from one address
on the same morning, so that no quota counts them.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.edge.caching import ASK_AGAIN, FOR_EVER
from gateway.edge.counter_pages import ASSETS, EDITION
from gateway.edge.problems import Problem


async def asset(request: Request) -> Response:
    """One file; under the edition that pages name it never changes."""
    if (found := ASSETS.get(request.path_params["name"])) is None:
        raise Problem("not_found")
    content, kind = found
    control = FOR_EVER if request.query_params.get("v") == EDITION else ASK_AGAIN
    return Response(content, headers={"Content-Type": kind, "Cache-Control": control})


ROUTE = Route("/counter/assets/{name}", asset, methods=["GET"])
