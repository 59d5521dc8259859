"""本单位: who am I, whom may I ask, what has my unit filed, how much waits for it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import Query

from domain.lifecycle import State
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging, Search, words_of
from gateway.edge.permissions import RULES
from gateway.edge.schemas import Named
from gateway.edge.scopes import refusal
from gateway.own_unit.schemas import CaseLine, CasesOut, InboxCountsOut, MeOut, RoleOut, UnitsToAsk, VerificationLine, VerificationsOut
from ledger.casework import own_lists
from ledger.database import transaction
from ledger.registry import registry
from ledger.tables.registry import Person, Unit
from settings import settings

router = api_router("own-unit")


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
def get_units_to_ask(caller: CurrentCaller, page: Paging, q: Search = "") -> UnitsToAsk:
    """在用的其他单位,按编码:转办、退回建议和改派可以填写的。"""
    with transaction() as session:
        found = registry.others(session, caller.unit, page, words_of(q))
        return page.answer(UnitsToAsk, found, lambda row: Named(code=row.code, name=row.name))


@router.get("/v1/cases", summary="本单位的办件", responses=problems("invalid"))
def get_cases(
    caller: CurrentCaller,
    page: Paging,
    open: Annotated[bool | None, Query(description="true 在办,false 已办结;省略为全部")] = None,  # noqa: A002
) -> CasesOut:
    """新登记的在前。翻页期间新登记的不影响后面的页。"""
    with transaction() as session:
        found = own_lists.cases(session, caller.unit, page, still_open=open)
        return page.answer(CasesOut, found, lambda line: CaseLine.of(*line))


@router.get("/v1/verifications", summary="本单位的核验", responses=problems("invalid"))
def get_verifications(
    caller: CurrentCaller,
    page: Paging,
    state: Annotated[list[State], Query(max_length=20, description="只看这些状态的;省略为全部")] = [],  # noqa: B006
    case_number: Annotated[str | None, Query(max_length=64, description="只看这个办件的")] = None,
) -> VerificationsOut:
    """本单位发起的核验,新的在前。翻页期间新发起的不影响后面的页。"""
    with transaction() as session:
        found = own_lists.verifications(session, caller.unit, page, states=state, case=case_number)
        return page.answer(VerificationsOut, found, lambda line: VerificationLine.of(*line))


@router.get("/v1/inbox/counts", summary="收件箱的数量", responses=problems())
def get_inbox_counts(caller: CurrentCaller) -> InboxCountsOut:
    """待办、无人认领、本人认领、已超时(其中已过最迟时限或者督办时限)、等待补正各多少项。"""
    with transaction() as session:
        return InboxCountsOut(**asdict(own_lists.inbox_counts(session, caller.unit, caller.person, now=settings().now())))
