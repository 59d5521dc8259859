"""密封文件: a stream that only the holder of a key can read, and that nobody can change, cut off or reorder unseen.

    header (one line of JSON, in clear) LF, then blocks of AES-256-GCM, each with its number and whether it is the last

The key serves one file, so a counter is a nonce; the header belongs to every block. A reader gets nothing of a block
that was touched, and an end that is not the last block is an error and not an end.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_BLOCK = 1 << 20
_TAG = 16
_HEADER_LIMIT = 4096


class Damaged(Exception):
    """文件被改动、截断,或密钥不是同一套."""


class SealedWriter(io.RawIOBase):
    """Writes to `file`, which is complete only after `close`."""

    def __init__(self, file: IO[bytes], header: dict[str, Any], key: bytes) -> None:
        self._file, self._key, self._header = file, AESGCM(key), json.dumps(header).encode()
        self._held, self._number = bytearray(), 0
        file.write(self._header + b"\n")

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        while len(self._held) > _BLOCK:  # never the last one: that is known at the end alone
            self._put(bytes(self._held[:_BLOCK]), last=False)
            del self._held[:_BLOCK]
        return len(data)

    def finish(self) -> None:
        """The last block: without it the file counts as cut off."""
        self._put(bytes(self._held), last=True)
        self._held.clear()

    def _put(self, block: bytes, *, last: bool) -> None:
        self._file.write(self._key.encrypt(_nonce(self._number, last), block, self._header))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Reads what SealedWriter wrote. `key_of` is given the header. Raises Damaged."""

    def __init__(self, file: IO[bytes], key_of: Callable[[dict[str, Any]], bytes]) -> None:
        line = file.readline(_HEADER_LIMIT)
        self.header = parse_header(line)
        self._file, self._header, self._key = file, line.rstrip(b"\n"), AESGCM(key_of(self.header))
        self._held, self._number, self._ended = b"", 0, False
        self._next = file.read(_BLOCK + _TAG)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._held and not self._ended:
            self._open_block()
        count = min(len(buffer), len(self._held))
        buffer[:count] = self._held[:count]
        self._held = self._held[count:]
        return count

    def _open_block(self) -> None:
        block, self._next = self._next, self._file.read(_BLOCK + _TAG)
        self._ended = not self._next
        try:
            self._held = self._key.decrypt(_nonce(self._number, self._ended), block, self._header)
        except (InvalidTag, ValueError):
            raise Damaged from None
        self._number += 1


def parse_header(line: bytes) -> dict[str, Any]:
    """Raises Damaged. Nothing in it is to be believed before a block was opened with it."""
    try:
        header = json.loads(line)
    except ValueError:
        raise Damaged from None
    if not isinstance(header, dict) or not line.endswith(b"\n"):
        raise Damaged
    return header


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
