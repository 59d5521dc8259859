"""汇集: committed events get their places in the tree, each once, by a pass after them: whoever writes an event does nothing more.

Events are written side by side, and an earlier number may be committed later. So the order of the record is the order in which
they were found, and nothing is passed over: a pass looks at all events beyond `settled`, and `settled` moves only to a number
below which nobody can commit any more, that is once every transaction is over that was writing events when that number was seen.
Whoever writes an event locks the table for it before the number is drawn, and until his end.
"""

from __future__ import annotations

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from ledger import timekeeping
from ledger.record.lines import LINE
from ledger.record.tree import Tree
from ledger.tables.record import RecordLeaf, RecordTree

AT_ONCE = 5000  #: events of one transaction

_WRITING = text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND relation = 'events'::regclass AND granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')"
)
_GATHER = text(
    rf"""
    INSERT INTO record_leaves (place, event_id, hash)
    SELECT :size + row_number() OVER (ORDER BY id) - 1, id, sha256('\x00'::bytea || convert_to(line, 'UTF8'))
    FROM (SELECT e.id, {LINE} AS line FROM events e
          WHERE e.id > :settled AND NOT EXISTS (SELECT FROM record_leaves l WHERE l.event_id = e.id)
          ORDER BY e.id LIMIT :most) AS fresh
    ORDER BY id RETURNING event_id, hash
    """
)


def gather(session: Session, most: int = AT_ONCE) -> int | None:
    """Up to `most` events get their places; gives how many, or None where another process is at it."""
    edge = session.scalar(select(RecordTree).with_for_update(skip_locked=True))
    if edge is None:
        return None
    over = not set(edge.waited_for) & set(session.scalars(_WRITING)) if edge.waited_for else True
    timekeeping.ensure(session)
    tree = Tree.of(edge.size, edge.peaks)
    found = session.execute(_GATHER, {"size": edge.size, "settled": edge.settled, "most": most}).tuples().all()
    for _, leaf in sorted(found):
        tree.append(bytes(leaf))
    edge.size, edge.peaks = tree.size, tree.edge
    if over:
        # Whatever came up to `seen` was committed before this search, which found it: all of it, or as far as it went.
        edge.settled = edge.seen if len(found) < most else min(edge.seen, max(event for event, _ in found))
        edge.waited_for = []
        newest = session.scalar(select(func.max(RecordLeaf.event))) or 0
        if edge.settled == edge.seen < newest:
            edge.seen, edge.waited_for = newest, list(session.scalars(_WRITING))
    return len(found)
