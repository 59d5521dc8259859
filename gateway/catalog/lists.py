"""清单报送 (obligation 5.1): lists are registered and sent, and each sender sees what became of every row of his own."""

from __future__ import annotations

from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import Path, Query, Request, Response
from pydantic import AfterValidator
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from catalog.list_kinds import OF_UNITS, ListKind
from catalog.returning import file_for_sender
from domain.list_rows import Verdict
from gateway.catalog.list_schemas import FileOut, ReceivedOut, RowOut, RowsOut, SourceIn, SourceOut, SourcesOut
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging
from gateway.edge.problems import Problem
from gateway.edge.uploads import _BINARY, LIST_FILE, one_of_few, read_list_file
from gateway.edge.values import code_of_nobody
from gateway.edge.visibility import SENT_LISTS, may_send, own_list, units_of, whose
from ledger.catalog import intake
from ledger.database import transaction
from ledger.registry.keys import Caller
from ledger.tables.catalog import CatalogSource
from settings import settings

router = api_router("catalog-lists")

Key = Annotated[
    str,
    Path(min_length=1, max_length=64, pattern=r"^[\w.\-]+$", description="清单代号", examples=["justice-proofs"]),
    AfterValidator(code_of_nobody),
]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_books = CapacityLimiter(2)  #: workbooks that are written at the same time: each takes a processor


@router.put(
    "/v1/catalog/sources/{key}",
    summary="登记清单",
    responses=problems("unit_not_registered", "list_key_taken", "list_kind_fixed", "list_not_yours", body=True),
)
def put_source(key: Key, body: SourceIn, caller: CurrentCaller) -> SourceOut:
    """登记一份按期报送的清单,或更新它的说明。各单位登记本单位和由本单位编制的证明事项清单和取消的证明事项清单;直接改变登记库和拦截规则的
    事项清单、负面清单和告知承诺清单由专班办公室登记。"""
    with transaction() as session:
        own = whose(caller, SENT_LISTS)
        unit = body.unit or own
        known = intake.find(session, key)
        if known is not None and not may_send(session, caller, known.unit):
            raise Problem("list_key_taken")
        kinds = {body.kind, ListKind(known.kind) if known else body.kind}
        if own is not None and not (kinds <= OF_UNITS and may_send(session, caller, unit)):
            raise Problem("list_not_yours")
        intake.put_source(session, key, **body.model_dump(exclude={"kind", "unit"}), kind=body.kind.value, unit=unit)
        return SourceOut.of(own_list(session, caller, key))


@router.post(
    "/v1/catalog/sources/{key}/files",
    status_code=201,
    summary="报送清单文件",
    openapi_extra=LIST_FILE,
    responses=problems(
        "list_unknown", "list_inactive", "list_not_yours", "no_list_file", "too_large", "reading_busy", "bad_request", "invalid"
    ),
)
async def send_file(
    key: Key,
    request: Request,
    caller: CurrentCaller,
    name: Annotated[str, Query(max_length=100, description="文件名(直接以文件为正文时)")] = "",
) -> ReceivedOut:
    """XLSX、XLS、CSV、XML 2003,DOCX 或网页里的表格,不超过 128 MB、1048576 行,原样保存;能否读取、各行如何处理,由重建给出。最新的一份有效,
    同一文件重复报送不产生变化。"""
    async with one_of_few(request):
        called, content = await read_list_file(request, name or f"{key}.csv")
        return await run_in_threadpool(_receive, key, called, content, caller)


def _receive(key: str, name: str, content: bytes, caller: Caller) -> ReceivedOut:
    with transaction() as session:
        to_send(session, caller, key)
        file = intake.receive(session, key, name, content, now=settings().now(), actor=caller.actor)
        return ReceivedOut(source=key, file=FileOut.of(file))


def to_send(session: Session, caller: Caller, key: str) -> CatalogSource:
    """A list that the caller may hand in. Raises Problem `list_unknown`, `list_not_yours`."""
    source = own_list(session, caller, key).source
    if not may_send(session, caller, source.unit) or (ListKind(source.kind) not in OF_UNITS and whose(caller, SENT_LISTS) is not None):
        raise Problem("list_not_yours")
    return source


@router.get("/v1/catalog/sources", summary="清单和处理情况", responses=problems())
def get_sources(caller: CurrentCaller) -> SourcesOut:
    """本单位和由本单位编制的清单,各有几行采用、待确认、退回,或为何不能读取;专班办公室看到全部。"""
    with transaction() as session:
        return SourcesOut(items=[SourceOut.of(state) for state in intake.states(session, units_of(session, caller))])


@router.get("/v1/catalog/sources/{key}/rows", summary="清单各行的处理", responses=problems("list_unknown", "list_not_read", "invalid"))
def get_rows(
    key: Key,
    caller: CurrentCaller,
    page: Paging,
    verdict: Annotated[Verdict | None, Query(description="accepted 采用,asked 待确认,refused 退回修改;省略为全部")] = None,
) -> RowsOut:
    """最近一次读取中的各行:问题和怎么办、待确认的名称、各名称认定的理由。"""
    with transaction() as session:
        reading = own_list(session, caller, key).reading
        if reading is None:
            raise Problem("list_not_read")
        wanted = verdict.value if verdict else None
        found = intake.page_of_rows(session, reading.id, page, verdict=wanted)
        return page.answer(RowsOut, found, RowOut.of)


@router.get(
    "/v1/catalog/sources/{key}/errors.xlsx",
    summary="退回清单",
    response_class=Response,
    responses=problems("list_unknown", "list_not_read", "invalid", also={200: {"content": {_XLSX: _BINARY}}}),
)
async def get_error_file(key: Key, caller: CurrentCaller) -> Response:
    """有问题的各行原样列出,旁注问题和怎么办,可直接退给报送人。任何单元格都不会被当作公式。"""
    content = await to_thread.run_sync(_error_file, key, caller, limiter=_books)
    return Response(content, media_type=_XLSX, headers={"Content-Disposition": 'attachment; filename="errors.xlsx"'})


def _error_file(key: str, caller: Caller) -> bytes:
    with transaction() as session:
        own_list(session, caller, key)
    return file_for_sender(key)
