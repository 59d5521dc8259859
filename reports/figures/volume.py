"""件数: received, finished, withdrawn, open; spared papers (obligation 1.1); how they were answered (obligation 7.1); who filed them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from domain.lifecycle import OPEN, State
from domain.methods import Method, Result
from reports.figures.span import Span
from reports.model import MethodShare, Rate

FILED = "verifications v WHERE v.filed_at >= :start AND v.filed_at < :cut"
ENDED = "verifications v WHERE v.ended_at >= :start AND v.ended_at < :cut"
FINISHED = "v.state IN ('delivered', 'closed')"  #: an end is final, so that today's state is that of then
#: A check of a mismatch (obligation 11.3) spares nobody a second proof; of a mismatch nothing was obtained.
FREE = "(v.state = 'delivered' AND v.follows IS NULL AND v.result IS DISTINCT FROM 'mismatch')"
BY_HAND = "closed"

#: As the partial index of open verifications says it.
IS_OPEN = "v.state NOT IN ({})".format(", ".join(f"'{state.value}'" for state in sorted(set(State) - OPEN)))


@dataclass(frozen=True)
class Volume:
    """What came and went in a span. `ended`: how many by method, 'closed' for 人工办结."""

    received: int
    finished: int
    withdrawn: int
    free: int
    ended: dict[str, int]

    @property
    def methods(self) -> tuple[MethodShare, ...]:
        """Out of all that were finished, the most frequent first."""
        order = sorted(self.ended.items(), key=lambda one: (-one[1], one[0]))
        return tuple(MethodShare(method, _name(method), Rate(count, self.finished, f"method/{method}")) for method, count in order)


def volume(session: Session, span: Span) -> Volume:
    """Of the district, or of what a unit took part in."""
    found = span.rows(
        session,
        f"""SELECT v.state, v.method, v.result, v.follows IS NOT NULL AS is_check, count(*) AS cases
            FROM {ENDED} AND {span.involved("v.ended_at")} GROUP BY 1, 2, 3, 4""",
    )
    ended: dict[str, int] = {}
    for row in found:
        if row.state != State.WITHDRAWN.value:
            method = BY_HAND if row.state == State.CLOSED.value else row.method or BY_HAND
            ended[method] = ended.get(method, 0) + row.cases
    return Volume(
        received=received(session, span),
        finished=sum(ended.values()),
        withdrawn=sum(row.cases for row in found if row.state == State.WITHDRAWN.value),
        free=sum(row.cases for row in found if _is_free(row)),
        ended=ended,
    )


def _is_free(row: Any) -> bool:
    return row.state == State.DELIVERED.value and not row.is_check and row.result != Result.MISMATCH.value


def _name(method: str) -> str:
    return "人工办结" if method == BY_HAND else Method(method).label


def still_open(session: Session, span: Span) -> int:
    """在办 at the end of the span: filed before it, not ended before it."""
    found = span.rows(
        session,
        f"""SELECT (SELECT count(*) FROM verifications v WHERE {IS_OPEN} AND v.filed_at < :cut AND {span.involved(":cut")})
                 + (SELECT count(*) FROM verifications v
                    WHERE v.ended_at >= :cut AND v.filed_at < :cut AND {span.involved(":cut")})""",
    )
    return int(found[0][0])


def filed_by_unit(session: Session, span: Span) -> dict[str, int]:
    """Requesting unit -> how many it filed."""
    return dict(map(tuple, span.rows(session, f"SELECT v.unit, count(*) FROM {FILED} GROUP BY v.unit")))


def received(session: Session, span: Span) -> int:
    """收到."""
    return int(span.rows(session, f"SELECT count(*) FROM {FILED} AND {span.involved('v.filed_at')}")[0][0])


def begins_before(session: Session, instant: datetime) -> bool:
    """Anything was filed before: else there is nothing that a first week could be compared with."""
    found = session.execute(text("SELECT EXISTS (SELECT FROM verifications WHERE filed_at < :at)"), {"at": instant})
    return bool(found.scalar())
