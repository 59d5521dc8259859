"""PDF 页面内容的词法 (ISO 32000, 7.2 and 7.8): what stands in a content stream, token by token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    rb"(?P<text>\()|<(?P<hex>[0-9A-Fa-f\s]*)>(?!>)|(?P<dict><<.*?>>)|(?P<name>/[^\s/<>\[\]()]*)"
    rb"|(?P<number>[-+]?\d*\.?\d+)|(?P<mark>[\[\]])|(?P<word>[A-Za-z*'\"]+)",
    re.S,
)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class UnknownContent(ValueError):
    """The page holds what is not written as OFD here: the template has changed. Never holds what the page says."""


@dataclass(frozen=True)
class Word:
    """An operator, or a bracket of an array."""

    said: str


@dataclass(frozen=True)
class Said:
    """What the marked text up to the next EMC says (ActualText), where its glyph stands for another character elsewhere on the page."""

    text: str


Token = float | bytes | str | Word | Said
"""A number, a string, a name with its slash, or a word. Dictionaries, which only mark content, are left out, but for what a text says."""
_SAYS = re.compile(rb"/ActualText\s*(?:<(?P<hex>[0-9A-Fa-f\s]*)>|\((?P<text>(?:\\.|[^\\)])*)\))", re.S)


def tokens(content: bytes) -> Iterator[Token]:
    """Raises UnknownContent where a string has no end."""
    at = 0
    while (found := _TOKEN.search(content, at)) is not None:
        at = found.end()
        match found.lastgroup:
            case "number":
                yield float(found[0])
            case "text":
                end = _end_of_text(content, at)
                yield _unescaped(content[at:end])
                at = end + 1
            case "hex":
                yield bytes.fromhex(found["hex"].decode())
            case "dict":
                if (says := _SAYS.search(found[0])) is not None:
                    text = bytes.fromhex(says["hex"].decode()) if says["text"] is None else _unescaped(says["text"])
                    yield Said(text[2:].decode("utf-16-be") if text.startswith(b"\xfe\xff") else text.decode("latin-1"))
            case "name":
                yield found[0].decode()
            case _:
                yield Word(found[0].decode())


def _end_of_text(content: bytes, at: int) -> int:
    """Parentheses in pairs need no escape (ISO 32000, 7.3.4.2)."""
    depth = 1
    while depth:
        match content[at : at + 1]:
            case b"\\":
                at += 1
            case b"(":
                depth += 1
            case b")":
                depth -= 1
            case b"":
                raise UnknownContent("text without end")
        at += 1
    return at - 1


def _unescaped(text: bytes) -> bytes:
    def one(found: re.Match[bytes]) -> bytes:
        said = found[1]
        if said[:1].isdigit():
            return bytes([int(said, 8) & 255])
        return b"" if said == b"\n" else _ESCAPES.get(said, said)

    return re.sub(rb"\\([0-7]{1,3}|.)", one, text, flags=re.S)
