"""本单位: who calls, what its unit has and may ask, as the API shows them. No persons' data."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from domain.lifecycle import ENDED, State
from domain.limits import HandlingType
from domain.methods import Method, Result
from domain.roles import Role
from gateway.edge.schemas import Named, NextCursor, Number, SchemaOut
from ledger.tables.cases import Case
from ledger.tables.catalog import Entry
from ledger.tables.verifications import Verification


class RoleOut(SchemaOut):
    role: Role
    name: Annotated[str, Field(examples=["代办员"])]

    @classmethod
    def of(cls, role: Role) -> RoleOut:
        return cls(role=role, name=role.label)


class MeOut(SchemaOut):
    """经办人。"""

    person: Annotated[str, Field(description="人员编码", examples=["demo-permit-1"])]
    name: str
    unit: Named
    roles: list[RoleOut]
    system: Annotated[str | None, Field(description="所用业务系统的编码;null 为人员自己的密钥")]
    may: Annotated[list[str], Field(description="可以使用的接口(operationId)")]


class UnitsToAsk(SchemaOut):
    items: list[Named]
    next_cursor: NextCursor


class CaseLine(SchemaOut):
    """办件(不含当事人)。"""

    case_number: str
    matter: Named
    handling: HandlingType
    accepted_at: datetime
    promise_end: datetime | None
    registered_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, case: Case, matter_name: str) -> CaseLine:
        return cls(
            case_number=case.number,
            matter=Named(code=case.matter, name=matter_name),
            handling=case.handling,
            accepted_at=case.accepted_at,
            promise_end=case.promise_end,
            registered_at=case.registered_at,
            closed_at=case.closed_at,
        )


class CasesOut(SchemaOut):
    items: list[CaseLine]
    next_cursor: NextCursor


class VerificationLine(SchemaOut):
    """核验(不含当事人和结论内容)。"""

    number: Number
    case_number: str
    matter: Named
    proof_kind: Named
    state: State
    state_name: Annotated[str, Field(examples=["等待出具单位"])]
    ended: bool
    method: Method | None
    result: Annotated[Result | None, Field(description="结论;送达后才有")]
    filed_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, row: Verification, entry: Entry, case_number: str) -> VerificationLine:
        return cls(
            number=row.number,
            case_number=case_number,
            matter=Named(code=entry.matter, name=entry.matter_name),
            proof_kind=Named(code=entry.proof, name=entry.proof_name),
            state=row.state,
            state_name=row.state.label,
            ended=row.state in ENDED,
            method=row.method,
            result=row.result if row.state is State.DELIVERED else None,
            filed_at=row.filed_at,
            ended_at=row.ended_at,
        )


class VerificationsOut(SchemaOut):
    items: list[VerificationLine]
    next_cursor: NextCursor


class InboxCountsOut(SchemaOut):
    """收件箱的数量。"""

    open: Annotated[int, Field(description="待办")]
    unclaimed: Annotated[int, Field(description="其中无人认领的")]
    mine: Annotated[int, Field(description="其中本人认领的")]
    overdue: Annotated[int, Field(description="其中已超时的,原则上的时限在内")]
    overdue_hard: Annotated[int, Field(description="其中已过最迟时限或者督办时限的")]
    resting: Annotated[int, Field(description="其中等待补正的")]
