"""存证: the signed heads of the record. Whoever holds one can tell whether what he is shown later is still the same.

The note is a checkpoint as C2SP describes it (tlog-checkpoint, signed-note: name of the record, size, root, then a line that begins
with —), so that programs that know transparency logs read it. Signed with Ed25519 by a key of its own (decision 42).
"""

from __future__ import annotations

import base64
import hashlib
from datetime import date, datetime, time, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.refusal import Refusal
from ledger.record.tree import Tree
from ledger.tables.record import RecordHead, RecordTree
from ledger.vault import record_key
from settings import LOCAL, settings

_ED25519 = b"\x01"


class NothingSigned(Refusal, code="record_unsigned"):
    """还没有存证: what is exported could be held against nothing."""


def origin() -> str:
    """The record's name: whose it is."""
    return f"proofless-record-{settings().region}"


def public_key() -> str:
    """存证公钥 as one word, in the form of signed notes: name, the key's short mark, the key."""
    return f"{origin()}+{_mark().hex()}+{base64.b64encode(_ED25519 + _public()).decode()}"


def sign(at: datetime, size: int, root: bytes) -> str:
    """The note of one head."""
    body = f"{origin()}\n{size}\n{base64.b64encode(root).decode()}\n{at.astimezone(LOCAL).isoformat()}\n"
    signature = base64.b64encode(_mark() + _key().sign(body.encode())).decode()
    return f"{body}\n— {origin()} {signature}\n"


def keep(session: Session, *, now: datetime) -> RecordHead | None:
    """The head of the hour that has begun, once all that is committed is gathered; None where it is there already."""
    at = now.astimezone(LOCAL).replace(minute=0, second=0, microsecond=0)
    if session.get(RecordHead, at) is not None:
        return None
    edge = session.scalar(select(RecordTree).with_for_update(skip_locked=True))
    if edge is None or session.scalar(select(RecordHead.at).where(RecordHead.at == at)) is not None:
        return None
    tree = Tree.of(edge.size, edge.peaks)
    head = RecordHead(at=at, size=tree.size, root=tree.root, note=sign(at, tree.size, tree.root))
    session.add(head)
    session.flush()
    return head


def newest(session: Session, before: datetime | None = None) -> RecordHead | None:
    """The last one, or the last one up to an instant."""
    query = select(RecordHead) if before is None else select(RecordHead).where(RecordHead.at <= before)
    return session.scalar(query.order_by(RecordHead.at.desc()).limit(1))


def last(session: Session) -> RecordHead:
    """The last one. Raises NothingSigned."""
    head = newest(session)
    if head is None:
        raise NothingSigned
    return head


def of_day(session: Session, day: date | None) -> list[RecordHead]:
    """Those of a day, or of the last day that has one; the newest first, 24 at the most."""
    if day is None:
        head = newest(session)
        if head is None:
            return []
        day = head.at.astimezone(LOCAL).date()
    start = datetime.combine(day, time(), LOCAL)
    within = RecordHead.at >= start, RecordHead.at < start + timedelta(days=1)
    return list(session.scalars(select(RecordHead).where(*within).order_by(RecordHead.at.desc())))


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(record_key())


def _public() -> bytes:
    return _key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _mark() -> bytes:
    return hashlib.sha256(f"{origin()}\n".encode() + _ED25519 + _public()).digest()[:4]
