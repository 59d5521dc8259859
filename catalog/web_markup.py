"""网页的标记: a page as its tags and texts, in one pass however it is written, and how its styles show a text. Only `catalog.web_tables`
calls it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from catalog.cell_marks import is_symbols
from catalog.file_kinds import FileRefused
from catalog.workbook_margins import printed

#: None of these can fail after it has begun, so that no end is looked for twice: what ends with the page is refused.
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*+)((?>[^>=]++|=\s*+(?>\"[^\"]*+\"|'[^']*+'|[^\s>]*+))*+)(>?)")
_ATTRIBUTE = re.compile(r"([^\s/>=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>]*+)))?+")
_UNREAD = frozenset(
    "script style title template datalist noscript".split()
)  #: with what stands in them; of styles the rules count, and a title is a text
_CLASS = re.compile(r"\.([\w-]+)")
_STRUCK = re.compile(r"text-decoration[^:;]*:[^;]*line-through", re.I)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.I)
_FONT = re.compile(r"font-family\s*:\s*([^;,]+)", re.I)

_PRINTED = re.compile(r"mso-(?:header|footer)-data\s*:\s*\"([^\"]*)\"", re.I)
_LONGEST_STYLE = 4096

Attributes = Mapping[str, str]


@dataclass(frozen=True)
class Look:
    """How a text shows: struck through, not at all, in a font that shows pictures in place of letters."""

    struck: bool = False
    hidden: bool = False
    font: str = ""

    def under(self, outer: Look) -> Look:
        return Look(self.struck or outer.struck, self.hidden or outer.hidden, self.font or outer.font)


PLAIN = Look()
#: A tag with its attributes, the end of one (None), or a text (its name is empty).
Piece = tuple[str, Attributes | None, str]


class Styles:
    """The rules of a page that say more of a class than its looks, and `margins`: what Excel would print over and under it."""

    def __init__(self) -> None:
        self.margins: list[str] = []
        self._looks: dict[str, Look] = {}

    def learn(self, text: str) -> None:
        self.margins += (one for said in _PRINTED.findall(text) for one in printed(said))
        for part in text.split("}"):
            selectors, _, rule = part.rpartition("{")
            if (look := look_of(rule)) != PLAIN:
                for selector in selectors.split(","):
                    for name in _CLASS.findall(selector)[-1:]:
                        self._looks[name] = look.under(self._looks.get(name, PLAIN))

    def look(self, tag: str, attributes: Attributes) -> Look:
        face = attributes.get("face", "")
        look = Look(tag in ("s", "strike", "del"), "hidden" in attributes, face if is_symbols(face) else "")
        for name in attributes.get("class", "").split() if self._looks else ():
            look = self._looks.get(name, PLAIN).under(look)
        return look_of(attributes["style"]).under(look) if "style" in attributes else look


@lru_cache(maxsize=1000)
def look_of(style: str) -> Look:
    """By the declarations of a style."""
    style = style[:_LONGEST_STYLE]
    font = found[1].strip() if (found := _FONT.search(style)) and is_symbols(found[1]) else ""
    return Look(_STRUCK.search(style) is not None, _HIDDEN.search(style) is not None, font)


def pieces(text: str, styles: Styles) -> Iterator[Piece]:
    """The page from its beginning; `styles` learns its rules. Raises FileRefused where a tag or a comment has no end."""
    at = 0
    while (sign := text.find("<", at)) >= 0:
        if sign > at:
            yield "", None, unescape(text[at:sign])
        if text.startswith("<!--", sign):
            end = text.find("-->", sign + 2)
            at = sign + 5 if text.startswith("<!-->", sign) else end + 3
            if end < 0:
                raise _unended(text, sign)
        elif text.startswith(("<!", "<?"), sign):
            at = text.find(">", sign) + 1
            if not at:
                raise _unended(text, sign)
        elif (found := _TAG.match(text, sign)) is not None:
            at = found.end()
            if not found[4]:
                raise _unended(text, sign)
            name = found[2].lower()
            yield name, None if found[1] else _attributes(found[3]), ""
            if name in _UNREAD and not found[1]:
                last = _end_of(name).search(text, at)
                if last is None:
                    raise _unended(text, sign)
                if name == "style":
                    styles.learn(text[at : last.start()])
                elif name == "title":
                    yield "", None, unescape(text[at : last.start()])
                at = last.start()
        else:
            yield "", None, "<"
            at = sign + 1
    if at < len(text):
        yield "", None, unescape(text[at:])


@lru_cache
def _end_of(name: str) -> re.Pattern[str]:
    return re.compile(f"</{name}(?=[\\s/>])", re.I)


def _attributes(text: str) -> Attributes:
    found: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(text):
        found.setdefault(name.lower(), unescape("".join(values)))
    return found


def _unended(text: str, at: int) -> FileRefused:
    said = f"网页第 {text.count(chr(10), 0, at) + 1} 行的标记没有写完,其后的内容无法分清。"
    return FileRefused("broken", said, "请用 Excel 或 WPS 打开后,“另存为”XLSX 工作簿再报送。")
