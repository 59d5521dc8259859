"""For machines that watch the gateway: liveness, health, figures. No personal data, no numbers of cases."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from gateway.edge.addresses import monitors_only
from gateway.edge.endpoints import open_router, problems
from gateway.edge.services import services_of
from gateway.operations.schemas import Alive, HealthOut

router = open_router("monitoring")


@router.get("/healthz", summary="网关是否存活", responses=problems(key=False))
async def liveness() -> Alive:
    """只表示网关进程在应答。"""
    return Alive(status="ok")


@router.get(
    "/health",
    summary="运行状况",
    dependencies=[Depends(monitors_only)],
    responses=problems("not_found", key=False, also={503: {"model": HealthOut, "description": "有部分不正常"}}),
)
async def health(request: Request, response: Response) -> HealthOut:
    """数据库、Prefect、工作进程、待人工处理、最早到期和告警。"""
    found = await services_of(request).vitals.take()
    response.status_code = 200 if found.ok else 503
    return HealthOut(**asdict(found))


@router.get(
    "/metrics",
    summary="Prometheus 指标",
    dependencies=[Depends(monitors_only)],
    response_class=Response,
    responses=problems("not_found", key=False, also={200: {"content": {"text/plain": {}}}}),
)
def metrics(request: Request) -> Response:
    """各状态的在办件数、接口用时、工作进程数、告警数。"""
    return Response(generate_latest(services_of(request).telemetry.registry), media_type=CONTENT_TYPE_LATEST)
