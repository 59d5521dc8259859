"""OFD 的版面 (GB/T 33190, 8): a page that Typst set as PDF, object by object as OFD, so that both look alike and the text stays text.

Only what our own template makes is known: texts in embedded fonts, lines and filled shapes. Anything else raises, so that no proof
lacks a part unseen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from itertools import islice
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from pyhanko.pdf_utils.reader import PdfFileReader

from proofs.ofd.content import Outline, Said, UnknownContent, Word, tokens
from proofs.ofd.fonts import opentype

MM = 25.4 / 72
WIDTH, HEIGHT = 210, 297
_UP, _HIGH = 0.9, 1.25  #: of a line of text in its own size: its box above the baseline, and the whole of it
_ALIKE = 4  #: digits
_WITHOUT_LOOKS = frozenset({"BDC", "BMC", "EMC", "ET", "M", "W", "W*", "i", "j", "J", "d", "ri", "cs", "CS"})
"""Marks and joints, and clipping: the template clips nothing but the code to its own edge. Colours say by their count of which kind."""
_PAINTS = {
    "S": (False, True),
    "s": (False, True),
    "f": (True, False),
    "F": (True, False),
    "f*": (True, False),
    "n": (False, False),
} | dict.fromkeys(("B", "B*"), (True, True))
_PATHS = {"m": ("M", 1), "l": ("L", 1), "c": ("B", 3), "h": ("C", 0)}  #: and how many points each takes
Matrix = tuple[float, float, float, float, float, float]
_PLAIN: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True)
class Font:
    """`program`: OpenType. `characters` and `widths` (thousandths of an em) by glyph."""

    name: str
    program: bytes
    characters: Mapping[int, str]
    widths: Mapping[int, int]


class _State(NamedTuple):
    """What `q` keeps and `Q` brings back."""

    matrix: Matrix = _PLAIN
    fill: Sequence[float] = (0.0,)
    line: Sequence[float] = (0.0,)
    width: float = 1.0
    opacity: float = 1.0
    font: int = 0
    size: float = 0.0
    mode: int = 0

    def colour(self, numbers: Sequence[float]) -> str:
        """Faint ones as they look on white: not all readers take a text's opacity, and the page's only faint one lies under all else."""
        three = [*numbers] * 3 if len(numbers) == 1 else numbers
        return " ".join(str(round(255 * (one * self.opacity + 1 - self.opacity))) for one in three)


@dataclass
class Drawn:
    """The page's objects in XML, and the fonts by their number."""

    objects: list[str] = field(default_factory=list)
    fonts: dict[int, Font] = field(default_factory=dict)


def drawn(pdf: bytes, first_id: int) -> Drawn:
    """The only page of our own PDF. `first_id`: of its objects; fonts come first. Raises UnknownContent."""
    pages = PdfFileReader(BytesIO(pdf)).root["/Pages"]["/Kids"]
    if len(pages) != 1:
        raise UnknownContent("pages")
    page = pages[0]
    resources = page["/Resources"]
    names = {name: first_id + place for place, name in enumerate(sorted(resources["/Font"]))}
    made = Drawn(fonts={number: _font(resources["/Font"][name]) for name, number in names.items()})
    faint = {name: float(state.get_object().get("/ca", 1)) for name, state in resources.get("/ExtGState", {}).items()}
    _Page(made, names, faint, float(page["/MediaBox"][3]), first_id + len(names)).draw(page["/Contents"].data)
    return made


