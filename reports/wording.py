"""文字: Chinese punctuation beside Chinese characters, as printed papers have it; sources are typed with a keyboard's."""

from __future__ import annotations

import re
from datetime import datetime

from domain.instants import last_day, written

STANDING = "standing"  #: late before the period began, and still open
LATE = "late"  #: any of these, each case once
LATE_AT = "late_at"  #: the same of one unit
#: Where a case stood when it was late; what else there is says `reports.figures.grounds`.
UNCLAIMED, NOT_ANSWERED = "无人认领", "认领后未答复"
#: What was missed, by the kind of the limit.
MISSED = {"hard": "超最迟时限", STANDING: "此前超时", "supervision": "督办未按时反馈", "soft": "超原则上的时限", LATE: "超时核验"}
#: What else is asked for, by the key of its figure.
ASKED = {
    "rosters": "督办员、代办员不齐",
    "lists": "清单未报送",
    "adjustments": "清单调整逾期",
    "tasks": "后续更新未完成",
    "failed": "数据共享查询失败",
    "databases": "数据库未接入",
    "systems": "自建系统未对接",
    "voluntary": "主动提供占比偏高",
}
DECIDED = MISSED | ASKED
_LISTS = DECIDED | {LATE_AT: "单位超时核验"}
BY_NAME = {name: key for key, name in _LISTS.items()}  #: a list by what the paper calls it


def printed(cases: str, about: str = "") -> str:
    """The key of a list of cases as a paper prints it: 超最迟时限, 数据共享查询失败/枣庄市电子证照库. `reports.cases` knows it by that
    name, too. `about`: the name of what stands behind the slash."""
    name, slash, code = cases.partition("/")
    return f"{_LISTS.get(name, name)}{slash}{about or code}"


NOBODY = "不在任何出具单位"  #: where a unit would be named: the case lay in no inbox
ANSWER_DAYS = 3  #: working days in which a unit answers what a report asks of it: the office's own term, no article sets one
WITHOUT_DAY = f"收到后 {ANSWER_DAYS} 个工作日内"  #: where nobody has entered the calendar that says which day that is


def day_of(instant: datetime, year: int) -> str:
    """3月4日; of another year than the one that is spoken of with it."""
    return written(instant, "%-m月%-d日") if last_day(instant).year == year else written(instant, "%Y年%-m月%-d日")


_CJK = "\u4e00-\u9fff\u3001-\u3011\uff01-\uff20\u201d%"
_WIDE = str.maketrans(",:;?!", "\uff0c\uff1a\uff1b\uff1f\uff01")
_AFTER = re.compile(rf"(?<=[{_CJK}])[,:;?!]|(?<=\))[,:;?!](?!\d)")
_BEFORE = re.compile(rf"(?<=[\w%>)])[,:;](?=[{_CJK}\u201c\u300a])")
_SPACES = re.compile(rf"(?<=[{_CJK}]) (?=[\d<])|(?<=[\d%)]) (?=[\u4e00-\u9fff])")
_BRACKETS = re.compile(rf"(?<=[{_CJK}\w])\(([^()]*[{_CJK}][^()]*)\)|(?<=[\u4e00-\u9fff])\(([^()]*)\)|^\(([^()]*)\)")


def of_period(text: str, week: bool) -> str:
    """The words of a week, for any other range of days: what was 本周 is 本期."""
    return text if week else text.replace("本周", "本期").replace("上周", "上期").replace("周报", "报告")


def typeset(text: str) -> str:
    """Full-width where Chinese stands beside it, no spaces about numbers; 97.5%(195/200) and times keep theirs."""
    text = _SPACES.sub("", text)
    text = _AFTER.sub(lambda found: found[0].translate(_WIDE), text)
    text = _BEFORE.sub(lambda found: found[0].translate(_WIDE), text)
    return _BRACKETS.sub(lambda found: f"\uff08{found[1] or found[2] or found[3] or ''}\uff09", text)


def aloud(text: str) -> int:
    """How many characters are heard at most where it is read out: of 12345 nine, of 91.7% eight; what a rate is out of is for the eye."""
    text = re.sub(r"\(\d+/\d+\)", "", text)
    text = re.sub(r"\d{4}(?=[年〕])", "年" * 4, text)  # digit by digit
    numbers = re.findall(r"\d+", text)
    return len(re.sub(r"[\W\d]", "", text)) + sum(2 * len(number) - 1 for number in numbers) + 3 * text.count("%") + text.count(".")


def minutes(seconds: float | None) -> str:
    """How long, as people say it."""
    if seconds is None:
        return "—"
    if seconds < 60:
        return f"{seconds:.0f} 秒"
    return f"{seconds / 60:.0f} 分钟" if seconds < 7200 else f"{seconds / 3600:.1f} 小时"


def lasting(seconds: float | None) -> str:
    """How long, where it may be days."""
    return f"{seconds / 86400:.1f} 天" if seconds is not None and seconds >= 172800 else minutes(seconds)


def in_seconds(seconds: float | None) -> str:
    return "—" if seconds is None else f"{seconds:.1f} 秒"
