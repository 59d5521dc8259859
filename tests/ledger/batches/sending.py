"""A batch in the fresh ledger, of synthetic people with a case each."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from domain.roles import IdType
from ledger.actor import Filer
from ledger.batches import intake
from ledger.batches.filing import file_some
from ledger.batches.intake import BatchSent, RowSent
from ledger.casework import registration
from ledger.database import transaction
from ledger.lifecycle.receiving import Asked
from sandbox.people import by_name
from tests.ledger.acting import deliver, found, hold, seal, take_up
from tests.ledger.filing import FILER, NOW, UNIT, case_data

PEOPLE = ("演示甲子", "演示乙丑", "演示丙寅")


def a_case(person: str = "演示甲子", unit: str = UNIT, *, now: datetime = NOW, **changes: object) -> str:
    """A case of the unit; gives its number."""
    data = case_data(person, **({"accepted_at": now, "promise_end": now + timedelta(days=5)} | changes))
    with transaction() as session:
        registration.register(session, unit, data, now=now, actor="test")
    return data.number


def row(
    line: int, case: str, person: str = "演示甲子", proof: str = "P-HOUSEHOLD", own: tuple[str, ...] = (), **changes: object
) -> RowSent:
    holder = by_name(person)
    values = {"case_number": case, "proof": proof, "id_type": IdType(holder.id_type), "id_number": holder.id_number, "name": holder.name}
    return RowSent(line, own or (str(line), case), Asked(**(values | changes)))  # type: ignore[arg-type]


def sent(*rows: RowSent, heads: tuple[str, ...] = ("序号", "办件编号"), **changes: object) -> BatchSent:
    values = {"purpose": "低保年度复核", "responsible": FILER.person, "heads": heads, "rows": rows}
    return BatchSent(**(values | changes))  # type: ignore[arg-type]


def send(batch: BatchSent, *, now: datetime = NOW, filer: Filer = FILER, key: str = "", digest: str = "d") -> str:
    """收下; gives the batch's number."""
    with transaction() as session:
        return intake.take_in(session, filer, batch, key or uuid4().hex, digest, now=now)[0].number


def file_all(number: str, *, now: datetime = NOW) -> list[str]:
    """Every row that can be; gives the new verifications."""
    found: list[str] = []
    while True:
        with transaction() as session:
            filed = file_some(session, number, now=now)
        found += filed.numbers
        if not filed.left:
            return found


def delivered(number: str, *, now: datetime = NOW) -> None:
    """Taken on, answered by shared data, sealed and delivered, as a pass does it."""
    lease = hold(number)
    take_up(lease, now)
    found(lease, now=now)
    seal(lease, now)
    deliver(lease, now)
