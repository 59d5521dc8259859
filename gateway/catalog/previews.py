"""清单预览 (obligation 5.1): what a list would say before it is handed in, and what the sender says of its columns, once."""

from __future__ import annotations

from anyio import CapacityLimiter, to_thread
from fastapi import Request

from catalog.columns import meant, subject
from catalog.list_kinds import ListKind
from catalog.preview import Previewed, preview
from domain.calendar import LOCAL
from gateway.catalog.lists import Key, to_send
from gateway.catalog.preview_schemas import ListColumnIn, ListPreviewOut, SaidColumnsOut
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.uploads import LIST_FILE, one_of_few, read_list_file
from gateway.edge.visibility import own_list
from ledger.catalog import columns
from ledger.database import transaction
from ledger.registry.keys import Caller
from settings import settings

router = api_router("catalog-lists")
_previews = CapacityLimiter(2)  #: read at the same time: each takes a processor


@router.post(
    "/v1/catalog/sources/{key}/preview",
    summary="预览清单文件",
    openapi_extra=LIST_FILE,
    responses=problems("list_unknown", "list_not_yours", "no_list_file", "too_large", "reading_busy", "bad_request", "invalid"),
)
async def preview_list(key: Key, request: Request, caller: CurrentCaller) -> ListPreviewOut:
    """报送之前看一看:各列怎样理解、前十行、不清楚的地方、会有哪些变动。什么也不保存,对现行清单和草案没有影响。"""
    async with one_of_few(request):
        _, content = await read_list_file(request, key)
        return await to_thread.run_sync(_preview, key, content, caller, limiter=_previews)


def _preview(key: str, content: bytes, caller: Caller) -> ListPreviewOut:
    with transaction() as session:
        source = to_send(session, caller, key)
        about = Previewed(key, ListKind(source.kind), source.unit, source.name, source.document, source.complete)
    return ListPreviewOut.of(about.kind, preview(about, content, on=settings().now().astimezone(LOCAL).date()))


@router.get("/v1/catalog/sources/{key}/columns", summary="说明过的列", responses=problems("list_unknown", "invalid"))
def get_columns(key: Key, caller: CurrentCaller) -> SaidColumnsOut:
    """这个单位的清单中,哪些列由人说明过是什么,何时由谁说明。"""
    with transaction() as session:
        return SaidColumnsOut.of(columns.said(session, own_list(session, caller, key).source.unit))


@router.put(
    "/v1/catalog/sources/{key}/columns",
    summary="说明一列是什么",
    responses=problems("list_unknown", "list_not_yours", "column_refused", "answer_refused", body=True),
)
def say_column(key: Key, body: ListColumnIn, caller: CurrentCaller) -> SaidColumnsOut:
    """说明一次,该单位这种清单今后都按此读取,下次重建时生效;可以更正,也可以撤回(撤回后重新询问)。每次说明和撤回都留痕。"""
    with transaction() as session:
        source = to_send(session, caller, key)
        kind = ListKind(source.kind)
        named = subject(kind.label, body.name)
        if body.field is None:
            columns.take_back(session, source.unit, named)
        else:
            columns.say(session, source.unit, named, meant(body.field, kind.reads, kind.label), now=settings().now(), actor=caller.actor)
        return SaidColumnsOut.of(columns.said(session, source.unit))
