"""批量核验: many cases at once, for one purpose that a named person answers for; how far they are, and what came of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import Path, Query, Request, Response
from sqlalchemy.orm import Session

from catalog.batch_table import BatchTable, read_batch
from domain.batches import PATTERN, BatchStatus, RowStatus
from gateway.batches import reading
from gateway.batches.schemas import (
    BatchesOut,
    BatchIn,
    BatchLine,
    BatchOut,
    BatchQuotaIn,
    BatchQuotaOut,
    BatchQuotasOut,
    BatchRowOut,
    BatchRowsOut,
    Purpose,
    Responsible,
)
from gateway.cases.registering import refuse_personal
from gateway.edge.authentication import CurrentCaller
from gateway.edge.contract import header
from gateway.edge.doors import KEYED
from gateway.edge.endpoints import Responses, api_router, problems
from gateway.edge.paging import Paging
from gateway.edge.parameters import UnitCode
from gateway.edge.problems import Problem
from gateway.edge.uploads import FILE, read_list_file
from gateway.edge.visibility import BATCHES, whose
from gateway.verifications.endpoints import IdempotencyKey
from ledger.batches import intake, quotas, standing
from ledger.batches.intake import BatchSent, RowSent
from ledger.database import transaction
from ledger.registry.keys import Caller
from ledger.tables.batches import Batch, BatchQuota
from ledger.tables.registry import Unit
from settings import settings

router = api_router("batches")
_taking = CapacityLimiter(1)  #: batches that are written at a time: each is thousands of rows in one transaction

Number = Annotated[str, Path(max_length=40, pattern=PATTERN, description="批次编号", examples=["PL202603047K3M9QXT"])]
_FILED: Responses = {
    202: {
        "headers": {
            "Location": header("批次的地址", required=True),
            "Idempotency-Replayed": header("true:同一幂等键此前已提交,没有收下新的批次;新提交的不带此头"),
        }
    }
}
_REFUSED = (
    "idempotency_key_invalid",
    "idempotency_key_reused",
    "personal_data_in_number",
    "responsible_unknown",
    "batch_quota_spent",
    "lookups_blocked",
)


@router.post("/v1/batches", status_code=202, summary="批量核验", responses=problems(*_REFUSED, body=True) | _FILED)
async def file_batch(response: Response, body: BatchIn, caller: CurrentCaller, idempotency_key: IdempotencyKey) -> BatchOut:
    """一次提交多个在办办件的核验,每行按单项核验同样受理;不合格的行逐行说明,不影响其余各行。

    须写明用途和责任人,受本单位每天的批量限额约束,超出的整批不收。结果以批次查询,全部办结时发送一条回调。JSON 一次以
    2000 行为限,更多的以 `/v1/batches/file` 上传。
    """
    heads, rows = await to_thread.run_sync(reading.of_body, body)
    return await _take(response, caller, BatchSent(body.purpose, body.responsible, heads, rows, body.callback), idempotency_key)


@router.post(
    "/v1/batches/file",
    status_code=202,
    summary="批量核验(文件)",
    openapi_extra=FILE,
    responses=problems(*_REFUSED, "batch_file", "no_list_file", "too_large", "reading_busy", "bad_request", "invalid") | _FILED,
)
async def file_batch_table(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    idempotency_key: IdempotencyKey,
    purpose: Annotated[Purpose, Query(description="用途;以明文保存,不得含个人信息", examples=["2026-review"])],
    responsible: Annotated[Responsible, Query(description="责任人:本单位在册人员的人员编码", examples=["demo-permit-1"])],
    callback: Annotated[bool, Query(description="办结时向本单位的回调地址发送一条通知")] = True,
) -> BatchOut:
    """XLSX、XLS、CSV、XML 2003,DOCX 或网页里的表格,最多 30000 行。
    表头:办件编号、证明(名称或编码)、姓名、证件号码,可选证件类型、事项编码;其余各列
    在结果中原样退还。文件损坏、没有表头、有两行表头或者超过行数的,整份不收。"""
    _, content = await read_list_file(request, "batch.csv")
    return await take_table(response, caller, content, purpose, responsible, idempotency_key, callback=callback)


async def take_table(
    response: Response, caller: Caller, content: bytes, purpose: str, responsible: str, key: str, *, callback: bool = True
) -> BatchOut:
    """A table, wherever it was sent. Raises as `file_batch_table`."""
    table = await KEYED.read(read_batch, content)
    heads, rows = await to_thread.run_sync(_read, table)
    return await _take(response, caller, BatchSent(purpose, responsible, heads, rows, callback), key)


def _read(table: BatchTable) -> tuple[tuple[str, ...], list[RowSent]]:
    with transaction() as session:
        return reading.of_table(session, table)


async def _take(response: Response, caller: Caller, sent: BatchSent, key: str) -> BatchOut:
    """Its run is a worker's business, which finds it within two seconds (`runtime.worker.batches`)."""
    answer, repeated = await to_thread.run_sync(_keep, caller, sent, key, limiter=_taking)
    response.headers["Location"] = answer.links.self
    if repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return answer


