"""对时: a process whose clock differs from the database's writes nothing legal, says so, and goes on when it is right again.

Every instant of the record comes from the clock of the process that writes it. One that is an hour ahead would miss
limits that still run; so every transaction of the ledger that writes asks here first (`ledger.database`).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker

from domain.prefect_alarms import CLOCK_OFF
from ledger.alarms import clear_alarm, raise_alarm
from settings import settings, wall_clock

LIMIT = timedelta(seconds=5)  #: what two machines that keep time differ by at most, with room
_AGAIN = 10.0  #: seconds for which a right clock is believed, as long as it runs evenly
_STEP = 1.0  #: seconds by which it may part from the monotonic one meanwhile
_TECHNICAL = "technical"


class ClockOff(RuntimeError):
    """This process's clock is off; the text says by how much, in Chinese. Nothing was written."""


@dataclass(frozen=True)
class _Right:
    """When the clock was found right, by itself and by the monotonic one."""

    wall: datetime
    monotonic: float

    def holds(self) -> bool:
        passed = time.monotonic() - self.monotonic
        return passed < _AGAIN and abs((wall_clock() - self.wall).total_seconds() - passed) < _STEP


_right: _Right | None = None


def measure(connection: Connection) -> timedelta:
    """How far this clock is ahead of the database's at the least: the question's way there and back explains the rest."""
    before = wall_clock()
    true: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    after = wall_clock()
    if before <= true <= after:
        return timedelta()
    return before - true if before > true else after - true


def check(connection: Connection) -> None:
    """Raises `ClockOff` where this process's clock is off."""
    global _right
    if _right is not None and _right.holds():
        return
    _right = None
    ahead = measure(connection)
    if abs(ahead) > LIMIT:
        raise ClockOff(_said(ahead))
    _right = _Right(wall_clock(), time.monotonic())


def watch(session: Session, who: str) -> bool:
    """True where the clock is right; an alarm stands while it is not, at the instant of the database's clock."""
    if _right is not None and _right.holds():
        return True
    try:
        check(session.connection())
    except ClockOff as off:
        true: datetime = session.connection().execute(text("SELECT clock_timestamp()")).scalar_one()
        raise_alarm(session, CLOCK_OFF, who, f"{who}:{off}", now=settings().at(true))
        return False
    clear_alarm(session, CLOCK_OFF, who, now=settings().now())
    return True


def technical(session: Session) -> None:
    """This transaction writes no instant of the regulation: leases, heartbeats and alarms, which go on."""
    session.info[_TECHNICAL] = True


def forget() -> None:
    """Another database, another clock: what was found is measured again."""
    global _right
    _right = None


def guard(sessions: sessionmaker[Session]) -> None:
    """Every write of these sessions checks the clock first."""

    def flushing(session: Session, *_: Any) -> None:
        if not session.info.get(_TECHNICAL) and (session.new or session.dirty or session.deleted):
            check(session.connection())

    def executing(state: ORMExecuteState) -> None:
        if not state.session.info.get(_TECHNICAL) and (state.is_insert or state.is_update or state.is_delete):
            check(state.session.connection())

    event.listen(sessions, "before_flush", flushing)
    event.listen(sessions, "do_orm_execute", executing)


def _said(ahead: timedelta) -> str:
    way = "快" if ahead > timedelta() else "慢"
    seconds = round(abs(ahead).total_seconds())
    return f"本机时钟比数据库{way} {seconds} 秒,已停止写入台账。请校准时钟(NTP),校准后自动恢复。"