class _Page:
    def __init__(self, made: Drawn, names: Mapping[str, int], faint: Mapping[str, float], height: float, first: int) -> None:
        self._made, self._names, self._faint, self._height, self._next = made, names, faint, height, first
        self._state, self._kept, self._text_matrix = _State(), list[_State](), _PLAIN
        self._kinds, self._numbers = "", list[float]()  #: of the path that grows
        self._marked = ""  #: what the text says that is drawn now; "": what its glyphs say

    def draw(self, content: bytes) -> None:
        operands = into = list[Any]()
        for token in tokens(content):
            if isinstance(token, Outline):
                self._way(token.kinds, operands + token.numbers)
            elif isinstance(token, Said):
                self._marked = token.text
            elif not isinstance(token, Word):
                into.append(token)
            elif token.said == "[":
                into = []
                operands.append(into)
            elif token.said == "]":
                into = operands
            else:
                self._done(token.said, operands)
                operands = into = []

    def _done(self, said: str, given: list[Any]) -> None:
        """One operator with what stood before it, which is its own from now on."""
        if said in _PATHS:
            self._way(said, given)
        elif (act := _ACTS.get(said)) is not None:
            self._state = act(self, self._state, given)
        elif said in _PAINTS:
            fill, line = _PAINTS[said]
            if fill or line:
                self._paint(fill=fill, line=line)
            self._kinds, self._numbers = "", []
        elif said == "re":
            x, y, w, h = given
            self._way("mlllh", [x, y, x + w, y, x + w, y + h, x, y + h])
        elif said in ("BT", "Tm"):
            self._text_matrix = _matrix(given) if given else _PLAIN
        elif said == "EMC":
            self._marked = ""
        elif said in ("Tj", "TJ"):
            self._text(given if said == "Tj" else given[0], _times(self._text_matrix, self._state.matrix))
        elif said not in _WITHOUT_LOOKS:
            raise UnknownContent(said)

    def _way(self, kinds: str, numbers: list[float]) -> None:
        if len(numbers) != 2 * sum(_PATHS[kind][1] for kind in kinds):
            raise UnknownContent("path")
        self._kinds += kinds
        self._numbers += numbers

    def keep(self, state: _State, _: list[Any]) -> _State:
        self._kept.append(state)
        return state

    def bring_back(self, _: _State, __: list[Any]) -> _State:
        return self._kept.pop()

    def opacity(self, state: _State, given: list[Any]) -> _State:
        return state._replace(opacity=self._faint[given[0]])

    def choose(self, state: _State, given: list[Any]) -> _State:
        return state._replace(font=self._names[given[0]], size=given[1])

    def _text(self, parts: list[Any], matrix: Matrix) -> None:
        """Glyph by glyph with its place along the line; what is no single character stands by itself."""
        state, font, at = self._state, self._made.fonts[self._state.font], 0.0
        run: list[tuple[int, str, float]] = []
        only = sum(len(part) for part in parts if isinstance(part, bytes)) == 2
        for part in parts:
            if not isinstance(part, bytes):
                at -= part * state.size / 1000 * MM
                continue
            for glyph in (int.from_bytes(part[place : place + 2], "big") for place in range(0, len(part), 2)):
                said = (self._marked if only else "") or font.characters.get(glyph, "\ufffd")
                if len(said) > 1 and run:
                    self._write(run, matrix)
                    run = []
                run.append((glyph, said, at))
                at += font.widths[glyph] * state.size / 1000 * MM
                if len(said) > 1:
                    self._write(run, matrix)
                    run = []
        self._write(run, matrix)

    def _write(self, run: Sequence[tuple[int, str, float]], matrix: Matrix) -> None:
        while run and run[0][1].isspace():  # some readers take a space at an end for none, and all that follows would move
            run = run[1:]
        while run and run[-1][1].isspace():
            run = run[:-1]
        if not run:
            return
        state, said, start = self._state, "".join(one for _, one, _ in run), run[0][2]
        size, edge = state.size * MM, run[-1][2] - start + self._made.fonts[state.font].widths[run[-1][0]] * state.size / 1000 * MM
        a, b, c, d, e, f = matrix
        x, y = e * MM + a * start, (self._height - f) * MM - b * start
        if tuple(round(one, _ALIKE) for one in (a, b, c, d)) == (1, 0, 0, 1):  # upright: a box of its own, which readers can select
            box, moved, up = _said(x, y - _UP * size, edge + 0.1, _HIGH * size), "", _UP * size
        else:
            box, moved, up = f"0 0 {WIDTH} {HEIGHT}", f' CTM="{_said(a, -b, -c, d, x, y)}"', 0.0
        heavy = state.mode == 2
        look = f' Stroke="true" LineWidth="{_said(state.width * MM)}"' if heavy else ""
        colours = f'<ofd:FillColor Value="{state.colour(state.fill)}"/>'
        colours += f'<ofd:StrokeColor Value="{state.colour(state.line)}"/>' if heavy else ""
        steps = [next_one[2] - one[2] for one, next_one in zip(run, run[1:], strict=False)]
        delta = f' DeltaX="{_said(*steps)}"' if steps else ""
        units = len(said.encode("utf-16-be")) // 2  # as readers count characters
        chosen = f'<ofd:CGTransform CodePosition="0" CodeCount="{units}" GlyphCount="{len(run)}">'
        chosen += f"<ofd:Glyphs>{' '.join(str(glyph) for glyph, _, _ in run)}</ofd:Glyphs></ofd:CGTransform>"
        self._object(
            "TextObject",
            f'Boundary="{box}" Font="{state.font}" Size="{_said(size)}"{moved}{look}',
            f'{colours}{chosen}<ofd:TextCode X="0" Y="{_said(up)}"{delta}>{escape(said)}</ofd:TextCode>',
        )

    def _paint(self, *, fill: bool, line: bool) -> None:
        state, high = self._state, self._height
        a, b, c, d, e, f = state.matrix
        points = list(zip(self._numbers[::2], self._numbers[1::2], strict=True))
        xs, ys = [(a * x + c * y + e) * MM for x, y in points], [(high - (b * x + d * y + f)) * MM for x, y in points]
        edge = state.width * MM if line else 0.1
        left, top = min(xs) - edge, min(ys) - edge
        places = zip([_number(x - left) for x in xs], [_number(y - top) for y in ys], strict=True)
        data = list[str]()
        for kind in self._kinds:
            name, many = _PATHS[kind]
            data.append(name)
            for place in islice(places, many):
                data += place
        box = _said(left, top, max(xs) - left + edge, max(ys) - top + edge)
        look = f'LineWidth="{_said(state.width * MM)}" Stroke="{_truth(line)}" Fill="{_truth(fill)}"'
        colours = f'<ofd:StrokeColor Value="{state.colour(state.line)}"/>' if line else ""
        colours += f'<ofd:FillColor Value="{state.colour(state.fill)}"/>' if fill else ""
        self._object("PathObject", f'Boundary="{box}" {look}', f"{colours}<ofd:AbbreviatedData>{' '.join(data)}</ofd:AbbreviatedData>")

    def _object(self, kind: str, attributes: str, content: str) -> None:
        self._made.objects.append(f'<ofd:{kind} ID="{self._next}" {attributes}>{content}</ofd:{kind}>')
        self._next += 1


