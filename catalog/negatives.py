"""负面清单: which proofs of the registry a negative list means, by the same name with or without 证明 at its end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from catalog.cleaning import clean, key, split_names, without_brackets
from catalog.row_remarks import doubts, drops
from catalog.standing import Standing, in_heading
from domain.blocking import NegativeItem
from domain.spelling import fold

_TAIL = re.compile("(的|情况|情形|有关|相关)*(证明)?(材料|书|文件)?$")


def core(name: str) -> str:
    """What a proof is about: 户口迁移情况证明 and 户口迁移证明 are about the same."""
    plain = key(name)
    return _TAIL.sub("", plain) or plain


_ISSUES = re.compile("[出开]具")
_ALLOWED, _DENIED = re.compile("(可以?|应当?|继续|仍|恢复|允许|确需|准予|保留|需要?).{0,14}[出开]具"), re.compile("[不无非]|禁")


def hears_allowed(text: str) -> Standing | None:
    """What a heading of a negative list says, also of what may go on to be issued: that is not forbidden."""
    if _ISSUES.search(text):
        return Standing.KEPT if _ALLOWED.search(text) and not _DENIED.search(text) else None
    return in_heading(text)


#: What the law says of any list takes nothing out of this one.
_BY_LAW = re.compile("(法律|法规|国家|上级|政策)[^,;。()]{0,12}规定的?[^,;。()]{0,6}(除外|从其规定|例外)")
_LIFTED = re.compile("除外|例外|(?<!不)保留|暂缓|暂不|暂停|恢复|取消|废止|删除|[移调]出(清单|目录)?$|停止执行|待定|视情况|不在此列")
_OPENS = re.compile("(可以?|准予|仍|能)(继续)?开(?=出|证明|$)")  #: 居委会可开
_CLAUSES = re.compile("[,;。:()]")


def lifts(text: str) -> bool:
    """Whether a note or a remark takes something out of a negative list, or lets it be issued after all: 第2项仍可出具, 除外."""
    parts = _CLAUSES.split(_BY_LAW.sub("", fold(text)))
    return (
        doubts(text)
        or drops(text)
        or any(_OPENS.search(part) and not _DENIED.search(part) for part in parts)
        or any(
            _ALLOWED.search(part) is not None and not _DENIED.search(part) if _ISSUES.search(part) else _LIFTED.search(part)
            for part in parts
        )
    )


def as_written(name: str) -> tuple[str, ...]:
    """What a negative list calls a proof, which no register need know."""
    return (clean(fold(name)),)


_AND = re.compile("(?<=证明)(?:以及|[和与及或])(?=.+证明)")


def names_in(text: str) -> tuple[str, ...]:
    """The proofs that one cell names: 亲属关系证明、居住证明 are two, so are 亲属关系证明和居住证明, and 父母和子女关系证明 is one; what
    stands in brackets is a remark."""
    found = split_names(without_brackets(text)) or split_names(text)
    return tuple(dict.fromkeys(name for one in found for name in _AND.split(one)))


def forbidding(proofs: Mapping[str, Iterable[str]], items: Iterable[NegativeItem]) -> dict[str, tuple[NegativeItem, ...]]:
    """For each proof (code -> its names) the items that mean it; proofs that none means are left out."""
    by_core: dict[str, list[NegativeItem]] = {}
    for item in items:
        by_core.setdefault(core(item.name), []).append(item)
    found = {}
    for code, names in proofs.items():
        hits = [item for name in dict.fromkeys(map(core, names)) for item in by_core.get(name, ())]
        if hits:
            found[code] = tuple(hits)
    return found
