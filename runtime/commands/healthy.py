"""Whether this container is well, as exit code 0 or 1.

`python -m runtime.commands.healthy http URL | worker | prefect-services | backup FOLDER HOURS`

Each asks for what the service is there for, not merely whether a process exists.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import urllib.request
from contextlib import suppress
from datetime import timedelta
from pathlib import Path


def main(arguments: list[str]) -> int:
    well = False
    with suppress(Exception):  # whatever keeps it from answering: it is not well
        match arguments:
            case ["http", url]:
                well = answers(url)
            case ["worker"]:
                well = worker_lives()
            case ["backup", folder, hours]:
                well = backup_is_new(Path(folder), int(hours))
            case ["prefect-services"]:
                well = asyncio.run(services_live())
    return 0 if well else 1


def answers(url: str) -> bool:
    """An answer of 2xx. Past any proxy: the address is this container's, or its neighbour's."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=4) as reply:
        return 200 <= int(reply.status) < 300


def worker_lives() -> bool:
    """This worker's lease in the ledger is alive: its loop turns, and it reaches the database."""
    from ledger.database import transaction
    from ledger.lifecycle import leases
    from runtime.services.container import own_name

    with transaction() as session:
        return own_name("worker") in leases.living_workers(session)


def backup_is_new(folder: Path, hours: int) -> bool:
    """The newest backup is no older than two intervals."""
    from runtime.commands.backup import age

    newest = age(folder)
    return newest is not None and newest <= timedelta(hours=2 * hours)


async def services_live() -> bool:
    """This container's background services have sent a heartbeat to the broker lately: docket drops silent ones."""
    from docket import Docket

    async with Docket(name="prefect", url=os.environ["PREFECT_SERVER_DOCKET_URL"]) as docket:
        workers = await docket.workers()
    return any(worker.name.split("#")[0] == socket.gethostname() for worker in workers)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
