"""附件的类型: whether a file is a whole PDF, PNG or JPEG. What reads it runs in a process of its own."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from io import BytesIO

from pyhanko.pdf_utils.crypt import AuthStatus
from pyhanko.pdf_utils.reader import PdfFileReader

from isolation.process import Limits, loads, read

_PNG, _SOI, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"\xff\xd8\xff"

loads(__name__)
#: What the reading of one file may use.
LIMITS = Limits(memory=256 * 2**20, seconds=10, patience=60, output=2**16)


def media_type(content: bytes) -> str | None:
    """The type of a whole PDF, PNG or JPEG; None for anything else, and for a file that was cut off.

    The file is read in a process of its own. Blocks. Raises ProcessDied where it is more than its reader can take.
    """
    if not content.startswith((b"%PDF-", _PNG, _JPEG)):
        return None
    (found,) = read(_media_type, content, limits=LIMITS)
    return None if found is None else str(found)


def _media_type(content: bytes) -> Iterator[str | None]:
    yield _type_of(content)


def _type_of(content: bytes) -> str | None:
    if content.startswith(b"%PDF-"):
        return "application/pdf" if _is_pdf(content) else None
    if content.startswith(_PNG):
        return "image/png" if _is_png(content) else None
    if content.startswith(_JPEG):
        return "image/jpeg" if _is_jpeg(content) else None
    return None


def _is_pdf(content: bytes) -> bool:
    try:
        reader = PdfFileReader(BytesIO(content))
        # One that is protected against changes alone opens without a password; one that asks for it nobody here can read.
        if reader.encrypted and reader.decrypt(b"").status is AuthStatus.FAILED:
            return False
        return int(reader.root["/Pages"]["/Count"]) > 0
    except MemoryError:
        raise
    except Exception:  # whatever a parser says of a stranger's file: it is not a PDF that anybody can open
        return False


def _is_png(content: bytes) -> bool:
    """Every chunk whole and with its checksum, the last one the end."""
    at = len(_PNG)
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4])
        end = at + 12 + length
        if end > len(content) or zlib.crc32(content[at + 4 : end - 4]) != int.from_bytes(content[end - 4 : end]):
            return False
        if content[at + 4 : at + 8] == b"IEND":
            return end == len(content)
        at = end
    return False


def _is_jpeg(content: bytes) -> bool:
    """Every segment whole, a picture of some size among them, its data up to the end mark; after it nothing but
    padding or a further picture, as cameras write them.

    The pixels are not decoded: of two megabytes a stranger can make gigabytes of them.
    """
    at, sized = len(_SOI), False
    while content[at : at + 1] == b"\xff" and at + 2 <= len(content):
        mark = content[at + 1]
        if mark == _FILL:
            at += 1
            continue
        if mark == _END:
            following = _PADDING.match(content, at + 2)
            if not sized or following is None or following.end() == len(content):
                return sized
            if not content.startswith(_JPEG, following.end()):
                return False
            at, sized = following.end() + len(_SOI), False
            continue
        length = int.from_bytes(content[at + 2 : at + 4])
        if length < 2 or at + 2 + length > len(content):
            return False
        if mark in _FRAMES:
            sized = length >= 11 and all(int.from_bytes(content[at + place : at + place + 2]) for place in (5, 7))
        at += 2 + length
        if mark == _SCAN:
            at = _end_of_scan(content, at)
    return False


_PADDING = re.compile(rb"\x00*")
_FILL, _END, _SCAN = 0xFF, 0xD9, 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  #: SOF: height and width of the picture
_IN_SCAN = frozenset({0x00, *range(0xD0, 0xD8)})  #: stuffing and restarts belong to a scan's data


def _end_of_scan(content: bytes, at: int) -> int:
    """Where the data of a scan end: at the next mark that does not belong to them."""
    while (at := content.find(b"\xff", at)) >= 0 and content[at + 1 : at + 2] and content[at + 1] in _IN_SCAN:
        at += 2
    return at if at >= 0 else len(content)
