"""撤销电子证明 (obligations 16.8, 17.5): a delivered proof ends, by the unit that issued it or on order of the 专班 office.

State, event and the messages to whoever uses it are one transaction. By the reading `revoked_by_two` it takes effect when a
second person of the same side confirms it. What was never delivered is not revoked here: nobody has it (reading 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from domain.lifecycle import Event, State
from domain.notices import NoticeKind
from domain.reasons import RevokeReason
from domain.recusal import Subject
from domain.refusal import Refusal
from domain.revocations import RevocationStatus, when_and_why
from domain.roles import Role
from ledger import paging, recusal, rules
from ledger.actor import person_of
from ledger.calendars.stand_ins import for_whom
from ledger.lifecycle.moves import note
from ledger.lifecycle.snapshots import UnknownNumber, load, lock
from ledger.outbox import notifications
from ledger.paging import FIRST, Page, PageRequest
from ledger.sealing import licence_offers
from ledger.sealing.papers import current_proof
from ledger.succession import estate, heir
from ledger.tables.cases import Case
from ledger.tables.catalog import Entry
from ledger.tables.effects import Notice, Proof, Revocation
from ledger.tables.verifications import Verification


class NothingToRevoke(Refusal, code="nothing_to_revoke"):
    """No proof of it was delivered."""


class RevokedAlready(Refusal, code="revoked_already"):
    """It ended before; the text says when."""


class RevocationWaits(Refusal, code="revocation_waiting"):
    """Somebody asked for it, and the second person has not decided."""


class NotTheIssuer(Refusal, code="not_the_issuer"):
    """Neither the unit that issued it nor the 专班 office."""


class DocumentNeeded(Refusal, code="revocation_document_needed"):
    """On order: the decision is to be named."""


class RevocationUnknown(Refusal, code="revocation_unknown"):
    """There is none, or it is another unit's."""


class RevocationDecided(Refusal, code="revocation_decided"):
    """Confirmed or refused before."""


class SamePerson(Refusal, code="revocation_same_person"):
    """Who asked does not confirm."""


@dataclass(frozen=True)
class Side:
    """For whom somebody acts: the own unit, by its 督办员; the 专班 office, by its order."""

    unit: str
    roles: frozenset[Role]

    @property
    def office(self) -> bool:
        return Role.OFFICE in self.roles


@dataclass(frozen=True)
class Receiver:
    """One message of a revocation and its receipt. `received_at`: the receiver's server has taken it."""

    unit: str | None
    channel: str
    status: str
    received_at: datetime | None


def ask(session: Session, number: str, reason: RevokeReason, document: str | None, side: Side, *, now: datetime, actor: str) -> Revocation:
    """Revoke the delivered proof of this number, or, by the reading of two persons, ask for it. Nothing was written where it raises
    `UnknownNumber`, `NotTheIssuer`, `DocumentNeeded`, `MustRecuse`, `NothingToRevoke`, `RevokedAlready`, `RevocationWaits`.
    """
    row = lock(session, number)
    unit = _for_whom(session, row, document, side, actor)
    proof = current_proof(session, number) if row.state is State.DELIVERED else None
    if proof is None:
        raise NothingToRevoke
    _not_yet(proof)
    if _standing(session, proof.id) is not None:
        raise RevocationWaits
    asked = Revocation(
        id=uuid4(), verification=number, proof=proof.id, unit=unit, reason=reason, document=document, asked_at=now, asked_by=actor
    )
    session.add(asked)
    session.flush()
    if rules.readings().revoked_by_two:
        _note(session, asked, Event.REVOCATION_ASKED, now, actor)
    else:
        _take_effect(session, row, asked, now=now, actor=actor)
    return asked


def confirm(session: Session, revocation: UUID, side: Side, *, now: datetime, actor: str) -> Revocation:
    """The second person of the same side. Raises `RevocationUnknown`, `SamePerson`, `RevocationDecided`, `MustRecuse`."""
    row, asked = _open(session, revocation, side, actor)
    if person_of(asked.asked_by) == person_of(actor):
        raise SamePerson
    asked.confirmed_by = actor
    _take_effect(session, row, asked, now=now, actor=actor)
    return asked


