"""索要证明 over HTTP (obligations 7.5, 16.2): asked before by a unit, told of by anybody else who works here."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from catalog.loading import proofs_named
from domain.demands import DemandTold
from domain.scope import not_listed
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import Since, Until, api_router, period, problems
from gateway.edge.paging import Paging
from gateway.edge.problems import Problem
from gateway.edge.schemas import NextCursor, SchemaOut
from gateway.edge.values import Code, Instant, PublicLine, SchemaIn, Sha256, fault
from gateway.edge.visibility import DEMANDS, is_own, whose
from ledger.database import transaction
from ledger.registers import demands
from ledger.registers.demands import Told
from ledger.tables.records import Demand
from settings import settings

router = api_router("registers")


class DemandIn(SchemaIn):
    """索要证明的登记。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"unit": "370402-PERMIT", "matter": "DEMO-0001", "proof": "P-HOUSEHOLD", "told_by": "applicant"}]}
    )

    unit: Annotated[Code, Field(description="索要的单位编码", examples=["370402-PERMIT"])]
    matter: Annotated[Code, Field(description="事项编码", examples=["DEMO-0001"])]
    proof: Annotated[Code | None, Field(description="证明编码;没有编码的填 proof_name", examples=["P-HOUSEHOLD"])] = None
    proof_name: Annotated[
        PublicLine | None, Field(description="材料名称,按索要的说法;与登记库的名称、别名、曾用名一致的自动对应编码", examples=["无房证明"])
    ] = None
    told_by: Annotated[
        DemandTold,
        Field(description="unit 本单位索要以前查询(不得索要的即予拦截),applicant 申请人反映,colleague 工作人员反映,system 业务系统发现"),
    ]
    demanded_at: Annotated[Instant | None, Field(description="索要的时间;省略为此刻")] = None
    evidence_sha256: Annotated[Sha256 | None, Field(description="凭证的 SHA-256")] = None

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        if (self.proof is None) == (self.proof_name is None):
            raise fault("请填写 proof 或者 proof_name,只填一项。")
        return self


class DemandOut(SchemaOut):
    """一次索要。"""

    id: Annotated[int, Field(description="序号")]
    recorded_at: datetime
    demanded_at: datetime
    unit: str
    matter: str
    proof: Annotated[str | None, Field(description="证明编码;null:登记库没有这种材料")]
    proof_name: Annotated[str | None, Field(description="材料名称,登记时以名称写明的")]
    told_by: DemandTold
    told_by_name: str
    listed: Annotated[bool, Field(description="索要时的清单列有这项证明,不得索要")]
    unlisted: Annotated[bool, Field(description="索要时的清单该事项没有这项证明,不得索要")]
    blocked: Annotated[bool, Field(description="索要以前已拦截")]
    evidence_sha256: str | None

    @classmethod
    def of(cls, row: Demand) -> DemandOut:
        return cls(
            id=row.serial,
            recorded_at=row.recorded_at,
            demanded_at=row.demanded_at,
            unit=row.unit,
            matter=row.matter,
            proof=row.proof,
            proof_name=row.paper,
            told_by=row.told_by,
            told_by_name=row.told_by.label,
            listed=row.listed,
            unlisted=row.unlisted,
            blocked=row.blocked,
            evidence_sha256=row.evidence_digest,
        )


class DemandsOut(SchemaOut):
    items: list[DemandOut]
    next_cursor: NextCursor


@router.post(
    "/v1/demands",
    status_code=201,
    summary="登记索要证明",
    responses=problems("demand_blocked", "demand_unlisted", "demand_refused", "demand_not_yours", "instant_in_future", body=True),
)
def record_demand(body: DemandIn, caller: CurrentCaller) -> DemandOut:
    """本单位(或其业务系统)向申请人索要证明以前查询:清单列有的答 409 demand_blocked,不得索要,改以核验取得;清单该事项没有这项证明的答
    409 demand_unlisted,不得索要;不适用的(第二条)、经批准索取的(5.8)答 201。
    申请人、工作人员、业务系统反映已经发生的索要也在此登记;索要时的清单列有的,作为线索(16.6),该事项没有的,作为线索(16.2);
    没有编码的材料以名称登记:登记库没有的,清单就没有。登记只增不改,不含当事人信息。"""
    with transaction() as session:
        if body.told_by is DemandTold.UNIT and not is_own(session, caller, body.unit):
            raise Problem("demand_not_yours")
        proof = demands.only_one(proofs_named(session, body.proof_name)) if body.proof_name else body.proof
        told = Told(body.unit, body.matter, proof, body.told_by, body.demanded_at, body.evidence_sha256, body.proof_name)
        kept = DemandOut.of(demands.record(session, told, now=settings().now(), actor=caller.actor))
    if kept.blocked:  # it is on the record all the same
        if kept.listed:
            raise Problem("demand_blocked")
        raise Problem("demand_unlisted", detail=not_listed().text, remedy=not_listed().remedy)
    return kept


@router.get("/v1/demands", summary="索要证明台账", responses=problems("invalid"))
def get_demands(caller: CurrentCaller, page: Paging, since: Since = None, until: Until = None) -> DemandsOut:
    """涉及本单位的,按序号;专班办公室和管理员看到全部单位的。"""
    with transaction() as session:
        found = demands.listed(session, whose(caller, DEMANDS), *period(since, until), page)
        return page.answer(DemandsOut, found, DemandOut.of)
