"""表外文字: rows that speak of the table, not of a matter or a proof: totals, notes, who made it and when, 以下空白, page numbers.

One that is taken for a row would be sent back, and while a row is unclear nobody knows what a list leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from catalog.cleaning import without_references
from catalog.said_over import doubt
from catalog.standing import Standing, in_heading, in_title
from domain.spelling import fold

_SPACE = re.compile(r"\s")
_MADE = "填表|填报|制表|编制|报送|上报|审核|复核|校对|核对|经办|负责|联系|打印|统计|审批|签发|分管领导|主要领导"
_BY = "人|员|单位|部门|科室|机关|日期|时间|电话|方式|人签字|签字"
_OTHER = "注|备注|说明|附|附件|附注|附表|数据来源|截止日期|截至日期|电话|传真|日期|时间"
_HALLMARKS = "公章|盖章|签章|签字|章"
_DIGITS = "〇一二三四五六七八九十0-9"
#: How a row begins that speaks of the table, whatever follows.
_BEGINS = re.compile(
    r"(合计|总计|小计|共计)(?=$|[:\d(])"
    rf"|(单位|填表|填报)?({_MADE})({_BY})?:"
    r"|((填报|报送|编制|制表)?单位|部门|科室)?(主要|分管)?(负责人|负责同志|领导)([(](签字|签名|签章|盖章)[)]:?|:)"
    rf"|(填表|填报)?({_OTHER})\d{{0,2}}:|(单位)?[(]?({_HALLMARKS})[)]?:|注\d{{1,2}}[、.]"
)
#: What such a row says where it says nothing else.
_WHOLE = re.compile(
    r"[^\w]*(以下空白|以下无(正文|内容|数据)|此页无正文|本页无正文|完|完毕|结束|全文完|表完)[^\w]*"
    r"|[-—]*第?\d{1,4}页?[-—]*|第?\d{1,4}页?[,/、]?共\d{1,4}页|共\d{1,4}页[,/、]?第\d{1,4}页|\d{1,4}/\d{1,4}页?"
    rf"|[(]?(单位)?({_HALLMARKS})[)]?"
    rf"|[{_DIGITS}]{{4}}[年./-][{_DIGITS}]{{1,3}}[月./-]([{_DIGITS}]{{1,3}}日?)?"
    r"|(共|合计|总计|计)\d{1,6}(项|条|个|件|行)"
    r"|[^\w]*(续表|续上表|续前表|接(上|前)页|接(上|前)表|(转|见|接)下页|下页继续|未完待续)[^\w]*"
)
_MOST = 3  #: different texts in a row that says nothing else
#: 填表人 beside 张三, in cells of their own.
_SIGNED = re.compile(rf"((单位|填表|填报)?({_MADE})({_BY})|单位(?=[(])|(联系)?(电话|方式)|日期|时间)?([(]?({_HALLMARKS})[)]?)?")
_ANNEX = re.compile(r"附[件表录]?\d{0,2}:?")
_LABEL = re.compile(r"(附件|附表|备注|附注|说明|附|注)\d{0,2}[:、.]")
_LIST = re.compile("(清单|目录|名录|名单|一览表)([(].*)?$")


def is_aside(cells: Sequence[str]) -> bool:
    """True for a row of which these are the cells, left to right, where it says nothing of a matter or a proof."""
    texts = list(dict.fromkeys(filter(None, cells)))
    first = texts[0] if texts else ""
    if len(texts) > _MOST and first.isdecimal():
        return False  # most rows: what begins with its number speaks of nothing but itself
    if _BEGINS.match(_plain(first)):
        return True
    if len(texts) > 1 and all(map(_SIGNED.fullmatch, map(_plain, texts[::2]))):
        return True
    if len(texts) > _MOST or not all(map(_WHOLE.fullmatch, map(_plain, texts))):
        return False
    return len(texts) < 2 or not all(text.isdecimal() for text in texts)  # a number alone is a page's where nothing stands beside it


#: Who made the list and when, and nothing else: 填表人:王某某 联系电话:…
_TOTAL = re.compile("(合计|总计|小计|共计)?:?\\d*[项个件条行]?")
_MADE_BY = rf"((单位|填表|填报)?({_MADE})({_BY})?|单位|(联系)?(电话|方式)|日期|时间|负责人)([(]?({_HALLMARKS})[)]?)?"
_FORMAL = re.compile(rf"({_MADE_BY}:[^:,;。()]{{0,16}})+")


def is_formal(text: str) -> bool:
    """True for a page number, a date, who made the list: what speaks of no row, whatever it is."""
    plain = _plain(text)
    return not plain or any(form.fullmatch(plain) for form in (_WHOLE, _SIGNED, _ANNEX, _FORMAL, _TOTAL))


def alone(cells: Sequence[str]) -> str:
    """The one text of a row, where it has one beside 附件2; else empty."""
    texts = [text for text in dict.fromkeys(filter(None, cells)) if not _ANNEX.fullmatch(_plain(text))]
    return texts[0] if len(texts) == 1 else ""


def in_few(cells: Sequence[str]) -> str:
    """What the few cells of a row say together, without its number: 2 | 户籍证明 | 已取消; empty for one text or many."""
    texts = [text for text in dict.fromkeys(filter(None, cells)) if not text.rstrip(".、").isdecimal()]
    return "".join(texts) if 1 <= len(texts) < _MOST and len(set(filter(None, cells))) > 1 else ""


def begins(text: str, hears: Callable[[str], Standing | None] = in_heading) -> bool:
    """True for an aside that speaks of the rows below it or is the title of another list: 附件2:取消的证明事项清单, 注:以下为取消的证明."""
    label = _LABEL.match(plain := _plain(text))
    if label is None or not (whole := plain[label.end() :]):
        return False
    said = without_references(whole) or whole
    return in_title([said], hears) is not None or (plain.startswith("附") and _LIST.search(said) is not None)


#: Who made it and when; notes begin otherwise.
_MAKERS = re.compile(
    rf"(单位|填表|填报)?({_MADE})({_BY})?([(]?({_HALLMARKS})[)]?)?(:|$)|(单位|部门|科室)?(主要|分管)?(负责人|负责同志|领导|单位|部门)[^:]{{0,8}}:"
)
_APART = re.compile(r"[\s;；。]+|(?=(?:附?注|备注|说明)\d{0,2}[:：])")


def apart(texts: Iterable[str]) -> Iterator[str]:
    """The texts, and behind one that says who made the list, when, or which page it is, what else it says of the rows: 填报单位:区司法局
    作废."""
    for text in texts:
        yield text
        first, *others = filter(None, _APART.split(text.strip())) if text.strip() else ("",)
        if others and (_MAKERS.match(_plain(first)) or _WHOLE.fullmatch(_plain(first))):
            bare = (_LABEL.sub("", one) for one in others)
            yield from (one for one in bare if in_heading(one) in (Standing.CANCELLED, Standing.OPEN) or doubt(one) is not None)


def _plain(text: str) -> str:
    return _SPACE.sub("", fold(text))
