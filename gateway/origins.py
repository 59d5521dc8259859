"""来处 of calls with a person's own key (16.7): on the record once an hour from each place, and not at each call."""

from __future__ import annotations

from datetime import datetime

from domain.origins import OriginOf
from ledger import origins
from ledger.database import transaction
from ledger.keys import Caller


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