def _keep(caller: Caller, sent: BatchSent, key: str) -> tuple[BatchOut, bool]:
    refuse_personal(key, [])
    digest = reading.digest_of(sent.purpose, sent.responsible, sent.callback, sent.heads, sent.rows)
    now = settings().now()
    with transaction() as session:
        batch, repeated = intake.take_in(session, caller.filer, sent, key, digest, now=now)
        return _shown(session, batch, now), repeated


def _shown(session: Session, batch: Batch, now: datetime) -> BatchOut:
    return BatchOut.of(batch, standing.progress(session, batch, now=now))


@router.get("/v1/batches", summary="批次清单", responses=problems("invalid"))
def get_batches(caller: CurrentCaller, page: Paging) -> BatchesOut:
    """本单位的批次,新的在前;专班办公室、运维和管理员看到各单位的。"""
    with transaction() as session:
        return page.answer(BatchesOut, standing.listed(session, whose(caller, BATCHES), page), BatchLine.of)


@router.get("/v1/batches/{number}", summary="查看批次", responses=problems("batch_unknown", "invalid"))
def get_batch(number: Number, caller: CurrentCaller) -> BatchOut:
    """进度:各行的情况、各状态的件数、推算的完成时间。"""
    with transaction() as session:
        return _shown(session, standing.find(session, number, whose(caller, BATCHES)), settings().now())


@router.get("/v1/batches/{number}/rows", summary="批次的各行", responses=problems("batch_unknown", "invalid"))
def get_batch_rows(
    number: Number, caller: CurrentCaller, page: Paging, status: Annotated[RowStatus | None, Query(description="只看这种情况的")] = None
) -> BatchRowsOut:
    """按行号;未受理的写明原因。"""
    with transaction() as session:
        batch = standing.find(session, number, whose(caller, BATCHES))
        return page.answer(BatchRowsOut, standing.rows_of(session, batch, page, status=status), BatchRowOut.of)


_STEPS = problems("batch_unknown", "batch_state", "invalid")


@router.post("/v1/batches/{number}/pause", summary="暂停批次", responses=_STEPS)
def pause_batch(number: Number, caller: CurrentCaller) -> BatchOut:
    """不再发起其余各行;已发起的照常办理。"""
    return _steer(caller, number, BatchStatus.PAUSED)


@router.post("/v1/batches/{number}/resume", summary="继续批次", responses=_STEPS)
def resume_batch(number: Number, caller: CurrentCaller) -> BatchOut:
    """暂停的批次继续发起其余各行。"""
    return _steer(caller, number, BatchStatus.WORKING)


@router.post("/v1/batches/{number}/cancel", summary="取消批次", responses=_STEPS)
def cancel_batch(number: Number, caller: CurrentCaller) -> BatchOut:
    """其余各行不再发起;已发起的照常办理,不再需要的逐项撤回。取消后不能继续。"""
    return _steer(caller, number, BatchStatus.CANCELLED)


def _steer(caller: Caller, number: str, to: BatchStatus) -> BatchOut:
    now = settings().now()
    with transaction() as session:
        standing.find(session, number, caller.unit)
        return _shown(session, standing.steer(session, number, to, now=now, actor=caller.actor), now)


@router.get("/v1/batch-quotas", summary="批量限额", responses=problems("invalid"))
def get_batch_quotas(caller: CurrentCaller, page: Paging) -> BatchQuotasOut:
    """专班办公室为各单位设定的限额;未列出的单位按系统设置。"""
    with transaction() as session:
        return page.answer(BatchQuotasOut, quotas.listed(session, page), lambda line: BatchQuotaOut.of(*line))


@router.put("/v1/batch-quotas/{unit}", summary="设定批量限额", responses=problems("unit_unknown", body=True))
def put_batch_quota(unit: UnitCode, body: BatchQuotaIn, caller: CurrentCaller) -> BatchQuotaOut:
    """一个单位每天可提交的行数,当天即按新的限额。"""
    with transaction() as session:
        if not quotas.put(session, unit, body.rows_a_day, now=settings().now(), actor=caller.actor):
            raise Problem("unit_unknown")
        row = session.get_one(BatchQuota, unit, populate_existing=True)
        return BatchQuotaOut.of(row, session.get_one(Unit, unit).name)
