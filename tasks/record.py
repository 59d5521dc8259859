"""台账存证, each minute: what was committed gets its place in the tree, and each hour has its signed head. Twice changes nothing."""

from __future__ import annotations

from ledger.database import transaction
from ledger.record import gathering, heads
from settings import settings
from tasks.steps import in_ledger_thread, step

_BATCHES = 10  #: of a minute: some six seconds


@step("台账存证 gather the record")
async def gather_record() -> int:
    """How many events are new in the tree. Each batch is a transaction: a killed pass leaves whole ones.

    What is left over, as after an upgrade, is the next minute's: nothing else of this one waits for it.
    """
    gathered = 0
    for _ in range(_BATCHES):
        if (found := await in_ledger_thread(_gather)) is None:
            break
        gathered += found
        if found < gathering.AT_ONCE:
            await in_ledger_thread(_sign)
            break
    return gathered


def _gather() -> int | None:
    with transaction() as session:
        return gathering.gather(session)


def _sign() -> None:
    with transaction() as session:
        heads.keep(session, now=settings().now())
