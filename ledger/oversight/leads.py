"""线索 (article 16) on the record: found once, however often one looks; listed, and told of in the report."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, time, timedelta
from uuid import UUID, uuid4

from sqlalchemy import and_, exists, func, or_, select, text, tuple_
from sqlalchemy.dialects.postgresql import array, insert
from sqlalchemy.orm import Session

from domain.calendar import LOCAL
from domain.lead_path import DECISIONS, OPEN_LEADS, LeadStatus, LeadStep
from domain.leads import RULES_VERSION, UNHELPFUL, Indication, LeadLine, LeadRule, evidence_said
from domain.limits import aware
from domain.numbers import new_number
from ledger import paging
from ledger.lifecycle import admission
from ledger.oversight import origins
from ledger.oversight.indicators import answers, conduct, content, crowds, lists, papers, reported, usage
from ledger.oversight.lead_steps import add_step
from ledger.paging import FIRST, Page, PageRequest
from ledger.succession import Charges, estate, heir
from ledger.tables.inbox import Supervision
from ledger.tables.oversight import Lead, LeadStepRow
from ledger.tables.records import Pulse
from ledger.tables.registry import Unit

_WEEK = timedelta(days=7)
_PULSE, _MOST_WEEKS = "leads", 4
_AT_ONCE, _EVERY = "leads_at_once", timedelta(minutes=2)
_ITS_HEIR = select(Unit.merged_into).where(Unit.code == Supervision.unit).correlate(Supervision).scalar_subquery()
_OF_SUPERVISION = and_(
    Lead.rule == LeadRule.BY_HAND,
    Lead.clause == UNHELPFUL,
    Lead.numbers.contains(array([Supervision.verification])),
    or_(Lead.unit == Supervision.unit, Lead.unit == _ITS_HEIR),
    Lead.found_at >= Supervision.opened_at,
)
#: A 督办 that somebody put down as a sign: it goes the lead's way, whatever that ends with (obligations 10.12, 16.5).
PUT_DOWN = exists().where(_OF_SUPERVISION)
_OTHERWISE = "此后认定为其他情形或者其他单位的"
_TURN = 16_016  #: the lock under which leads are found: two that look at once find each one once


def find_daily(session: Session, now: datetime) -> int | None:
    """Once a day: the week that runs, and the one before it, for what came late; after a longer rest up to four.

    None where today was done already.
    """
    session.execute(select(func.pg_advisory_xact_lock(_TURN)))
    last = session.get(Pulse, _PULSE)
    today = aware(now).astimezone(LOCAL).date()
    if last is not None and last.at.astimezone(LOCAL).date() >= today:
        return None
    monday, _ = week_of(now)
    missed = (now - last.at) // _WEEK if last else 0
    session.merge(Pulse(name=_PULSE, at=now))
    origins.forget(session, now=now)
    weeks = range(min(_MOST_WEEKS, missed + 1), -1, -1)
    count = sum(find(session, monday - back * _WEEK, monday - back * _WEEK + _WEEK, now=now) for back in weeks)
    remark(session)
    return count


def find_at_once(session: Session, now: datetime) -> int | None:
    """Every other minute: what lasted seconds and is to be seen at once. What is known already is left to the daily look,
    which sees the whole week. None where somebody has just looked."""
    session.execute(select(func.pg_advisory_xact_lock(_TURN)))
    last = session.get(Pulse, _AT_ONCE)
    if last is not None and timedelta() <= now - last.at < _EVERY:
        return None
    session.merge(Pulse(name=_AT_ONCE, at=now))
    admission.forget(session, now=now)
    start, end = week_of(now)
    query = select(Lead.rule, Lead.unit, Lead.subject).where(Lead.period_start == start)
    known = set(session.execute(query).tuples())
    found = crowds.at_once(session, now - crowds.SPAN, now + timedelta(seconds=1))
    unknown = [one for one in found if (one.rule, one.unit, one.subject) not in known]
    return _count_new(session, unknown, start, end, now)


def week_of(now: datetime) -> tuple[datetime, datetime]:
    """The week that runs: from Monday's beginning to the next one's."""
    today = aware(now).astimezone(LOCAL).date()
    monday = datetime.combine(today - timedelta(days=today.weekday()), time(), LOCAL)
    return monday, monday + _WEEK


def find(session: Session, start: datetime, end: datetime, *, now: datetime) -> int:
    """Look by every rule at [start, end); gives how many leads are new. Looking again finds none."""
    session.execute(select(func.pg_advisory_xact_lock(_TURN)))
    session.execute(text("SET LOCAL work_mem = '96MB'"))  # a week is grouped by case, by key and by minute: in memory
    # Of a million rows some hundred sums come together, or numbers that are sorted already: a tenth of what PostgreSQL takes a row to
    # cost on its way from a worker, for which it would leave them idle.
    session.execute(text("SET LOCAL parallel_tuple_cost = 0.01"))
    rooms = (lists, answers, papers, conduct, crowds, content, usage, reported)
    found = [indication for room in rooms for indication in room.indications(session, start, end, now)]
    lasting = set(session.execute(select(Lead.rule, Lead.unit, Lead.subject).where(Lead.standing.in_(OPEN_LEADS))).tuples())
    fresh = [
        one
        for one in found
        if not (one.rule.about.lasting and (one.rule, one.unit, one.subject) in lasting and _another(session, one, start))
    ]
    return _count_new(session, fresh, start, end, now)


def remark(session: Session) -> None:
    """On every open lead, whoever has acted on it: how many of its complaints were found since to be something else. Nobody but a person
    dismisses it (obligation 16.0); and what is found back is a sign of it again."""
    held = reported.found_otherwise(session, OPEN_LEADS)
    for row in session.scalars(select(Lead).where(Lead.id.in_(held))):
        counts = {name: value for name, value in row.counts.items() if name != _OTHERWISE}
        row.counts = counts | ({_OTHERWISE: held[row.id]} if held[row.id] else {})
    session.flush()


def _count_new(session: Session, found: list[Indication], start: datetime, end: datetime, now: datetime) -> int:
    return sum(is_new for _, is_new in record_all(session, found, start, end, now=now, actor="system:leads"))


def _another(session: Session, indication: Indication, start: datetime) -> bool:
    """The open one is of another week: it is enough. That of this week is brought up to date."""
    same = select(Lead.id).where(
        Lead.rule == indication.rule, Lead.unit == indication.unit, Lead.subject == indication.subject, Lead.period_start == start
    )
    return session.scalar(same) is None


def record(
    session: Session,
    indication: Indication,
    start: datetime,
    end: datetime,
    *,
    now: datetime,
    actor: str,
    clause: str | None = None,
    unit: str | None = None,
    text: str = "",
) -> tuple[Lead, bool]:
    """One lead for a rule, unit, subject and week, and whether it is new. Until somebody acts on it, its evidence
    follows what is found. `clause`: of a lead by hand; `unit`: of the person who found it. A merged unit answers nothing any more:
    what is entered of it is its successor's."""
    indication = replace(indication, unit=heir(session, indication.unit))
    return record_all(session, [indication], start, end, now=now, actor=actor, clause=clause, unit=unit, text=text)[0]


