"""投诉反映的 (obligations 16.2, 16.5, 16.6, 16.8, 16.9): what people complain of, by the clause that it may be a indication of."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from domain.leads import COMPLAINED_OF, Indication
from ledger.oversight.indicators.finding import found
from ledger.succession import Charges, codes_of

#: Whether a paper that was asked for stands in the list is a fact: where the proof is named, it decides, not the channel.
_ABOUT = f"""CASE
    WHEN c.about IN ('still_asked', 'invented') AND c.proof IS NOT NULL THEN
        CASE WHEN EXISTS (SELECT FROM entries e WHERE e.proof = c.proof AND e.until_version IS NULL
                          AND (c.matter IS NULL OR e.matter = ANY ({codes_of("c.matter")}))) THEN 'still_asked' ELSE 'invented' END
    ELSE c.about END"""
_COMPLAINED = f"""
    WITH reported AS (
        SELECT {{unit}} AS unit, c.number, {_ABOUT} AS about, c.about_since
        FROM complaints c
        WHERE c.unit IS NOT NULL AND c.duplicates IS NULL AND (c.about_since >= :start AND c.about_since < :end OR c.number = ANY (
            ARRAY(SELECT unnest(l.numbers) FROM leads l WHERE l.rule = :sign AND l.period_start = :start)))
    ), signs AS (
        SELECT r.*, (SELECT array_agg(l.period_start) FROM leads l
                     WHERE l.rule = :sign AND l.unit = r.unit AND r.number = ANY (l.numbers)) AS held
        FROM reported r WHERE about = :about
    )
    SELECT unit, '', array_agg(number), count(*) FROM signs
    WHERE :start = ANY (held) OR (held IS NULL AND about_since >= :start AND about_since < :end)
    GROUP BY unit HAVING count(*) >= :least
"""
#: Of each open lead, how many of its complaints were found since to be about something else or of another unit. Which of both kinds of
#: paper it is the list of then said: that the list has changed takes nothing back.
_OTHERWISE = f"""
    SELECT l.id, count(*) FILTER (WHERE c.assessed_at > l.found_at AND (r.about <> :about OR {{unit}} IS DISTINCT FROM l.unit))
    FROM leads l JOIN complaints c ON c.number = ANY (l.numbers) CROSS JOIN LATERAL (SELECT {_ABOUT} AS about) r
    WHERE l.rule = :sign AND l.standing = ANY (:standings) GROUP BY l.id
"""


def found_otherwise(session: Session, standings: Collection[str]) -> dict[UUID, int]:
    """Lead -> how many of the complaints that it names are no sign of it any more, by what was found of them since."""
    charges = Charges.until(session)
    query = text(_OTHERWISE.format(unit=charges.sql("c.unit", "c.received_at")))
    given = {"standings": list(standings), **charges.given}
    return {
        lead: count
        for about, rule in COMPLAINED_OF.items()
        for lead, count in session.execute(query, {"about": about.value, "sign": rule.value, **given}).tuples()
    }


def indications(session: Session, start: datetime, end: datetime, now: datetime) -> list[Indication]:
    """Every complaint of which it was written, or found, in [start, end) what it is about, whenever it came: an export is a month's,
    and most of them say nothing of it. What was a sign of the same of the same unit in another week is none once more, and stays in that
    week's lead. Probable duplicates are left aside; after a merger the successor's."""
    charges = Charges.until(session)
    query = _COMPLAINED.format(unit=charges.sql("c.unit", "c.received_at"))
    return [
        indication
        for about, rule in COMPLAINED_OF.items()
        for indication in found(session, rule, "投诉件数", query, start, end, about=about.value, sign=rule.value, **charges.given)
    ]
