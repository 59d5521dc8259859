"""请求正文: JSON read strictly, so that what reaches a model is what the sender wrote, once and whole.

Python's parser takes duplicate keys, NaN and unpaired surrogates; the database and other readers do not.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalog.reading import MOST_BYTES, OF_LISTS
from domain.clear_text import is_clean
from domain.inbox import ATTACHMENT_BYTES
from gateway.edge.problems import Problem

JSON_LIMIT = 64 * 1024
UPLOAD_LIMIT = 5 * 1024 * 1024
BATCH_LIMIT = 4 * 1024 * 1024  #: of a batch in JSON
_FORM = 8 * 1024  #: what a form puts around a file
#: Where files are taken, and how large they may be.
_UPLOADS = (
    (re.compile(r"/verify/upload"), UPLOAD_LIMIT + _FORM),
    (re.compile(r"/counter/verifications/[^/]+/commitment"), UPLOAD_LIMIT + _FORM),  # 签署件, scanned
    (re.compile(r"/(?:v1/(?:inbox|verifications)|counter/inbox)/[^/]+/(?:mismatch/)?attachments"), ATTACHMENT_BYTES + _FORM),
    (re.compile(r"/v1/catalog/sources/[^/]+/files"), OF_LISTS.bytes + _FORM),
    (re.compile(r"/v1/(complaints|batches)/file|/counter/(?:batches|registers/[^/]+/file)"), MOST_BYTES + _FORM),
    (re.compile(r"/v1/batches"), BATCH_LIMIT),
)
LARGEST = max(size for _, size in _UPLOADS)
PATIENCE = 20.0  #: seconds from one part of a body to the next …
SLOWEST = 8 * 1024  #: … and bytes a second, of the whole: one letter every few seconds would hold its place for hours
_DEEPEST = 8  #: our deepest document has six levels


class StrictRequest(Request):
    """A request whose JSON is read by `read_json`."""

    async def json(self) -> Any:
        return read_json(await self.body())


def read_json(body: bytes) -> Any:
    """The document. Raises Problem `not_json`, `too_nested`, `duplicate_field` or `text_unclean`."""
    try:
        document = json.loads(body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except RecursionError:
        raise Problem("too_nested") from None
    except ValueError:
        raise Problem("not_json") from None
    _inspect(document)
    return document


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Problem("duplicate_field")
    return found


def _refuse_constant(_: str) -> Any:
    raise Problem("not_json")


def _inspect(document: Any) -> None:
    level = [document]
    for _ in range(_DEEPEST):
        following: list[Any] = []
        for value in level:
            match value:
                case str():
                    if not is_clean(value, allowed="\n\t"):
                        raise Problem("text_unclean")
                case dict():
                    following += [*value.keys(), *value.values()]
                case list():
                    following += value
        if not following:
            return
        level = following
    raise Problem("too_nested")


def is_small(request: Request) -> bool:
    """Whether it says beforehand that its body is no larger than one without a file: whoever is not known fills no memory with more."""
    length = _length(request.headers.get("content-length", ""))
    return length is not None and length <= JSON_LIMIT


def _length(announced: str) -> int | None:
    """In bytes; None where it is no length."""
    return int(announced) if announced.isascii() and announced.isdigit() and len(announced) < 20 else None


class BodyLimit:
    """Stops a body at its limit while it streams in, before it fills the memory, and one that does not come at all."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = next((size for path, size in _UPLOADS if path.fullmatch(scope["path"])), JSON_LIMIT)
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
        too_large = (_length(announced.decode("latin-1")) or 0) > limit
        received, whole = 0, False
        began: float | None = None

        async def limited() -> Message:
            # Raised where the body is read, so that the refusal meets the same handlers as every other one.
            nonlocal received, whole, began
            if too_large:
                raise Problem("too_large", headers={"Connection": "close"})
            now = asyncio.get_running_loop().time()
            began = now if began is None else began
            by = min(now, began + received / SLOWEST) + PATIENCE
            try:  # once it is whole, what is received is only that the caller left
                async with asyncio.timeout_at(None if whole else by):
                    message = await receive()
            except TimeoutError:
                raise Problem("too_slow", headers={"Connection": "close"}) from None
            whole = not message.get("more_body", False)
            received += len(message.get("body", b""))
            if received > limit:
                raise Problem("too_large", headers={"Connection": "close"})
            return message

        await self._app(scope, limited, send)
