"""一天 as files write it."""

from __future__ import annotations

import re
from datetime import date, timedelta

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?( 00:00:00)?", re.ASCII)
_FIRST_DAY = date(1899, 12, 30)  #: from which a spreadsheet counts its days


def day_of(text: str) -> date | None:
    """2026-03-01, 2026/3/1, 2026年3月1日, or the number under which a spreadsheet keeps a day; None: nothing is written. Raises ValueError,
    with what to say of it."""
    if not text:
        return None
    parts = _DAY.fullmatch(text)
    try:
        return date(*map(int, parts.groups()[:3])) if parts else _FIRST_DAY + timedelta(days=int(text[:6]))
    except ValueError:
        raise ValueError(f"“{text}”不是日期") from None
