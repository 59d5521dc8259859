"""要点: the few figures that mails, pages of operators and the terminal show; and what a new version corrects."""

from __future__ import annotations

from collections.abc import Iterator

from reports.model import Limits, Rate, Report, Spread, UnitRow
from reports.periods import is_week
from reports.wording import DECIDED, of_period

_MOST = 30  #: corrected figures that are named one by one
REASON, _AGAINST = "本版重新编制的原因:", "与第"  #: notes that a version has of itself begin so
_NONE = "无"  #: not counted, or out of nothing: a figure that came later was in no earlier report


def key_figures(report: Report) -> tuple[tuple[str, str], ...]:
    """Name and figure, as a reader wants to know them first."""
    limits, week = report.limits, is_week(report.period)
    figures = (
        ("收到核验申请", f"{report.received.value} 件({report.received.said})"),
        ("办结", f"{report.finished.value} 件({report.finished.said})"),
        ("期末在办", f"{report.open} 件"),
        ("免提交证明", f"{report.free_of_paper.value} 次({report.free_of_paper.said})"),
        ("最迟时限按时", _kept(limits.hard)),
        ("原则上的时限按时", _kept(limits.soft)),
        ("督办按时", _kept(limits.supervision)),
        ("投诉举报", f"{report.complaints.received.value} 件"),
        ("需要核实的线索", f"{len(report.leads)} 条"),
    )
    return tuple((name, of_period(figure, week)) for name, figure in figures)


def _kept(rate: Rate) -> str:
    return str(rate) if rate.whole else "没有到期的"


def changes(before: Report, after: Report, version: int) -> tuple[str, ...]:
    """更正说明: each figure that differs from version `version`, with what it was and what it is; and each note that came or
    went (an outage that became known later)."""
    old, new = dict(_figures(before)), dict(_figures(after))
    differing = [name for name in {**old, **new} if old.get(name, _NONE) != new.get(name, _NONE)]
    said = [f"{name}由 {old.get(name, _NONE)} 更正为 {new.get(name, _NONE)}" for name in differing[:_MOST]] or ["各项数字没有变化"]
    if len(differing) > _MOST:
        said.append(f"另有 {len(differing) - _MOST} 项见工作簿")
    noted, now_noted = _notes(before), _notes(after)
    said += [f"不再有说明“{note}”" for note in noted if note not in now_noted]
    said += [f"增加说明“{note}”" for note in now_noted if note not in noted]
    first = f"与第{version}版相比" + ("," if not differing else ":")
    return (f"{first}{';'.join(said)}。",)


def _notes(report: Report) -> list[str]:
    """What its figures rest on, without what a version says of itself."""
    return [note.rstrip("。") for note in report.notes if not note.startswith((REASON, _AGAINST))]