def refuse(session: Session, revocation: UUID, side: Side, *, now: datetime, actor: str) -> Revocation:
    """Not confirmed; who asked may take it back so. Raises as `confirm`."""
    _, asked = _open(session, revocation, side, actor)
    asked.refused_at, asked.refused_by = now, actor
    _note(session, asked, Event.REVOCATION_REFUSED, now, actor)
    return asked


def revoke(session: Session, row: Verification, why: str, *, ordered: bool = False, now: datetime, actor: str) -> None:
    """Every proof of this delivered verification ends now, and who uses it is told; a request that waits is settled by it.

    The caller holds the verification. `ordered`: its issuing unit is told as well. Repeated it does nothing.
    """
    standing = update(Proof).where(Proof.verification == row.number, Proof.revoked_at.is_(None))
    ended = session.scalars(standing.values(revoked_at=now, revoked_why=why).returning(Proof.id)).all()
    if not ended:
        return
    waiting = Revocation.proof.in_(ended), Revocation.confirmed_at.is_(None), Revocation.refused_at.is_(None)
    session.execute(update(Revocation).where(*waiting).values(refused_at=now, refused_by=actor))
    licence_offers.void(session, row.number, now=now)
    issuer = issuer_of(session, row)
    detail = {"why": why, "version": row.proof_version} | _acting(session, issuer, actor, now)
    note(session, row.number, Event.PROOF_REVOKED, at=now, actor=actor, detail=detail)
    told = [(row.unit, Role.AGENT), *([(issuer, Role.SUPERVISOR)] if ordered and issuer else [])]
    for unit, role in told:
        notifications.notify_unit(
            session, NoticeKind.PROOF_REVOKED, unit, str(ended[0]), number=row.number, about=now, now=now, roles=frozenset({role})
        )


def issuer_of(session: Session, row: Verification) -> str | None:
    """The unit that answers for what the proof says: that was asked, or that the list names (obligation 16.8)."""
    found = row.issuing_unit or session.get_one(Entry, row.entry).issuing_unit
    return heir(session, found) if found else None


def find(session: Session, number: str, unit: str | None) -> Verification:
    """One whose proof the unit (None: anybody) uses or answers for. Raises `UnknownNumber`."""
    row = load(session, number)
    if unit not in (None, heir(session, row.unit), issuer_of(session, row)):
        raise UnknownNumber(f"没有这个核验编号:{number}")
    return row


def newest(session: Session, number: str) -> Revocation | None:
    """The newest request of this number, decided or not."""
    query = select(Revocation).where(Revocation.verification == number).order_by(Revocation.asked_at.desc(), Revocation.id)
    return session.scalar(query.limit(1))


def receivers(session: Session, number: str, *, now: datetime) -> list[Receiver]:
    """Who was told that the proof of this number is revoked, and who has it."""
    query = select(Notice).where(Notice.verification == number, Notice.kind == NoticeKind.PROOF_REVOKED)
    return [
        Receiver(row.unit, row.channel.value, notifications.standing_of(row, now).value, row.sent_at)
        for row in session.scalars(query.order_by(Notice.made_at, Notice.id))
    ]


def listed(session: Session, unit: str | None, page: PageRequest = FIRST, *, standing: RevocationStatus | None) -> Page[Revocation]:
    """What an issuing unit (None: anybody, on order too) asked for, the newest first."""
    query = select(Revocation)
    if unit is not None:
        query = query.where(Revocation.unit.in_(estate(session, unit)))
    if standing is not None:
        query = query.where(*_STANDINGS[standing])
    return paging.scalars(session, query, (Revocation.asked_at.desc(), Revocation.id), page)


