"""附件 on the record: a file with an answer or a supplement, encrypted; who may read it follows the verification."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.inbox import ATTACHMENTS, AttachmentUse
from domain.lifecycle import State
from domain.refusal import Refusal
from ledger.cases.cases import key_of
from ledger.casework import mismatches
from ledger.inbox import requests
from ledger.lifecycle.moves import MoveRefused
from ledger.lifecycle.snapshots import lock
from ledger.succession import estate
from ledger.tables.inbox import Attachment
from ledger.tables.verifications import Request, Verification
from ledger.vault import Place


class AttachmentsFull(Refusal, code="attachments_full"):
    """As many as one request may carry."""


@dataclass(frozen=True)
class File:
    """A checked file; all of it is personal data."""

    name: str
    media_type: str
    content: bytes

    def __repr__(self) -> str:
        return f"File({self.media_type}, {len(self.content)})"


def add(session: Session, number: str, request: UUID | None, use: AttachmentUse, file: File, *, now: datetime, actor: str) -> Attachment:
    """Keep a file with a request, or with a check that is on its way to one; the same file again is the one that is
    there. Raises `AttachmentsFull`."""
    row = lock(session, number)
    digest = hashlib.sha256(file.content).hexdigest()
    same = select(Attachment).where(
        Attachment.verification == number, Attachment.request.is_not_distinct_from(request), Attachment.use == use
    )
    known = session.scalar(same.where(Attachment.digest == digest))
    if known is not None:
        return known
    if (session.scalar(select(func.count()).select_from(same.subquery())) or 0) >= ATTACHMENTS:
        raise AttachmentsFull
    key, attachment = key_of(session, row.case), uuid4()
    kept = Attachment(
        id=attachment,
        verification=number,
        request=request,
        use=use,
        media_type=file.media_type,
        size=len(file.content),
        digest=digest,
        added_by=actor,
        added_at=now,
        name=key.encrypt_text(Place("attachments", "name", attachment), file.name),
        content=key.encrypt(Place("attachments", "content", attachment), file.content),
    )
    session.add(kept)
    session.flush()
    return kept


def add_supplement(session: Session, number: str, file: File, *, now: datetime, actor: str) -> Attachment:
    """A file for the supplement that is asked for. Raises `MoveRefused` where none is, `AttachmentsFull`."""
    row = lock(session, number)
    request = requests.open_request(session, number)
    if row.state is not State.AWAITING_SUPPLEMENT or request is None:
        raise MoveRefused(f"{number}: 现状为“{row.state.label}”,没有待补正的内容")
    return add(session, number, request.id, AttachmentUse.SUPPLEMENT, file, now=now, actor=actor)


def add_to_mismatch(session: Session, number: str, file: File, *, now: datetime, actor: str) -> Attachment:
    """A file that the applicant adds where what was obtained differs (obligation 11.3): it goes with the check, to whoever checks.

    Raises `mismatches.NothingOpen`, `AttachmentsFull`.
    """
    check = mismatches.open_check(session, number)
    return add(session, check, None, AttachmentUse.MISMATCH, file, now=now, actor=actor)


def visible(session: Session, unit: str, number: str, request: UUID | None = None) -> list[tuple[Attachment, str]]:
    """What `unit` may read of a verification, with the names in clear, oldest first; with `request`, what goes with it.

    The requesting unit: what it added itself, and answers once delivered (reading 6). An issuing unit: what goes with
    its open request; once that is answered, its own answer's files alone, as its inbox masks the person (obligation 15.4).
    """
    row = session.get_one(Verification, number)
    own = list(session.scalars(select(Request).where(Request.verification == number, Request.unit.in_(estate(session, unit)))))
    found = session.scalars(select(Attachment).where(Attachment.verification == number).order_by(Attachment.added_at))
    wanted = {None, request}  #: what goes with a check goes with each of its requests
    readable = [one for one in found if (request is None or one.request in wanted) and _may_read(estate(session, unit), row, one, own)]
    if not readable:
        return []
    key = key_of(session, row.case)
    return [(one, key.decrypt_text(Place("attachments", "name", one.id), one.name)) for one in readable]


def _may_read(units: frozenset[str], row: Verification, one: Attachment, own: list[Request]) -> bool:
    """`own`: the unit's own requests of this verification."""
    for request in own:
        if one.request not in (None, request.id) or request.withdrawn_at is not None:
            continue
        if request.answered_at is None or one.use is AttachmentUse.REPLY:
            return True
    if row.unit not in units:
        return False
    return one.use is not AttachmentUse.REPLY or row.state is State.DELIVERED


def open_one(session: Session, unit: str, attachment: UUID) -> tuple[Attachment, File] | None:
    """The file in clear, or None where `unit` may not read it."""
    row = session.get(Attachment, attachment)
    if row is None:
        return None
    for found, name in visible(session, unit, row.verification):
        if found.id == attachment:
            case = session.get_one(Verification, row.verification).case
            content = key_of(session, case).decrypt(Place("attachments", "content", row.id), row.content)
            return found, File(name, found.media_type, content)
    return None
