"""核验时间 handed back (obligation 10.9, readings 4, 13): what a case's own assessment clock leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.intervals import Interval, subtract, total, union
from domain.methods import Answer
from ledger import rules
from ledger.tables.inbox import Suspension
from ledger.tables.verifications import Request, Verification


@dataclass(frozen=True)
class Excluded:
    """The union of the intervals over parallel requests, no instant counted twice. `running`: one still goes on."""

    intervals: tuple[Interval, ...]
    seconds: int
    running: bool
    rule_version: str


def excluded(session: Session, case: UUID, *, now: datetime) -> Excluded:
    """From each request of the case until its answer arrived, or until now.

    Returns and re-routes stay inside: what follows them belongs to the same asking. 无法核验 is an answer, so that the
    time until somebody decides what comes next is not. 补正 is the requesting unit's own time unless the district reads
    it otherwise.
    """
    asked = session.execute(
        select(Request, Verification.ended_at)
        .join(Verification, Verification.number == Request.verification)
        .where(Verification.case == case)
        .order_by(Request.verification, Request.received_at.desc())
    ).tuples()
    pauses = {} if rules.readings().hand_back_supplements else _supplements(session, case, now)
    spans: list[Interval] = []
    running = False
    following: Request | None = None
    for request, ended in asked:
        if request.answer is Answer.CANNOT_VERIFY:
            until = request.answered_at
        elif following is not None and following.verification == request.verification:
            until = following.received_at
        else:
            until, running = ended, running or ended is None
        span = Interval(request.received_at, max(until or now, request.received_at))
        # Each with its own pauses taken out first: another request may have run meanwhile.
        spans += subtract([span], pauses.get(request.verification, []))
        following = request
    found = union(spans)
    return Excluded(found, int(total(found).total_seconds()), running, rules.readings().version)


def _supplements(session: Session, case: UUID, now: datetime) -> dict[str, list[Interval]]:
    rows = session.execute(
        select(Suspension.verification, Suspension.asked_at, Suspension.ended_at)
        .join(Verification, Verification.number == Suspension.verification)
        .where(Verification.case == case)
    ).tuples()
    found: dict[str, list[Interval]] = {}
    for number, asked_at, ended_at in rows:
        found.setdefault(number, []).append(Interval(asked_at, max(ended_at or now, asked_at)))
    return found
