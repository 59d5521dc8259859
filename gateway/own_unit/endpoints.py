"""本单位: who am I, whom may I ask, what has my unit filed, how much waits for it."""

from __future__ import annotations

import base64
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import Query

from domain.lifecycle import State
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Limit, Offset, Search, cut, words_of
from gateway.edge.permissions import RULES
from gateway.edge.problems import Problem
from gateway.edge.schemas import Named
from gateway.edge.scopes import refusal
from gateway.own_unit.schemas import (
    CaseLine,
    CasesOut,
    InboxCountsOut,
    MeOut,
    RoleOut,
    UnitsToAsk,
    VerificationLine,
    VerificationsOut,
)
from ledger.casework import own_lists
from ledger.database import transaction
from ledger.registry import registry
from ledger.tables.registry import Person, Unit
from settings import settings

router = api_router("own-unit")

Cursor = Annotated[str, Query(max_length=200, pattern=r"^[\w=-]*$", description="上一页的 next_cursor;省略为第一页")]


@router.get("/v1/me", summary="当前经办人", responses=problems())
def get_me(caller: CurrentCaller) -> MeOut:
    """这个密钥代表谁、属于哪个单位、可以做什么。"""
    with transaction() as session:
        person, unit = session.get_one(Person, caller.person), session.get_one(Unit, caller.unit)
        return MeOut(
            person=person.code,
            name=person.name,
            unit=Named(code=unit.code, name=unit.name),
            roles=[RoleOut.of(role) for role in sorted(caller.roles)],
            system=caller.system,
            may=sorted(name for name, rule in RULES.items() if not rule.public and refusal(name, caller) is None),
        )


@router.get("/v1/units", summary="可以转办的单位", responses=problems("invalid", "text_unclean"))
def get_units_to_ask(caller: CurrentCaller, q: Search = "", limit: Limit = 200, offset: Offset = 0) -> UnitsToAsk:
    """在用的其他单位,按编码:转办、退回建议和改派可以填写的。"""
    with transaction() as session:
        found, more = cut(registry.others(session, caller.unit, words_of(q), limit=limit + 1, offset=offset), limit)
        return UnitsToAsk(items=[Named(code=row.code, name=row.name) for row in found], more=more)


@router.get("/v1/cases", summary="本单位的办件", responses=problems("invalid"))
def get_cases(
    caller: CurrentCaller,
    open: Annotated[bool | None, Query(description="true 在办,false 已办结;省略为全部")] = None,  # noqa: A002
    limit: Limit = 100,
    cursor: Cursor = "",
) -> CasesOut:
    """新登记的在前。翻页期间新登记的不影响后面的页。"""
    with transaction() as session:
        found, more = cut(own_lists.cases(session, caller.unit, after=_place(cursor), still_open=open, limit=limit + 1), limit)
        following = _cursor(found[-1][0].registered_at, found[-1][0].number) if more else None
        return CasesOut(items=[CaseLine.of(*line) for line in found], next_cursor=following)


@router.get("/v1/verifications", summary="本单位的核验", responses=problems("invalid"))
def get_verifications(
    caller: CurrentCaller,
    state: Annotated[list[State], Query(max_length=20, description="只看这些状态的;省略为全部")] = [],  # noqa: B006
    case_number: Annotated[str | None, Query(max_length=64, description="只看这个办件的")] = None,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> VerificationsOut:
    """本单位发起的核验,新的在前。翻页期间新发起的不影响后面的页。"""
    with transaction() as session:
        rows = own_lists.verifications(
            session, caller.unit, after=_place(cursor), states=state, case=case_number, limit=limit + 1
        )
        found, more = cut(rows, limit)
        following = _cursor(found[-1][0].filed_at, found[-1][0].number) if more else None
        return VerificationsOut(items=[VerificationLine.of(*line) for line in found], next_cursor=following)


@router.get("/v1/inbox/counts", summary="收件箱的数量", responses=problems())
def get_inbox_counts(caller: CurrentCaller) -> InboxCountsOut:
    """待办、无人认领、本人认领、已超时、等待补正各多少项。"""
    with transaction() as session:
        return InboxCountsOut(**asdict(own_lists.inbox_counts(session, caller.unit, caller.person, now=settings().now())))


def _cursor(at: datetime, key: str) -> str:
    return base64.urlsafe_b64encode(f"{at.isoformat()} {key}".encode()).decode()


def _place(cursor: str) -> own_lists.Place | None:
    if not cursor:
        return None
    try:
        at, _, key = base64.urlsafe_b64decode(cursor).decode("ascii").partition(" ")
        place = datetime.fromisoformat(at), key
    except ValueError:
        place = None
    if place is None or place[0].tzinfo is None or not key.isprintable():
        raise Problem("invalid", errors=[("cursor", "不是上一页给出的 next_cursor。")])
    return place
