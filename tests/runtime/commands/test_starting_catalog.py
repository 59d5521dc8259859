"""起步目录: a second `up` leaves alone what the district has made its own."""

from __future__ import annotations

from ledger.calendars import duty
from ledger.methods import commitments
from runtime.commands import starting_catalog
from settings import settings
from tests.ledger.acting import alarms, do


def test_the_districts_commitment_text_stays(ledger: str) -> None:
    now = settings().now()
    do(commitments.put_text, "P-RESIDENCE", "本区自己的承诺书文本", 15, "本区清单", now=now, actor="person:demo-admin")
    starting_catalog.load()
    text = do(commitments.newest_text, "P-RESIDENCE")
    assert text is not None and (text.text, text.version) == ("本区自己的承诺书文本", 2)


def test_every_unit_of_the_demonstration_has_its_staff(ledger: str) -> None:
    do(duty.report_gaps, settings().now())
    assert not {alarm for alarm in alarms() if alarm[0] == "duty_gap"}
