"""平台故障区间: entered by the 专班 office, read by everybody whose limits it may move (reading 21)."""

from __future__ import annotations

from gateway.arrangements.outage_schemas import OutageIn, OutageOut, OutagesOut
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import Since, Until, api_router, period, problems
from ledger.calendars import outages
from ledger.database import transaction
from ledger.supervision import affected
from settings import settings

router = api_router("registers")


@router.post("/v1/outages", status_code=201, summary="登记平台故障", responses=problems("outage_refused", "must_recuse", body=True))
def record_outage(body: OutageIn, caller: CurrentCaller) -> OutagesOut:
    """登记平台故障的起止;时限说明中注明“平台原因”,是否扣除由本区规则决定,扣除的随之撤销由此造成的超时。
    起点相同的再次登记视为更正,原登记保留。"""
    now = settings().now()
    with transaction() as session:
        gone = outages.record(session, body.since, body.until, body.reason, now=now, actor=caller.actor)
        affected.after_outage(session, gone, now=now, actor=caller.actor)
        return OutagesOut(items=[OutageOut.of(row) for row in outages.listed(session, body.since, body.until)])


@router.get("/v1/outages", summary="平台故障区间", responses=problems("invalid"))
def get_outages(caller: CurrentCaller, since: Since = None, until: Until = None) -> OutagesOut:
    """人工登记的和系统自行发现的。"""
    with transaction() as session:
        return OutagesOut(items=[OutageOut.of(row) for row in outages.listed(session, *period(since, until))])
