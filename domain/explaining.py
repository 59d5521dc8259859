"""时限说明: why a limit falls on that minute, in one Chinese paragraph without personal data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from domain.calendar import MissingYear
from domain.hours import ServiceHours
from domain.instants import happened, written
from domain.limits import ONE_DAY, Limit, LimitKind, Situation, passed, paused_within, served
from domain.progress import PROMISE_SHORT, promise_is_short
from domain.readings import Measure, Readings

#: What each limit rests on: obligations 10.5, 10.6, 10.7, 10.8, 7.7, 10.10, 10.12.
_ARTICLES = {
    "10.5": "有数据库依托但尚未对接的,原则上30分钟内发送",
    "10.6": "即办件须在30分钟内完成发送",
    "10.7": "承诺件原则上24小时内核验和发送",
    "10.8": "最晚不得超出该事项的承诺时限",
    "7.7": "该证明在清单中规定的时限",
    "10.10": "不属本单位职责的须在30分钟内退回",
    "10.12": "督办员须在半小时内督办完成并反馈",
}


_NAMES: dict[tuple[str, ...], str] = {("10.10",): "退回时限", ("7.7",): "规定时限"}


def named(kind: LimitKind, obligations: Iterable[str]) -> str:
    """What a limit is called. The proof's own is its 规定时限 and never one 原则上, whatever an older rule made of it (obligation 7.7)."""
    return _NAMES.get(tuple(obligations), kind.label)


def explain(case: Situation, limit: Limit) -> str:
    """Why `limit` of `case` falls on that minute, with the obligations, the readings and the rule version."""
    parts = [f"核验申请于{happened(case.received)}送达出具单位。"]
    basis = ";".join(f"{_ARTICLES[number]}(义务 {number})" for number in limit.obligations)
    if limit.length is None:
        derived = "(由承诺天数按工作日历推算,解读 4)" if case.promise_derived else ""
        until = f"于{_at(limit.due)}办结" if limit.due is not None else "的办结时间待工作日历录入后推算"
        parts.append(f"{_by_article(limit)},{basis}:该办件承诺{derived}{until},补正不顺延。")
        if 3 in limit.readings:
            why = "承诺短于24小时" if "承诺短于24小时" in limit.note else "原则上的时限顺延后不早于承诺时限"
            parts.append(f"{why},只以承诺时限为准(解读 3)。")
        if promise_is_short(limit.obligations, limit.start, limit.due):
            parts.append(f"收到时{PROMISE_SHORT},即为红色,不另延长(解读 3)。")
    else:
        parts += _started(case, limit)
        parts.append(f"{_by_article(limit)},{basis}。" + _why(limit))
        parts += _moved(case, limit)
    if limit.missing_year is not None:
        parts.append(f"{limit.missing_year} 年的工作日历尚未录入,时限暂记“未定”,日历录入后自动补算(解读 25)。")
    else:
        name = "时限(原则上)" if limit.kind is LimitKind.SOFT else named(limit.kind, limit.obligations)
        parts.append(f"因此{name}为{_at(limit.due)}。")
        if limit.length is not None:
            parts += _beside(case, limit, limit.length)
    return "".join(parts) + _end(limit, case.readings)


def explain_promise(limit: Limit, readings: Readings) -> str:
    """Why the promise binds while no issuing unit has the request: returned, re-routed, not verified."""
    derived = "(由承诺天数按工作日历推算,解读 4)" if 4 in limit.readings else ""
    parts = [f"依第十条,{_ARTICLES['10.8']}(义务 10.8)。申请已不在出具单位,承诺时限{derived}继续计算(解读 9)。"]
    if limit.missing_year is not None:
        parts.append(f"{limit.missing_year} 年的工作日历尚未录入,时限暂记“未定”,日历录入后自动补算(解读 25)。")
    else:
        parts.append(f"因此最迟时限为{_at(limit.due)}。")
    return "".join(parts) + _end(limit, readings)


def explain_supervision(missed: datetime, limit: Limit, hours: ServiceHours, readings: Readings) -> str:
    """Why a 督办 ends on that minute."""
    parts = [f"时限已于{_at(missed)}届满。依第十条,{_ARTICLES['10.12']}(义务 10.12),自届满时起算(解读 11)。"]
    if limit.start is not None and limit.start != missed:
        parts.append(f"届满时不在服务时间({hours.describe()}),视同{happened(limit.start)}开始(解读 1)。")
    if limit.missing_year is not None:
        parts.append(f"{limit.missing_year} 年的工作日历尚未录入,督办时限暂记“未定”(解读 25)。")
    else:
        parts.append(f"因此督办时限为{_at(limit.due)}。")
    return "".join(parts) + _end(limit, readings)


