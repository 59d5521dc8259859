"""业务系统 (obligations 8.1, 8.2): those of the district's departments, which should be connected, which are, and when each last called."""

from __future__ import annotations

from sqlalchemy.orm import Session

from domain.register_changes import Register
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging, Search, words_of
from gateway.registry.endpoints import Code, put
from gateway.registry.system_schemas import SystemIn, SystemOut, SystemsOut
from ledger.database import transaction
from ledger.registry import keys, registry, systems
from ledger.tables.registry import System
from settings import settings

router = api_router("registry")


@router.get("/v1/registry/systems", summary="业务系统", responses=problems("invalid", "text_unclean"))
def get_systems(caller: CurrentCaller, page: Paging, q: Search = "") -> SystemsOut:
    """各单位的业务系统,按编码:是否应对接,首次和最近一次调用,密钥的权限范围。"""
    with transaction() as session:
        found = registry.listed(session, System, page, words_of(q))
        return SystemsOut(items=_answers(session, found.rows), next_cursor=page.cursor(found))


@router.put("/v1/registry/systems/{code}", summary="登记业务系统", responses=problems("system_refused", "register_refused", body=True))
def put_system(code: Code, body: SystemIn, caller: CurrentCaller) -> SystemOut:
    """新增或更新一个业务系统;没有写的项恢复为默认值。改属其他单位、重新启用由另一人确认后生效(waits)。
    登记不给密钥:密钥和权限范围由管理员用 ./run keys make --system 生成。"""
    with transaction() as session:
        waits = put(session, Register.SYSTEMS, body.as_row(code), caller)
        (answer,) = _answers(session, [session.get_one(System, code, populate_existing=True)])
        return answer.model_copy(update={"waits": waits})


def _answers(session: Session, rows: list[System]) -> list[SystemOut]:
    called, scopes = systems.calls(session), keys.scopes_of_systems(session, now=settings().now())
    return [SystemOut.of(row, called.get(row.code, systems.Calls()), scopes.get(row.code, frozenset())) for row in rows]
