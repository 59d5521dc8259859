"""首页: what changed and what to decide, which a leader hears in a minute; and what comes right after it."""

from __future__ import annotations

from reports import charts
from reports.blocks import Block, Paragraph, Picture
from reports.model import Count, Limits, Report

_PRESSING = 3  #: steps on page one, which is read aloud in a minute
ORDINALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五")
Part = tuple[str, list[Block | None]]


def overview(report: Report) -> Part:
    """What changed: with `pressing` it is what is read aloud, and stands on page one."""
    limits = report.limits
    compared = report.received.before is not None

    def change(count: Count) -> str:
        return f"({count.said})" if compared else ""

    said = [
        f"本周收到核验申请 {report.received.value} 件{change(report.received)},办结 {report.finished.value} 件{change(report.finished)},"
        f"撤回 {report.withdrawn} 件,期末在办 {report.open} 件。"
        f"群众和企业免提交证明 {report.free_of_paper.value} 次{change(report.free_of_paper)}。" + ("" if compared else "上周无可比数据。"),
        _due(limits) + _against(report),
    ]
    return "总体情况", [*map(Paragraph, said)]


def pressing(report: Report) -> Part:
    """What to decide: the first of the steps; the others stand after the figures that they follow from."""
    found = _numbered(report)
    more = f"其余 {len(found) - _PRESSING} 项见“其他工作建议”。" if len(found) > _PRESSING else ""
    said = found[:_PRESSING] or ["保持现有做法。"]
    return "需要决定和督促的事项", [*map(Paragraph, [*said[:-1], said[-1] + more])]


def steps(report: Report) -> Part:
    return "其他工作建议", [*map(Paragraph, _numbered(report)[_PRESSING:])]


def _numbered(report: Report) -> list[str]:
    return [f"({number}){step}" for number, step in zip(ORDINALS, report.next_steps, strict=False)]


def trend(report: Report) -> Part:
    """And what the figures rest on; who was renamed or merged stands with the units."""
    picture = (
        Picture("近八周收件量和按时率", charts.trend(report.trend), charts.trend_words(report.trend)) if len(report.trend) > 1 else None
    )
    changed = {row.changed for row in report.units if row.changed}
    notes = [note for note in report.notes if note not in changed]
    return "趋势和说明", [picture, Paragraph("".join(notes)) if notes else None]


def _due(limits: Limits) -> str:
    """Out of nothing is said in words: a bare — (0/0) would make readers look for what is missing."""
    named = (("最迟时限", limits.hard), ("原则上的时限", limits.soft), ("督办", limits.supervision))
    kept = ",".join(f"{name}按时 {rate}" for name, rate in named if rate.whole)
    none = "、".join(name for name, rate in named if not rate.whole)
    if not kept:
        return "本周没有到期的时限,也没有到期的督办。"
    return f"本周到期的时限中,{kept}{f';没有到期的{none}' if none else ''}。"


def _against(report: Report) -> str:
    old = report.limits_before
    if old is None or not old.hard.whole or not report.limits.hard.whole:
        return ""
    return f"上周最迟时限按时 {old.hard}。"
