"""取消或保留: whether a row speaks of a proof that is kept or of one that is given up, by the words in its own cell, in the heading
over it, in the name of its column or its sheet, or in the title (obligations 2.1, 5.4).

Words that could mean either decide nothing: a cell of them goes back to its sender.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from catalog.cleaning import clean, without_brackets
from domain.spelling import fold


class Standing(StrEnum):
    """What a list says becomes of a proof."""

    KEPT = "kept"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return {"kept": "保留", "cancelled": "取消"}[self.value]

    @property
    def contrary(self) -> Standing:
        return Standing.KEPT if self is Standing.CANCELLED else Standing.CANCELLED


#: What is denied is read first: 不取消 keeps, 不再保留 cancels. Behind 取消 may stand what is no proof: 取消提交, 取消后的办理方式.
_WORDS = (
    ("(不|不予|暂不|不再|未|不得)(取消|废止|停止执行)", Standing.KEPT),
    ("(不|不再|不予)(保留|执行|索要|要求|收取|提交|提供)|取消保留|无需(提交|提供)", Standing.CANCELLED),
    ("保留(?!原因|理由|依据|期限)|继续(执行|有效|实施|使用)|沿用", Standing.KEPT),
    ("取消(?!后|提交|证明提交)|废止|停止(执行|使用)|停用|删除|撤销|失效|清理掉", Standing.CANCELLED),
)
#: 部分取消, 改为告知承诺, 合并: neither kept as it is nor given up.
_ELSE = re.compile("部分|改为|改由|转为|调整|合并|替代|变更|待定|研究")
#: 第一部分, 一、, (一), 1.: how deep a heading stands.
_DEPTHS = tuple(
    re.compile(form)
    for form in (
        r"第[一二三四五六七八九十\d]+(部分|章|节|类)",
        r"[一二三四五六七八九十]+[、.]",
        r"[(][一二三四五六七八九十]+[)]",
        r"[(]?\d+[).、]",
    )
)
_TITLE = re.compile(r"(清单|目录|名单|表)([(].*)?$")
_LONGEST_TITLE = 60


def in_cell(text: str) -> Standing | None:
    """清理意见, 取消或保留: 保留(不取消) keeps, 不再保留 cancels. None where it says neither, or both."""
    plain = clean(fold(text))
    if _ELSE.search(plain):
        return None
    return _said(without_brackets(plain)) or _said(plain)


def in_heading(text: str) -> Standing | None:
    """The name of a sheet or a column, a heading between the rows: 二、取消的证明事项."""
    return _said(clean(fold(text)))


def in_title(lines: tuple[str, ...]) -> Standing | None:
    """What stands over the header, where it names the table; notes on how to fill it in (取消的请填…) decide nothing."""
    titles = [line for line in (clean(fold(line)) for line in lines) if len(line) <= _LONGEST_TITLE and _TITLE.search(line)]
    return _said("".join(titles))


def _said(text: str) -> Standing | None:
    found = set()
    for words, standing in _WORDS:
        text, times = re.subn(words, "", text)
        if times:
            found.add(standing)
    return found.pop() if len(found) == 1 else None


_BESIDE = re.compile(
    "(已|拟|建议|予以|现|应)?(取消|废止|停止执行|停用|删除|撤销|失效|作废|不再(保留|执行|索要|要求|提供|提交))(该|此|本)?(项|证明|事项)?[。]?"
)

_MAY_BE = re.compile("[消止停删撤废]|失效|不再")


def cancels(text: str) -> bool:
    """True for a remark that says nothing but that the row is given up."""
    return _MAY_BE.search(text) is not None and _BESIDE.fullmatch(clean(fold(text))) is not None


class Mark(NamedTuple):
    """A column that is ticked: what a tick says, and whether 否 says the contrary (是否取消) or nothing (取消)."""

    says: Standing
    either: bool


_MARK = re.compile("(是否)?(拟|建议|继续|予以|已)?(取消|保留|废止)(请?(打勾|打√|划√))?")


def marked(name: str) -> Mark | None:
    """What a tick in a column of this name says; None for a column that holds anything else."""
    plain = without_brackets(clean(fold(name)))
    if not _MARK.fullmatch(plain) or (said := in_heading(plain)) is None:
        return None
    return Mark(said, plain.startswith("是否"))


class Around(NamedTuple):
    """What stands around a row: what it says becomes of the proof, the heading of which nobody knows whether it still does, and
    the column beside it, meant for something else, in which 取消 stands."""

    said: Standing | None = None
    unclear: str = ""
    beside: str = ""


AROUND_NOTHING = Around()


class Headings:
    """What the headings say of the rows below: each until one that stands as high or higher. One without a number stands under the
    numbered one before it; of two such beside each other, the second of which does not say what becomes of its rows, nobody
    knows (`unclear`: it)."""

    def __init__(self) -> None:
        self._over: dict[float, Standing | None] = {}
        self.unclear = ""

    def met(self, text: str) -> None:
        """A heading stands here."""
        plain = clean(fold(text))
        said = in_heading(plain)
        number = next((depth for depth, form in enumerate(_DEPTHS) if form.match(plain)), None)
        depth = max((at for at in self._over if at == int(at)), default=0) + 0.5 if number is None else number
        if number is None and said is None:
            self.unclear = text if depth in self._over else self.unclear
            return
        self._over = {at: what for at, what in self._over.items() if at < depth}
        self._over[depth] = said
        self.unclear = ""

    @property
    def said(self) -> Standing | None:
        """The deepest that says anything."""
        return next((said for _, said in sorted(self._over.items(), reverse=True) if said is not None), None)


#: 取消的证明事项, 继续保留的证明材料: no proof is called so.
_SECTION = re.compile(
    "(以下|拟|决定|建议|予以|继续|不再)*(取消|保留|废止|停止执行|停止使用|沿用)(或?(调整|规范|清理))?(的|类)?(证明|事项|材料|清单|目录|部分|名称)+"
)


def is_numbered(text: str) -> bool:
    """True for a text that is numbered as headings are: 一、, (二), 第三部分."""
    return any(form.match(clean(fold(text))) for form in _DEPTHS[:3])


def is_heading(text: str) -> bool:
    """True for one, or for a text that says of the rows below what becomes of them."""
    return is_numbered(text) or _SECTION.fullmatch(without_brackets(clean(fold(text)))) is not None
