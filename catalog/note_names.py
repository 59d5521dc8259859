"""注里的名称: which proofs and matters of the rows a text names, by name, former name or code: 公共租赁住房申请所需证明取消."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

#: The names under which the thing of a code is known, folded.
Names = Callable[[str], tuple[str, ...]]


class Named(NamedTuple):
    """The codes of the proofs and the matters that a text names. `together`: a row is meant that has both; `more`: it names something
    beside them that nobody knows; `written`: as what."""

    proofs: frozenset[str] = frozenset()
    matters: frozenset[str] = frozenset()
    together: bool = False
    more: bool = False
    written: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.proofs or self.matters)


NOTHING = Named()


#: Where an enumeration goes on, and where one ends.
_AND, _ENDS = re.compile("[、和及与]"), re.compile("[,;。:]")
_AT_END = re.compile("\0([(][^)]*[)]|等|等证明|[一二三两]项)*$")  #: what follows 户籍证明正在 is no name: 与市局对接
_NO_NAME = re.compile("(第|其中|以上|上述|前述|所列|等|的|所需|证明|事项|材料|中|\\d|[项条行])*")


def names_in(text: str, code: str, names: Names) -> tuple[str, ...]:
    """Under which of its names, or its code, this text names it."""
    if not code:
        return ()
    found = tuple(name for name in names(code) if name in text)
    is_coded = code in text and re.search(rf"(?<![A-Za-z0-9-]){re.escape(code)}(?![A-Za-z0-9-])", text)
    return (*found, code) if is_coded else found


def named(text: str, proofs: Mapping[str, tuple[str, ...]], matters: Mapping[str, tuple[str, ...]]) -> Named:
    """What it names in all: `proofs`, `matters`: code -> what of its names stands in it."""
    if not proofs and not matters:
        return NOTHING
    written = sorted({name for names in (*proofs.values(), *matters.values()) for name in names}, key=len, reverse=True)
    form = re.compile("|".join(map(re.escape, written)))
    clauses = [form.sub("\0", clause) for clause in _ENDS.split(text) if form.search(clause)]
    parts = [part for clause in clauses for part in _AND.split(clause)] if any(map(_AND.search, clauses)) else []
    unknown = any(
        "\0" not in part and not _NO_NAME.fullmatch(part) and (_AT_END.search(before) or after.startswith("\0"))
        for before, part, after in zip(("", *parts), parts, (*parts[1:], ""), strict=False)
    )
    return Named(
        frozenset(proofs), frozenset(matters), together=bool(proofs and matters) and not parts, more=unknown, written=tuple(written)
    )
