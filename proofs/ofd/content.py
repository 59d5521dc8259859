"""PDF 页面内容的词法 (ISO 32000, 7.2 and 7.8): what stands in a content stream, token by token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(  # the most frequent first; what is possessive never tries a run of numbers again in another way
    rb"(?P<outline>(?:(?:[-+.\d]++\s){2}+(?:[ml]|(?:[-+.\d]++\s){4}+c)\s|h\s)++)|(?P<number>[-+]?\d*\.?\d+)|(?P<word>[A-Za-z*'\"]+|[\[\]])"
    rb"|(?P<name>/[^\s/<>\[\]()]*)|(?P<text>\()"
    rb"|<(?P<hex>[0-9A-Fa-f\s]*)>(?!>)|(?P<dict><<.*?>>)",
    re.S,
)
_NUMBER, _KIND = re.compile(rb"[-+.\d]+"), re.compile(rb"[mlch]")
_EDGE = re.compile(rb"\\.|[()]", re.S)
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


@dataclass(frozen=True)
class Outline:
    """A run of path operators (m, l, c, h) with the numbers of all: most of a page is that, and one by one they take longest."""

    kinds: str
    numbers: list[float]


Token = float | bytes | str | Word | Said | Outline
"""A number, a string, a name with its slash, or a word. Dictionaries, which only mark content, are left out, but for what a text says."""
_SAYS = re.compile(rb"/ActualText\s*(?:<(?P<hex>[0-9A-Fa-f\s]*)>|\((?P<text>(?:\\.|[^\\)])*)\))", re.S)


def tokens(content: bytes) -> Iterator[Token]:
    """Raises UnknownContent where a string has no end."""
    at: int | None = 0
    while at is not None:
        start, at = at, None
        for found in _TOKEN.finditer(content, start):
            match found.lastgroup:
                case "outline":
                    yield Outline(b"".join(_KIND.findall(found[0])).decode(), [*map(float, _NUMBER.findall(found[0]))])
                case "number":
                    yield float(found[0])
                case "word":
                    yield _word(found[0])
                case "name":
                    yield found[0].decode()
                case "text":
                    end = _end_of_text(content, found.end())
                    yield _unescaped(content[found.end() : end])
                    at = end + 1
                    break
                case "hex":
                    yield bytes.fromhex(found["hex"].decode())
                case _:
                    if (says := _SAYS.search(found[0])) is not None:
                        text = bytes.fromhex(says["hex"].decode()) if says["text"] is None else _unescaped(says["text"])
                        yield Said(text[2:].decode("utf-16-be") if text.startswith(b"\xfe\xff") else text.decode("latin-1"))


@lru_cache(64)
def _word(said: bytes) -> Word:
    """A page says forty of them three thousand times."""
    return Word(said.decode())


def _end_of_text(content: bytes, at: int) -> int:
    """Parentheses in pairs need no escape (ISO 32000, 7.3.4.2)."""
    depth = 1
    for found in _EDGE.finditer(content, at):
        depth += {b"(": 1, b")": -1}.get(found[0], 0)
        if not depth:
            return found.start()
    raise UnknownContent("text without end")


def _unescaped(text: bytes) -> bytes:
    def one(found: re.Match[bytes]) -> bytes:
        said = found[1]
        if said[:1].isdigit():
            return bytes([int(said, 8) & 255])
        return b"" if said == b"\n" else _ESCAPES.get(said, said)

    return re.sub(rb"\\([0-7]{1,3}|.)", one, text, flags=re.S)
