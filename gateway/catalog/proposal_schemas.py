"""清单编制与调整 as the API shows them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from domain.adjusting import ProposalKind, ProposalStatus, Step
from gateway.catalog.draft_schemas import ChangeOut
from gateway.edge.schemas import NextCursor, SchemaOut
from ledger.catalog.change_tasks import KINDS
from ledger.catalog.coverage import Coverage, Missing
from ledger.tables.catalog import CatalogVersion, ChangeTask, Proposal, ProposalStep


class ProposalOut(SchemaOut):
    """一项清单编制或调整。"""

    id: UUID
    kind: ProposalKind
    kind_name: str
    unit: str
    drafted_by: Annotated[str, Field(description="起草单位")]
    standing: ProposalStatus
    standing_name: str
    reason: str
    reason_date: date | None
    document: str
    law_change: Annotated[int | None, Field(description="所对应的法规变动登记册序号")]
    drafted_at: datetime
    due_at: Annotated[datetime | None, Field(description="最迟报送时间(三个工作日);null 为清单编制、尚未报送或未定")]
    undetermined_year: Annotated[int | None, Field(description="报送期限未定:这一年的工作日历尚未录入")]
    reported_at: datetime | None
    late: Annotated[bool | None, Field(description="是否逾期报送")]
    base: Annotated[int, Field(description="起草时的清单版本")]
    version: Annotated[int | None, Field(description="公布在第几版")]
    change_count: int

    @classmethod
    def of(cls, row: Proposal) -> ProposalOut:
        return cls(**cls._values(row))

    @staticmethod
    def _values(row: Proposal) -> dict[str, Any]:
        return {
            "id": row.id,
            "kind": row.kind,
            "kind_name": row.kind.label,
            "unit": row.unit,
            "drafted_by": row.drafted_by,
            "standing": row.standing,
            "standing_name": row.standing.label,
            "reason": row.reason,
            "reason_date": row.reason_date,
            "document": row.document,
            "law_change": row.law_change,
            "drafted_at": row.drafted_at,
            "due_at": row.due_at,
            "undetermined_year": row.missing_year,
            "reported_at": row.reported_at,
            "late": row.late,
            "base": row.base,
            "version": row.version,
            "change_count": len(row.changes),
        }


class StepOut(SchemaOut):
    """办理经过的一步。"""

    step: Step
    step_name: str
    at: datetime
    person: str
    unit: str
    record: Annotated[dict[str, Any], Field(description="研究记录、理由或版本号")]

    @classmethod
    def of(cls, row: ProposalStep) -> StepOut:
        return cls(step=row.step, step_name=row.step.label, at=row.at, person=row.person, unit=row.unit, record=row.record)


class WholeProposal(ProposalOut):
    """一项清单编制或调整,连同变动和办理经过。"""

    changes: list[ChangeOut]
    steps: list[StepOut]

    @classmethod
    def with_steps(cls, row: Proposal, steps: Iterable[ProposalStep]) -> WholeProposal:
        changes = [ChangeOut.of(change) for change in row.changes]
        return cls(**cls._values(row), changes=changes, steps=[StepOut.of(step) for step in steps])


class ProposalsOut(SchemaOut):
    items: list[ProposalOut]
    next_cursor: NextCursor


class VersionOut(SchemaOut):
    """公布的清单版本。"""

    number: int
    published_at: datetime
    document: str
    digest: Annotated[str, Field(description="全部条目的 SHA-256")]

    @classmethod
    def of(cls, row: CatalogVersion) -> VersionOut:
        return cls(number=row.number, published_at=row.published_at, document=row.document, digest=row.digest)


class TaskOut(SchemaOut):
    """公布之后的一项更新任务。"""

    id: UUID
    version: int
    matter: str
    unit: str
    what: Annotated[str, Field(description="process 调整办理流程,guide 更新网上办事要素和办事指南")]
    what_name: str
    made_at: datetime
    done_at: datetime | None
    done_by: str | None
    note: str | None

    @classmethod
    def of(cls, row: ChangeTask) -> TaskOut:
        return cls(
            id=row.id,
            version=row.version,
            matter=row.matter,
            unit=row.unit,
            what=row.what,
            what_name=KINDS[row.what],
            made_at=row.made_at,
            done_at=row.done_at,
            done_by=row.done_by,
            note=row.note,
        )


class TasksOut(SchemaOut):
    items: list[TaskOut]
    next_cursor: NextCursor


class Share(SchemaOut):
    """分子和分母。"""

    part: Annotated[int, Field(description="分子")]
    whole: Annotated[int, Field(description="分母")]


class MissingUnit(SchemaOut):
    """没有清单的单位。"""

    code: str
    name: str
    drafting_unit: str | None


class MissingProof(SchemaOut):
    """清单没有列入、却被申请核验或由申请人提供的证明(线索,由人判断)。"""

    matter: str
    proof: str
    refused: Annotated[int, Field(description="因清单未列而不予受理的核验")]
    handed_in: Annotated[int, Field(description="申请人主动提供的次数")]
    last_at: datetime

    @classmethod
    def of(cls, found: Missing) -> MissingProof:
        return cls(**vars(found))


class UnconnectedDatabase(SchemaOut):
    """尚未接入的数据库。"""

    code: str
    name: str
    owner: str
    note: str


class CommitmentWithoutText(SchemaOut):
    """应当采取告知承诺而没有承诺书文本的条目:录入文本以前不能出示,转下一种核验方式。"""

    matter: str
    proof: str
    unit: Annotated[str, Field(description="办事单位")]
    commitment_basis: Annotated[str, Field(description="应当采取告知承诺的依据")]


class CoverageOut(SchemaOut):
    """清单覆盖情况。每个数字都有分子和分母。"""

    units: Annotated[Share, Field(description="有清单的单位 / 应参加改革并且有事项的单位")]
    databases: Annotated[Share, Field(description="已接入的数据库 / 全部数据库")]
    commitments: Annotated[Share, Field(description="有承诺书文本的条目 / 应当采取告知承诺的条目")]
    units_without_list: list[MissingUnit]
    missing_proofs: list[MissingProof]
    unconnected_databases: list[UnconnectedDatabase]
    commitments_without_text: list[CommitmentWithoutText]

    @classmethod
    def of(cls, found: Coverage) -> CoverageOut:
        return cls(
            units=Share(part=found.with_list, whole=found.units),
            databases=Share(part=found.connected, whole=found.databases),
            commitments=Share(part=found.commitments - len(found.without_text), whole=found.commitments),
            units_without_list=[MissingUnit(code=one.code, name=one.name, drafting_unit=one.drafting_unit) for one in found.without_list],
            missing_proofs=[MissingProof.of(one) for one in found.missing],
            unconnected_databases=[
                UnconnectedDatabase(code=one.code, name=one.name, owner=one.owner, note=one.note) for one in found.unconnected
            ],
            commitments_without_text=[
                CommitmentWithoutText(matter=one.matter, proof=one.proof, unit=one.unit, commitment_basis=one.commitment_basis)
                for one in found.without_text
            ],
        )
