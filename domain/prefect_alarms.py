"""告警 that work stands, about Prefect and clocks: their kinds, and what each obstacle holds back."""

from __future__ import annotations

from enum import Enum

BLOCKED = "prefect_blocked"  #: something is switched off there
MADE_ANEW = "prefect_made_anew"  #: something was deleted or changed there, and made anew
RUNS_REPLACED = "prefect_runs_replaced"  #: runs of open verifications were deleted or ended by hand
AWAY = "prefect_away"
NOT_BEGUN = "not_begun"
CLOCK_OFF = "clock_off"  #: a process's clock differs from the database's, so that it writes nothing legal

#: What a machine that watches must call ill: the work stands, or may stand.
ILL = frozenset({BLOCKED, AWAY, NOT_BEGUN, CLOCK_OFF})


class Holding(Enum):
    """What is held back, in words."""

    ALL = "等候中的核验和例行维护停止推进"
    CASES = "等候中的核验停止推进"
    BATCHES = "批次停止推进"
    UPKEEP = "例行维护停止推进"
