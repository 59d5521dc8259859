"""共享来源的答复: what each source said of a verification before a unit was asked, as that unit may read it (obligations 7.2, 15.4).

What a source holds of the person (fields, licences, its reply) stays with the requesting unit: here are fixed words and a count.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.lifecycle import Event
from domain.share import ShareOutcome, failed, said
from ledger.cases.cases import key_of
from ledger.methods.sharing import NOT_HELD
from ledger.tables.catalog import Entry
from ledger.tables.verifications import EventRow, Lookup, Verification
from ledger.vault import Place

_FAILED = "source_failed"  #: of an event's `why`, before the fault's code
_LEFT = {"choice_declined": "需求单位没有选定", "choice_timed_out": "需求单位逾期没有选定"}


@dataclass(frozen=True)
class ShareAnswer:
    """One source asked once. `source`: its key; `at`: when it was asked, or given up; `candidates`: how many licences fitted, where
    more than one did."""

    source: str
    at: datetime
    said: str
    candidates: int | None = None


def before(session: Session, verification: Verification, until: datetime) -> list[ShareAnswer]:
    """What was said until an instant, the earliest first; empty where no source was asked."""
    listed = session.scalar(select(Entry.source).where(Entry.id == verification.entry)) or ""
    # Not the rows whole: they hold the source's reply and its document.
    columns = Lookup.id, Lookup.source, Lookup.outcome, Lookup.asked_at, Lookup.answered_at, Lookup.candidates
    query = select(*columns).where(Lookup.verification == verification.number, Lookup.answered_at <= until).order_by(Lookup.attempt)
    found: list[tuple[datetime, ShareAnswer]] = []
    for identity, source, outcome, asked_at, answered_at, sealed in session.execute(query).tuples():
        count = None
        if outcome is ShareOutcome.SEVERAL:
            place = Place("lookups", "candidates", identity)
            count = len(json.loads(key_of(session, verification.case).decrypt(place, sealed)))
        found.append((answered_at, ShareAnswer(source, asked_at, said(outcome, count), count)))
    for at, detail in _turns(session, verification.number, until):
        why, missing = str(detail.get("why", "")), detail.get("fields") if detail.get("code") == "fields_missing" else None
        if why == NOT_HELD or why.partition(":")[0] == _FAILED:
            words = "没有查询:这个来源不按这种证件查询" if why == NOT_HELD else failed(why.partition(":")[2])
            found.append((at, ShareAnswer(str(detail.get("source") or listed), at, words)))
        elif why in _LEFT or missing:  # of the answer before it
            so_far = [one for one in found if one[0] <= at]
            more = _LEFT.get(why) or f"其中没有证明所需的{'、'.join(missing or ())}"
            if so_far:
                place_of = found.index(so_far[-1])
                found[place_of] = so_far[-1][0], replace(so_far[-1][1], said=f"{so_far[-1][1].said},{more}")
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def _turns(session: Session, number: str, until: datetime) -> list[tuple[datetime, Mapping[str, Any]]]:
    """Where a look-up led no further: the next method, or a person where there was none."""
    left = EventRow.event.in_([Event.FELL_BACK, Event.ATTENTION_NEEDED])
    query = select(EventRow.at, EventRow.detail).where(EventRow.verification == number, left, EventRow.at <= until)
    return list(session.execute(query.order_by(EventRow.id)).tuples())
