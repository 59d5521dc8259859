"""单位超时核验, in words: of each unit how many, why, and which where they are few; as a table of the paper and a sheet of the workbook."""

from __future__ import annotations

from collections.abc import Sequence

from reports.blocks import Block, Table
from reports.decisions import LateUnit
from reports.model import Report
from reports.wording import LATE, MISSED, STANDING, printed

_KINDS = tuple(kind for kind in MISSED if kind != LATE)
_SHORT = {"hard": "超最迟\n时限", STANDING: "此前\n超时", "supervision": "督办未\n反馈", "soft": "超原则\n时限"}
COLUMNS = ("单位编码", "单位", "超时核验", *(MISSED[kind] for kind in _KINDS), "至今未办", "主要原因", "核验编号", "个案清单")
_HALF = 2  #: a source is the reason of so much at least: one of two


def blocks(report: Report) -> list[Block]:
    """Nothing in a report from before they were counted."""
    if report.late is None:
        return []
    kinds = [kind for kind in _KINDS if any(kind in dict(one.kinds) for one in report.late)]
    columns = ("单位", "主要原因", *(_SHORT[kind] for kind in kinds), "合计", "至今\n未办")
    rows = tuple(
        (one.name, _cause(one), *(str(dict(one.kinds).get(kind, 0)) for kind in kinds), str(one.whole), str(one.waiting))
        for one in report.late
    )
    note = (
        "以件计;同一核验在一个单位只计一次,先后在两个单位超时的各计一次(决定依据中只计一次);"
        "没有列出的单位没有超时。所在环节和逐件清单见工作簿“单位超时核验”。"
    )
    return [Table("超时核验和主要原因", columns, rows, len(columns) - 2, empty="本周没有超时的核验。", note=note)]


def rows(late: Sequence[LateUnit]) -> list[tuple[str | int | None, ...]]:
    """With every step and source."""
    return [
        (
            one.unit,
            one.name,
            one.whole,
            *(dict(one.kinds).get(kind, 0) for kind in _KINDS),
            one.waiting,
            _counted((*one.steps, *((f"{source}查询失败转来", count) for source, count in one.sources))),
            "、".join(one.numbers),
            printed(one.cases),
        )
        for one in late
    ]


def _cause(one: LateUnit) -> str:
    """The source that sent most of it, the step at which most of it stood; of few every step, and their numbers."""
    lost = [(f"{source}查询失败转来", count) for source, count in one.sources if count * _HALF >= one.whole][:1]
    if one.numbers:
        return f"{_counted((*lost, *one.steps))}:{'、'.join(one.numbers)}"
    return _counted((*lost, *one.steps[:1]))


def _counted(found: Sequence[tuple[str, int]]) -> str:
    return ",".join(f"{name} {count} 件" for name, count in found)
