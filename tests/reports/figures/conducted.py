"""索要, 免责, 督导检查 as rows by chance: what the figures of article 7.5, 17 and 19 look at."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.demands import DemandTold
from domain.lead_path import LeadStatus, LeadStep
from domain.leads import LeadRule
from ledger.tables.cases import Case
from ledger.tables.catalog import CatalogVersion, ChangeTask, Entry
from ledger.tables.duty import Absence, Appointment
from ledger.tables.oversight import Lead, LeadStepRow, RegisterEntry
from ledger.tables.records import Demand, VoluntarySubmission
from ledger.tables.registry import Matter, Person, Unit
from tests.reports.figures.month import DAY, LOCAL, Month


def fill(session: Session, month: Month, units: Sequence[str]) -> None:
    chance = random.Random(19)

    def instant() -> datetime:
        return month.instant(chance)

    def day(at: datetime, most: int) -> str:
        return str(at.astimezone(LOCAL).date() + chance.randrange(most) * DAY)

    def enter(kind: str, unit: str, at: datetime, values: dict[str, str], replaces: int | None = None) -> int:
        row = RegisterEntry(register=kind, unit=unit, values=values, entered_at=at, entered_by="x", replaces=replaces)
        session.add(row)
        session.flush()
        return int(row.serial)

    for _ in range(month.some(90)):
        told, at = chance.choice(list(DemandTold)), instant()
        listed, unlisted = chance.choice([(True, False)] * 3 + [(False, True)] * 2 + [(False, False)])
        session.add(
            Demand(
                recorded_at=at,
                demanded_at=at,
                unit=chance.choice(units),
                matter="DEMO-0001",
                proof=None if unlisted and chance.random() < 0.5 else chance.choice(("P-HOUSEHOLD", "P-HARDSHIP")),  # by its name alone
                paper="演示材料" if unlisted else None,
                told_by=told,
                listed=listed,
                unlisted=unlisted,
                blocked=(listed or unlisted) and told is DemandTold.UNIT,
                recorded_by="x",
            )
        )
    _duty(session, month, units)
    _tasks(session, month, units)
    _shared(session)
    for number in range(min(month.some(60), 120)):
        at = instant()
        lead = Lead(
            id=uuid4(),
            number=f"XS{number}",
            rule=LeadRule.BY_HAND,
            rules_version="x",
            clause="16.8",
            unit=chance.choice(units),
            subject=f"{number}",
            period_start=month.start,
            period_end=at,
            found_at=month.start,
            counts={},
            numbers=[],
            standing=LeadStatus.EXEMPTED,
        )
        session.add(lead)
        session.flush()
        clause = chance.choice(["17.3", "17.4", "17.5"])
        times = {"known_at": (at - 9 * DAY).isoformat(), "remedied_at": (at - 9 * DAY + chance.random() * 4 * DAY).isoformat()}
        record = {"exemption": clause, "document": "x"} | (times if clause != "17.3" else {})
        for step, given in ((LeadStep.ANSWER, {}), (LeadStep.EXEMPT, record)):
            session.add(LeadStepRow(id=uuid4(), lead=lead.id, step=step, at=at, person="x", unit=None, record=given))
            session.flush()
    for _ in range(min(month.some(60), 120)):
        at, unit = instant(), chance.choice(units)
        plan = enter("inspection_plans", unit, at - 9 * DAY, {"计划日期": day(at, 9), "内容": "x"})
        if chance.random() < 0.4:  # an inspection names the plan as it stood or as it stands
            moved = enter("inspection_plans", unit, at, {"计划日期": day(at, 9), "内容": "改期"}, plan)
            plan = chance.choice([plan, moved])
        if chance.random() < 0.3:
            continue
        made = at + chance.random() * 12 * DAY
        values = {"检查日期": day(made, 2), "内容": "x", "发现问题": chance.choice(["x"] * 4 + ["无", "未发现问题。"])}
        values |= {"计划序号": str(plan)} if chance.random() < 0.8 else {}
        term = date.fromisoformat(values["检查日期"]) + chance.choice([2, 5, 9]) * DAY
        values |= {"整改期限": str(term)} if chance.random() < 0.9 else {}
        if values["发现问题"] != "x":
            enter("inspections", unit, made, {name: text for name, text in values.items() if name != "整改期限"})
            continue
        first = enter("inspections", unit, made, values)
        if chance.random() < 0.7:
            closed = term + chance.choice([-2, 0, 1, 6]) * DAY
            enter("inspections", unit, made + chance.random() * 9 * DAY, {**values, "办结日期": str(closed)}, first)


def _duty(session: Session, month: Month, units: Sequence[str]) -> None:
    """Away for a while, back before it was over; acting for somebody; a unit that need not take part; one that always has both."""
    chance = random.Random(10)
    steady, idle = units[0], units[2]
    session.get_one(Unit, idle).takes_part = False
    people = list(session.scalars(select(Person).where(Person.active, Person.unit != steady).order_by(Person.code)))
    for person in people:
        for _ in range(chance.choice([0, 1, 2])):
            at = month.instant(chance)
            until = at + (0.05 + 3 * chance.random()) * DAY
            back = at + (until - at) * chance.choice([-1, 0.5, 2]) if chance.random() < 0.4 else None
            session.add(Absence(id=uuid4(), person=person.code, since=at, until=until, reported_by="x", reported_at=at, cancelled_at=back))
    first = session.scalars(select(Person).where(Person.unit == steady).order_by(Person.code)).first()
    assert first is not None
    colleague = Person(code="steady-2", unit=steady, name="演示同事", roles=["agent"])
    session.add(colleague)
    session.flush()
    spans = [(first, month.start - 30 * DAY, month.start + 800 * DAY)]
    spans += [(one, at, at + (0.5 + 5 * chance.random()) * DAY) for one in people[::2] for at in [month.instant(chance)]]
    for one, since, until in spans:
        kept = {"appointed_by": "x", "appointed_at": since}
        session.add(Appointment(id=uuid4(), unit=one.unit, person=one.code, acting=True, since=since, until=until, **kept))


def _shared(session: Session) -> None:
    """For ten days of the month the list has a proof by data sharing."""
    now = session.scalars(select(Entry).where(Entry.proof == "P-HOUSEHOLD", Entry.matter == "DEMO-0001")).one()
    same = {name: getattr(now, name) for name in ("matter", "matter_name", "unit", "proof", "proof_name", "basis", "validity_days")}
    session.add(Entry(since_version=2, until_version=4, methods=["data_sharing"], source="x", parameters={}, fields=[], **same))


def hand_in(session: Session, month: Month, units: Sequence[str]) -> None:
    """主动提供 in a case: of what the list spares, of what article 2 keeps out, of what no list has."""
    chance = random.Random(26)
    case = session.scalars(select(Case.id)).first()
    for place in range(60):
        session.add(
            VoluntarySubmission(
                id=uuid4(),
                at=month.instant(chance),
                unit=chance.choice(units),
                case=case,
                proof=chance.choice(("P-HOUSEHOLD", "P-HOUSEHOLD", "P-HARDSHIP")),
                listed=place % 5 > 0,
                marks=["unconfirmed", "not_spared"] if place % 3 == 0 else [],
                stated=b"x",
                clerk="x",
                reason="at_hand",
                retain_until=month.start,
            )
        )


def _tasks(session: Session, month: Month, units: Sequence[str]) -> None:
    """Process and guide follow every version after the first, sooner or later or not yet; some versions where there is one alone."""
    chance = random.Random(13)
    newest = max(session.scalars(select(CatalogVersion.number)))
    for number in range(newest + 1, 6):
        at = month.start + number * 5 * DAY
        session.add(CatalogVersion(number=number, published_at=at, published_by="x", document="x", digest=f"{number}"))
    session.flush()
    matters = session.scalars(select(Matter.code).order_by(Matter.code)).all()
    later = select(CatalogVersion).where(CatalogVersion.number > 1).order_by(CatalogVersion.number)
    for version in session.scalars(later):
        for matter in matters:
            unit = chance.choice(units)
            for what in ("process", "guide"):
                done = version.published_at + chance.random() * 20 * DAY if chance.random() < 0.7 else None
                made = version.published_at
                task = {"version": version.number, "matter": matter, "unit": unit, "what": what, "made_at": made, "done_at": done}
                session.add(ChangeTask(id=uuid4(), **task))
