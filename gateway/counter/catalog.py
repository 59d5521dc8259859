"""清单问题的页面 (obligation 5.1): what the lists ask and nobody but a person can say, with what may be meant side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Request, Response

from domain.list_rows import Topic
from gateway.catalog import drafts as api
from gateway.catalog.question_schemas import AnswerIn, QuestionOut
from gateway.counter.door import PageCaller, pages
from gateway.counter.forms import SentForm, model_of
from gateway.edge.counter_pages import render
from gateway.edge.paging import PageAsked, Paging
from gateway.edge.problems import Problem
from gateway.registry import endpoints as register
from gateway.registry.schemas import MattersOut, ProofKindsOut, UnitsOut
from ledger.catalog import candidates
from ledger.catalog import questions as asking
from ledger.database import transaction
from ledger.registry import registry
from ledger.registry.keys import Caller

router = pages()

_PAGE = "/counter/catalog"
_ON_A_PAGE, _FOUND = 25, 8  #: questions, and what a search finds: together less than 120 KB
_LABELS: Mapping[str, str] = MappingProxyType({"code": "指的是哪一个"})
#: Of which register the answer may be something that is not proposed.
_REGISTERS: Mapping[Topic, Callable[[Caller, PageAsked, str], UnitsOut | MattersOut | ProofKindsOut]] = MappingProxyType(
    {Topic.UNIT: register.get_units, Topic.ISSUER: register.get_units, Topic.MATTER: register.get_matters, Topic.PROOF: register.get_proofs}
)

OfTopic = Annotated[Topic | None, Query()]
OfUnit = Annotated[str | None, Query(max_length=64)]


@router.get(_PAGE, name="counter_catalog")
def questions(
    request: Request, caller: PageCaller, page: Paging, answered: bool = False, topic: OfTopic = None, unit: OfUnit = None
) -> Response:
    """What waits, those that stand in most rows first; `answered`: what was answered, to be put right where it was wrong."""
    return _page(request, caller, page, answered=answered, topic=topic, unit=unit or None)


@router.post(_PAGE, name="counter_catalog_answer")
def answer(
    request: Request, caller: PageCaller, page: Paging, sent: SentForm, answered: bool = False, topic: OfTopic = None, unit: OfUnit = None
) -> Response:
    """It holds for the lists of its sender, unless the person says that it holds for all. The list goes on where it was."""
    chosen = sent.all("code")
    if len(chosen) != 1:
        raise Problem("invalid", detail="还没有选好。", remedy="请选一个所指;都不是的,选“都不是”。")
    body = model_of(AnswerIn, {"code": chosen[0] or None, "for_all": sent.text("for_all") == "true"}, _LABELS)
    try:
        question = UUID(sent.text("question"))
    except ValueError:
        raise Problem("question_unknown") from None
    done = api.answer_question(question, body, caller)
    return _page(request, caller, page, answered=answered, topic=topic, unit=unit or None, done=done, following=sent.text("next"))


@router.get(f"{_PAGE}/codes", name="counter_catalog_codes")
def codes(
    request: Request, caller: PageCaller, page: Paging, topic: Topic, look_for: Annotated[str, Query(max_length=60)] = ""
) -> Response:
    """What the register has of this name or code, to be chosen where nothing that was proposed is meant."""
    few, wanted = replace(page, limit=_FOUND, after=None), look_for.strip()
    found = _REGISTERS[topic](caller, few, wanted).items if wanted and topic in _REGISTERS else []
    return render(request, "catalog_codes.html", found=found, sought=wanted)


@router.get(f"{_PAGE}/{{wanted}}/rows", name="counter_catalog_rows")
def rows(request: Request, wanted: UUID) -> Response:
    """来源矛盾: what each of the lists says, row beside row. Read when somebody asks: a list may have a million rows."""
    with transaction() as session:
        question = asking.find(session, wanted)
        if question is None:
            raise Problem("question_unknown")
        told = candidates.told(session, question)
    columns = {column for one in told for column in one.cells}
    differing = {column for column in columns if len({one.cells.get(column, "") for one in told}) > 1}
    return render(request, "catalog_rows.html", told=told, differing=differing)


def _page(
    request: Request,
    caller: Caller,
    page: PageAsked,
    *,
    answered: bool,
    topic: Topic | None,
    unit: str | None,
    done: QuestionOut | None = None,
    following: str = "",
) -> Response:
    found = api.get_questions(caller, replace(page, limit=_ON_A_PAGE), answered, topic, unit)
    by_topic, by_unit = Counter[Topic](), Counter[str]()
    for one in found.waiting:
        by_topic[one.topic] += one.count
        by_unit[one.unit or ""] += one.count
    with transaction() as session:
        units = registry.unit_names(session)
        names = registry.names_of_actors(session, {one.answered_by for one in found.items if one.answered_by})
    conditions = {"answered": "true"} if answered else {}
    conditions |= {"topic": topic.value} if topic else {}
    conditions |= {"unit": unit} if unit else {}
    return render(
        request,
        "catalog_questions.html",
        found=found,
        by_topic=[(one, by_topic[one]) for one in Topic if by_topic[one] or one is topic],
        by_unit=[(code, units.get(code, code), count) for code, count in sorted(by_unit.items()) if code],
        total=by_topic.total(),
        answered=answered,
        topic=topic,
        unit=unit,
        units=units,
        names=names,
        searched=set(_REGISTERS),
        conditions=urlencode(conditions | {"cursor": request.query_params["cursor"]} if "cursor" in request.query_params else conditions),
        done=done,
        at=_next(found.items, following) if done and not answered else None,
    )


def _next(items: Sequence[QuestionOut], following: str) -> UUID | None:
    """Where the list goes on: at what stood after the question that was answered, or at its beginning."""
    return next((one.id for one in items if str(one.id) == following), items[0].id if items else None)
