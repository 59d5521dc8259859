"""规范化: the same thing written in two ways becomes the same, and nothing else does.

For comparing names only: what people read stays as it was written.
"""

from __future__ import annotations

import re

from catalog.remembering import remembered
from domain.spelling import fold, words

#: 《》 “” 「」 and full-width brackets.
_PAIRS = (("\u300a", "\u300b"), ("\u201c", "\u201d"), ("\u300c", "\u300d"), ("\uff08", "\uff09"))
#: Written where a cell has nothing to say.
_NOTHING = frozenset({"", "无", "-", "--", "—", "——", "/", "\\", "未分类", "暂无", "空", "null", "none", "n/a", "未知", "待定"})
_HIDDEN = "\u200b-\u200f\u2028-\u202e\u2060\ufeff\u00ad"
_INVISIBLE = re.compile(f"[{_HIDDEN}]")
_UNCLEAN = re.compile(f"[\\s{_HIDDEN}]")  #: a text without any of these is one line and clean
_BRACKETS = re.compile("[(\uff08\u3010\\[\u3014{][^)\uff09\u3011\\]\u3015}]{0,200}[)\uff09\u3011\\]\u3015}]")
#: What stands between two names. Not 和 or 及: they stand inside names too (人力资源和社会保障局, 和平路街道).
_SEVERAL = re.compile("[\u3001,\uff0c;\uff1b/\n\r|]|(?<=\\S)\u6216\u8005?(?=\\S)|\u4ee5\u53ca")
_CHINESE = "\u4e00-\u9fff\u3000-\u303f\uff00-\uffef"
_CHINESE_GAP = re.compile(f"(?<=[{_CHINESE}])\\s+(?=[{_CHINESE}])")


@remembered
def clean(text: str) -> str:
    """One line as a person would write it: no line breaks or spaces inside Chinese, no invisible characters; empty
    where the cell says nothing (无, 未分类, —)."""
    if not _UNCLEAN.search(text):  # most texts, and lists have a million of them
        return "" if text.casefold() in _NOTHING else text
    text = _INVISIBLE.sub("", text).replace("\u00a0", " ").replace("\u3000", " ").strip()
    text = _CHINESE_GAP.sub("", text)
    text = re.sub(r"\s+", " ", text)
    return "" if text.casefold() in _NOTHING else text


def clean_text(text: str) -> str:
    """Several lines kept apart, each clean."""
    if not _UNCLEAN.search(text):
        return clean(text)
    lines = [clean(line) for line in _INVISIBLE.sub("", text).splitlines()]
    return "\n".join(line for line in lines if line)


def clean_code(text: str) -> str:
    """A code: letters and figures of full width as plain ones."""
    return clean(text if text.isascii() else fold(text))


def key(text: str) -> str:
    """What two spellings of a name have in common (`domain.spelling.words`)."""
    return words(text)


_REFERENCE = re.compile("《[^》]{0,200}》")


def without_references(text: str) -> str:
    """The text without the names of decisions and laws that it refers to: 《…》."""
    return _REFERENCE.sub("", text)


def without_brackets(text: str) -> str:
    """The text without its bracketed remarks: 承诺时限(工作日) -> 承诺时限."""
    return _BRACKETS.sub("", text)


@remembered
def split_names(text: str) -> tuple[str, ...]:
    """Several names in one cell, each clean: 乡镇人民政府、街道办事处 -> two."""
    parts = (clean(part) for part in _SEVERAL.split(text))
    return tuple(dict.fromkeys(part for part in parts if part))


@remembered
def is_cut_off(text: str) -> bool:
    """True where a quotation mark or 书名号 opens more often than it closes: somebody cut the text."""
    for opening, closing in _PAIRS:  # noqa: SIM110  # half as long as any() over a generator, and every clause is asked
        if opening in text and text.count(opening) > text.count(closing):
            return True
    return False
