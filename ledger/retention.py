"""保管期限到期 (obligations 2.7, 15.4): listed by itself, confirmed by a person, erased by destroying the key; the events stay.

What ends is what makes a person readable or findable: the data key and the keyed hashes. Numbers, units, instants and
events stay, so that the figures of a week stay what they were.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import and_, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.clear_text import names_one_of
from domain.lifecycle import Event
from domain.recusal import Subject
from domain.refusal import Refusal
from domain.retention import HoldReason, Kept, RetentionStatus
from ledger import paging, recusal
from ledger.cases.cases import find
from ledger.cases.whom import names_of
from ledger.lifecycle.filing import FORGOTTEN
from ledger.lifecycle.moves import note
from ledger.outbox.alarms import clear_alarm, raise_alarm
from ledger.oversight import complaint_steps, complaints
from ledger.paging import FIRST, Page, PageRequest
from ledger.tables.batches import Batch, BatchRow
from ledger.tables.cases import Case, Party
from ledger.tables.commitments import Commitment, CreditBlock
from ledger.tables.effects import IdempotencyKey
from ledger.tables.oversight import Complaint
from ledger.tables.records import VoluntarySubmission
from ledger.tables.retention import Hold, RetentionItem
from ledger.tables.verifications import Request, Verification

ALARM = "retention_due"

#: A case is over when nothing of it runs; its time counts from the last thing that happened to it. One whose applicant is
#: barred from commitments stays as long as that does (reading 23).
_CASES = """
SELECT c.id, c.number, c.unit, greatest(
           coalesce(c.closed_at, c.registered_at) + :term, max(v.ended_at) + :term, max(s.retain_until)) AS due_at
FROM cases c LEFT JOIN verifications v ON v.case_id = c.id LEFT JOIN voluntary_submissions s ON s.case_id = c.id
WHERE c.registered_at + :term <= :now AND c.data_key <> '' AND (:subject IS NULL OR c.id = :subject)
  AND NOT EXISTS (SELECT FROM verifications o WHERE o.case_id = c.id AND o.ended_at IS NULL)
  AND NOT EXISTS (SELECT FROM parties p JOIN credit_blocks b ON b.lookup = p.lookup AND b.restored_at IS NULL WHERE p.case_id = c.id)
GROUP BY c.id HAVING greatest(
           coalesce(c.closed_at, c.registered_at) + :term, max(v.ended_at) + :term, max(s.retain_until)) <= :now
