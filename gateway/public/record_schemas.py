"""台账存证 as everybody reads it."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from gateway.edge.schemas import SchemaOut
from ledger.tables.record import RecordHead


class HeadOut(SchemaOut):
    """一次存证。"""

    at: datetime = Field(description="整点时刻")
    size: int = Field(description="台账当时共有多少条")
    root: str = Field(description="存证值:RFC 6962 默克尔树的根,十六进制")
    note: str = Field(description="签名的原文(C2SP checkpoint)")

    @classmethod
    def of(cls, row: RecordHead) -> HeadOut:
        return cls(at=row.at, size=row.size, root=row.root.hex(), note=row.note)


class RecordHeads(SchemaOut):
    """一天的台账存证,最新的在前。"""

    origin: str = Field(description="哪一份台账")
    key: str = Field(description="存证公钥,可用于 audit/verify.py --key")
    items: list[HeadOut]
