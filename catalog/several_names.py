"""一格多名: the proofs that a cell names where it names more than one: 户籍证明、婚姻状况证明, 1.… 2.…, one on each line.

A registered name may itself hold what stands between two (残疾人证、残疾证明): parts beside each other are tried together, too, and
only a cell that consists of known names in one way is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from catalog.cleaning import clean

#: What is known of a name: its code, or None.
Known = Callable[[str], str | None]
_MARKS = r"[、,\uff0c;\uff1b|/\u2460-\u2473]|[(\uff08]?\d{1,2}[)\uff09.\uff0e]"
_CERTAIN = re.compile(_MARKS)  #: a name ends here, known or not
_POSSIBLE = re.compile(rf"{_MARKS}|[\r\n]|或者?|以及|[和与及]")
_OPENING, _CLOSING = re.compile("[(\uff08\u3010\u300a]"), re.compile("[)\uff09\u3011\u300b]")
_MOST = 24  #: parts; more are no names


def named_in(text: str, known: Known) -> tuple[str, ...]:
    """The codes of the proofs that this text names, in their order; none where it is not known names in one way only, or one name."""
    parts = _parts(text, _POSSIBLE)
    found = {tuple(dict.fromkeys(way)) for way in _ways(text, parts, known)} if 1 < len(parts) <= _MOST else set()
    return next((way for way in found if len(way) > 1), ()) if len(found) == 1 else ()


def unknown_in(text: str, known: Known) -> tuple[str, ...]:
    """The names that nobody knows beside others that are known; none where no mark says where they begin and end, or one within
    brackets does."""
    names = [clean(text[start:end]) for start, end in _parts(text, _CERTAIN)][:_MOST]
    unknown = [name for name in names if known(name) is None and not named_in(name, known)]
    torn = any(len(_OPENING.findall(name)) != len(_CLOSING.findall(name)) for name in unknown)
    return tuple(dict.fromkeys(unknown)) if len(unknown) < len(names) and not torn else ()


_EITHER = re.compile("或|/|任选|任一|任意|之一|择一|选一|其一|均可|皆可|其中一|提供一种")
#: The same in a remark, a heading or the name of a column, where 之一 and 均可 may speak of anything.
_ONE_SUFFICES = re.compile(
    "[二两三四]选一|择一|任选(其一|一|[(]|$)|任(意|一|选)?(提供|提交)?(其一|其中|一[种项个类])|(其中|上述|以上|以下|下列).{0,6}(任一|一[种项个类])(即可|$)"
    "|(提供|提交|出具)(其中)?(之一|一[种项个类]|其一)(即可|$)|其一即可|之一即可"
)


def one_suffices(text: str) -> bool:
    """True where a text beside or over proofs says that one of them will do: 二选一, 任意提供其一."""
    return "一" in text and _ONE_SUFFICES.search(clean(text)) is not None


def is_either(text: str) -> bool:
    """True where the names may stand for one another: 户籍证明或居住证明. Who reads 或 as 和 asks for two where one will do."""
    return _EITHER.search(text) is not None


def known_within(text: str, known: Known) -> set[str]:
    """The codes of all known names among the parts of this text."""
    parts = re.split(f"{_POSSIBLE.pattern}|[()\uff08\uff09]|{_EITHER.pattern}", text)
    return {code for part in parts if part and (code := known(clean(part)))}


def _parts(text: str, between: re.Pattern[str]) -> list[tuple[int, int]]:
    """Where the parts stand that hold anything: beginnings and ends."""
    edges = [0, *(edge for mark in between.finditer(text) for edge in mark.span()), len(text)]
    return [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if clean(text[start:end])]


def _ways(text: str, parts: list[tuple[int, int]], known: Known) -> Iterator[tuple[str, ...]]:
    """Each way in which the parts, alone or with those beside them, are known names."""
    if not parts:
        yield ()
    for last in range(len(parts)):
        if code := known(clean(text[parts[0][0] : parts[last][1]])):
            for rest in _ways(text, parts[last + 1 :], known):
                yield code, *rest
