"""保管期限到期: each thing is erased in a transaction of its own, so that a killed run leaves nothing half erased."""

from __future__ import annotations

from uuid import UUID

from ledger import retention
from ledger.database import transaction
from ledger.subject_access import looks, objections
from settings import settings
from tasks.steps import in_ledger_thread, step

_ACTOR = "system:retention"


@step("销毁已确认的 erase what was confirmed")
async def erase_confirmed() -> int:
    """Destroy the keys of what a person confirmed and nothing holds. Gives how many."""
    return sum([await in_ledger_thread(_erase, item) for item in await in_ledger_thread(_confirmed)])


@step("列出到期的 list what is due")
async def list_what_is_due() -> int:
    """Put on the list what became due. Gives how many are new."""
    return await in_ledger_thread(_list)


@step("清理本人查询码 tidy looks")
async def tidy_looks() -> None:
    """Looks that are older than the term find nobody any more."""
    await in_ledger_thread(_tidy)


@step("查看异议校核期限 watch objections")
async def watch_objections() -> None:
    """What was to be checked by now and is not, is told."""
    await in_ledger_thread(_watch)


def _confirmed() -> list[UUID]:
    with transaction() as session:
        return retention.confirmed(session)


def _erase(item: UUID) -> bool:
    at = settings()
    with transaction() as session:
        return retention.erase(session, item, at.retention(), now=at.now(), actor=_ACTOR)


def _list() -> int:
    at = settings()
    with transaction() as session:
        return retention.list_due(session, at.retention(), now=at.now())


def _tidy() -> None:
    at = settings()
    with transaction() as session:
        looks.tidy(session, at.retention(), now=at.now())


def _watch() -> None:
    with transaction() as session:
        objections.watch(session, now=settings().now())
