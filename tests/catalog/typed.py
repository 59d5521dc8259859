"""A list as it is typed: its lines, and names as somebody else spells them."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

Cell = tuple[int, int, int, int]  #: a merged one: first row, first column, rows, columns


@dataclass
class Sheet:
    """What is written: the lines, and which of their cells are merged (0-based)."""

    width: int
    lines: list[list[object]]
    merged: list[Cell]
    breaks: list[int] = field(default_factory=list)  #: lines with which a document's next table begins

    def line(self, text: str, *, across: bool) -> None:
        if across:
            self.merged.append((len(self.lines), 0, 1, self.width))
        self.lines.append([text, *[None] * (self.width - 1)])


def spelt(draw: Random, text: str) -> str:
    """The same name as somebody else types it."""
    way = draw.randint(0, 6)
    if way == 0 and len(text) > 3:
        at = draw.randint(1, len(text) - 1)
        return text[:at] + draw.choice(("\n", " ", "\u3000")) + text[at:]
    return {1: f" {text} ", 2: f"{text}\u200b", 3: f"{text}。"}.get(way, text)


def wide(draw: Random, text: str) -> str:
    """Letters and figures of full width, now and then."""
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text) if draw.random() < 0.15 else text
