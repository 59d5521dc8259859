"""考核评分 (obligation 19.2) as it is read."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gateway.edge.schemas import SchemaOut


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
    """考核评分。"""

    formula: str
    since: str
    said: Annotated[str, Field(description="公式")]
    parts: list[ScorePart]
    items: list[ScoreLine]
