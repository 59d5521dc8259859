"""解读: where the text is open, the reading that the district chose. Defaults are those of `docs/rules/obligations.md`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from domain.refusal import Refusal

#: The rules as this code computes them; what a limit becomes by the same readings changed with it last (obligation 7.7 is hard, pauses
#: on the way to an opening, natural time rolls). `./run recompute` brings what runs to the newest.
_BASE = "2022-06-28/2"


class Measure(StrEnum):
    """How minutes and hours run (reading 1)."""

    DEEMED = "deemed"  #: deemed received at the unit's next opening, then clock time
    NATURAL = "natural"  #: clock time from arrival
    SERVICE_HOURS = "service_hours"  #: service time only

    @property
    def label(self) -> str:
        return {"deemed": "视同收到后按自然时间", "natural": "按自然时间", "service_hours": "只计服务时间"}[self.value]


class ReadingsRefused(Refusal, code="readings_invalid"):
    """No such readings, or none that could have an effect; the text says why, in Chinese."""


@dataclass(frozen=True)
class Readings:
    """One set of readings; its version names it wherever a limit was computed by it."""

    measure: Measure = Measure.DEEMED  #: 1
    measure_by_unit: tuple[tuple[str, Measure], ...] = ()  #: 1: units that go by another measure, by code
    roll_day_limit: bool = True  #: 2: a limit of 24 hours or more that ends at a closed door rolls to the next opening
    roll_rest_day_only: bool = False  #: 2: only where the door is closed since it is no working day
    first_action_minutes: int = 5  #: 7: 立即, a target, never a violation alone
    returns_to_office: int = 2  #: 9: so many returns are the 专班 office's
    supplements: bool = True  #: 10: 补正; what rests before the clock has started moves nothing
    soft_supervision: bool = True  #: 11: a soft miss without approved reason opens 督办
    hand_back_supplements: bool = False  #: 13: 补正 counts as 核验时间 too
    report_by_close: bool = False  #: 12: the third working day ends when the 专班 office closes, not at 24:00
    revoked_by_two: bool = False  #: 26: 撤销电子证明 takes effect once a second person confirms it
    self_supervision: bool = False  #: 16: the 督办员 may be the only 代办员
    outage_deducted: bool = False  #: 21: a platform outage stops the clocks that a supplement stops
    analogy_after_failed_share: bool = True  #: 22
    commitment_block_all: bool = True  #: 23: an untrue commitment blocks all proofs, not only its own
    choice_minutes: int = 30  #: how long a requesting unit may think about several licences
    commitment_minutes: int = 24 * 60  #: how long an applicant may think about a commitment
    #: 校核 of a person's own objection, in working days. The 政务数据共享条例 wants a 校核纠错; its term could not be read in the text
    #: itself: the source of this number is unknown, and the district confirms it (decision 49).
    correction_days: int = 10
    warn_percent: int = 33  #: the last part of a limit that is shown 黄
    warn_most_minutes: int = 240

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, int) and not isinstance(value, bool) and value < 1:
                raise ReadingsRefused(f"解读 {item.name} 须为正整数。")
        if self.warn_percent > 99:
            raise ReadingsRefused("解读 warn_percent 须在 1 至 99 之间。")
        if self.roll_rest_day_only and not self.roll_day_limit:
            raise ReadingsRefused("解读 roll_rest_day_only(只在休息日顺延)须与 roll_day_limit 同时采用:不顺延的,无所谓何时顺延。")
        if self.roll_rest_day_only and {self.measure, *dict(self.measure_by_unit).values()} == {Measure.SERVICE_HOURS}:
            raise ReadingsRefused(
                "解读 roll_rest_day_only 与 measure=service_hours 不能同时采用:只计服务时间的时限总在服务时间内届满,没有可顺延的。"
            )
        if self.hand_back_supplements and not self.supplements:
            raise ReadingsRefused("解读 hand_back_supplements 须与 supplements 同时采用:没有补正,就没有可以交回的补正时间。")
        if same := [unit for unit, measure in self.measure_by_unit if measure is self.measure]:
            raise ReadingsRefused(f"解读 measure_by_unit 中 {'、'.join(same)} 的计时方式与 measure 相同,请删去。")

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Readings:
        """From configuration. Raises `ReadingsRefused` for an unknown name or a value of another kind."""
        checked: dict[str, Any] = {}
        kinds = {item.name: type(item.default) for item in fields(cls)}
        for name, value in values.items():
            if name not in kinds:
                raise ReadingsRefused(f"没有解读 {name};可用的有:{'、'.join(kinds)}。")
            if kinds[name] is Measure:
                checked[name] = _measure(name, value)
            elif kinds[name] is tuple:
                if not isinstance(value, Mapping):
                    raise ReadingsRefused(f"解读 {name} 须为 JSON 对象:单位编码对计时方式。")
                checked[name] = tuple(sorted((unit, _measure(f"{name} 中 {unit} ", way)) for unit, way in value.items()))
            elif type(value) is not kinds[name]:
                raise ReadingsRefused(f"解读 {name} 须为{'真假值' if kinds[name] is bool else '正整数'}。")
            else:
                checked[name] = value
        return cls(**checked)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"measure_by_unit": dict(self.measure_by_unit)}

    def measure_of(self, unit: str) -> Measure:
        """How minutes and hours run for this unit."""
        return dict(self.measure_by_unit).get(unit, self.measure)

    @cached_property
    def version(self) -> str:
        """规则版本: the base version, with a digest of what differs from the defaults."""
        standard = asdict(Readings())
        differing = {name: value for name, value in asdict(self).items() if value != standard[name]}
        if not differing:
            return _BASE
        digest = hashlib.sha256(json.dumps(differing, sort_keys=True).encode()).hexdigest()
        return f"{_BASE}+{digest[:8]}"

    @property
    def choice_limit(self) -> timedelta:
        return timedelta(minutes=self.choice_minutes)

    @property
    def commitment_limit(self) -> timedelta:
        return timedelta(minutes=self.commitment_minutes)

    @property
    def warn_at_most(self) -> timedelta:
        return timedelta(minutes=self.warn_most_minutes)


def _measure(name: str, value: Any) -> Measure:
    if value not in list(Measure):
        raise ReadingsRefused(f"解读 {name} 须为 {'、'.join(Measure)} 之一。")
    return Measure(value)
