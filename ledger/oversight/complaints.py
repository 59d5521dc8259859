"""投诉举报 (obligations 18.1, 18.2): taken in from every channel once, its reporter protected; and a week's figures."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from domain.calendar import LOCAL
from domain.clear_text import named_by_number, names_one_of
from domain.complaints import ComplaintAbout, ComplaintChannel, ComplaintOutcome, ComplaintStatus, ComplaintStep, plain_contact, plain_text
from domain.limits import aware
from domain.numbers import new_number
from domain.refusal import Refusal
from ledger import paging
from ledger.calendars import terms
from ledger.paging import FIRST, Page, PageRequest
from ledger.succession import Charges, estate
from ledger.tables.oversight import Complaint, ComplaintStepRow
from ledger.tables.registry import Matter, ProofKind, Unit
from ledger.vault import CaseKey, Erased, Place, vault

#: The same text or telephone number within this time may be the same complaint again.
DUPLICATE_WITHIN = timedelta(days=30)
_EARLIEST = datetime(2000, 1, 1, tzinfo=LOCAL)
_LEAST_TEXT = 8  #: shorter ones (“态度差”) are alike by accident
#: The office passed it on: until then, whomever a channel asked to answer sees nothing of it.
PASSED = exists().where(ComplaintStepRow.complaint == Complaint.id, ComplaintStepRow.step == ComplaintStep.PASS).correlate(Complaint)
#: Whom the channel itself asked to answer; 转办 writes over `Complaint.handler`. The step that received it says so too, but not of what was
#: taken in before it was written there: until it is passed on, the complaint itself tells.
SOURCE_HANDLER = case(
    (
        PASSED,
        select(ComplaintStepRow.record["handler"].astext)
        .where(ComplaintStepRow.complaint == Complaint.id, ComplaintStepRow.step == ComplaintStep.RECEIVE)
        .correlate(Complaint)
        .scalar_subquery(),
    ),
    else_=Complaint.handler,
)
_TURN = 18_018  #: the lock under which complaints are taken in: two copies at once see each other


class ComplaintUnknown(Refusal, code="complaint_unknown"):
    """There is no such complaint, or it was not passed to this unit: both look the same from outside."""


class ComplaintRefused(Refusal, code="complaint_refused"):
    """It cannot be taken in or handled so; the text is Chinese and repeats nothing that was sent."""


@dataclass(frozen=True)
class ReceivedComplaint:
    """What the reporter wrote, and who it is: personal data. Empty name and contact: anonymous (obligation 18.2)."""

    text: str
    name: str = ""
    contact: str = ""

    @property
    def reporter(self) -> list[str]:
        """What names who reported."""
        return [said for said in (self.name, self.contact) if said]

    def __repr__(self) -> str:
        return "ReceivedComplaint(…)"


@dataclass(frozen=True)
class Intake:
    """A complaint as a channel hands it over."""

    channel: ComplaintChannel
    about: ComplaintAbout
    received_at: datetime
    stated: ReceivedComplaint
    channel_number: str | None = None
    unit: str | None = None
    matter: str | None = None
    proof: str | None = None
    rating: int | None = None
    rating_source: str | None = None
    layout: str | None = None  #: of the system's export that it came in (catalog.complaint_layouts)
    stated_outcome: ComplaintOutcome | None = None  #: what that system says came of it
    handler: str | None = None  #: whom that system asked to answer: it need not be who is complained of


@dataclass(frozen=True)
class Week:
    """Obligation 18.1 in a period: received in it."""

    received: int
    by_channel: tuple[tuple[str, int], ...]
    by_unit: tuple[tuple[str, int], ...]


def take_in(session: Session, sent: Intake, days: int, *, person: str, unit: str, now: datetime) -> tuple[Complaint, bool]:
    """On the record; and whether it was there already, by the channel's own number. Raises `ComplaintRefused`.

    A probable duplicate is kept and linked: two people may complain of the same in the same words.
    """
    session.execute(select(func.pg_advisory_xact_lock(_TURN)))
    if (there := known(session, sent.channel, sent.channel_number)) is not None:
        return there, True
    _check(session, sent, now)
    row_id = uuid4()
    wrapped, master = vault().new_case_key(row_id)
    key = vault().open_case_key(row_id, wrapped, master)
    due_at, missing = terms.due(session, sent.received_at, days, now=now)
    text, contact = plain_text(sent.stated.text), plain_contact(sent.stated.contact)
    row = Complaint(
        id=row_id,
        number=new_number(now, "TS"),
        channel=sent.channel,
        channel_number=sent.channel_number,
        about=sent.about,
        about_since=aware(now),
        received_at=aware(sent.received_at),
        entered_at=aware(now),
        entered_by=person,
        unit=sent.unit,
        handler=sent.handler,
        matter=sent.matter,
        proof=sent.proof,
        rating=sent.rating,
        rating_source=sent.rating_source,
        layout=sent.layout,
        written=key.encrypt_text(Place("complaints", "written", row_id), json.dumps(asdict(sent.stated), ensure_ascii=False)),
        anonymous=not (sent.stated.name or sent.stated.contact),
        data_key=wrapped,
        master_key=master,
        text_hash=vault().lookup("complaint_text", text) if len(text) >= _LEAST_TEXT else None,
        contact_hash=vault().lookup("complaint_contact", contact) if contact else None,
        standing=ComplaintStatus.RECEIVED,
        due_at=due_at,
        missing_year=missing,
    )
    alike = _alike(session, row)
    row.duplicates = (alike.duplicates or alike.id) if alike else None
    session.add(row)
    session.flush()
    said = {"stated": sent.stated_outcome, "handler": sent.handler}
    source = {name: str(value) for name, value in said.items() if value}
    add_step(session, row, ComplaintStep.RECEIVE, person=person, unit=unit, now=now, to=sent.unit, **source)
    return row, False


def known(session: Session, channel: ComplaintChannel, number: str | None) -> Complaint | None:
    """The complaint that this channel calls so, where it is on the record."""
    if not number:
        return None
    return session.scalar(select(Complaint).where(Complaint.channel == channel, Complaint.channel_number == number))


def _check(session: Session, sent: Intake, now: datetime) -> None:
    if not _EARLIEST <= sent.received_at <= now:
        raise ComplaintRefused("收到时间晚于现在,或早于 2000 年。")
    refuse_unknown(session, sent.unit, sent.matter, sent.proof)
    if sent.rating is not None and not sent.rating_source:
        raise ComplaintRefused("评价须写明出自哪里(评价来源)。")
    if not sent.stated.text and sent.rating is None:
        raise ComplaintRefused("没有反映的内容。")
    refuse_naming(sent.stated, sent.channel_number, sent.rating_source)


def refuse_unknown(session: Session, unit: str | None, matter: str | None, proof: str | None) -> None:
    """Raise `ComplaintRefused` for a code that nobody registered."""
    if unit is not None and session.get(Unit, unit) is None:
        raise ComplaintRefused("没有所填的被反映单位。")
    if matter is not None and session.get(Matter, matter) is None:
        raise ComplaintRefused("没有所填的事项编码。")
    if proof is not None and session.get(ProofKind, proof) is None:
        raise ComplaintRefused("没有所填的证明编码。")


def refuse_naming(stated: ReceivedComplaint, *kept_in_clear: str | None) -> None:
    """Raise `ComplaintRefused` where what is kept in clear says who reported."""
    if any(named_by_number(text) or names_one_of(text, stated.reporter) for text in kept_in_clear if text):
        raise ComplaintRefused("渠道编号、评价来源、转办要求以明文保存,不得写反映人的姓名、号码或联系方式。")


def _alike(session: Session, row: Complaint) -> Complaint | None:
    """An earlier one about the same unit, in the same words or from the same telephone about the same thing. Of two units each
    answers for itself: a platform's stock sentence is many citizens'."""
    either: list[ColumnElement[bool]] = []
    if row.text_hash is not None:
        either.append(Complaint.text_hash == row.text_hash)
    if row.contact_hash is not None:
        named = ((Complaint.matter, row.matter), (Complaint.proof, row.proof))
        same_thing = [or_(column.is_(None), column == value) for column, value in named if value is not None]
        either.append(and_(Complaint.contact_hash == row.contact_hash, Complaint.about == row.about, *same_thing))
    if not either:
        return None
    same_unit = Complaint.unit.is_not_distinct_from(row.unit)
    if row.handler is not None:
        same_unit = and_(same_unit, or_(SOURCE_HANDLER.is_(None), SOURCE_HANDLER == row.handler))
    near = Complaint.received_at.between(row.received_at - DUPLICATE_WITHIN, row.received_at + DUPLICATE_WITHIN)
    return session.scalar(select(Complaint).where(near, same_unit, or_(*either)).order_by(Complaint.entered_at, Complaint.number).limit(1))


def add_step(
    session: Session, row: Complaint, step: ComplaintStep, *, person: str, unit: str, now: datetime, text: str = "", **record: object
) -> None:
    """Put a step on the record; its text under the complaint's own key."""
    step_id = uuid4()
    sealed = key_of(row).encrypt_text(Place("complaint_steps", "text", step_id), text) if text else None
    session.add(
        ComplaintStepRow(id=step_id, complaint=row.id, step=step, at=aware(now), person=person, unit=unit, record=record, text=sealed)
    )
    session.flush()


