"""限额、查询限制 in the gateway's words. What a call does is counted in the ledger, for all processes and through restarts
(`ledger.lifecycle.admission`); how many calls come is counted in `gateway.edge.quotas`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from domain.instants import written
from domain.mismatch_rate import Asker
from gateway.edge.problems import Problem
from ledger.lifecycle.admission import LookupsBlocked, QuotaSpent
from settings import settings


@contextmanager
def admitted(now: datetime) -> Iterator[None]:
    """What `ledger.lifecycle.admission` refuses becomes a Problem: 429 with the seconds until the window ends, or 403."""
    try:
        yield
    except QuotaSpent as spent:
        ends = settings().wall(spent.until) - settings().wall(now)
        said = f"{spent.whose.chinese}{spent.quota.window.chinese}{spent.deed.chinese}以 {spent.quota.limit} 件为限,已经达到。"
        raise Problem(
            "quota_spent", detail=said, headers={"Retry-After": str(max(1, math.ceil(ends.total_seconds())))},
            remedy=f"请在 {written(spent.until, '%Y-%m-%d %H:%M')} 以后再试;办理确需更多的,请工作专班办公室联系运维人员调整限额。",
        ) from None  # fmt: skip
    except LookupsBlocked as blocked:
        whose = "本单位" if blocked.asker is Asker.UNIT else f"这个{blocked.asker.chinese}的密钥"
        raise Problem(
            "lookups_blocked", detail=f"{whose}近期查询的姓名与证件号码不符过多,发起核验已暂停(查询限制 {blocked.block})。",
            obligation="15.4", facts={"block": blocked.block},
        ) from None  # fmt: skip
