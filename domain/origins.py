"""来处: from where an account was used or a proof was checked, for the leads of obligations 16.7 and 16.9 and nothing else."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum

from domain.calendar import LOCAL

#: Leads look back at four weeks and the one that runs; what is older is deleted.
KEPT = timedelta(weeks=6)


class OriginOf(StrEnum):
    """What was done from there, and for how long one origin of it is the same."""

    ACCOUNT = "account"  #: a person's own key was used: within an hour
    PROOF = "proof"  #: somebody who holds a proof had it checked in public: within a week

    def since(self, now: datetime) -> datetime:
        """The beginning of the hour, or of the week, in which `now` lies. Never compared beyond it."""
        local = now.astimezone(LOCAL)
        if self is OriginOf.ACCOUNT:
            return local.replace(minute=0, second=0, microsecond=0)
        return datetime.combine(local.date() - timedelta(days=local.weekday()), time(), LOCAL)
