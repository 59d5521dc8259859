"""批次的一段: which rows are next, how far the batch is, and in which state its run ends."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from prefect.artifacts import acreate_markdown_artifact, acreate_progress_artifact
from prefect.client.schemas.objects import State
from prefect.exceptions import Abort

from domain.batches import AT_ONCE, LOOK_AGAIN, PART, RowStatus
from ledger.batches import filing, runs, standing
from ledger.batches.standing import Progress, RowView
from ledger.database import transaction
from ledger.paging import PageRequest
from settings import settings
from tasks import batch_states as states
from tasks.passes import owner
from tasks.steps import in_ledger_thread, place_of

log = logging.getLogger(__name__)

_AGAIN = timedelta(minutes=1)  #: after a part that failed
_SHOWN = 200  #: refused rows in the artifact; all of them are there for polling


@dataclass(frozen=True)
class Part:
    """Verifications that are to be taken on now; none: nothing is left for this run to do."""

    numbers: list[str]
    began: float = field(default_factory=time.monotonic)


def batch_pass(body: Callable[[str], Awaitable[State]]) -> Callable[[str], Awaitable[State]]:
    """Run a flow's body so that no error of one part ends the batch: the next look comes after a minute."""

    @functools.wraps(body)
    async def run(batch: str) -> State:
        try:
            return await body(batch)
        except Exception as error:
            log.warning("%s: part failed: %s", batch, place_of(error))
            try:
                return await in_ledger_thread(_retry, batch)
            except Exception:  # the ledger is away: the run is left as it is, and a worker finds it
                raise Abort(f"{batch}: 台账暂时不可用") from None

    return run


async def file_part(batch: str) -> Part:
    """What an earlier run filed and did not take on; then the next rows, filed by the one door."""
    if not await in_ledger_thread(_is_ours, batch):
        return Part([])  # this worker is to end, or another has it
    numbers = await in_ledger_thread(_left_behind, batch)
    while len(numbers) < PART:
        filed = await in_ledger_thread(_file, batch)
        numbers += filed.numbers
        if not filed.left:
            break
    return Part(numbers[: PART + AT_ONCE])


async def show_progress(batch: str, part: Part | None = None) -> None:
    """进度 and the refused rows in Prefect: numbers, counts and reasons. What cannot be shown harms no batch."""
    if part is not None:
        await in_ledger_thread(_note_pace, batch, len(part.numbers), time.monotonic() - part.began)
    try:
        found, refused = await in_ledger_thread(_progress, batch)
        total = max(1, sum(found.rows.values()))
        await acreate_progress_artifact(progress=100 * found.settled / total, key=f"{batch.lower()}-progress", description=found.said)
        page = states.page(batch, found, refused)
        await acreate_markdown_artifact(markdown=page, key=batch.lower(), description=f"{batch} 进度和未受理的行")
    except Exception as error:
        log.warning("%s: progress not shown: %s", batch, place_of(error))


async def go_on(batch: str) -> State:
    """The state in which the run ends: with its last row, paused, or scheduled to look again."""
    state = await in_ledger_thread(_stand, batch)
    await show_progress(batch)  # after it: what is shown last is how it ended
    return state


def _is_ours(batch: str) -> bool:
    with transaction() as session:
        return runs.is_held(session, batch, owner())


def _left_behind(batch: str) -> list[str]:
    with transaction() as session:
        return filing.to_work(session, batch, now=settings().now(), limit=PART)


def _file(batch: str) -> filing.Filed:
    with transaction() as session:
        return filing.file_some(session, batch, now=settings().now())


def _note_pace(batch: str, rows: int, seconds: float) -> None:
    with transaction() as session:
        runs.note_pace(session, batch, rows, seconds)


def _progress(batch: str) -> tuple[Progress, list[RowView]]:
    with transaction() as session:
        row = standing.find(session, batch, None)
        refused = standing.rows_of(session, row, PageRequest(_SHOWN), status=RowStatus.REFUSED).rows
        return standing.progress(session, row, now=settings().now()), refused


def _stand(batch: str) -> State:
    now = settings().now()
    with transaction() as session:
        standing.finish(session, batch, now=now)
        row = standing.lock(session, batch)
        session.flush()
        found = standing.progress(session, row, now=now)
        held = runs.is_held(session, batch, owner())
        instant = now + LOOK_AGAIN if held and not found.rows[RowStatus.PENDING] else now
        runs.schedule(session, batch, instant)
        return states.standing(row, found, instant)


def _retry(batch: str) -> State:
    instant = settings().now() + _AGAIN
    with transaction() as session:
        runs.schedule(session, batch, instant)
        row = standing.lock(session, batch)
        return states.standing(row, standing.progress(session, row, now=settings().now()), instant)
