"""换主密钥: the data keys of cases and complaints, and the callbacks' secrets, under the master key of today.

In small transactions, so that it may be killed anywhere and begun again, while everything else goes on. What is
append-only and belongs to no case cannot be rewritten; it is counted, and keeps its master key needed.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from ledger.database import transaction
from ledger.tables.cases import Case
from ledger.tables.oversight import Complaint, LeadStepRow
from ledger.tables.records import VoluntarySubmission
from ledger.tables.recusals import Recusal
from ledger.tables.registry import CallbackAddress
from ledger.vault import Place, vault

_BATCH = 200


def rewrap() -> int:
    """Until nothing is left; gives how many keys were wrapped anew. May be stopped and called again at any time."""
    return sum(_all_of(table) for table in (Case, Complaint)) + _secrets()


def _all_of(table: type[Any]) -> int:
    """Cases or complaints: both have a data key of their own."""
    done, keys = 0, vault()
    earlier = (table.master_key != keys.current, func.length(table.data_key) > 0)
    query = select(table).where(*earlier).order_by(table.id).limit(_BATCH).with_for_update()
    while True:
        with transaction() as session:
            rows = session.scalars(query).all()
            for row in rows:
                row.data_key, row.master_key = keys.rewrap(row.id, row.data_key, row.master_key)
        if not rows:
            return done
        done += len(rows)


def _secrets() -> int:
    done, keys = 0, vault()
    with transaction() as session:
        for row in session.scalars(select(CallbackAddress).with_for_update()):
            if keys.wrapped_by(row.secret) != keys.current:
                place = Place("callback_addresses", "secret", row.id)
                row.secret = keys.encrypt(place, keys.decrypt(place, row.secret))
                done += 1
    return done


def left() -> dict[str, int]:
    """How much rests on each earlier master key: what is still to be wrapped, and what never can be."""
    found: dict[str, int] = {}
    keys = vault()
    with transaction() as session:
        for table in (Case, Complaint):
            for name, count in session.execute(
                select(table.master_key, func.count()).where(func.length(table.data_key) > 0).group_by(table.master_key)
            ):
                found[name] = found.get(name, 0) + count
        kept = [
            *session.scalars(select(CallbackAddress.secret)),
            *session.scalars(select(func.substr(Recusal.why, 1, 64))),
            *session.scalars(select(func.substr(LeadStepRow.text, 1, 64)).where(LeadStepRow.text.is_not(None))),
            *session.scalars(
                select(func.substr(VoluntarySubmission.stated, 1, 64)).where(VoluntarySubmission.case.is_(None))
            ),
        ]
    for sealed in kept:
        name = keys.wrapped_by(bytes(sealed))
        found[name] = found.get(name, 0) + 1
    return {name: count for name, count in sorted(found.items()) if name != keys.current}
