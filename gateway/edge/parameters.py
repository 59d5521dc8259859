"""What stands in addresses of several rooms: one type for each."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path

Number = Annotated[str, Path(max_length=40, description="核验编号", examples=["HY202603047K3M9QXT"])]
RequestId = Annotated[UUID, Path(description="核验申请的编号(收件箱中的 id)")]
UnitCode = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[\w.\-]+$", description="单位编码", examples=["370402-PERMIT"])]
VersionNumber = Annotated[int, Path(ge=1, le=1_000_000, description="清单版本", examples=[1])]