def _end(limit: Limit, readings: Readings) -> str:
    provisional = "所用工作日历为暂定,正式通知后自动补算。" if limit.provisional else ""
    return f"{provisional}规则版本 {readings.version}。"


def _started(case: Situation, limit: Limit) -> list[str]:
    own = "该单位另有计时方式:" if case.measure is not case.readings.measure else ""  # units are named, a level is the list of its units
    match case.measure:
        case Measure.NATURAL:
            return [f"{own}按自然时间自送达起算(解读 1)。"]
        case Measure.SERVICE_HOURS:
            return [f"{own}只计服务时间({case.hours.describe()},解读 1)。"]
    if limit.start is None:
        return []
    if limit.start == case.received:
        return ["送达时在服务时间内,自送达起算。"]
    return [f"送达时不在服务时间({case.hours.describe()}),视同{happened(limit.start)}收到并起算(解读 1)。"]


def _by_article(limit: Limit) -> str:
    return "依第七条" if limit.obligations == ("7.7",) else "依第十条"


def _why(limit: Limit) -> str:
    said = []
    if limit.obligations == ("10.10",):
        said.append("只约束退回,与答复的时限同时起算(解读 9)。")
    if 5 in limit.readings:
        said.append("不论办件类型均适用(解读 5)。")
    if 22 in limit.readings:
        said.append("数据共享来源故障,类推适用(解读 22)。")
    if 19 in limit.readings:
        said.append("其他类型办件比照承诺件(解读 19)。")
    return "".join(said)


def _moved(case: Situation, limit: Limit) -> list[str]:
    """What rested while the time ran, the roll, and what rested on the way to the opening (readings 2, 10, 21)."""
    if limit.start is None or limit.target is None or limit.length is None:
        return []
    rolled = 2 in limit.readings
    raw = passed(case, limit.start, limit.length) if rolled else limit.target
    what, reading = ("补正或平台故障", "解读 10、21") if case.readings.outage_deducted else ("补正", "解读 10")
    said = []
    if any(pause.start < limit.start for pause in case.pauses):
        said.append(f"起算以前的{what}不顺延时限,起算以后的部分才顺延({reading})。")
    if paused := paused_within(limit.start, raw, case.pauses):
        said.append(f"其间{what}{_length(paused)},时限相应顺延({reading})。")
    if rolled:
        length = "24小时" if limit.length == ONE_DAY else _length(limit.length)
        opening = case.hours.next_opening(raw)
        where = "适逢休息日" if case.readings.roll_rest_day_only else "不在服务时间"
        said.append(f"{length}届满于{_at(raw)},{where},顺延至下一次开门{happened(opening)}(解读 2)。")
        if paused := paused_within(raw, limit.target, case.pauses):
            again = f",至{_at(limit.target)},仍{where},再顺延至下一次开门" if limit.target != limit.due else ""
            said.append(f"顺延途中{what}{_length(paused)},时限再相应顺延({reading}){again}。")
    return said


def _beside(case: Situation, limit: Limit, length: timedelta) -> list[str]:
    """What the other ways of counting would give, where they differ, 仅供对照 (reading 1)."""
    others: list[tuple[str, datetime]] = []
    if case.measure is not Measure.NATURAL:
        others.append(("自然时间", passed(case, case.received, length)))
    if case.measure is not Measure.SERVICE_HOURS and length < ONE_DAY:
        try:
            others.append(("只计服务时间", served(case, case.hours.next_opening(case.received), length)))
        except MissingYear:
            pass
    said = [f"{name}为{_at(instant)}" for name, instant in others if instant != limit.due]
    return [f"(仅供对照:{';'.join(said)}。)"] if said else []


def _at(instant: datetime | None) -> str:
    return written(instant) if instant is not None else "未定"


def _length(span: timedelta) -> str:
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    said = [f"{number} {unit}" for number, unit in ((hours, "小时"), (minutes, "分"), (seconds, "秒")) if number]
    return " ".join(said) or "0 秒"
