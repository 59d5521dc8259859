"""包含证明: that one event is in the tree of the newest head, by the hashes beside its way to the root (RFC 6962, 2.1.1)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from ledger.record import heads
from ledger.record.lines import LINE
from ledger.record.tree import Tree
from ledger.tables.record import RecordLeaf

_ROWS = 5000  #: in one trip


@dataclass(frozen=True)
class Proven:
    """The event's line as it stands today, its place from 0, and the way to the root of `note`."""

    line: str
    place: int
    path: tuple[bytes, ...]
    note: str


def prove(session: Session, event: int) -> Proven | None:
    """None where no head covers the event yet. Reads every leaf's hash, in constant memory."""
    head = heads.newest(session)
    place = session.scalar(select(RecordLeaf.place).where(RecordLeaf.event == event))
    if head is None or place is None or place >= head.size:
        return None
    line = session.scalar(text(f"SELECT {LINE} FROM events e WHERE e.id = :event"), {"event": event})
    return Proven(line or "", place, tuple(path(session, place, head.size)), head.note)


def path(session: Session, place: int, size: int) -> list[bytes]:
    """PATH(place, D[size]), from the leaf up."""
    start, end, beside = 0, size, list[bytes]()
    while end - start > 1:
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if place < middle:
            beside.append(_root(session, middle, end))
            end = middle
        else:
            beside.append(_root(session, start, middle))
            start = middle
    return beside[::-1]


def _root(session: Session, start: int, end: int) -> bytes:
    tree = Tree()
    leaves = select(RecordLeaf.hash).where(RecordLeaf.place >= start, RecordLeaf.place < end).order_by(RecordLeaf.place)
    for leaf in session.scalars(leaves, execution_options={"yield_per": _ROWS}):
        tree.append(leaf)
    return tree.root
