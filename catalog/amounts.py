"""数量: numbers of days and minutes as departments write them: 20, 20个工作日, 三十日内, 6个月, 半年, 2小时, 长期."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from catalog.cleaning import clean
from catalog.remembering import remembered
from domain.refusal import Refusal
from domain.spelling import fold


class NotUnderstood(Refusal):
    """The cell says something that this column cannot mean; the text is Chinese and names it."""


#: Unit -> how many of the column's own it is. A month is counted as thirty days and a year as 365.
DAYS: Mapping[str, int] = {
    "日": 1,
    "天": 1,
    "自然日": 1,
    "个自然日": 1,
    "日历日": 1,
    "个日历日": 1,
    "周": 7,
    "星期": 7,
    "个星期": 7,
    "个月": 30,
    "月": 30,
    "年": 365,
    "周年": 365,
}
WORKING_DAYS: Mapping[str, int] = {"个工作日": 1, "工作日": 1, "天": 1, "日": 1}
MINUTES: Mapping[str, int] = {"分钟": 1, "分": 1, "小时": 60, "个小时": 60}
FOREVER = frozenset("长期 长期有效 永久 永久有效 无限期 无期限 不限期 不限 不限期限 不限时间 终身 终身有效 无有效期限制".split())

_WRITTEN = ("零〇", "一壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
_DIGITS = {letter: value for value, letters in enumerate(_WRITTEN) for letter in letters}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_DIGIT = f"[{''.join(_DIGITS)[2:]}]"
_NUMERAL = re.compile(f"({_DIGIT}[千仟])?(零?{_DIGIT}[百佰])?(零?{_DIGIT}?[十拾])?(零?{_DIGIT})?")


_FROM = "自?(证明)?(出具|开具|签发|核发|发证|发放|取得|签署)(之日|日期|日|后)起?"
_CALENDAR_DAYS = re.compile(f"(?<=[日天内月年])[(](自然日|日历日|{_FROM})[)]$|^{_FROM}[,]?(?=.)")  #: a remark that says no other number


def amount(text: str, most: int, units: Mapping[str, int]) -> int | None:
    """How many of the column's own unit (the first of `units`) the cell says; None where it is empty. Raises `NotUnderstood`: 6个月
    are no working days, and half a minute is none."""
    plain = _CALENDAR_DAYS.sub("", re.sub(r"\s", "", fold(text)))
    if not plain:
        return None
    unit = "|".join(sorted(units, key=len, reverse=True))
    found = re.fullmatch(f"(?P<number>\\d{{1,9}}|半|[^\\d]+?)(个(?=年))?(?P<unit>{unit})?(以?内|之内)?", plain)
    number = None if found is None else _number(found["number"])
    if found is not None and number is not None:
        counted = number * units[found["unit"]] if found["unit"] else number
        if 0 < counted <= most and (counted.denominator == 1 or found["unit"] == "年"):
            return int(counted)
    raise NotUnderstood(f"“{text.strip()}”不是 1 至 {most} 的整数(单位:{next(iter(units))})")


@remembered
def is_counted(text: str) -> bool:
    """True where what was said had to be counted in days: 6个月, 长期."""
    plain = re.sub(r"\s", "", fold(text))
    return plain in FOREVER or re.search("[周期月年]", plain) is not None


_AT_ONCE = re.compile(
    "(即时|实时|立即|即刻|当场|现场|马上|随时|秒级|秒|即查即)(办理|办结|办|批|得|反馈|核验|提供|出具|完成|可得|可取)?|立等可取|即办"
)
_BEFORE = re.compile("^(最长|最多|最迟|一般|约)?(不超过)?")
_AFTER = re.compile("(以?内|之内)?(办结|反馈|完成|核验|答复|回复|出具|办理|提供)?$")
_IN_DAYS = re.compile("当[日天]|(?P<first>半|[^-至到~]+?)([-至到~](?P<last>[^-至到~]+?))?(个?工作日|个?自然日|天|日|周|个?月)")
_CIRCLES = re.compile("[①-⑳]")
_PARTS = re.compile("[;、,/]|(?<!\\d)[1-4][.、)](?!\\d)")
_PART_OF_HOURS = re.compile(r"(\d\.\d)个?小时")
#: What a column counts in: 核验时限(工作日), 有效期/月.
_UNIT = re.compile("(?<![\\d一二三四五六七八九十半个作])个?(工作日|自然日|小时|分钟|个?月|年|周|天|日)[)]?$")


def with_unit(text: str, column: str) -> str:
    """A bare number with the unit that the name of its column has; anything else as it is."""
    if not (unit := _unit_in(column)):
        return text
    plain = clean(fold(text))
    return text if _number(plain) is None else f"{plain}{unit}"


@remembered
def _unit_in(column: str) -> str:
    found = _UNIT.search(fold(column))
    return found[1] if found else ""


@remembered
def limit(text: str) -> int | None:
    """核验时限 in minutes; None for one that is none of them: 即时 (`is_at_once`), 2个工作日, which the calendar decides. Raises
    `NotUnderstood`."""
    plain = re.sub(r"\s", "", clean(fold(_CIRCLES.sub(";", text))))
    core = _AFTER.sub("", _BEFORE.sub("", plain))
    days = _IN_DAYS.fullmatch(core)
    if not plain or _AT_ONCE.fullmatch(plain) or (days and all(one is None or _counts(one) for one in (days["first"], days["last"]))):
        return None
    if len(parts := [part for part in _PARTS.split(plain) if part]) > 1:
        for part in parts:
            limit(part)  # 即时;1个工作日: one of each way to check
        return None
    if hours := _PART_OF_HOURS.fullmatch(core):
        return int(Fraction(hours[1]) * 60) or None
    return amount(core, 100_000, MINUTES)


def _counts(text: str) -> bool:
    return bool(_number(text)) or re.fullmatch(r"\d\.\d", text) is not None


@remembered
def is_at_once(text: str) -> bool:
    """True for a time that says that it is done while somebody waits."""
    return _AT_ONCE.fullmatch(re.sub(r"\s", "", fold(text))) is not None


def _number(text: str) -> Fraction | None:
    """What a numeral says, in either script; None where it is none."""
    if text.isdecimal():
        return Fraction(int(text))
    if text == "半":
        return Fraction(1, 2)
    if not _NUMERAL.fullmatch(text) or not text:
        return None
    total, digit = 0, 0
    for letter in text:
        if letter in _TENS:
            total, digit = total + (digit or 1) * _TENS[letter], 0
        else:
            digit = _DIGITS[letter]
    return Fraction(total + digit)
