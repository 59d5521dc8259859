"""运行情况: what operators ask beside Prefect, in one look."""

from __future__ import annotations

from domain.alarms import TITLES
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.operations.running_schemas import (
    AlarmOut,
    KeepingOut,
    LineOut,
    QueueOut,
    RunningOut,
    SourceStandingOut,
    TableSizeOut,
    WorkerOut,
)
from ledger.casework import running, watch
from ledger.database import transaction
from ledger.outbox.alarms import standing_alarms
from reports.figures.sources import name_of
from settings import settings

router = api_router("operations")

_ALARMS_SHOWN = 200


@router.get("/v1/running", summary="运行情况", responses=problems())
def get_running(caller: CurrentCaller) -> RunningOut:
    """未解除的告警(最多 200 项)、排队的核验、工作进程、数据共享来源、各出具单位的队列、台账的大小、保管期限届满的。不含个人信息。"""
    now = settings().now()
    with transaction() as session:
        alarms = standing_alarms(session)[:_ALARMS_SHOWN]
        sources, queues = running.sources(session, now=now), running.queues(session, now=now)
        numbers = {*(one.subject for one in alarms), *(one.number or "" for one in sources), *(one.oldest or "" for one in queues)}
        runs = watch.runs_of(session, numbers)
        size, tables = running.tables(session)
        return RunningOut(
            at=now,
            alarms=[
                AlarmOut(
                    kind=one.kind,
                    title=TITLES.get(one.kind, one.kind),
                    subject=one.subject,
                    message=one.message,
                    raised_at=one.raised_at,
                    mailed_at=one.mailed_at,
                    flow_run=runs.get(one.subject),
                )
                for one in alarms
            ],
            line=LineOut(**vars(running.line(session))),
            workers=[WorkerOut(**vars(one)) for one in running.workers(session)],
            sources=[SourceStandingOut(name=name_of(one.source), flow_run=runs.get(one.number or ""), **vars(one)) for one in sources],
            queues=[
                QueueOut(
                    unit=one.unit.code,
                    name=one.unit.name,
                    waiting=one.unit.waiting,
                    unclaimed=one.unit.unclaimed,
                    late=one.unit.late,
                    since=one.since,
                    oldest=one.oldest,
                    flow_run=runs.get(one.oldest or ""),
                )
                for one in queues
            ],
            size=size,
            tables=[TableSizeOut(**vars(one)) for one in tables],
            keeping=KeepingOut(**vars(running.keeping(session))),
        )
