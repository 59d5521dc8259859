"""通知 on the record: one row and one id for each recipient; told twice of the same thing, nobody is written to twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, case, false, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.calendar import LOCAL
from domain.notices import TO_ADDRESSES, NoticeChannel, NoticeKind, NoticeStatus
from domain.roles import Role
from ledger import paging
from ledger.outbox.callbacks_sent import PAUSES, Receipt
from ledger.paging import FIRST, Page, PageRequest
from ledger.succession import heir
from ledger.tables.duty import AWAY, STANDS_IN
from ledger.tables.effects import Notice
from ledger.tables.registry import CallbackAddress, Person, Unit
from ledger.vault import Place, vault

#: A mail that was begun and whose outcome nobody recorded for so long is unknown: shown, never repeated by itself.
UNKNOWN_AFTER = timedelta(minutes=5)
#: How one stands that goes on only once a person has settled it.
FOR_A_PERSON = frozenset({NoticeStatus.UNKNOWN, NoticeStatus.GIVEN_UP})


@dataclass(frozen=True)
class Notification:
    """One notice ready to leave; `id` goes with every attempt. `url` and `secret` for a webhook, `mail` for a mail."""

    id: UUID
    channel: NoticeChannel
    kind: NoticeKind
    verification: str
    unit_name: str
    about: datetime
    made_at: datetime
    attempts: int
    cause: str
    mail: str = ""
    url: str = ""
    secret: bytes = b""
    topic: str = "notice"
    way: str = ""  #: the mail server, or the unit whose system is called: who does not answer once, does not at once again

    @property
    def status(self) -> str:
        return self.kind.value

    def __repr__(self) -> str:
        return f"Notification({self.id})"


def notify_unit(
    session: Session,
    kind: NoticeKind,
    unit: str,
    cause: str,
    *,
    number: str | None,
    about: datetime,
    now: datetime,
    roles: frozenset[Role] = frozenset(),
    persons: Iterable[str] = (),
    announced: bool = False,
    system: bool = True,
) -> None:
    """Tell a unit: its system by webhook where it has one, by mail the persons, or those on duty with one of the roles.

    Whoever is named is told although away now: a 督办 that begins later is theirs from its beginning. Where nobody who
    is named has an address, those with a role are told. `cause` is the id of what it tells of. A unit without addresses
    finds it in its inbox. `announced`: its system has a callback of the same event (`deliveries.announce`); one is enough.
    `system`: False for what concerns one person alone.
    """
    told = Telling(unit, cause, number, about, tuple(persons), system=system and not announced)
    notify_units(session, kind, [told], now=now, roles=roles)


@dataclass(frozen=True)
class Telling:
    """What one unit is told of, as `notify_unit` describes it."""

    unit: str
    cause: str
    number: str | None
    about: datetime
    persons: tuple[str, ...] = ()
    system: bool = True


def notify_units(session: Session, kind: NoticeKind, told: Iterable[Telling], *, now: datetime, roles: frozenset[Role]) -> None:
    """`notify_unit` for many: whom it reaches is asked once for each unit, and what they are told is written at once."""
    reached = cache(lambda unit, persons, system: _recipients(session, unit, persons, roles, system, now))
    _write(session, kind, [(one, *recipient) for one in told for recipient in reached(one.unit, one.persons, one.system)], now=now)


def _recipients(
    session: Session, unit: str, persons: Iterable[str], roles: frozenset[Role], system: bool, now: datetime
) -> list[tuple[str, NoticeChannel, str]]:
    """Who of the unit that stands there today is told; whoever stands in for the 督办员 as he is (obligation 10.2)."""
    unit = heir(session, unit)
    holds = or_(
        STANDS_IN.element if Role.SUPERVISOR in roles else false(),
        *[Person.roles.any(role.value) for role in sorted(roles)],  # type: ignore[arg-type]
    )
    reachable = select(Person.code).where(Person.unit == unit, Person.active.is_(True), Person.mail.is_not(None)).order_by(Person.code)
    named = session.scalars(reachable.where(Person.code.in_(list(persons)))).all()
    present = reachable.where(holds, ~AWAY)
    found = [(unit, NoticeChannel.MAIL, person) for person in named or session.scalars(present, {"now": now})]
    address = select(CallbackAddress.id).where(CallbackAddress.unit == unit, CallbackAddress.active.is_(True))
    if system and session.scalar(address) is not None:
        found.append((unit, NoticeChannel.WEBHOOK, unit))
    return found


def notify_office(session: Session, kind: NoticeKind, cause: str, *, number: str, about: datetime, now: datetime) -> None:
    """Tell the 专班 office: everybody who holds that role, in whatever unit, and the systems of these units."""
    notify_office_of(session, kind, [(cause, number, about)], now=now)


def notify_office_of(session: Session, kind: NoticeKind, told: Iterable[tuple[str, str, datetime]], *, now: datetime) -> None:
    """The same of many: cause, number and instant of each."""
    holders = select(Person.unit).where(Person.roles.any(Role.OFFICE.value), Person.active.is_(True))  # type: ignore[arg-type]
    units = session.scalars(holders.distinct().order_by(Person.unit)).all()
    notify_units(session, kind, [Telling(unit, *one) for one in told for unit in units], now=now, roles=frozenset({Role.OFFICE}))


def notify_readers(session: Session, report: UUID, readers: Iterable[str], *, about: datetime, now: datetime) -> int:
    """周报, a mail of its own to each reader, so that what one server refuses concerns one reader. Gives how many are new."""
    return _notify_addresses(session, NoticeKind.REPORT, str(report), readers, about, now)


def notify_keepers(session: Session, head: datetime, keepers: Iterable[str], *, now: datetime) -> int:
    """台账存证 of the head's own day, which each keeper is told of once. Gives how many are new."""
    return _notify_addresses(session, NoticeKind.HEAD, head.astimezone(LOCAL).date().isoformat(), keepers, head, now)


