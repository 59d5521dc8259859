"""规则版本 and the trial of others, as the API shows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from domain.limits import LimitKind
from domain.readings import Readings
from gateway.answers.base import Answered, Number
from ledger.rule_preview import CLOSED, MET, MISSED, RUNNING, UNDETERMINED, Line, Preview
from ledger.tables.duty import RuleChange, RuleVersion

_SHOWN = 500  #: numbers that a line names


class RuleVersionAnswer(Answered):
    version: Annotated[str, Field(examples=["2022-06-28/2"])]
    readings: Annotated[dict[str, Any], Field(description="各项解读")]
    first_used_at: datetime


class RuleChangeAnswer(Answered):
    at: datetime
    reason: str
    changed_by: str
    before: Annotated[list[str], Field(description="变更时在办时限的规则版本")]
    after: str
    effective_from: Annotated[datetime | None, Field(description="自何时生效,此前不追究")]


class RulesAnswer(Answered):
    """规则版本。"""

    version: Annotated[str, Field(description="现行规则版本")]
    readings: Annotated[dict[str, Any], Field(description="现行解读")]
    versions: list[RuleVersionAnswer]
    changes: list[RuleChangeAnswer]

    @classmethod
    def of(cls, now: Readings, versions: Sequence[RuleVersion], changes: Sequence[RuleChange]) -> RulesAnswer:
        return cls(
            version=now.version, readings=now.as_json(),
            versions=[RuleVersionAnswer(version=one.version, readings=one.readings, first_used_at=one.first_used_at) for one in versions],
            changes=[
                RuleChangeAnswer(
                    at=one.at, reason=one.reason, changed_by=one.changed_by, before=one.before, after=one.after, effective_from=one.effective_from
                )
                for one in changes
            ],
        )  # fmt: skip


class PreviewLineAnswer(Answered):
    """一个单位的一种时限。"""

    unit: str
    kind: LimitKind
    kind_name: Annotated[str, Field(examples=["最迟时限"])]
    met: Annotated[int, Field(description="按时")]
    missed: Annotated[int, Field(description="超时")]
    running: Annotated[int, Field(description="在办")]
    undetermined: Annotated[int, Field(description="未定")]
    closed: Annotated[int, Field(description="终止,不计")]
    differing: Annotated[int, Field(description="与台账记录不同的件数")]
    numbers: Annotated[list[Number], Field(description="与台账记录不同的核验编号,最多 500 个")]

    @classmethod
    def of(cls, line: Line) -> PreviewLineAnswer:
        counts = line.counts
        return cls(
            unit=line.unit, kind=line.kind, kind_name=line.kind.chinese, met=counts[MET], missed=counts[MISSED], running=counts[RUNNING],
            undetermined=counts[UNDETERMINED], closed=counts[CLOSED], differing=len(line.moved), numbers=line.moved[:_SHOWN],
        )  # fmt: skip


class PreviewWayAnswer(Answered):
    name: Annotated[str, Field(description="台账记录、现行解读、拟用解读")]
    version: Annotated[str | None, Field(description="规则版本;null 为台账记录")]
    lines: list[PreviewLineAnswer]


class PreviewAnswer(Answered):
    """试算结果,各种解读并列,单位和时限的次序相同。"""

    period: Annotated[str, Field(examples=["2026-W10"])]
    ways: list[PreviewWayAnswer]

    @classmethod
    def of(cls, period: str, ways: Sequence[Preview]) -> PreviewAnswer:
        keys = sorted({key for way in ways for key in way.lines})
        names = ["台账记录", "现行解读", *["拟用解读"] * (len(ways) - 2)]
        return cls(
            period=period,
            ways=[
                PreviewWayAnswer(
                    name=name, version=way.version, lines=[PreviewLineAnswer.of(way.lines.get(key) or Line(*key)) for key in keys]
                )
                for name, way in zip(names, ways, strict=True)
            ],
        )
