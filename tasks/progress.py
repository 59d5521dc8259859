"""进度: how far a long run is, as a bar in Prefect."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from typing import TypeVar
from uuid import UUID

from prefect.artifacts import acreate_progress_artifact, aupdate_progress_artifact

from tasks.steps import place_of

T = TypeVar("T")
log = logging.getLogger(__name__)


async def with_progress(key: str, title: str, items: Sequence[T]) -> AsyncIterator[T]:
    """The items one by one; after each the bar moves. A bar that cannot be drawn harms no run."""
    bar: UUID | None = None
    for done, item in enumerate(items, start=1):
        yield item
        try:
            part = 100 * done / len(items)
            if bar is None:
                bar = UUID(str(await acreate_progress_artifact(progress=part, key=key, description=title)))
            else:
                await aupdate_progress_artifact(bar, progress=part)
        except Exception as error:
            log.warning("%s: progress not shown: %s", key, place_of(error))
