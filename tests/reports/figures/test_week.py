"""A week played by the real rules: what becomes of a limit decides where it is counted."""

from __future__ import annotations

from reports.model import Rate
from tests.ledger.acting import (
    ISSUER,
    deliver,
    immediate,
    reply,
    seal,
)
from tests.reports.figures.asking import report, row


def test_smoke(ledger: str) -> None:
    lease, request = immediate()
    reply(request)
    seal(lease)
    deliver(lease)
    week = report()
    assert week.limits.hard == Rate(1, 1, "hard")
    assert row(week, ISSUER).spread.median == 60
