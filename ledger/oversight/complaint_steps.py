"""投诉办理 (obligation 15.6): passed to the unit that is to answer, answered, closed; the unit named never sees who reported
(obligation 18.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.complaints import COMPLAINT_STEPS, ComplaintOutcome, ComplaintStatus, ComplaintStep
from domain.recusal import Subject
from domain.refusal import Refusal
from ledger import recusal
from ledger.calendars.stand_ins import for_whom
from ledger.oversight import complaint_assessment
from ledger.oversight.complaint_assessment import Assessment
from ledger.oversight.complaints import (
    SOURCE_HANDLER,
    ComplaintRefused,
    ComplaintUnknown,
    ReceivedComplaint,
    add_step,
    key_of,
    refuse_naming,
    was_passed,
    written,
)
from ledger.succession import estate, heir
from ledger.tables.oversight import Complaint, ComplaintStepRow
from ledger.tables.registry import Matter, Unit
from ledger.vault import Place

CLOSING = 18_019  #: the lock that whoever closes shares: who reads what was closed waits for it


class ComplaintHidden(Refusal, code="complaint_hidden"):
    """Who is of the unit named does not read what was written (obligation 18.2)."""


@dataclass(frozen=True)
class StepView:
    """One step as it may be read; `text` None where there is none, or where it may not be read."""

    step: ComplaintStep
    at: datetime
    person: str
    unit: str
    record: dict[str, Any]
    text: str | None


def assess(session: Session, number: str, found: Assessment, *, person: str, unit: str, now: datetime) -> Complaint:
    """认定反映事由 by the office, wherever the complaint stands (obligations 16.2, 16.5, 16.6, 16.8, 16.9)."""
    return _decided(session, number, found, person=person, unit=unit, now=now)


def pass_on(
    session: Session, number: str, to: str, asked: str, found: Assessment | None = None, *, person: str, unit: str, now: datetime
) -> Complaint:
    """转办: `asked` is what the unit reads; it is kept in clear and holds nothing by which the reporter could be known. Who handles
    it need not be who is complained of, and does not become so."""
    row = _decided(session, number, found, person=person, unit=unit, now=now)
    target = _next(row, ComplaintStep.PASS)
    refuse_naming(written(row), asked)
    handler = session.get(Unit, to)
    if handler is None or not handler.active:
        raise ComplaintRefused("没有可用的单位,请核对单位编码。")
    row.handler, row.standing, row.done_at = to, target, None
    add_step(session, row, ComplaintStep.PASS, person=person, unit=unit, now=now, to=to, asked=asked)
    return row


def answer(session: Session, number: str, text: str, *, person: str, unit: str, now: datetime) -> Complaint:
    """The unit's own answer. Raises `ComplaintUnknown` where it was not passed to this unit."""
    row = _locked(session, number)
    if not was_passed(session, row, unit):
        raise ComplaintUnknown
    row.standing = _next(row, ComplaintStep.ANSWER)
    row.done_at = now
    acting = for_whom(session, unit, person, now=now)
    add_step(session, row, ComplaintStep.ANSWER, person=person, unit=unit, now=now, text=text, **acting)
    return row


def close(
    session: Session,
    number: str,
    outcome: ComplaintOutcome,
    text: str,
    found: Assessment | None = None,
    *,
    person: str,
    unit: str,
    now: datetime,
) -> Complaint:
    """办结 by the office, with its outcome."""
    row = _decided(session, number, found, person=person, unit=unit, now=now)
    row.standing = _next(row, ComplaintStep.CLOSE)
    row.done_at = row.done_at or now
    session.execute(select(func.pg_advisory_xact_lock_shared(CLOSING)))
    add_step(session, row, ComplaintStep.CLOSE, person=person, unit=unit, now=now, text=text, outcome=outcome.value)
    return row


