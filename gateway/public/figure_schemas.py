"""公开数据: a week's figures as everybody reads them."""

from __future__ import annotations

from gateway.edge.schemas import SchemaOut


class PublicWeek(SchemaOut):
    """公开数据:小于 5 的数隐去,可据以推算的一并隐去。"""

    week: str
    label: str
    definitions: dict[str, str]
    units: list[dict[str, str]]
    totals: dict[str, str]
