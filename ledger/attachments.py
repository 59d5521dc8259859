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
from ledger.cases import key_of
from ledger.moves import MoveRefused
from ledger.standings import lock
from ledger.tables.inbox import Attachment
from ledger.tables.verifications import Request, Verification
from ledger.vault import Place


class AttachmentsFull(Exception):
    """As many as one request may carry."""


@dataclass(frozen=True)
class File:
    """A checked file; all of it is personal data."""

    name: str
    media_type: str
    content: bytes

    def __repr__(self) -> str:
        return f"File({self.media_type}, {len(self.content)})"


def add(session: Session, request: Request, use: AttachmentUse, file: File, *, now: datetime, actor: str) -> Attachment:
    """Keep a file with a request; the same file again is the one that is there. Raises `AttachmentsFull`."""
    row = lock(session, request.verification)
    digest = hashlib.sha256(file.content).hexdigest()
    same = select(Attachment).where(Attachment.request == request.id, Attachment.use == use)
    known = session.scalar(same.where(Attachment.digest == digest))
    if known is not None:
        return known
    if (session.scalar(select(func.count()).select_from(same.subquery())) or 0) >= ATTACHMENTS:
        raise AttachmentsFull
    key, attachment = key_of(session, row.case), uuid4()
    kept = Attachment(
        id=attachment, verification=row.number, request=request.id, use=use, media_type=file.media_type,
        size=len(file.content), digest=digest, added_by=actor, added_at=now,
        name=key.encrypt_text(Place("attachments", "name", attachment), file.name),
        content=key.encrypt(Place("attachments", "content", attachment), file.content),
    )  # fmt: skip
    session.add(kept)
    session.flush()
    return kept


def add_supplement(session: Session, number: str, file: File, *, now: datetime, actor: str) -> Attachment:
    """A file for the supplement that is asked for. Raises `MoveRefused` where none is, `AttachmentsFull`."""
    row = lock(session, number)
    request = session.scalar(
        select(Request).where(
            Request.verification == number, Request.answered_at.is_(None), Request.withdrawn_at.is_(None)
        )
    )
    if row.state is not State.AWAITING_SUPPLEMENT or request is None:
        raise MoveRefused(f"{number}: 现状为“{row.state.chinese}”,没有待补正的内容")
    return add(session, request, AttachmentUse.SUPPLEMENT, file, now=now, actor=actor)


def visible(session: Session, unit: str, number: str) -> list[tuple[Attachment, str]]:
    """What `unit` may read of a verification, with the names in clear, oldest first.

    The requesting unit: its own supplements, and answers once delivered (reading 6). An issuing unit: everything of
    its own requests, until they leave its inbox unanswered.
    """
    row = session.get_one(Verification, number)
    key = key_of(session, row.case)
    query = (
        select(Attachment, Request)
        .join(Request, Request.id == Attachment.request)
        .where(Attachment.verification == number)
        .order_by(Attachment.added_at)
    )
    return [
        (attachment, key.decrypt_text(Place("attachments", "name", attachment.id), attachment.name))
        for attachment, request in session.execute(query).tuples()
        if _may_read(unit, row, attachment, request)
    ]


def _may_read(unit: str, row: Verification, attachment: Attachment, request: Request) -> bool:
    if unit == request.unit and request.withdrawn_at is None:
        return True
    if unit != row.unit:
        return False
    return attachment.use is AttachmentUse.SUPPLEMENT or row.state is State.DELIVERED


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
