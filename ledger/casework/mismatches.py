"""不符与异议 (obligations 11.3, 11.4): what was obtained differs from what the applicant states; the issuing unit checks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.lifecycle import Event, State
from domain.methods import Method, Result
from domain.records import CONCLUSION, MismatchStatus
from domain.refusal import Refusal
from domain.revocations import MISMATCH
from ledger.actor import Filer
from ledger.cases.cases import key_of
from ledger.casework import revocations
from ledger.lifecycle import filing
from ledger.lifecycle.moves import note, request_wake
from ledger.lifecycle.snapshots import lock
from ledger.sealing import sealing
from ledger.succession import heir
from ledger.tables.cases import Case, Party
from ledger.tables.catalog import Entry
from ledger.tables.records import Mismatch
from ledger.tables.registry import Unit
from ledger.tables.verifications import Verification
from ledger.vault import Place


class NotDelivered(Refusal, code="not_delivered"):
    """There is nothing yet that could differ."""


class MismatchOpen(Refusal, code="mismatch_open"):
    """One is being checked already."""


class FieldsUnknown(Refusal, code="mismatch_fields"):
    """A name that is no field of this proof: what the applicant says belongs into `stated`, which is encrypted."""


class NoIssuer(Refusal, code="no_issuer_to_check"):
    """The catalog names no unit that could check, and none was given but the requesting unit itself."""


class NothingOpen(Refusal, code="mismatch_closed"):
    """Nothing is being checked: not reported, or settled."""


class NothingToObject(Refusal, code="mismatch_unsettled"):
    """The check has no result yet, or nothing was reported."""


class ObjectedAlready(Refusal, code="objected_already"):
    """The first objection to this check stands."""


def report(
    session: Session,
    number: str,
    fields: list[str],
    stated: str,
    supplement: str | None,
    unit: str | None,
    filer: Filer,
    *,
    now: datetime,
    look: UUID | None = None,
    due_at: datetime | None = None,
) -> Mismatch:
    """不符: on the record, with what the applicant states and adds; a check is filed with the issuing unit at once.

    `unit`: who checks, where the catalog names none. `look`: the person himself said so, in this one, and by `due_at` it is to be checked
    (decision 49). Raises `NotDelivered`, `MismatchOpen`, `FieldsUnknown`, `NoIssuer`.
    """
    row = lock(session, number)
    if row.state is not State.DELIVERED:
        raise NotDelivered
    if _open(session, number) is not None:
        raise MismatchOpen
    entry = session.get_one(Entry, row.entry)
    if not set(fields) <= {*entry.fields, CONCLUSION}:
        raise FieldsUnknown
    checker = row.issuing_unit or entry.issuing_unit or unit
    found = session.get(Unit, heir(session, checker)) if checker else None
    if found is None or not found.active or found.code == row.unit:
        raise NoIssuer
    key, mismatch = key_of(session, row.case), uuid4()
    check = filing.file_verification(
        session,
        filer,
        session.get_one(Case, row.case),
        session.get_one(Party, row.party),
        row.entry,
        found.code,
        now=now,
        idempotency_key=f"mismatch-{mismatch}",
        body_digest="",
        follows=number,
    ).number
    kept = Mismatch(
        id=mismatch,
        verification=number,
        status=MismatchStatus.CHECKING,
        reported_at=now,
        reported_by=filer.actor,
        fields=fields,
        stated=key.encrypt_text(Place("mismatches", "stated", mismatch), stated),
        check=check,
        look=look,
        due_at=due_at,
        supplement=key.encrypt_text(Place("mismatches", "supplement", mismatch), supplement) if supplement else None,
    )
    session.add(kept)
    detail = {"mismatch": str(mismatch), "check": check, "fields": fields}
    note(session, number, Event.MISMATCH_REPORTED, at=now, actor=filer.actor, detail=detail)
    request_wake(session, check)
    return kept


def settle(session: Session, check: Verification, *, now: datetime, actor: str) -> None:
    """The check has ended: the issuing unit's material prevails (obligation 11.3). Does nothing for other verifications.

    Where it differs from what was obtained, the old proof is revoked: the check's own proof takes its place.
    """
    if check.follows is None:
        return
    found = session.scalar(select(Mismatch).where(Mismatch.check == check.number, Mismatch.settled_at.is_(None)))
    if found is None:
        return
    original = lock(session, check.follows)
    found.status, found.settled_at = _status(session, original, check), now
    if found.status is MismatchStatus.CORRECTED:
        revocations.revoke(session, original, MISMATCH, now=now, actor=actor)
    detail = {"mismatch": str(found.id), "check": check.number, "outcome": found.status.value}
    note(session, original.number, Event.MISMATCH_SETTLED, at=now, actor=actor, detail=detail)


def _status(session: Session, original: Verification, check: Verification) -> MismatchStatus:
    if check.state is not State.DELIVERED or check.result is None or check.method is not Method.ISSUER:
        return MismatchStatus.UNSETTLED
    if original.result is Result.COMMITTED:  # no unit's words that could differ: what was promised is so, or is not
        return MismatchStatus.UPHELD if check.result is Result.CONFIRMED else MismatchStatus.CORRECTED
    if check.result is not original.result:
        return MismatchStatus.CORRECTED
    if check.result is Result.CONFIRMED:
        before, after = (sealing.evidence(session, row.number).fields for row in (original, check))
        return MismatchStatus.UPHELD if before == after else MismatchStatus.CORRECTED
    return MismatchStatus.UPHELD


def object_to(session: Session, number: str, text: str, *, now: datetime, actor: str) -> Mismatch:
    """异议: on record with the instant at which the right of appeal was told (obligation 11.4).

    Raises `NothingToObject`, `ObjectedAlready`; then nothing was written.
    """
    row = lock(session, number)
    found = newest(session, number)
    if found is None or found.settled_at is None:
        raise NothingToObject
    if found.objected_at is not None:
        raise ObjectedAlready
    key = key_of(session, row.case)
    found.objection = key.encrypt_text(Place("mismatches", "objection", found.id), text)
    found.objected_at = found.right_told_at = now
    note(session, number, Event.OBJECTED, at=now, actor=actor, detail={"mismatch": str(found.id)})
    return found


def corrected_by(session: Session, number: str) -> str | None:
    """The check whose material prevails over this result (obligation 11.3), or None where it stands."""
    corrected = select(Mismatch.check).where(Mismatch.verification == number, Mismatch.status == MismatchStatus.CORRECTED)
    return session.scalar(corrected.order_by(Mismatch.reported_at.desc()).limit(1))


def open_check(session: Session, number: str) -> str:
    """The check of the mismatch that is open. Raises `NothingOpen`."""
    found = _open(session, number)
    if found is None or found.check is None:
        raise NothingOpen
    return found.check


def newest(session: Session, number: str) -> Mismatch | None:
    """The newest report of a verification, or None."""
    return session.scalar(select(Mismatch).where(Mismatch.verification == number).order_by(Mismatch.reported_at.desc()).limit(1))


def checked_by(session: Session, check: str) -> tuple[list[str], str, str | None] | None:
    """What the issuing unit is to check: fields, what the applicant states and added, in clear; None for others."""
    found = session.scalar(select(Mismatch).where(Mismatch.check == check))
    if found is None:
        return None
    key = key_of(session, session.get_one(Verification, check).case)
    added = key.decrypt_text(Place("mismatches", "supplement", found.id), found.supplement) if found.supplement else None
    return found.fields, key.decrypt_text(Place("mismatches", "stated", found.id), found.stated), added


def _open(session: Session, number: str) -> Mismatch | None:
    return session.scalar(select(Mismatch).where(Mismatch.verification == number, Mismatch.settled_at.is_(None)))
