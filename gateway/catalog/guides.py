"""办事指南 (obligation 13.2): the file that the provincial site's editors upload, and up to which version they did."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response
from sqlalchemy.orm import Session

from gateway.catalog.guide_file import guides, workbook
from gateway.catalog.guide_schemas import GuideHandoverDone, GuideHandoverIn, GuideHandoverOut, GuideHandoversOut
from gateway.edge.authentication import CurrentCaller
from gateway.edge.contract import header
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging
from gateway.edge.problems import Problem
from gateway.edge.visibility import may_send, units_of
from ledger.catalog import guide_handovers
from ledger.database import transaction
from ledger.registry.keys import Caller
from ledger.tables.registry import Unit
from settings import settings

router = api_router("catalog-tasks")

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILE = {
    "content": {_XLSX: {"schema": {"type": "string", "format": "binary"}}},
    "headers": {"Proofless-List-Version": header("按清单的第几版,交付后以此登记", required=True)},
}


@router.get(
    "/v1/catalog/guides.xlsx",
    summary="办事指南材料清单",
    response_class=Response,
    responses=problems("unit_unknown", "version_unknown", "invalid", also={200: _FILE}),
)
def export_guides(
    caller: CurrentCaller,
    unit: Annotated[str | None, Query(max_length=64, description="单位编码;省略为本单位")] = None,
    changed: Annotated[bool, Query(description="true:只要上次交付以后有变动的,含应当删去的")] = False,
    version: Annotated[int | None, Query(ge=1, le=1_000_000, description="清单版本;省略为现行")] = None,
) -> Response:
    """一个单位各事项的证明材料,每项一行,栏名取自省事项库的材料字段,供省政务服务网编辑人员上传(第一张表)。本单位和由本单位编制清单的;
    专班办公室可取任何单位的。"""
    with transaction() as session:
        code = _readable(session, caller, unit)
        found = guides(session, code, version, changed=changed)
    number = found.version.number
    headers = {"Content-Disposition": f'attachment; filename="guides-{number}.xlsx"', "Proofless-List-Version": str(number)}
    return Response(workbook(found), media_type=_XLSX, headers=headers)


@router.post(
    "/v1/catalog/guide-handovers",
    status_code=201,
    summary="登记办事指南已交付",
    responses=problems("unit_unknown", "version_unknown", "guide_handover_refused", body=True),
)
def record_guide_handover(body: GuideHandoverIn, caller: CurrentCaller) -> GuideHandoverDone:
    """登记这一版的材料清单已在省政务服务网更新:此后只要变动的,从这一版比起;该单位至这一版为止的办事指南更新任务随之完成。"""
    with transaction() as session:
        unit = body.unit or caller.unit
        if not may_send(session, caller, unit):
            raise Problem("not_allowed")
        if session.get(Unit, unit) is None:
            raise Problem("unit_unknown")
        row, done = guide_handovers.record(session, unit, body.version, now=settings().now(), actor=caller.actor)
        return GuideHandoverDone(**GuideHandoverOut.of(row).model_dump(), tasks_done=done)


@router.get("/v1/catalog/guide-handovers", summary="办事指南交付登记", responses=problems("invalid"))
def get_guide_handovers(caller: CurrentCaller, page: Paging) -> GuideHandoversOut:
    """哪个单位的办事指南交付到清单的第几版,最近的在前。"""
    with transaction() as session:
        found = guide_handovers.listed(session, units_of(session, caller), page)
        return page.answer(GuideHandoversOut, found, GuideHandoverOut.of)


def _readable(session: Session, caller: Caller, unit: str | None) -> str:
    """The unit that is asked about, or the own one. Raises Problem `not_allowed`, `unit_unknown`."""
    code, seen = unit or caller.unit, units_of(session, caller)
    if seen is not None and code not in seen:
        raise Problem("not_allowed")
    if session.get(Unit, code) is None:
        raise Problem("unit_unknown")
    return code
