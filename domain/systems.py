"""业务系统 (obligations 8.1, 8.2): at which level one was built decides how it takes part."""

from __future__ import annotations

from enum import StrEnum


class SystemLevel(StrEnum):
    """建设层级. Departments' own systems are to be connected (obligation 8.1); what was built above the city is not ours to connect:
    its business obtains proofs through this system, and the case says from where it came (obligation 8.2)."""

    DISTRICT = "district"
    CITY = "city"
    PROVINCE = "province"
    NATION = "nation"

    @property
    def label(self) -> str:
        return {"district": "区级", "city": "市级", "province": "省级", "nation": "国家级"}[self.value]

    @property
    def above(self) -> bool:
        """省级以上."""
        return self in (SystemLevel.PROVINCE, SystemLevel.NATION)
