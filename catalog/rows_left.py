"""注里的去向: of which rows a note says what a remark in a row may say, that leaves nobody sure that they stand: 第2项由市级实施,
户籍证明待司法局确认, 带*的已下放 (obligations 2.1, 5.1). What it says of them is what `catalog.row_remarks` hears in a row of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from catalog.cleaning import clean
from catalog.headings import is_title
from catalog.matching import Names as Proofs
from catalog.note_names import Named
from catalog.numbering import is_numbered
from catalog.row_numbers import numbers_in, without_numbers
from catalog.row_remarks import doubts, leaves, may_leave
from catalog.standing import cancels
from domain.spelling import fold

#: Marks in front of a name or behind it.
SIGNS = "★☆▲△▼▽◆◇■●○◎※*＊#＃✱✳†‡§♦♣♠"
_SIGNED = re.compile(
    f"((前|后)?(面)?(带|标|注|打|画|划|加|有|标注|标有|注有)了?)?[{SIGNS}]+(号|符号|标[记识]|处|的|者|为|表示|是|项|均|代表|指|:)*"
)
ALL_OF_THEM = re.compile("以上|上述|上列|前述|上面|上表|本表|表中|表内|表列|所列|本清单|此表|该表|此清单|该清单|本目录|该目录|清单[中内]")
#: How some of them look.
LOOKS = re.compile(
    "[红黄绿蓝灰橙紫黑][色字底]|[标涂][红黄绿蓝灰黑粗]|加粗|粗体|斜体|底色|底纹|阴影|下划线|[划画]横?线|高亮|删除线|字体|颜色|打[叉圈]"
    "|[打画划标带注](√|✓|✔|×|[VvXx]|对?[勾钩])号?(的|者|为|表示|是)"
)
_LOOKING = re.compile(
    f"[用以]?({LOOKS.pattern}|[标涂深浅]?[红黄绿蓝灰橙紫黑]|底纹|标[注记识出]|填充|背景|单元格|文字|字|体|底|色|的|为|者|是|表示|部分|项)+"
)
_EACH = re.compile("^(均|都|全部|一律|全)")
#: What stands between the rows and what is said of them.
_LEAD = re.compile(
    f"(^|[,;。])(({ALL_OF_THEM.pattern}|请?将|其中|所列|内容|条目|项目|证明|事项|材料|各|全部|所有|以及|[和与及、的等这该此本一两]|[项条个])*)"
)
#: Who decides on the list decides on it.
_OF_THE_LIST = re.compile("(本|该|此)(清单|表|目录)[^,;。]{0,6}(待|尚未)")
#: 与第1项重复: that one stands.
_SAME_AS = re.compile("(与|同|跟|和)(第\\s*\\d{1,5}[项条行个号])(中?的)?(内容)?(?=重复|相同|一致|雷同)")
#: What gives up nothing but what stands before it: 户籍证明已停用, 删去户籍证明.
_GIVEN_UP = re.compile(
    "(停用|删[除去]?|撤销?|失效|作废|无效|减少|核减|剔除|[移调]出|清理掉|勿用)(了|该|此|本)*(:|[,;。]|$)|(^|[,;。:请])(删[除去掉]|去掉|剔除)"
)
#: 不再列入本表 says nothing of those that stand in it.
_OF_ALL = re.compile(f"(?<![入在])({ALL_OF_THEM.pattern})")
_LONGEST = 400  #: characters of a text over a table
_CLAUSES = re.compile(r"(?<=[;。])|(?<=\D,)|(?<=,)(?=\D)")


def without_signs(text: str) -> str:
    """The text without marks and what says that something bears them: 带*的."""
    return _SIGNED.sub("", text)


class Left(NamedTuple):
    """Those parts of a note that say it; `doubts`: also of rows that are given up."""

    text: str = ""
    doubts: bool = False


def rows_left(plain: str, names: Callable[[str], Named]) -> Left:
    """What a note says of rows which it names, by number, mark or name, or as all; empty: nothing of that."""
    if not (may_leave(plain) or _GIVEN_UP.search(plain) or doubts(plain)):
        return Left()
    written = names(plain).written
    called = re.compile("|".join(map(re.escape, written))) if written else None
    groups: list[str] = []
    for clause in _CLAUSES.split(plain):
        of_each = _EACH.match(clause) is not None
        speaks = of_each or bool(numbers_in(clause)) or _SIGNED.search(clause) or _OF_ALL.search(clause) or LOOKS.search(clause)
        if of_each and groups and not groups[-1].endswith("。"):  # 第1项因…,第2项因…,均已下放
            first = next((at + 1 for at in reversed(range(len(groups))) if groups[at].endswith("。")), 0)
            groups[first:] = ["".join(groups[first:]) + clause]
        elif speaks or (called is not None and called.search(clause)):
            is_open = bool(groups) and not _bare(groups[-1], called).strip(",;。、")  # 第1项,第2项均已下放
            groups[-1:] = [groups[-1] + clause] if is_open else [*groups[-1:], clause]
        elif groups and not groups[-1].endswith("。"):
            groups[-1] += clause
    said = {one: _bare(one, called) for one in groups if not _OF_THE_LIST.search(one)}
    left = [one for one, bare in said.items() if leaves(bare) or cancels(bare) or doubts(bare)]
    return Left("".join(_SAME_AS.sub("", one) for one in left), any(doubts(said[one]) for one in left))


def _bare(clause: str, called: re.Pattern[str] | None) -> str:
    """What it says of them, without them."""
    said = without_numbers(_SAME_AS.sub("", clause))
    said = _LOOKING.sub("", said, count=1) if LOOKS.search(said) else said
    said = _SIGNED.sub("", called.sub("", said) if called is not None else said)
    return _LEAD.sub(r"\1", said.replace(":", ","))


def speaks_of_some(text: str, proofs: Proofs) -> bool:
    """Whether a text over a table speaks of some of its rows, by number or by name, before any of them is read."""
    plain = clean(fold(text))
    if len(plain) > _LONGEST or is_title(text) or is_numbered(text):
        return False
    if not (may_leave(plain) or _GIVEN_UP.search(plain) or doubts(plain) or cancels(plain)):
        return False
    return bool(numbers_in(plain)) or proofs.stands_in(plain, 2)
