"""准入: whether a key may file, register or read now: no block stands, no quota is spent. One statement, in the deed's
own transaction, so that what is refused counts nothing and what is repeated counts once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from domain.instants import written
from domain.mismatch_rate import Asker
from domain.quotas import Deed, Quota, QuotaOf, Window, quotas
from domain.refusal import Refusal
from ledger.actor import Filer
from settings import settings

KEPT: Mapping[Window, timedelta] = MappingProxyType(
    {Window.MINUTE: timedelta(hours=1), Window.HOUR: timedelta(days=1), Window.DAY: timedelta(weeks=6)}
)
#: Of one verification a person reads once a day, whatever of it: systems ask again until there is a result, and then come
#: its proof and its papers.
_ADMIT = text(
    """
    WITH counted AS (
        INSERT INTO quota_uses AS q (quota_of, holder, deed, lasts, since, unit, count)
        SELECT u.quota_of, u.holder, :deed, u.lasts, u.since, :unit, 1
        FROM unnest(CAST(:quota_of AS text[]), CAST(:holders AS text[]), CAST(:lasts AS text[]), CAST(:since AS timestamptz[]))
             AS u (quota_of, holder, lasts, since)
        WHERE NOT EXISTS (
            SELECT FROM accesses a WHERE a.verification = :read AND a.actor = :actor AND a.at >= :day)
        ON CONFLICT (quota_of, holder, deed, lasts, since) DO UPDATE SET count = q.count + 1
        RETURNING q.quota_of, q.lasts, q.count
    )
    SELECT quota_of, lasts, count FROM counted
    UNION ALL
    SELECT b.asker, NULL, b.id FROM lookup_blocks b
    WHERE b.lifted_at IS NULL AND :deed = 'verification'
      AND (b.asker, b.holder) IN (('unit', :unit), ('system', :system), ('person', :person))
    """
)
_FORGET = text("DELETE FROM quota_uses WHERE lasts = :lasts AND since < :before")


class LookupsBlocked(Refusal, code="lookups_blocked", obligation="15.4"):
    """查询限制 stands for the key, for the person or for the unit."""

    def __init__(self, block: int, asker: Asker) -> None:
        whose = "本单位" if asker is Asker.UNIT else f"这个{asker.label}的密钥"
        super().__init__(f"{whose}近期查询的姓名与证件号码不符过多,发起核验已暂停(查询限制 {block})。", facts={"block": block})


class QuotaSpent(Refusal, code="quota_spent"):
    """限额已用完: of whom, for what, how many, until when. Nothing may be committed."""

    def __init__(self, whose: QuotaOf, deed: Deed, quota: Quota, now: datetime) -> None:
        until = quota.window.until(now)
        super().__init__(
            f"{whose.label}{quota.window.label}{deed.label}以 {quota.limit} 件为限,已经达到。",
            remedy=f"请在 {written(until, '%Y-%m-%d %H:%M')} 以后再试;办理确需更多的,请工作专班办公室联系运维人员调整限额。",
            retry_after=max(1, math.ceil((settings().wall(until) - settings().wall(now)).total_seconds())),
        )


def admit(
    session: Session, who: Filer, deed: Deed, *, now: datetime, matter: str | None = None, case: UUID | None = None, read: str | None = None
) -> None:
    """Count the deed. `read`: the verification whose persons' data are read, before that is on record.

    Raises `LookupsBlocked` and `QuotaSpent`; the transaction is then to be rolled back.
    """
    holders: dict[QuotaOf, str] = {}
    if case is not None:
        holders[QuotaOf.CASE] = str(case)
    if matter is not None:
        holders[QuotaOf.MATTER] = matter
    holders[QuotaOf.SYSTEM if who.system else QuotaOf.PERSON] = who.system or who.person
    holders[QuotaOf.UNIT] = who.unit
    counted = {(whose, quota.window): quota for whose in QuotaOf if whose in holders for quota in of(whose)}
    rows = (
        session.execute(
            _ADMIT,
            {
                "deed": deed.value,
                "unit": who.unit,
                "system": who.system,
                "person": who.person,
                "quota_of": [whose.value for whose, _ in counted],
                "holders": [holders[whose] for whose, _ in counted],
                "lasts": [window.value for _, window in counted],
                "since": [window.since(now) for _, window in counted],
                "read": read,
                "actor": who.actor,
                "day": Window.DAY.since(now),
            },
        )
        .tuples()
        .all()
    )
    for whose, window, count in rows:
        if window is None:
            raise LookupsBlocked(count, Asker(whose))
    for whose, window, count in rows:
        quota = counted[QuotaOf(whose), Window(window)]
        if count > quota.limit:
            raise QuotaSpent(QuotaOf(whose), deed, quota, now)


def of(whose: QuotaOf) -> tuple[Quota, ...]:
    """The quotas that are configured."""
    written: str = getattr(settings(), f"quota_{whose.value}")
    return quotas(written)


def forget(session: Session, *, now: datetime) -> None:
    """Delete the counts of windows at which nobody looks any more."""
    for window, kept in KEPT.items():
        session.execute(_FORGET, {"lasts": window.value, "before": now - kept})
