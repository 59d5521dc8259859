"""换主密钥: whatever rests on a master key, under the one of today: the data keys of cases, complaints and batches, the callbacks'
secrets, and the texts that belong to no case.

In small transactions, so that it may be killed anywhere and begun again, while everything else goes on. The database
lets a line that is never changed be encrypted anew under another master key and keeps a trace of it (migration 0024).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select, true

from ledger.database import transaction
from ledger.tables.batches import Batch
from ledger.tables.cases import Case
from ledger.tables.oversight import Complaint, LeadStepRow
from ledger.tables.records import VoluntarySubmission
from ledger.tables.recusals import Recusal
from ledger.tables.registry import CallbackAddress
from ledger.tables.sign_in import Credential
from ledger.vault import Place, vault

_BATCH = 200
_FRONT = 64  #: bytes at the front of a sealed text in which its master key's name stands


@dataclass(frozen=True)
class _Sealed:
    """A column whose values a master key encrypts itself."""

    table: type[Any]
    column: str
    where: ColumnElement[bool]

    @property
    def value(self) -> Any:
        return getattr(self.table, self.column)

    def place(self, row: Any) -> Place:
        return Place(self.table.__tablename__, self.column, row.id)


_SEALED = (
    _Sealed(CallbackAddress, "secret", true()),
    _Sealed(Credential, "totp", true()),
    _Sealed(LeadStepRow, "text", LeadStepRow.text.is_not(None)),
    _Sealed(Recusal, "why", true()),
    _Sealed(VoluntarySubmission, "stated", VoluntarySubmission.case.is_(None)),
)


_WITH_A_KEY: tuple[type[Any], ...] = (Case, Complaint, Batch)


def rewrap() -> int:
    """Until nothing is left; gives how many were wrapped anew. May be stopped and called again at any time."""
    return sum(map(_all_of, _WITH_A_KEY)) + sum(map(_texts, _SEALED))


def _all_of(table: type[Any]) -> int:
    """Cases, complaints, batches: each has a data key of its own."""
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


def _texts(sealed: _Sealed) -> int:
    done, keys, value = 0, vault(), sealed.value
    front = keys.front()
    earlier = (sealed.where, func.length(value) > 0, func.substr(value, 1, len(front)) != front)
    query = select(sealed.table).where(*earlier).order_by(sealed.table.id).limit(_BATCH).with_for_update()
    while True:
        with transaction() as session:
            rows = session.scalars(query).all()
            for row in rows:
                place = sealed.place(row)
                setattr(row, sealed.column, keys.encrypt(place, keys.decrypt(place, bytes(getattr(row, sealed.column)))))
        if not rows:
            return done
        done += len(rows)


def left() -> dict[str, int]:
    """How much rests on each earlier master key: what is still to be wrapped."""
    found: dict[str, int] = {}
    keys = vault()
    with transaction() as session:
        for table in _WITH_A_KEY:
            for name, count in session.execute(
                select(table.master_key, func.count()).where(func.length(table.data_key) > 0).group_by(table.master_key)
            ):
                found[name] = found.get(name, 0) + count
        for sealed in _SEALED:
            for front in session.scalars(select(func.substr(sealed.value, 1, _FRONT)).where(sealed.where, func.length(sealed.value) > 0)):
                name = keys.wrapped_by(bytes(front))
                found[name] = found.get(name, 0) + 1
    return {name: count for name, count in sorted(found.items()) if name != keys.current}
