"""`./run migrate`, and a step of `up`: bring the ledger to the newest version, as the owner of the database."""

from __future__ import annotations

import os
from pathlib import Path

from ledger.migrate import upgrade
from runtime.failures import Failure
from settings import settings


def migrate() -> None:
    """Run what has not run yet. The owner's password comes from a folder that no service is given."""
    at = settings()
    folder = Path(os.environ.get("PROOFLESS_OWNER_DIR") or at.home / "owner")
    try:
        password = (folder / "owner_password").read_text().strip()
    except OSError as error:
        raise Failure(
            "准备数据库", f"读不到数据库所有者的口令({type(error).__name__})", f"检查 {folder} 是否存在并可读。"
        ) from None
    upgrade(at.database_url(user="proofless_owner", password=password))


def main(_arguments: list[str]) -> int:
    migrate()
    return 0
