"""`./run down`, `status` and `health`: what an operator asks of a system that `up` started."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from typing import Any

import psutil

from runtime.failures import Failure
from runtime.progress import Progress
from runtime.services import lock, pidfiles, ports, postgres
from runtime.services.context import home
from runtime.services.processes import end_recorded
from settings import LOCAL, settings

DOWN_SECONDS = 180.0


def down(arguments: list[str]) -> int:
    """Stops a running `up`; where it was killed, stops what it left behind. 0 also if nothing ran."""
    argparse.ArgumentParser(prog="./run down", description="停止全部服务").parse_args(arguments)
    progress, place = Progress(), home()
    up = lock.holder(place / "run")
    if up is not None:
        with progress.step("请 ./run up 停止全部服务"):
            up.terminate()
            if not pidfiles.ended(up, DOWN_SECONDS):
                why = f"{DOWN_SECONDS:.0f} 秒内没有停下"
                raise Failure("停止", why, f"请看 {place / 'logs'};仍不停时可结束进程 {up.pid} 后再运行 ./run down。")
    ended = end_recorded(place / "run", progress)
    if postgres.alive(place):
        postgres.stop(place)
        ended.append("PostgreSQL")
    if up is None and not ended:
        progress.say("没有在运行的服务。")
    return 0


def status(arguments: list[str]) -> int:
    """A table of what runs."""
    argparse.ArgumentParser(prog="./run status", description="查看各服务的状态和地址").parse_args(arguments)
    progress, place = Progress(), home()
    up = lock.holder(place / "run")
    progress.say(f"./run up 正在运行(进程 {up.pid})。" if up else "./run up 没有在运行。")
    known = ports.remembered(place)
    from rich.table import Table

    table = Table(box=None)
    for title in ("服务", "状态", "地址", "进程", "启动于", "内存"):
        table.add_column(title)
    found = reversed(pidfiles.recall(place / "run"))
    for record in found:
        process = record.process()
        address = f"127.0.0.1:{known[record.name]}" if record.name in known else ""
        table.add_row(record.title, "运行中" if process else "已停止", address, *_figures(process))
    progress.console.print(table)
    if postgres.alive(place) and "postgres" in known:
        from runtime.commands import table_sizes

        for line in table_sizes.lines(place, known["postgres"]):
            progress.say(line)
    return 0


def health(arguments: list[str]) -> int:
    """0 if database, Prefect, worker and gateway all answer, each asked over the address in the settings, and no alarm
    says that work stands."""
    argparse.ArgumentParser(prog="./run health", description="检查是否健康").parse_args(arguments)
    progress, well = Progress(), True
    for title, check in _CHECKS.items():
        good = check()
        well = well and good
        progress.say(f"{'✓' if good else '✗'} {title}{'' if good else ':没有应答'}")
    causes = _causes()
    for cause in causes:
        progress.say(f"✗ {cause}")
    if not well:
        progress.say("请用 ./run status 查看哪个服务没有运行,日志在 logs 目录下。")
    return 0 if well and not causes else 1


def _figures(process: psutil.Process | None) -> tuple[str, str, str]:
    if process is None:
        return "", "", ""
    try:
        since = datetime.fromtimestamp(process.create_time(), LOCAL)
        return str(process.pid), f"{since:%m-%d %H:%M:%S}", f"{process.memory_info().rss / 2**20:.0f} MiB"
    except psutil.Error:
        return "", "", ""


# What the checks need is imported by them: `status` and `down` answer without waiting for it. They ask the database in its
# own words, because monitors call `health` each minute, and the ledger's tables as objects cost ten times the questions.


def _asked(question: str, *values: object) -> list[tuple[Any, ...]] | None:
    """The rows of the answer; None: the ledger's database does not answer."""
    import psycopg2

    from ledger import opening

    try:
        with closing(opening.connect()) as connection:
            return opening.rows(connection, question, values)
    except psycopg2.OperationalError:
        return None


def _database_answers() -> bool:
    return _asked("SELECT 1") is not None


def _causes() -> list[str]:
    """Why work stands, or may stand."""
    from domain.prefect_alarms import ILL

    found = _asked("SELECT message FROM alarms WHERE cleared_at IS NULL AND kind = ANY(%s) ORDER BY raised_at", sorted(ILL))
    return [message for (message,) in found or ()]  # None is said already: the database does not answer


def _worker_lives() -> bool:
    """By the leases: Prefect would call a dead worker well for two minutes."""
    return bool(_asked("SELECT name FROM workers WHERE lease_until > clock_timestamp()"))


def _prefect_answers() -> bool:
    from runtime.services import prefect_server

    return prefect_server.is_ready(settings().prefect_api_url)


def _gateway_answers() -> bool:
    from runtime.services import supervised

    return supervised.answers(f"http://{settings().gateway_host}:{settings().gateway_port}")


_CHECKS: dict[str, Callable[[], bool]] = {
    "数据库": _database_answers,
    "Prefect 服务器": _prefect_answers,
    "执行器": _worker_lives,
    "接口服务": _gateway_answers,
}
