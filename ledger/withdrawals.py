"""回避登记: who withdraws by one's own word, where no rule says so (ledger.recusal asks before each decision)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.limits import aware
from domain.recusal import BY_HERSELF, Subject
from domain.refusal import Refusal
from ledger import paging
from ledger.paging import FIRST, Page, PageRequest
from ledger.tables.admission import LookupBlock
from ledger.tables.catalog import CatalogQuestion, Proposal
from ledger.tables.commitments import CreditBlock
from ledger.tables.oversight import Complaint, Lead
from ledger.tables.recusals import Recusal
from ledger.tables.registry import Unit
from ledger.tables.retention import Hold, RetentionItem
from ledger.tables.verifications import Request, Verification
from ledger.vault import Place, vault


class RecusalRefused(Refusal, code="recusal_refused"):
    """There is nothing to withdraw from; the text is Chinese."""


def withdraw(session: Session, subject: Subject, key: str, why: str, *, person: str, unit: str, now: datetime) -> Recusal:
    """回避登记 by her own word; the same again gives what stands. Raises `RecusalRefused`."""
    if subject not in BY_HERSELF:
        raise RecusalRefused(f"{subject.label}按规则自动回避,无需登记。")
    if (written := _key(session, subject, key)) is None:
        raise RecusalRefused(f"没有这项{subject.label}。")
    key = written
    known = select(Recusal).where(Recusal.person == person, Recusal.subject == subject, Recusal.key == key)
    if (row := session.scalar(known)) is not None:
        return row
    new = uuid4()
    sealed = vault().encrypt(Place("recusals", "why", new), why.encode())
    row = Recusal(id=new, at=aware(now), person=person, unit=unit, subject=subject, key=key, why=sealed)
    session.add(row)
    session.flush()
    return row


def listed(session: Session, page: PageRequest = FIRST, *, subject: Subject | None = None) -> Page[Recusal]:
    """The newest first."""
    query = select(Recusal)
    if subject is not None:
        query = query.where(Recusal.subject == subject)
    return paging.scalars(session, query, (Recusal.at.desc(), Recusal.id.desc()), page)


def why_of(row: Recusal) -> str:
    """What she wrote, in clear."""
    return vault().decrypt(Place("recusals", "why", row.id), row.why).decode()


#: Subject -> its table's column by which people call it.
_KEYS: Mapping[Subject, Any] = {
    Subject.COMPLAINT: Complaint.number,
    Subject.LEAD: Lead.number,
    Subject.EXCUSE: Request.id,
    Subject.PROPOSAL: Proposal.id,
    Subject.QUESTION: CatalogQuestion.id,
    Subject.RETENTION: RetentionItem.id,
    Subject.HOLD: Hold.id,
    Subject.CREDIT: CreditBlock.id,
    Subject.VERIFICATION: Verification.number,
    Subject.INSPECTION: Unit.code,
    Subject.LOOKUP_BLOCK: LookupBlock.id,
}


def _key(session: Session, subject: Subject, key: str) -> str | None:
    """The key as the ledger writes it, however somebody did (7 is 007): that is what is compared; None: there is no such thing."""
    column = _KEYS[subject]
    read: Callable[[str], Any] = column.type.python_type  # UUID, int, str
    try:
        found = session.scalar(select(column).where(column == read(key)))
    except ValueError:
        return None
    return None if found is None else str(found)
