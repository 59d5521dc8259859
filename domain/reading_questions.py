"""解读的各个问题: what the text leaves open, and the answers that a district can choose from, as its 工作专班 reads them.

The numbers are those of "Readings where the text is open" (docs/rules/obligations.md); what each answer does is `domain.readings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.readings import Measure, Readings


@dataclass(frozen=True)
class Answer:
    """One way to read it: the fields of `Readings` that make it, with their values."""

    label: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Question:
    """`key` is its address; `number` that of the reading, 0 where the text leaves nothing open and a number is simply set; `moves_limits`:
    another answer makes other limits, which can be tried. Without `answers` it is a number of `unit`."""

    key: str
    number: int
    title: str
    answers: tuple[Answer, ...] = ()
    moves_limits: bool = False
    unit: str = ""

    @property
    def fields(self) -> frozenset[str]:
        """The fields of `Readings` that it is about."""
        return frozenset(name for one in self.answers for name in one.values) or frozenset({self.key})

    def chosen(self, readings: Readings) -> Answer:
        """The answer that these readings give."""
        for one in self.answers:
            if all(getattr(readings, name) == value for name, value in one.values.items()):
                return one
        values = {name: getattr(readings, name) for name in self.fields}
        return Answer("、".join(f"{value} {self.unit}" for value in values.values()), values)

    def trying(self, readings: Readings, answer: Answer) -> dict[str, Any]:
        """These readings with another answer to this question, as they are configured; a unit that would go by the district's measure
        anyway needs none of its own."""
        values = readings.as_json() | dict(answer.values)
        values["measure_by_unit"] = {unit: way for unit, way in values["measure_by_unit"].items() if way != values["measure"]}
        return values


def _or(key: str, number: int, title: str, yes: str, no: str, *, moves_limits: bool = False) -> Question:
    return Question(key, number, title, (Answer(yes, {key: True}), Answer(no, {key: False})), moves_limits)


QUESTIONS = (
    Question("measure", 1, "分钟、小时怎样计算", tuple(Answer(one.label, {"measure": one}) for one in Measure), moves_limits=True),
    Question(
        "roll_day_limit",
        2,
        "24小时以上的时限在不办公时届满的,怎样顺延",
        (
            Answer("顺延至下一次开门", {"roll_day_limit": True, "roll_rest_day_only": False}),
            Answer("只在休息日顺延", {"roll_day_limit": True, "roll_rest_day_only": True}),
            Answer("不顺延", {"roll_day_limit": False, "roll_rest_day_only": False}),
        ),
        moves_limits=True,
    ),
    Question("first_action_minutes", 7, "“立即”以多少时间为参考", unit="分钟"),
    Question("returns_to_office", 9, "第几次退回由工作专班办公室决定", unit="次"),
    Question(
        "supplements",
        10,
        "补正期间,出具单位的时限怎样计算",
        (Answer("暂停", {"supplements": True}), Answer("照常计算", {"supplements": False, "hand_back_supplements": False})),
        moves_limits=True,
    ),
    _or("soft_supervision", 11, "超过“原则上”的时限又没有认定理由的", "开始督办", "不督办"),
    _or("report_by_close", 12, "三个工作日在最后一日何时届满", "工作专班办公室下班时", "24时"),
    _or("self_supervision", 16, "督办员是否可以兼任唯一的代办员", "可以", "不可以"),
    _or("outage_deducted", 21, "平台故障的时间", "从时限中扣除", "不扣除", moves_limits=True),
    _or("analogy_after_failed_share", 22, "数据共享未成,转部门核验的", "类推适用三十分钟", "不类推"),
    _or("commitment_block_all", 23, "承诺不实的", "各项证明都不再适用告知承诺", "只有这一项证明不再适用"),
    _or("revoked_by_two", 26, "撤销电子证明", "由第二人确认", "一人办理"),
    Question("choice_minutes", 0, "需求单位在多个证照中选择的时间", unit="分钟"),
    Question("commitment_minutes", 0, "申请人考虑是否承诺的时间", unit="分钟"),
    Question("correction_days", 0, "本人异议多久校核完", unit="个工作日"),
    Question("warn_percent", 0, "时限还剩多少时提醒", unit="%"),
    Question("warn_most_minutes", 0, "提醒最多提前", unit="分钟"),
)
BY_KEY = {one.key: one for one in QUESTIONS}
