"""投诉办理结果 (obligation 18.1): the layouts in which systems hand complaints over, and what came of them, in the same layout."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from catalog.complaint_layouts import layout, layouts
from catalog.complaint_return import workbook
from gateway.edge.authentication import CurrentCaller
from gateway.edge.contract import header
from gateway.edge.endpoints import api_router, problems
from gateway.edge.values import Instant
from gateway.oversight.complaint_schemas import ComplaintLayoutOut, ComplaintLayoutsOut
from ledger.database import transaction
from ledger.oversight import complaint_outcomes

router = api_router("oversight")

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILE = {
    "content": {_XLSX: {"schema": {"type": "string", "format": "binary"}}},
    "headers": {
        "Proofless-Place": header("下次导出时的 place", required=True),
        "Proofless-More": header("true:还有,请以该 place 继续导出", required=True),
    },
}


@router.get("/v1/complaint-layouts", summary="投诉来源的导出格式", responses=problems())
def get_complaint_layouts(caller: CurrentCaller) -> ComplaintLayoutsOut:
    """能识别的各系统导出格式:各栏及次序、据以识别的栏、办理结果的说法。由 PROOFLESS_COMPLAINT_LAYOUTS 配置。"""
    return ComplaintLayoutsOut(items=[ComplaintLayoutOut.of(name, one) for name, one in layouts().items()])


@router.get(
    "/v1/complaint-outcomes.xlsx",
    summary="导出投诉办理结果",
    response_class=Response,
    responses=problems("complaint_layout_unknown", "complaint_hidden", "invalid", also={200: _FILE}),
)
def export_complaint_outcomes(
    caller: CurrentCaller,
    name: Annotated[str, Query(alias="layout", max_length=40, description="哪种格式", examples=["hotline"])],
    since: Annotated[Instant | None, Query(description="只要此后(含)办结的")] = None,
    place: Annotated[int, Query(ge=0, le=2**62, description="只要上次导出之后办结的:上次答复头 Proofless-Place 的值")] = 0,
) -> Response:
    """以这种格式导入、已经办结的投诉:各栏及次序与来时相同,编号是对方的编号,结果用对方的说法。反映人、联系方式和原文不回传。
    一次至多 2,000 件。涉及本单位的,由其他单位的专班办公室人员导出。"""
    found = layout(name)
    with transaction() as session:
        rows, more = complaint_outcomes.finished(session, name, after=place, since=since, reader=caller.unit)
    headers = {
        "Content-Disposition": f'attachment; filename="complaint-outcomes-{place}.xlsx"',
        "Proofless-Place": str(rows[-1].serial if rows else place),
        "Proofless-More": "true" if more else "false",
    }
    return Response(workbook(found, rows), media_type=_XLSX, headers=headers)