def _figures(report: Report) -> Iterator[tuple[str, str]]:
    """Every figure under a name of its own."""
    yield "指标口径", report.definitions
    for name, count in (
        ("收到", report.received),
        ("办结", report.finished),
        ("免提交证明", report.free_of_paper),
        ("主动提供", report.voluntary),
        ("投诉举报", report.complaints.received),
    ):
        yield name, f"{count.value}"
        yield f"上周{name}", _NONE if count.before is None else f"{count.before}"
    yield "撤回", f"{report.withdrawn}"
    if report.workdays:
        yield "工作日", f"{report.workdays.count}"
        yield "上周工作日", _NONE if report.workdays.before is None else f"{report.workdays.before}"
    if report.outage:
        yield "平台故障", f"{report.outage.count} 次"
        yield "平台故障时间", f"{report.outage.minutes} 分钟"
        yield "遇到平台故障的超时时限", _NONE if report.outage.met is None else f"{report.outage.met}"
    yield "期末在办", f"{report.open}"
    yield from _limits("", report.limits)
    yield from _limits("上周", report.limits_before) if report.limits_before else ()
    yield from _spread("", report.spread)
    yield "投诉按时答复", _rate(report.complaints.handled)
    yield from ((f"投诉举报({name})", f"{count}") for name, count in (*report.complaints.by_channel, *report.complaints.by_unit))
    found = report.coverage
    yield "现行清单版次", f"{found.list_version}" if found.list_version else _NONE
    for name, rate in (
        ("已有清单的单位", found.lists),
        ("值守齐备的单位", found.rosters),
        ("已接入的数据库", found.databases),
        ("已对接的自建系统", found.systems),
        ("逾期报送的清单调整", found.late_adjustments),
        ("已完成的后续更新", found.open_tasks),
    ):
        yield name, _rate(rate)
    yield from ((f"以{one.name}办结", _rate(one.share)) for one in report.methods)
    for source in report.sources:
        yield f"{source.source}查询", f"{source.asked}"
        yield f"{source.source}查到", _rate(source.found)
        yield f"{source.source}故障", _rate(source.failed)
        yield from _spread(source.source, source.spread)
    for row in report.units:
        yield from _unit(row)
    yield from ((f"{one.label}的答复", f"{one.count} 件") for one in report.distribution)
    yield from ((f"{one.label}收到", f"{one.received}") for one in report.trend)
    yield from ((f"{one.label}按时", _rate(one.kept)) for one in report.trend)
    yield from ((f"{one.unit} {one.day.month}月{one.day.day}日超时", _rate(one.missed)) for one in report.heat)
    yield from ((f"{one.unit_name}{one.name}获取证明", f"{one.obtained}") for one in report.systems)
    if report.shared:
        yield f"超时核验中{report.shared.cause}", f"{report.shared.part}"
    for ground in (*([report.shared.ground] if report.shared else []), *report.grounds, *report.asked):
        whose = f"({ground.units[0][0]})" if ground.kind == "failed" else ""  # of several sources each has its own
        name = f"{DECIDED[ground.kind]}{whose}"
        yield f"{name}而至今未办", f"{ground.waiting}"
        yield from ((f"{name}({one})", f"{count}") for one, count in (*ground.units, *ground.causes, *ground.steps))
    for late in report.late or ():
        yield f"{late.name}超时而至今未办", f"{late.waiting}"
        yield from ((f"{late.name}{DECIDED[kind]}的核验", f"{count}") for kind, count in late.kinds)
        yield from ((f"{late.name}超时核验({one})", f"{count}") for one, count in (*late.steps, *late.sources))
    for figure in report.articles:
        name = f"{figure.obligation} {figure.name}" + (f"({figure.of})" if figure.of else "")
        yield name, _rate(figure.share)
        yield from _spread(name, figure.elapsed) if figure.elapsed else ()
    yield from ((f"线索 {one.number}", f"{one.evidence}({one.standing})") for one in report.leads)


def _rate(rate: Rate) -> str:
    return str(rate) if rate.whole else _NONE


def _limits(of: str, limits: Limits) -> Iterator[tuple[str, str]]:
    yield f"{of}最迟时限按时", _rate(limits.hard)
    yield f"{of}原则上的时限按时", _rate(limits.soft)
    yield f"{of}督办按时", _rate(limits.supervision)
    yield f"{of}有正当理由的超时", f"{limits.excused}"
    yield f"{of}未定的时限", f"{limits.undetermined}"


def _spread(of: str, spread: Spread) -> Iterator[tuple[str, str]]:
    yield f"{of}用时件数", f"{spread.count}"
    yield f"{of}用时中位数", _NONE if spread.median is None else f"{spread.median:.1f} 秒"
    yield f"{of}95%用时", _NONE if spread.p95 is None else f"{spread.p95:.1f} 秒"


def _unit(row: UnitRow) -> Iterator[tuple[str, str]]:
    counts = (
        ("收到", row.received),
        ("已答复", row.answered),
        ("未答复", row.waiting),
        ("退回", row.returns),
        ("要求补正", row.supplements),
        ("开始督办", row.supervised),
        ("督办未按时", row.supervision_missed),
        ("发起核验", row.filed),
        ("交回用时", f"{row.handed_back_minutes} 分钟"),
        ("名次", row.rank if row.rank is not None else _NONE),
    )
    yield from ((f"{row.name}{name}", f"{value}") for name, value in counts)
    yield from _limits(row.name, row.limits)
    yield from _spread(row.name, row.spread)
    yield f"{row.name}按时退回", _rate(row.returns_in_time)
    yield f"{row.name}建议被采纳", _rate(row.returns_accepted)
    yield f"{row.name}主动提供占比", _rate(row.voluntary)
