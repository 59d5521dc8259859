"""预算: what one verification that shared data answer may ask of the ledger, from its lease to its delivery."""

from __future__ import annotations

import asyncio

import pytest

from domain.lifecycle import State
from flows.verification import verification
from ledger.database import transaction
from runtime.worker import first_passes
from tasks.passes import begin
from tests.flows.test_interruptions import assert_once, file_now
from tests.ledger.acting import row
from tests.statements import counting

pytestmark = pytest.mark.usefixtures("stack")

STATEMENTS, TRANSACTIONS = 14, 4


def test_the_main_path_keeps_within_its_budget(ledger: str) -> None:
    for _ in range(2):  # the first one measures the clock and loads the rules
        number = file_now("P-HOUSEHOLD", "演示甲子")
        with counting() as spent:
            (new,) = first_passes._take(1)
            begin(new.fresh.lease, new.about)
            asyncio.run(verification.fn(number))
    assert_once(number, requests_made=0)
    assert len(spent.statements) <= STATEMENTS, "\n".join(spent.statements)
    assert spent.transactions <= TRANSACTIONS


def test_filing_and_nothing_else_is_asked_of_an_idle_ledger(ledger: str) -> None:
    with counting() as spent, transaction():
        pass
    assert (spent.statements, spent.transactions) == ([], 1), "no ping before a transaction"
    assert row(file_now("P-HOUSEHOLD", "演示甲子")).state is State.RECEIVED
