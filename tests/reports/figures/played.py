"""A year of a district in one ledger: every kind of row that a figure looks at, registers and complaints by `./run import`, leads by
the search that finds them each day, one unit renamed in March, two merged in July.

What people enter goes through the commands at the day on which they would have entered it. Verifications are written past the rules
(`month.py`): the report reads rows and cares for no door, and twenty thousand through it would take an hour; what the rules make of
a week is simulated in `test_week.py`.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from unittest import mock

from sqlalchemy import select

from domain.lead_path import NEEDS, LeadStatus, LeadStep
from ledger.database import transaction
from ledger.oversight import lead_steps, leads
from ledger.registry.unit_changes import merge, rename
from ledger.tables.oversight import Lead
from tests.ledger.acting import do
from tests.reports.figures import year
from tests.reports.figures.checked import fill_checked
from tests.reports.figures.complained import fill as fill_complaints
from tests.reports.figures.conducted import fill as fill_conduct
from tests.reports.figures.handed_in import ADMINISTRATOR, MORE, OFFICE, UNITS, Files, as_of
from tests.reports.figures.month import ASKING, DAY, ISSUING, LOCAL, Month

_MOST = 40  #: rows of a file: what people enter does not grow with the verifications
YEAR = Month(
    date(2026, 1, 1),
    20261231,
    days=365,
    count=1500,
    asking=(*ASKING, *list(MORE)[:5]),
    issuing=(*ISSUING, *list(MORE)[5:]),
    mergers=(
        ("370402-GUANGMING", "370402-LONGSHAN", timedelta(days=188, hours=10)),
        ("370402-KUANGQU", "370402-ZHONGXIN", timedelta(days=200, hours=9)),
    ),
    renamed=("370402-HOUSING", "市中区住房和城乡建设局", timedelta(days=74, hours=9)),
)


def play(folder: Path, district: Month = YEAR) -> None:
    """Fill the ledger; the files that are imported are left in `folder`."""
    files = Files(folder, random.Random(district.seed))
    size = min(district.some(6), _MOST)
    files.registers(district.start)
    fill_checked(district)
    year.fill(district.seed + 1, UNITS)
    do(fill_conduct, district, UNITS)
    do(fill_complaints, district, UNITS)
    unit, name, after = district.renamed
    changes = [(after, lambda at: do(rename, unit, name, at=at, document="市中政〔2026〕3号", now=at, actor="x"))]
    changes += [
        (since, lambda at, old=old, into=into: do(merge, old, into, at=at, document="市中政〔2026〕7号", now=at, actor="x"))
        for old, into, since in district.mergers
    ]
    for month in range(12):
        end = datetime(2026 + (month == 11), month % 11 + 2 if month < 11 else 1, 1, 8, tzinfo=LOCAL)
        for since, change in list(changes):
            if district.start + since < end:
                change(district.start + since)
                changes.remove((since, change))
        with as_of(end):
            files.month(end, size)
            if month == 6:
                files.connected(end)
            if month % 3 == 2:
                files.quarter(end, size)
            files.results(end)
        for back in range(4, 0, -1):
            do(leads.find, *leads.week_of(end - back * 7 * DAY), now=end)
        _handle(files.chance, end)


def _handle(chance: random.Random, now: datetime) -> None:
    """The office looks at the leads of the month: some are dismissed, some notified; a notified unit's answer did or did not do."""
    courses = [
        (),
        (LeadStep.DISMISS,),
        (LeadStep.NOTIFY,),
        (LeadStep.NOTIFY, LeadStep.ANSWER),
        (LeadStep.NOTIFY, LeadStep.ANSWER, LeadStep.ACCEPT),
        (LeadStep.NOTIFY, LeadStep.ANSWER, LeadStep.EXEMPT),
    ]
    whole = {"document": "市中政函〔2026〕1号", "exemption": "17.3"}
    # Of a case that is copied nothing can be read; of its own unit the administrator decides nothing (回避).
    with transaction() as session, mock.patch.object(lead_steps, "names_behind", return_value=()):
        found = select(Lead.number, Lead.unit).where(Lead.standing == LeadStatus.FOUND, Lead.unit != OFFICE)
        for number, unit in sorted(session.execute(found).tuples()):
            for place, step in enumerate(chance.choice(courses)):
                person, whose = (f"person:{unit}", unit) if step is LeadStep.ANSWER else (f"person:{ADMINISTRATOR}", OFFICE)
                record, at = {name: whole[name] for name in NEEDS.get(step, ())}, now + place * 3 * DAY
                lead_steps.take(session, number, step, person=person, unit=whose, now=at, text="演示", record=record, days=10)


def sized(count: int) -> Month:
    """The same year of so many verifications."""
    return replace(YEAR, count=count)
