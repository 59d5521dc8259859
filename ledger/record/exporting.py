"""导出 for an auditor: the lines in the order of the record, the hash that each had when it was gathered, and all signed heads.

    record.json    whose record, its public key, how many lines
    events.jsonl   one line a place, byte for byte what was hashed, as the row says it today
    leaves.bin     32 bytes a place, as they were written then: where a line was changed, they say which
    heads.jsonl    the signed notes, the oldest first

It ends with the newest head: what came after it nobody has signed. Nobody's data are in it (decision 32).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from ledger.record import heads
from ledger.record.lines import LINE
from ledger.tables.record import RecordHead

FORMAT = 1
_ROWS = 2000  #: in one trip
#: An event that is gone leaves its place without a line; the verifier says so.
_LINES = text(
    f"SELECT {LINE} AS line, l.hash, e.id FROM record_leaves l LEFT JOIN events e ON e.id = l.event_id "
    "WHERE l.place < :size ORDER BY l.place"
)


def export(session: Session, folder: Path, told: Callable[[int, int], None] = lambda done, of: None) -> int:
    """Write the record up to the newest head into an empty folder; gives the number of lines.

    `told` hears now and then how many of how many are written. Of a ledger that is being written it reads one moment: the
    session's transaction must be REPEATABLE READ. Raises heads.NothingSigned.
    """
    newest = heads.last(session)
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "heads.jsonl", "w", encoding="utf-8") as file:
        for note in session.scalars(select(RecordHead.note).order_by(RecordHead.at)):
            file.write(json.dumps(note, ensure_ascii=False) + "\n")
    written = 0
    # Asked for as such: `yield_per` alone leaves a text() statement whole in memory, two gigabytes for a million.
    found = session.execute(_LINES, {"size": newest.size}, execution_options={"stream_results": True, "max_row_buffer": _ROWS})
    with open(folder / "events.jsonl", "wb") as lines, open(folder / "leaves.bin", "wb") as leaves:
        for rows in found.tuples().partitions(_ROWS):
            lines.write(b"".join([line.encode() + b"\n" for line, _, event in rows if event is not None]))
            leaves.write(b"".join([bytes(leaf) for _, leaf, _ in rows]))
            written += sum(event is not None for _, _, event in rows)
            told(written, newest.size)
    about = {"format": FORMAT, "origin": heads.origin(), "key": heads.public_key(), "lines": written}
    (folder / "record.json").write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return written
