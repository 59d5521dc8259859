"""众多不同当事人 (obligation 16.7): many persons in a minute, in an hour, in one case; quotas that were spent. Systems' keys count.

A minute and an hour are any minute and any hour, not those of the clock. A person who is asked about again in the same
one counts once, so that no repeated question hides where the strangers are.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import text
from sqlalchemy.orm import Session

from domain.leads import Indication, LeadRule
from domain.quotas import QuotaOf
from ledger.lifecycle import admission
from ledger.oversight.indicators.finding import beside, found, half, listing, often

SPAN = timedelta(hours=2)  #: how far back `at_once` is asked to look
_R = LeadRule
#: Any minute lies in two neighbours of the clock's, one of which holds half a crowd at least. Of a million verifications that
#: leaves few to be read with their persons. Where two keys share a hash they are read together, and told apart below.
_SLOT = "(CAST(hashtext({of}) AS bigint) << 32) + CAST(floor(date_part('epoch', v.filed_at) / {seconds}) AS bigint)"
_FILED = "FROM verifications v WHERE v.filed_at >= :start AND v.filed_at < :end"
#: Where few minutes are so full, these alone are read.
_FILED_THEN = """
    FROM unnest(CAST(:times AS bigint[])) AS at (slot) CROSS JOIN LATERAL (
        SELECT * FROM verifications
        WHERE filed_at >= to_timestamp(at.slot * {seconds}) AND filed_at < to_timestamp((at.slot + 1) * {seconds}) OFFSET 0
    ) v WHERE v.filed_at >= :start AND v.filed_at < :end
"""
_FEW = 8  #: one in so many: reading the whole week once costs less than a tenth of it by an index
#: Whole minutes of the clock's are read, since who counts once is decided within one. Cases and persons are looked up one by
#: one (OFFSET 0): they are few, and PostgreSQL, which cannot know that, would read all that there are.
_CROWD = """
    WITH asked AS (
        SELECT DISTINCT ON ({by}, lookup, date_trunc('{span}', filed_at)) * FROM (
            SELECT v.unit, c.matter, v.case_id, v.filed_at, v.number, p.lookup,
                   CASE WHEN v.via_system IS NULL THEN 'person:' || v.filed_by ELSE 'system:' || v.via_system END AS key
            FROM (SELECT v.* {filed} {only} AND {slot} = ANY (CAST(:dense AS bigint[])) OFFSET 0) v
            CROSS JOIN LATERAL (SELECT matter FROM cases WHERE id = v.case_id OFFSET 0) c
            CROSS JOIN LATERAL (SELECT lookup FROM parties WHERE id = v.party_id OFFSET 0) p
        ) filed ORDER BY {by}, lookup, date_trunc('{span}', filed_at), filed_at
    ), busy AS (
        SELECT *, count(*) OVER (
            PARTITION BY {by} ORDER BY filed_at RANGE BETWEEN CURRENT ROW AND interval '1 {span}' FOLLOWING
        ) AS together FROM asked
    ), fullest AS (
        SELECT DISTINCT ON ({subject}) * FROM busy WHERE together >= :least ORDER BY {subject}, together DESC, filed_at, key
    )
    SELECT f.unit, {named}, array_agg(a.number ORDER BY a.number), count(DISTINCT a.lookup), count(DISTINCT a.key),
           count(DISTINCT a.matter), count(DISTINCT a.case_id)
    FROM fullest f JOIN asked a ON ({joined}) AND a.filed_at BETWEEN f.filed_at AND f.filed_at + interval '1 {span}'
    GROUP BY 1, 2 HAVING count(DISTINCT a.lookup) >= :least
"""
_IN_ONE_CASE = """
    SELECT v.unit, c.number, array_agg(v.number), count(DISTINCT p.lookup)
    FROM verifications v JOIN cases c ON c.id = v.case_id JOIN parties p ON p.id = v.party_id
    WHERE v.case_id = ANY (CAST(:large AS uuid[])) AND v.filed_at >= :start AND v.filed_at < :end
    GROUP BY v.unit, c.id HAVING count(DISTINCT p.lookup) >= :least