def _notify_addresses(session: Session, kind: NoticeKind, cause: str, addresses: Iterable[str], about: datetime, now: datetime) -> int:
    told = Telling("", cause, None, about)
    return _write(session, kind, [(told, None, NoticeChannel.MAIL, address) for address in addresses], now=now)


def of_report(session: Session, report: UUID) -> list[Notice]:
    """The mails of a report, one for each reader."""
    query = select(Notice).where(Notice.kind == NoticeKind.REPORT, Notice.cause == str(report))
    return list(session.scalars(query.order_by(Notice.recipient)))


def _write(session: Session, kind: NoticeKind, told: Iterable[tuple[Telling, str | None, NoticeChannel, str]], *, now: datetime) -> int:
    """Put the notices on the record: what is told, the unit, the way and the recipient of each. Gives how many are new."""
    of_all = {"kind": kind, "made_at": now, "attempts": 0, "next_attempt_at": now}
    rows = [
        of_all
        | {"id": uuid4(), "unit": unit, "channel": channel, "recipient": recipient}
        | {"verification": one.number, "cause": one.cause, "about": one.about}
        for one, unit, channel, recipient in told
    ]
    return len(session.scalars(insert(Notice).on_conflict_do_nothing().returning(Notice.id), rows).all()) if rows else 0


def take_next(session: Session, *, now: datetime, number: str | None = None, without: Iterable[str] = ()) -> Notification | None:
    """The notice that is due first, to one process only; None where none is. The attempt is booked before it is made.

    `without`: where nobody answered just now (`Notification.way`); what goes there stays due for the next sweep.

    One at a time: a crash leaves nothing booked that nobody began to send. A webhook is booked again: a crash repeats
    it under the same id, and the receiver keeps one. A mail is not: its beginning is recorded, and without a recorded
    outcome it is unknown.
    """
    query = (
        select(Notice, Unit.name, Person.mail, CallbackAddress)
        .outerjoin(Unit, Unit.code == Notice.unit)
        .outerjoin(Person, (Person.code == Notice.recipient) & (Notice.channel == NoticeChannel.MAIL))
        .outerjoin(CallbackAddress, (CallbackAddress.unit == Notice.unit) & (Notice.channel == NoticeChannel.WEBHOOK))
        .where(Notice.next_attempt_at <= now)
    )
    if number is not None:
        query = query.where(Notice.verification == number)
    way = case((Notice.channel == NoticeChannel.MAIL, NoticeChannel.MAIL.value), else_=Notice.recipient)
    query = query.where(way.not_in(list(without)))
    query = query.order_by(Notice.next_attempt_at, Notice.id).limit(1).with_for_update(skip_locked=True, of=Notice)
    while (found := session.execute(query).tuples().one_or_none()) is not None:
        row, unit_name, mail, address = found
        mail = row.recipient if row.kind in TO_ADDRESSES else mail
        row.attempts, row.started_at = row.attempts + 1, now
        if not mail and (address is None or not address.active):  # it was there when the notice was written
            row.given_up_at, row.next_attempt_at, row.last_answer = now, None, "no_address"
            session.flush()
            continue
        row.next_attempt_at = None if row.channel is NoticeChannel.MAIL else now + _pause(row.attempts)
        secret = vault().decrypt(Place("callback_addresses", "secret", address.id), address.secret) if address else b""
        return Notification(
            row.id,
            row.channel,
            row.kind,
            row.verification or (row.cause if row.kind is NoticeKind.BATCH_ENDED else ""),
            unit_name or "",
            row.about,
            row.made_at,
            row.attempts,
            row.cause,
            mail=mail or "",
            url=address.url if address else "",
            secret=secret,
            way=NoticeChannel.MAIL.value if row.channel is NoticeChannel.MAIL else row.recipient,
        )
    return None