def used(session: Session, unit: str, page: PageRequest = FIRST) -> Page[tuple[Proof, Entry, str]]:
    """The revoked proofs that the unit's cases used, with their entry of the list and the case's number; the newest first."""
    query = (
        select(Proof, Entry, Case.number)
        .join(Verification, (Verification.number == Proof.verification) & (Verification.proof_version == Proof.version))
        .join(Entry, Entry.id == Verification.entry)
        .join(Case, Case.id == Verification.case)
        .where(Proof.revoked_at.is_not(None), Verification.state == State.DELIVERED, Verification.unit.in_(estate(session, unit)))
    )
    return paging.tuples(session, query, (Proof.revoked_at.desc(), Proof.id), page)


def standing_of(row: Revocation) -> RevocationStatus:
    """How one stands."""
    if row.confirmed_at is not None:
        return RevocationStatus.CONFIRMED
    return RevocationStatus.WAITING if row.refused_at is None else RevocationStatus.REFUSED


def may_decide(session: Session, unit: str | None, side: Side) -> bool:
    """Whether this side decides what `unit` asked for; None: what the office ordered."""
    return side.office if unit is None else heir(session, unit) == side.unit


def why_recused(session: Session, number: str, actor: str) -> str:
    """Why this person decides no order of the office on this verification (回避), and who can; empty: nothing is in the way."""
    try:
        _unconcerned(session, load(session, number), actor)
    except recusal.MustRecuse as refused:
        return str(refused)
    return ""


_STANDINGS = {
    RevocationStatus.WAITING: (Revocation.confirmed_at.is_(None), Revocation.refused_at.is_(None)),
    RevocationStatus.CONFIRMED: (Revocation.confirmed_at.is_not(None),),
    RevocationStatus.REFUSED: (Revocation.refused_at.is_not(None),),
}


def _for_whom(session: Session, row: Verification, document: str | None, side: Side, actor: str) -> str | None:
    """The issuing unit where its own 督办员 asks, None where the office orders it."""
    issuer = issuer_of(session, row)
    if Role.SUPERVISOR in side.roles and side.unit == issuer:
        return issuer
    if side.office:
        _unconcerned(session, row, actor)
        if not document:
            raise DocumentNeeded
        return None
    if heir(session, row.unit) == side.unit:
        raise NotTheIssuer
    raise UnknownNumber(f"没有这个核验编号:{row.number}")


def _open(session: Session, revocation: UUID, side: Side, actor: str) -> tuple[Verification, Revocation]:
    """One that waits, and its verification, held. Who answers for the unit that asked, or the office for its orders."""
    asked = session.get(Revocation, revocation)
    if asked is None or not may_decide(session, asked.unit, side):
        raise RevocationUnknown
    row = lock(session, asked.verification)
    session.refresh(asked)
    if asked.unit is None:
        _unconcerned(session, row, actor)
    if asked.confirmed_at is not None or asked.refused_at is not None:
        raise RevocationDecided
    return row, asked


def _unconcerned(session: Session, row: Verification, actor: str) -> None:
    recusal.check(session, Subject.VERIFICATION, row.number, [issuer_of(session, row)], actor=actor)


def _take_effect(session: Session, row: Verification, asked: Revocation, *, now: datetime, actor: str) -> None:
    asked.confirmed_at = now
    session.flush()
    revoke(session, row, asked.reason.value, ordered=asked.unit is None, now=now, actor=actor)


def _not_yet(proof: Proof) -> None:
    if proof.revoked_at is not None:
        raise RevokedAlready(f"这份电子证明{when_and_why(proof.revoked_at, proof.revoked_why)};以首次撤销为准")


def _standing(session: Session, proof: UUID) -> Revocation | None:
    return session.scalar(select(Revocation).where(Revocation.proof == proof, Revocation.refused_at.is_(None)))


def _note(session: Session, asked: Revocation, event: Event, now: datetime, actor: str) -> None:
    detail = {"revocation": str(asked.id), "why": asked.reason.value} | _acting(session, asked.unit, actor, now)
    note(session, asked.verification, event, at=now, actor=actor, detail=detail)


def _acting(session: Session, unit: str | None, actor: str, now: datetime) -> dict[str, str]:
    return for_whom(session, unit, person_of(actor), now=now) if unit else {}
