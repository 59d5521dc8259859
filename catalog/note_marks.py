"""注号: marks that are numbers, behind a name (户籍证明①, 见注1, [2]), and what a note that begins with one says of the rows that bear it
(obligations 2.1, 5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from catalog.standing import cancels

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


#: What stands in a cell and says nothing of itself: 1, A.
_CODES = frozenset("0123456789ABCDEFGXYNabcdefgxyn")
_NO_CODES = re.compile("数|量|期|时|天|次|页|份|费|金额|电话|编号|层级")  #: of a column that holds others
_CODED = re.compile(
    "(?<![\\w.])(?P<code>[0-9A-Za-z])\\s*[\"“”']?\\s*(?:的?(?:为|表示|是|代表|指)|即|[:：=—-])\\s*[\"“”']?(?P<said>[^,，;；。、\\s()（）0-9A-Za-z]{2,16})"
)


def holds_codes(name: str) -> bool:
    """Whether what stands alone under this name may be a code that a note explains."""
    return _NO_CODES.search(name) is None


def code(text: str) -> frozenset[str]:
    """The mark that such a cell is."""
    return frozenset((f"码{text.upper()}",)) if text in _CODES else frozenset()


def explains_codes(text: str) -> bool:
    """Whether a text says of a code that what bears it is given up: 1为保留,2为取消."""
    return any(cancels(match["said"]) for match in _CODED.finditer(text))


def explained(text: str) -> Iterator[tuple[str, str]]:
    """Which marks a note explains, and what it says of each; of codes only those of what is given up."""
    yield from ((f"码{match['code'].upper()}", match["said"]) for match in _CODED.finditer(text) if cancels(match["said"]))
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
