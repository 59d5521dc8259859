"""登记库: units, matters, proofs, databases; what the list is made of (obligations 2.1, 3.1, 6.4)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from pydantic import AfterValidator
from sqlalchemy.orm import Session

from domain.register_changes import Register
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging, Search, words_of
from gateway.edge.values import code_of_nobody
from gateway.registry.change_schemas import RegisterChangeOut
from gateway.registry.schemas import (
    DatabaseIn,
    DatabaseOut,
    DatabasesOut,
    MatterIn,
    MatterOut,
    MattersOut,
    ProofIn,
    ProofKindOut,
    ProofKindsOut,
    UnitIn,
    UnitOut,
    UnitsOut,
)
from ledger.catalog import published
from ledger.database import transaction
from ledger.registry import register_changes, registry
from ledger.registry.keys import Caller
from ledger.tables.registry import Database, Matter, ProofKind, Unit
from settings import settings

router = api_router("registry")

Code = Annotated[
    str,
    Path(min_length=1, max_length=64, pattern=r"^[\w.\-]+$", description="编码", examples=["370402-PERMIT"]),
    AfterValidator(code_of_nobody),
]


@router.get("/v1/registry/units", summary="单位名录", responses=problems("invalid", "text_unclean"))
def get_units(caller: CurrentCaller, page: Paging, q: Search = "") -> UnitsOut:
    """全部单位,按编码。"""
    with transaction() as session:
        found = registry.listed(session, Unit, page, words_of(q))
        return page.answer(UnitsOut, found, UnitOut.of)


@router.put(
    "/v1/registry/units/{code}",
    summary="登记单位",
    responses=problems(
        "uscc_invalid", "unit_not_registered", "unit_name_taken", "register_change_refused", "drafts_itself", "register_refused", body=True
    ),
)
def put_unit(code: Code, body: UnitIn, caller: CurrentCaller) -> UnitOut:
    """新增或更新一个单位;没有写的项恢复为默认值。新单位和名称的变更由另一人确认后生效(waits)。
    统一社会信用代码经校验,或为 null 记“待补”。"""
    with transaction() as session:
        waits = put(session, Register.UNITS, body.as_row(code), caller)
        return UnitOut.of(session.get_one(Unit, code, populate_existing=True), waits)


@router.get("/v1/registry/matters", summary="事项目录", responses=problems("invalid", "text_unclean"))
def get_matters(caller: CurrentCaller, page: Paging, q: Search = "") -> MattersOut:
    """全部事项,按编码。"""
    with transaction() as session:
        found = registry.listed(session, Matter, page, words_of(q))
        return page.answer(MattersOut, found, MatterOut.of)


@router.put("/v1/registry/matters/{code}", summary="登记事项", responses=problems("unit_not_registered", "register_refused", body=True))
def put_matter(code: Code, body: MatterIn, caller: CurrentCaller) -> MatterOut:
    """新增或更新一个事项。名称和办事单位的变更由另一人确认后生效(waits)。已公布的清单不随之改变;下次重建时列为变更。"""
    with transaction() as session:
        waits = put(session, Register.MATTERS, body.as_row(code), caller)
        return MatterOut.of(session.get_one(Matter, code, populate_existing=True), waits)


@router.get("/v1/registry/proofs", summary="证明种类", responses=problems("invalid", "text_unclean"))
def get_proofs(caller: CurrentCaller, page: Paging, q: Search = "") -> ProofKindsOut:
    """全部证明种类,按编码。没有设定依据的是取消候选。"""
    with transaction() as session:
        found = registry.listed(session, ProofKind, page, words_of(q))
        used = published.uses(session, [row.code for row in found.rows])
        return page.answer(ProofKindsOut, found, lambda row: ProofKindOut.of(row, used.get(row.code, 0)))


@router.put("/v1/registry/proofs/{code}", summary="登记证明种类", responses=problems("unit_not_registered", "register_refused", body=True))
def put_proof(code: Code, body: ProofIn, caller: CurrentCaller) -> ProofKindOut:
    """新增或更新一种证明。名称的变更由另一人确认后生效(waits)。没有设定依据的,答复中注明为取消候选,不能列入清单。"""
    with transaction() as session:
        waits = put(session, Register.PROOFS, body.as_row(code), caller)
        row = session.get_one(ProofKind, code, populate_existing=True)
        return ProofKindOut.of(row, published.uses(session, [code]).get(code, 0), waits)


@router.get("/v1/registry/databases", summary="证照、证明数据库", responses=problems("invalid", "text_unclean"))
def get_databases(caller: CurrentCaller, page: Paging, q: Search = "") -> DatabasesOut:
    """应接尽接:已接入的和尚未接入的。"""
    with transaction() as session:
        found = registry.listed(session, Database, page, words_of(q))
        return page.answer(DatabasesOut, found, DatabaseOut.of)


@router.put(
    "/v1/registry/databases/{code}",
    summary="登记数据库",
    responses=problems("unit_not_registered", "source_not_configured", "instant_in_future", "register_refused", body=True),
)
def put_database(code: Code, body: DatabaseIn, caller: CurrentCaller) -> DatabaseOut:
    """新增或更新一个数据库。接入的写明数据来源和日期,核验方式为数据共享的条目只能使用已接入的来源。"""
    with transaction() as session:
        put(session, Register.DATABASES, body.as_row(code), caller)
        return DatabaseOut.of(session.get_one(Database, code, populate_existing=True))


def put(session: Session, register: Register, row: dict[str, Any], caller: Caller) -> RegisterChangeOut | None:
    """Written; gives what waits for a second person."""
    waits = register_changes.put(session, register, [row], actor=caller.actor, now=settings().now())
    return RegisterChangeOut.of(waits[0]) if waits else None
