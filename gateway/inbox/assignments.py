"""交办: who of the unit holds what, and the 督办员 who gives it to somebody (obligation 10.2)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field
from sqlalchemy.orm import Session

from domain.progress import Colour
from gateway.batches.schemas import reason_of
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging
from gateway.edge.schemas import NextCursor, Number, SchemaOut
from gateway.edge.values import Code, SchemaIn
from ledger.batches.inbox import each_by_itself
from ledger.calendars import duty, stand_ins
from ledger.casework import workload
from ledger.casework.workload import Held
from ledger.database import transaction
from ledger.inbox import assignments
from settings import settings

router = api_router("inbox")
MOST = 200  #: requests that one call gives: each is a transaction of its own


class LoadOut(SchemaOut):
    """一个人在办的申请。"""

    person: Annotated[str | None, Field(description="人员编码;null 为无人认领的")]
    name: str
    away: Annotated[bool, Field(description="此刻离岗")]
    open: Annotated[int, Field(description="在办的项数")]
    urgent: Annotated[int, Field(description="其中已超时、临近时限或者时限未定的")]
    late: Annotated[int, Field(description="其中已超时的")]


class HeldOut(SchemaOut):
    """一项申请在谁手上。不含当事人。"""

    id: UUID
    verification_number: Number
    proof_name: str
    requesting_unit: str
    received_at: datetime
    due_at: Annotated[datetime | None, Field(description="最早的时限,已超过的也在内;null 表示等待补正或没有时限")]
    colour: Colour
    colour_name: Annotated[str, Field(examples=["黄"])]
    resting: Annotated[bool, Field(description="等待补正,时限暂停")]
    claimed_by: Annotated[str | None, Field(description="认领人(人员编码)")]

    @classmethod
    def of(cls, one: Held) -> HeldOut:
        return cls(
            id=one.request.id,
            verification_number=one.request.verification,
            proof_name=one.proof_name,
            requesting_unit=one.requesting_unit,
            received_at=one.request.received_at,
            due_at=one.due_at,
            colour=one.colour,
            colour_name=one.colour.label,
            resting=one.resting,
            claimed_by=one.holder or None,
        )


class AssignmentsOut(SchemaOut):
    """本单位各人在办的申请。"""

    supervisor_now: Annotated[str | None, Field(description="此刻值守的督办员,只有其本人可以交办;null 表示缺岗")]
    stands_in_for: Annotated[str | None, Field(description="此刻的督办员为代理的,所代理的督办员")]
    people: Annotated[list[LoadOut], Field(description="无人认领的在最前,其余按人员编码")]
    items: Annotated[list[HeldOut], Field(description="时限最近的在前")]
    next_cursor: NextCursor


class AssignmentsIn(SchemaIn):
    """交办。"""

    requests: Annotated[list[UUID], Field(min_length=1, max_length=MOST, description="收件箱中的申请(id)")]
    person: Annotated[Code, Field(description="交给谁(本单位在岗的代办员、督办员,可以是本人)", examples=["demo-guangming-1"])]


class NotGiven(SchemaOut):
    id: UUID
    verification_number: Annotated[str | None, Field(description="核验编号;不是本单位的申请为 null")]
    code: Annotated[str, Field(examples=["already_answered"])]
    reason: Annotated[str | None, Field(description="为什么没有交出")]


class AssignmentsDone(SchemaOut):
    """逐项记录的交办。"""

    person: str
    given: Annotated[list[UUID], Field(description="已交出的")]
    unchanged: Annotated[list[UUID], Field(description="原来就由其认领的")]
    refused: Annotated[list[NotGiven], Field(description="没有交出的各项及原因")]


@router.get("/v1/inbox/assignments", summary="各人在办的申请", responses=problems("invalid"))
def get_assignments(
    caller: CurrentCaller,
    page: Paging,
    urgent: Annotated[bool, Query(description="true 只列已超时、临近时限或者时限未定的")] = False,
    holder: Annotated[str | None, Query(max_length=64, pattern=r"^[\w.\-]*$", description="只列此人认领的;空值为无人认领的")] = None,
) -> AssignmentsOut:
    """谁手上有多少、哪些已经超时或者临近时限。批次中的申请也在内。"""
    now = settings().now()
    with transaction() as session:
        found = workload.held(session, caller.unit, page, urgent=urgent, holder=holder, now=now)
        return AssignmentsOut(
            supervisor_now=duty.supervisor_at(session, caller.unit, now),
            stands_in_for=stand_ins.covered_at(session, caller.unit, now),
            people=[
                LoadOut(**vars(one) | {"person": one.person or None, "name": one.name or "无人认领"})
                for one in workload.loads(session, caller.unit, now=now)
            ],
            items=[HeldOut.of(one) for one in found.rows],
            next_cursor=page.cursor(found),
        )


@router.post("/v1/inbox/assignments", summary="交办", responses=problems("not_on_duty", "cannot_hold", body=True))
def assign_requests(body: AssignmentsIn, caller: CurrentCaller) -> AssignmentsDone:
    """由此刻值守的督办员(含代理)把申请交给本单位的一个人,同事已认领的也可以,原认领人会收到通知。每项各自记录:谁在何时交给谁;
    不能交出的(如已答复、所选人员已登记回避)逐项说明,不影响其余各项。"""
    with transaction() as session:
        assignments.may_receive(session, caller.unit, body.person, now=settings().now(), actor=caller.actor)
    moved: dict[UUID, bool] = {}

    def give(session: Session, one: UUID) -> None:
        moved[one] = assignments.give(session, one, caller.unit, body.person, now=settings().now(), actor=caller.actor)

    wanted = list(dict.fromkeys(body.requests))
    refused = each_by_itself(wanted, give)
    not_given = {one for one, _ in refused}
    with transaction() as session:
        numbers = assignments.numbers(session, caller.unit, not_given)
    return AssignmentsDone(
        person=body.person,
        given=[one for one in wanted if one not in not_given and moved[one]],
        unchanged=[one for one in wanted if one not in not_given and not moved[one]],
        refused=[
            NotGiven(id=one, verification_number=numbers.get(one), code=why.code, reason=reason_of(why.code, why.text or None))
            for one, why in refused
        ],
    )
