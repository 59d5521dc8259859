"""NOTIFY and LISTEN: how one process tells another that something happened, without polling hard.

A notification may be lost (a connection breaks); whoever listens also polls slowly. Only numbers are sent.
"""

from __future__ import annotations

import logging
import select
import threading
from collections.abc import Callable

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT
from sqlalchemy import text
from sqlalchemy.orm import Session

from ledger.opening import connect, connections_name

WAKE_CHANNEL = "proofless_wake"  #: a verification asks for a pass, or a new one was filed
SHORT_CHANNEL = "proofless_short"  #: in place of it where a 即办件 was filed, for which a rush makes room
ENDED_CHANNEL = "proofless_ended"  #: a verification ended or waits for a person: `Prefer: wait` looks again

log = logging.getLogger(__name__)


def notify(session: Session, channel: str, number: str) -> None:
    """Send `number` on `channel` when this transaction commits, and not before."""
    session.execute(text("SELECT pg_notify(:channel, :number)"), {"channel": channel, "number": number})


class Listener(threading.Thread):
    """A thread with its own connection that calls `on_notice(channel, number)`; it reconnects by itself.

    Never from the pool: a pooled connection keeps its channel after it was given back. `on_notice` also gets
    ("", "") after each reconnect, because what was sent meanwhile is gone.
    """

    def __init__(self, channels: tuple[str, ...], on_notice: Callable[[str, str], None]) -> None:
        super().__init__(name="ledger-listener", daemon=True)
        self._channels, self._on_notice = channels, on_notice
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except psycopg2.Error:
                log.warning("ledger listener lost its connection; trying again")
                self._stopping.wait(1)

    def _listen(self) -> None:
        connection = connect(application_name=f"{connections_name()}/listener")
        try:
            connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
            with connection.cursor() as cursor:
                for channel in self._channels:
                    cursor.execute(f"LISTEN {channel}")
            self._tell("", "")
            waiting = select.poll()  # not select(): it refuses descriptors from 1,024 on
            waiting.register(connection.fileno(), select.POLLIN)
            while not self._stopping.is_set():
                if not waiting.poll(1000):
                    continue
                connection.poll()
                while connection.notifies:
                    notice = connection.notifies.pop(0)
                    self._tell(notice.channel, notice.payload)
        finally:
            connection.close()

    def _tell(self, channel: str, number: str) -> None:
        try:
            self._on_notice(channel, number)
        except Exception as error:  # a listener that died of one notice would be missed only much later
            log.warning("a notice was not taken: %s", type(error).__name__)
