"""更名与合并: a remark that says that what its row names is called otherwise by now, or is one with another. Whoever takes the row takes
the old name, or one of two that are one (obligations 2.1, 5.1).
"""

from __future__ import annotations

import re

from catalog.cleaning import clean, key
from catalog.remembering import remembered
from catalog.standing import PARTS
from domain.spelling import fold

_DONE = "(已|拟|应|现|将|经|统一|相应|建议|予以|证明|材料|事项|本项|此项|该项|进行)*"
_CALLED = "(更名|改名|易名|改称|重新命名)"
_NAME = "(证明|材料|事项)?(名称|名字)"
_CHANGED = "(调整|变更|更改|修改|修订|规范|统一|改|更改|更正)"
#: 更名为X, 名称调整为X; by what it was called (由X更名) nobody need be asked, it is called so.
_TO = re.compile(f"({_CALLED}|{_NAME}(由[^,;。]{{1,40}}?)?{_DONE}{_CHANGED})(为|成|至)[:]?(?P<to>[^,;。]{{1,60}})")
_BARE = re.compile(f"{_DONE}(更名|改名|易名|合并|拆分|归并|整合){_DONE}(类|项)?")
_MERGED = re.compile(f"^{_DONE}(与|和|同|跟)[^,;。]{{1,40}}?{_DONE}(合并|归并|整合)(成|为)?(一项|一个|1项|1个)?(事项|证明|材料)?$")
#: A column of what it is called now: 更名后名称, 新证明名称.
_NEW_NAMES = re.compile(f"((变更|更名|调整|修改|规范|合并|更改|改名|修订|整合|统一)(之)?后的?|新的?|现(在)?的?|拟用|拟更名|拟调整){_NAME}")
_QUOTED = re.compile("[\"'“”‘’《》「」]")
_NO_NEW_NAME = frozenset({"不变", "无变化", "未变", "未变更", "未调整", "同左", "名称不变", "不调整", "无变动"})
_SAYS = re.compile("[名称]|合并|归并|整合|拆分")


@remembered
def _new_name(text: str) -> str | None:
    """What a remark says that it is called now; empty: it is merged or divided; None: neither."""
    plain = _plain(text)
    if (found := _TO.search(plain)) is not None:
        return key(found["to"])
    return "" if any(_BARE.fullmatch(part) or _MERGED.search(part) for part in PARTS.split(plain) if part) else None


def renamed(text: str, name: str) -> bool:
    """Whether a remark beside what is called `name` says that it is called otherwise, or is merged or divided."""
    if not _SAYS.search(text) or (now := _new_name(text)) is None:
        return False
    return now != key(_plain(name))


def holds_new_names(name: str) -> bool:
    """True for a column of this name in which stands what its rows are called now."""
    return _NEW_NAMES.fullmatch(key(name)) is not None


def is_another(text: str, name: str) -> bool:
    """Whether such a cell holds another name than the row's own."""
    called = key(_plain(text))
    return bool(called) and called not in _NO_NEW_NAME and called != key(_plain(name))


def speaks_of_names(plain: str) -> bool:
    """Whether a note says of its rows that they are called otherwise."""
    return _TO.search(plain) is not None


def _plain(text: str) -> str:
    return _QUOTED.sub("", clean(fold(text)))
