"""表下的注: what a text under the rows, or beside another list, says of rows that stand already: 以上证明均已取消, 标★的取消, 第3、5项取消,
其余保留 (obligations 2.1, 5.1). A row that was read cannot be changed by it, and what it says may not be lost: `catalog.accepted_rows`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from catalog.cleaning import clean
from catalog.headings import is_heading
from catalog.standing import Standing, cancels, in_cell
from domain.spelling import fold


class Note(NamedTuple):
    """What it says, and of which rows: by number, by what they are marked with, by the codes of their proofs; `others`: it gives up those
    that it does not name; `whole`: it speaks of all of them. `is_dated`: not yet, or no more from some day on."""

    text: str
    said: Standing
    numbers: frozenset[int] = frozenset()
    signs: frozenset[str] = frozenset()
    proofs: frozenset[str] = frozenset()
    others: bool = False
    whole: bool = False
    is_dated: bool = False
    is_legend: bool = False  #: it explains a mark or a colour

    @property
    def is_no_heading(self) -> bool:
        """False for one that may as well be the heading of the rows below: 户籍证明予以取消."""
        return bool(self.numbers or self.signs or not self.proofs)


#: Marks in front of a name or behind it.
SIGNS = "★☆▲△▼▽◆◇■●○◎※*＊#＃✱✳†‡§♦♣♠"
_SIGN = re.compile(f"[{SIGNS}]")
_EXPLAINS = re.compile(
    f"[{SIGNS}]+[^\\w{SIGNS}]*(的?(为|表示|是|代表|指)|(的|号|者|已|均)(?!.{{0,6}}(证明|事项|材料)(事项|材料|清单|目录|名称|部分)*[{SIGNS}]*$))"
)
_LIST_NUMBERS = r"(\d{1,5}(?:[项条行个]?\s*[-~至到—、,和及与]+\s*第?\d{1,5})*)"
_NUMBERED = re.compile(
    rf"(?:第\s*{_LIST_NUMBERS}\s*[项条行个]|以上\s*{_LIST_NUMBERS}\s*[项条]|(?:序号|编号)(?:为|是|:|第)?\s*{_LIST_NUMBERS})"
)
_RANGE = re.compile(r"(\d{1,5})(?:\s*[-~至到—]+\s*第?(\d{1,5}))?")
_MOST_NUMBERS = 100_000
_BACK = re.compile("以上|上述|上列|前述|上面|上表|本表|表中|表内|表列|所列|本清单|此表|该表|此清单|本目录")
_OF_SOME = re.compile("第[一二三四五六七八九十]+[项条行个]|其余|其他的|其它的|其中|剩余|余下|部分(证明|事项|材料|已|予以|取消|停止)")
_LOOKS = re.compile("[红黄绿蓝灰橙紫]色|[红黄绿蓝]字|标[红黄绿蓝灰粗]|加粗|粗体|斜体|底色|底纹|阴影|下划线|高亮|删除线|划线|字体|颜色")
_COUNTS = re.compile(r"^(其中)?[(]?(合计|总计|小计|共计|共|累计)[:]?\D{0,8}\d")
_BELOW = re.compile("以下|下列|下表|下面|如下|下述")
_INSTRUCTS = re.compile("填写|填报|请填|栏|勾|√|选择|例如|示例|样例|必填")
_DATED = re.compile(r"[\d年月日].{0,8}([起前后]|(?<!停)止)|暂|逐步|拟|建议")
_KEEPS = re.compile("保留|沿用|继续(执行|有效|使用|索要|实施)|维持|[不未](予|再)?取消")
#: 原清单同时废止: another list's.
_FORMER = re.compile("(原|旧|此前|以前|之前|原有的?)[^,;。]{0,24}(取消|废止|停止执行|失效|作废)")
_OTHERS = re.compile(
    "(其余|其他|其它|剩余|余下|未标|未注|没有?标|不带|未带|未打)[^,;。]{0,14}(取消|废止|停止|不再|不予|删除|撤销|失效|作废)"
)
_REST = re.compile("其余|其他|其它|剩余|余下")
_LONGEST = 400  #: characters
_NOT_DONE = re.compile("(暂不|暂缓|暂未|不再|不|停止|暂停|退出|未)(予以?|再)?(实行|适用|采用|采取|推行|执行|实施)")
_ALONE = re.compile("(均|都|全部|一律|现|已|经)+")


def note_of(
    text: str, hears: Callable[[str], Standing | None], names: Callable[[str], frozenset[str]] = lambda _: frozenset()
) -> Note | None:
    """What this text says of rows that stand already; None for one that says nothing of them. `hears`: what such a list hears of 取消 and
    保留 in a heading; `names`: the codes of the proofs that a text names."""
    plain = _FORMER.sub("", clean(fold(text)))
    if not plain or len(plain) > _LONGEST:
        return None
    keeps = _KEEPS.search(plain) is not None
    heard = hears(plain)
    gives_up = (
        cancels(plain) or _NOT_DONE.search(plain) is not None or heard is Standing.CANCELLED or (heard is Standing.OPEN and not keeps)
    )
    back = _BACK.search(plain) is not None
    if not (gives_up or keeps) or (_BELOW.search(plain) and not back) or (_INSTRUCTS.search(plain) and not (back and gives_up)):
        return None
    numbers, signs, proofs = _numbers(plain), _signs(plain), names(plain)
    is_alone = in_cell(plain) is not None and _ALONE.match(plain) is not None
    looks = _LOOKS.search(plain) is not None
    of_some = looks or any(form.search(plain) for form in (_OF_SOME, _COUNTS))
    if not (numbers or signs or proofs or back or is_alone or of_some):
        return None
    if is_heading(plain.strip(SIGNS)) and not (numbers or signs or back):
        return None
    others = not gives_up or _OTHERS.search(plain) is not None
    both = gives_up and keeps and not others and not _REST.search(plain)
    said = Standing.OPEN if both else Standing.CANCELLED if gives_up else Standing.KEPT
    whole = (back or is_alone) and not of_some and not both
    return Note(text, said, numbers, signs, proofs, others, whole, _DATED.search(plain) is not None, bool(signs) or looks)


def _signs(plain: str) -> frozenset[str]:
    """A mark in front of a text that does not explain it is no more than that: ▲取消的证明事项 is a heading."""
    return frozenset(_SIGN.findall(plain if _EXPLAINS.match(plain) else plain.strip(SIGNS)))


def _numbers(plain: str) -> frozenset[int]:
    found: set[int] = set()
    for lists in _NUMBERED.findall(plain):
        for first, last in _RANGE.findall("".join(lists)):
            found.update(range(int(first), min(int(last or first), int(first) + _MOST_NUMBERS) + 1))
    return frozenset(found)
