"""台账存证 as a report prints it: on paper in many hands, it is a head of the record that nobody takes back (decision 42)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ledger.record import heads
from settings import LOCAL


def grouped(root: bytes) -> str:
    """A head's value in groups that people can compare."""
    word = root.hex()
    return " ".join(word[start : start + 8] for start in range(0, len(word), 8))


def printed(session: Session, now: datetime) -> str:
    """The last head up to `now`, in words; "": there is none."""
    head = heads.newest(session, before=now)
    if head is None:
        return ""
    at = head.at.astimezone(LOCAL)
    return (
        f"截至{at.year}年{at.month}月{at.day}日{at.hour}时,台账共有记录 {head.size:,} 条,存证值 {grouped(head.root)}。"
        "凭本页所印的条数和存证值,可以核对今后导出的台账有没有改动、缺少。"
    )
