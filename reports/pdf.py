"""周报 as PDF/A-2u, in the layout of an official document (GB/T 9704-2012). The same document gives the same bytes."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path

import typst

from proofs.fonts import compiler, missing_glyphs
from reports.blocks import Document, Paragraph, Picture, Table
from reports.wording import typeset

TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
_ON_ONE_LINE, _NARROWEST, _WIDEST = 9, 10, 36  #: in Chinese characters
_LINES = 6  #: of the longest cell of a column, while the others leave it room
_LINE = 42  #: characters of a table's size between its edges
_WHOLE, _TIED = 5, 80  #: rows: a table of so many is not torn; of more the ends are kept together, where no cell has more characters
_WORD = re.compile(r"[!-~]{1,23}")  #: longer runs may break anywhere (the template)
_REPLACEMENT = "〓"  #: GB/T 9704's own mark for a character that cannot be printed


def render(document: Document, timestamp: int) -> bytes:
    """`timestamp`: seconds since 1970, for the file's own date. Raises typst.TypstError only where the template is broken."""
    content = json.dumps(_printable(_content(document)), ensure_ascii=False)
    try:
        pdf = compiler(TEMPLATE).compile(format="pdf", sys_inputs={"document": content}, timestamp=timestamp, pdf_standards="a-2u")
    except typst.TypstError as error:
        raise RuntimeError(f"周报排版失败:{error.message}") from None
    assert isinstance(pdf, bytes)
    return pdf


def _content(document: Document) -> dict[str, object]:
    found = asdict(document)
    for name in ("mark", "issue", "issuer", "title", "subtitle", "copies"):
        found[name] = typeset(found[name])
    found["sections"] = [
        {"title": typeset(section.title), "blocks": [_block(block) for block in section.blocks]} for section in document.sections
    ]
    return found


def _block(block: Paragraph | Table | Picture) -> dict[str, object]:
    match block:
        case Paragraph():
            return {"kind": "paragraph", "text": typeset(block.text), "small": block.small}
        case Table():
            rows = [[typeset(cell) for cell in row] for row in block.rows]
            return {
                "kind": "table",
                "title": typeset(block.title),
                "columns": [typeset(name) for name in block.columns],
                "rows": rows,
                "numeric": block.numeric,
                "empty": block.empty,
                "note": typeset(block.note),
                "widths": _widths(block, rows),
                "small": block.small,
                "least": block.least,
                "whole": len(rows) <= _WHOLE and not block.small,
                "tied": len(rows) > _WHOLE and not block.small and all(len(cell) <= _TIED for row in rows for cell in row),
            }
        case Picture():
            return {"kind": "picture", "title": typeset(block.title), "svg": block.svg, "words": block.words}


def _widths(block: Table, rows: list[list[str]]) -> list[float]:
    """Shares of the width for columns of text, the more the more they say: of two one may be a name and one its definition. For one of
    short cells, which must stand on one line, minus its width in characters: its title may break, its numbers may not."""
    found = []
    for column, title in enumerate(block.columns):
        lengths = [_length(row[column]) for row in rows]
        longest = max(lengths, default=0.0)
        short = -float(max(longest, *(min(_length(line), 5.0) for line in title.split("\n"))))
        whole = max((_length(row[column]) for row in rows if _WORD.fullmatch(row[column])), default=0.0)  # a number is not broken
        usual = sum(lengths) / max(len(lengths), 1)
        found.append(
            short if longest <= max(_ON_ONE_LINE, whole) else float(min(max(usual, _NARROWEST, longest / _LINES), longest, _WIDEST))
        )
    return _whole_words(found, rows, block) if max(found) > 0 else [1.0] * len(found)


def _whole_words(found: list[float], rows: list[list[str]], block: Table) -> list[float]:
    """A column whose share would be narrower than a rate in it is as wide as that: it would be printed beyond the table."""
    room = _LINE + sum(width - 0.8 for width in found if width < 0)
    shares = sum(width for width in found if width > 0)
    for column, width in enumerate(found):
        words = (word for row in rows for word in _WORD.findall(row[column]))
        title = _length(block.columns[column]) if block.small else 0.0  # on page one nobody reads twice what a column holds
        longest = max(title, max(map(_length, words), default=0.0))
        if width > 0 and room * width / shares < longest + 0.8:
            found[column] = -longest - 0.2
    return found if max(found) > 0 else [1.0] * len(found)


def _length(text: str) -> float:
    """In Chinese characters: digits and letters of these fonts are a little wider than half of one, capitals wider."""
    return round(sum(1 if ord(char) > 0x2E80 or char in "MW" else 0.75 if char.isupper() else 0.57 for char in text), 2)


def _printable(content: object) -> object:
    """A character that the fonts lack becomes 〓, in pictures too: Typst refuses a whole PDF/A for one, and a name must not keep the report
    from coming out."""
    if isinstance(content, dict):
        return {key: _printable(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_printable(item) for item in content]
    if isinstance(content, str) and (missing := missing_glyphs(content)):
        return "".join(_REPLACEMENT if char in missing else char for char in content)
    return content
