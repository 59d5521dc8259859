"""放假通知: the official sentences of many years, against a library that others keep, day by day; and what is no notice."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from domain import holiday_notice
from domain.holiday_notice import Notice, NoticeRefused

_FILE = Path(__file__).parent / "holiday_notices.txt"
NOTICES = {int(part[:4]): part[4:] for part in _FILE.read_text("utf-8").split("== ")[1:]}
#: What a later notice changed: its own sentences, or None where it has no sentence of days off.
CHANGED = {
    2015: "9月3日至5日调休放假，共3天。其中9月3日（星期四）放假，9月4日（星期五）调休，9月6日（星期日）上班。",
    2019: "一、2019年5月1日至4日放假调休，共4天。4月28日（星期日）、5月5日（星期日）上班。",
    2020: None,
}


def workdays(year: int, notices: list[Notice]) -> set[date]:
    rest = {day for one in notices for day in one.rest}
    work = {day for one in notices for day in one.work}
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365 + (year % 4 == 0))]
    return {day for day in days if day in work or (day.weekday() < 5 and day not in rest)}


@pytest.mark.parametrize("year", NOTICES)
def test_the_sentences_of_each_year_mean_the_days_that_others_know(year: int) -> None:
    """What the notice of the next year says of this December counts too."""
    around = [holiday_notice.read(NOTICES[one]) for one in (year, year + 1) if one in NOTICES]
    if changed := CHANGED.get(year):
        around.append(holiday_notice.read(changed, year))
        assert not around[-1].whole
    found = workdays(year, around)
    known = set(chinese_calendar.get_workdays(date(year, 1, 1), date(year, 12, 31)))
    differing = found ^ known
    if year == 2020:  # 春节 was prolonged to February 2nd by a sentence of another kind
        differing -= {date(2020, 1, 31), date(2020, 2, 1)}
    assert differing == set() and around[0].year == year and around[0].whole


def test_how_it_is_pasted_does_not_matter() -> None:
    """Full width or not, spaces, dashes, indents, lines that mail programs broke off the brackets."""
    read = holiday_notice.read(NOTICES[2026])
    typed = NOTICES[2026].translate(str.maketrans("（），：", "(),:")).replace("至", "—").replace("\n", "\r\n\u3000\u3000")
    assert holiday_notice.read(typed) == read == holiday_notice.read(re.sub("(?<=日)(?=（)", " ", NOTICES[2026]))


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("2月28日（周六）上班", "2月28日（周日）上班", "2月28日(周日)上班"),  # not that weekday
        ("共9天", "共8天", "共8天"),
        ("2月28日（周六）上班", "2月30日上班", "2月30日上班"),
        ("5月9日（周六）上班", "5月8日（周五）上班", "5月8日(周五)上班"),  # worked anyway
        ("5月9日（周六）上班", "5月9日（周六）照常营业", "照常营业"),
        ("放假，共3天。\n六", "放假，共3天，另有安排。\n六", "另有安排"),
        ("节假日期间，", "延长春节假期至2月25日，", "延长春节假期"),
    ],
)
def test_what_is_not_understood_is_named_and_nothing_is_guessed(before: str, after: str, named: str) -> None:
    assert before in NOTICES[2026]
    with pytest.raises(NoticeRefused) as refused:
        holiday_notice.read(NOTICES[2026].replace(before, after, 1))
    assert named in refused.value.text


def test_a_public_holiday_that_was_moved_must_be_worked() -> None:
    text = NOTICES[2006].replace("，4月29日、30日上班", "")
    with pytest.raises(NoticeRefused, match="2006年4月29日的公休日调走了"):
        holiday_notice.read(text)


@pytest.mark.parametrize("text", ["", "今天天气很好。", "国务院办公厅关于2026年部分节假日安排的通知", "一、元旦:1月1日放假1天。"])
def test_what_is_no_notice_is_refused(text: str) -> None:
    with pytest.raises(NoticeRefused):
        holiday_notice.read(text)


def test_the_prolonged_holiday_of_2020_is_refused_in_its_own_words() -> None:
    with pytest.raises(NoticeRefused, match="延长2020年春节假期至2月2日"):
        holiday_notice.read("延长2020年春节假期至2月2日（农历正月初九，星期日），2月3日（星期一）起正常上班。", 2020)
