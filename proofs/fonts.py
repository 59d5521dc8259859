"""The two fonts of the page and the seal, from a package: a page looks the same on every machine.

A character that they lack would print as an empty box in somebody's name, so it is found before anything is printed.
"""

from __future__ import annotations

import struct
import unicodedata
from bisect import bisect_right
from functools import cache, lru_cache
from pathlib import Path
from threading import local

import typst
from pylopdf_fonts_zh_cn import sans_path, serif_path

_thread = local()


def compiler(template: Path) -> typst.Compiler:
    """Typst with the fonts loaded, for one template of ours.

    A `Compiler` refuses a second thread ("Already borrowed"), so each thread has its own; they share the fonts.
    """
    compilers: dict[Path, typst.Compiler] = _thread.__dict__.setdefault("compilers", {})
    if template not in compilers:
        compilers[template] = typst.Compiler(template, font_paths=_fonts())
    return compilers[template]


def missing_glyphs(text: str) -> set[str]:
    """The characters of `text` that cannot be printed; line breaks are fine.

    Besides those that a font lacks: private-use characters, which look different in every system that made them up,
    and invisible or direction-changing ones, which would make the page say something else than its data.
    """
    return {char for char in set(text) - {"\n"} if not _printable(char)}


def code_points(chars: set[str]) -> tuple[str, ...]:
    """`U+3F3C`-like names, sorted. Of a rare name they are personal data: for the encrypted record alone."""
    return tuple(f"U+{ord(char):04X}" for char in sorted(chars))


@lru_cache(maxsize=20_000)
def _printable(char: str) -> bool:
    return unicodedata.category(char)[0] != "C" and all(_has(path, char) for path in (serif_path(), sans_path()))


def _has(font: Path, char: str) -> bool:
    starts, ends = _ranges(font)
    place = bisect_right(starts, ord(char)) - 1
    return place >= 0 and ord(char) <= ends[place]


@cache
def _fonts() -> typst.Fonts:
    folder = str(serif_path().parent)
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


@cache
def _ranges(font: Path) -> tuple[list[int], list[int]]:
    """First and last code points of the ranges that a font covers: its cmap table of format 12 (OpenType, `cmap`)."""
    data = font.read_bytes()
    tables = {
        data[at : at + 4]: struct.unpack_from(">I", data, at + 8)[0] for at in range(12, 12 + 16 * struct.unpack_from(">H", data, 4)[0], 16)
    }
    cmap = tables[b"cmap"]
    for record in range(struct.unpack_from(">H", data, cmap + 2)[0]):
        table = cmap + struct.unpack_from(">I", data, cmap + 4 + 8 * record + 4)[0]
        if struct.unpack_from(">H", data, table)[0] == 12:
            count = struct.unpack_from(">I", data, table + 12)[0]
            groups = list(struct.iter_unpack(">III", data[table + 16 : table + 16 + 12 * count]))
            return [first for first, _, glyph in groups if glyph], [last for _, last, glyph in groups if glyph]
    raise ValueError(f"{font.name}: 字体没有 cmap 格式 12")
