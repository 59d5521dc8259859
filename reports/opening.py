"""首页: what changed and what to decide, which a leader hears in a minute; and what comes right after it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from domain.calendar import LOCAL
from reports import charts, grounds, periods
from reports.blocks import Block, Document, Paragraph, Picture, Table
from reports.decisions import Ground
from reports.model import Rate, Report
from reports.wording import MISSED, WITHOUT_DAY, aloud, lasting, of_period, printed

#: Page one, its 版头 too, is read aloud in a minute, so many characters (announcers read up to 300; what follows the 版头, where most
#: begin, is heard within the minute of whoever reads 260); and so many steps stand there at most.
A_MINUTE, _PRESSING = 292, 3
#: What is heard as 原则上的时限 (obligations 10.5, 10.7), for whoever does not know it.
_PRINCIPLE = "原则上的时限:承诺件24小时、有数据库依托的30分钟,有正当理由的可以超过。"
_OVERVIEW, _PRESSED = "总体情况", "需要决定的事项"
_LONG, _MANY = 60, 4  #: minutes of 平台故障; one of so many limits that were missed met it
_TITLE = 20  #: characters of its size on one line
_NAME = 20  #: characters of a matter and its proof in the small table: whole they stand under `steps`
#: Who answers, where it is not the units that are named: a limit is answered for case by case.
_ANSWERS = {
    **dict.fromkeys(MISSED, "各单位督办员逐件答复专班办公室"),
    "failed": "专班办公室会同来源单位排查",
    "voluntary": "专班办公室核实",
}
_UNITS = "有关单位办理并报专班办公室"
ORDINALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五")
Part = tuple[str, list[Block | None]]


def head(report: Report) -> Document:
    """版头 and 标题; nothing under them yet."""
    made = report.cut_off.astimezone(LOCAL)
    return Document(
        mark=of_period("“无证明办事”工作周报", periods.is_week(report.period)),
        subtitle=report.period.label,
        issue=report.issue,
        issuer=report.issuer,
        date=f"{made.year}年{made.month}月{made.day}日",
        title=_title(report.scope_name),
        copies=report.copies.rstrip("。"),  # the layouts end it
        sections=(),
    )


def _title(scope: str) -> str:
    """A long name has a line of its own: a title breaks where its sense does."""
    about = "“无证明办事”工作情况"
    return f"{scope}{about}" if len(scope) + len(about) <= _TITLE else f"{scope}\n{about}"


def overview(report: Report) -> Part:
    """What changed: with `pressing` it is what is read aloud, and stands on page one."""
    return _OVERVIEW, [*map(Paragraph, _overview(report)), Paragraph(_PRINCIPLE, small=True) if report.limits.soft.whole else None]


def _overview(report: Report) -> list[str]:
    """As much as leaves time for three steps: what is left out stands further down."""
    counts, last = _counts(report), _last(report)
    whole, brief, tight = ([counts, _due(report, *how)] for how in ((last, True), (last, False), ("", False)))
    if report.next_steps and not _fitting(report, brief):
        return tight
    return brief if _fitting(report, brief) > _fitting(report, whole) else whole


def _counts(report: Report) -> str:
    compared = f"({report.received.said}{' 件' if report.received.change else ''})" if report.received.before is not None else ""
    return (
        _holiday(report)
        + _away(report)
        + (
            f"本周收到核验申请 {report.received.value} 件{compared},办结 {report.finished.value} 件,"
            f"免提交证明 {report.free_of_paper.value} 次。"
        )
    )


def _holiday(report: Report) -> str:
    """Numbers of a week with days off are compared with no others unawares."""
    found = report.workdays
    if found is None or not periods.is_week(report.period):
        return ""
    last = "" if found.before is None else f",上周 {found.before} 天"
    special = [f"{periods.runs(days)}{what}" for days, what in ((found.off, "放假"), (found.worked, "调休上班")) if days]
    if not special and found.count == (found.before or found.count):
        return ""
    return f"本周{'、'.join(special)}{',' if special else ''}工作日 {found.count} 天{last}。"


def _away(report: Report) -> str:
    """Units are not asked for what the platform did: said where it was long, or met many of the limits that were missed."""
    gone, limits = report.outage, report.limits
    if gone is None:
        return ""
    missed = sum(rate.whole - rate.part for rate in (limits.hard, limits.soft, limits.supervision))
    if gone.minutes < _LONG and not (gone.met and gone.met * _MANY >= missed):
        return ""
    if not gone.count:
        return f"{gone.met} 个超时的时限遇到本周以前的平台故障。"
    met = "已从时限中扣除" if gone.met is None else f"{gone.met} 个超时的时限遇到故障" if gone.met else "没有超时的时限遇到故障"
    return f"本周平台故障{f' {gone.count} 次,共' if gone.count > 1 else ''} {lasting(gone.minutes * 60)},{met}。"


def pressing(report: Report) -> Part:
    """What to decide: the first of the steps; the others come right after (`goes_on`)."""
    found, shown = _numbered(report), _shown(report)
    said = found[:shown] or ["本周没有需要决定的事项。"]
    said[-1] += _rest(len(found) - shown) + (_by_when(report, shown) if shown else "")  # one line more would drive the table off the page
    table = _grounds(report, shown)
    call = Paragraph(_contact(report), small=True) if table is None and report.contact else None
    return _PRESSED, [*map(Paragraph, said), table, call]


def _by_when(report: Report, shown: int) -> str:
    """Heard, and in no small print; who answers to whom stands under the table, which a report of before its grounds were counted lacks."""
    return f"以上请于{_until(report)}答复。" if _behind(report)[:shown] else f"请于{_until(report)}办理并报专班办公室,名单附后。"


def _until(report: Report) -> str:
    return f"{report.answer_by.month}月{report.answer_by.day}日前" if report.answer_by else WITHOUT_DAY


def _grounds(report: Report, shown: int) -> Table | None:
    """For the eye beside what is heard: of each step who most, in what, where, who answers until when, and which list of cases. The paper
    leaves out where it stood if names are long, so that all of it stands on page one: whole they are under `steps`."""
    found = list(zip(ORDINALS, _behind(report), strict=False))[:shown]
    rows = tuple(
        (
            f"({number})",
            grounds.whom(one, len(found)),
            grounds.what(one, len(found), _NAME),
            grounds.most(one, one.steps),
            grounds.waits(report, one),
        )
        for number, one in found
    )
    columns = ("序号", "主要单位", f"主要{_cause(found)}", "主要环节", "至今未办")
    return (
        Table(
            "", columns, rows, 0, note=f"{_answers(report, found)}{_contact(report)}个案名单:{_lists(report, found)}。", small=True, least=3
        )
        if rows
        else None
    )


def _contact(report: Report) -> str:
    return f"联系人:{report.contact.rstrip('。')}。" if report.contact else ""


def _whole(report: Report) -> Table | None:
    """The same, of every step that has any, with the others too."""
    found = list(zip(ORDINALS, _behind(report), strict=False))
    rows = tuple(
        (
            f"({number})",
            grounds.several(one, one.units, "个单位"),
            grounds.several(one, one.causes),
            grounds.several(one, one.steps),
            grounds.waits(report, one),
        )
        for number, one in found
    )
    columns = ("序号", "涉及单位", _cause(found), "所在环节", "至今未办")
    note = f"{_answers(report, found)}个案名单:{_lists(report, found)}。全部单位、{_cause(found)}见工作簿“决定依据”。"
    return Table("决定依据", columns, rows, 0, note=note) if rows else None


def _behind(report: Report) -> tuple[Ground, ...]:
    """Of the first steps one each, in their order; of none where a report was issued before it was counted."""
    if (shared := report.shared) is None:
        return *report.grounds, *report.asked
    others = (one for one in report.asked if not (shared.failed and one.kind == "failed" and one.units[0][0] == shared.cause))
    return shared.ground, *others


def _cause(found: Sequence[tuple[str, Ground]]) -> str:
    """What the causes are: a database or a system is neither matter nor proof."""
    return "事项·证明" if all(one.kind in MISSED for _, one in found) else "事由"


def _lists(report: Report, found: Sequence[tuple[str, Ground]]) -> str:
    """By names that nobody has to know: what is of one source says which."""
    return "、".join(f"({number}){printed(one.cases, about(report, one))}" for number, one in found)


def about(report: Report, one: Ground) -> str:
    """The name of what stands behind the slash of its list's key."""
    if report.shared and one is report.shared.ground:
        return report.shared.cause
    return one.units[0][0] if one.kind == "failed" else ""


