"""核验编号: the number of a verification, the only thing about it that crosses the queue.

`HY`, the local day, and eight random characters without look-alikes (Crockford's alphabet): short enough to read
out on the telephone, too large to guess, and it says nothing about the person.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta, timezone

from domain.limits import aware

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PATTERN = rf"^HY[0-9]{{8}}[{ALPHABET}]{{8}}$"  # not \d: it takes every script's digits
_CHINA = timezone(timedelta(hours=8))  # 北京时间 has no daylight saving; no zone database needed here


def new_number(now: datetime, prefix: str = "HY") -> str:
    """A fresh number for a verification filed at `now` (aware); TS for a complaint, XS for a lead."""
    day = aware(now).astimezone(_CHINA).strftime("%Y%m%d")
    return f"{prefix}{day}" + "".join(secrets.choice(ALPHABET) for _ in range(8))


def is_number(text: str) -> bool:
    """True where `text` has the form of a verification number (not whether such a verification exists)."""
    return re.fullmatch(PATTERN, text) is not None
