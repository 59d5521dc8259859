"""存证外送: the head of each day goes by mail to those outside who keep it, once to each (decision 42).

What is owed stands on the record in the same transaction as the head, so that no day is forgotten and none is sent twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from domain.calendar import LOCAL
from domain.notices import NoticeKind, NoticeStatus
from ledger.outbox import notifications
from ledger.outbox.alarms import keep_alarms
from ledger.record import heads

#: So long a mail server may say "later" (many do, to whoever comes for the first time) before somebody is told.
PATIENCE = timedelta(hours=1)

_LATE = "台账存证({day}起)的邮件一小时以上没有发出,系统会继续重试。请检查邮件服务器和 PROOFLESS_SMTP_* 的设置。"
_UNSETTLED = (
    "台账存证({day}起)的邮件没有送达或是否送达不明,不会自动重发。请核对 PROOFLESS_RECORD_KEEPERS 的地址和邮件服务器,"
    "向收件单位核实后确认(/v1/notices);未送达的以同一编号重发。"
)


def owe(session: Session, head: datetime, keepers: Iterable[str], *, now: datetime) -> int:
    """Put on the record that each keeper is to get the head of the day in which `head` was signed: that day's first.

    Gives how many are new: none where they have it, or are to get it. Whoever was named in the middle of a day gets that day's.
    """
    day = heads.of_day(session, head.astimezone(LOCAL).date())
    return notifications.notify_keepers(session, day[-1].at, keepers, now=now) if day else 0


def watch(session: Session, *, now: datetime) -> None:
    """An alarm stands while a day's head does not get through, another while one waits for a person."""
    late, unsettled = [], []
    for row in notifications.unsent(session, NoticeKind.HEAD):
        standing = notifications.standing_of(row, now)
        if standing in notifications.FOR_A_PERSON:
            unsettled.append(row.cause)
        elif standing is NoticeStatus.WAITING and row.attempts and row.made_at <= now - PATIENCE:
            late.append(row.cause)
    found = {"late": (_LATE, late), "unsettled": (_UNSETTLED, unsettled)}
    keep_alarms(session, "head_not_mailed", {name: text.format(day=min(days)) for name, (text, days) in found.items() if days}, now=now)