"""
_LARGE = f"SELECT DISTINCT v.case_id {_FILED} AND uuid_hash_extended(v.case_id, 0) = ANY (CAST(:slots AS bigint[]))"
_SPENT = """
    SELECT unit, :named, NULL, count(*) FROM quota_uses
    WHERE quota_of = :whose AND lasts = :lasts AND count >= :limit AND since >= :start AND since < :end GROUP BY unit
"""


def indications(session: Session, start: datetime, end: datetime, now: datetime) -> list[Indication]:
    """Everything of this kind in [start, end)."""
    return [*at_once(session, start, end), *_crowds(session, _R.MANY_STRANGERS, start, end)]


def at_once(session: Session, start: datetime, end: datetime) -> list[Indication]:
    """What is seen within minutes: bursts, crowded cases, quotas."""
    return [
        *_crowds(session, _R.STRANGERS_AT_ONCE, start, end),
        *_crowds(session, _R.STRANGERS_BY_ONE_KEY, start, end),
        *_in_one_case(session, start, end),
        *_spent(session, start, end),
    ]


def _in_one_case(session: Session, start: datetime, end: datetime) -> list[Indication]:
    within = {"start": start, "end": end}
    slots = often(session, "uuid_hash_extended(v.case_id, 0)", _FILED, _R.MANY_IN_ONE_CASE.about.least, **within)
    if not slots:
        return []
    large = session.scalars(text(_LARGE), {**within, "slots": slots}).all()
    return found(session, _R.MANY_IN_ONE_CASE, "不同当事人", _IN_ONE_CASE, start, end, large=large)


def _crowds(session: Session, rule: LeadRule, start: datetime, end: datetime) -> list[Indication]:
    span: Literal["minute", "hour"] = "hour" if rule is _R.MANY_STRANGERS else "minute"
    by, subject, named = {
        _R.MANY_STRANGERS: ("unit, matter, key", "unit, matter", "f.matter"),
        _R.STRANGERS_AT_ONCE: ("unit", "unit", "''"),
        _R.STRANGERS_BY_ONE_KEY: ("unit, key", "unit", "''"),
    }[rule]
    by_unit = rule is _R.STRANGERS_AT_ONCE
    seconds = 3600 if span == "hour" else 60
    slot = _SLOT.format(of="v.unit" if by_unit else "v.filed_by", seconds=seconds)
    only = "" if by_unit else "AND v.via_system IS NULL"
    half_full = often(session, slot, f"{_FILED} {only}", half(rule.about.least), start=start, end=end)
    if not half_full:
        return []
    dense = beside(half_full)
    times = sorted({one & 0xFFFFFFFF for one in dense})  # a slot's lower half
    few = len(times) * seconds * _FEW < (end - start).total_seconds()
    query = _CROWD.format(
        by=by,
        subject=subject,
        named=named,
        span=span,
        slot=slot,
        filed=_FILED_THEN.format(seconds=seconds) if few else _FILED,
        only=only,
        joined=" AND ".join(f"a.{column} = f.{column}" for column in by.split(", ")),
    )
    asked = {"start": start, "end": end, "least": rule.about.least, "dense": dense, **({"times": times} if few else {})}
    rows = session.execute(text(query), asked)
    return [
        Indication(rule, unit, about, *listing(numbers, {"不同当事人": persons, "密钥": keys, "事项": matters, "办件": cases}))
        for unit, about, numbers, persons, keys, matters, cases in rows
    ]


def _spent(session: Session, start: datetime, end: datetime) -> list[Indication]:
    """A window counts where it began in this time, or runs in it: a day's is not over before the day is."""
    return [
        indication
        for whose in QuotaOf
        for quota in admission.of(whose)
        for indication in found(
            session,
            _R.QUOTA_SPENT,
            "次数",
            _SPENT,
            quota.window.since(start),
            end,
            whose=whose.value,
            lasts=quota.window.value,
            limit=quota.limit,
            named=f"{whose.label}{quota.window.label} {quota.limit} 件",
        )
    ]
