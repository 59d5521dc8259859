"""开具 on the record (obligation 6.3): each sealed proof that 电子证照库 takes is offered once, by one id, and taken back by it.

Booked in the transaction that delivers, and sent long after it: the requesting unit's proof waits for no library. What
waits here is an id; names and pages are read when it is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, text
from sqlalchemy.orm import Session, aliased

from domain.lifecycle import Event
from domain.offers import Offer, OfferStatus, status
from domain.roles import IdType
from ledger import timekeeping
from ledger.lifecycle.moves import note
from ledger.lifecycle.snapshots import lock
from ledger.outbox.alarms import clear_alarm, raise_alarm
from ledger.outbox.callbacks_sent import PAUSES
from ledger.tables.effects import LicenceOffer, Proof
from ledger.vault import CaseKey, Place

ALARM = "licence_offer_given_up"

_BOOK = text(
    """
    INSERT INTO licence_offers (id, verification, proof_id, licence_kind, made_at, attempts, next_attempt_at)
    SELECT gen_random_uuid(), v.number, p.id, k.licence_kind, :now, 0, :now
    FROM verifications v
    JOIN entries e ON e.id = v.entry_id
    JOIN parties h ON h.id = v.party_id AND h.id_type = ANY(:holders)
    JOIN unnest(CAST(:proofs AS text[]), CAST(:kinds AS text[])) AS k (proof, licence_kind) ON k.proof = e.proof
    JOIN proofs p ON p.verification = v.number AND p.version = v.proof_version AND p.revoked_at IS NULL
    WHERE v.number = ANY(:numbers) AND v.state = 'delivered'
    ON CONFLICT (proof_id) DO NOTHING
    """
)


def book(session: Session, numbers: Collection[str], kinds: Mapping[str, str], holders: Collection[IdType], *, now: datetime) -> None:
    """Offer what was just delivered, where the library takes that kind of proof (`kinds`: proof to its licence kind) and
    licences by such numbers. Twice books once."""
    if not numbers or not kinds:
        return
    session.flush()
    timekeeping.ensure(session)
    given = {"proofs": list(kinds), "kinds": list(kinds.values()), "holders": [str(one) for one in holders]}
    session.execute(_BOOK, given | {"numbers": list(numbers), "now": now})


def void(session: Session, number: str, *, now: datetime) -> None:
    """The proofs of this verification were revoked: what may be there is taken back, what never left does not leave.

    The caller holds the verification.
    """
    standing = select(LicenceOffer).where(LicenceOffer.verification == number, LicenceOffer.void_at.is_(None)).with_for_update()
    for row in session.scalars(standing):
        row.void_at, row.attempts, row.given_up_at = now, 0, None
        row.voided_at, row.next_attempt_at = (now, None) if row.first_at is None else (None, now)
    clear_alarm(session, ALARM, number, now=now)


def take_due(session: Session, *, now: datetime, limit: int) -> list[Offer]:
    """Offers whose next attempt is due, each to one process only: the attempt is booked before it is made. With ids alone:
    `ledger.sealing.offering` adds what is sent.

    A crash between booking and sending leaves the next attempt booked; the library keeps one of two by the id.
    """
    query = (
        select(LicenceOffer, Proof.version)
        .join(Proof, Proof.id == LicenceOffer.proof)
        .where(LicenceOffer.next_attempt_at <= now)
        .order_by(LicenceOffer.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True, of=LicenceOffer)
    )
    found = []
    for row, version in session.execute(query).all():
        row.next_attempt_at = now + PAUSES[min(row.attempts, len(PAUSES) - 1)]
        row.first_at = row.first_at or now
        row.attempts += 1
        found.append(Offer(row.id, row.verification, version, row.licence_kind, row.attempts, cancels=row.void_at is not None))
    return found


def record_taken(session: Session, offer: Offer, licence_number: str, key: CaseKey, *, now: datetime, actor: str) -> None:
    """The library has it. Revoked meanwhile, it is taken back next. Twice changes nothing."""
    row = _locked(session, offer)
    if row.taken_at is not None:
        return
    row.taken_at, row.last_answer, row.given_up_at = now, "taken", None
    row.licence_number = key.encrypt_text(Place("licence_offers", "licence_number", row.id), licence_number)
    row.voided_at, row.next_attempt_at = None, now if row.void_at is not None else None
    clear_alarm(session, ALARM, offer.verification, now=now)
    note(session, offer.verification, Event.LICENCE_TAKEN, at=now, actor=actor, detail=_detail(offer))


def record_voided(session: Session, offer: Offer, *, now: datetime, actor: str) -> None:
    """It is not valid there any more. Twice changes nothing."""
    row = _locked(session, offer)
    if row.voided_at is not None:
        return
    row.voided_at, row.last_answer, row.next_attempt_at, row.given_up_at = now, "voided", None, None
    clear_alarm(session, ALARM, offer.verification, now=now)
    if row.taken_at is not None:
        note(session, offer.verification, Event.LICENCE_VOIDED, at=now, actor=actor, detail=_detail(offer))


def record_failed(session: Session, offer: Offer, answer: str, words: str, *, refused: bool, now: datetime, actor: str) -> None:
    """An attempt failed: `answer` a fixed word, `words` for people. `refused`, or tried ten days long: given up by name,
    with an alarm, until an operator lets it go on."""
    row = _locked(session, offer)
    is_cancel = row.void_at is not None
    if is_cancel != offer.cancels or (row.voided_at if is_cancel else row.taken_at) is not None:
        return  # overtaken meanwhile
    row.last_answer = answer
    if not refused and row.attempts <= len(PAUSES):
        return
    row.given_up_at, row.next_attempt_at = now, None
    what = "作废" if is_cancel else "归集"
    told = f"{offer.verification}:电子证照库没有{what}该证明({words})。核对后继续:./run licences --number {offer.verification} --again"
    raise_alarm(session, ALARM, offer.verification, told, now=now)
    note(session, offer.verification, Event.LICENCE_GIVEN_UP, at=now, actor=actor, detail=_detail(offer) | {"code": answer})


def send_again(session: Session, number: str | None, *, now: datetime, actor: str) -> int:
    """Go on with what was given up and what waits, of one verification or of all; gives how many. Ids stay the same."""
    waiting = _unsettled(), LicenceOffer.first_at.is_not(None), *_of(number)
    rows = session.scalars(select(LicenceOffer).where(*waiting).order_by(LicenceOffer.id).with_for_update()).all()
    for row in rows:
        row.given_up_at, row.next_attempt_at, row.attempts, row.again_at, row.again_by = None, now, 0, now, actor
        clear_alarm(session, ALARM, row.verification, now=now)
    return len(rows)


def unsettled(session: Session, number: str | None = None) -> list[LicenceOffer]:
    """What was tried and is not settled, the oldest first."""
    tried = _unsettled(), LicenceOffer.first_at.is_not(None), *_of(number)
    return list(session.scalars(select(LicenceOffer).where(*tried).order_by(LicenceOffer.made_at, LicenceOffer.id)))


def of_proof(session: Session, proof: UUID) -> LicenceOffer | None:
    """The offer of this proof, if there is one."""
    return session.scalar(select(LicenceOffer).where(LicenceOffer.proof == proof))


def status_of(row: LicenceOffer) -> OfferStatus:
    return status(taken_at=row.taken_at, void_at=row.void_at, voided_at=row.voided_at, given_up_at=row.given_up_at)


def number_of(row: LicenceOffer, key: CaseKey) -> str | None:
    """What the library calls it."""
    return key.decrypt_text(Place("licence_offers", "licence_number", row.id), row.licence_number) if row.licence_number else None


def replaced_by(session: Session, offer: Offer, follows: str | None) -> str:
    """The id of the offer that this one takes the place of, of the same verification or of the one that it checks; "": none."""
    own, other = aliased(LicenceOffer), [offer.verification, *([follows] if follows else [])]
    before = select(own.id).where(own.verification.in_(other), own.id != offer.id, own.first_at.is_not(None), own.void_at.is_not(None))
    found = session.scalar(before.order_by(own.made_at.desc()).limit(1))
    return str(found) if found else ""


def _unsettled() -> ColumnElement[bool]:
    is_void = LicenceOffer.void_at.is_not(None)
    return or_(and_(is_void, LicenceOffer.voided_at.is_(None)), and_(~is_void, LicenceOffer.taken_at.is_(None)))


def _of(number: str | None) -> list[ColumnElement[bool]]:
    return [LicenceOffer.verification == number] if number else []


def _locked(session: Session, offer: Offer) -> LicenceOffer:
    lock(session, offer.verification)  # first, as everybody does
    return session.get_one(LicenceOffer, offer.id, populate_existing=True, with_for_update=True)


def _detail(offer: Offer) -> dict[str, object]:
    return {"offer": str(offer.id), "version": offer.version}
