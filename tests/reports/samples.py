"""A report with something in every part of it, for the layouts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from domain.leads import LeadLine
from reports.decisions import Ground, LateUnit
from reports.model import (
    ArticleFigure,
    Bin,
    ComplaintFigures,
    Count,
    CoverageFigures,
    DayCell,
    Limits,
    MethodShare,
    Rate,
    Report,
    SourceRow,
    Spread,
    UnitRow,
    WeekPoint,
)
from reports.periods import week_from

LIMITS = Limits(Rate(112, 118, "soft"), Rate(203, 204, "hard"), Rate(5, 6, "supervision"), excused=2, undetermined=1)


def unit(number: int, name: str, hard: Rate, soft: Rate, rank: int | None) -> UnitRow:
    return UnitRow(
        code=f"U-{number:02d}",
        name=name,
        received=hard.whole + 3,
        answered=hard.whole,
        waiting=3,
        limits=Limits(soft, hard, Rate(1, 1), 0),
        spread=Spread(hard.whole, 640.0 + 60 * number, 5400.0),
        returns=number % 3,
        returns_accepted=Rate(number % 2, number % 3 or 1),
        supplements=number % 4,
        supervised=1,
        supervision_missed=0,
        filed=20 + number,
        handed_back_minutes=431 * number,
        voluntary=Rate(number, 40),
        rank=rank,
        note="市中区演示局主动提供占比 31.0%(9/29),明显高于全区 3.2%(13/402)。" if number == 2 else "",
    )


def late(number: int, row: UnitRow) -> LateUnit:
    """Few, and more than are named, by turns."""
    few = number % 2 == 0
    return LateUnit(
        row.code,
        row.name,
        kinds=(("hard", 1), ("soft", 1)) if few else (("hard", 5), ("standing", 1), ("soft", 2)),
        steps=(("无人认领", 2),) if few else (("认领后未答复", 5), ("无人认领", 2), ("答复后未送达", 1)),
        sources=() if few else (("枣庄市电子证照库", 4),),
        waiting=number % 4,
        numbers=("HY202603040H7K2M3P", "HY20260305A1B2C3D4") if few else (),
        cases=f"late_at/{row.code}",
    )


NAMES = (
    "市中区民政局",
    "市中区光明路街道办事处",
    "市中区人力资源和社会保障局",
    "市中区人民政府办公室(区大数据局)",
    "枣庄市公安局市中分局",
    "市中区医疗保障局",
    "市中区税郭镇人民政府",
    "市中区档案馆",
)
UNITS = tuple(
    unit(number, name, Rate(24 - number % 3, 24), Rate(14 - number % 2, 15), 1 + number // 2 if number < 6 else None)
    for number, name in enumerate(NAMES)
)
WEEK = week_from(date(2026, 3, 2))
REPORT = Report(
    period=WEEK,
    scope="",
    scope_name="市中区",
    issue="〔2026〕第10期",
    issuer="区大数据局(工作专班办公室)",
    definitions="2026-11/1",
    rules=("2022-06-28/1",),
    cut_off=datetime(2026, 3, 9, 0, 0, tzinfo=UTC),
    received=Count(482, 455, "received"),
    finished=Count(470, 470, "finished"),
    withdrawn=4,
    open=17,
    free_of_paper=Count(461, None, "free"),
    limits=LIMITS,
    limits_before=replace(LIMITS, hard=Rate(198, 204)),
    spread=Spread(204, 745.0, 7200.0),
    methods=(
        MethodShare("data_sharing", "数据共享", Rate(251, 470)),
        MethodShare("issuer", "部门核验", Rate(199, 470)),
        MethodShare("commitment", "告知承诺", Rate(20, 470)),
    ),
    sources=(
        SourceRow("枣庄市电子证照库", 260, Rate(231, 260), Rate(3, 260), Spread(260, 0.31, 1.2)),
        SourceRow("山东省数据共享交换平台", 74, Rate(60, 74), Rate(0, 74), Spread(74, 0.42, 2.4)),
    ),
    units=UNITS,
    heat=tuple(
        DayCell(row.code, WEEK.start.date() + timedelta(days=day + 1), Rate((number + day) % 4 == 0 and 1 or 0, 6 - day % 3))
        for number, row in enumerate(UNITS)
        for day in range(7)
    ),
    trend=tuple(WeekPoint(f"第{number}周", 380 + 13 * number, Rate(290 + number, 322)) for number in range(3, 11)),
    distribution=(
        Bin("5 分钟以内", 61),
        Bin("5—15 分钟", 92),
        Bin("15—30 分钟", 31),
        Bin("30 分钟—2 小时", 14),
        Bin("2—24 小时", 5),
        Bin("24 小时以上", 1),
    ),
    coverage=CoverageFigures(
        Rate(38, 41),
        ("市中区交通运输局", "市中区文化和旅游局", "演示供热公司"),
        Rate(40, 41),
        ("市中区档案馆",),
        Rate(5, 6),
        Rate(1, 7),
        12,
        Rate(9, 14),
    ),
    voluntary=Count(13, 9, "voluntary"),
    complaints=ComplaintFigures(Count(3, 5, "complaints"), (("12345热线", 2), ("好差评", 1)), Rate(4, 4), (("市中区档案馆", 1),)),
    leads=(
        LeadLine(
            "XS-2026-0007",
            "16.6",
            "已公布事项仍索要证明",
            "U-02",
            "市中区人力资源和社会保障局",
            "主动提供占比明显偏高,涉及 9 件;投诉 1 件",
            "待核实",
        ),
        LeadLine(
            "XS-2026-0008", "16.4", "未按要求调整清单", "U-05", "市中区医疗保障局", "清单调整逾期报送 1 次", "已发整改通知,3月16日前答复"
        ),
    ),
    next_steps=("1 件核验超过最迟时限,请市中区档案馆说明原因。", "请市中区档案馆补齐督办员。", "请市中区交通运输局等 3 个单位报送清单。"),
    notes=("2027 年工作日历为暂定。",),
    articles=(
        ArticleFigure("2.1", "没有设定依据的证明", "登记库的全部证明种类为分母;没有写明设定依据的为分子。", Rate(3, 61, "no_basis")),
        ArticleFigure("2.3", "不予受理(属于不适用类别)", "本周因第二条不予受理的为分母。", Rate(0, 4, "refused_category")),
        ArticleFigure("2.3", "不予受理(属于不适用类别:公共安全)", "本周因第二条不予受理的为分母。", Rate(0, 4), detail=True),
        ArticleFigure(
            "5.2", "已同意的清单公布", "已同意的为分母;本周公布的为分子。", Rate(2, 3, "agreed_published"), Spread(2, 90000.0, 500000.0)
        ),
        ArticleFigure("5.3", "清单调整公布", "已报送的清单调整为分母。", Rate(0, 0, "list_lag"), Spread(0)),
        ArticleFigure(
            "15.1", "已明确责任的单位", "在用单位为分母。", Rate(58, 60, "responsibility"), lacking=("市中区档案馆", "演示供热公司")
        ),
        ArticleFigure("7.2", "数据共享查询秒级应答", "5 秒以内得到答复的为分子。", Rate(320, 334, "instant_lookups")),
        ArticleFigure(
            "7.2", "数据共享查询秒级应答", "5 秒以内得到答复的为分子。", Rate(255, 260, "instant_lookups/x"), of="枣庄市电子证照库"
        ),
        ArticleFigure(
            "7.6",
            "核验申请首次处理",
            "目标 5 分钟。",
            Rate(20, 24, "first_action/U-01"),
            Spread(24, 120.0, 900.0),
            of="市中区档案馆",
            of_unit=True,
        ),
    ),
)
REPORT = replace(
    REPORT,
    grounds=(
        Ground(
            "hard",
            (("市中区档案馆", 1),),
            (("社会救助认定·婚姻档案证明", 1),),
            (("无人认领", 1),),
            1,
            datetime(2026, 3, 4, 2, 30, tzinfo=UTC),
            "hard",
        ),
    ),
    answer_by=date(2026, 3, 12),
    copies="工作专班各成员单位",
    late=tuple(late(number, row) for number, row in enumerate(UNITS) if number in (1, 2, 7)),
)
_NOTHING = Rate(0, 0)
#: A week in which nothing happened.
EMPTY = Report(
    period=WEEK,
    scope="",
    scope_name="市中区",
    issue="〔2026〕第10期",
    issuer=REPORT.issuer,
    definitions=REPORT.definitions,
    rules=(),
    cut_off=REPORT.cut_off,
    received=Count(0, 0),
    finished=Count(0, 0),
    withdrawn=0,
    open=0,
    free_of_paper=Count(0, 0),
    limits=Limits(_NOTHING, _NOTHING, _NOTHING),
    limits_before=Limits(_NOTHING, _NOTHING, _NOTHING),
    spread=Spread(0),
    methods=(),
    sources=(),
    units=(),
    heat=(),
    trend=(),
    distribution=(),
    coverage=CoverageFigures(_NOTHING, (), _NOTHING, (), _NOTHING, _NOTHING, 0, _NOTHING),
    voluntary=Count(0, 0),
    complaints=ComplaintFigures(Count(0, 0), (), _NOTHING, ()),
    leads=(),
    next_steps=(),
    late=(),
)


def _long(number: int) -> str:
    return f"山东省枣庄市市中区演示街道办事处便民服务中心第{number:02}综合服务站" if number % 3 == 0 else f"市中区演示单位第{number}号"


_ROWS = tuple(
    replace(unit(number % 40, _long(number), Rate(20 - number % 4, 20), Rate(9, 10 + number % 2), 1 + number // 3), code=f"U-{number:02}")
    for number in range(60)
)
#: As many units as a district has, some with names that need several lines, each late on some day.
MANY = replace(
    REPORT,
    units=_ROWS,
    late=tuple(late(number, row) for number, row in enumerate(_ROWS)),
    heat=tuple(
        DayCell(row.code, WEEK.start.date() + timedelta(days=day + 1), Rate(int((number + day) % 5 == 0), 4))
        for number, row in enumerate(_ROWS)
        for day in range(7)
    ),
)
