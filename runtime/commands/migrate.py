"""`./run migrate`, and a step of `up`: bring the ledger to the newest version, as the owner of the database."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from runtime.failures import Failure
from settings import settings

Save = Callable[[str], object]
"""Makes a backup of a ledger of that version."""


def migrate(save: Save | None = None) -> None:
    """Run what has not run yet, `save` first where there is something to lose. Raises Failure and has changed nothing.

    The owner's password comes from a folder that no service is given.
    """
    from ledger.migrate import CannotUpgrade, keep_clock, owner_engine, pending, upgrade
    from ledger.timekeeping import ClockOff

    url = owner_url()
    try:
        engine = owner_engine(url)
        try:
            with engine.connect() as connection:
                older = pending(connection)
        finally:
            engine.dispose()
        if older is not None and save is not None:
            save(older)
        upgrade(url)
        keep_clock(url)
    except ClockOff as off:
        raise Failure("核对时钟设置", str(off), "没有改动时钟设置。一套系统的各进程须用同一时钟设置。") from None
    except CannotUpgrade as error:
        raise Failure("升级台账", error.why, error.remedy) from None


def owner_url() -> str:
    """The ledger's address for its owner. Contains the password: never print it."""
    at = settings()
    folder = Path(os.environ.get("PROOFLESS_OWNER_DIR") or at.home / "owner")
    try:
        password = (folder / "owner_password").read_text().strip()
    except OSError as error:
        raise Failure("准备数据库", f"读不到数据库所有者的口令({type(error).__name__})", f"检查 {folder} 是否存在并可读。") from None
    return at.database_url(user="proofless_owner", password=password)


def main(arguments: list[str]) -> int:
    argparse.ArgumentParser(prog="./run migrate", description="升级台账数据库(升级前自动备份)").parse_args(arguments)
    from runtime.services.backup import before_upgrade

    migrate(before_upgrade)
    return 0