def record_all(
    session: Session,
    indications: Collection[Indication],
    start: datetime,
    end: datetime,
    *,
    now: datetime,
    actor: str,
    clause: str | None = None,
    unit: str | None = None,
    text: str = "",
) -> list[tuple[Lead, bool]]:
    """`record` for many; of the same rule, unit and subject the last one stands."""
    values = {
        (one.rule, one.unit, one.subject): {
            "id": uuid4(),
            "number": new_number(now, "XS"),
            "rule": one.rule,
            "rules_version": RULES_VERSION,
            "clause": clause or one.rule.about.clause,
            "unit": one.unit,
            "subject": one.subject,
            "period_start": start,
            "period_end": end,
            "found_at": aware(now),
            "counts": dict(one.counts),
            "numbers": list(one.numbers),
            "standing": LeadStatus.FOUND,
        }
        for one in indications
    }
    if not values:
        return []
    written = insert(Lead).values(list(values.values()))
    written = written.on_conflict_do_update(
        index_elements=["rule", "unit", "subject", "period_start"],
        set_={"counts": written.excluded.counts, "numbers": written.excluded.numbers},
        where=Lead.standing == LeadStatus.FOUND,
    )
    session.execute(written)
    these = tuple_(Lead.rule, Lead.unit, Lead.subject).in_(values)
    found = session.scalars(select(Lead).where(these, Lead.period_start == start).execution_options(populate_existing=True))
    rows = {(row.rule, row.unit, row.subject): row for row in found}
    recorded = [(rows[key], rows[key].id == value["id"]) for key, value in values.items()]
    for row, is_new in recorded:
        if is_new:
            add_step(session, row, LeadStep.FIND, person=actor, unit=unit, now=now, text=text)
    session.flush()
    return recorded


