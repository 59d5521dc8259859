"""证明的形式: in which format an electronic proof stands, as its bytes say (GB/T 33190: OFD)."""

from __future__ import annotations

import re
import struct
from enum import StrEnum

_END, _ENTRY = b"PK\x05\x06", b"PK\x01\x02"
_END_ROOM = 22 + 0xFFFF  #: the end record and the longest comment behind it
_LOCAL = re.compile(rb"PK\x03\x04.{22}\x07\x00..OFD\.xml", re.S)  #: an entry of that name, where the directory is cut off
_ENTRIES = 4096  #: of the directory that are looked at: a proof has two dozen


class Form(StrEnum):
    """证明文件的格式。"""

    PDF = "pdf"
    OFD = "ofd"

    @property
    def label(self) -> str:
        return self.value.upper()

    @property
    def media_type(self) -> str:
        return f"application/{self.value}"

    @property
    def suffix(self) -> str:
        """The ending of a file's name, with its dot."""
        return f".{self.value}"


def form_of(content: bytes) -> Form | None:
    """As the bytes begin, and for a ZIP as its directory says; None: neither. Nothing is unpacked: what a stranger sent is only
    looked at, and whether it is whole is for its judge to say."""
    if content.startswith(b"PK\x03\x04"):
        names = _names(content)
        if "OFD.xml" in names if names is not None else _LOCAL.search(content):
            return Form.OFD
    return Form.PDF if b"%PDF-" in content[:1024] else None


def _names(content: bytes) -> set[str] | None:
    """Of the entries in the archive's directory; None: it has none that can be read."""
    end = content.rfind(_END, max(0, len(content) - _END_ROOM))
    if end < 0 or end + 22 > len(content):
        return None
    many, at = struct.unpack_from("<H", content, end + 10)[0], struct.unpack_from("<I", content, end + 16)[0]
    found = set()
    for _ in range(min(many, _ENTRIES)):
        if not content.startswith(_ENTRY, at) or at + 46 > end:
            return None
        name, extra, comment = struct.unpack_from("<HHH", content, at + 28)
        found.add(content[at + 46 : at + 46 + name].decode("utf-8", "replace"))
        at += 46 + name + extra + comment
    return found
