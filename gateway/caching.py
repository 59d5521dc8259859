"""缓存: what a browser or a proxy may keep. Everything else is `no-store` (gateway.pages)."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request
from starlette.responses import Response

FOR_EVER = "public, max-age=31536000, immutable"  #: what is published under this address never changes
ASK_AGAIN = "public, no-cache"  #: kept, and asked about each time


def marked(tag: str, control: str) -> dict[str, str]:
    """The headers of an answer whose content this tag stands for."""
    return {"ETag": f'"{tag}"', "Cache-Control": control}


def known(request: Request, headers: Mapping[str, str]) -> Response | None:
    """304 where the caller holds this content already."""
    held = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    return Response(status_code=304, headers=dict(headers)) if {headers["ETag"], "*"} & held else None
