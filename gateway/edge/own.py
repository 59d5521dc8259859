"""本单位的: what a caller's unit filed, and what its 督办员 may do in a colleague's place."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from domain.numbers import is_number
from ledger.casework import views
from ledger.deadlines import supervision_basis
from ledger.lifecycle.standings import UnknownNumber
from ledger.registry.keys import Caller
from ledger.supervision import supervisions
from ledger.tables.verifications import Verification
from settings import settings


def own(session: Session, caller: Caller, number: str) -> Verification:
    """The verification that the caller's unit filed; another unit's looks like none. Raises `UnknownNumber`."""
    row = views.find_verification(session, number, caller.unit) if is_number(number) else None
    if row is None:
        raise UnknownNumber
    return row


def may_override(session: Session, caller: Caller, request: UUID) -> bool:
    """The unit's 督办员, by duty and not by role, may act on what a colleague claimed (10.2, 10.12)."""
    opened = supervision_basis.of_request(session, request)
    return supervisions.in_charge(session, caller.unit, caller.person, opened, now=settings().now())
