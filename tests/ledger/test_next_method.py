"""无法核验: the next method of the catalog's order, where it has one, and a person only where it has none."""

from __future__ import annotations

from sqlalchemy import update

from domain.lifecycle import State
from domain.methods import Answer, Method
from ledger.database import transaction
from ledger.tables.registry import Entry
from tests.ledger.acting import ask, hold, limits, reply, row, take_up
from tests.ledger.filing import file


def test_a_unit_that_cannot_verify_hands_on_to_the_next_method(ledger: str) -> None:
    with transaction() as session:
        entry = update(Entry).where(Entry.matter == "DEMO-0001", Entry.proof == "P-HOUSEHOLD")
        session.execute(entry.values(methods=["issuer", "data_sharing"]))
    lease = hold(file())
    take_up(lease)
    reply(ask(lease), Answer.CANNOT_VERIFY)
    now = row(lease.number)
    assert (now.state, now.method, now.attention) == (State.LOOKING_UP, Method.DATA_SHARING, None)
    assert all(limit.met_at is not None for limit in limits(lease.number).values())
