"""查询限制, as the 专班 office and operators read it: whose, by how many answers, who lifted it and why."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from domain.mismatch_rate import Asker
from gateway.edge.schemas import NextCursor, SchemaOut
from gateway.edge.values import PublicLine, SchemaIn
from ledger.tables.admission import LookupBlock


class LookupBlockOut(SchemaOut):
    """一项查询限制。"""

    id: int
    asker: Annotated[Asker, Field(description="限制谁:person 人员,system 业务系统,unit 单位的全部密钥")]
    asker_name: str
    holder: Annotated[str, Field(description="人员、系统或单位的编码")]
    unit: str
    since: datetime
    verification_number: Annotated[str, Field(description="达到限度的那项核验")]
    differing: Annotated[int, Field(description="不符的次数")]
    right: Annotated[int, Field(description="同期相符的当事人数")]
    lifted_at: datetime | None
    lifted_by: str | None
    lifted_why: str | None

    @classmethod
    def of(cls, row: LookupBlock) -> LookupBlockOut:
        return cls(
            id=row.id,
            asker=row.asker,
            asker_name=row.asker.label,
            holder=row.holder,
            unit=row.unit,
            since=row.since,
            verification_number=row.verification,
            differing=row.differing,
            right=row.right,
            lifted_at=row.lifted_at,
            lifted_by=row.lifted_by,
            lifted_why=row.lifted_why,
        )


class LookupBlocksOut(SchemaOut):
    items: list[LookupBlockOut]
    next_cursor: NextCursor


class BlockLiftIn(SchemaIn):
    """解除查询限制。"""

    reason: Annotated[PublicLine, Field(description="查明的情况和决定的依据;不得含个人信息", examples=["窗口扫描枪故障,已更换"])]
