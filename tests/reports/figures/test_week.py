"""A week played by the real rules: what becomes of a limit decides where it is counted."""

from __future__ import annotations

from datetime import timedelta

from domain.limits import HandlingType
from ledger import requests, supplements
from ledger.filing import Filer
from reports.model import Rate
from tests.ledger.acting import HOUR, ISSUER, MINUTE, ask, asked, deliver, do, escalate, found, hold, immediate, reply, seal, swept, take_up
from tests.ledger.filing import NOW, UNIT, file
from tests.reports.figures.asking import MONDAY, WEEK, report, row


def test_smoke(ledger: str) -> None:
    lease, request = immediate()
    reply(request)
    seal(lease)
    deliver(lease)
    week = report()
    print(week.as_json())
    assert week.limits.hard == Rate(1, 1, "hard")
    assert row(week, ISSUER).spread.median == 60
