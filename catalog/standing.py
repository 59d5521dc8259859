"""取消或保留: whether a row speaks of a proof that is kept or of one that is given up, by the words in its own cell, in the heading
over it, in the name of its column or its sheet, or in the title (obligations 2.1, 5.4).

Words that could mean either decide nothing: a cell of them goes back to its sender.
"""

from __future__ import annotations

import re
from enum import StrEnum

from catalog.cleaning import clean, without_brackets
from domain.spelling import fold


class Standing(StrEnum):
    """What a list says becomes of a proof."""

    KEPT = "kept"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return {"kept": "保留", "cancelled": "取消"}[self.value]


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


class Headings:
    """What the headings say of the rows below: each until one that stands as high or higher."""

    def __init__(self) -> None:
        self._over: dict[int, Standing] = {}

    def met(self, text: str) -> None:
        """A heading stands here."""
        plain = clean(fold(text))
        depth = next((depth for depth, form in enumerate(_DEPTHS) if form.match(plain)), 1)
        self._over = {at: said for at, said in self._over.items() if at < depth}
        if (said := in_heading(plain)) is not None:
            self._over[depth] = said

    @property
    def said(self) -> Standing | None:
        """The deepest that says anything."""
        return self._over[max(self._over)] if self._over else None


def is_heading(text: str) -> bool:
    """True for a text that is numbered as headings are: 一、, (二), 第三部分."""
    return any(form.match(clean(fold(text))) for form in _DEPTHS[:3])
