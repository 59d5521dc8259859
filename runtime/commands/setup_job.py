"""部署作业: `python -m runtime.commands.setup_job`, once at each start of a compose project and before everything else.

    roles and databases -> the ledger's migrations -> Prefect's migrations, work pool and deployments
    -> with a sandbox alone: the starting catalog

Every step may be repeated. This is the only process that is given the passwords of the superuser and of the ledger's
owner. Pool and deployments go through a Prefect server that runs for those seconds inside the job, on loopback: so
no service has to be up before the databases are what it expects.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection

from runtime.commands.migrate import migrate
from runtime.failures import Failure, last_lines
from runtime.progress import Progress
from runtime.services import environment, ports, prefect_server
from runtime.services.container import secret
from runtime.services.context import LEDGER
from runtime.services.databases import prepare
from runtime.services.effort import Effort
from runtime.services.pidfiles import runs
from runtime.services.processes import PATIENT, end, launch
from settings import ROOT, settings

READY_SECONDS = 300.0
"""Without any progress; the database works in another container, so a single long statement must fit."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run setup", description="准备数据库、登记流程")
    parser.add_argument("--backups", type=Path, help="各次备份所在的目录:台账要升级而没有最新备份时,不升级")
    set_up(Progress(), parser.parse_args(arguments).backups)
    return 0


def set_up(progress: Progress, backups: Path | None = None) -> None:
    """All of it. Raises Failure."""
    with progress.step("建立角色和数据库"):
        prepare(superuser, secret)
    with progress.step("升级台账"):
        migrate(None if backups is None else partial(demand_backup, backups))
    with progress.step("升级 Prefect 数据库,登记流程"):
        with _prefect() as url:
            password = secret("proofless_prefect_password")
            prefect_server.ensure_pool(url, password, settings().work_pool)
            client = prefect_server.client_environment(url, password, settings().home)
            prefect_server.deploy(ROOT, {**os.environ, **client, "PYTHONPATH": str(ROOT)})
    if settings().sandbox_url:
        with progress.step("载入演示目录"):
            from runtime.commands import starting_catalog

            starting_catalog.load()
        if settings().seal_development and settings().seals_dir.is_dir():
            with progress.step("登记演示印章"):
                from runtime.services.development_seals import register_development_seals

                register_development_seals(settings().seals_dir)


def demand_backup(backups: Path, version: str) -> None:
    """Raises Failure unless the newest backup holds this ledger up to its last event.

    The job itself makes none: it is not given the keys that open persons' data.
    """
    from runtime.commands.backup import made
    from runtime.services.backup import stated

    inside = superuser(LEDGER)
    try:
        with inside.cursor() as statement:
            statement.execute("SELECT max(id) FROM events")
            (last,) = statement.fetchone() or (None,)
    finally:
        inside.close()
    newest = made(backups)[-1:]
    said = stated(backups / newest[0]) if newest else {}
    if (said.get("version"), said.get("last_event", -1)) != (version, last):
        why = f"台账要从版本 {version} 升级,{backups} 中却没有它的最新备份"
        remedy = (
            "没有改动任何内容。请先停下再备份:docker compose stop gateway worker,"
            "docker compose run --rm backup /backups --keep 14,然后再次 docker compose up -d。"
        )
        raise Failure("升级台账", why, remedy)


def superuser(database: str) -> connection:
    """An autocommit connection of the configured server's superuser. Raises Failure."""
    at = settings()
    try:
        opened = psycopg2.connect(
            host=at.database_host,
            port=at.database_port,
            user="postgres",
            password=secret("postgres_password"),
            dbname=database,
            connect_timeout=10,
        )
    except psycopg2.OperationalError:
        why = f"用 postgres_password 无法登录 {at.database_host}:{at.database_port}"
        remedy = "请检查 PostgreSQL 是否在运行;数据卷若是用另一个口令建立的,请恢复那个口令文件。"
        raise Failure("连接 PostgreSQL", why, remedy) from None
    opened.autocommit = True
    return opened


@contextmanager
def _prefect() -> Iterator[str]:
    """The address of a Prefect server of the job's own. Starting it migrates Prefect's database."""
    at = settings()
    at.home.mkdir(parents=True, exist_ok=True)
    port = ports.free_near(ports.PREFERRED["prefect"])
    log = at.home / "logs" / "setup-prefect.log"
    variables = {
        **environment.outer(),
        **prefect_server.server_environment(
            port, at.database_port, secret("prefect_database_password"), secret("proofless_prefect_password"), at.home, at.database_host
        ),
        "PREFECT_SERVER_UI_ENABLED": "false",
    }
    server = launch(prefect_server.server_argv("--no-services"), variables, log, at.home)
    try:
        url = prefect_server.api_url(port)
        effort = Effort([server], log, READY_SECONDS)
        while not prefect_server.is_ready(url):
            if not runs(server) or effort.stalled():
                why = "进程启动后退出" if not runs(server) else f"{READY_SECONDS:.0f} 秒没有进展,仍未就绪"
                remedy = "请检查 PostgreSQL 和磁盘空间后再次运行;已完成的步骤会跳过。"
                raise Failure("升级 Prefect 数据库", why, remedy, last_lines(log))
            time.sleep(0.1)
        yield url
    finally:
        end(server, PATIENT)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Failure as failure:
        Progress().fail(failure)
        sys.exit(1)
