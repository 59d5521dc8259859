"""督办 as a unit's 督办员 and the 专班 office read it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ledger import paging
from ledger.cases.cases import key_of
from ledger.paging import EARLIEST, FIRST, Page, PageRequest
from ledger.succession import estate
from ledger.tables.inbox import OWED, Supervision
from ledger.tables.registry import Unit
from ledger.tables.verifications import Deadline, Verification
from ledger.vault import Place


@dataclass(frozen=True)
class SupervisionLine:
    """One 督办 with its half hour. `feedback` in clear for the unit itself and the office."""

    row: Supervision
    deadline: Deadline
    unit_name: str
    feedback: str | None

    def __repr__(self) -> str:
        return f"SupervisionLine({self.row.id})"


def lines(session: Session, unit: str | None, page: PageRequest = FIRST, *, done: bool) -> Page[SupervisionLine]:
    """The 督办 of a unit (None: of all units): what is owed, most urgent first; or, `done`, the newest that are over."""
    query = _query()
    if unit is not None:
        query = query.where(Supervision.unit.in_(estate(session, unit)))
    newest = Supervision.opened_at.desc(), Supervision.id.desc()
    most_urgent = func.coalesce(Deadline.due_at, EARLIEST), Supervision.id
    found = paging.tuples(session, query.where(~OWED if done else OWED), newest if done else most_urgent, page)
    return found.map(lambda row: _line(session, *row))


def line(session: Session, supervision: UUID) -> SupervisionLine:
    """This 督办; it exists."""
    return _line(session, *session.execute(_query().where(Supervision.id == supervision)).tuples().one())


def _query() -> Select[tuple[Supervision, Deadline, str]]:
    return (
        select(Supervision, Deadline, Unit.name)
        .join(Deadline, Deadline.id == Supervision.deadline)
        .join(Unit, Unit.code == Supervision.unit)
    )


def _line(session: Session, row: Supervision, deadline: Deadline, name: str) -> SupervisionLine:
    feedback = None
    if row.feedback is not None:
        case = session.scalars(select(Verification.case).where(Verification.number == row.verification)).one()
        feedback = key_of(session, case).decrypt_text(Place("supervisions", "feedback", row.id), row.feedback)
    return SupervisionLine(row, deadline, name, feedback)
