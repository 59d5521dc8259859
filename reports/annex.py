"""附件:按条文的指标, as a table of the paper and as a sheet of the workbook: by obligation, with what each figure means."""

from __future__ import annotations

from reports.blocks import Block, Paragraph, Table
from reports.model import ArticleFigure, Report, Spread
from reports.wording import lasting

COLUMNS = (
    "义务",
    "指标",
    "分子",
    "分母",
    "占比",
    "计时件数",
    "用时中位数(小时)",
    "用时95%(小时)",
    "怎样计算",
    "未计入的单位",
    "个案清单",
    "单位或来源",
)
_NAMED = 5
_WHOLE = "见本指标合计行"  #: rows are sorted and filtered: the one above may be another's
_HOUR = 3600


def blocks(report: Report) -> list[Block | None]:
    """What happened, line by line; figures out of nothing stand in the workbook alone."""
    if not report.articles:
        return [Paragraph("本期没有按条文统计。")]
    shown = [one for one in report.articles if one.share.whole and (one.share.part or not one.detail) and not one.of_unit]
    before = ("", *(one.meaning for one in shown))
    rows = tuple(
        (one.obligation, _said(one), "同上" if one.of else _meant(one, last), _result(one))
        for one, last in zip(shown, before, strict=False)
    )
    note = "义务编号见规则义务表;各项的个案清单和本期分母为零的指标见工作簿“按条文”。"
    return [Table("", ("义务", "指标", "怎样计算", "结果"), rows, 0, empty="本周没有可计的。", note=note)]


def _meant(one: ArticleFigure, last: str) -> str:
    """Said once of a figure and its parts."""
    return "同上" if one.detail and one.meaning == last else one.meaning


def _said(one: ArticleFigure) -> str:
    if one.of:
        return f"其中:{one.of}"
    if not one.lacking:
        return one.name
    more = f"等 {len(one.lacking)} 个单位" if len(one.lacking) > _NAMED else ""
    return f"{one.name}(尚未:{'、'.join(one.lacking[:_NAMED])}{more})"


def _result(one: ArticleFigure) -> str:
    return f"{one.share}{_elapsed(one.elapsed)}"


def _elapsed(spread: Spread | None) -> str:
    if spread is None or not spread.count:
        return ""
    if spread.count == 1:
        return f",{lasting(spread.median)}"
    return f",中位 {lasting(spread.median)},95%在 {lasting(spread.p95)}以内"


def rows(report: Report) -> list[tuple[str | int | float | None, ...]]:
    """Every figure, out of nothing too. What it means is said where it is whole: with sixty units it would fill thirty pages."""
    return [
        (
            one.obligation,
            one.name,
            one.share.part,
            one.share.whole,
            one.share.value,
            one.elapsed.count if one.elapsed else None,
            _hours(one.elapsed.median) if one.elapsed else None,
            _hours(one.elapsed.p95) if one.elapsed else None,
            _WHOLE if one.of else one.meaning,
            "、".join(one.lacking),
            one.share.cases,
            one.of,
        )
        for one in report.articles
    ]


def _hours(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / _HOUR, 1)
