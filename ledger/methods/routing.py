"""核验方式的次序 (obligation 7.1): the one place where a method is entered, from filing, after a look-up, an answer, a refusal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from domain.lifecycle import Event, State
from domain.methods import Method, next_method
from domain.scope import CatalogEntry
from ledger.lifecycle.moves import Lease, move
from ledger.methods import commitments
from ledger.tables.verifications import Verification


def following(session: Session, row: Verification, entry: CatalogEntry, after: Method | None) -> tuple[Method | None, str]:
    """The method after `after` that this person may take, and a code for one that was left out; None: all are spent.

    A check of a mismatch goes to the issuing unit at once (obligation 11.3).
    """
    if row.follows is not None:
        return (Method.ISSUER if after is None else None), ""
    method, skipped = next_method(entry.methods, after), ""
    while method is Method.COMMITMENT and (why := commitments.bar(session, row, entry)):
        method, skipped = next_method(entry.methods, method), why
    return method, skipped


def enter(
    session: Session,
    row: Verification,
    method: Method,
    event: Event,
    origin: State,
    *,
    at: datetime,
    actor: str,
    detail: dict[str, Any],
    lease: Lease | None = None,
    **columns: Any,
) -> None:
    """Move to where `method` begins. A commitment is offered in the same transaction."""
    values = {"next_instant": at, "method": method} | columns
    if method is Method.COMMITMENT:
        values["next_instant"] = commitments.limit(at)
    move(session, row.number, event, origin, method.first_state, at=at, actor=actor, lease=lease, detail=detail, **values)
    if method is Method.COMMITMENT:
        commitments.offer(session, row.number, now=at, actor=actor, lease=lease)
