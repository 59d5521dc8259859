"""列的所指 (obligation 5.1): what the sender of a list says of a column, once for all of its lists: an answer to a question of
`ledger.catalog.questions` that nobody need have asked. Each change of it is in the trace, with who and when."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.list_rows import Candidate, Topic
from domain.spelling import words
from ledger.catalog.questions import AnswerRefused
from ledger.tables.catalog import CatalogQuestion

_WHY = "由报送人说明"


def say(session: Session, sender: str | None, subject: str, meant: Candidate | None, *, now: datetime, actor: str) -> CatalogQuestion:
    """A column of this sender's lists is that field (None: it is not used), from now on. A later word takes the earlier's place."""
    new = insert(CatalogQuestion).values(
        id=uuid4(),
        topic=Topic.COLUMN.value,
        subject_key=words(subject),
        sender=sender or "",
        subject=subject,
        why=_WHY,
        candidates=(),
        places=[],
        count=0,
        units=[sender] if sender else [],
        asked_at=now,
        open=False,
    )
    session.execute(new.on_conflict_do_nothing(index_elements=["topic", "subject_key", "sender"]))
    row = _find(session, sender, subject)
    assert row is not None
    _is_the_senders(row)
    row.answer, row.answered_at, row.answered_by, row.open = meant.code if meant else "", now, actor, False
    session.flush()
    return row


def take_back(session: Session, sender: str | None, subject: str) -> bool:
    """What was said of it holds no more; False where nothing was."""
    row = _find(session, sender, subject)
    if row is None or row.answer is None:
        return False
    _is_the_senders(row)
    row.answer = row.answered_at = row.answered_by = None
    session.flush()
    return True


def said(session: Session, sender: str | None) -> list[CatalogQuestion]:
    """What was said of columns in the lists of this sender, and what holds for all."""
    row = CatalogQuestion
    query = select(row).where(row.topic == Topic.COLUMN, row.answer.is_not(None), (row.sender == (sender or "")) | row.for_all.is_(True))
    return list(session.scalars(query.order_by(row.subject_key, row.sender)))


def _is_the_senders(row: CatalogQuestion) -> None:
    """What holds for everybody is the office's to change: a sender's word would reach all the others. Raises AnswerRefused."""
    if row.for_all:
        raise AnswerRefused("这一列已由工作专班办公室确认,对全部单位的清单有效;需要更正的,请专班办公室在“清单问题”中更正。")


def _find(session: Session, sender: str | None, subject: str) -> CatalogQuestion | None:
    row = CatalogQuestion
    query = select(row).where(row.topic == Topic.COLUMN, row.subject_key == words(subject), row.sender == (sender or ""))
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))
