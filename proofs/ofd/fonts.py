"""OFD 的字体: the font programs of a page that Typst set, as OpenType files that a reader of OFD opens.

A PDF holds bare outlines (CFF) and says widths and characters beside them; a file of its own needs the tables around it.

Written here and not by fontTools: that would leave half of these lines, and cost 48 ms at the start, 31 MB on disk and four times the
time of each page's fonts (3.6 ms for 0.9, where the whole page takes 19). By hand it reads each table of ours (4.68, checksums, too).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

_EM = 1000
_MADE = 3739219200  #: 2022-06-28 in seconds since 1904: the same glyphs give the same bytes


def opentype(cff: bytes, widths: Sequence[int], characters: Mapping[int, int], name: str, box: Sequence[int]) -> bytes:
    """`widths` by glyph, `characters`: code point to glyph; `box`: left, bottom, right, top of all glyphs. All in thousandths of an em."""
    tables = {
        b"CFF ": cff,
        b"OS/2": _os2(characters),
        b"cmap": _cmap(characters),
        b"head": struct.pack(">IIIIHHQQhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 3, _EM, _MADE, _MADE, *box, 0, 8, 2, 0, 0),
        b"hhea": struct.pack(">IhhhHhhhhhhhhhhhH", 0x10000, 880, -120, 0, max(widths), 0, 0, box[2], 1, 0, 0, 0, 0, 0, 0, 0, len(widths)),
        b"hmtx": b"".join(struct.pack(">Hh", width, 0) for width in widths),
        b"maxp": struct.pack(">IH", 0x5000, len(widths)),
        b"name": _names(name),
        b"post": struct.pack(">IIhhIIIII", 0x30000, 0, -75, 50, 0, 0, 0, 0, 0),
    }
    return _file(tables)


def _file(tables: Mapping[bytes, bytes]) -> bytes:
    power = len(tables).bit_length() - 1
    written = struct.pack(">4sHHHH", b"OTTO", len(tables), 16 << power, power, 16 * len(tables) - (16 << power))
    at, body = 12 + 16 * len(tables), b""
    for tag in sorted(tables):
        content = tables[tag]
        written += struct.pack(">4sIII", tag, _sum(content), at + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    whole = written + body
    adjusted = (0xB1B0AFBA - _sum(whole)) & 0xFFFFFFFF
    head = at + sum(len(tables[tag]) + -len(tables[tag]) % 4 for tag in sorted(tables) if tag < b"head")
    return whole[: head + 8] + struct.pack(">I", adjusted) + whole[head + 12 :]


def _sum(content: bytes) -> int:
    padded = content + bytes(-len(content) % 4)
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}I", padded)
    return sum(words) & 0xFFFFFFFF


def _cmap(characters: Mapping[int, int]) -> bytes:
    """Format 12 for all, format 4 for the basic plane: some readers know that alone."""
    groups = b"".join(struct.pack(">III", code, code, glyph) for code, glyph in sorted(characters.items()))
    wide = struct.pack(">HHIII", 12, 0, 16 + len(groups), 0, len(groups) // 12) + groups
    basic = sorted((code, glyph) for code, glyph in characters.items() if code < 0xFFFF) + [(0xFFFF, 0)]
    count = len(basic)
    power = count.bit_length() - 1
    ends = struct.pack(f">{count}H", *(code for code, _ in basic))
    deltas = struct.pack(f">{count}H", *((glyph - code) & 0xFFFF for code, glyph in basic))
    narrow = (
        struct.pack(">HHHH", 2 * count, 2 << power, power, 2 * count - (2 << power)) + ends + b"\0\0" + ends + deltas + bytes(2 * count)
    )
    narrow = struct.pack(">HHH", 4, 6 + len(narrow), 0) + narrow
    return struct.pack(">HHHHIHHI", 0, 2, 3, 1, 20, 3, 10, 20 + len(narrow)) + narrow + wide


def _os2(characters: Mapping[int, int]) -> bytes:
    first, last = (min(0xFFFF, code) for code in (min(characters, default=0), max(characters, default=0)))
    head = struct.pack(">HhHHHhhhhhhhhhhh", 4, _EM, 400, 5, 0, 650, 600, 0, 75, 650, 600, 0, 350, 50, 300, 0)
    return (
        head
        + bytes(10)
        + bytes(16)
        + b"NONE"
        + struct.pack(">HHHhhhHH", 64, first, last, 880, -120, 0, 880, 120)
        + bytes(8)
        + struct.pack(">hhHHH", 500, 700, 0, 32, 1)
    )


def _names(name: str) -> bytes:
    said = [(1, name), (2, "Regular"), (4, name), (6, name)]
    records, text = b"", b""
    for number, words in said:
        encoded = words.encode("utf-16-be")
        records += struct.pack(">HHHHHH", 3, 1, 0x409, number, len(encoded), len(text))
        text += encoded
    return struct.pack(">HHH", 0, len(said), 6 + len(records)) + records + text
