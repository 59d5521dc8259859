"""周报的构件: paragraphs, tables and pictures. HTML and PDF print the same ones."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reports.wording import of_period


@dataclass(frozen=True)
class Paragraph:
    """`small`: for the eye alone, where the rest of its page is read aloud."""

    text: str
    small: bool = False


@dataclass(frozen=True)
class Table:
    """`numeric`: how many columns at the end are numbers, set flush right. `small`: beside something that is read first; `least`: which
    of its columns gives way where its page has no room for all."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: int
    empty: str = "本周没有。"
    note: str = ""
    small: bool = False
    least: int = -1


@dataclass(frozen=True)
class Picture:
    """An SVG, and what it shows in words for whoever cannot see it."""

    title: str
    svg: str
    words: str


Block = Paragraph | Table | Picture


@dataclass(frozen=True)
class Section:
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """The whole report, in the order in which it is read."""

    mark: str  #: 发文机关标志
    subtitle: str
    issue: str
    issuer: str
    date: str
    title: str
    sections: tuple[Section, ...]
    copies: str = ""  #: 抄送; without any there is no 版记


def worded(block: Block, week: bool) -> Block:
    """The block in the words of a week, or of another range."""
    match block:
        case Paragraph():
            return replace(block, text=of_period(block.text, week))
        case Table():
            rows = tuple(tuple(of_period(cell, week) for cell in row) for row in block.rows)
            return replace(block, rows=rows, empty=of_period(block.empty, week), note=of_period(block.note, week))
        case Picture():
            return block
