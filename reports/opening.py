"""首页: what changed and what to decide, which a leader hears in a minute; and what comes right after it."""

from __future__ import annotations

from itertools import accumulate

from reports import charts
from reports.blocks import Block, Paragraph, Picture
from reports.model import Report

#: Page one is read aloud in a minute, some 250 characters: so many steps at most, and so many characters of them.
_PRESSING, _LETTERS = 3, 90
ORDINALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五")
Part = tuple[str, list[Block | None]]


def overview(report: Report) -> Part:
    """What changed: with `pressing` it is what is read aloud, and stands on page one."""
    compared = report.received.before is not None
    said = [
        f"本周收到核验申请 {report.received.value} 件{f'({report.received.said})' if compared else ''},办结 {report.finished.value} 件,"
        f"免提交证明 {report.free_of_paper.value} 次。",
        _due(report),
    ]
    return "总体情况", [*map(Paragraph, said)]


def pressing(report: Report) -> Part:
    """What to decide: the first of the steps; the others stand after the figures that they follow from."""
    found, shown = _numbered(report), _shown(report)
    more = f"其余 {len(found) - shown} 项见“其他工作建议”。" if len(found) > shown else ""
    said = found[:shown] or ["保持现有做法。"]
    return "需要决定的事项", [*map(Paragraph, [*said[:-1], said[-1] + more])]


def steps(report: Report) -> Part:
    return "其他工作建议", [*map(Paragraph, _numbered(report)[_shown(report) :])]


def _shown(report: Report) -> int:
    """The most pressing always; the next ones while there is room."""
    lengths = list(accumulate(map(len, report.next_steps[:_PRESSING])))
    return sum(length <= _LETTERS for length in lengths) or min(1, len(lengths))


def _numbered(report: Report) -> list[str]:
    return [f"({number}){step}" for number, step in zip(ORDINALS, report.next_steps, strict=False)]


def trend(report: Report) -> Part:
    """And what the figures rest on; who was renamed or merged stands with the units."""
    picture = (
        Picture("近八周收件量和按时率", charts.trend(report.trend), charts.trend_words(report.trend)) if len(report.trend) > 1 else None
    )
    changed = {row.changed for row in report.units if row.changed}
    notes = [_more(report), *(note for note in report.notes if note not in changed)]
    return "趋势和说明", [picture, Paragraph("".join(notes)) if notes else None]


def _more(report: Report) -> str:
    """What page one has no room for."""
    said = f"本周撤回 {report.withdrawn} 件,期末在办 {report.open} 件。"
    if report.received.before is None:
        return said + "上周无可比数据。"
    return said + f"办结{report.finished.said},免提交证明{report.free_of_paper.said}。"


def _due(report: Report) -> str:
    """What was missed is said by the steps. Out of nothing is said in words: a bare — (0/0) would make readers look for what is missing."""
    limits, old = report.limits, report.limits_before
    named = (("最迟时限", limits.hard), ("原则上的时限", limits.soft), ("督办", limits.supervision))
    if not any(rate.whole for _, rate in named):
        return "本周没有到期的时限,也没有到期的督办。"
    last = f"上周最迟时限 {old.hard}。" if old is not None and old.hard.whole and limits.hard.whole else ""
    return f"{','.join(f'{name}按时 {rate}' if rate.whole else f'没有到期的{name}' for name, rate in named)}。{last}"
