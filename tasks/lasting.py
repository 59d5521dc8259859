"""证明的延续 (obligation 11.1): each night the delivered proofs that are due get a timestamp over all that stands; each year again."""

from __future__ import annotations

import asyncio
from datetime import datetime
from uuid import UUID

from connectors import lasting
from connectors.lasting import NotExtended, Sources
from connectors.revocation_lists import addresses
from connectors.timestamps import servers_of
from ledger.database import transaction
from ledger.outbox.alarms import keep_alarms
from ledger.sealing import extensions
from ledger.sealing.extensions import Stage
from settings import settings, wall_clock
from tasks.steps import in_ledger_thread, step

ALARM = "proofs_not_extended"
_AT_ONCE = 100
_GIVEN_UP = 3  #: in a row: then no server answers or a list is missing, and the next night tries again
_ACTOR = "system:lasting"
_TOLD = (
    "{} 份证明没有取得后续时间戳({}):原有的时间戳不受影响,下一夜再试。"
    "请核对印章目录的 timestamps.txt、revocations.txt,或运行 ./run seals timestamps。"
)


@step("延续时间证明 extend proofs")
async def extend_proofs() -> int:
    """Every proof that is due, each in a transaction of its own, so that a killed run leaves nothing half done and a second one changes
    nothing. Gives how many. Without `revocations.txt` nothing is due."""
    folder = settings().seals_dir
    if not addresses(folder):
        return 0
    sources = await asyncio.to_thread(lasting.revocations, folder, wall_clock())
    done, failed, after, why = 0, 0, None, ""
    while page := await in_ledger_thread(_due, after):
        for at, proof in page:
            after = at, proof
            try:
                done += await _extended(proof, sources)
                failed = 0
            except NotExtended as error:
                failed, why = failed + 1, str(error)
            if failed == _GIVEN_UP:
                break
        if failed == _GIVEN_UP:
            break
    await in_ledger_thread(_tell, why)
    return done


async def _extended(proof: UUID, sources: Sources) -> bool:
    folder = settings().seals_dir
    before = await in_ledger_thread(_standing, proof)
    made = await asyncio.to_thread(lasting.extend, before.pdf, folder, servers_of(folder), sources)
    return await in_ledger_thread(_keep, before, Stage(made.appended, made.server, made.at, made.until))


def _due(after: tuple[datetime, UUID] | None) -> list[tuple[datetime, UUID]]:
    with transaction() as session:
        return extensions.due(session, wall=wall_clock(), after=after, limit=_AT_ONCE)


def _standing(proof: UUID) -> extensions.Standing:
    with transaction() as session:
        return extensions.standing(session, proof)


def _keep(before: extensions.Standing, stage: Stage) -> bool:
    with transaction() as session:
        return extensions.keep(session, before, stage, now=settings().now(), actor=_ACTOR)


def _tell(why: str) -> None:
    with transaction() as session:
        now = settings().now()
        waiting = len(extensions.due(session, wall=wall_clock(), after=None, limit=10_000)) if why else 0
        keep_alarms(session, ALARM, {"proofs": _TOLD.format(waiting, why)} if waiting else {}, now=now)
