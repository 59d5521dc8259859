"""考核评分 (obligation 19.2) as it is made, signed off and read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from gateway.edge.schemas import NextCursor, SchemaOut
from gateway.edge.values import SchemaIn
from ledger.tables.reports import ScoreSheet
from reports.scores import Scores

Digest = Annotated[str, Field(description="所看内容的 SHA-256,即评分表的 digest", pattern=r"^[0-9a-f]{64}$", examples=["0" * 64])]


class ScoreSheetIn(SchemaIn):
    """编制哪个时段的评分。"""

    first: Annotated[date, Field(description="从哪一天(含)", examples=["2026-03-02"])]
    last: Annotated[date, Field(description="到哪一天(含)", examples=["2026-03-08"])]
    formula: Annotated[
        str | None, Field(pattern=r"^[0-9]{4}/[0-9]{1,2}$", description="公式版本;省略为时段结束时的版本", examples=["2026/1"])
    ] = None


class ScoreSigningIn(SchemaIn):
    """签发:写明所看内容的摘要。"""

    digest: Digest


class ScoreSheetOut(SchemaOut):
    """一份评分表,和谁在何时签发了它。"""

    id: UUID
    first: date
    last: date
    version: Annotated[int, Field(description="这个时段的第几版")]
    standing: Annotated[Literal["draft", "signed"], Field(description="draft 草案,signed 已签发")]
    standing_name: Annotated[str, Field(examples=["草案,未经签发,不得报送"])]
    digest: Annotated[str, Field(description="内容的 SHA-256")]
    formula: str
    made_at: datetime
    made_by: str
    signed_at: datetime | None
    signed_by: str | None
    signed_as: Annotated[str | None, Field(description="签发人姓名(单位)")]

    @classmethod
    def of(cls, row: ScoreSheet) -> ScoreSheetOut:
        return cls(
            id=row.id,
            first=row.first,
            last=row.last,
            version=row.version,
            standing="signed" if row.signed_at else "draft",
            standing_name="已签发" if row.signed_at else "草案,未经签发,不得报送",
            digest=row.digest,
            formula=row.formula,
            made_at=row.made_at,
            made_by=row.made_by,
            signed_at=row.signed_at,
            signed_by=row.signed_by,
            signed_as=row.signed_as,
        )


class ScoreSheetsOut(SchemaOut):
    items: list[ScoreSheetOut]
    next_cursor: NextCursor


class ScorePart(SchemaOut):
    key: str
    name: str
    weight: int
    numerator: str
    denominator: str


class ScoreLine(SchemaOut):
    unit: str
    unit_name: str
    score: Annotated[float | None, Field(description="null:到期的最迟时限太少,不评分")]
    figures: Annotated[dict[str, tuple[int, int]], Field(description="各项的分子、分母")]


class ScoresOut(SchemaOut):
    """考核评分,连同公式和签发。"""

    sheet: ScoreSheetOut
    formula: str
    since: str
    said: Annotated[str, Field(description="公式")]
    parts: list[ScorePart]
    items: list[ScoreLine]

    @classmethod
    def of(cls, row: ScoreSheet, scores: Scores) -> ScoresOut:
        return cls(
            sheet=ScoreSheetOut.of(row),
            formula=scores.formula.version,
            since=scores.formula.since.isoformat(),
            said=scores.said,
            parts=[ScorePart(**vars(part)) for part in scores.formula.parts],
            items=[ScoreLine(unit=one.unit, unit_name=one.unit_name, score=one.score, figures=dict(one.figures)) for one in scores.units],
        )
