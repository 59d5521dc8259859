"""受理: from a body to a filed verification by `ledger.lifecycle.receiving`, and what the caller is answered.

Each check that fails raises; `gateway.edge.authentication` puts it on the record in a transaction of its own, so that
a refusal leaves nothing else behind.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.quotas import Deed
from domain.scope import CatalogEntry
from gateway.cases.registering import refuse_personal
from gateway.edge.visibility import sees_persons
from gateway.verifications.schemas import VerificationIn, VerificationOut
from ledger.audit import record_access
from ledger.casework import views
from ledger.database import transaction
from ledger.lifecycle import admission, filing, receiving
from ledger.lifecycle.snapshots import load
from ledger.registry.keys import Caller
from ledger.tables.verifications import Verification
from ledger.vault import vault
from settings import settings


@dataclass(frozen=True)
class Filed:
    """`repeated`: the same call came before, or the same question stands answered, and this is its verification."""

    answer: VerificationOut
    repeated: bool


def file_verification(caller: Caller, body: VerificationIn, key: str) -> Filed:
    """File it, or find what the same key filed before. Raises a Refusal or a Problem."""
    refuse_personal(key, [body.party])
    digest = _digest(body)
    try:
        return _file(caller, body, key, digest)
    except IntegrityError as error:
        if not filing.is_duplicate(error):
            raise
        return _file(caller, body, key, digest)  # the same key arrived twice at once: the other call's number is ours


def _file(caller: Caller, body: VerificationIn, key: str, digest: str) -> Filed:
    with transaction() as session:
        found = receiving.receive(session, caller.filer, body.as_asked(), key, digest, now=settings().now())
        return Filed(read(session, caller, load(session, found.number), entry=found.entry), found.repeated)


def read(session: Session, caller: Caller, row: Verification, *, entry: CatalogEntry | None = None) -> VerificationOut:
    """A verification that the caller may see, as it stands; the reading of persons' data goes on the record."""
    view = views.view(session, row, personal=sees_persons(session, caller, row), entry=entry)
    if view.opened:
        record_reading(session, caller, row.number, *view.opened)
    return VerificationOut.of(view)


def record_reading(session: Session, caller: Caller, number: str, *what: str) -> None:
    """A reading of persons' data: within its quota, and on the record (obligation 15.4). Raises as `admission.admit`."""
    now = settings().now()
    admission.admit(session, caller.filer, Deed.READING, now=now, read=number)
    for word in what:
        record_access(session, number, word, actor=caller.actor, unit=caller.unit, now=now)


def read_own(caller: Caller, number: str) -> VerificationOut:
    """A verification of the caller's own unit, after what the caller did with it."""
    with transaction() as session:
        return read(session, caller, load(session, number))


def _digest(body: VerificationIn) -> str:
    # Keyed: an identity number is short enough to be guessed from a plain hash.
    said = body.model_dump(mode="json")
    if body.authorisation is None:  # as calls of before it was known were digested: their keys still lead to them
        del said["authorisation"]
    canonical = json.dumps(said, sort_keys=True, ensure_ascii=True)
    return vault().lookup("body", hashlib.sha256(canonical.encode()).hexdigest())
