"""核验经过 in Prefect: an artifact with the case's timeline, and tags by unit and method. No personal data.

Only for a verification that waited for somebody: one that shared data answered at once tells its story by its states,
and two more calls to the server would cost it a tenth of its time.
"""

from __future__ import annotations

import logging
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import ArtifactCreate
from prefect.runtime import flow_run
from sqlalchemy import select

from domain.instants import written
from domain.lifecycle import WAITING, Event
from domain.story import told as in_words
from ledger.casework import views
from ledger.database import transaction
from ledger.lifecycle.snapshots import load
from ledger.tables.verifications import Deadline, EventRow
from settings import LOCAL
from tasks.states import timeline_key
from tasks.steps import in_ledger_thread, place_of

log = logging.getLogger(__name__)


async def show_timeline(number: str) -> None:
    """Write the timeline of `number` as it stands. A failure is logged and harms no case: the ledger has it all."""
    try:
        told = await in_ledger_thread(story, number)
        if told is None or flow_run.id is None:
            return
        markdown, tags = told
        async with get_client() as client:
            await keep_timeline(client, number, markdown, UUID(flow_run.id))
            if set(flow_run.tags or ()) != set(tags):
                await client.update_flow_run(UUID(flow_run.id), tags=tags)
    except Exception as error:
        log.warning("%s: timeline not shown: %s", number, place_of(error))


async def keep_timeline(client: PrefectClient, number: str, markdown: str, run: UUID) -> None:
    """The newest version of the artifact of this verification, beside its run."""
    about = f"{number} 核验经过"
    made = ArtifactCreate(key=timeline_key(number), type="markdown", data=markdown, description=about, flow_run_id=run)  # type: ignore[call-arg]
    await client.create_artifact(made)


def story(number: str) -> tuple[str, list[str]] | None:
    """The page and the tags, or None where nobody was waited for."""
    with transaction() as session:
        row = load(session, number)
        events = views.events(session, number)
        if not any(event.target in WAITING for event in events):
            return None
        limits = session.scalars(select(Deadline).where(Deadline.verification == number).order_by(Deadline.due_at.nulls_last()))
        tags = [row.unit, *([row.issuing_unit] if row.issuing_unit else []), *([row.method.label] if row.method else [])]
        return _page(number, row.state.label, events, list(limits)), tags


def _page(number: str, state: str, events: list[EventRow], limits: list[Deadline]) -> str:
    lines = [f"# {number} {state}", "", "| 时间 | 经过 | 经办 |", "|-|-|-|"]
    lines += [f"| {_local(event)} | {in_words(event.event, event.detail)} | {event.actor} |" for event in events]
    if limits:
        lines += ["", "## 时限", ""]
        lines += [f"- **{_outcome(limit)}** {limit.explanation}" for limit in limits]
    return "\n".join(lines) + "\n"


def _outcome(limit: Deadline) -> str:
    if limit.missed_at is not None:
        return "超时"
    if limit.met_at is not None:
        return "按时"
    if limit.closed_at is not None:
        return "终止"
    return "未定" if limit.due_at is None else "计时中"


def _local(event: EventRow) -> str:
    """Of what passed, the limit; of everything else, when it happened."""
    if event.event in _OF_LIMITS:
        return written(event.at, _CLOCK)
    return event.at.astimezone(LOCAL).strftime(_CLOCK)


_CLOCK = "%m-%d %H:%M:%S"
#: Events that bear the instant of a limit, not of a deed.
_OF_LIMITS = frozenset({Event.MISSED, Event.SUPERVISED, Event.OFFICE_TOLD})
