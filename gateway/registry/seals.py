"""印章登记 (obligations 9.4, 15.5): 申请, 制作, 备案, 启用, 变更, 注销; 制作 and 注销 take two persons."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path

from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging
from gateway.registry.seal_schemas import SealCancellationIn, SealFilingIn, SealIn, SealMakingIn, SealOut, SealsOut, SealStoryOut
from ledger.database import transaction
from ledger.sealing import seal_register
from settings import settings

router = api_router("registry")

SealId = Annotated[UUID, Path(description="印章编号")]
_STEP = problems("seal_unknown", "seal_refused", "invalid")
_STEP_WITH_BODY = problems("seal_unknown", "seal_refused", body=True)


@router.get("/v1/seals", summary="印章登记", responses=problems("invalid"))
def get_seals(caller: CurrentCaller, page: Paging) -> SealsOut:
    """每一枚印章:单位、证书、有效期、备案、密钥存放和现状;已变更、注销的也在。"""
    with transaction() as session:
        return page.answer(SealsOut, seal_register.listed(session, page), SealOut.of)


@router.get("/v1/seals/{id}", summary="一枚印章", responses=problems("seal_unknown", "invalid"))
def get_seal(id: SealId, caller: CurrentCaller) -> SealStoryOut:  # noqa: A002
    """印章和它的每一步:何时、由谁。"""
    with transaction() as session:
        return SealStoryOut.told(seal_register.find(session, id), seal_register.story(session, id))


@router.post("/v1/seals", summary="申请印章", status_code=201, responses=_STEP_WITH_BODY)
def apply_for_seal(body: SealIn, caller: CurrentCaller) -> SealOut:
    """申请新设,或写明 replaces 申请变更(换证书、换密钥、改名):原印章用到新的一枚启用为止。"""
    with transaction() as session:
        row = seal_register.apply(session, body.kind, body.name, body.unit, body.replaces, now=settings().now(), actor=caller.actor)
        return SealOut.of(row)


@router.post("/v1/seals/{id}/making", summary="提出制作", responses=_STEP_WITH_BODY)
def make_seal(id: SealId, body: SealMakingIn, caller: CurrentCaller) -> SealOut:  # noqa: A002
    """登记证书和密钥存放;由提出人以外的另一人确认后为已制作。"""
    filing = body.filing.as_filing() if body.filing else None
    with transaction() as session:
        row = seal_register.ask_making(
            session, id, body.certificate, body.key_kind, body.key_reference, filing, now=settings().now(), actor=caller.actor
        )
        return SealOut.of(row)


@router.post("/v1/seals/{id}/filing", summary="印章备案", responses=_STEP_WITH_BODY)
def file_seal(id: SealId, body: SealFilingIn, caller: CurrentCaller) -> SealOut:  # noqa: A002
    """登记备案编号和日期。"""
    with transaction() as session:
        return SealOut.of(seal_register.file(session, id, body.as_filing(), now=settings().now(), actor=caller.actor))


@router.post("/v1/seals/{id}/start", summary="启用印章", responses=_STEP)
def start_seal(id: SealId, caller: CurrentCaller) -> SealOut:  # noqa: A002
    """自此使用;它代替的一枚同时变更。须已备案,证书在有效期内。等待用印的核验随后自动继续。"""
    with transaction() as session:
        return SealOut.of(seal_register.start(session, id, now=settings().now(), actor=caller.actor))


@router.post("/v1/seals/{id}/cancellation", summary="提出注销", responses=_STEP_WITH_BODY)
def cancel_seal(id: SealId, body: SealCancellationIn, caller: CurrentCaller) -> SealOut:  # noqa: A002
    """由提出人以外的另一人确认后注销;确认以前仍在用。"""
    with transaction() as session:
        return SealOut.of(seal_register.ask_cancellation(session, id, body.reason, now=settings().now(), actor=caller.actor))


@router.post("/v1/seals/{id}/confirm", summary="确认制作或注销", responses=_STEP)
def confirm_seal(id: SealId, caller: CurrentCaller) -> SealOut:  # noqa: A002
    """由提出人以外的另一人用本人的密钥确认。注销自此生效,此前加盖的不受影响。"""
    with transaction() as session:
        seal_register.lock(session, id)  # the instant of the end comes after every use that began before
        return SealOut.of(seal_register.confirm(session, id, now=settings().now(), actor=caller.actor))


@router.post("/v1/seals/{id}/refuse", summary="不予确认制作或注销", responses=_STEP)
def refuse_seal(id: SealId, caller: CurrentCaller) -> SealOut:  # noqa: A002
    """不予确认;提出人也可以由此撤回。"""
    with transaction() as session:
        return SealOut.of(seal_register.refuse(session, id, now=settings().now(), actor=caller.actor))


@router.post("/v1/seals/{id}/withdrawal", summary="撤回印章申请", responses=_STEP)
def withdraw_seal(id: SealId, caller: CurrentCaller) -> SealOut:  # noqa: A002
    """撤回尚未启用的申请。"""
    with transaction() as session:
        return SealOut.of(seal_register.withdraw(session, id, now=settings().now(), actor=caller.actor))