def listed(session: Session, unit: str | None, page: PageRequest = FIRST, *, standings: Collection[LeadStatus] = ()) -> Page[Lead]:
    """Newest first. Of a unit those on which it was notified: what is a indication alone is the office's business yet."""
    query = select(Lead)
    if unit is not None:
        query = query.where(Lead.unit.in_(estate(session, unit)), Lead.notified_at.is_not(None))
    if standings:
        query = query.where(Lead.standing.in_(standings))
    return paging.scalars(session, query, (Lead.found_at.desc(), Lead.number.desc()), page)


def standing(session: Session, start: datetime, end: datetime, unit: str | None) -> list[LeadLine]:
    """The leads of a week, and those from before that were still open at its end; by clause and unit.

    Whose they are says who was to answer them then: what was open at a merger is the successor's from it on, under both names.
    """
    decided = select(func.min(LeadStepRow.at)).where(LeadStepRow.lead == Lead.id, LeadStepRow.step.in_(DECISIONS), LeadStepRow.at < end)
    at = decided.scalar_subquery()
    query = select(Lead, at).where(Lead.period_start < end, or_(Lead.period_end > start, at.is_(None)))
    names, charges = dict(session.execute(select(Unit.code, Unit.name)).tuples().all()), Charges.until(session, end)
    lines = []
    for row, decided_at in session.execute(query).tuples():
        whose = charges.at(row.unit, decided_at or end)
        if unit in (None, whose):
            name = names[whose] if whose == row.unit else f"{names[whose]}(原{names[row.unit]})"
            lines.append(LeadLine(row.number, row.clause, row.rule.about.title, whose, name, said(row), row.standing.label))
    return sorted(lines, key=lambda one: (_order(one.clause), one.unit, one.number))


def said(row: Lead) -> str:
    """The evidence in one line."""
    subject = f"{row.subject}:" if row.subject and row.rule is not LeadRule.LIST_MISSING else ""
    return subject + evidence_said(row.counts, len(row.numbers))


def _order(clause: str) -> tuple[int, ...]:
    return tuple(map(int, clause.split(".")))


def of_supervisions(session: Session, number: str) -> dict[UUID, Lead]:
    """The lead that somebody entered on a 督办 of this verification, by its request; of several the newest."""
    query = select(Supervision.request, Lead).join(Lead, _OF_SUPERVISION).where(Supervision.verification == number).order_by(Lead.found_at)
    return dict(session.execute(query).tuples().all())


def steps_of(session: Session, row: Lead) -> list[LeadStepRow]:
    """What was done, oldest first."""
    return list(session.scalars(select(LeadStepRow).where(LeadStepRow.lead == row.id).order_by(LeadStepRow.serial)))
