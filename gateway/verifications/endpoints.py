"""核验: file it, see where it stands, take the proof, choose, withdraw."""

from __future__ import annotations

import math
from typing import Annotated, Any

from fastapi import Header, Query, Request, Response
from pydantic import StringConstraints
from starlette.concurrency import run_in_threadpool

from domain.proof_form import Form
from gateway.edge.authentication import CurrentCaller
from gateway.edge.contract import header
from gateway.edge.endpoints import api_router, problems
from gateway.edge.parameters import Number
from gateway.edge.prefer_wait import LONGEST_WAIT, wait_seconds
from gateway.edge.problems import Problem
from gateway.edge.services import services_of
from gateway.edge.visibility import EVENTS, VERIFICATIONS, verification
from gateway.verifications.filing import file_verification as file_it
from gateway.verifications.filing import read, record_reading
from gateway.verifications.schemas import ChoiceIn, EventOut, EventsOut, VerificationIn, VerificationOut, WithdrawalIn
from ledger.cases.cases import key_of
from ledger.casework import attention, views
from ledger.database import transaction
from ledger.lifecycle import fresh
from ledger.methods import sharing
from ledger.registry.keys import Caller
from ledger.sealing import papers
from settings import settings

router = api_router("verifications")

#: 幂等键, wherever it is sent: it stands in an index.
Key = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
IdempotencyKey = Annotated[
    Key, Header(alias="Idempotency-Key", description="幂等键:同一键同一正文只产生一次核验", examples=["case-000123-household-1"])
]
_FILED = {
    "Location": header("核验的地址", required=True),
    "Idempotency-Replayed": header(
        "true:没有发起新的核验,这里是此前的那一项:同一幂等键的重发,或同一办件、证明、当事人已有在办或有效的核验而没有填写 "
        "force_new;新发起的不带此头"
    ),
    "Preference-Applied": header("按 Prefer 等候的秒数"),
    "Retry-After": header("申请积压,预计所需秒数超过 Prefer 的,不再等候,立即返回 202;请按这个秒数以后再查询,或等候回调"),
}
_OTHER_FORM = "这份电子证明是 {} 文件,不是 {} 文件,下载地址以 proof{} 结尾。"
_PROOF = ("number_unknown", "proof_not_ready", "proof_other_form", "erased", "quota_spent", "invalid")
Prefer = Annotated[
    str | None,
    Header(alias="Prefer", description=f"`wait=N`:最多等候 N 秒(不超过 {LONGEST_WAIT}),期间办完即在本次返回结果", examples=["wait=10"]),
]


def _saved(form: Form) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {form.media_type: {"schema": {"type": "string", "format": "binary"}}}}}


@router.post(
    "/v1/verifications",
    status_code=202,
    summary="发起核验",
    response_description="已受理,结果稍后查询或等候回调",
    responses=problems(
        "idempotency_key_invalid",
        "case_unknown",
        "case_closed",
        "name_differs",
        "idempotency_key_reused",
        "id_number_invalid",
        "matter_differs",
        "proof_kind_unknown",
        "proof_not_listed",
        "excluded_category",
        "excluded_outside",
        "excluded_review",
        "not_a_party",
        "authorisation_not_taken",
        "no_method",
        "personal_data_in_number",
        "lookups_blocked",
        "quota_spent",
        body=True,
        also={200: {"model": VerificationOut, "description": "等候期间已办完,含结果", "headers": _FILED}},
    )
    | {202: {"headers": _FILED}},
)
async def file_verification(
    request: Request,
    response: Response,
    body: VerificationIn,
    caller: CurrentCaller,
    idempotency_key: IdempotencyKey,
    prefer: Prefer = None,
) -> VerificationOut:
    """为在办办件的一名当事人核验一项证明。

    返回核验编号。清单要求的方式由系统按顺序进行:先数据共享,取不到结果时转证明出具单位。
    同一 Idempotency-Key 重发时返回同一个核验,并带响应头 `Idempotency-Replayed: true`;同一办件、证明、当事人已有在办或
    有效的核验时也是如此,确需重新核验的填写 `force_new`。
    """
    services, seconds = services_of(request), wait_seconds(prefer)
    with services.turns.here(caller.unit) as line:
        async with line.turn():
            filed = await run_in_threadpool(file_it, caller, body, idempotency_key)
        answer = filed.answer
        if seconds and not answer.ended:
            expected = None if filed.repeated else await run_in_threadpool(_expected, answer.number)
            if expected is not None and expected > seconds:
                response.headers["Retry-After"] = str(math.ceil(expected))
            else:
                await services.endings.wait(answer.number, seconds)
                answer = await run_in_threadpool(_read, caller, answer.number)
    response.status_code = 200 if answer.ended else 202
    response.headers["Location"] = answer.links.self
    if seconds:
        response.headers["Preference-Applied"] = f"wait={seconds}"
    if filed.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return answer


