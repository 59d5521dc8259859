"""统计时段: what every query of the figures is about: from when, until when, of whom. All state is read as it was then.

Nothing asks for today's state: what was open at the end of the period follows from the instants, so that an old week
gives the same figures whenever it is asked for, as long as the facts stay.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from domain.instants import is_past
from ledger.succession import Charges
from reports.model import Period


@dataclass(frozen=True)
class Span:
    """[start, cut); `cut` is the period's end, or now where the period is not over. `scope`: a unit's code, '' for all.

    What falls due is of (start, last]: 24:00 of the last day is the end of that day, not the beginning of the next
    period; and what is due at this very instant can still be kept.
    """

    start: datetime
    cut: datetime
    scope: str = ""
    last: datetime | None = None
    charges: Charges = Charges()  #: who answers for what a merged unit began: as it was at the end of the span
    now: datetime | None = None  #: when it is looked at: what was decided by then counts
    _known: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, session: Session, period: Period, scope: str, now: datetime) -> Span:
        cut = max(period.start, min(period.end, now))
        last = cut if is_past(cut, now) else cut - datetime.resolution
        return cls(period.start, cut, scope, last, Charges.until(session, cut), now)

    def rows(self, session: Session, sql: str, **more: Any) -> Sequence[Row[Any]]:
        """The rows of a query over `:start`, `:cut`, `:last`, `:scope` and `:now`."""
        given = {"start": self.start, "cut": self.cut, "last": self.last or self.cut, "scope": self.scope, "now": self.now}
        return session.execute(text(sql), given | self.charges.given | more).all()

    def once(self, what: str, ask: Callable[[], Any]) -> Any:
        """What several figures of one report ask, asked once."""
        if what not in self._known:
            self._known[what] = ask()
        return self._known[what]

    def charged(self, unit: str, at: str) -> str:
        """Who answers for something of a unit at an instant, both given as SQL: after a merger the successor."""
        return self.charges.sql(unit, at)

    @staticmethod
    def ours(unit: str) -> str:
        """A condition: everything, or what is of the unit of the report; `unit` as SQL."""
        return f"(:scope = '' OR {unit} = :scope)"

    def involved(self, at: str) -> str:
        """A condition on `verifications v`: everything, or what the unit filed or had in its inbox by then, looked at
        at an instant (SQL): what it inherited until then is its own, and what it gave away is not."""
        if not self.scope:
            return "TRUE"
        filed, asked = self.charged("v.unit", at), self.charged("q.unit", f"greatest(q.received_at, {at})" if self.charges.steps else at)
        return f"""({filed} = :scope OR EXISTS (
            SELECT FROM requests q WHERE q.verification = v.number AND {asked} = :scope AND q.received_at < :cut))"""


def prepare(session: Session) -> None:
    """Every statement sees the ledger as the first one does, else the parts of a running week would not add up; memory
    for sorting a large week, and two more processes where there are any: sorted rows on their way from one cost a tenth of what
    PostgreSQL takes them to cost, for which it would leave them idle. To be called before anything is read.
    """
    session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    for setting in ("work_mem = '96MB'", "hash_mem_multiplier = 2", "max_parallel_workers_per_gather = 2", "parallel_tuple_cost = 0.01"):
        session.execute(text(f"SET LOCAL {setting}"))
