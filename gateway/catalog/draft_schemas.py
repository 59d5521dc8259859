"""草案 as the API shows it: what the lists together would change, unit by unit, and what the rules keep out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain.blocking import Block, Blocked
from domain.list_rows import DraftLine
from domain.list_rows import DraftSource as ListOfDraft
from domain.listing import Change, ChangeKind, described
from gateway.edge.schemas import Named, NextCursor, SchemaOut
from ledger.tables.catalog import CatalogDraft


class ChangeOut(SchemaOut):
    """一处变动。"""

    kind: ChangeKind
    kind_name: Annotated[str, Field(examples=["变更"])]
    matter: Named
    proof: Named
    lines: Annotated[list[str], Field(description="变动的内容", examples=[["有效天数:30 → 60"]])]

    @classmethod
    def of(cls, change: Change) -> ChangeOut:
        entry = change.entry
        return cls(
            kind=change.kind,
            kind_name=change.kind.label,
            matter=Named(code=entry.matter, name=entry.matter_name),
            proof=Named(code=entry.proof, name=entry.proof_name),
            lines=described(change),
        )


class DraftBlock(SchemaOut):
    """规则的一处意见。"""

    code: Annotated[str, Field(examples=["no_basis"])]
    obligation: str
    text: str
    remedy: str

    @classmethod
    def of(cls, found: Block) -> DraftBlock:
        return cls(code=found.code, obligation=found.obligation, text=found.text, remedy=found.remedy)


class RowPlace(SchemaOut):
    """在哪份清单的哪一行。"""

    source: str
    sheet: int
    line: int


class BlockedOut(SchemaOut):
    """被规则拦截的条目。"""

    matter: Named
    proof: Named
    standing: Annotated[bool, Field(description="true:现行清单已列有,须处理")]
    blocks: list[DraftBlock]
    rows: list[RowPlace]

    @classmethod
    def of(cls, found: Blocked) -> BlockedOut:
        return cls(
            matter=Named(code=found.matter, name=found.matter_name),
            proof=Named(code=found.proof, name=found.proof_name),
            standing=found.standing,
            blocks=[DraftBlock.of(block) for block in found.blocks],
            rows=[RowPlace(source=row.source, sheet=row.sheet, line=row.line) for row in found.rows],
        )


class DraftUnit(SchemaOut):
    """一个单位的变动和拦截。"""

    unit: str
    unit_name: str
    changes: list[ChangeOut]
    blocked: list[BlockedOut]


class UnitCounts(SchemaOut):
    """草案中一个单位有几处。"""

    unit: str
    unit_name: str
    counts: Annotated[dict[ChangeKind, int], Field(description="变动的件数")]
    blocked_count: Annotated[int, Field(description="拦截的件数")]


class DraftSource(SchemaOut):
    """参与重建的一份清单。"""

    key: str
    name: str
    kind: str
    unit: str | None
    files: Annotated[int, Field(description="0 尚未报送")]
    unreadable: Annotated[int, Field(description="1 文件不能读取")] = 0
    accepted: int = 0
    asked: int = 0
    refused: int = 0

    @classmethod
    def of(cls, found: ListOfDraft) -> DraftSource:
        return cls(
            key=found.key,
            name=found.name,
            kind=found.kind,
            unit=found.unit,
            files=found.files,
            unreadable=found.unreadable,
            accepted=found.accepted,
            asked=found.asked,
            refused=found.refused,
        )


class DraftOut(SchemaOut):
    """草案。变动和拦截按单位、事项、证明排列,一并分页。"""

    id: UUID
    base: Annotated[int, Field(description="对照的清单版本;0 为首次公布之前")]
    stale: Annotated[bool, Field(description="true:此后已公布新的版本,应重新重建")]
    made_at: datetime
    checked_at: Annotated[datetime, Field(description="最近一次重建得到同样结果的时间")]
    counts: Annotated[dict[ChangeKind, int], Field(description="变动的件数(所能查看的单位)")]
    blocked_count: Annotated[int, Field(description="拦截的件数")]
    by_unit: Annotated[list[UnitCounts], Field(description="所能查看的每个单位有几处,不论查询条件和分页")]
    units: list[DraftUnit]
    sources: list[DraftSource]
    next_cursor: NextCursor

    @classmethod
    def of(
        cls,
        row: CatalogDraft,
        counts: Mapping[str, Mapping[DraftLine, int]],
        asked: Collection[str],
        shown: Sequence[Change | Blocked],
        names: Mapping[str, str],
        sources_of: Collection[str] | None,
        next_cursor: str | None,
        current: int,
    ) -> DraftOut:
        """`counts`: what it says of each unit that the caller sees, `names` of these; `asked`: those of which `shown` is a page, sorted
        by unit; `sources_of`: whose lists are named; None: all."""

        total = sum((Counter(its) for unit, its in counts.items() if unit in asked), Counter[DraftLine]())
        of_units = {code: list(lines) for code, lines in groupby(shown, key=_unit)}
        return cls(
            id=row.id,
            base=row.base,
            stale=row.base != current,
            made_at=row.made_at,
            checked_at=row.checked_at,
            counts=_of_kinds(total),
            blocked_count=total[DraftLine.BLOCKED],
            by_unit=[
                UnitCounts(unit=unit, unit_name=names[unit], counts=_of_kinds(its), blocked_count=its.get(DraftLine.BLOCKED, 0))
                for unit, its in counts.items()
            ],
            units=[
                DraftUnit(
                    unit=code,
                    unit_name=names[code],
                    changes=[ChangeOut.of(one) for one in lines if isinstance(one, Change)],
                    blocked=[BlockedOut.of(one) for one in lines if isinstance(one, Blocked)],
                )
                for code, lines in of_units.items()
            ],
            sources=[DraftSource.of(one) for one in row.sources if sources_of is None or one.unit in sources_of],
            next_cursor=next_cursor,
        )


def _of_kinds(counts: Mapping[DraftLine, int]) -> dict[ChangeKind, int]:
    return {kind: counts.get(DraftLine(kind.value), 0) for kind in ChangeKind}


def _unit(found: Change | Blocked) -> str:
    return found.entry.unit if isinstance(found, Change) else found.unit
