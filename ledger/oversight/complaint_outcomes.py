"""投诉办理结果 (obligations 15.6, 18.1): what came of the complaints that a system handed over, for that system."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.complaints import ComplaintAbout, ComplaintOutcome, ComplaintStep
from ledger.oversight.complaint_steps import CLOSING, ComplaintHidden, concerned
from ledger.oversight.complaints import key_of
from ledger.succession import heir
from ledger.tables.oversight import Complaint, ComplaintStepRow
from ledger.tables.registry import Matter, ProofKind, Unit
from ledger.vault import Place

MOST = 2_000  #: complaints at a time


@dataclass(frozen=True)
class Outcome:
    """A complaint that is closed: the system's own number, and what it may be told. Nothing of who reported, nor what was
    written: the system has both. `serial`: where it stands among all that were closed."""

    serial: int
    channel_number: str
    received_at: datetime
    about: ComplaintAbout
    unit: tuple[str, str] | None  #: 被反映单位: code, name
    handler: tuple[str, str] | None  #: 承办单位: whoever was asked, else the one complained of
    matter: tuple[str, str] | None
    proof: tuple[str, str] | None
    rating: int | None
    outcome: ComplaintOutcome
    answer: str  #: empty once the complaint was erased
    finished_at: datetime

    def __repr__(self) -> str:
        return f"Outcome({self.serial})"


def finished(session: Session, layout: str, *, after: int = 0, since: datetime | None = None, reader: str) -> tuple[list[Outcome], bool]:
    """What was closed of the complaints that came in this layout, later than the place `after` and not before `since`, in the order
    of closing, and whether there is more. `reader`: the unit of who reads; empty: none.

    Raises `ComplaintHidden` where one of them is about that unit (obligation 18.2).
    """
    session.execute(select(func.pg_advisory_xact_lock(CLOSING)))  # none that is being closed is overtaken by one that comes after
    query = (
        select(ComplaintStepRow, Complaint)
        .join(Complaint, Complaint.id == ComplaintStepRow.complaint)
        .where(ComplaintStepRow.step == ComplaintStep.CLOSE, Complaint.layout == layout, ComplaintStepRow.serial > after)
    )
    if since is not None:
        query = query.where(ComplaintStepRow.at >= since)
    found = session.execute(query.order_by(ComplaintStepRow.serial).limit(MOST + 1)).tuples().all()
    rows, more = found[:MOST], len(found) > MOST
    if hidden := sum(heir(session, reader) in concerned(session, row) for _, row in rows) if reader else 0:
        raise ComplaintHidden(f"其中 {hidden} 件反映的是本单位,不能由您导出。")
    return [_outcome(session, step, row) for step, row in rows], more


def _outcome(session: Session, step: ComplaintStepRow, row: Complaint) -> Outcome:
    assert row.channel_number is not None
    return Outcome(
        serial=step.serial,
        channel_number=row.channel_number,
        received_at=row.received_at,
        about=row.about,
        unit=_named(session, Unit, row.unit),
        handler=_named(session, Unit, row.handler or row.unit),
        matter=_named(session, Matter, row.matter),
        proof=_named(session, ProofKind, row.proof),
        rating=row.rating,
        outcome=ComplaintOutcome(step.record["outcome"]),
        answer=key_of(row).decrypt_text(Place("complaint_steps", "text", step.id), step.text) if step.text and row.data_key else "",
        finished_at=step.at,
    )


def _named(session: Session, table: type[Unit] | type[Matter] | type[ProofKind], code: str | None) -> tuple[str, str] | None:
    if not code:
        return None
    name = session.scalar(select(table.name).where(table.code == code))
    return code, name or ""