def key_of(row: Complaint) -> CaseKey:
    return vault().open_case_key(row.id, row.data_key, row.master_key)


def written(row: Complaint) -> ReceivedComplaint:
    """What the reporter wrote, in clear. Raises `Erased` when its time is over."""
    if not row.data_key:
        raise Erased
    return ReceivedComplaint(**json.loads(key_of(row).decrypt_text(Place("complaints", "written", row.id), row.written)))


def listed(
    session: Session, unit: str | None, page: PageRequest = FIRST, *, standings: Collection[ComplaintStatus] = ()
) -> Page[Complaint]:
    """Newest first; of a unit those that were passed to it, None: all."""
    query = select(Complaint)
    if unit is not None:
        query = query.where(Complaint.handler.in_(estate(session, unit)), PASSED)
    if standings:
        query = query.where(Complaint.standing.in_(standings))
    return paging.scalars(session, query, (Complaint.entered_at.desc(), Complaint.number.desc()), page)


def was_passed(session: Session, row: Complaint, unit: str) -> bool:
    """Whether the office passed it to this unit, or to one that was merged into it."""
    return row.handler in estate(session, unit) and bool(session.scalar(select(PASSED).where(Complaint.id == row.id)))


def week(session: Session, start: datetime, end: datetime, unit: str | None) -> Week:
    """The figures of [start, end), of one unit or of all: whose a complaint is says who stood in its unit's place when it came."""
    query = select(Complaint.channel, Complaint.unit, Complaint.received_at)
    rows = session.execute(query.where(Complaint.received_at >= start, Complaint.received_at < end)).tuples()
    charges = Charges.until(session, end)
    each = [(channel, charges.at(code, at) if code else None) for channel, code, at in rows]
    came = [one for one in each if unit in (None, one[1])]
    channels, units = Counter(channel.label for channel, _ in came), Counter(code for _, code in came if code)
    order = {channel.label: place for place, channel in enumerate(ComplaintChannel)}
    return Week(
        received=len(came),
        by_channel=tuple(sorted(channels.items(), key=lambda one: order[one[0]])),
        by_unit=tuple(sorted(units.items(), key=lambda one: (-one[1], one[0]))),
    )


def determine(session: Session, year: int, days: int, *, now: datetime) -> None:
    """The calendar of a year came or changed: the terms that waited for it, and those that run."""
    running = or_(Complaint.missing_year == year, Complaint.done_at.is_(None))
    for row in session.scalars(select(Complaint).where(running).with_for_update()):
        row.due_at, row.missing_year = terms.due(session, row.received_at, days, now=now)
    session.flush()
