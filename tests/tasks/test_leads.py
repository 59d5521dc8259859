"""线索 are looked for once a day, by whichever upkeep comes first."""

from __future__ import annotations

from ledger.tables.oversight import Lead
from tasks.leads import _find
from tests.ledger.acting import all_of


def test_once_a_day_and_then_not_again(ledger: str) -> None:
    found = _find()
    assert found == len(all_of(Lead)) and found
    assert _find() is None and len(all_of(Lead)) == found