"""
_SUBMISSIONS = """
SELECT s.id, CAST(s.serial AS text) AS number, s.unit, s.retain_until AS due_at FROM voluntary_submissions s
WHERE s.case_id IS NULL AND s.stated <> '' AND s.retain_until <= :now AND (:subject IS NULL OR s.id = :subject)
"""
_COMPLAINTS = """
SELECT c.id, c.number, c.unit, max(s.at) + :term AS due_at FROM complaints c JOIN complaint_steps s ON s.complaint_id = c.id
WHERE c.standing = 'closed' AND c.data_key <> '' AND c.entered_at + :term <= :now AND (:subject IS NULL OR c.id = :subject)
GROUP BY c.id HAVING max(s.at) + :term <= :now
"""
_BATCHES = """
SELECT b.id, b.number, b.unit, b.ended_at + :term AS due_at FROM batches b
WHERE b.ended_at + :term <= :now AND b.data_key <> '' AND (:subject IS NULL OR b.id = :subject)
"""
_DUE = {Kept.CASE: _CASES, Kept.VOLUNTARY: _SUBMISSIONS, Kept.COMPLAINT: _COMPLAINTS, Kept.BATCH: _BATCHES}


class RetentionRefused(Refusal, code="retention_refused"):
    """What is named cannot be held, confirmed or lifted; the text says why, in Chinese."""


@dataclass(frozen=True)
class RetentionLine:
    """One line of the list as people read it."""

    item: RetentionItem
    standing: RetentionStatus
    holds: list[Hold]


def list_due(session: Session, term: timedelta, *, now: datetime) -> int:
    """Put on the list what is due and not on it yet; an alarm says how much waits for a person. Gives how many are new."""
    new = 0
    for kind, query in _DUE.items():
        for row in session.execute(text(query), {"term": term, "now": now, "subject": None}).all():
            written = insert(RetentionItem).values(
                id=uuid4(), kind=kind, subject=row.id, number=row.number, unit=row.unit, due_at=row.due_at, listed_at=now
            )
            new += len(session.scalars(written.on_conflict_do_nothing().returning(RetentionItem.id)).all())
    waiting = session.scalar(select(func.count()).select_from(RetentionItem).where(RetentionItem.confirmed_at.is_(None), ~_HELD))
    clear_alarm(session, ALARM, "district", now=now)
    if waiting:
        said = f"有 {waiting} 项保管期限已满,待专班办公室确认销毁:./run retention 或 GET /v1/retention。"
        raise_alarm(session, ALARM, "district", said, now=now)
    return new


def confirm(session: Session, items: Iterable[UUID], *, now: datetime, actor: str) -> int:
    """确认销毁. Raises `RetentionRefused` where one is unknown or held; then nothing was written. Gives how many are new."""
    rows = session.scalars(select(RetentionItem).where(RetentionItem.id.in_(set(items))).with_for_update()).all()
    if len(rows) != len(set(items)):
        raise RetentionRefused("清册中没有所列的某一项。")
    if held := [row.number for row in rows if holds_of(session, row.kind, row.subject)]:
        raise RetentionRefused(f"暂停销毁期间不能确认:{'、'.join(held)}。")
    fresh = [row for row in rows if row.confirmed_at is None]
    for row in fresh:
        recusal.check(session, Subject.RETENTION, row.id, _concerned(session, row.kind, row.subject), actor=actor)
    for row in fresh:
        row.confirmed_at, row.confirmed_by = now, actor
    return len(fresh)


def confirmed(session: Session) -> list[UUID]:
    """What may be erased now."""
    query = select(RetentionItem.id).where(RetentionItem.confirmed_at.is_not(None), RetentionItem.erased_at.is_(None), ~_HELD)
    return list(session.scalars(query.order_by(RetentionItem.due_at)))


def erase(session: Session, item: UUID, term: timedelta, *, now: datetime, actor: str) -> bool:
    """销毁 what was confirmed and still is due. False where a hold came, or something happened to it since: then it is
    on the list again, unconfirmed. Doing it twice changes nothing."""
    row = session.get(RetentionItem, item, with_for_update=True)
    if row is None or row.confirmed_at is None or row.erased_at is not None:
        return False
    _lock(session, row)  # first: whoever files for it, or holds it, waits or is seen
    if holds_of(session, row.kind, row.subject):
        return False
    if session.execute(text(_DUE[row.kind]), {"term": term, "now": now, "subject": row.subject}).first() is None:
        row.confirmed_at = row.confirmed_by = None
        return False
    if row.kind is Kept.CASE:
        _erase_case(session, row.subject, now=now, actor=actor)
    elif row.kind is Kept.VOLUNTARY:
        session.get_one(VoluntarySubmission, row.subject).stated = b""
    elif row.kind is Kept.BATCH:
        batch = session.get_one(Batch, row.subject)
        batch.data_key, batch.body_digest = b"", FORGOTTEN
    else:
        complaint = session.get_one(Complaint, row.subject)
        complaint.data_key, complaint.text_hash, complaint.contact_hash = b"", None, None
    row.erased_at = now
    return True


def _lock(session: Session, row: RetentionItem) -> None:
    table = {Kept.CASE: Case, Kept.VOLUNTARY: VoluntarySubmission, Kept.COMPLAINT: Complaint, Kept.BATCH: Batch}[row.kind]
    session.get(table, row.subject, with_for_update=True)


def _erase_case(session: Session, case_id: UUID, *, now: datetime, actor: str) -> None:
    case = session.get_one(Case, case_id)
    case.data_key = b""
    if case.closed_at is None:
        case.closed_at, case.closed_by = now, actor
    for party in session.scalars(select(Party).where(Party.case == case_id)):
        party.lookup = f"erased:{party.id}"
    numbers = list(session.scalars(select(Verification.number).where(Verification.case == case_id)))
    committed = select(Commitment.id).where(Commitment.verification.in_(numbers))
    session.execute(update(CreditBlock).where(CreditBlock.commitment.in_(committed)).values(lookup="erased"))
    session.execute(update(Commitment).where(Commitment.verification.in_(numbers)).values(lookup="erased"))
    # The digest of what was sent is keyed like the rest, and says yes to whoever guesses the person rightly.
    session.execute(update(IdempotencyKey).where(IdempotencyKey.verification.in_(numbers)).values(body_digest=FORGOTTEN))
    # What was sent of it in a batch is kept under the batch's key.
    session.execute(update(BatchRow).where(BatchRow.verification.in_(numbers)).values(sent=b""))
    for number in numbers:
        note(session, number, Event.ERASED, at=now, actor=actor, detail={})


def hold_case(session: Session, unit: str, number: str, reason: HoldReason, document: str, *, now: datetime, actor: str) -> Hold:
    """暂停销毁 of a case. Raises `RetentionRefused`."""
    case = find(session, unit, number, for_update=True)
    if case is None:
        raise RetentionRefused("该单位没有登记过这个编号的办件。")
    if not case.data_key:
        raise RetentionRefused("该办件已按期销毁。")
    if names_one_of(document, names_of(session, case)):
        raise RetentionRefused("依据的文件以明文保存,不得写当事人的姓名或号码。")
    return _hold(session, Kept.CASE, case.id, case.number, reason, document, now=now, actor=actor)


def hold_complaint(session: Session, number: str, reason: HoldReason, document: str, *, now: datetime, actor: str) -> Hold:
    """暂停销毁 of a complaint. Raises `RetentionRefused`."""
    row = session.scalar(select(Complaint).where(Complaint.number == number).with_for_update())
    if row is None or not row.data_key:
        raise RetentionRefused("没有这个编号的投诉,或已按期销毁。")
    if names_one_of(document, complaints.written(row).reporter):
        raise RetentionRefused("依据的文件以明文保存,不得写反映人的姓名或联系方式。")
    return _hold(session, Kept.COMPLAINT, row.id, row.number, reason, document, now=now, actor=actor)


def _hold(
    session: Session, kind: Kept, subject: UUID, number: str, reason: HoldReason, document: str, *, now: datetime, actor: str
) -> Hold:
    for known in holds_of(session, kind, subject):
        if (known.reason, known.document) == (reason, document):
            return known
    row = Hold(id=uuid4(), kind=kind, subject=subject, number=number, reason=reason, document=document, since=now, set_by=actor)
    session.add(row)
    session.flush()
    return row


def lift(session: Session, hold: UUID, *, now: datetime, actor: str) -> Hold:
    """解除. What was confirmed before is to be confirmed again. Raises `RetentionRefused`."""
    row = session.get(Hold, hold, with_for_update=True)
    if row is None or row.lifted_at is not None:
        raise RetentionRefused("没有这项暂停,或已经解除。")
    recusal.check(session, Subject.HOLD, hold, _concerned(session, row.kind, row.subject), actor=actor)
    row.lifted_at, row.lifted_by = now, actor
    session.execute(
        update(RetentionItem)
        .where(RetentionItem.kind == row.kind, RetentionItem.subject == row.subject, RetentionItem.erased_at.is_(None))
        .values(confirmed_at=None, confirmed_by=None)
    )
    return row


def _concerned(session: Session, kind: Kept, subject: UUID) -> list[str]:
    """Whose conduct ends to be readable: of a case who kept it and who was asked."""
    if kind is Kept.COMPLAINT:
        return list(complaint_steps.concerned(session, session.get_one(Complaint, subject)))
    if kind is Kept.VOLUNTARY:
        return [session.get_one(VoluntarySubmission, subject).unit]
    if kind is Kept.BATCH:
        return [session.get_one(Batch, subject).unit]
    asked = select(Request.unit).join(Verification, Verification.number == Request.verification).where(Verification.case == subject)
    return [session.get_one(Case, subject).unit, *session.scalars(asked.distinct())]


def holds_of(session: Session, kind: Kept, subject: UUID) -> list[Hold]:
    """The holds that stand."""
    return list(session.scalars(select(Hold).where(Hold.kind == kind, Hold.subject == subject, Hold.lifted_at.is_(None))))


def lines(session: Session, page: PageRequest = FIRST, standing: RetentionStatus | None = None) -> Page[RetentionLine]:
    """到期清册, the longest due first."""
    query = select(RetentionItem)
    if standing is not None:
        query = query.where(_IS[standing])
    rows = paging.scalars(session, query, (RetentionItem.due_at, RetentionItem.id), page)
    return rows.map(lambda row: RetentionLine(row, _standing(row, held := holds_of(session, row.kind, row.subject)), held))


def standing_holds(session: Session, page: PageRequest = FIRST) -> Page[Hold]:
    """All holds that stand, oldest first."""
    return paging.scalars(session, select(Hold).where(Hold.lifted_at.is_(None)), (Hold.since, Hold.id), page)


def _standing(row: RetentionItem, held: list[Hold]) -> RetentionStatus:
    if row.erased_at is not None:
        return RetentionStatus.ERASED
    if held:
        return RetentionStatus.HELD
    return RetentionStatus.CONFIRMED if row.confirmed_at is not None else RetentionStatus.LISTED


_HELD = exists().where(Hold.kind == RetentionItem.kind, Hold.subject == RetentionItem.subject, Hold.lifted_at.is_(None))
_OPEN = RetentionItem.erased_at.is_(None)
_IS = {
    RetentionStatus.LISTED: and_(_OPEN, ~_HELD, RetentionItem.confirmed_at.is_(None)),
    RetentionStatus.HELD: and_(_OPEN, _HELD),
    RetentionStatus.CONFIRMED: and_(_OPEN, ~_HELD, RetentionItem.confirmed_at.is_not(None)),
    RetentionStatus.ERASED: ~_OPEN,
}
