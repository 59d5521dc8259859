"""对时: a process whose clock differs from the database's writes nothing legal, says so, and goes on when it is right again.

Every instant of the record comes from the clock of the process that writes it. One that is an hour ahead would miss
limits that still run; so every transaction of the ledger that writes asks here first (`ledger.database`). The same goes
for one whose machine keeps time and whose settings make another time of it: the rate and the origin of the whole
installation stand in the ledger, set by its owner at a start (`keep`).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker

from domain.prefect_alarms import CLOCK_OFF
from settings import at, settings, wall_clock

LIMIT = timedelta(seconds=5)  #: what two machines that keep time differ by at most, with room
_AGAIN = 10.0  #: seconds for which a right clock is believed, as long as it runs evenly
_STEP = 1.0  #: seconds by which it may part from the monotonic one meanwhile
_TECHNICAL = "technical"
_WORKERS_LIVE = "SELECT EXISTS (SELECT FROM workers WHERE lease_until > clock_timestamp())"


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


@dataclass(frozen=True)
class _Kept:
    """The clock of the installation."""

    rate: float
    origin: datetime

    @property
    def is_of_this_process(self) -> bool:
        own = settings()
        return own.clock_rate == self.rate and (own.clock_rate == 1 or own.clock_origin == self.origin)

    @property
    def differs(self) -> str:
        own = settings()
        return (
            f"本进程的时钟设置(PROOFLESS_CLOCK_RATE={own.clock_rate:g}、PROOFLESS_CLOCK_ORIGIN={own.clock_origin.isoformat()})"
            f"与台账登记的({self.rate:g}、{self.origin.isoformat()})不同"
        )

    def at(self, wall: datetime) -> datetime:
        return at(wall, self.rate, self.origin)


def _kept(connection: Connection) -> _Kept | None:
    """None in a ledger that nobody started yet."""
    row = connection.execute(text("SELECT rate, origin FROM clock_settings")).one_or_none()
    return None if row is None else _Kept(row.rate, row.origin)


_right: _Right | None = None


def measure(connection: Connection) -> timedelta:
    """How far this clock is ahead of the database's at the least: the question's way there and back explains the rest."""
    before = wall_clock()
    true: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    after = wall_clock()
    if before <= true <= after:
        return timedelta()
    return before - true if before > true else after - true


def keep(connection: Connection) -> None:
    """Put this process's rate and origin on record as everybody's: the owner's, at a start. Raises `ClockOff` where
    another stands there and workers live that go by it."""
    own, known = settings(), _kept(connection)
    if known is not None and not known.is_of_this_process and connection.scalar(text(_WORKERS_LIVE)):
        raise ClockOff(f"{known.differs}。仍有执行器按后者运行,请先停止(./run down)。")
    connection.execute(
        text(
            "INSERT INTO clock_settings (rate, origin, set_at) VALUES (:rate, :origin, clock_timestamp()) ON CONFLICT (single) "
            "DO UPDATE SET rate = excluded.rate, origin = excluded.origin, set_at = excluded.set_at "
            "WHERE (clock_settings.rate, clock_settings.origin) <> (excluded.rate, excluded.origin)"
        ),
        {"rate": own.clock_rate, "origin": own.clock_origin},
    )


def check(connection: Connection) -> None:
    """Raises `ClockOff` where this process's clock is off."""
    global _right
    if _right is not None and _right.holds():
        return
    _right = None
    ahead = measure(connection)
    if abs(ahead) > LIMIT:
        raise ClockOff(_said(ahead))
    known = _kept(connection)
    if known is not None and not known.is_of_this_process:
        raise ClockOff(f"{known.differs}。已停止写入台账;请改成一致后重启该进程,全部改用另一时钟的,停止后重新启动(./run up)。")
    _right = _Right(wall_clock(), time.monotonic())


def ensure(session: Session) -> None:
    """The same before a write that SQLAlchemy does not know as one. Raises `ClockOff`."""
    if not session.info.get(_TECHNICAL):
        check(session.connection())


def watch(session: Session, who: str) -> bool:
    """True where the clock is right; an alarm stands while it is not, at the instant of the database's clock."""
    from ledger.outbox.alarms import clear_alarm, raise_alarm  # who only writes needs no more than the check

    if _right is not None and _right.holds():
        return True
    try:
        check(session.connection())
    except ClockOff as off:
        true: datetime = session.connection().execute(text("SELECT clock_timestamp()")).scalar_one()
        known = _kept(session.connection())
        raise_alarm(session, CLOCK_OFF, who, f"{who}:{off}", now=settings().at(true) if known is None else known.at(true))
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
        if session.new or session.dirty or session.deleted:
            ensure(session)

    def executing(state: ORMExecuteState) -> None:
        if state.is_insert or state.is_update or state.is_delete:
            ensure(state.session)

    event.listen(sessions, "before_flush", flushing)
    event.listen(sessions, "do_orm_execute", executing)


def _said(ahead: timedelta) -> str:
    way = "快" if ahead > timedelta() else "慢"
    seconds = round(abs(ahead).total_seconds())
    return f"本机时钟比数据库{way} {seconds} 秒,已停止写入台账。请校准时钟(NTP),校准后自动恢复。"