@router.get("/v1/verifications/{number}", summary="查看核验", responses=problems("number_unknown", "quota_spent", "invalid"))
def get_verification(number: Number, caller: CurrentCaller) -> VerificationOut:
    """核验的现状;送达后含结论。个人信息只有需求单位的经办人能看到,每次查看都有记录。"""
    return _read(caller, number)


@router.get("/v1/verifications/{number}/events", summary="核验经过", responses=problems("number_unknown", "invalid"))
def get_events(number: Number, caller: CurrentCaller) -> EventsOut:
    """台账中的全部事件,按记录的先后排列。"""
    with transaction() as session:
        verification(session, caller, number, EVENTS)
        return EventsOut(events=[EventOut.of(row) for row in views.events(session, number)])


@router.get(
    "/v1/verifications/{number}/proof.pdf",
    summary="下载电子证明",
    response_class=Response,
    responses=problems(*_PROOF, also=_saved(Form.PDF)),
)
def get_proof_pdf(
    number: Number,
    caller: CurrentCaller,
    extended: Annotated[bool, Query(description="附上后续时间戳(PAdES B-LTA)的文件;还没有的,与送达时的文件相同")] = False,
) -> Response:
    """已签章、已送达的电子证明,与送达时逐字节相同;`extended=true` 时其后附有各次后续时间戳。每次下载都有记录。"""
    return proof_file(number, caller, Form.PDF, extended=extended)


@router.get(
    "/v1/verifications/{number}/proof.ofd",
    summary="下载电子证明(OFD)",
    response_class=Response,
    responses=problems(*_PROOF, also=_saved(Form.OFD)),
)
def get_proof_ofd(number: Number, caller: CurrentCaller) -> Response:
    """以 OFD(GB/T 33190)制作的电子证明,与送达时逐字节相同。每次下载都有记录。"""
    return proof_file(number, caller, Form.OFD)


def proof_file(number: str, caller: Caller, form: Form, *, extended: bool = False) -> Response:
    """The sealed file, where it stands in this form; the reading on the record. Raises `NumberUnknown`, Problem `proof_not_ready`,
    `proof_other_form`, `Erased`."""
    with transaction() as session:
        row = verification(session, caller, number)
        proof = papers.delivered_proof(session, row)
        if proof is None:
            raise Problem("proof_not_ready")
        if proof.form is not form:
            raise Problem("proof_other_form", detail=_OTHER_FORM.format(proof.form.label, form.label, proof.form.suffix))
        file = papers.open_whole(proof, papers.stages(session, proof) if extended else (), key_of(session, row.case))
        record_reading(session, caller, number, "proof")
    return Response(file, media_type=form.media_type, headers={"Content-Disposition": f'attachment; filename="{number}{form.suffix}"'})


@router.post(
    "/v1/verifications/{number}/choice",
    summary="选择证照",
    responses=problems("number_unknown", "state_conflict", "not_a_candidate", body=True),
)
def choose_licence(number: Number, body: ChoiceIn, caller: CurrentCaller) -> VerificationOut:
    """查到多个证照时由需求单位选定一个;`identifier` 为 null 表示都不是,转为下一种核验方式。"""
    with transaction() as session:
        verification(session, caller, number)
        sharing.choose(session, number, body.identifier, now=settings().now(), actor=caller.actor)
    return _read(caller, number)


@router.post("/v1/verifications/{number}/withdraw", summary="撤回核验", responses=problems("number_unknown", "state_conflict", body=True))
def withdraw_verification(number: Number, body: WithdrawalIn, caller: CurrentCaller) -> VerificationOut:
    """需求单位撤回;出具单位的时限随之终止,不计考核。已结束的不能撤回。"""
    with transaction() as session:
        verification(session, caller, number)
        attention.withdraw(session, number, body.reason, now=settings().now(), actor=caller.actor)
    return _read(caller, number)


def _expected(number: str) -> float | None:
    with transaction() as session:
        return fresh.expected_seconds(session, number, now=settings().now())


def _read(caller: Caller, number: str) -> VerificationOut:
    with transaction() as session:
        return read(session, caller, verification(session, caller, number, VERIFICATIONS))
