"""周报 as a workbook: real numbers to compute with, numerator and denominator in columns of their own, and a sheet with the
definitions. Each sheet is printed as it stands (`reports.sheets`)."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from openpyxl import Workbook

from domain.calendar import LOCAL
from domain.instants import written
from reports import annex, late, opening, sheets
from reports.decisions import Ground
from reports.definitions import DEFINITIONS
from reports.model import Rate, Report
from reports.periods import is_week
from reports.sheets import Value
from reports.wording import DECIDED, WITHOUT_DAY, of_period, printed

_WRITTEN = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")


def render(report: Report) -> bytes:
    """The workbook's bytes."""
    book = Workbook(write_only=True)
    book.properties.creator = report.issuer
    week = is_week(report.period)
    about = of_period(f"{report.scope_name}“无证明办事”工作周报 {report.period.label}", week)
    for title, columns, rows in _sheets(report):
        sheets.add(book, title, [of_period(name, week) for name in columns], rows, about=about)
    out = io.BytesIO()
    book.save(out)
    return _without_time(out.getvalue(), report.cut_off)


def _without_time(content: bytes, instant: datetime) -> bytes:
    """The same workbook, dated by its report: the writer puts in the moment at which it happens to write."""
    out, local = io.BytesIO(), instant.astimezone(LOCAL)
    stamp = f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}".encode()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = _WRITTEN.sub(rb"\g<1>" + stamp + rb"\g<2>", part)
            entry = zipfile.ZipInfo(name, local.timetuple()[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            new.writestr(entry, part)
    return out.getvalue()


def _sheets(report: Report) -> Iterator[tuple[str, Sequence[str], Sequence[tuple[Value, ...]]]]:
    """Title, names of the columns, rows."""
    yield "总体情况", ("指标", "本周", "上周", "变化", "分子", "分母", "占比"), _overview(report)
    yield "出具单位时限", _LIMIT_COLUMNS, _limits(report)
    if report.late is not None:
        yield "单位超时核验", late.COLUMNS, late.rows(report.late)
    yield "退回补正督办", _WORK_COLUMNS, _work(report)
    yield "核验方式", ("方式", "办结", "全部办结", "占比"), [(one.name, *_rate(one.share)) for one in report.methods]
    yield "数据来源", _SOURCE_COLUMNS, _sources(report)
    days = [(cell.unit, _name(report, cell.unit), cell.day, *_rate(cell.missed)) for cell in report.heat]
    yield "每日超时", ("单位编码", "单位", "日期", "超时", "到期", "占比"), days
    weeks = [(point.label, point.received, *_rate(point.kept)) for point in report.trend]
    yield "近八周", ("周次", "收到", "按时", "到期", "按时率"), weeks
    yield "用时分布", ("用时", "件数"), [(one.label, one.count) for one in report.distribution]
    leads = [(one.number, one.clause, one.title, one.unit, one.unit_name, one.evidence, one.standing) for one in report.leads]
    yield "线索", ("编号", "条款", "情形", "单位编码", "单位", "迹象", "进展"), leads
    yield "决定依据", ("事项", "按", "名称", "个数或内容"), _grounds(report)
    told = report.complaints
    counted = [*((("渠道", *one)) for one in told.by_channel), *((("单位", *one)) for one in told.by_unit)]
    if nobody := told.received.value - sum(count for _, count in told.by_unit):
        counted.append(("单位", "没有写明单位", nobody))
    yield "投诉举报", ("按", "名称", "件数"), counted
    yield "业务系统", _SYSTEM_COLUMNS, _systems(report)
    yield "按条文", annex.COLUMNS, annex.rows(report)
    yield "口径", ("指标", "怎样计算"), _definitions(report)


_LIMIT_COLUMNS = (
    "单位编码",
    "单位",
    "名次",
    "收到",
    "已答复",
    "未答复",
    "最迟时限按时",
    "最迟时限到期",
    "最迟时限按时率",
    "原则上时限按时",
    "原则上时限到期",
    "原则上时限按时率",
    "有正当理由",
    "督办按时",
    "督办到期",
    "督办按时率",
    "用时中位数(分钟)",
    "用时95%(分钟)",
)
_WORK_COLUMNS = (
    "单位编码",
    "单位",
    "退回",
    "按时退回",
    "有时限的退回",
    "按时退回率",
    "建议被采纳",
    "建议了单位的退回",
    "采纳率",
    "要求补正",
    "开始督办",
    "督办未按时",
    "发起核验",
    "交回用时(小时)",
    "主动提供",
    "主动提供与核验合计",
    "主动提供占比",
)
_SYSTEM_COLUMNS = (
    "单位编码",
    "单位",
    "系统编码",
    "系统",
    "建设层级",
    "应对接",
    "首次调用",
    "最近一次调用",
    "未对接原因",
    "本周获取证明(件)",
)
_SOURCE_COLUMNS = ("来源", "查询", "查到", "查到率的分母", "查到率", "来源故障", "故障率的分母", "故障率", "中位用时(秒)", "95%用时(秒)")


def _overview(report: Report) -> list[tuple[Value, ...]]:
    counts = (("收到", report.received), ("办结", report.finished), ("免提交证明", report.free_of_paper), ("主动提供", report.voluntary))
    told, days = report.complaints.received, report.workdays
    rows: list[tuple[Value, ...]] = [(name, one.value, one.before, one.change, None, None, None) for name, one in counts]
    rows += [
        ("撤回", report.withdrawn),
        ("周末在办", report.open),
        ("投诉举报", told.value, told.before, told.change),
        *([("工作日", days.count, days.before, None if days.before is None else days.count - days.before)] if days else []),
    ]
    rates = (
        ("最迟时限按时", report.limits.hard),
        ("原则上的时限按时", report.limits.soft),
        ("督办按时", report.limits.supervision),
        ("投诉按时答复", report.complaints.handled),
        ("已有清单的单位", report.coverage.lists),
        ("值守齐备的单位", report.coverage.rosters),
        ("已接入的数据库", report.coverage.databases),
        ("已对接的自建系统", report.coverage.systems),
        ("逾期报送的清单调整", report.coverage.late_adjustments),
        ("已完成的后续更新", report.coverage.open_tasks),
    )
    return rows + [(name, None, None, None, *_rate(rate)) for name, rate in rates]


def _limits(report: Report) -> list[tuple[Value, ...]]:
    return [
        (
            row.code,
            row.name,
            row.rank,
            row.received,
            row.answered,
            row.waiting,
            *_rate(row.limits.hard),
            *_rate(row.limits.soft),
            row.limits.excused,
            *_rate(row.limits.supervision),
            _minutes(row.spread.median),
            _minutes(row.spread.p95),
        )
        for row in report.units
    ]


def _work(report: Report) -> list[tuple[Value, ...]]:
    return [
        (
            row.code,
            row.name,
            row.returns,
            *_rate(row.returns_in_time),
            *_rate(row.returns_accepted),
            row.supplements,
            row.supervised,
            row.supervision_missed,
            row.filed,
            round(row.handed_back_minutes / 60, 1),
            *_rate(row.voluntary),
        )
        for row in report.units
    ]


def _sources(report: Report) -> list[tuple[Value, ...]]:
    return [(row.source, row.asked, *_rate(row.found), *_rate(row.failed), row.spread.median, row.spread.p95) for row in report.sources]


def _grounds(report: Report) -> list[tuple[Value, ...]]:
    """Whole: the paper names the first of each."""
    return [
        (DECIDED[one.kind], by, name, count)
        for one in (*([report.shared.ground] if report.shared else []), *report.grounds, *report.asked)
        for by, named in (("单位", one.units), ("事项·证明", one.causes), ("所在环节", one.steps), ("", _asked(report, one)))
        for name, count in named
    ]


def _asked(report: Report, one: Ground) -> Iterator[tuple[str, Value]]:
    """What still waits and since when, until when to answer, and the key of the list of cases."""
    yield "至今未办", one.waiting
    yield "最早到期", written(one.since, "%Y-%m-%d %H:%M") if one.since else None
    yield "答复期限", report.answer_by or WITHOUT_DAY
    yield "个案清单", printed(one.cases, opening.about(report, one))


def _systems(report: Report) -> list[tuple[Value, ...]]:
    def at(instant: datetime | None) -> str | None:
        return written(instant, "%Y-%m-%d %H:%M") if instant else None

    return [
        (
            row.unit,
            row.unit_name,
            row.code,
            row.name,
            row.level,
            "是" if row.should_connect else "否",
            at(row.first_call),
            at(row.last_call),
            row.why_not,
            row.obtained,
        )
        for row in report.systems
    ]


def _definitions(report: Report) -> list[tuple[Value, ...]]:
    about: list[tuple[Value, ...]] = [
        ("报告", f"{report.scope_name} {report.period.label}"),
        ("数据截止", written(report.cut_off, "%Y-%m-%d %H:%M:%S")),
        ("口径版本", report.definitions),
        ("时限规则版本", "、".join(report.rules)),
        *(("说明", note) for note in report.notes),
    ]
    return about + [(item.name, item.text) for item in DEFINITIONS]


def _rate(rate: Rate) -> tuple[int, int, float | None]:
    return rate.part, rate.whole, rate.value


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)


def _name(report: Report, code: str) -> str:
    return next((row.name for row in report.units if row.code == code), code)
