"""The environment of every process that `up` starts, built here and nowhere else.

What the person set stays (mail, time limits, names), except what would lead a service elsewhere: variables of other
Prefect servers, of other PostgreSQL servers, of other Pythons, and proxies in front of our own loopback addresses.
"""

from __future__ import annotations

import os

from runtime.progress import Progress
from runtime.services import allocation, keyfiles, ports
from runtime.services.context import LEDGER, Context
from runtime.services.context import home as current_home
from runtime.services.prefect_server import client_environment, server_environment
from settings import ROOT, settings

_FOREIGN = ("PREFECT_", "PYTHON", "PG")
_LOOPBACK = "127.0.0.1,localhost"


def outer() -> dict[str, str]:
    """What a program that is not ours inherits: nothing of our settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith((*_FOREIGN, "PROOFLESS_"))}
    around = ",".join(part for part in (kept.get("NO_PROXY") or kept.get("no_proxy"), _LOOPBACK) if part)
    return {**kept, **allocation.variables(), "NO_PROXY": around, "no_proxy": around, "PYTHONUTF8": "1", "PYTHONNOUSERSITE": "1"}


def for_services(context: Context) -> dict[str, str]:
    """For worker, gateway, sandbox and commands: settings.py's variables and Prefect's client."""
    secrets = {name.upper() for name in keyfiles.SERVICE_SECRETS}  # a variable would win over the file
    chosen = {name: value for name, value in os.environ.items() if name.startswith("PROOFLESS_") and name not in secrets}
    return {
        **outer(),
        **client_environment(context.prefect_api, context.secret("proofless_prefect_password"), context.home),
        "PYTHONPATH": str(ROOT),
        "PROOFLESS_PUBLIC_URL": context.gateway_url,
        "PROOFLESS_SEALS_DIR": str(context.home / "seals"),
        "PROOFLESS_LICENCE_LIBRARY": "licence_library",  # the sandbox's, which takes in what is sealed
        **chosen,
        "PROOFLESS_HOME": str(context.home),
        "PROOFLESS_SECRETS_DIR": str(keyfiles.services_folder(context.home)),
        "PROOFLESS_DATABASE_HOST": "127.0.0.1",
        "PROOFLESS_DATABASE_PORT": str(context.ports["postgres"]),
        "PROOFLESS_DATABASE_NAME": LEDGER,
        "PROOFLESS_DATABASE_USER": "proofless_app",
        "PROOFLESS_PREFECT_API_URL": context.prefect_api,
        "PROOFLESS_GATEWAY_HOST": "127.0.0.1",
        "PROOFLESS_GATEWAY_PORT": str(context.ports["gateway"]),
        "PROOFLESS_GATEWAY_HEALTH_PORT": str(context.ports["health"]),
        "PROOFLESS_SANDBOX_URL": context.sandbox_url,
    }


def prefect_server_variables(context: Context) -> dict[str, str]:
    """What the Prefect server gets on top of `outer`: two passwords, and no way to our packages."""
    return server_environment(
        context.ports["prefect"],
        context.ports["postgres"],
        context.secret("prefect_database_password"),
        context.secret("proofless_prefect_password"),
        context.home,
    )


def adopt(variables: dict[str, str]) -> None:
    """Makes them this process's own, so that the steps which run inside it read the same settings."""
    os.environ.update(variables)
    settings.cache_clear()


def enter() -> None:
    """For a command beside `up`: the environment of the installation at hand.

    Does nothing where no `up` has been, as in a container whose environment is complete from the start.
    """
    home = current_home()
    known = ports.remembered(home)
    if set(known) == set(ports.PREFERRED) and keyfiles.services_folder(home).is_dir():
        adopt(for_services(Context(home, known, Progress())))
