"""公布的清单 as everybody reads it: no codes of the system's own, no people."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from domain.listing import ChangeKind
from domain.methods import Method
from gateway.catalog.proposal_schemas import VersionOut
from gateway.edge.schemas import Named, SchemaOut


class ListedEntry(SchemaOut):
    """清单的一个条目:一个事项的一项证明。"""

    unit: Annotated[Named, Field(description="办事单位")]
    matter: Annotated[Named, Field(description="事项")]
    proof: Annotated[Named, Field(description="证明")]
    paperless: Annotated[bool, Field(description="true:不用提交")]
    methods: Annotated[list[Method], Field(description="免提交的核验方式,按先后")]
    method_names: Annotated[list[str], Field(examples=[["数据共享", "部门核验"]])]
    issuing_unit: Annotated[Named | None, Field(description="证明出具单位")]
    basis: Annotated[str, Field(description="设定依据")]
    excluded: Annotated[str | None, Field(description="不适用“无证明办事”的原因")]


class PublishedList(SchemaOut):
    """一版清单。版本一经公布不再改变;单位名称为现名。"""

    version: VersionOut
    entries: list[ListedEntry]


class PublishedVersion(VersionOut):
    """历次公布的一版。"""

    previous: Annotated[int, Field(description="上一版;0 为首次公布之前")]


class PublishedVersions(SchemaOut):
    """历次公布,最新的在前。"""

    items: list[PublishedVersion]


class ListedChange(SchemaOut):
    """两版之间的一处变动。"""

    kind: ChangeKind
    kind_name: Annotated[str, Field(description="减少、变更、增加")]
    lines: Annotated[list[str], Field(description="变动的内容")]
    before: ListedEntry | None
    after: ListedEntry | None


class ChangeLog(SchemaOut):
    """两版之间的变动。"""

    first: Annotated[int, Field(description="从第几版;0 为首次公布之前")]
    second: Annotated[int, Field(description="到第几版")]
    changes: list[ListedChange]
