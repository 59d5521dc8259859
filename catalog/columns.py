"""列的所指: a column whose name nobody listed is proposed by likeness, decided by a person, and kept for the lists of that sender.

Likeness never decides: 适用情形 and 不适用情形 are alike and say the opposite.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from rapidfuzz import fuzz, process

from catalog.cleaning import key
from catalog.column_names import BY_NAME, SYNONYMS
from catalog.list_kinds import ListKind
from domain.list_rows import Candidate, Question, Topic
from domain.refusal import Refusal

#: From here on a name is proposed; and from here on a list waits for the answer, though it could be read without the column.
PROPOSED, WAITED_FOR = 60.0, 75.0
_MOST = 3
#: What a person said of a column of this name: a field; empty: it is not used; None: nothing.
Said = Callable[[str], str | None]


class ColumnRefused(Refusal, code="column_refused"):
    """A list of this kind has no such column; the text says so, in Chinese."""


#: 取消/保留理由 says why, and not which; 办理时限 of a list of proofs is the matter's.
_WHY = re.compile("(理由|原因|依据|时间|日期)$")
#: 办理形式 is by which door an applicant comes, 取消依据 by what a proof was given up.
_OF_THE_MATTER = re.compile(
    "(办理|申请|受理|服务|送达)(形式|渠道|地点|窗口)|(事中)?(事后|后续)的?(核查|核验|监管|检查)(方式|措施|手段|办法)"
)
_OF_WHAT_IS_GONE = re.compile("(拟|已)?(取消|废止|停止执行)的?(依据|文件|文号)(名称)?")
_HOW_LONG = re.compile("(办理|办结|受理|审批|法定|法定办结|承诺|承诺办结|事项办理)+(时限|期限|时间)")


def tells_why(name: str) -> frozenset[str]:
    """What a column of this name is not, however like it is: what becomes of its rows, how a proof is checked, by what it is asked for."""
    plain = key(name)
    found = {"standing"} if _WHY.search(plain) else set()
    found |= {"methods"} if _OF_THE_MATTER.fullmatch(plain) else set()
    return frozenset(found | ({"basis"} if _OF_WHAT_IS_GONE.fullmatch(plain) else set()))


def tells_how_long(name: str, kind: ListKind) -> frozenset[str]:
    """The same of how long a matter takes: in a list of proofs it is no time to check one."""
    return frozenset({"limit_minutes"}) if kind is not ListKind.MATTERS and _HOW_LONG.fullmatch(key(name)) else frozenset()


def nothing_said(_: str) -> str | None:
    return None


def label(field: str) -> str:
    """A field as people know it."""
    return SYNONYMS[field][0]


def subject(list_name: str, name: str) -> str:
    """A column of one kind of list, as it is asked: the same word may be another thing in another kind."""
    return f"{list_name}:{name}"


def alike(name: str, fields: Collection[str], least: float = PROPOSED) -> tuple[Candidate, ...]:
    """The fields among these whose names are most like this one, each with how like (0 to 0.85, as of names)."""
    found: dict[str, float] = {}
    for known, score, _ in process.extract(key(name), _names(frozenset(fields)), scorer=fuzz.ratio, score_cutoff=least, limit=None):
        found.setdefault(BY_NAME[known], score)
    return tuple(Candidate(field, label(field), round(score / 100 * 0.85, 2)) for field, score in list(found.items())[:_MOST])


def questions(list_name: str, unknown: Mapping[str, tuple[Candidate, ...]]) -> tuple[Question, ...]:
    """One for each column that has candidates."""
    return tuple(
        Question(Topic.COLUMN, subject(list_name, name), f"列名与“{found[0].name}”相近但不一致,需要确认", found)
        for name, found in unknown.items()
        if found
    )


def _names(fields: frozenset[str]) -> list[str]:
    return [name for name, field in BY_NAME.items() if field in fields]


def meant(field: str, fields: Collection[str], list_name: str) -> Candidate | None:
    """The field that a person named; None for an empty text: the column is not used. Raises ColumnRefused."""
    if field and field not in fields:
        raise ColumnRefused(f"{list_name}没有“{field}”这一列。")
    return Candidate(field, label(field), 1.0) if field else None
