"""考核评分 (obligation 19.2): made as a draft, signed off by another person, and only then handed to the district's assessment."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from domain import scoring
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging
from gateway.edge.problems import Problem
from gateway.oversight.score_schemas import ScoreSheetIn, ScoreSheetOut, ScoreSheetsOut, ScoreSigningIn, ScoresOut
from ledger.database import transaction
from ledger.oversight import score_sheets
from reports import periods, score_xlsx
from reports.issuing import NotOver
from reports.scores import Scores, from_json, scores
from settings import settings

router = api_router("oversight")

First = Annotated[date, Query(description="从哪一天(含)", examples=["2026-01-01"])]
Last = Annotated[date, Query(description="到哪一天(含)", examples=["2026-03-31"])]
SheetId = Annotated[UUID, Path(description="评分表编号")]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.post(
    "/v1/score-sheets",
    status_code=201,
    summary="编制考核评分",
    responses=problems("formula_unknown", "period_wrong", "period_not_over", body=True),
)
def make_score_sheet(body: ScoreSheetIn, caller: CurrentCaller) -> ScoresOut:
    """按现有台账编制一个已结束时段的评分,是草案。与最新一版完全相同的,给出那一版;不同的是新的一版,须重新签发。"""
    formula, now = scoring.formula(body.formula, on=body.last), settings().now()
    if body.last.year > 2100 or body.first.year < 2000 or not timedelta() <= body.last - body.first <= timedelta(days=366):
        raise Problem("period_wrong")
    period = periods.between(body.first, body.last)
    if now < period.end:
        raise NotOver
    with transaction() as session:
        found = Scores(body.first, body.last, formula, formula.said, tuple(scores(session, formula, period, now)))
        text = found.as_json()
        row, _ = score_sheets.keep(session, body.first, body.last, formula.version, text, now=now, actor=caller.actor)
        return ScoresOut.of(row, found)


@router.get("/v1/score-sheets", summary="评分表", responses=problems("invalid"))
def get_score_sheets(caller: CurrentCaller, page: Paging) -> ScoreSheetsOut:
    """各时段各版:谁编制、谁签发。时段新的在前。"""
    with transaction() as session:
        return page.answer(ScoreSheetsOut, score_sheets.listed(session, page), ScoreSheetOut.of)


@router.get("/v1/score-sheets/{id}", summary="一份评分表", responses=problems("score_sheet_unknown", "invalid"))
def get_score_sheet(id: SheetId, caller: CurrentCaller) -> ScoresOut:  # noqa: A002
    """供签发前查看;是草案的如此写明,不得报送。"""
    with transaction() as session:
        row = score_sheets.find(session, id)
        return ScoresOut.of(row, from_json(row.content))


@router.post(
    "/v1/score-sheets/{id}/sign", summary="签发考核评分", responses=problems("score_sheet_unknown", "score_signing_refused", body=True)
)
def sign_score_sheet(id: SheetId, body: ScoreSigningIn, caller: CurrentCaller) -> ScoresOut:  # noqa: A002
    """由编制人以外的另一人以本人的密钥签发最新的一版,写明所看内容的 digest。签发后方可报送。"""
    with transaction() as session:
        row = score_sheets.sign(session, id, body.digest, now=settings().now(), actor=caller.actor)
        return ScoresOut.of(row, from_json(row.content))


@router.get("/v1/scores", summary="考核评分", responses=problems("scores_unsigned", "invalid"))
def get_scores(caller: CurrentCaller, first: First, last: Last) -> ScoresOut:
    """已签发的各单位分子、分母和得分,连同公式、签发人和签发时间。未经签发的不给出。"""
    with transaction() as session:
        row = score_sheets.signed(session, first, last)
        return ScoresOut.of(row, from_json(row.content))


@router.get(
    "/v1/scores.xlsx",
    summary="导出考核评分",
    response_class=Response,
    responses=problems("scores_unsigned", "invalid", also={200: {"content": {_XLSX: _BINARY}}}),
)
def export_scores(caller: CurrentCaller, first: First, last: Last) -> Response:
    """已签发的评分的工作簿:得分、公式、说明(含签发)三张表。未经签发的不给出。"""
    with transaction() as session:
        row = score_sheets.signed(session, first, last)
        content = score_xlsx.render(from_json(row.content), row)
    name = f"scores-{first.isoformat()}-{last.isoformat()}.xlsx"
    return Response(content, media_type=_XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})
