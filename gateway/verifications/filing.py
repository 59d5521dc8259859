"""受理: from a body to a filed verification, everything checked before anything is written.

Each check that fails raises a Problem; `gateway.edge.authentication` puts it on the record in a transaction of its own, so that
a refusal leaves nothing else behind.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain import scope
from domain.quotas import Deed
from domain.scope import CatalogEntry
from domain.spelling import same_name
from gateway.cases.registering import refuse_personal
from gateway.edge.problems import Problem
from gateway.edge.visibility import sees_persons
from gateway.verifications.schemas import VerificationIn, VerificationOut
from ledger.audit import record_access
from ledger.cases import cases
from ledger.casework import views
from ledger.catalog import entries
from ledger.database import transaction
from ledger.lifecycle import admission, filing
from ledger.lifecycle.snapshots import load
from ledger.registry.keys import Caller
from ledger.tables.cases import Case, Party
from ledger.tables.registry import ProofKind
from ledger.tables.verifications import Verification
from ledger.vault import vault
from settings import settings


@dataclass(frozen=True)
class Filed:
    """`repeated`: the same call came before, or the same question stands answered, and this is its verification."""

    answer: VerificationOut
    repeated: bool
    tags: list[str]  #: of the flow run: the unit and the first method


def file_verification(caller: Caller, body: VerificationIn, key: str) -> Filed:
    """File it, or find what the same key filed before. Raises Problem."""
    refuse_personal(key, [body.party])
    digest = _digest(body)
    try:
        return _file(caller, body, key, digest)
    except IntegrityError as error:
        if not filing.is_duplicate(error):
            raise
        return _file(caller, body, key, digest)  # the same key arrived twice at once: the other call's number is ours


def _file(caller: Caller, body: VerificationIn, key: str, digest: str) -> Filed:
    now = settings().now()
    with transaction() as session:
        number = filing.find_repeat(session, caller.unit, key, digest)
        repeated, entry = number is not None, None
        if number is None:
            case = cases.find(session, caller.unit, body.case_number, for_update=True)  # against a close meanwhile
            if case is None:
                raise Problem("case_unknown")
            entry_id, entry, party = _admissible(session, case, body)
            if body.force_new is None:
                number = filing.find_same(session, case, party, entry_id, entry.validity_days, now=now)
            repeated = number is not None
            if number is not None:
                filing.remember_key(session, caller.unit, key, digest, number, now=now)
            else:
                admission.admit(session, caller.filer, Deed.VERIFICATION, now=now, matter=case.matter, case=case.id)
                number = filing.file_verification(
                    session,
                    caller.filer,
                    case,
                    party,
                    entry_id,
                    entry.issuing_unit,
                    now=now,
                    idempotency_key=key,
                    body_digest=digest,
                    again_why=body.force_new,
                )
        tags = [caller.unit, *([method.label for method in entry.methods[:1]] if entry else [])]
        return Filed(read(session, caller, load(session, number), entry=entry), repeated, tags)


def _admissible(session: Session, case: Case, body: VerificationIn) -> tuple[int, CatalogEntry, Party]:
    """The entry and the party, or the refusal: catalog, scope, case, person, in this order (article 2; 15.4)."""
    facts = {"case": str(case.id), "matter": case.matter}
    if body.matter not in (None, case.matter):
        raise Problem("matter_differs", facts=facts)
    if session.get(ProofKind, body.proof) is None:
        raise Problem("proof_kind_unknown", facts=facts)
    facts["proof"] = body.proof
    found = entries.find_entry(session, case.matter, body.proof)
    party = cases.find_party(session, case, body.party.id_type, body.party.id_number.upper())
    refusal = scope.refusal(found[1] if found else None, case_open=case.closed_at is None, is_party=party is not None)
    if refusal is not None:
        refusal.facts = facts
        raise refusal
    assert found is not None and party is not None  # else the rule has refused
    if not same_name(cases.open_subject(party, cases.case_key(case)).name, body.party.name):
        raise Problem("name_differs", obligation="15.4", facts=facts)
    return *found, party


def read(session: Session, caller: Caller, row: Verification, *, entry: CatalogEntry | None = None) -> VerificationOut:
    """A verification that the caller may see, as it stands; the reading of persons' data goes on the record."""
    view = views.view(session, row, personal=sees_persons(session, caller, row), entry=entry)
    if view.opened:
        record_reading(session, caller, row.number, *view.opened)
    return VerificationOut.of(view)


def record_reading(session: Session, caller: Caller, number: str, *what: str) -> None:
    """A reading of persons' data: within its quota, and on the record (15.4). Raises as `admission.admit`."""
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
    canonical = json.dumps(body.model_dump(mode="json"), sort_keys=True, ensure_ascii=True)
    return vault().lookup("body", hashlib.sha256(canonical.encode()).hexdigest())
