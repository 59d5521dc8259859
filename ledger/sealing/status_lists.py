"""撤销状态清单 of the ledger (obligations 16.8, 11.1): each proof has a place in one, given when its seal's use begins.

Places are given in an order that nobody outside can follow: how many proofs there are between two is not to be read off.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.refusal import Refusal
from domain.status_places import SIZE, Place, scattered
from ledger.tables.effects import Proof, SealUse
from ledger.vault import vault
from settings import settings


class ListUnknown(Refusal, code="status_list_unknown"):
    """没有这份清单: none of its places was given yet."""


def place(serial: int) -> Place:
    """Where the proof stands whose seal's use was the `serial`-th, from 0 on."""
    listed, index = numbers(serial)
    return Place(address(listed), index)


def numbers(serial: int) -> tuple[int, int]:
    """The same as two numbers: of the list, and of the place in it."""
    return serial // SIZE, scattered(serial % SIZE, _order())


def address(number: int) -> str:
    """Where everybody fetches a list."""
    return f"{settings().public_url.rstrip('/')}/status-lists/{number}"


def count(session: Session) -> int:
    """How many lists there are."""
    last = session.scalar(select(func.max(SealUse.status_serial)))
    return 0 if last is None else last // SIZE + 1


def revoked(session: Session, number: int) -> list[int]:
    """The places of this list whose proofs are revoked. Raises ListUnknown."""
    if not 0 <= number < count(session):
        raise ListUnknown
    query = (
        select(SealUse.status_serial)
        .join(Proof, Proof.seal_use == SealUse.id)
        .where(Proof.revoked_at.is_not(None), SealUse.status_serial >= number * SIZE, SealUse.status_serial < (number + 1) * SIZE)
    )
    order = _order()
    return [scattered(serial % SIZE, order) for serial in session.scalars(query) if serial is not None]


def _order() -> Callable[[int, int], int]:
    key = vault().status_key("order")

    def order(step: int, half: int) -> int:
        return int.from_bytes(hmac.digest(key, bytes([step]) + half.to_bytes(2, "big"), hashlib.sha256)[:2], "big")

    return order