def _answers(report: Report, found: Sequence[tuple[str, Ground]]) -> str:
    """Who answers, until when."""
    whose: dict[str, list[str]] = {}
    for number, one in found:
        whose.setdefault(_ANSWERS.get(one.kind, _UNITS), []).append(f"({number})")
    if all(one.kind in MISSED for _, one in found):
        return f"请各单位督办员于{_until(report)}逐件答复专班办公室。"
    said = [f"{'、'.join(numbers)}由{who}" for who, numbers in whose.items()]
    return f"请于{_until(report)},{';'.join(said)}。"


def goes_on(report: Report) -> bool:
    """There are steps that page one has no room for: whoever turns the page finds them, however many pages the figures take. Grounds
    alone, of steps that stand there, come after the figures."""
    return _shown(report) < len(report.next_steps)


def steps(report: Report) -> Part:
    rest = _numbered(report)[_shown(report) :]
    return "其他工作建议和决定依据" if rest else "决定依据", [*map(Paragraph, rest), _whole(report)]


def _shown(report: Report) -> int:
    """The most pressing always; the next ones while all of page one is still heard within the minute."""
    return _fitting(report, _overview(report)) or min(1, len(report.next_steps))


def _fitting(report: Report, above: list[str]) -> int:
    """How many steps there is time for below this overview."""
    top, found = head(report), _numbered(report)
    rest = [top.mark, top.issue, top.issuer, top.date, top.title, top.subtitle, _OVERVIEW, _PRESSED, *ORDINALS[:2], *above]
    room, lengths = A_MINUTE - sum(map(aloud, rest)), enumerate(accumulate(map(aloud, found[:_PRESSING])), 1)
    told = [length + aloud(_rest(len(found) - number) + _by_when(report, number)) for number, length in lengths]
    return sum(one <= room for one in told)


