"""周报的内容: the report as sections of paragraphs, tables and pictures, in words. HTML and PDF print the same ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from domain.leads import LeadLine
from reports import annex, charts, late, opening, periods
from reports.blocks import Block, Document, Paragraph, Picture, Section, Table, worded
from reports.definitions import DEFINITIONS
from reports.model import Limits, Rate, Report, SourceRow, Spread
from reports.opening import Part
from reports.wording import in_seconds, lasting, minutes

_RANKED_SHOWN, _DAYS_SHOWN = 5, 14
_SYSTEMS_SHOWN = 5
_COMPLAINED_SHOWN = 5  #: units, those with the most first
_LEADS_SHOWN = 20  #: one by one; more are counted by kind, else a year's would fill a hundred pages


def document(report: Report) -> Document:
    """The report in words."""
    figures = (_limits, _sharing, _units, _returns, _lists, _public, _leads)
    after = (opening.steps, opening.trend, *figures) if opening.goes_on(report) else (opening.trend, *figures, opening.steps)
    parts = (opening.overview, opening.pressing, *after, _articles, _definitions, _record)
    week = periods.is_week(report.period)
    made_of = [(title, [_calm(one) for one in blocks if one is not None]) for title, blocks in (part(report) for part in parts)]
    sections = [
        Section(f"{opening.ORDINALS[number]}、{title}", tuple(worded(block, week) for block in blocks))
        for number, (title, blocks) in enumerate(one for one in made_of if one[1])
    ]
    return replace(opening.head(report), sections=tuple(sections))


def _calm(block: Block) -> Block:
    """Of a table without rows the sentence alone: a quiet week has no empty tables."""
    return Paragraph(block.empty) if isinstance(block, Table) and not block.rows else block


def _limits(report: Report) -> Part:
    limits = report.limits
    if not (limits.hard.whole or limits.soft.whole or report.spread.count or limits.undetermined):
        return "时限执行情况", [Paragraph("本周没有到期的时限,也没有出具单位答复的核验。")]
    said = [
        f"本周{_kept_of('最迟时限', limits.hard)}{_late_of(limits.hard)};"
        f"{_kept_of('原则上的时限', limits.soft)}{_late_of(limits.soft)}"
        f"{f',其中经专班办公室认定有正当理由 {limits.excused} 个' if limits.excused else ''};{_kept_of('督办', limits.supervision)}。",
        f"出具单位用时(自收到起,不含补正):{_spread(report.spread)}。",
    ]
    shown = report.spread.count
    picture = (
        Picture("出具单位用时分布", charts.distribution(report.distribution), charts.distribution_words(report.distribution))
        if shown
        else None
    )
    long = len({cell.day for cell in report.heat}) > _DAYS_SHOWN
    if long:
        said.append("各单位每日超时情况见工作簿“每日超时”。")
    heat = [
        Picture("各单位每日超时情况" + ("(续)" if number else ""), svg, charts.heat_words(report.heat, report.units) if not number else "")
        for number, svg in enumerate([] if long else charts.heat(report.heat, report.units))
    ]
    return "时限执行情况", [*map(Paragraph, said), picture, *heat]


def _kept_of(name: str, rate: Rate) -> str:
    return f"到期的{name}按时 {rate}" if rate.whole else f"没有到期的{name}"


def _late_of(rate: Rate) -> str:
    return f",超时 {rate.whole - rate.part} 个" if rate.whole else ""


def _sharing(report: Report) -> Part:
    methods = "、".join(f"{one.name} {one.share}" for one in report.methods)
    table = Table(
        "数据共享来源",
        ("来源", "查询次数", "查到", "来源故障", "中位\n用时", "95%\n用时"),
        tuple(map(_source_row, report.sources)),
        5,
        empty="本周没有查询数据共享来源。",
        note="“查到”指查到一份有效证照且姓名与号码相符;查无不等于没有,由下一种方式核验。",
    )
    return "核验方式和数据共享", [Paragraph(f"办结的核验中:{methods}。" if methods else "本周没有办结的核验。"), table]


def _source_row(row: SourceRow) -> tuple[str, ...]:
    return row.source, str(row.asked), _cell(row.found), _cell(row.failed), in_seconds(row.spread.median), in_seconds(row.spread.p95)


def _units(report: Report) -> Part:
    asked = [row for row in report.units if row.received or row.limits.hard.whole or row.limits.soft.whole]
    table = Table(
        "出具单位时限执行情况",
        ("单位", "收到", "已答复", "最迟时限\n按时", "原则上时限\n按时", "中位\n用时", "95%\n用时"),
        tuple(
            (
                row.name,
                str(row.received),
                str(row.answered),
                _cell(row.limits.hard),
                _cell(row.limits.soft),
                minutes(row.spread.median),
                minutes(row.spread.p95),
            )
            for row in asked
        ),
        6,
        empty="本周没有单位收到核验申请。",
    )
    changed = "".join(row.changed for row in report.units)
    return "各单位情况", [Paragraph(_ranking(report)), Paragraph(changed) if changed else None, table, *late.blocks(report)]


def _ranking(report: Report) -> str:
    ranked = sorted((row for row in report.units if row.rank is not None), key=lambda row: (row.rank or 0, row.name))
    if not ranked:
        return "本周各单位到期的时限都少于 10 个,不作排名。"
    few = sum(row.rank is None for row in report.units)
    others = f"到期时限少于 10 个的 {few} 个单位不参加排名。" if few else ""
    if all(_kept(row.limits).part == _kept(row.limits).whole for row in ranked):
        return f"到期时限(最迟和原则上合计)不少于 10 个的 {len(ranked)} 个单位全部按时,不分先后。{others}"
    best = [row for row in ranked if (row.rank or 0) <= _RANKED_SHOWN][:_RANKED_SHOWN]
    said = "、".join(f"第 {row.rank} 名 {row.name} {_kept(row.limits)}" for row in best)
    last = [row for row in ranked[-_RANKED_SHOWN:] if _kept(row.limits).part < _kept(row.limits).whole and row not in best]
    tail = ";需要加快的有" + "、".join(f"{row.name} {_kept(row.limits)}" for row in last) if last else ""
    return f"按到期时限(最迟和原则上合计)的按时率排名,并列的名次相同:{said}{tail}。{others}"


def _kept(limits: Limits) -> Rate:
    return Rate(limits.soft.part + limits.hard.part, limits.soft.whole + limits.hard.whole)


def _returns(report: Report) -> Part:
    touched = [row for row in report.units if row.returns or row.supplements or row.supervised or row.filed]
    table = Table(
        "退回、补正、督办和核验用时交回",
        ("单位", "退回", "转办建议\n被采纳", "要求\n补正", "开始\n督办", "督办\n未按时", "发起\n核验", "交回用时"),
        tuple(
            (
                row.name,
                f"{row.returns}{_late(row.returns_in_time)}",
                _cell(row.returns_accepted),
                str(row.supplements),
                str(row.supervised),
                str(row.supervision_missed),
                str(row.filed),
                lasting(row.handed_back_minutes * 60) if row.handed_back_minutes else "—",
            )
            for row in touched
        ),
        7,
        note="核验用时不计入办件考核(义务 10.9):“交回用时”是需求单位可从本单位考核中扣除的时间(连续计算,一天为24小时),各办件之和。",
    )
    returns, accepted = sum(row.returns for row in report.units), _sum([row.returns_accepted for row in report.units])
    in_time = _sum([row.returns_in_time for row in report.units])
    return "退回、补正和督办", [
        Paragraph(
            f"本周出具单位退回 {returns} "
            f"次{f',30分钟内退回 {in_time}' if in_time.whole else ''}{f',转办建议被采纳 {accepted}' if accepted.whole else ''};"
            f"要求补正 {sum(row.supplements for row in report.units)} 次。"
        ),
        table if touched else None,
    ]


def _late(in_time: Rate) -> str:
    late = in_time.whole - in_time.part
    return f"(逾期 {late})" if late else ""


def _cell(rate: Rate) -> str:
    return str(rate) if rate.whole else "—"


def _sum(rates: list[Rate]) -> Rate:
    return Rate(sum(rate.part for rate in rates), sum(rate.whole for rate in rates))


def _lists(report: Report) -> Part:
    found = report.coverage
    without = f"尚无清单的单位:{'、'.join(found.without_list)}。" if found.without_list else ""
    gaps = f"督办员或代办员有空缺的单位:{'、'.join(found.roster_gaps)}。" if found.roster_gaps else ""
    return "清单、值守和数据库", [
        Paragraph(
            (f"现行清单第 {found.list_version} 版;" if found.list_version else "清单尚未公布;")
            + f"应有清单的单位中已有清单 {_of(found.lists, '没有应有清单的单位')}。{without}"
        ),
        Paragraph(
            f"督办员、代办员齐备的单位 {_of(found.rosters, '没有需要值守的单位')}。{gaps}"
            f"证照、证明数据库已接入 {_of(found.databases, '尚未登记数据库')}。"
        ),
        Paragraph(_systems(report)) if report.systems else None,
        Paragraph(
            f"本周应报送的清单调整逾期 {_of(found.late_adjustments, '没有报送的调整')};"
            f"清单公布后的流程和指南更新已完成 {_of(found.open_tasks, '没有到期的更新')}。"
        ),
    ]


def _systems(report: Report) -> str:
    """自建系统 (obligation 8.1), and what came from above (obligation 8.2)."""
    missing = [f"{row.name}({row.unit_name})" for row in report.systems if row.should_connect and row.first_call is None]
    named = "、".join(missing[:_SYSTEMS_SHOWN]) + (f"等 {len(missing)} 个" if len(missing) > _SYSTEMS_SHOWN else "")
    above = [row for row in report.systems if row.above]
    obtained = f"省级以上系统 {len(above)} 个,本周其业务通过本系统获取证明 {sum(row.obtained for row in above)} 件。" if above else ""
    return f"应对接的自建系统已对接 {_of(report.coverage.systems, '没有应对接的系统')}{f',尚未对接:{named}' if missing else ''}。{obtained}"


def _of(rate: Rate, nothing: str) -> str:
    return str(rate) if rate.whole else f"0 个({nothing})"


def _public(report: Report) -> Part:
    complaints = report.complaints
    channels = "、".join(f"{name} {count} 件" for name, count in complaints.by_channel)
    handled = f"本周到期的投诉中按时答复 {complaints.handled}。" if complaints.handled.whole else "本周没有到期的投诉。"
    more = f"等 {len(complaints.by_unit)} 个单位(见工作簿“投诉举报”)" if len(complaints.by_unit) > _COMPLAINED_SHOWN else ""
    named = "、".join(f"{name} {count} 件" for name, count in complaints.by_unit[:_COMPLAINED_SHOWN]) + more
    unsaid = complaints.received.value - sum(count for _, count in complaints.by_unit)
    nobody = f";没有写明单位的 {unsaid} 件" if unsaid else ""
    outliers = [row for row in report.units if row.note]
    return "群众反映和主动提供", [
        Paragraph(
            f"本周收到投诉举报 {complaints.received.value} 件({complaints.received.said}){f',渠道:{channels}' if channels else ''}。"
            + handled
            + (f"涉及单位:{named}{nobody}。" if named else f"{nobody[1:]}。" if nobody else "")
        ),
        Paragraph(f"申请人主动提供证明材料 {report.voluntary.value} 次({report.voluntary.said})。" + "".join(row.note for row in outliers)),
    ]


def _leads(report: Report) -> Part:
    many = len(report.leads) > _LEADS_SHOWN
    table = Table(
        "线索" if not many else f"线索(共 {len(report.leads)} 条,逐条见工作簿“线索”)",
        ("情形", "条数", "涉及\n单位", "进展") if many else ("编号", "情形", "单位", "迹象", "进展"),
        _by_kind(report.leads) if many else tuple(map(_lead_row, report.leads)),
        0,
        empty="本周没有发现线索。",
        note="线索只是需要核实的迹象,不是认定;是否属实、有无正当理由,由有关机关依规依法判断(第十六条、第十七条)。",
    )
    return "需要核实的线索", [table]


def _lead_row(lead: LeadLine) -> tuple[str, ...]:
    return lead.number, f"{lead.title}({lead.clause})", lead.unit_name, lead.evidence, lead.standing


def _by_kind(leads: Sequence[LeadLine]) -> tuple[tuple[str, ...], ...]:
    """The most frequent first."""
    kinds: dict[str, list[LeadLine]] = {}
    for lead in leads:
        kinds.setdefault(f"{lead.title}({lead.clause})", []).append(lead)
    return tuple(
        (
            kind,
            str(len(found)),
            str(len({lead.unit for lead in found})),
            "、".join(f"{standing} {count}" for standing, count in Counter(lead.standing for lead in found).most_common()),
        )
        for kind, found in sorted(kinds.items(), key=lambda one: (-len(one[1]), one[0]))
    )


def _articles(report: Report) -> Part:
    return "按条文的指标(附件)", annex.blocks(report)


def _definitions(report: Report) -> Part:
    rows = tuple((item.name, item.text) for item in DEFINITIONS)
    note = f"口径版本 {report.definitions};时限规则版本{'、'.join(report.rules) or ':本周没有时限'}。"
    return "指标口径", [Table("", ("指标", "怎样计算"), rows, 0, note=note)]


def _record(report: Report) -> Part:
    return "台账存证", [Paragraph(report.record)] if report.record else []


def _spread(spread: Spread) -> str:
    if not spread.count:
        return "本周没有答复"
    return f"中位数 {minutes(spread.median)},95%在 {minutes(spread.p95)}以内(共 {spread.count} 件)"
