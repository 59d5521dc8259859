"""What stops a command, told to a person: which part, why, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.refusal import Refusal

_UNPRINTABLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")


class Failure(Exception):
    """启动或运行失败. `what` names the part, `why` the reason, `remedy` the next step; `details` are log lines."""

    def __init__(self, what: str, why: str, remedy: str, details: tuple[str, ...] = ()) -> None:
        super().__init__(f"{what}:{why}")
        self.what, self.why, self.remedy, self.details = what, why, remedy, details


@contextmanager
def told(what: str, remedy: str = "") -> Iterator[None]:
    """What the rules refuse in here is the failure of `what`. `remedy`: where the refusal names none for a command."""
    try:
        yield
    except Refusal as refusal:
        raise explained(what, refusal, remedy) or refusal from None


def explained(what: str, error: Exception, remedy: str = "") -> Failure | None:
    """The words for an error that many commands may meet; None: nobody has words for it."""
    # Here, so that a command that meets none of them need not wait for these imports.
    import psycopg2
    import sqlalchemy.exc

    from ledger.key_checks import REMEDY, WrongKeys
    from ledger.recusal import MustRecuse
    from ledger.timekeeping import ClockOff
    from settings import WrongSettings

    if isinstance(error, WrongSettings):
        return Failure("读取配置", str(error), "请按 docs/operations.md 所写的形式改正后再执行;没有完成本次操作。")
    if isinstance(error, WrongKeys):
        return Failure("核对密钥", ";".join(error.faults), REMEDY)
    if isinstance(error, MustRecuse):
        return Failure("回避", str(error), "什么也没有写入。用 --by 写明由谁办理。")
    if isinstance(error, Refusal):
        from gateway.edge.problems import PROBLEMS

        line = PROBLEMS.get(error.code)  # None: said in the refusal's own words
        why = error.text or (line.detail if line else "")
        return Failure(what, why.rstrip("。"), error.remedy or remedy or (line.remedy if line else ""))
    if isinstance(error, ClockOff):
        return Failure(what, str(error), "没有完成本次操作,什么也没有写入。校准时钟后请再执行一次。")
    if isinstance(error, (sqlalchemy.exc.OperationalError, psycopg2.OperationalError)):
        return Failure(what, "连接不上台账数据库", "请先运行 ./run up;多机部署请核对 PROOFLESS_DATABASE_… 各项配置。")
    if isinstance(error, (sqlalchemy.exc.ProgrammingError, psycopg2.ProgrammingError)):
        cause = error.orig if isinstance(error, sqlalchemy.exc.ProgrammingError) else error
        why = f"台账数据库与本程序的版本不符({type(cause).__name__})"
        return Failure(what, why, "没有完成本次操作。请先运行 ./run up 或 ./run migrate 升级台账(升级前会自动备份)。")
    return None


def last_lines(log: Path, count: int = 12) -> tuple[str, ...]:
    """The end of a log, without colours and control characters, each line cut to 200 characters."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 20_000))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ()
    lines = (_UNPRINTABLE.sub("", line).rstrip() for line in text.splitlines())
    return tuple(line[:200] for line in lines if line)[-count:]
