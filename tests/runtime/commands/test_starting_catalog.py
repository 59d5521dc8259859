"""起步目录: a second `up` leaves alone what the district has made its own."""

from __future__ import annotations

from datetime import timedelta

from ledger.calendars import duty
from ledger.methods import commitments
from ledger.registry import unit_changes
from ledger.tables.duty import Appointment
from ledger.tables.registry import Matter, Person, ProofKind, Unit
from runtime.commands import starting_catalog
from settings import settings
from tests.ledger.acting import alarms, all_of, do


def test_the_districts_commitment_text_stays(ledger: str) -> None:
    now = settings().now()
    do(commitments.put_text, "P-RESIDENCE", "本区自己的承诺书文本", 15, "本区清单", now=now, actor="person:demo-admin")
    starting_catalog.load()
    text = do(commitments.newest_text, "P-RESIDENCE")
    assert text is not None and (text.text, text.version) == ("本区自己的承诺书文本", 2)


def test_every_unit_of_the_demonstration_has_its_staff(ledger: str) -> None:
    do(duty.report_gaps, settings().now())
    assert not {alarm for alarm in alarms() if alarm[0] == "duty_gap"}


def test_what_people_changed_of_the_registers_stays(ledger: str) -> None:
    """A renamed unit had its old name again, who had gone was back, and nobody was on duty for a merged unit but its old staff."""

    def registers() -> list[list[str]]:
        tables = (Unit, Person, Matter, ProofKind, Appointment)
        return [sorted(str([getattr(row, name.key) for name in row.__mapper__.column_attrs]) for row in all_of(table)) for table in tables]

    now = settings().now()
    changed = {"at": now - timedelta(days=1), "document": "市中政〔2026〕1号", "now": now, "actor": "person:demo-admin"}
    do(unit_changes.rename, "370402-CIVIL", "市中区民政和救助局", **changed)
    do(unit_changes.merge, "370402-ARCHIVE", "370402-JUSTICE", **changed)
    do(lambda session: setattr(session.get_one(Person, "demo-guangming-2"), "active", False))
    do(lambda session: setattr(session.get_one(Matter, "DEMO-0004"), "name", "供热申请"))
    before = registers()
    starting_catalog.load()
    assert registers() == before
