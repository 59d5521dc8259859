"""注里的变动: of which rows a note says that something about them is not what it was: 第2项名称调整为X, 户籍证明现称X, *处有调整
(obligations 2.1, 5.1). Who took such rows as they stand would take the old name, or what was meant to be looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from catalog.note_names import Named
from catalog.renamings import called_otherwise
from catalog.row_numbers import without_numbers
from catalog.rows_left import without_signs

_CHANGES = "(调整|变动|变化|修改|更改|变更|更新|改动|修订)"
#: Nothing but that: 有调整, 为本次变动事项.
_CHANGED = re.compile(
    "(的|号|处|者|为|表示|是|系|项|证明|事项|材料|内容|名称|文字|本次|今年|较上年|[与比同](上年|去年|上次)|相比|已|均|都|有|作|做|了|进行|所|拟|需|经|过"
    f"|标[注记识]|[、:])*{_CHANGES}(了|过|的|事项|项目|内容|处|之处|证明|部分)*"
)
_SENTENCES, _CLAUSES = re.compile("[;。]"), re.compile(r"(?<!\d),|,(?!\d)")
_IF = re.compile("如|若|遇|凡|[未无不]|没有")
_ITEM = re.compile("^[(]?\\d{1,2}[.)]")  #: of a note in several
_BARE = re.compile(r"(^|[,:])(?=\d[\d、和及与~至-]*[项条])")  #: 2、3项名称有调整


class Altered(NamedTuple):
    """Of what a note says so, as it is written there; empty: of nothing. `now`: how it is called, where rows are; `rest`: what
    else the note says."""

    of: str
    now: str
    rest: str


def altered(plain: str, names: Callable[[str], Named]) -> Altered:
    """What a folded note says of which rows; `names`: what a text names of them."""
    if not _CHANGES_OR_CALLS.search(plain):
        return Altered("", "", plain)
    of: list[str] = []
    now: list[str] = []
    rest: list[str] = []
    for sentence in _SENTENCES.split(plain):
        before, called, after = called_otherwise(sentence)
        if before:
            of.append(_ITEM.sub("", before))
            now += (name for name in called if name in names(name).written)
        for clause in _CLAUSES.split(after if before else sentence):
            said = _BARE.sub(r"\1第", _ITEM.sub("", clause))
            is_one = _CHANGED.search(said) and not _IF.search(said) and _CHANGED.fullmatch(_without(said, names))
            (of if is_one else rest).append(said if is_one else clause)
    return Altered(_BARE.sub(r"\1第", ",".join(of)), ",".join(now), ",".join(rest))


_CHANGES_OR_CALLS = re.compile(f"{_CHANGES}|[更改易现]|规范|统一")


def _without(clause: str, names: Callable[[str], Named]) -> str:
    """What a clause says of rows, without which these are."""
    for name in names(clause).written:
        clause = clause.replace(name, "")
    return without_signs(without_numbers(clause))
