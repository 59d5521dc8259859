"""告警: what operators must know, one record each, mailed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.alarms import TITLES
from ledger.tables.effects import Alarm


def raise_alarm(session: Session, kind: str, subject: str, message: str, *, now: datetime) -> None:
    """Put an alarm on the record; while it stands, raising it again changes nothing."""
    raise_alarms(session, kind, {subject: (message, now)})


def raise_alarms(session: Session, kind: str, found: Mapping[str, tuple[str, datetime]]) -> None:
    """The same for many subjects, each with its message and its instant; in one order, so that two who do it do not wait for each other.

    Raises ValueError for a kind without a title: operators would read its code.
    """
    if kind not in TITLES:
        raise ValueError(f"alarm without a title: {kind}")
    rows = [
        {"id": uuid4(), "kind": kind, "subject": subject, "message": message, "raised_at": at}
        for subject, (message, at) in sorted(found.items())
    ]
    if rows:
        session.execute(insert(Alarm).on_conflict_do_nothing(), rows)


def clear_alarm(session: Session, kind: str, subject: str, *, now: datetime) -> None:
    """The cause is gone."""
    session.execute(update(Alarm).where(Alarm.kind == kind, Alarm.subject == subject, Alarm.cleared_at.is_(None)).values(cleared_at=now))


def clear_alarms(session: Session, kinds: Sequence[str], subjects: Sequence[str], *, now: datetime) -> None:
    """The causes are gone, of all these kinds about all these subjects."""
    session.execute(
        update(Alarm).where(Alarm.kind.in_(kinds), Alarm.subject.in_(subjects), Alarm.cleared_at.is_(None)).values(cleared_at=now)
    )


def keep_alarms(session: Session, kind: str, standing: Mapping[str, str], *, now: datetime) -> None:
    """Of this kind exactly these stand from here on: subject to message. Each is told once while it stands."""
    for subject, message in standing.items():
        raise_alarm(session, kind, subject, message, now=now)
    gone = Alarm.kind == kind, Alarm.subject.not_in(list(standing)), Alarm.cleared_at.is_(None)
    session.execute(update(Alarm).where(*gone).values(cleared_at=now))


def is_standing(session: Session, kind: str, subject: str) -> bool:
    """Whether this one was raised and its cause still stands."""
    query = select(Alarm.id).where(Alarm.kind == kind, Alarm.subject == subject, Alarm.cleared_at.is_(None))
    return session.scalar(query) is not None


def standing_alarms(session: Session) -> list[Alarm]:
    """Alarms whose cause still stands, oldest first."""
    return list(session.scalars(select(Alarm).where(Alarm.cleared_at.is_(None)).order_by(Alarm.raised_at)))


def take_unmailed(session: Session, *, now: datetime) -> Alarm | None:
    """The oldest alarm that nobody has begun to mail (refused ones last), to one process only; None: there is none.

    The beginning is recorded before the mail leaves: a crash between leaves a mail whose outcome is unknown, which
    is shown and not sent again by itself. One at a time, so that no other mail shares that fate.
    """
    fresh_first = Alarm.mail_error.is_not(None), Alarm.raised_at, Alarm.id
    query = select(Alarm).where(Alarm.mail_started_at.is_(None)).order_by(*fresh_first)
    row = session.scalar(query.limit(1).with_for_update(skip_locked=True))
    if row is not None:
        row.mail_started_at = now
    return row


def record_mail(session: Session, alarm: Alarm, error: str | None, *, now: datetime) -> None:
    """The outcome of the mail; a refusal by the server frees it for another try."""
    session.execute(
        update(Alarm)
        .where(Alarm.id == alarm.id)
        .values(mailed_at=None if error else now, mail_error=error, mail_started_at=None if error else Alarm.mail_started_at)
    )
