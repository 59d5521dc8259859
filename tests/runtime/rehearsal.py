"""`python -m tests.runtime.rehearsal HOME [--once|--broken]`: `up` with real PostgreSQL, and stand-ins for the rest."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

from runtime.commands import up
from runtime.failures import Failure
from runtime.services import prefect_server, supervised
from runtime.services.context import Context
from runtime.services.processes import Service, launch

ORDERS = {"prefect": 50, "sandbox": 40, "gateway": 20, "worker": 10, "issuing_unit": 30}


def stand_in(name: str, context: Context) -> Service:
    spawn = partial(launch, ["sleep", "600"], {"PATH": os.defpath}, context.log(name), context.home)
    return Service(name, name, spawn, lambda: True, context.log(name), ORDERS[name])


def broken() -> None:
    raise Failure("迁移台账", "表 cases 已存在", "请联系管理员。")


def main(home: str, mode: str = "") -> int:
    os.environ["PROOFLESS_HOME"] = home
    for name in ORDERS:
        setattr(supervised, name, partial(stand_in, name))
    prefect_server.ensure_pool = lambda *_: True  # type: ignore[assignment]
    prefect_server.deploy = lambda *_: None  # type: ignore[assignment]
    up._make_seals = up._register_seals = up._load_catalog = lambda: None  # type: ignore[assignment]
    up._migrate = broken if mode == "--broken" else lambda: None  # type: ignore[assignment]
    up.demonstrate = lambda context: Path(home, "good").exists()  # type: ignore[assignment]
    try:
        return up.main(["--once"] if mode == "--once" else [])
    except Failure as failure:
        sys.stdout.write(f"{failure}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
