"""报送的清单 as the API shows them: what became of each, row by row, and what is still asked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from catalog.list_kinds import ListKind
from domain.list_rows import Candidate, Fault, FileFault, Question, SheetFound, Topic, Verdict
from gateway.edge.schemas import NextCursor, SchemaOut
from gateway.edge.values import Code, PublicLine, Remark, SchemaIn
from ledger.catalog.intake import SourceState
from ledger.tables.catalog import CatalogFile, CatalogReading, CatalogRow
from ledger.tables.kept import FACT

_STATUS = {"no_file": "尚未报送", "waiting": "等待读取", "refused": "无法读取", "read": "已读取"}


class FileOut(SchemaOut):
    """报送的文件。"""

    name: str
    digest: Annotated[str, Field(description="SHA-256")]
    received_at: datetime
    received_by: str

    @classmethod
    def of(cls, row: CatalogFile) -> FileOut:
        return cls(name=row.name, digest=row.digest, received_at=row.received_at, received_by=row.received_by)


class ReceivedOut(SchemaOut):
    """已收到。重建之后可以查看读取结果。"""

    source: str
    file: FileOut


class RefusedFile(SchemaOut):
    """文件整个不能读取的原因。"""

    code: Annotated[str, Field(examples=["password"])]
    text: str
    remedy: str

    @classmethod
    def of(cls, found: FileFault) -> RefusedFile:
        return cls(code=found.code, text=found.text, remedy=found.remedy)


class SheetOut(SchemaOut):
    """一张工作表。"""

    name: str
    header: list[str]
    unused: Annotated[list[str], Field(description="没有用到的列")]
    missing: Annotated[list[str], Field(description="应有而没有的列")]
    refused: Annotated[str, Field(description="这张工作表为何没有读取;已读取的为空")]
    unheard: Annotated[list[str], Field(description="没有采用的文字:表中各行以外的话,没有据此改动任何一行")]

    @classmethod
    def of(cls, found: SheetFound) -> SheetOut:
        return cls(
            name=found.name,
            header=list(found.header),
            unused=list(found.unused),
            missing=list(found.missing),
            refused=found.refused,
            unheard=list(found.unheard),
        )


class ReadingOut(SchemaOut):
    """最近一次读取的结果。"""

    read_at: datetime
    accepted: Annotated[int, Field(description="采用的行数")]
    asked: Annotated[int, Field(description="待确认的行数")]
    refused: Annotated[int, Field(description="退回修改的行数")]
    refused_file: Annotated[RefusedFile | None, Field(description="文件不能读取的原因")]
    sheets: list[SheetOut]

    @classmethod
    def of(cls, row: CatalogReading) -> ReadingOut:
        return cls(
            read_at=row.read_at,
            refused_file=RefusedFile.of(row.refused) if row.refused else None,
            sheets=[SheetOut.of(sheet) for sheet in row.sheets],
            accepted=row.counts.accepted,
            asked=row.counts.asked,
            refused=row.counts.refused,
        )


class SourceOut(SchemaOut):
    """一份按期报送的清单和它的处理情况。"""

    key: str
    name: str
    kind: ListKind
    kind_name: str
    unit: Annotated[str | None, Field(description="哪个单位的清单;null 为上级清单")]
    document: str
    complete: bool
    active: bool
    status: Annotated[str, Field(description="no_file 尚未报送,waiting 等待读取,refused 无法读取,read 已读取")]
    status_name: str
    file: FileOut | None
    reading: ReadingOut | None

    @classmethod
    def of(cls, state: SourceState) -> SourceOut:
        row, kind = state.source, ListKind(state.source.kind)
        status = "no_file" if state.file is None else "waiting" if state.is_waiting else "read"
        if status == "read" and state.reading is not None and state.reading.refused is not None:
            status = "refused"
        return cls(
            key=row.key,
            name=row.name,
            kind=kind,
            kind_name=kind.label,
            unit=row.unit,
            document=row.document,
            complete=row.complete,
            active=row.active,
            status=status,
            status_name=_STATUS[status],
            file=FileOut.of(state.file) if state.file else None,
            reading=ReadingOut.of(state.reading) if state.reading else None,
        )


class SourcesOut(SchemaOut):
    items: list[SourceOut]


class FaultOut(SchemaOut):
    """一处问题。"""

    code: str
    column: Annotated[str, Field(description="表中的列名")]
    text: str
    remedy: str
    blocks: Annotated[bool, Field(description="true:改正之前不采用这一行")]

    @classmethod
    def of(cls, found: Fault) -> FaultOut:
        return cls(code=found.code, column=found.column, text=found.text, remedy=found.remedy, blocks=found.blocks)


class MeantOut(SchemaOut):
    """可能的所指。"""

    code: str
    name: str
    confidence: float

    @classmethod
    def of(cls, found: Candidate) -> MeantOut:
        return cls(code=found.code, name=found.name, confidence=found.confidence)


class RowQuestion(SchemaOut):
    """这一行引出的待确认问题。"""

    topic: Topic
    topic_name: str
    subject: Annotated[str, Field(description="表中的写法")]
    why: str
    candidates: list[MeantOut]

    @classmethod
    def of(cls, found: Question) -> RowQuestion:
        return cls(
            topic=found.topic,
            topic_name=found.topic.label,
            subject=found.subject,
            why=found.why,
            candidates=list(map(MeantOut.of, found.candidates)),
        )


class RowOut(SchemaOut):
    """清单的一行和对它的处理。"""

    sheet: Annotated[int, Field(description="第几张工作表")]
    line: Annotated[int, Field(description="原表行号")]
    verdict: Verdict
    verdict_name: str
    cells: list[str]
    faults: list[FaultOut]
    questions: list[RowQuestion]
    matched: Annotated[dict[str, str], Field(description="各名称怎样认定为登记库中的单位、事项、证明")]
    fact: Annotated[dict[str, Any] | None, Field(description="采用的内容,以登记库的编码表示")]

    @classmethod
    def of(cls, row: CatalogRow) -> RowOut:
        verdict = Verdict(row.verdict)
        return cls(
            sheet=row.sheet,
            line=row.line,
            verdict=verdict,
            verdict_name=verdict.label,
            cells=row.cells,
            faults=list(map(FaultOut.of, row.faults)),
            questions=list(map(RowQuestion.of, row.questions)),
            matched=row.matched,
            fact=FACT.written(row.fact),
        )


class RowsOut(SchemaOut):
    items: list[RowOut]
    next_cursor: NextCursor


class RebuildOut(SchemaOut):
    """重建已启动。"""

    flow_run: Annotated[UUID, Field(description="流程运行编号,可在 Prefect 界面中查看进度")]


class SourceIn(SchemaIn):
    """一份按期报送的清单。"""

    name: Annotated[PublicLine, Field(description="清单名称", examples=["市中区司法局证明事项清单"])]
    kind: Annotated[
        ListKind,
        Field(
            description="proofs 证明事项清单,cancellations 取消的证明事项清单,matters 事项清单,commitments 告知承诺制证明事项清单,"
            "negative_community、negative_police 负面清单;proofs、cancellations 以外的由专班办公室登记"
        ),
    ]
    unit: Annotated[Code | None, Field(description="哪个单位的清单(单位编码);省略为本单位,专班办公室省略则为上级清单")] = None
    document: Annotated[Remark, Field(description="上级清单的依据:名称和文号", examples=["民发〔2020〕20号"])] = ""
    complete: Annotated[bool, Field(strict=True, description="true:是该单位的全部条目,清单中没有的视为减少")] = False
    active: Annotated[bool, Field(strict=True, description="false:停用,不再参与重建")] = True

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "市中区司法局证明事项清单", "kind": "proofs", "unit": "370402-JUSTICE", "complete": True}]}
    )
