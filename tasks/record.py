"""台账存证, each minute: what was committed gets its place in the tree, and each hour has its signed head. Twice changes nothing."""

from __future__ import annotations

from ledger.database import transaction
from ledger.record import gathering, heads, mailing
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


@step("存证邮件 watch the heads' mails")
async def watch_head_mails() -> None:
    """Those that did not get through are an alarm; they are sent with all other notices (tasks.notify)."""
    await in_ledger_thread(_watch)


def _sign() -> None:
    """The head, and in the same transaction the mails that it owes."""
    at = settings()
    with transaction() as session:
        head = heads.keep(session, now=at.now())
        if head is not None:
            mailing.owe(session, head.at, at.record_keepers, now=at.now())


def _watch() -> None:
    with transaction() as session:
        mailing.watch(session, now=settings().now())