_ACTS: Mapping[str, Callable[[_Page, _State, list[Any]], _State]] = {
    "q": _Page.keep,
    "Q": _Page.bring_back,
    "gs": _Page.opacity,
    "Tf": _Page.choose,
    "cm": lambda _, state, given: state._replace(matrix=_times(_matrix(given), state.matrix)),
    "w": lambda _, state, given: state._replace(width=given[0]),
    "Tr": lambda _, state, given: state._replace(mode=int(given[0])),
} | {
    name: act
    for names, act in (
        (("scn", "sc", "g", "rg"), lambda _, state, given: state._replace(fill=tuple(given))),
        (("SCN", "SC", "G", "RG"), lambda _, state, given: state._replace(line=tuple(given))),
    )
    for name in names
}


def _font(font: Any) -> Font:
    inner = font["/DescendantFonts"][0]
    described, widths, characters = inner["/FontDescriptor"], dict[int, int](), dict[int, str]()
    listed = [int(one) for one in inner["/W"]]
    for first, last, width in zip(listed[::3], listed[1::3], listed[2::3], strict=True):
        widths |= dict.fromkeys(range(first, last + 1), width)
    for glyph, code in _mapped(font["/ToUnicode"].data):
        characters[glyph] = code
    widths = {glyph: widths.get(glyph, 0) for glyph in range(max(widths) + 1)}
    points = {ord(said): glyph for glyph, said in reversed(characters.items()) if len(said) == 1}
    name = str(inner["/BaseFont"]).removeprefix("/")
    box = [int(edge) for edge in described["/FontBBox"]]
    return Font(name, opentype(described["/FontFile3"].data, [*widths.values()], points, name, box), characters, widths)


def _mapped(said: bytes) -> Iterator[tuple[int, str]]:
    for glyph, code in re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n", said):
        yield int(glyph, 16), bytes.fromhex(code.decode()).decode("utf-16-be")


def _matrix(given: Sequence[float]) -> Matrix:
    a, b, c, d, e, f = given
    return a, b, c, d, e, f


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _said(*numbers: float) -> str:
    return " ".join(map(_number, numbers))


@lru_cache(4096)
def _number(one: float) -> str:
    """No digit more than is seen, no zeros behind, and never -0. The code's squares stand in rows: their places come again and again."""
    said = f"{one:.{_ALIKE}f}".rstrip("0").rstrip(".")
    return "0" if said == "-0" else said


def _truth(one: bool) -> str:
    return "true" if one else "false"
