"""电子印章: the two seals of article 9, and nothing else that could be sealed with (obligations 9.1, 9.2, 9.5)."""

from __future__ import annotations

from enum import StrEnum


class SealKind(StrEnum):
    """Which seal a proof bears. The method that produced the content decides, never the caller (reading 15)."""

    SHARE = "share"  #: 证照数据共享查询核验专用章: content from shared data (obligation 9.1)
    ISSUER = "issuer"  #: 电子证明核实信息专用章: content from the issuing unit (obligation 9.2)
