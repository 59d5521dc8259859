"""可立即核验: the list says so, and the inbox tells who is to answer."""

from __future__ import annotations

from ledger.casework import inbox_view
from tests.ledger.acting import ISSUER, asked, do
from tests.ledger.filing import NOW
from tests.ledger.listing import alter


def test_the_inbox_says_which_proofs_are_to_be_answered_at_once(ledger: str) -> None:
    """Obligation 7.6."""
    _, before = asked()
    alter("DEMO-0001", "P-HARDSHIP", immediate=True)
    _, after = asked()
    lines = do(inbox_view.lines, ISSUER, actor="person:demo-guangming-1", now=NOW).rows
    assert {line.request.id: line.immediate for line in lines} == {before: False, after: True}
