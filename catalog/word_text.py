"""Word 的文字: what a paragraph, a cell or a text box shows: text, ticks, fields, boxes, each once, as the page shows it: what was deleted
under 修订 is not there, what is struck through or no text is a fault. Only `catalog.word_tables` calls it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple
from xml.etree import ElementTree

from catalog.cell_facts import Fault
from catalog.cell_marks import FIELD, HIDDEN, PICTURE, STRUCK, SYMBOL, TICKED, UNTICKED, is_symbols, overlaid, seen
from catalog.cell_notes import of_comment, of_footnote
from catalog.xml_parts import named, tag
from domain.cells import meant

#: What no reader of the page sees.
_LEFT_OUT = frozenset("del moveFrom delText delInstrText rPr pPr tblPr sdtPr sdtEndPr rt".split())
_LEFT_EMPTY = frozenset("XE TC TA RD SET ASK PRIVATE ADVANCE FORMTEXT BOOKMARK PAGE NUMPAGES".split())  #: fields that may show nothing
_MATHS = frozenset("oMath oMathPara r t rPr ctrlPr rFonts i b sty scr lang sz szCs color bookmarkStart bookmarkEnd".split())
_OFF = ("0", "false", "off")
#: What hangs on a text, and why the text cannot be used.
_FAULTS = {"footnoteReference": of_footnote, "endnoteReference": of_footnote, "commentReference": of_comment}
_SAYS = {"br": "\n", "cr": "\n", "tab": " ", "ptab": " ", "noBreakHyphen": "-"}


@dataclass
class _Field:
    said: str = ""  #: its instruction
    shows: bool = False  #: what follows is its result
    at: int = 0  #: where its result begins
    form: ElementTree.Element | None = None


class StyleLooks(NamedTuple):
    """The names of the styles of a document that strike through, and of those that hide; `beside`: what its comments and footnotes say,
    by what refers to them and their number."""

    struck: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    beside: Mapping[tuple[str, str], str] = MappingProxyType({})


PLAIN_STYLES = StyleLooks()


class Shown:
    """What an element of the page shows, in these styles. `tables`: the tables inside, each with the lines
    before it; `beside`: what comments and footnotes say that hang on it."""

    def __init__(self, styles: StyleLooks) -> None:
        self.fault: Fault | None = None
        self.tables: list[tuple[ElementTree.Element, list[str]]] = []
        self.beside: list[str] = []
        self._styles = styles
        self._said: list[str] = []
        self._fields: list[_Field] = []

    @property
    def lines(self) -> list[str]:
        return [line for text in "".join(self._said).split("\n") if (line := text.strip())]

    @property
    def text(self) -> str:
        return meant("\n".join(self.lines))

    def blocks(self, parent: ElementTree.Element) -> Shown:
        """All that stands in a cell, a box or the like."""
        for element in chosen(parent):
            match tag(element):
                case "p":
                    self._paragraph(element)
                case "tbl":
                    self.tables.append((element, self.lines))
                case "sdt" if (ticked := state(element)) is not None:
                    self._said += [ticked, "\n"]
                case name if name not in _LEFT_OUT:
                    self.blocks(element)
        if any(not field.shows for field in self._fields):
            self._marks(FIELD)
        return self

    def _marks(self, fault: Fault | None) -> None:
        self.fault = self.fault or fault

    def _say(self, text: str) -> None:
        """Inside a field's instruction it is part of that."""
        field = next((one for one in reversed(self._fields) if not one.shows), None)
        if field is None:
            self._said.append(text)
        else:
            field.said += text

    def _paragraph(self, element: ElementTree.Element) -> None:
        style = value(element.find("{*}pPr/{*}pStyle"))
        if style in self._styles.hidden:
            self._hides(element)
        else:
            self._inline(element, "", style in self._styles.struck)
        self._said.append("\n")

    def _inline(self, parent: ElementTree.Element, font: str, struck: bool) -> None:
        for element in chosen(parent):
            match tag(element):
                case "r":
                    self._run(element, struck)
                case "t" | "instrText" as name:
                    text, fault = seen(element.text or "", font)
                    self._say(text)
                    self._marks(fault)
                    if struck and text.strip() and name == "t":
                        self._marks(STRUCK)
                case "sym":
                    code = named(element, "char")
                    self._symbol(int(code, 16) if code.isalnum() and code.isascii() and len(code) < 6 else 0, named(element, "font"))
                case "fldChar":
                    self._field(element)
                case "fldSimple":
                    at = len(self._said)
                    self._inline(element, font, struck)
                    self._without_result(_Field(named(element, "instr"), True, at))
                case "sdt" if (ticked := state(element)) is not None:
                    self._say(ticked)
                case "drawing" | "pict" | "object":
                    self._drawn(element)
                case "oMath" | "oMathPara":
                    if {tag(one) for one in element.iter()} - _MATHS:
                        self._marks(FIELD)
                    self._inline(element, font, struck)
                case name if name in _FAULTS:
                    said = self._styles.beside.get((name, named(element, "id")), "")
                    self.beside += [line for text in said.split("\n") if (line := text.strip())]
                    self._marks(_FAULTS[name](said))
                case name if name in _SAYS:
                    self._say(_SAYS[name])
                case name if name not in _LEFT_OUT:
                    self._inline(element, font, struck)

    def _run(self, element: ElementTree.Element, struck: bool) -> None:
        about = element.find("{*}rPr")
        font = ""
        if about is not None:
            marks = [is_on(one) for name in ("strike", "dstrike") if (one := about.find(f"{{*}}{name}")) is not None]
            style = value(about.find("{*}rStyle"))
            struck = any(marks) if marks else struck or style in self._styles.struck
            fonts = about.find("{*}rFonts")
            font = next((one for one in map(str, fonts.attrib.values() if fonts is not None else ()) if is_symbols(one)), "")
            hidden = about.find("{*}vanish")
            if is_on(hidden) if hidden is not None else style in self._styles.hidden:
                self._hides(element)
                return
        self._inline(element, font, struck)

    def _hides(self, element: ElementTree.Element) -> None:
        """What it holds shows nowhere: a fault where that is a text."""
        if any((one.text or "").strip() for one in element.iter() if tag(one) == "t"):
            self._marks(HIDDEN)

    def _symbol(self, code: int, font: str) -> None:
        text, fault = seen(chr(code) if code < 0x110000 else "", font) if code else ("", SYMBOL)
        self._say(text)
        self._marks(fault)

    def _field(self, element: ElementTree.Element) -> None:
        match named(element, "fldCharType"):
            case "begin":
                self._fields.append(_Field(form=element.find("{*}ffData")))
            case "separate" if self._fields:
                self._fields[-1].shows, self._fields[-1].at = True, len(self._said)
            case "end" if self._fields:
                field = self._fields.pop()
                field.at = field.at if field.shows else len(self._said)
                self._without_result(field)

    def _without_result(self, field: _Field) -> None:
        """A field that ends: what it shows where its result is no text."""
        words = field.said.split()
        box = field.form.find("{*}checkBox") if field.form is not None else None
        drop = field.form.find("{*}ddList") if field.form is not None else None
        if box is not None:
            mark = box.find("{*}checked") if box.find("{*}checked") is not None else box.find("{*}default")
            self._say(TICKED if mark is not None and is_on(mark) else UNTICKED)
        elif drop is not None:
            entries, at = [value(one) for one in drop.iterfind("{*}listEntry")], value(drop.find("{*}result")) or "0"
            self._say(entries[int(at)] if at.isdecimal() and len(at) < 4 and int(at) < len(entries) else "")
        elif "".join(self._said[field.at :]).strip() or not words or words[0].upper() in _LEFT_EMPTY:
            return
        elif words[0].upper() == "EQ" and (text := overlaid(field.said)) is not None:
            self._say(text)
        elif words[0].upper() == "SYMBOL" and len(words) > 1 and words[1].isdecimal() and len(words[1]) < 6:
            _, _, font = field.said.partition("\\f")
            self._symbol(int(words[1]), font.strip().strip('"').partition('"')[0])
        else:
            self._marks(FIELD)

    def _drawn(self, element: ElementTree.Element) -> None:
        """Text boxes and letters drawn as a picture of themselves are read; pictures and shapes without a text cannot be."""
        before = len(self.lines), len(self.tables)
        boxes = list(_boxes(element))
        self._said += ["\n", *(named(one, "string") + "\n" for one in element.iter() if tag(one) == "textpath")]
        for box in boxes:
            self.blocks(box)
        self._said.append("\n")
        if before == (len(self.lines), len(self.tables)) or any(tag(one) in ("blip", "imagedata") for one in element.iter()):
            self._marks(PICTURE)


def _boxes(parent: ElementTree.Element) -> Iterator[ElementTree.Element]:
    for element in chosen(parent):
        if tag(element) == "txbxContent":
            yield element
        else:
            yield from _boxes(element)


def chosen(parent: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """The children; of what is written in two ways for two kinds of readers the first way alone."""
    for element in parent:
        if tag(element) != "AlternateContent":
            yield element
        elif (way := next((one for name in ("Choice", "Fallback") for one in element if tag(one) == name), None)) is not None:
            yield from chosen(way)


def state(control: ElementTree.Element) -> str | None:
    """What a control of the page says that is no text of it: whether it is ticked, nothing where only its prompt shows. None: its
    text counts."""
    about = control.find("{*}sdtPr")
    if about is None:
        return None
    if (box := about.find("{*}checkbox")) is not None:
        mark = box.find("{*}checked")
        return TICKED if mark is not None and is_on(mark) else UNTICKED
    prompt = about.find("{*}showingPlcHdr")
    return "" if prompt is not None and is_on(prompt) else None


def is_on(mark: ElementTree.Element) -> bool:
    return value(mark) not in _OFF


def value(element: ElementTree.Element | None) -> str:
    return named(element, "val") if element is not None else ""
