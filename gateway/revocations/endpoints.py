"""撤销电子证明: asked for, confirmed by a second person where the district wants two, and read by all whom it concerns."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from domain.numbers import is_number
from domain.revocations import RevocationStatus
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging
from gateway.edge.parameters import Number
from gateway.edge.problems import Problem
from gateway.edge.visibility import REVOCATION, REVOCATIONS, whose
from gateway.revocations.schemas import RevocationIn, RevocationOut, RevocationsOut, RevokedOut, RevokedProofLine, RevokedProofsOut
from ledger.casework import revocations
from ledger.casework.revocations import Side
from ledger.database import transaction
from ledger.sealing.papers import delivered_proof
from settings import settings

router = api_router("verifications")

RevocationId = Annotated[UUID, Path(description="撤销编号")]
_DECIDE = problems("revocation_unknown", "revocation_same_person", "revocation_decided", "must_recuse", "invalid")


@router.post(
    "/v1/verifications/{number}/revocation",
    status_code=201,
    summary="撤销电子证明",
    responses=problems(
        "number_unknown",
        "not_the_issuer",
        "nothing_to_revoke",
        "revoked_already",
        "revocation_waiting",
        "revocation_document_needed",
        "must_recuse",
        body=True,
    ),
)
def revoke_proof(number: Number, body: RevocationIn, caller: CurrentCaller) -> RevocationOut:
    """出具单位的督办员撤销本单位出具的证明;专班办公室依决定(document)撤销。即时生效,本区规定须两人的,由另一人确认后生效;用过它的单位收到通知。"""
    _known(number)
    with transaction() as session:
        side, now = Side(caller.unit, caller.roles), settings().now()
        asked = revocations.ask(session, number, body.reason, body.document, side, now=now, actor=caller.actor)
        return RevocationOut.of(asked)


@router.get("/v1/verifications/{number}/revocation", summary="撤销情况", responses=problems("number_unknown", "invalid"))
def get_revocation(number: Number, caller: CurrentCaller) -> RevokedOut:
    """这份证明是否撤销、何时、为什么,通知了哪些单位,谁已收到。"""
    _known(number)
    with transaction() as session:
        row = revocations.find(session, number, whose(caller, REVOCATION))
        asked, told = revocations.newest(session, number), revocations.receivers(session, number, now=settings().now())
        proof = delivered_proof(session, row)
        if asked and proof and proof.revoked_at and asked.confirmed_at is None:
            asked = None  # it ended otherwise, which settled the request
        return RevokedOut.told(number, proof, asked, told)


@router.get("/v1/revocations", summary="提出的撤销", responses=problems("invalid"))
def get_revocations(
    caller: CurrentCaller,
    page: Paging,
    standing: Annotated[
        RevocationStatus | None, Query(description="waiting 待另一人确认,confirmed 已撤销,refused 不予撤销;省略为全部")
    ] = None,
) -> RevocationsOut:
    """本单位提出的;专班办公室看到全部。新的在前。"""
    with transaction() as session:
        found = revocations.listed(session, whose(caller, REVOCATIONS), page, standing=standing)
        return page.answer(RevocationsOut, found, RevocationOut.of)


@router.post("/v1/revocations/{id}/confirm", summary="确认撤销", responses=_DECIDE)
def confirm_revocation(id: RevocationId, caller: CurrentCaller) -> RevocationOut:  # noqa: A002
    """由提出人以外、同一单位(专班办公室提出的,由办公室)的另一人用本人的密钥确认,自此撤销。"""
    with transaction() as session:
        return RevocationOut.of(revocations.confirm(session, id, Side(caller.unit, caller.roles), now=settings().now(), actor=caller.actor))


@router.post("/v1/revocations/{id}/refuse", summary="不予撤销", responses=_DECIDE)
def refuse_revocation(id: RevocationId, caller: CurrentCaller) -> RevocationOut:  # noqa: A002
    """不予确认;提出人也可以由此撤回。"""
    with transaction() as session:
        return RevocationOut.of(revocations.refuse(session, id, Side(caller.unit, caller.roles), now=settings().now(), actor=caller.actor))


@router.get("/v1/revoked-proofs", summary="本单位用过的证明中已撤销的", responses=problems("invalid"))
def get_revoked_proofs(caller: CurrentCaller, page: Paging) -> RevokedProofsOut:
    """本单位哪些办件用过的电子证明后来撤销了,新撤销的在前。"""
    with transaction() as session:
        found = revocations.used(session, caller.unit, page)
        return page.answer(RevokedProofsOut, found, lambda line: RevokedProofLine.of(*line))


def _known(number: str) -> None:
    """What is no number is not repeated to anybody."""
    if not is_number(number):
        raise Problem("number_unknown")
