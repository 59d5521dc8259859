"""成批写入: rows that come one by one go to the database in one stream (COPY), while the next ones are still being made.

Neither side holds more than some thousand of them, however many there are.
"""

from __future__ import annotations

import json
import queue
import struct
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from ledger import timekeeping

_ROWS, _WAITING, _PART = 1000, 4, 2**20
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)  #: from which PostgreSQL counts
_ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_QUOTED = str.maketrans({"\\": "\\\\", '"': '\\"'})


def copy_rows(session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence[str | None]]) -> None:
    """Write the rows, each value as the database reads it from a text. What making them raises is raised, and nothing stays.

    The rows are made in this thread, which must leave the session alone until this returns.
    """
    names = ", ".join(f'"{column}"' for column in columns)
    timekeeping.ensure(session)
    connection: Any = session.connection().connection
    feed = _Feed()
    with ThreadPoolExecutor(1) as writer, connection.cursor() as cursor:
        written = writer.submit(feed.write, cursor, f'COPY "{table}" ({names}) FROM STDIN')
        try:
            lines: list[str] = []
            for row in rows:
                if feed.failed:
                    break  # what is made now nobody reads; the writer says why
                lines.append(_line(row))
                if len(lines) == _ROWS:
                    feed.put(lines)
                    lines = []
            feed.put(lines)
        except BaseException:
            feed.stop(_Stopped())
            written.exception()
            raise
        feed.stop(b"")
        written.result()


def copy_row(session: Session, table: str, values: Mapping[str, str | bytes | datetime]) -> None:
    """Write one row that holds a file. As part of a statement it would stand five times in memory, each time twice as long."""
    timekeeping.ensure(session)
    connection: Any = session.connection().connection
    names = ", ".join(f'"{column}"' for column in values)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table}" ({names}) FROM STDIN (FORMAT binary)', _Binary(list(values.values())))


class _Binary:
    """A row as COPY reads it in its binary form, in parts."""

    def __init__(self, values: Sequence[str | bytes | datetime]) -> None:
        self._parts = self._of(values)

    def read(self, _: int = 0) -> bytes:
        return next(self._parts, b"")

    @staticmethod
    def _of(values: Sequence[str | bytes | datetime]) -> Iterator[bytes]:
        yield b"PGCOPY\n\xff\r\n\x00" + struct.pack(">iih", 0, 0, len(values))
        for value in values:
            match value:
                case datetime():
                    yield struct.pack(">iq", 8, (value - _BEGINNING) // timedelta(microseconds=1))
                case str():
                    text = value.encode()
                    yield struct.pack(">i", len(text)) + text
                case bytes():
                    yield struct.pack(">i", len(value))
                    yield from (value[at : at + _PART] for at in range(0, len(value), _PART))
        yield struct.pack(">h", -1)


def array(texts: Collection[str]) -> str:
    """An array of texts as the database reads it."""
    if not texts:
        return "{}"
    joined = '","'.join(texts)
    if "\\" in joined or joined.count('"') > 2 * (len(texts) - 1):
        joined = '","'.join([text.translate(_QUOTED) for text in texts])
    return f'{{"{joined}"}}'


def _line(row: Sequence[str | None]) -> str:
    """A row as COPY reads it. Most hold nothing that must be escaped: looking for one character costs nothing, for several at once a
    third of making the row."""
    said = ["" if value is None else value for value in row]
    joined = "\t".join(said)
    if "\\" in joined or "\n" in joined or "\r" in joined or joined.count("\t") >= len(said):
        said = [value.translate(_ESCAPED) for value in said]
    elif None not in row:
        return joined
    return "\t".join(["\\N" if value is None else text for value, text in zip(row, said, strict=True)])


as_json: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class _Stopped(Exception):
    """Whoever makes the rows stopped: nothing of them is to be kept."""


class _Feed:
    """What the database reads from: waits where the rows are made slower than written, lets wait where it is the other way."""

    def __init__(self) -> None:
        self._parts: queue.Queue[bytes | _Stopped] = queue.Queue(_WAITING)
        self.failed = False

    def write(self, cursor: Any, statement: str) -> None:
        try:
            cursor.copy_expert(statement, self)
        except BaseException:
            self.failed = True
            while not self._parts.empty():  # whoever waits to hand something over goes on, and is told
                self._parts.get_nowait()
            raise

    def read(self, _: int = 0) -> bytes:
        part = self._parts.get()
        if isinstance(part, _Stopped):
            raise part
        return part

    def put(self, lines: Sequence[str]) -> None:
        if lines:
            self._hand_over(("\n".join(lines) + "\n").encode())

    def stop(self, last: bytes | _Stopped) -> None:
        self._hand_over(last)

    def _hand_over(self, part: bytes | _Stopped) -> None:
        while not self.failed:
            try:
                self._parts.put(part, timeout=1)
            except queue.Full:
                continue
            return
