"""缓存: what a browser or a proxy may keep, and what is made once here. Everything else is `no-store` (gateway.edge.pages)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock

from fastapi import Request
from starlette.responses import HTMLResponse, Response

FOR_EVER = "public, max-age=31536000, immutable"  #: what is published under this address never changes
ASK_AGAIN = "public, no-cache"  #: kept, and asked about each time


def marked(tag: str, control: str) -> dict[str, str]:
    """The headers of an answer whose content this tag stands for."""
    return {"ETag": f'"{tag}"', "Cache-Control": control}


def known(request: Request, headers: Mapping[str, str]) -> Response | None:
    """304 where the caller holds this content already."""
    held = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    return Response(status_code=304, headers=dict(headers)) if {headers["ETag"], "*"} & held else None


class Once:
    """What costs to make is made once: the newest few, each under a key that stands for all that it is made of.

    Who asks while it is made waits for that one. What a faulty `make` raises is raised, and nothing is kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[str, tuple[Lock, list[bytes]]] = OrderedDict()
        self._books = Lock()

    def kept(self, key: str) -> bytes | None:
        """What is there already; nobody waits."""
        _, made = self._kept.get(key, (None, None))
        return made[0] if made else None

    def get(self, key: str, make: Callable[[], bytes]) -> bytes:
        with self._books:
            making, made = self._kept.setdefault(key, (Lock(), []))
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        with making:
            if not made:
                made.append(make())
        return made[0]


DOCUMENTS = Once(4)  #: of the interface: strangers who ask for one page of the list after another do not push it out
_PAGES = Once(64)


def page_once(request: Request, tag: str, make: Callable[[], HTMLResponse]) -> Response:
    """A public page of which `tag` says all that it is made of but its address: set once, and not sent to who holds it."""
    headers = marked(tag, ASK_AGAIN) | {"Vary": "Accept"}
    if (held := known(request, headers)) is not None:
        return held
    address = f"{request.url.path}?{request.url.query}"
    return HTMLResponse(_PAGES.get(f"{tag} {address}", lambda: bytes(make().body)), headers=headers)
