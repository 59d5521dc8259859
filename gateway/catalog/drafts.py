"""清单重建: started, looked at as a draft, and helped along by people's answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request
from sqlalchemy.orm import Session

from domain.list_rows import Topic
from gateway.catalog.draft_schemas import DraftOut
from gateway.catalog.list_schemas import RebuildOut
from gateway.catalog.question_schemas import AnswerIn, QuestionOut, QuestionsOut, WaitingOut
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import PageAsked, Paging
from gateway.edge.problems import Problem
from gateway.edge.services import services_of
from gateway.edge.visibility import units_of
from ledger.catalog import candidates, drafts, questions, versions
from ledger.database import transaction
from ledger.registry import registry
from ledger.registry.keys import Caller
from ledger.tables.catalog import CatalogDraft, CatalogQuestion
from settings import settings

router = api_router("catalog-drafts")

OfUnit = Annotated[str | None, Query(max_length=64, description="只看这个单位(单位编码)")]


@router.post("/v1/catalog/rebuild", status_code=202, summary="立即重建", responses=problems("rebuild_unavailable"))
async def start_rebuild(request: Request, caller: CurrentCaller) -> RebuildOut:
    """读取全部清单,与现行清单比较,形成草案。平时每夜自动进行;重复启动得到同样的草案。"""
    return RebuildOut(flow_run=await services_of(request).starter.rebuild())


@router.get("/v1/catalog/drafts/latest", summary="最新草案", responses=problems("draft_unknown", "invalid"))
def get_latest_draft(caller: CurrentCaller, page: Paging, unit: OfUnit = None) -> DraftOut:
    """最近一次重建的结果:减少、变更、增加,按单位列出;被规则拦截的及其原因;各清单的行数。各单位只看到自己的部分。"""
    with transaction() as session:
        return _answer(session, drafts.newest(session), caller, unit, page)


@router.get("/v1/catalog/drafts/{id}", summary="一份草案", responses=problems("draft_unknown", "invalid"))
def get_draft(
    id: Annotated[UUID, Path(description="草案编号")],  # noqa: A002
    caller: CurrentCaller,
    page: Paging,
    unit: OfUnit = None,
) -> DraftOut:
    """同最新草案。"""
    with transaction() as session:
        return _answer(session, drafts.find(session, id), caller, unit, page)


@router.get("/v1/catalog/questions", summary="待确认的问题", responses=problems("invalid"))
def get_questions(
    caller: CurrentCaller,
    page: Paging,
    answered: Annotated[bool, Query(description="true 已回答的,false 待确认的")] = False,
    topic: Annotated[Topic | None, Query(description="只看这一类")] = None,
    unit: OfUnit = None,
) -> QuestionsOut:
    """清单中无法认定的名称和相互矛盾的来源,出现最多的在前。已在别处以 for_all 回答的同一写法不再列为待确认。"""
    with transaction() as session:
        found = questions.questions(session, page, answered=answered, topic=topic, sender=unit)
        shown = _shown(session, found.rows)
        waiting = questions.waiting(session)
        return QuestionsOut(
            items=[shown(row) for row in found.rows],
            next_cursor=page.cursor(found),
            waiting=[
                WaitingOut(topic=about, topic_name=about.label, unit=sender or None, count=count)
                for (about, sender), count in waiting.items()
            ],
        )


@router.post(
    "/v1/catalog/questions/{id}/answer",
    summary="回答问题",
    responses=problems("question_unknown", "answer_refused", "must_recuse", body=True),
)
def answer_question(
    id: Annotated[UUID, Path(description="问题编号")],  # noqa: A002
    body: AnswerIn,
    caller: CurrentCaller,
) -> QuestionOut:
    """回答一次,对提出问题的单位的清单今后都有效,下次重建时生效;for_all 为 true 时对全部单位的清单有效。可以更正。"""
    with transaction() as session:
        row = questions.answer(session, id, body.code, for_all=body.for_all, now=settings().now(), actor=caller.actor)
        if row is None:
            raise Problem("question_unknown")
        return _shown(session, [row])(row)


def _shown(session: Session, rows: Sequence[CatalogQuestion]) -> Callable[[CatalogQuestion], QuestionOut]:
    elsewhere, known, named = questions.elsewhere(session, rows), candidates.described(session, rows), candidates.named(session, rows)
    return lambda row: QuestionOut.of(row, elsewhere[row.id], known, named.get(row.id))


def _answer(session: Session, draft: CatalogDraft | None, caller: Caller, unit: str | None, page: PageAsked) -> DraftOut:
    if draft is None:
        raise Problem("draft_unknown")
    seen = units_of(session, caller)
    names = {code: name for code, name in registry.unit_names(session).items() if seen is None or code in seen}
    asked = [code for code in names if unit in (None, code)]
    counts, shown = drafts.counts_by_unit(session, draft.id, names), drafts.page(session, draft.id, asked, page)
    return DraftOut.of(draft, counts, asked, shown.rows, names, seen, page.cursor(shown), versions.current(session))
