"""线索的办理 (obligation 16.0): dismissed, notified, answered, decided; each step one row with its person, its time, its document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from domain.clear_text import names_one_of
from domain.instants import is_past
from domain.lead_path import LEAD_STEPS, NEEDS, REMEDIED, LeadStatus, LeadStep
from domain.limits import aware
from domain.recusal import Subject
from domain.refusal import Refusal
from ledger import recusal
from ledger.calendars import terms
from ledger.calendars.stand_ins import for_whom
from ledger.cases.whom import names_behind
from ledger.succession import estate
from ledger.tables.oversight import Lead, LeadStepRow
from ledger.vault import Place, vault


class LeadUnknown(Refusal, code="lead_unknown"):
    """There is no such lead, or this unit was not notified of it."""


class LeadRefused(Refusal, code="lead_refused"):
    """The step cannot be taken now, or lacks what it needs; the text is Chinese. Nothing was written."""


#: What a step needs beside its words: the exemption (obligations 17.1, 17.2, 17.3, 17.4, 17.5, 17.6), the amount (obligation 16.11).
_NAMES = {
    "document": "文书(document)",
    "exemption": "免责情形(exemption)",
    "amount": "金额(amount)",
    "known_at": "发现的时间(known_at)",
    "remedied_at": "补救的时间(remedied_at)",
    "verification": "所依据的核验编号(verification)",
}


def take(
    session: Session,
    number: str,
    step: LeadStep,
    *,
    person: str,
    unit: str,
    now: datetime,
    text: str = "",
    record: Mapping[str, Any] | None = None,
    days: int | None = None,
) -> Lead:
    """One step. `days`: the term of a 整改通知 in working days. Raises `LeadRefused`; `LeadUnknown`
    also for an answer where it is not this unit's to give.

    移送 without an answer is for who did not answer within the term; while the term is 未定, nobody refused anything.
    """
    row = _locked(session, number)
    if step is LeadStep.ANSWER and (row.unit not in estate(session, unit) or row.notified_at is None):
        raise LeadUnknown
    if step is not LeadStep.ANSWER:
        recusal.check(session, Subject.LEAD, number, [row.unit], actor=person)
    target = LEAD_STEPS.get((row.standing, step))
    if target is None:
        raise LeadRefused(f"这条线索{row.standing.label},不能“{step.label}”。")
    given = {name: value for name, value in (record or {}).items() if value is not None}
    needed = NEEDS.get(step, ()) + REMEDIED.get(str(given.get("exemption")), ())
    if missing := [_NAMES[name] for name in needed if not given.get(name)]:
        raise LeadRefused(f"“{step.label}”须写明{'、'.join(missing)}。")
    if names_one_of(str(given.get("document", "")), names_behind(session, row.numbers)):
        raise LeadRefused("文书名称以明文保存,不得写当事人的姓名或号码;请写在说明中。")
    if step is LeadStep.TRANSFER and row.standing is LeadStatus.NOTIFIED and (row.due_at is None or not is_past(row.due_at, now)):
        raise LeadRefused("整改期限未到(或未定)而单位尚未答复,不能移送。")
    if step is LeadStep.NOTIFY:
        assert days is not None
        row.notified_at, row.term_days = now, days
        row.due_at, row.missing_year = terms.due(session, now, days, now=now)
        given["days"] = days
    if step is LeadStep.ANSWER:
        given |= for_whom(session, unit, person, now=now)
    row.standing = target
    add_step(session, row, step, person=person, unit=unit, now=now, text=text, record=given)
    session.flush()
    return row


def add_step(
    session: Session,
    row: Lead,
    step: LeadStep,
    *,
    person: str,
    unit: str | None,
    now: datetime,
    text: str = "",
    record: Mapping[str, Any] | None = None,
) -> None:
    """Put a step on the record, at the next flush; what somebody wrote freely may name people, and is encrypted."""
    step_id = uuid4()
    sealed = vault().encrypt(Place("lead_steps", "text", step_id), text.encode()) if text else None
    session.add(
        LeadStepRow(id=step_id, lead=row.id, step=step, at=aware(now), person=person, unit=unit, record=dict(record or {}), text=sealed)
    )


def text_of(step: LeadStepRow) -> str | None:
    """What was written with a step, in clear."""
    return vault().decrypt(Place("lead_steps", "text", step.id), step.text).decode() if step.text else None


def find(session: Session, number: str, unit: str | None = None) -> Lead:
    """A lead; of a unit only where it was notified. Raises `LeadUnknown`."""
    row = session.scalar(select(Lead).where(Lead.number == number))
    if row is None or (unit is not None and (row.unit not in estate(session, unit) or row.notified_at is None)):
        raise LeadUnknown
    return row


def determine(session: Session, year: int, *, now: datetime) -> None:
    """The calendar of a year came or changed: the terms that waited for it, and those that run."""
    running = or_(Lead.missing_year == year, Lead.standing == LeadStatus.NOTIFIED)
    for row in session.scalars(select(Lead).where(running).with_for_update()):
        assert row.notified_at is not None and row.term_days is not None
        row.due_at, row.missing_year = terms.due(session, row.notified_at, row.term_days, now=now)
    session.flush()


def _locked(session: Session, number: str) -> Lead:
    query = select(Lead).where(Lead.number == number).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise LeadUnknown
    return row
