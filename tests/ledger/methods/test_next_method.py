"""无法核验: the next method of the catalog's order, where it has one, and a person only where it has none."""

from __future__ import annotations

from domain.lifecycle import State
from domain.methods import Answer, Method
from tests.ledger.acting import ask, hold, limits, reply, row, take_up
from tests.ledger.filing import file
from tests.ledger.listing import alter


def test_a_unit_that_cannot_verify_hands_on_to_the_next_method(ledger: str) -> None:
    alter(methods=(Method.ISSUER, Method.DATA_SHARING))
    lease = hold(file())
    take_up(lease)
    reply(ask(lease), Answer.CANNOT_VERIFY)
    now = row(lease.number)
    assert (now.state, now.method, now.attention) == (State.LOOKING_UP, Method.DATA_SHARING, None)
    assert all(limit.met_at is not None for limit in limits(lease.number).values())
