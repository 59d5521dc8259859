"""来处 of calls: with a person's own key once an hour from each place (obligation 16.7), with a system's once a minute (obligation 8.1)."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.origins import OriginOf
from ledger.database import transaction
from ledger.oversight import origins
from ledger.registry import systems
from ledger.registry.keys import Caller


class AccountOrigins:
    """What one process has put on the record in the hour that runs. Another process may do it again: it is one row."""

    def __init__(self) -> None:
        self._hour: datetime | None = None
        self._noted: set[tuple[str, str]] = set()

    def note(self, caller: Caller, address: str, now: datetime) -> None:
        """A system's key is used by many clerks from one machine, or from several: it tells nothing."""
        if caller.system is not None or not address:
            return
        hour, seen = OriginOf.ACCOUNT.since(now), (caller.person, address)
        if hour != self._hour:
            self._hour, self._noted = hour, set()
        if seen in self._noted:
            return
        with transaction() as session:
            origins.note(session, OriginOf.ACCOUNT, caller.person, address, now=now)
        self._noted.add(seen)


class SystemCalls:
    """When each system last called, as this process has put it on the record: no call costs more for the next minute."""

    _APART = timedelta(minutes=1)

    def __init__(self) -> None:
        self._noted: dict[str, datetime] = {}

    def note(self, caller: Caller, now: datetime) -> None:
        last = self._noted.get(caller.system) if caller.system else now
        if caller.system is None or (last is not None and last <= now < last + self._APART):
            return
        with transaction() as session:
            systems.note_call(session, caller.system, now=now)
        self._noted[caller.system] = now
