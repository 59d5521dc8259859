"""更名与合并: a remark that says that what its row names is called otherwise by now, was called otherwise before, or is one with another.
Whoever takes the row takes the old name, or one of two that are one, or finds nothing under the old one (obligations 2.1, 5.1).
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
_TO = re.compile(
    f"({_CALLED}|{_NAME}(由[^,;。]{{1,40}}?)?{_DONE}{_CHANGED})(为|成|至)[:]?(?P<to>[^,;。]{{1,60}})"
    "|现(在|今)?(都|已|统一)*(名称?|称|叫(?![停号]))(为|是|作)?[:]?(?P<now>[^,;。]{1,60})"
)
_BARE = re.compile(f"{_DONE}(更名|改名|易名|合并|拆分|归并|整合){_DONE}(类|项)?")
_MERGED = re.compile(
    f"^{_DONE}(与|和|同|跟)[^,;。]{{1,40}}?{_DONE}(合并|归并|整合|合成|并成)(成|为)?([一1][项个张份种])?(事项|证明|材料)?了?$"
)
_ENDED = f"(已|拟|现|将|经|统一|相应|名称|名字)*({_CALLED}|{_CHANGED}|合并|整合|归并|拆分|分立|分拆)"
_WHAT = "(证明|材料|事项)?(名称?|用名|称|叫|编码|代码|编号)?(为|是|叫|作|系|:)*"
_OLD = "(?P<name>[^,;。]{2,60})"
#: What it was called: 由X更名, 更名自X, 原名X, 原“X”, 更名前为X. Whether that is a name at all the register says.
_FROM = tuple(
    re.compile(form)
    for form in (
        f"由(?P<name>[^,;。]{{2,60}}){_ENDED}(而[来成]|得来|过?来|[为成至]|$|[,;。)])",
        f"({_CALLED}|{_CHANGED}|拆分|分立|脱胎|沿袭)自{_OLD}",
        f"(^|[,;。(:即])(原来的?|原先?|曾经?|旧|以前|此前|从前|过去){_WHAT}{_OLD}",
        f"({_CALLED}|{_CHANGED}|合并|整合)之?前的?{_WHAT}{_OLD}",
    )
)
_MAY_BE_OLD = re.compile("[由自原曾旧前过]")
_AFTER = re.compile(f"(等|的|名称|名字|{_ENDED}|而来|而成|过来|[)])*$")
_BEFORE = re.compile("^(原先?|旧)的?")
_JOINED = re.compile("[、/+]|和|与|及")
_LONGEST = 200  #: characters; in a longer text nothing is looked for
#: A column of what it was called: 原证明名称, 曾用名, 更名前名称, 原事项编码.
_OLD_NAMES = re.compile(
    f"(原先?的?|旧的?|曾用|以前的?|({_CALLED}|{_CHANGED}|合并|整合)之?前的?)(证明|材料|事项|实施|基本)*(名称?|名字|编码|代码)|曾用名称?"
)
#: A column of what it is called now: 更名后名称, 新证明名称.
_NEW_NAMES = re.compile(f"((变更|更名|调整|修改|规范|合并|更改|改名|修订|整合|统一)(之)?后的?|新的?|现(在)?的?|拟用|拟更名|拟调整){_NAME}")
_QUOTED = re.compile("[\"'“”‘’《》「」]")
_NO_NEW_NAME = frozenset({"不变", "无变化", "未变", "未变更", "未调整", "同左", "名称不变", "不调整", "无变动"})
_SAYS = re.compile("[名称叫]|合[并成]|并成|归并|整合|拆分")


@remembered
def _new_name(text: str) -> str | None:
    """What a remark says that it is called now; empty: it is merged or divided; None: neither."""
    plain = _plain(text)
    if (found := _TO.search(plain)) is not None:
        return key(found["to"] or found["now"])
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


def called_otherwise(sentence: str) -> tuple[str, list[str], str]:
    """Of what a sentence says that it is called otherwise by now, and what it says before (第2项, 户籍证明), empty: of nothing; how; and
    what it says after."""
    before: list[str] = []
    now: list[str] = []
    at = 0
    for found in _TO.finditer(sentence):
        before.append(sentence[at : found.start()])
        now.append(_QUOTED.sub("", found["to"] or found["now"]))
        at = found.end()
    return ",".join(part for part in before if part), now, sentence[at:]


@remembered
def former_names(text: str) -> tuple[str, ...]:
    """What a remark, or a name with its brackets, says that it was called, or of what it was made: 由A、B合并而来. Each may be anything
    (原件一份): whoever asks looks for it in the register."""
    if len(text) > _LONGEST or not _MAY_BE_OLD.search(text):
        return ()
    plain = _plain(text)
    found = [match["name"] for form in _FROM for match in form.finditer(plain)]
    whole = [one for name in found for one in (name, _BEFORE.sub("", _AFTER.sub("", name)))]
    parts = (part.strip() for name in whole for part in (name, *_JOINED.split(name)))
    return tuple(dict.fromkeys(part for part in parts if len(part) > 1))


def holds_old_names(name: str) -> bool:
    """True for a column of this name in which stands what its rows were called, or what their codes were."""
    return _OLD_NAMES.fullmatch(key(name)) is not None


def _plain(text: str) -> str:
    return _QUOTED.sub("", clean(fold(text)))
