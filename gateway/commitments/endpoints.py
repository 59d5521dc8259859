"""告知承诺: the text, the signature, the decline, the later check and the restoration of credit (obligations 7.4, 12.1)."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Query

from gateway.commitments.schemas import (
    BlockItem,
    BlocksOut,
    CheckIn,
    CheckItem,
    ChecksOut,
    CommitmentIn,
    CommitmentOut,
    CommitmentTextIn,
    CommitmentTextOut,
    DeclineIn,
    RestorationIn,
)
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging
from gateway.edge.parameters import Number
from gateway.edge.problems import Problem
from gateway.edge.visibility import verification
from gateway.verifications.filing import read_own
from gateway.verifications.schemas import VerificationOut
from ledger.database import transaction
from ledger.methods import commitment_checks, commitments, sharing
from ledger.tables.commitments import Commitment
from ledger.tables.registry import ProofKind
from settings import settings

router = api_router("commitments")

ProofCode = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[\w.\-]+$", description="证明编码", examples=["P-RESIDENCE"])]


@router.get(
    "/v1/verifications/{number}/commitment", summary="承诺书", responses=problems("number_unknown", "commitment_unknown", "invalid")
)
def get_commitment(number: Number, caller: CurrentCaller) -> CommitmentOut:
    """交申请人阅知的承诺书全文。由申请人自行决定是否承诺。"""
    with transaction() as session:
        verification(session, caller, number)
        offer = commitments.offer_of(session, number)
        if offer is None:
            raise Problem("commitment_unknown")
        return CommitmentOut.of(offer)


@router.post(
    "/v1/verifications/{number}/commitment",
    summary="登记已签署的承诺",
    responses=problems("number_unknown", "state_conflict", "commitment_blocked", body=True),
)
def sign_commitment(number: Number, body: CommitmentIn, caller: CurrentCaller) -> VerificationOut:
    """申请人已签署:以承诺代替证明,不再索要;系统登记核查期限。须有申请人本人的签署凭证,经办人勾选无效。"""
    with transaction() as session:
        verification(session, caller, number)
        commitments.sign(session, number, body.evidence, body.sha256, body.reference, now=settings().now(), actor=caller.actor)
    return read_own(caller, number)


@router.post(
    "/v1/verifications/{number}/commitment/decline",
    summary="申请人不作承诺",
    responses=problems("number_unknown", "state_conflict", body=True),
)
def decline_commitment(number: Number, body: DeclineIn, caller: CurrentCaller) -> VerificationOut:
    """转为下一种核验方式。不得因此要求申请人提交证明。"""
    with transaction() as session:
        verification(session, caller, number)
        sharing.decline_commitment(session, number, now=settings().now(), actor=caller.actor)
    return read_own(caller, number)


@router.get("/v1/commitment-checks", summary="承诺核查清单", responses=problems("invalid"))
def get_checks(
    caller: CurrentCaller, page: Paging, status: Annotated[Literal["open", "done"], Query(description="open 待核查,done 已核查")] = "open"
) -> ChecksOut:
    """本单位应当核查的承诺,按期限先后排列。"""
    with transaction() as session:
        found = commitment_checks.checks(session, caller.unit, page, done=status == "done")
        return page.answer(ChecksOut, found, CheckItem.of)


@router.post("/v1/commitment-checks/{id}", summary="登记核查结论", responses=problems("check_unknown", "check_done", body=True))
def record_check(
    id: Annotated[UUID, Path(description="核查的编号")],  # noqa: A002
    body: CheckIn,
    caller: CurrentCaller,
) -> CheckItem:
    """承诺不实的,该申请人在信用修复前不能再承诺,改用其他核验方式。"""
    with transaction() as session:
        return CheckItem.of(
            commitment_checks.check(session, id, caller.unit, body.outcome, body.note, now=settings().now(), actor=caller.actor)
        )


@router.get("/v1/credit-blocks", summary="承诺限制清单", responses=problems("invalid"))
def get_credit_blocks(caller: CurrentCaller, page: Paging) -> BlocksOut:
    """因承诺不实暂不能承诺的,只列核验编号。"""
    with transaction() as session:
        found = commitment_checks.blocks(session, page)
        return page.answer(BlocksOut, found, lambda line: BlockItem.of(*line))


@router.post("/v1/credit-blocks/{id}/restore", summary="信用修复", responses=problems("block_unknown", "must_recuse", body=True))
def restore_credit(
    id: Annotated[UUID, Path(description="限制的编号")],  # noqa: A002
    body: RestorationIn,
    caller: CurrentCaller,
) -> BlockItem:
    """由工作专班办公室登记依据后解除限制。重复登记不产生变化。"""
    with transaction() as session:
        row = commitment_checks.restore(session, id, body.why, now=settings().now(), actor=caller.actor)
        return BlockItem.of(row, session.get_one(Commitment, row.commitment).verification)


@router.put("/v1/commitment-texts/{proof}", summary="承诺书文本", responses=problems("proof_kind_unknown", body=True))
def put_commitment_text(proof: ProofCode, body: CommitmentTextIn, caller: CurrentCaller) -> CommitmentTextOut:
    """文本变更产生新版本;已签署的承诺保留当时的文本。"""
    with transaction() as session:
        if session.get(ProofKind, proof) is None:
            raise Problem("proof_kind_unknown")
        row = commitments.put_text(session, proof, body.text, body.check_days, body.basis, now=settings().now(), actor=caller.actor)
        return CommitmentTextOut.of(row)