def read(session: Session, number: str, *, person: str, unit: str, now: datetime) -> ReceivedComplaint:
    """What the reporter wrote, for whoever handles it; the reading is put on the record (obligation 15.4).

    Never for people of the unit named, whatever their office (obligation 18.2): then `ComplaintHidden`.
    """
    row = find(session, number)
    if heir(session, unit) in concerned(session, row):
        raise ComplaintHidden
    add_step(session, row, ComplaintStep.READ, person=person, unit=unit, now=now)
    return written(row)


def concerned(session: Session, row: Complaint) -> frozenset[str]:
    """Whom it is about: the unit named at first, or whose matter it is or was where none was, whoever was ever found to be meant, and
    whoever it was or is to be passed to or was asked by its channel. That it went on, that another was found, or that the unit was
    merged, does not end it."""
    to = ComplaintStepRow.record["to"].astext
    told = select(ComplaintStepRow.step, to).where(ComplaintStepRow.complaint == row.id, to.is_not(None))
    passed = {unit: step for step, unit in session.execute(told.order_by(ComplaintStepRow.serial.desc())).tuples()}
    named_first = ComplaintStep.RECEIVE in passed.values()
    before = ComplaintStepRow.record["before"]
    assessed = select(before["unit"].astext, before["matter"].astext).where(
        ComplaintStepRow.complaint == row.id, ComplaintStepRow.step == ComplaintStep.ASSESS
    )
    meant = [(row.unit, row.matter), *session.execute(assessed).tuples()]
    whose = select(Matter.unit).where(Matter.code.in_([matter for _, matter in meant if matter and not named_first]))
    source = session.scalar(select(SOURCE_HANDLER).where(Complaint.id == row.id))
    units = (*(unit for unit, _ in meant), *session.scalars(whose), *passed, row.handler, source)
    return frozenset(heir(session, unit) for unit in units if unit)


def find(session: Session, number: str) -> Complaint:
    """Raises `ComplaintUnknown`."""
    row = session.scalar(select(Complaint).where(Complaint.number == number))
    if row is None:
        raise ComplaintUnknown
    return row


def steps(session: Session, row: Complaint, *, as_unit: str | None) -> list[StepView]:
    """What was done, oldest first. `as_unit`: what this unit may read: what it, or one that was merged into it, was asked and answered."""
    ours = estate(session, as_unit) if as_unit is not None else frozenset()
    found = session.scalars(select(ComplaintStepRow).where(ComplaintStepRow.complaint == row.id).order_by(ComplaintStepRow.serial))
    views = []
    for one in found:
        own = one.unit in ours or one.record.get("to") in ours
        if as_unit is not None and not (own and one.step in (ComplaintStep.PASS, ComplaintStep.ANSWER)):
            continue
        text = key_of(row).decrypt_text(Place("complaint_steps", "text", one.id), one.text) if one.text else None
        views.append(StepView(one.step, one.at, one.person, one.unit, one.record, text))
    return views


def outcome(session: Session, row: Complaint) -> ComplaintOutcome | None:
    """办理结果; None: it is not closed."""
    closed = select(ComplaintStepRow.record["outcome"].astext).where(ComplaintStepRow.complaint == row.id)
    found = session.scalar(closed.where(ComplaintStepRow.step == ComplaintStep.CLOSE))
    return ComplaintOutcome(found) if found else None


def _decided(session: Session, number: str, found: Assessment | None, *, person: str, unit: str, now: datetime) -> Complaint:
    """The complaint, held, with what was found of it; not by somebody whom it is about, then either."""
    row = _locked(session, number)
    recusal.check(session, Subject.COMPLAINT, number, concerned(session, row), actor=person)
    if found is not None:
        complaint_assessment.apply(session, row, found, person=person, unit=unit, now=now)
        recusal.check(session, Subject.COMPLAINT, number, concerned(session, row), actor=person)
    return row


def _next(row: Complaint, step: ComplaintStep) -> ComplaintStatus:
    target = COMPLAINT_STEPS.get((row.standing, step))
    if target is None:
        raise ComplaintRefused(f"这件投诉{row.standing.label},不能“{step.label}”。")
    return target


def _locked(session: Session, number: str) -> Complaint:
    query = select(Complaint).where(Complaint.number == number).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise ComplaintUnknown
    return row
