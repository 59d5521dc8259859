"""起始日: from which day on a text says that something is given up: 自2027年1月1日起取消, 2026年12月底前, 明年起.
What is given up only then is asked for until then (obligations 2.1, 5.1).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from catalog.cleaning import clean, key, without_references
from catalog.days import day_of
from catalog.remembering import remembered
from catalog.standing import Standing, in_cell
from domain.list_rows import Fault
from domain.spelling import fold

_YEAR = r"(?<![\d〔.])20\d{2}(?:年|[-/.](?=\d)|(?=(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)))"
_DAY = (
    rf"(?P<year>{_YEAR})度?(?:(?P<month>1[0-2]|0?[1-9])(?:月份?|[-/.]|(?!\d)|(?=\d\d(?!\d)))(?:(?P<day>3[01]|[12]\d|0?[1-9])(?!\d)[日号]?)?)?"
    r"(?:第?(?P<quarter>[一二三四1-4])季度)?(?P<end>[年月]?[底末内]|下半年)?(?:\s*00:00:00)?"
)
#: Of when the list is, and until when a paper is valid.
_OTHER_DAYS = re.compile(rf"(有效期限?|有效|截止?至|截至|数据)[^,;。]{{0,6}}{_DAY.replace('?P<', '?P<valid_')}|{_YEAR}度?版")
_FORM = re.compile(_DAY)
_START = re.compile(
    rf"(?:自|从|于|在)?{re.sub(r'[?]P<[a-z]+>', '?:', _DAY)}(?:之?日)?"
    r"(?:起|开始|以后|之后|(?=(?:正式|予以|全部|全面|统一|拟|将|已|起)*(?:取消|停止|废止|执行|实施|施行|生效|不再|启用|保留|沿用)))"
)
_VAGUE = re.compile(
    r"(明年|来年|次年|下个?月|下半年|年底|届时|(?<![\d年月])\d{1,2}月(\d{1,2}日)?(起|前|后|底|开始))"
    r"|待[^,;。]{1,20}后|之日起[^,;。]{0,2}\d+个?(日|天|月|年|工作日)[^,;。]{0,4}(后|取消|停止|不再)"
)
_MAY_HOLD = re.compile("20\\d\\d|二[〇零○0]|[明来次底届]|下|月|之日")
_CHINESE = re.compile("([〇零○一二三四五六七八九]{4})年(?:([一二三四五六七八九十]{1,2})月)?(?:([一二三四五六七八九十]{1,3})日)?")
_DIGITS = {one: str(at) for at, one in enumerate("零一二三四五六七八九")} | {"〇": "0", "○": "0"}
_LONGEST = 200  #: characters
#: Names of columns in which stands when.
_ACTS = (
    "取消|停止|废止|执行|实施|生效|施行|启用|起始|开始|适用|落实|完成|停用|失效|终止|调整|清理|变更|退出|作废|不再|使用|索要|整改|收取|起"
)
_COLUMN = re.compile(f"(拟|建议|计划|正式|决定|予以|预计|预期)*({_ACTS})+的?(时间|日期?|年月|年份|年度|时限|期限|时点|节点)")
#: What a text says of its whole list, without the day: 本清单…起执行, (…起施行).
_OF_LIST = re.compile(
    "((附?注|说明|备注)\\d*[:.、]|\\d[.、])?[(]?(本|此|该|上述|以上|所列|前述|上列|以下|下列|中|内|各|所有|全部)*[^,;。自从于]{0,12}?"
    "(清单|目录|名录|表|通知|公告|决定|意见|规定|事项|证明|材料|内容|取消|的)*(均|都|统一|将|拟|正式|开始|起|一律|同时|同步)*"
    "(执行|实施|施行|生效|适用|启用|取消|停止(执行|使用|索要)|废止|不再(索要|执行|要求提供))了?[)]?"
)
#: Of a day that nobody decided on.
_OPEN = re.compile("[待拟未将视]|另行|适时|择机|尽快|逐步|分批|条件")
_CLAUSES = re.compile("[,;。]")


class _Days(NamedTuple):
    """The latest of them; `vague`: one of which nobody knows when it is."""

    latest: date | None = None
    vague: bool = False


@remembered
def _days(text: str) -> _Days:
    if len(text) > _LONGEST or not _MAY_HOLD.search(text):
        return _Days()
    plain = _OTHER_DAYS.sub("", without_references(_in_figures(clean(fold(text)))))
    days = [day for match in _FORM.finditer(plain) if (day := _first(match)) is not None]
    return _Days(max(days), False) if days else _Days(None, _VAGUE.search(plain) is not None)


def _first(match: re.Match[str]) -> date | None:
    """The first day that is meant; of 年底, 年内 and 月底 the last."""
    year, end = int(match["year"][:4]), match["end"] or ""
    month = int(match["month"] or 0)
    if not month:
        quarter = "一二三四".find(match["quarter"]) + 1 or int(match["quarter"]) if match["quarter"] else 0
        month = 7 if end == "下半年" else 12 if end else 3 * (quarter or 1) - 2
    last = calendar.monthrange(year, month)[1]
    day = int(match["day"] or (last if end and end != "下半年" else 1))
    return date(year, month, day) if day <= last else None


def _in_figures(text: str) -> str:
    """二〇二七年一月一日 -> 2027年1月1日."""

    def plain(match: re.Match[str]) -> str:
        year, month, day = match.groups()
        said = "".join(map(_DIGITS.__getitem__, year)) + "年"
        return said + (f"{_small(month)}月" if month else "") + (f"{_small(day)}日" if day else "")

    return _CHINESE.sub(plain, text) if "年" in text else text


def _small(text: str) -> int:
    tens, _, ones = text.rpartition("十")
    return (int(_DIGITS[tens]) if tens else 1 if "十" in text else 0) * 10 + (int(_DIGITS[ones]) if ones else 0)


def holds_days(name: str) -> bool:
    """True for a column of this name in which stands when its rows begin or end: 执行时间, 取消日期."""
    return _COLUMN.fullmatch(key(name)) is not None


def without_start(text: str) -> str:
    """What a text says, without the day from which it says it: 自2025年1月1日起取消 -> 取消."""
    if len(text) > _LONGEST or not _MAY_HOLD.search(text):
        return text
    return _START.sub("", _in_figures(fold(text)))


def _unclear(where: str, text: str) -> Fault:
    return Fault("start_unclear", "", f"{where}写着“{text}”,看不出从哪一天起取消。", "请写明年月日;现在就取消的,请删去这句话。")


class StartDays:
    """What a list says of days, read `on` this one; None: nobody knows when, and nothing is made of them. `due`: the first day on which the
    list says another thing than today."""

    def __init__(self, on: date | None) -> None:
        self._on = on
        self.due: date | None = None
        self._texts: dict[str, None] = {}

    def is_later(self, text: str) -> bool:
        """Whether the day that a text names is still to come, or nobody knows when it is."""
        if self._on is None:
            return False
        days = _days(text)
        return days.vague if days.latest is None else days.latest > self._on

    def fault(self, where: str, text: str) -> Fault | None:
        """Why what is given up from a day on that is still to come is not yet given up."""
        if not self.is_later(text):
            return None
        shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
        if (day := _days(text).latest) is None:
            return _unclear(where, shown)
        self.due = min(day, self.due or day)
        said = f"{where}写着“{shown}”,这一天还没有到,本行的证明现在还没有取消。"
        return Fault("not_yet", "", said, f"{day} 起重建清单时自动采用,不必重报;现在就取消的,请改正日期。")

    def of_cell(self, name: str, text: str) -> Fault | None:
        """The same of a cell under 执行时间, which may hold the number of a day, or none that is known: 待定, 2027年2月30日."""
        if self._on is None:
            return None
        text = str(day_of(text)) if len(text) == 5 and text.isdecimal() else text
        if _days(text).latest is None and (_OPEN.search(text) or _MAY_HOLD.search(text)):
            return _unclear(f"“{name}”列", text)
        return self.fault(f"“{name}”列", text)

    def of_standing(self, text: str) -> str:
        """The same of a cell under 取消或保留: what it says today, or once its day comes where it gives up something."""
        if self._on is None or (bare := without_start(text)) == text:
            return text
        return bare if in_cell(bare) is Standing.CANCELLED or not self.is_later(text) else text

    def today(self, text: str) -> str:
        """The text without the day from which it says something, where that came."""
        return text if self._on is None or self.is_later(text) else without_start(text)

    def heard(self, hears: Callable[[str], Standing | None]) -> Callable[[str], Standing | None]:
        """What is heard in a heading, whatever its day: `fault` is for that."""
        return hears if self._on is None else lambda text: hears(without_start(text))

    def noted(self, text: str) -> None:
        """A text stands outside of the rows: whether it says of the list from when on it holds."""
        if self.is_later(text) and any(_OF_LIST.fullmatch(part) for part in _CLAUSES.split(without_start(clean(text)))):
            self._texts[text] = None

    def tell(self, send_back: Callable[[Fault], None]) -> None:
        """Of what is given up, what such texts say of it, each once."""
        for fault in filter(None, (self.fault("表格之外", text) for text in self._texts)):
            send_back(fault)
        self._texts = {}
