"""清单预览 as the API shows it: columns, first rows, what is unclear, what would change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from catalog.columns import label
from catalog.list_kinds import ListKind
from catalog.preview import ColumnRead, Preview, SheetRead, Unclear
from domain.list_rows import DraftLine, RowResult, Verdict
from gateway.catalog.list_schemas import FaultOut, MeantOut, RefusedFile, RowQuestion
from gateway.edge.schemas import SchemaOut
from gateway.edge.values import PublicLine, SchemaIn
from ledger.tables.catalog import CatalogQuestion


class ListColumnOut(SchemaOut):
    """报送人的一列。"""

    name: Annotated[str, Field(description="表头的写法")]
    field: Annotated[str | None, Field(description="认定为哪一项;null:没有用到")]
    field_name: str | None
    said: Annotated[bool, Field(description="true:报送人或专班办公室说明过这一列")]
    asked: Annotated[bool, Field(description="true:须先说明这一列,清单才能读取")]
    candidates: Annotated[list[MeantOut], Field(description="可能的所指")]

    @classmethod
    def of(cls, found: ColumnRead) -> ListColumnOut:
        return cls(
            name=found.name,
            field=found.field,
            field_name=label(found.field) if found.field else None,
            said=found.said,
            asked=found.asked,
            candidates=list(map(MeantOut.of, found.candidates)),
        )


class PreviewRow(SchemaOut):
    """一行:原样的各格,和读取的结果。"""

    line: Annotated[int, Field(description="原表行号")]
    verdict: Verdict | None
    verdict_name: Annotated[str, Field(description="空:这张表还没有读取")]
    cells: list[str]
    faults: list[FaultOut]
    questions: list[RowQuestion]

    @classmethod
    def of(cls, row: RowResult, *, read: bool) -> PreviewRow:
        return cls(
            line=row.line,
            verdict=row.verdict if read else None,
            verdict_name=row.verdict.label if read else "",
            cells=list(row.cells),
            faults=list(map(FaultOut.of, row.faults)),
            questions=list(map(RowQuestion.of, row.questions)),
        )


class PreviewSheet(SchemaOut):
    """一张工作表。"""

    name: str
    columns: list[ListColumnOut]
    missing: Annotated[list[str], Field(description="应有而没有的列")]
    refused: Annotated[str, Field(description="这张工作表为何不能读取或须等待;可以读取的为空")]
    rows: Annotated[list[PreviewRow], Field(description="前十行")]
    unheard: Annotated[list[str], Field(description="没有采用的文字:表中各行以外的话,没有据此改动任何一行")]

    @classmethod
    def of(cls, found: SheetRead, refused: str) -> PreviewSheet:
        refused = found.refused or refused
        return cls(
            name=found.name,
            columns=list(map(ListColumnOut.of, found.columns)),
            missing=list(found.missing),
            refused=refused,
            rows=[PreviewRow.of(row, read=not refused) for row in found.rows],
            unheard=list(found.unheard),
        )


class UnclearOut(SchemaOut):
    """一类不清楚的地方。"""

    code: Annotated[str, Field(description="问题的类别(topic),或问题代码")]
    name: Annotated[str, Field(description="问题的类别,或出问题的列")]
    count: Annotated[int, Field(description="不同的问题数")]
    rows: Annotated[int, Field(description="涉及几处")]
    examples: list[str]

    @classmethod
    def of(cls, code: str, found: Unclear) -> UnclearOut:
        return cls(code=code, name=found.what, count=len(found.subjects), rows=found.rows, examples=found.examples)


class PreviewChanges(SchemaOut):
    """与现行清单相比,这份清单涉及的条目会有几处变动。"""

    remove: Annotated[int, Field(description="减少")]
    alter: Annotated[int, Field(description="变更")]
    add: Annotated[int, Field(description="增加")]
    blocked: Annotated[int, Field(description="被清单规则拦截,不变动")]
    contradictions: Annotated[int, Field(description="与其他清单矛盾,须先确认以哪一份为准")]


class ListFieldOut(SchemaOut):
    """这种清单的一列。"""

    field: str
    name: str


class ListPreviewOut(SchemaOut):
    """清单预览;什么也没有保存。"""

    kind: ListKind
    kind_name: str
    refused: Annotated[RefusedFile | None, Field(description="文件整个不能读取的原因")]
    waits: Annotated[bool, Field(description="true:有列须先说明,说明之前报送的清单不起作用")]
    whole: Annotated[bool, Field(description="false:行数过多,只读了前 20000 行")]
    accepted: int
    asked: int
    refused_rows: int
    sheets: list[PreviewSheet]
    questions: Annotated[list[UnclearOut], Field(description="待确认的,按类")]
    faults: Annotated[list[UnclearOut], Field(description="退回修改的,按类")]
    changes: Annotated[PreviewChanges | None, Field(description="null:见 unchanged")]
    unchanged: Annotated[str, Field(description="为何没有或不能计算变动")]
    fields: Annotated[list[ListFieldOut], Field(description="说明列时可以选择的")]

    @classmethod
    def of(cls, kind: ListKind, found: Preview) -> ListPreviewOut:
        refused = found.refused.text + found.refused.remedy if found.refused else ""
        return cls(
            kind=kind,
            kind_name=kind.label,
            refused=RefusedFile.of(found.refused) if found.refused else None,
            waits=found.waits,
            whole=found.whole,
            accepted=found.counts.accepted,
            asked=found.counts.asked,
            refused_rows=found.counts.refused,
            sheets=[PreviewSheet.of(sheet, refused) for sheet in found.sheets],
            questions=[UnclearOut.of(code, one) for code, one in found.questions.items()],
            faults=[UnclearOut.of(code, one) for code, one in found.faults.items()],
            changes=_changes(found),
            unchanged=found.unchanged,
            fields=[ListFieldOut(field=field, name=label(field)) for field in sorted(kind.reads)],
        )


def _changes(found: Preview) -> PreviewChanges | None:
    if found.changes is None:
        return None
    counts = {line.value: found.changes[line] for line in DraftLine}
    return PreviewChanges(**counts, contradictions=found.contradictions)


def _as_one_line(name: object) -> object:
    """A cell of a header may have several lines; the preview gives it as it is."""
    return " ".join(name.split()) if isinstance(name, str) else name


class ListColumnIn(SchemaIn):
    """一列是什么。"""

    name: Annotated[PublicLine, BeforeValidator(_as_one_line), Field(description="表头的写法,同预览中的 name", examples=["核实方式"])]
    field: Annotated[
        str | None,
        Field(max_length=40, pattern="^[a-z_]*$", description="是哪一项(预览的 fields);空文字:不使用;null:撤回说明", examples=["methods"]),
    ]


class SaidColumnOut(SchemaOut):
    """说明过的一列。"""

    name: Annotated[str, Field(description="清单种类和表头的写法", examples=["证明事项清单:核实方式"])]
    field: Annotated[str, Field(description="是哪一项;空文字:不使用")]
    field_name: str
    said_at: datetime | None
    said_by: str | None
    for_all: Annotated[bool, Field(description="true:对全部单位的清单有效")]


class SaidColumnsOut(SchemaOut):
    items: list[SaidColumnOut]

    @classmethod
    def of(cls, rows: Iterable[CatalogQuestion]) -> SaidColumnsOut:
        return cls(
            items=[
                SaidColumnOut(
                    name=row.subject,
                    field=row.answer or "",
                    field_name=label(row.answer) if row.answer else "不使用",
                    said_at=row.answered_at,
                    said_by=row.answered_by,
                    for_all=row.for_all,
                )
                for row in rows
            ]
        )
