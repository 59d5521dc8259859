"""规则版本 and the trial of others, as the API shows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from domain.limits import LimitKind
from domain.readings import Readings
from gateway.edge.schemas import Number, SchemaOut
from gateway.edge.values import Line, SchemaIn
from ledger.deadlines.rule_preview import CLOSED, MET, MISSED, RUNNING, UNDETERMINED, Preview, PreviewLine
from ledger.tables.duty import RuleChange, RuleVersion

_SHOWN = 500  #: numbers that a line names


class RuleVersionOut(SchemaOut):
    version: Annotated[str, Field(examples=["2022-06-28/2"])]
    readings: Annotated[dict[str, Any], Field(description="各项解读")]
    first_used_at: datetime


class RuleChangeOut(SchemaOut):
    at: datetime
    reason: str
    changed_by: str
    before: Annotated[list[str], Field(description="变更时在办时限的规则版本")]
    after: str
    effective_from: Annotated[datetime | None, Field(description="自何时生效,此前不追究")]


class RulesOut(SchemaOut):
    """规则版本。"""

    version: Annotated[str, Field(description="现行规则版本")]
    readings: Annotated[dict[str, Any], Field(description="现行解读")]
    versions: list[RuleVersionOut]
    changes: list[RuleChangeOut]

    @classmethod
    def of(cls, now: Readings, versions: Sequence[RuleVersion], changes: Sequence[RuleChange]) -> RulesOut:
        return cls(
            version=now.version,
            readings=now.as_json(),
            versions=[RuleVersionOut(version=one.version, readings=one.readings, first_used_at=one.first_used_at) for one in versions],
            changes=[
                RuleChangeOut(
                    at=one.at,
                    reason=one.reason,
                    changed_by=one.changed_by,
                    before=one.before,
                    after=one.after,
                    effective_from=one.effective_from,
                )
                for one in changes
            ],
        )


class PreviewLineOut(SchemaOut):
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
    def of(cls, line: PreviewLine) -> PreviewLineOut:
        counts = line.counts
        return cls(
            unit=line.unit,
            kind=line.kind,
            kind_name=line.kind.label,
            met=counts[MET],
            missed=counts[MISSED],
            running=counts[RUNNING],
            undetermined=counts[UNDETERMINED],
            closed=counts[CLOSED],
            differing=len(line.moved),
            numbers=line.moved[:_SHOWN],
        )


class PreviewWayOut(SchemaOut):
    name: Annotated[str, Field(description="台账记录、现行解读、拟用解读")]
    version: Annotated[str | None, Field(description="规则版本;null 为台账记录")]
    lines: list[PreviewLineOut]


class PreviewOut(SchemaOut):
    """试算结果,各种解读并列,单位和时限的次序相同。"""

    period: Annotated[str, Field(examples=["2026-W10"])]
    ways: list[PreviewWayOut]

    @classmethod
    def of(cls, period: str, ways: Sequence[Preview]) -> PreviewOut:
        keys = sorted({key for way in ways for key in way.lines})
        names = ["台账记录", "现行解读", *["拟用解读"] * (len(ways) - 2)]
        return cls(
            period=period,
            ways=[
                PreviewWayOut(
                    name=name, version=way.version, lines=[PreviewLineOut.of(way.lines.get(key) or PreviewLine(*key)) for key in keys]
                )
                for name, way in zip(names, ways, strict=True)
            ],
        )


class PreviewIn(SchemaIn):
    """readings 和 version 都省略时,只对照台账记录和现行解读。"""

    period: Annotated[Line, Field(description="一周、一天(所在的一周)或一段日期", examples=["2026-W10"])]
    readings: Annotated[
        dict[str, Any] | None,
        Field(max_length=50, description="拟用解读,写法同 PROOFLESS_READINGS;没有写的按默认", examples=[{"measure": "service_hours"}]),
    ] = None
    version: Annotated[Line | None, Field(description="拟对照的规则版本,以 GET /v1/rules 所列的为准", examples=["2022-06-28/2"])] = None

    model_config = ConfigDict(json_schema_extra={"examples": [{"period": "2026-W10", "readings": {"measure": "service_hours"}}]})
