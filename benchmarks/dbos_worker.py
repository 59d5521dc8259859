"""The named peer: DBOS workflows over the same steps, calling the same ledger, sources and seal, in place of our worker.

`python -m benchmarks.dbos_worker PACKAGES DATABASE_URL`, with the environment of a service. PACKAGES is a folder with DBOS,
which is no dependency of ours; its packages stand behind our own. What was filed is taken from the ledger as our worker
takes it, eight at a time, and each becomes a workflow with a step for each step of `flows/verification.py`.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

sys.path.append(sys.argv[1])

from dbos import DBOS, DBOSConfig, SetWorkflowID

from ledger.database import transaction
from ledger.lifecycle import leases
from ledger.lifecycle.moves import Lease
from ledger.listen_notify import WAKE_CHANNEL, Listener
from runtime.worker.first_passes import _take
from settings import settings
from tasks import passes
from tasks.deliver import deliver
from tasks.look_up import look_up_share, sources
from tasks.sealing import seal, seals
from tasks.steps import in_ledger_thread

_about: dict[str, tuple[Lease, Any]] = {}


def _within(number: str) -> None:
    lease, hand = _about[number]
    passes.current_lease.set(lease)
    passes._hand.set(hand)


@DBOS.step()
async def look_up_step(number: str) -> str:
    _within(number)
    return str((await look_up_share.alone(number)).state)


@DBOS.step()
async def seal_step(number: str) -> None:
    _within(number)
    await seal.alone(number)


@DBOS.step()
async def deliver_step(number: str) -> str:
    _within(number)
    return str((await deliver.alone(number)).state)


@DBOS.step()
async def give_back_step(number: str) -> None:
    lease, _ = _about.pop(number)
    await in_ledger_thread(_release, lease)


@DBOS.workflow()
async def verify(number: str) -> str:
    await look_up_step(number)
    await seal_step(number)
    state = await deliver_step(number)
    await give_back_step(number)
    return state


def _release(lease: Lease) -> None:
    with transaction(technical=True) as session:
        leases.release(session, lease)


async def _work() -> None:
    woken, loop = asyncio.Event(), asyncio.get_running_loop()
    Listener((WAKE_CHANNEL,), lambda *_: loop.call_soon_threadsafe(woken.set)).start()
    running: set[asyncio.Task[Any]] = set()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        room = settings().worker_limit - len(running)
        for new in await in_ledger_thread(_take, room) if room > 0 else []:
            number = new.fresh.lease.number
            _about[number] = new.fresh.lease, passes.Hand(new.fresh.lease, new.about)
            with SetWorkflowID(number):
                handle = await DBOS.start_workflow_async(verify, number)
            task = asyncio.ensure_future(handle.get_result())
            running.add(task)
            task.add_done_callback(lambda done: (running.discard(done), woken.set()))
        woken.clear()
        try:
            await asyncio.wait_for(woken.wait(), 1)
        except TimeoutError:
            pass


async def _main() -> None:
    sources(), seals()
    config: DBOSConfig = {"name": "proofless-peer", "system_database_url": sys.argv[2], "run_admin_server": False, "log_level": "ERROR"}
    DBOS(config=config)
    DBOS.launch()
    await _work()


if __name__ == "__main__":
    asyncio.run(_main())
