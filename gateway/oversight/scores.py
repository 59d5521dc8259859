"""考核评分 (obligation 19.2): what the district's assessment takes over, with its formula."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import Query, Response

from domain import scoring
from domain.scoring import Formula, Score
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.problems import Problem
from gateway.oversight.score_schemas import ScoreLine, ScorePart, ScoresOut
from ledger.database import transaction
from reports import periods, score_xlsx
from reports.scores import scores
from settings import settings

router = api_router("oversight")

First = Annotated[date, Query(description="从哪一天(含)", examples=["2026-01-01"])]
Last = Annotated[date, Query(description="到哪一天(含)", examples=["2026-03-31"])]
Version = Annotated[str | None, Query(max_length=20, description="公式版本;省略为最新", examples=["2026/1"])]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.get("/v1/scores", summary="考核评分", responses=problems("formula_unknown", "period_wrong", "invalid"))
def get_scores(caller: CurrentCaller, first: First, last: Last, formula: Version = None) -> ScoresOut:
    """各单位的分子、分母和得分,连同公式。到期的最迟时限太少的单位不评分,只列名。"""
    of, found = _scores(first, last, formula)
    return ScoresOut(
        formula=of.version,
        since=of.since.isoformat(),
        said=of.said,
        parts=[ScorePart(**vars(part)) for part in of.parts],
        items=[ScoreLine(unit=one.unit, unit_name=one.unit_name, score=one.score, figures=dict(one.figures)) for one in found],
    )


@router.get(
    "/v1/scores.xlsx",
    summary="导出考核评分",
    response_class=Response,
    responses=problems("formula_unknown", "period_wrong", "invalid", also={200: {"content": {_XLSX: _BINARY}}}),
)
def export_scores(caller: CurrentCaller, first: First, last: Last, formula: Version = None) -> Response:
    """工作簿:得分、公式、说明三张表。"""
    of, found = _scores(first, last, formula)
    name = f"scores-{first.isoformat()}-{last.isoformat()}.xlsx"
    content = score_xlsx.render(of, f"{first.isoformat()} 至 {last.isoformat()}", found)
    return Response(content, media_type=_XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _scores(first: date, last: date, version: str | None) -> tuple[Formula, list[Score]]:
    of = scoring.formula(version)
    if last.year > 2100 or first.year < 2000 or not timedelta() <= last - first <= timedelta(days=366):
        raise Problem("period_wrong")
    with transaction() as session:
        return of, scores(session, of, periods.between(first, last), settings().now())
