"""存证核对 of a ledger that came back: its events, hashed anew, against the last head that it holds and one kept outside."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from psycopg2.extensions import connection

from ledger.opening import rows
from ledger.record.lines import LINE
from ledger.record.tree import root_of

_PART = 10_000
_LEAVES = rf"""
    SELECT sha256('\x00'::bytea || convert_to({LINE}, 'UTF8')) FROM record_leaves l JOIN events e ON e.id = l.event_id
    WHERE l.place < %s ORDER BY l.place
"""


@dataclass(frozen=True)
class Head:
    """What a head binds: the first `size` lines of the record, by their root."""

    size: int
    root: bytes


def head_of(note: str) -> Head:
    """A head as `/record/head` serves it. Raises ValueError."""
    _, size, root = note.splitlines()[:3]
    return Head(int(size), base64.b64decode(root, validate=True))


def newest(asked: connection) -> tuple[datetime, Head] | None:
    """The last head that this ledger holds."""
    found = rows(asked, "SELECT at, size, root FROM record_heads ORDER BY at DESC LIMIT 1")
    return (found[0][0], Head(found[0][1], bytes(found[0][2]))) if found else None


def fault(asked: connection, head: Head) -> str | None:
    """How the events differ from what a head binds; None: not at all. Reads each once, in constant memory; in a transaction."""
    ((there,),) = rows(asked, "SELECT count(*) FROM record_leaves")
    if there < head.size:
        return f"存证共 {head.size} 条,台账中只有 {there} 条,少 {head.size - there} 条"
    return None if root_of(_leaves(asked, head.size)) == head.root else f"台账的前 {head.size} 条与存证不符,其中有改动或缺失"


def _leaves(asked: connection, size: int) -> Iterator[bytes]:
    with asked.cursor("record_leaves") as cursor:
        cursor.itersize = _PART
        cursor.execute(_LEAVES, (size,))
        for (leaf,) in cursor:
            yield bytes(leaf)
