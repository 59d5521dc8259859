"""The services of `up`: how each is started, how it is asked whether it is well, when it is stopped."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

from runtime.services import answering, environment, keyfiles, postgres, prefect_server
from runtime.services.context import Context
from runtime.services.processes import Service, fingerprint, launch
from settings import ROOT, settings

HEALTH = "/healthz"
"""Where gateway and sandbox answer 200 once they can work."""


def database(context: Context) -> Service:
    return Service(
        name="postgres",
        title="PostgreSQL",
        spawn=lambda: postgres.start(context.home, context.ports["postgres"]).process,
        healthy=lambda: postgres.alive(context.home),
        log=context.log("postgres"),
        stop_order=60,
        ready_seconds=postgres.START_SECONDS,
        signals=postgres.STOP_SIGNALS,
        adopt=True,
    )


def prefect(context: Context, changes: Mapping[str, str] | None = None) -> Service:
    """It runs in `var`, out of sight of our packages, which have names that others might use too.

    `changes` are settings of the server that differ from ours, for measuring.
    """
    argv = prefect_server.server_argv()
    own = {**environment.prefect_server_variables(context), **(changes or {})}
    return Service(
        name="prefect",
        title="Prefect 服务器",
        spawn=partial(launch, argv, {**environment.outer(), **own}, context.log("prefect"), context.home),
        healthy=lambda: prefect_server.is_ready(context.prefect_api),
        log=context.log("prefect"),
        stop_order=50,
        ready_seconds=120,
        adopt=True,
        fingerprint=fingerprint(argv, own),
        port=context.ports["prefect"],
    )


def sandbox(context: Context) -> Service:
    secrets = str(keyfiles.services_folder(context.home))
    return _ours(
        context,
        "sandbox",
        "沙箱",
        40,
        ["sandbox", "--port", str(context.ports["sandbox"]), "--secrets", secrets],
        lambda: answers(context.sandbox_url),
    )


def gateway(context: Context) -> Service:
    return _ours(context, "gateway", "接口服务", 20, ["gateway"], lambda: answers(context.health_url))


def worker(context: Context) -> Service:
    """Well when Prefect has heard from it: the last thing it does before it takes runs."""
    began = datetime.now(UTC)

    def heard() -> bool:
        password = context.secret("proofless_prefect_password")
        since = max(began, datetime.now(UTC) - timedelta(seconds=90))
        return worker_heard(context.prefect_api, password, since)

    return _ours(context, "worker", "执行器", 10, ["runtime.worker"], heard)


def issuing_unit(context: Context) -> Service:
    """The sandbox's unit that answers its inbox. It has no port: it is well while it runs."""
    address, key = context.gateway_url, str(context.issuing_unit_key)
    module = ["sandbox.issuing_unit", "--gateway", address, "--key-file", key, "--delay", "3"]
    return _ours(context, "issuing_unit", "演示用出具单位", 30, module, lambda: True)


def answers(url: str) -> bool:
    return answering.answers(url + HEALTH, 2)


def worker_heard(prefect_api: str, password: str, since: datetime) -> bool:
    return prefect_server.worker_is_online(prefect_api, password, settings().work_pool, settings().worker_name, since)


def _ours(context: Context, name: str, title: str, stop_order: int, module: list[str], healthy: Callable[[], bool]) -> Service:
    argv = [sys.executable, "-m", *module]
    return Service(
        name=name,
        title=title,
        spawn=partial(launch, argv, environment.for_services(context), context.log(name), ROOT),
        healthy=healthy,
        log=context.log(name),
        stop_order=stop_order,
        port=context.ports.get(name),  # of the gateway and the sandbox
    )
