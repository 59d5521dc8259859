"""`python -m gateway`: one gateway process."""

# ruff: noqa: E402
from __future__ import annotations

import gc

gc.set_threshold(10_000)  # before the rest comes: imports leave no garbage, and looking for it was a seventh of their time

import resource
import socket
import sys
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn
from sqlalchemy.exc import OperationalError

from gateway.app import create_app
from gateway.edge.arrivals import MOST_WAITING, Arrivals
from gateway.edge.connections import MOST_CONNECTIONS, Connection, is_for_health
from gateway.edge.prefer_wait import Endings
from gateway.edge.telemetry import log_as_json
from ledger.database import transaction
from ledger.key_checks import REMEDY, WrongKeys
from ledger.opening import name_connections
from settings import WrongSettings, settings

BACKLOG = 1024


class Server(uvicorn.Server):
    """uvicorn, with a door of our own (gateway.edge.arrivals)."""

    def __init__(self, config: uvicorn.Config, endings: Endings) -> None:
        super().__init__(config)
        self._endings = endings
        self._arrivals: list[Arrivals] = []

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Answer the calls that wait with what is known now: they would hold up the end for half a minute."""
        self._endings.release()
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=[])
        for one in sockets or []:
            self._arrivals.append(Arrivals(one, self._connection, paced=not is_for_health(one.getsockname())))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for one in self._arrivals:
            one.close()
        await super().shutdown(sockets)

    def _connection(self) -> Connection:
        return Connection(self.config, self.server_state, self.lifespan.state)


def configuration(app: Any) -> uvicorn.Config:
    """How the application is served."""
    return uvicorn.Config(
        app,
        host=settings().gateway_host,
        port=settings().gateway_port,
        log_config=None,
        access_log=False,  # it would print the codes that stand in addresses (gateway.edge.telemetry logs instead)
        server_header=False,
        # Only a proxy of ours may say who calls: else the public quota is anybody's to get around.
        proxy_headers=bool(settings().trusted_proxies),
        forwarded_allow_ips=settings().trusted_proxies or None,
        http=Connection,  # gateway.edge.connections says how many there may be
        timeout_keep_alive=30,
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=32 * 1024,
    )


def _open_enough() -> None:
    """A connection is an open file, and so is much else: where the system allows it, there are enough for all."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MOST_CONNECTIONS + MOST_WAITING
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def listening() -> list[socket.socket]:
    """The port for everybody, and the one for health where there is one."""
    found = []
    for port in filter(None, dict.fromkeys((settings().gateway_port, settings().gateway_health_port))):
        family = socket.AF_INET6 if ":" in settings().gateway_host else socket.AF_INET
        try:
            found.append(socket.create_server((settings().gateway_host, port), family=family, backlog=BACKLOG))
        except OSError as error:
            sys.exit(f"接口服务没有启动:端口 {port} 不能监听({error.strerror})。请核对 PROOFLESS_GATEWAY_HOST 和端口。")
    return found


def main() -> None:
    """Serve until SIGTERM or SIGINT, then let calls in flight finish."""
    try:
        settings()
    except WrongSettings as error:
        sys.exit(f"接口服务没有启动:{error}。请按 docs/operations.md 所写的形式改正。")
    log_as_json()
    name_connections("gateway")
    _open_enough()
    try:
        with suppress(OperationalError), transaction():  # with other keys than the ledger's nobody is served at all
            pass
    except WrongKeys as error:
        sys.exit(f"接口服务没有启动:{error}。{REMEDY}")
    app = create_app()
    gc.freeze()  # what is loaded by now stays: it is not looked through again and again, nor taken apart at the end
    Server(configuration(app), app.state.services.endings).run(listening())


if __name__ == "__main__":
    main()
