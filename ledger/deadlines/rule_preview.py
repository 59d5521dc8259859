"""解读的试算: what became of a week's requests, on record, by today's readings and by others, beside one another.

From the raw instants alone; nothing is written. A change is seen before it is chosen.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.instants import is_past
from domain.limits import LimitKind, limits
from domain.readings import Readings
from domain.scope import CatalogEntry
from ledger.catalog.entries import load_entry
from ledger.deadlines import clocks
from ledger.deadlines.around import Around
from ledger.tables.cases import Case
from ledger.tables.verifications import Deadline, Request, Verification

_KINDS = LimitKind.SOFT, LimitKind.HARD
PART = 500  #: requests that are looked at together
MET, MISSED, RUNNING, CLOSED, UNDETERMINED = "met", "missed", "running", "closed", "undetermined"

#: A request's verdicts: for each kind of limit, how it ended.
Verdicts = dict[LimitKind, str]


@dataclass
class PreviewLine:
    """One unit's limits of one kind: how many ended how. `moved`: verifications whose verdict is another than on record."""

    unit: str
    kind: LimitKind
    counts: Counter[str] = field(default_factory=Counter)
    moved: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Preview:
    """One way of reading the week: its lines by unit and kind. `version`: None for what is on record."""

    version: str | None
    lines: dict[tuple[str, LimitKind], PreviewLine]


def preview(session: Session, start: datetime, end: datetime, wanted: Iterable[Readings], *, now: datetime) -> list[Preview]:
    """The requests received in [start, end): first as they are on record, then by each of the readings."""
    wanted = list(wanted)
    ways = unread(wanted)
    deque(read(session, start, end, wanted, ways, now=now), maxlen=0)
    return ways


def unread(wanted: Sequence[Readings]) -> list[Preview]:
    """What is on record and each of the readings, before any request was looked at."""
    return [Preview(None, {}), *(Preview(one.version, {}) for one in wanted)]


def read(
    session: Session, start: datetime, end: datetime, wanted: Sequence[Readings], ways: Sequence[Preview], *, now: datetime
) -> Iterator[int]:
    """Count the requests into `ways`, a part at a time; after each of them it says how many it has looked at."""
    around, entries, done = Around(session, start), dict[int, CatalogEntry](), 0
    for part in _requests(session, start, end):
        on_record = _recorded(session, [request.id for _, request, _ in part])
        around.read_pauses([request.id for _, request, _ in part])
        for row, request, _ in part:
            entry = entries.get(row.entry) or entries.setdefault(row.entry, load_entry(session, row.entry))
            recorded = on_record.get(request.id, {})
            _count(ways[0], row, request, recorded, recorded)
            for way, readings in zip(ways[1:], wanted, strict=True):
                situation = clocks.situation_of(session, row, request, entry, readings, around)
                found = {one.kind: verdict(one.due, request, now) for one in limits(situation) if one.kind in _KINDS}
                _count(way, row, request, found, recorded)
        done += len(part)
        yield done


def count(session: Session, start: datetime, end: datetime) -> int:
    """How many requests a preview of this time would look at."""
    query = select(func.count()).select_from(Request).where(Request.received_at >= start, Request.received_at < end)
    return session.scalar(query) or 0


def _requests(session: Session, start: datetime, end: datetime) -> Iterator[Sequence[tuple[Verification, Request, Case]]]:
    """In parts, each with its cases: whoever looks at one finds its case in the session."""
    query = (
        select(Verification, Request, Case)
        .join(Request, Request.verification == Verification.number)
        .join(Case, Case.id == Verification.case)
        .where(Request.received_at >= start, Request.received_at < end)
        .order_by(Request.received_at)
        .execution_options(yield_per=PART)
    )
    yield from session.execute(query).tuples().partitions()


def _recorded(session: Session, requests: Collection[UUID]) -> dict[UUID, Verdicts]:
    """Of each request. A limit that vanished behind another (reading 3) has no verdict of its own."""
    found: defaultdict[UUID, Verdicts] = defaultdict(dict)
    query = select(Deadline, Request.id, Request.withdrawn_at).join(Request, Request.id == Deadline.request)
    for limit, request, withdrawn_at in session.execute(query.where(Request.id.in_(requests), Deadline.kind.in_(_KINDS))).tuples():
        verdicts = found[request]
        if limit.missed_at is not None:
            verdicts[limit.kind] = MISSED
        elif limit.met_at is not None:
            verdicts[limit.kind] = MET
        elif limit.closed_at is None:
            verdicts.setdefault(limit.kind, UNDETERMINED if limit.due_at is None else RUNNING)
        elif withdrawn_at is not None:
            verdicts.setdefault(limit.kind, CLOSED)
    return found


def verdict(due: datetime | None, request: Request, now: datetime) -> str:
    """How a limit that ends at `due` stands, by the request's raw instants."""
    if due is None:
        return UNDETERMINED
    if is_past(due, request.ended_at or now):
        return MISSED
    if request.ended_at is None:
        return RUNNING
    return MET if request.withdrawn_at is None else CLOSED


def _count(way: Preview, row: Verification, request: Request, found: Verdicts, recorded: Verdicts) -> None:
    for kind in _KINDS:
        if kind not in found and kind not in recorded:
            continue
        line = way.lines.setdefault((request.unit, kind), PreviewLine(request.unit, kind))
        if kind in found:
            line.counts[found[kind]] += 1
        if found.get(kind) != recorded.get(kind):
            line.moved.append(row.number)
