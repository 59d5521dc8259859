"""批次的结果: one workbook in the sender's own columns and one ZIP of proofs, both made while they are sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response, StreamingResponse

from domain.batches import BatchTooEarly
from domain.lifecycle import State
from gateway.batches.endpoints import Number
from gateway.batches.schemas import reason_of
from gateway.batches.workbook import archive_of, workbook
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.streams import streamed
from ledger.batches import intake, standing
from ledger.batches import results as ledger_results
from ledger.batches.results import RowResult
from ledger.database import transaction
from ledger.registry.keys import Caller
from ledger.tables.batches import Batch
from settings import LOCAL, settings

router = api_router("batches")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ADDED = ("核验编号", "办理情况", "核验结论", "证明内容", "错误")
SoFar = Annotated[bool, Query(description="true:不等办结,只要目前已有的")]


def _saved(media: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media: {"schema": {"type": "string", "format": "binary"}}}}}


@router.get(
    "/v1/batches/{number}/results.xlsx",
    summary="下载批次结果",
    response_class=Response,
    responses=problems("batch_unknown", "batch_not_ended", "erased", "invalid", also=_saved(_XLSX)),
)
def get_batch_results(number: Number, caller: CurrentCaller, so_far: SoFar = False) -> StreamingResponse:
    """提交时的各列按原来的次序,后面加上核验编号、办理情况、核验结论、证明内容和错误。每一件的查阅都有记录。"""
    batch, heads, now = _ready(caller, number, so_far)
    lines = ([*one.own, *_added(one)] for one in ledger_results.results(batch, actor=caller.actor, unit=caller.unit, now=now))
    return streamed(workbook([*heads, *_ADDED], lines), _XLSX, _named(f"{number}.xlsx"))


@router.get(
    "/v1/batches/{number}/proofs.zip",
    summary="下载批次的电子证明",
    response_class=Response,
    responses=problems("batch_unknown", "batch_not_ended", "erased", "invalid", also=_saved("application/zip")),
)
def get_batch_proofs(number: Number, caller: CurrentCaller, so_far: SoFar = False) -> StreamingResponse:
    """全部已送达的电子证明,文件名为行号和核验编号。每一件的下载都有记录。"""
    batch, _, now = _ready(caller, number, so_far)

    def files() -> Iterator[tuple[str, bytes]]:
        for line, name, proof in ledger_results.proofs(batch, actor=caller.actor, unit=caller.unit, now=now):
            yield f"{line:05d}_{name}", proof

    return streamed(archive_of(files(), now.astimezone(LOCAL)), "application/zip", _named(f"{number}.zip"))


def _ready(caller: Caller, number: str, so_far: bool) -> tuple[Batch, list[str], datetime]:
    """The batch, the sender's columns. Raises `BatchUnknown`, `BatchTooEarly`, `Erased`."""
    now = settings().now()
    with transaction() as session:
        batch = standing.find(session, number, caller.unit)
        if batch.ended_at is None and not so_far:
            raise BatchTooEarly(standing.progress(session, batch, now=now).said)
        intake.refuse_erased(batch)
        return batch, intake.heads(batch), now


def _added(row: RowResult) -> list[str]:
    said = reason_of(row.refusal, row.said) or ""
    if row.revoked:
        said = "证明已撤销。"
    elif row.state in (State.WITHDRAWN, State.CLOSED):
        said = f"{row.state.label},没有结论。"
    elif row.repeated:
        said = "此前已有同一核验,以其结果为准。"
    how = "未受理" if row.refusal else row.state.label if row.state else "未发起"
    fields = ";".join(f"{label}:{value}" if label else value for label, value in row.fields)
    return [row.verification or "", how, row.result.label if row.result else "", fields, said]


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
