"""索要, 免责, 督导检查 as rows by chance: what the figures of article 7.5, 17 and 19 look at."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from domain.demands import DemandTold
from domain.lead_path import LeadStatus, LeadStep
from domain.leads import LeadRule
from ledger.tables.oversight import Lead, LeadStepRow, RegisterEntry
from ledger.tables.records import Demand
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
                proof="P-HOUSEHOLD",
                told_by=told,
                listed=listed,
                unlisted=unlisted,
                blocked=(listed or unlisted) and told is DemandTold.UNIT,
                recorded_by="x",
            )
        )
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
        values = {"检查日期": day(made, 2), "内容": "x", "发现问题": "x"}
        values |= {"计划序号": str(plan)} if chance.random() < 0.8 else {}
        term = date.fromisoformat(values["检查日期"]) + chance.choice([2, 5, 9]) * DAY
        values |= {"整改期限": str(term)} if chance.random() < 0.9 else {}
        first = enter("inspections", unit, made, values)
        if chance.random() < 0.7:
            closed = term + chance.choice([-2, 0, 1, 6]) * DAY
            enter("inspections", unit, made + chance.random() * 9 * DAY, {**values, "办结日期": str(closed)}, first)