def _rest(count: int) -> str:
    return f"其余 {count} 项附后。" if count else ""


def _numbered(report: Report) -> list[str]:
    return [f"({number}){step}" for number, step in zip(ORDINALS, report.next_steps, strict=False)]


def trend(report: Report) -> Part:
    """And what the figures rest on; who was renamed or merged stands with the units."""
    title = f"近{len(report.trend)}周收件量和按时率({periods.weeks_until(report.period, len(report.trend))})"
    picture = Picture(title, charts.trend(report.trend), charts.trend_words(report.trend)) if len(report.trend) > 1 else None
    changed = {row.changed for row in report.units if row.changed}
    notes = [_more(report), *(note for note in report.notes if note not in changed)]
    return "趋势和说明", [picture, Paragraph("".join(notes)) if notes else None]


def _more(report: Report) -> str:
    """What page one has no room for: the rate of 督办 stands with the limits in any case."""
    last = _last(report)
    left_out = last and last not in "".join(_overview(report))
    said = f"本周撤回 {report.withdrawn} 件,期末在办 {report.open} 件。{_of_last(last) if left_out else ''}"
    if report.received.before is None:
        return said + "上周无可比数据。"
    return said + f"办结{report.finished.said},免提交证明{report.free_of_paper.said}。"


def _of_last(last: str) -> str:
    return f"最迟时限{'' if '全部' in last else '按时'}{last[1:]}。"


def _last(report: Report) -> str:
    """The rate of the week before, where there is one to compare."""
    old = report.limits_before
    return (
        f",上周{'全部按时' if old.hard.part == old.hard.whole else f' {old.hard}'}"
        if old is not None and old.hard.whole and report.limits.hard.whole
        else ""
    )


def _due(report: Report, last: str, supervised: bool) -> str:
    """What was missed is said by the steps. Out of nothing is said in words: a bare — (0/0) would make readers look for what is missing."""
    limits = report.limits
    named = [("最迟时限", limits.hard), ("原则上的时限", limits.soft), ("督办", limits.supervision)]
    if not any(rate.whole for _, rate in named):
        return "本周没有到期的时限,也没有到期的督办。"
    if limits.supervision.whole and not supervised:
        named.pop()
    first = next((name for name, rate in named if rate.part < rate.whole), "")  # 按时 is said once
    said = [_kept(name, rate, name == first) for name, rate in named]
    return f"{said[0]}{last};{','.join(said[1:])}。" if last else f"{','.join(said)}。"


def _kept(name: str, rate: Rate, first: bool) -> str:
    """Nobody says 100.0 % of two."""
    if not rate.whole:
        return f"{name}没有到期的"
    return f"{name} {rate.whole} 个全部按时" if rate.part == rate.whole else f"{name}{'按时' if first else ''} {rate}"
