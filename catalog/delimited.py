"""带分隔符的文本 (CSV): its encoding and its separator are tried, and judged by what comes out."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from catalog.file_kinds import FileRefused
from domain.cells import meant

_SEPARATORS = ",\t;|"
#: How an export tells a spreadsheet that figures are a text: ="00012".
_TEXT = re.compile(r'="(.*)"', re.DOTALL)
_DECLARED = re.compile(r'\ufeff?"?sep=(.)"?[,;\t]*\r?\n', re.I)  #: the first line that tells Excel the separator
_TRIED_ROWS, _TRIED_CHARS = 200, 400_000
_ODD = frozenset({"Cc", "Cn", "Cs"})  #: not private use: an old register's own characters are named where they stand


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """What Windows' code page 936 has beside GBK: 80 is €, FF a private character."""
    if isinstance(error, UnicodeDecodeError) and (one := {0x80: "€", 0xFF: "\uf8f5"}.get(error.object[error.start])):
        return one, error.start + 1
    raise error


codecs.register_error("windows-936", _as_windows)


@dataclass(frozen=True)
class Decoded:
    """A text in the encoding that it was found to be in. It is decoded as it is read: no second copy of it stands in memory."""

    content: bytes
    encoding: str
    errors: str

    def open(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(io.BytesIO(self.content), self.encoding, self.errors, newline="")

    def is_text(self) -> bool:
        """Decodes, and has no characters that no text has."""
        try:
            with self.open() as text:
                head = text.read(_TRIED_CHARS)
                odd = sum(unicodedata.category(char) in _ODD and char not in "\r\n\t" for char in head[:4096])
                while head:
                    if "\x00" in head or odd >= 8:
                        return False
                    head = text.read(_TRIED_CHARS)
        except UnicodeDecodeError:
            return False
        return True


def decoded(content: bytes) -> Decoded:
    """Text in UTF-8, UTF-16, GBK, Windows' own form of it, or GB 18030. Raises FileRefused."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding, errors in (("utf-16", "strict"),) if marked else (("utf-8-sig", "strict"), ("gb18030", "windows-936")):
        if (found := Decoded(content, encoding, errors)).is_text():
            return found
    raise FileRefused("not_a_table", "文件不是表格,或编码无法识别。", "请另存为 XLSX,或 UTF-8、GBK、GB 18030 编码的 CSV。")


def records(text: Decoded, most: int) -> Iterator[tuple[str, ...]]:
    """Its rows, by the separator that makes the most rows equally wide. Raises FileRefused."""
    csv.field_size_limit(2**20)
    with text.open() as start:
        head = start.read(_TRIED_CHARS + 20)
    declared = _DECLARED.match(head)
    if declared:
        head = head[declared.end() :]
        yield ()  # it keeps its line, so that the others are where their sender sees them
    separator = declared[1] if declared else max(_SEPARATORS, key=lambda one: _fit(head[:_TRIED_CHARS], one))
    with text.open() as whole:
        if declared:
            whole.readline()
        lines = _reader(whole, separator, strict=True)
        try:
            for number, row in enumerate(lines):
                if number > most:
                    raise FileRefused("too_large", f"文件超过 {most} 行。", "请拆成几个文件。")
                yield tuple(_as_text(cell.strip()) for cell in row)
        except csv.Error:
            said = f"CSV 第 {lines.line_num} 行附近的引号不成对,其后各行无法分清。"
            raise FileRefused("broken", said, "请改正该处的引号,或另存为 XLSX 后再报送。") from None


def _as_text(cell: str) -> str:
    found = _TEXT.fullmatch(cell)
    return found[1].replace('""', '"').strip() if found else meant(cell)


def _reader(text: Iterable[str], separator: str, strict: bool) -> Any:
    return csv.reader(text, delimiter=separator, skipinitialspace=True, strict=strict)


def _fit(text: str, separator: str) -> tuple[int, int]:
    """How many rows are equally wide with this separator, and how wide; a column alone is no table."""
    try:
        rows = list(islice(_reader(io.StringIO(text, newline=""), separator, strict=False), _TRIED_ROWS))
    except csv.Error:
        return 0, 0
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return max(((count, width) for width, count in widths.items()), default=(0, 0))
