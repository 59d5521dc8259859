"""The way to the ledger's database: one engine a process, one transaction a step, instants from the one clock."""

from __future__ import annotations

import select
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session, sessionmaker

from ledger import key_checks, timekeeping
from ledger.actor import ACTOR
from ledger.opening import connections_name
from settings import settings

RECYCLE_SECONDS = 600
"""After so long a connection is closed when it is asked for next, and another one opened: its server process keeps the description of every
table and the plan of every trigger it ever met, and what its largest statements have left free (decision 52)."""


@lru_cache(maxsize=1)
def engine() -> Engine:
    """The engine of this process. `hide_parameters`: SQLAlchemy would print persons' data into exception texts."""
    made = create_engine(
        settings().database_url(),
        pool_size=settings().database_pool,
        max_overflow=0,
        pool_recycle=RECYCLE_SECONDS,
        hide_parameters=True,
        connect_args={"connect_timeout": 5, "application_name": connections_name()},
    )
    event.listen(made, "checkout", _refuse_broken)
    return made


def _refuse_broken(connection: Any, *_: Any) -> None:
    """A connection at rest has nothing to read; one that has was ended by the server, and the pool gives another one.

    In place of the pool's own ping, which asks the server three times before each transaction.
    """
    line = select.poll()  # not select(): a crowd at the gateway leaves numbers that it cannot take
    line.register(connection, select.POLLIN)
    if line.poll(0):
        raise DisconnectionError


@lru_cache(maxsize=1)
def _sessions() -> sessionmaker[Session]:
    """Made once the keys of this process are known to be the ledger's own: with others it neither reads nor writes."""
    with engine().begin() as connection:
        key_checks.ensure(connection.connection)
    sessions = sessionmaker(engine(), expire_on_commit=False)
    timekeeping.guard(sessions)
    return sessions


@contextmanager
def transaction(*, technical: bool = False) -> Iterator[Session]:
    """One transaction: committed at the end, rolled back on any error. Never held across a call to the outside.

    Writing raises `ClockOff` while this process's clock is off; not in a `technical` one, which writes no instant of the
    regulation: leases, heartbeats and alarms.
    """
    with _sessions().begin() as session:
        if technical:
            timekeeping.technical(session)
        if actor := ACTOR.get():
            # SET and not set_config(): a query would settle the isolation level before the caller chooses it.
            session.execute(text("SET LOCAL proofless.actor = :actor"), {"actor": actor})
        yield session


def forget_engine() -> None:
    """Close the pool and forget it: for tests that change databases, and for children after a fork."""
    if engine.cache_info().currsize:
        engine().dispose()
    engine.cache_clear()
    _sessions.cache_clear()
    timekeeping.forget()
