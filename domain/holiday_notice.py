"""放假通知: the State Council's sentences on days off and made-up days, read whole or not at all (reading 25).

Each clause of a notice must be one of a few forms, each day that it names must exist, bear the weekday that it is given, and the
days must be as many as it counts. What fits none is refused with its own words: nothing is guessed and nothing left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from domain.refusal import Refusal
from domain.spelling import fold

_DAY = timedelta(days=1)
_NUMERALS = "一二三四五六七八九十"
_ITEM = re.compile(rf"(?:^|\n)[(]?[{_NUMERALS}]{{1,2}}[)、.][、]?")
_YEAR = re.compile(r"(20\d\d)年.{0,60}?(?:安排|放假|节假日)")
#: What a notice says beside days: whom it is to, why, how to behave; none of it moves a day.
_PROSE = re.compile(
    r"各省|各区|各市|国务院各部委|经国务院批准|为便于|为了便于|根据国务院|现将|节假日期间|鼓励|请各|国务院办公厅|国办发明电|国办发|特此|索引号|"
    r"[〇○零一二三四五六七八九]{4}年[一二三四五六七八九十]{1,3}月[一二三四五六七八九十]{1,3}日$|20\d\d年\d{1,2}月\d{1,2}日$|\(此件公开发布\)|[12]\d?月\d{1,2}日$"
)
_FESTIVAL = re.compile(r"^[元旦春节清明劳动国际五一十端午中秋庆”“\"、]{2,20}(?:[:]|(?=\d))")
_ONE = re.compile(r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(\([^()]*\))?")
_DATES = r"(?P<days>(?:(?:\d{4}年)?(?:\d{1,2}月)?\d{1,2}日(?:\([^()]*\))?[、和]?)+)"
_SPAN = re.compile(rf"^(?P<first>{_ONE.pattern})至(?P<last>{_ONE.pattern})(?P<rest>.*)$".replace("(?P<rest>", "(?P<tail>"))
_WEEKDAY = re.compile(r"(?:星期|周)([一二三四五六日天])")
_OFF = re.compile(r"^(?:调休)?放假(?:公休|调休)?(?:,?共?(\d+)天)?$")
_MOVED = re.compile(rf"^将?{_DATES}(?:[两三四]?个?公休日)?(?P<feast>及[中秋端午清明]+节)?(?:分别)?调至(?P<to>.+)$")


class NoticeRefused(Refusal, code="calendar_notice_refused"):
    """The notice cannot be taken whole; the text says at which sentence, in Chinese."""


@dataclass
class Notice:
    """`rest`, `work`: days off by notice, weekends among them too, and made-up working days; a few may lie in the year before.
    `whole`: it arranges the year; otherwise it changes what was arranged."""

    year: int
    rest: set[date] = field(default_factory=set)
    work: set[date] = field(default_factory=set)
    whole: bool = False


def read(text: str, year: int | None = None) -> Notice:
    """A notice as it was published, pasted. Raises `NoticeRefused`."""
    plain = _plain(text)
    if (named := _YEAR.search(plain)) is None and year is None:
        raise NoticeRefused("通知中没有写明是哪一年的安排。请连同标题一起粘贴。")
    notice = Notice(int(named[1]) if named else year or 0)
    head, *items = _ITEM.split(plain)
    if not items:
        head, items = _without_items(head)
    for line in _sentences(head):
        _prose(line)
    for item in items:
        _Item(notice).read(item)
    if not notice.rest:
        raise NoticeRefused("通知中没有找到放假的日子。请粘贴通知全文。")
    if both := notice.rest & notice.work:
        raise NoticeRefused(f"{_said(min(both))}既写为放假又写为上班。请核对通知原文。")
    notice.whole = all(re.search(word, plain) for word in ("元旦", "国庆节|十一"))
    return notice


def _plain(text: str) -> str:
    text = fold(text.replace("\r", "\n"))
    text = re.sub(r"[ \t\u3000\xa0]", "", text)
    text = text.replace("),为法定", ")为法定")
    return re.sub(r"(?<=[日)])[-—–―~～－到]+(?=\d)", "至", text)


def _without_items(text: str) -> tuple[str, list[str]]:
    """A change of one holiday has no numbered items: its sentences with days are one."""
    lines = _sentences(text)
    of_days = [line for line in lines if not _PROSE.search(line)]
    return "。".join(line for line in lines if _PROSE.search(line)), ["。".join(of_days)] if of_days else []


def _sentences(text: str) -> list[str]:
    return [one for one in re.split(r"[。\n]", text) if one]


def _prose(line: str) -> None:
    if not _PROSE.search(line) and not re.search(r"安排的?通知[:]?$|通知如下[:]?$", line):
        raise _not_understood(line, line)


class _Item:
    """One holiday of a notice."""

    def __init__(self, notice: Notice) -> None:
        self._notice, self._month, self._span, self._moved = notice, 0, list[date](), list[date]()
        self._off: set[date] = set()
        self._on: set[date] = set()

    def read(self, text: str) -> None:
        for sentence in _sentences(text):
            body = _FESTIVAL.sub("", sentence)
            if body == sentence and _PROSE.match(sentence):
                continue
            for clause in _clauses(body):
                if not self._takes(clause.removeprefix("其中").lstrip(":")):
                    raise _not_understood(sentence, clause)
        if lost := [day for day in self._moved if day not in self._off | self._on]:
            raise NoticeRefused(f"{_said(lost[0])}的公休日调走了,但没有写明这一天上班。请核对通知原文。")
        self._notice.rest |= self._off
        self._notice.work |= self._on

    def _takes(self, clause: str) -> bool:
        """One clause, in one of the forms that notices have."""
        if clause in ("与周末连休", "不调休", ""):
            return True
        if counted := re.fullmatch(r"共(\d+)天", clause):
            return self._counts(int(counted[1]))
        if (span := _SPAN.match(clause)) and (off := _OFF.match(span["tail"])):
            first, last = self._day(_ONE.match(span["first"])), self._day(_ONE.match(span["last"]))
            if first is None or last is None or not 0 < (last - first).days < 20:
                return False
            self._span = [first + _DAY * n for n in range((last - first).days + 1)]
            self._off |= set(self._span)
            return off[1] is None or self._counts(int(off[1]))
        if moved := _MOVED.match(clause):
            self._moved += (left := self._days(moved["days"]))
            there = self._days(moved["to"])
            return (
                bool(left)
                and len(left) + bool(moved["feast"]) == len(there)
                and set(there) <= self._off
                and all(day.weekday() > 4 for day in left)
            )
        listed = re.fullmatch(rf"{_DATES}(?P<what>.+)", clause)
        return listed is not None and self._listed(self._days(listed["days"]), listed["what"])

    def _listed(self, days: list[date], what: str) -> bool:
        if not days:
            return False
        if what == "上班":
            self._on |= set(days)
            return all(day.weekday() > 4 for day in days)
        if off := _OFF.match(what):
            self._span = [*self._span, *days] if set(days) <= set(self._span) else days
            self._off |= set(days)
            return off[1] is None or self._counts(int(off[1]))
        if what in ("补休", "调休"):
            self._off |= set(days)
            return True
        if re.fullmatch(r"为(?:..节)?法定(?:节)?假日", what):
            return set(days) <= self._off
        return bool(re.fullmatch(r"(?:照常|为)公休日?", what)) and all(day.weekday() > 4 for day in days)

    def _counts(self, said: int) -> bool:
        return len(set(self._span)) == said

    def _days(self, text: str) -> list[date]:
        """The days of a list; empty where one of them cannot be."""
        matches = list(_ONE.finditer(text))
        if re.sub(r"[、和]", "", _ONE.sub("", text)):
            return []
        found = [self._day(one) for one in matches]
        return [day for day in found if day is not None] if None not in found else []

    def _day(self, match: re.Match[str] | None) -> date | None:
        """The day that is meant: without a month the one named before, or that in which the holiday begins; without a year the
        notice's, and the one before for a December beside New Year."""
        if match is None:
            return None
        year, month, day, about = match.groups()
        said = _WEEKDAY.search(about or "")
        months = [int(month)] if month else [self._month, *({self._span[0].month} if self._span else set())]
        for number in months:
            new_year = bool(self._span) and (self._span[0].month == 1 or self._span[0].year < self._notice.year)
            of = int(year) if year else self._notice.year - (number == 12 and new_year)
            try:
                found = date(of, number, int(day))
            except ValueError:
                continue
            if said is None or found.weekday() == "一二三四五六日".index(said[1].replace("天", "日")):
                self._month = number
                return found
        return None


def _clauses(sentence: str) -> list[str]:
    """Parted by commas and semicolons outside of brackets."""
    return [one for one in re.split(r"[,;](?![^(]*\))", sentence) if one]


def _not_understood(sentence: str, clause: str) -> NoticeRefused:
    where = "" if clause == sentence else f"(在“{clause}”处)"
    remedy = "请核对是否粘贴完整;确属通知原文的,请由系统管理员逐日录入。"
    return NoticeRefused(f"没有看懂这一句:“{sentence}”{where}。没有录入。", remedy=remedy)


def _said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
