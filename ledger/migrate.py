"""升级台账: bring the ledger's database to the newest version, or refuse in words before anything is touched."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError

from ledger import tables, timekeeping
from ledger.tables.base import metadata

for _module in pkgutil.iter_modules(tables.__path__):  # importing them registers their tables with `metadata`
    importlib.import_module(f"{tables.__name__}.{_module.name}")


class CannotUpgrade(Exception):
    """台账无法升级. Nothing was changed. `why` and `remedy` are for the operator."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.why, self.remedy = why, remedy


def owner_engine(url: str) -> Engine:
    """An engine of the owner's role, for migrations alone."""
    return create_engine(url, hide_parameters=True)


def upgrade(url: str, target: str = "head") -> None:
    """Run every migration that has not run yet. `url` carries the owner's role and password. Raises CannotUpgrade.

    All of it is one transaction, and it stands only if the tables then are those of the code: a ledger whose number is
    known but whose tables are of another history is left as it was.
    """
    engine = owner_engine(url)
    try:
        with engine.begin() as connection:
            pending(connection)
            try:
                command.upgrade(_config(connection), target)
            except CommandError:
                raise CannotUpgrade(f"本程序不认识版本 {target}", "请改用相同或更新版本的程序。") from None
            except DBAPIError as error:
                raise _foreign(type(error.orig).__name__) from None
            if target == "head" and (found := differences(connection)):
                raise _foreign(f"{len(found)} 处表结构不同")
    finally:
        engine.dispose()


def keep_clock(url: str) -> None:
    """The clock of this start is the whole installation's (ledger.timekeeping). Raises `ClockOff`."""
    engine = owner_engine(url)
    try:
        with engine.begin() as connection:
            timekeeping.keep(connection)
    finally:
        engine.dispose()


def pending(connection: Connection) -> str | None:
    """The number of an older ledger that has to be upgraded; None: it is new, or newest. Raises CannotUpgrade."""
    current = MigrationContext.configure(connection).get_current_revision()
    known = ScriptDirectory.from_config(_config(connection))
    if current is not None and current not in {script.revision for script in known.walk_revisions()}:
        why = f"台账(版本 {current})比本程序(最高 {known.get_current_head()})新,或出自另一条升级路线"
        remedy = "没有改动任何内容。请改用与该台账相同或更新版本的程序;要退回旧版本,请用升级前的备份恢复(./run restore)。"
        raise CannotUpgrade(why, remedy)
    return current if current != known.get_current_head() else None


def differences(connection: Connection) -> list[object]:
    """What the tables in the code and in the database do not agree on: empty after `upgrade`."""
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))


def _foreign(what: str) -> CannotUpgrade:
    why = f"台账的表结构不是本程序任何一个版本的({what})"
    remedy = "没有改动任何内容。它出自不能就地升级的早期版本:请用当时的程序继续运行或导出;确认不再需要其中的数据后,移走数据目录再全新安装。"
    return CannotUpgrade(why, remedy)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
