"""长答复: documents that are made while they are sent, a few at a time, so that no case waits for a list."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from types import MappingProxyType

from anyio import CapacityLimiter, to_thread
from starlette.responses import StreamingResponse

_at_once = CapacityLimiter(2)  #: pieces that are made at the same time; none while a reader takes his time


def streamed(
    pieces: Iterator[str] | Iterator[bytes], media_type: str, headers: Mapping[str, str] = MappingProxyType({})
) -> StreamingResponse:
    """An answer out of pieces, each made in a thread of its own when the one before has been taken."""
    return StreamingResponse(_in_turn(pieces), media_type=media_type, headers=dict(headers))


async def _in_turn(pieces: Iterator[str] | Iterator[bytes]) -> AsyncIterator[str | bytes]:
    def following() -> str | bytes | None:
        return next(pieces, None)

    while (piece := await to_thread.run_sync(following, limiter=_at_once)) is not None:
        yield piece
