"""注号: marks that are numbers, behind a name (户籍证明①, 见注1, [2]), and what a note that begins with one says of the rows that bear it
(obligations 2.1, 5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NUMBER = "(?P<{}>\\d{{1,2}}|[①②③④⑤⑥⑦⑧⑨⑩]|[一二三四五六七八九十])"
_NOTE = "(?:附?注|备注|说明)"
#: At the end of a cell, of which several stand in one text, line by line.
_BORNE = re.compile(
    f"(?:(?P<see>见|详见|同|参见)?(?:表?下|表后|文末)?(?P<word>{_NOTE})\\s*(?:[(（]?{_NUMBER.format('of')}[)）]?)?|(?P<circle>[①②③④⑤⑥⑦⑧⑨⑩])"
    f"|[\\[［〔【]{_NOTE}?{_NUMBER.format('bracket')}[\\]］〕】])[)）。]?$",
    re.M,
)
_EXPLAINS = re.compile(
    f"(?:^|(?<=[\\s;；。]))(?:[(（]?{_NOTE}\\s*{_NUMBER.format('of')}[)）]?\\s*[:：.、,，]?|(?P<circle>[①②③④⑤⑥⑦⑧⑨⑩])[:：.、,，]?"
    f"|[\\[［〔【]{_NOTE}?{_NUMBER.format('bracket')}[\\]］〕】][:：]?)"
)
_ALL = re.compile(f"^{_NOTE}\\s*[:：]")
_ITEMS = re.compile("(?:(?<=[:：;；。\\s])|^)(?P<item>\\d{1,2})[.、)）](?!\\d)")  #: 注:1.… 2.…
_CIRCLES, _CHINESE = "①②③④⑤⑥⑦⑧⑨⑩", "一二三四五六七八九十"
MAY_BEAR = "注说①②③④⑤⑥⑦⑧⑨⑩\\[［〔【"  #: every such mark holds one of these, as a class of characters; 明 stands in every 证明


def borne(words: str) -> frozenset[str]:
    """The marks that the cells of a row bear, one a line: 注1, 注 (of 见注)."""
    found = set()
    for match in _BORNE.finditer(words):
        number = match["of"] or match["circle"] or match["bracket"]
        if number or match["see"]:
            found.add(f"注{_plain(number)}" if number else "注")
    return frozenset(found)


def explained(text: str) -> Iterator[tuple[str, str]]:
    """Which marks a note explains, and what it says of each."""
    whole = _ALL.match(text)
    begins = [(match, match["of"] or match["circle"] or match["bracket"]) for match in _EXPLAINS.finditer(text)]
    if not begins and whole:
        yield "注", text[whole.end() :]
        begins = [(match, match["item"]) for match in _ITEMS.finditer(text, whole.end())]
    ends = [match.start() for match, _ in begins[1:]] + [len(text)]
    for (match, number), end in zip(begins, ends, strict=False):
        yield f"注{_plain(number)}", text[match.end() : end]


def _plain(number: str) -> str:
    for row in (_CIRCLES, _CHINESE):
        if number in row:
            return str(row.index(number) + 1)
    return number