def _pause(attempts: int) -> timedelta:
    return PAUSES[min(attempts, len(PAUSES)) - 1]


def record_attempt(session: Session, sent: Notification, answer: str, outcome: Receipt, *, now: datetime) -> None:
    """The outcome of an attempt. A mail that the server did not take is free for the next one, under the same id."""
    values: dict[str, datetime | None] = {}
    if outcome is Receipt.RECEIVED:
        values = {"sent_at": now, "next_attempt_at": None}
    elif outcome is Receipt.REFUSED or sent.attempts > len(PAUSES):
        values = {"given_up_at": now, "next_attempt_at": None}
    elif sent.channel is NoticeChannel.MAIL:
        values = {"started_at": None, "next_attempt_at": now + _pause(sent.attempts)}
    session.execute(update(Notice).where(Notice.id == sent.id, Notice.sent_at.is_(None)).values(last_answer=answer, **values))


def unknown(session: Session, *, now: datetime) -> list[Notice]:
    """Mails that may or may not have arrived: a person looks, and settles them."""
    return list(session.scalars(select(Notice).where(_unknown(now)).order_by(Notice.made_at)))


def given_up(session: Session, limit: int = 500) -> list[Notice]:
    """Notices that did not get through, oldest first."""
    return list(session.scalars(select(Notice).where(_GIVEN_UP).order_by(Notice.given_up_at).limit(limit)))


def unsent(session: Session, kind: NoticeKind) -> list[Notice]:
    """Those of a kind that did not get through so far, oldest first, however they stand."""
    return list(session.scalars(select(Notice).where(Notice.kind == kind, Notice.sent_at.is_(None)).order_by(Notice.made_at, Notice.id)))


def unsettled(session: Session, page: PageRequest = FIRST, *, now: datetime) -> Page[Notice]:
    """Both, oldest first."""
    return paging.scalars(session, select(Notice).where(or_(_unknown(now), _GIVEN_UP)), (Notice.made_at, Notice.id), page)


_GIVEN_UP = and_(Notice.given_up_at.is_not(None), Notice.sent_at.is_(None))


def _unknown(now: datetime) -> ColumnElement[bool]:
    return and_(
        Notice.channel == NoticeChannel.MAIL,
        Notice.sent_at.is_(None),
        Notice.given_up_at.is_(None),
        Notice.next_attempt_at.is_(None),
        Notice.started_at < now - UNKNOWN_AFTER,
    )


def standing_of(row: Notice, now: datetime) -> NoticeStatus:
    """How one stands: in the same words as `unknown`, `given_up` and `settle` mean it."""
    if row.sent_at is not None:
        return NoticeStatus.SENT
    if row.given_up_at is not None:
        return NoticeStatus.GIVEN_UP
    if row.next_attempt_at is not None:
        return NoticeStatus.WAITING
    begun = row.started_at is not None and row.started_at < now - UNKNOWN_AFTER
    return NoticeStatus.UNKNOWN if begun else NoticeStatus.ON_ITS_WAY


def settle(session: Session, notice: UUID, *, arrived: bool, now: datetime, actor: str) -> Notice | None:
    """A person found out whether it arrived: done with it, or sent again under the same id.

    None where there is nothing to settle: sent, to be sent again by itself, or on its way this very moment.
    """
    row = session.get(Notice, notice, with_for_update=True)
    if row is None or standing_of(row, now) not in FOR_A_PERSON:
        return None
    if arrived:
        row.sent_at = now
    else:
        row.started_at, row.given_up_at, row.next_attempt_at, row.attempts = None, None, now, 0
        row.again_at, row.again_by = now, actor
    return row
