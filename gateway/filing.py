"""受理: from a body to a filed verification, everything checked before anything is written.

Each check that fails raises a Problem; `gateway.entrance` puts it on the record in a transaction of its own, so that
a refusal leaves nothing else behind.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain import scope
from domain.clear_text import named_by_number, names_one_of
from domain.quotas import Deed
from domain.scope import CatalogEntry
from domain.spelling import same_name
from gateway.admitting import admitted
from gateway.answers.verifications import VerificationAnswer
from gateway.permissions import sees_persons
from gateway.problems import Problem
from gateway.sent.cases import SentCase
from gateway.sent.values import SentParty
from gateway.sent.verifications import SentVerification
from ledger import admission, cases, entries, filing, registration, views
from ledger.audit import record_access
from ledger.database import transaction
from ledger.filing import Filer
from ledger.keys import Caller
from ledger.standings import load
from ledger.succession import heir
from ledger.tables.cases import Case, Party
from ledger.tables.registry import Matter, ProofKind
from ledger.tables.verifications import Verification
from ledger.vault import vault
from settings import settings


@dataclass(frozen=True)
class Filed:
    """`repeated`: the same call came before, or the same question stands answered, and this is its verification."""

    answer: VerificationAnswer
    repeated: bool
    tags: list[str]  #: of the flow run: the unit and the first method


def register_case(caller: Caller, number: str, body: SentCase) -> bool:
    """Write the case; True where it is new. Raises Problem."""
    _refuse_personal(number, body.parties)
    if body.origin_system and _says_who(body.origin_system, body.parties):
        raise Problem("names_somebody", errors=[("origin_system", "不得含当事人姓名或证件号码。")])
    try:
        return _register(caller, number, body)
    except IntegrityError as error:
        if not filing.is_duplicate(error):
            raise
        return _register(caller, number, body)  # the same case arrived twice at once: the other call made it


def _register(caller: Caller, number: str, body: SentCase) -> bool:
    with transaction() as session:
        matter = session.get(Matter, body.matter)
        if matter is None:
            raise Problem("matter_unknown")
        if heir(session, matter.unit) != caller.unit:
            raise Problem("matter_not_yours", obligation="15.4", facts={"matter": matter.code})
        data, now = body.as_data(number), settings().now()
        try:
            if new := registration.register(session, caller.unit, data, now=now, actor=caller.actor):
                with admitted(now):
                    admission.admit(session, filer(caller), Deed.CASE, now=now, matter=matter.code)
            return new
        except registration.CaseClosed:
            raise Problem("case_closed", obligation="15.4") from None
        except registration.NameDiffers:
            raise Problem("name_differs", obligation="15.4") from None
        except registration.CaseFixed:
            raise Problem("case_fixed") from None
        except registration.AcceptedWrong:
            raise Problem("accepted_at_wrong") from None
        except registration.PromisePassed:
            raise Problem("promise_passed", obligation="10.8") from None
        except registration.PromiseReasonNeeded:
            raise Problem("promise_reason_needed", obligation="10.8") from None


def file_verification(caller: Caller, body: SentVerification, key: str) -> Filed:
    """File it, or find what the same key filed before. Raises Problem."""
    _refuse_personal(key, [body.party])
    digest = _digest(body)
    try:
        return _file(caller, body, key, digest)
    except IntegrityError as error:
        if not filing.is_duplicate(error):
            raise
        return _file(caller, body, key, digest)  # the same key arrived twice at once: the other call's number is ours


def _file(caller: Caller, body: SentVerification, key: str, digest: str) -> Filed:
    now = settings().now()
    with transaction() as session:
        try:
            number = filing.find_repeat(session, caller.unit, key, digest)
        except filing.KeyReused:
            raise Problem("idempotency_key_reused") from None
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
                with admitted(now):
                    admission.admit(session, filer(caller), Deed.VERIFICATION, now=now, matter=case.matter, case=case.id)
                number = filing.file_verification(
                    session, filer(caller), case, party, entry_id, entry.issuing_unit,
                    now=now, idempotency_key=key, body_digest=digest, again_why=body.force_new,
                )  # fmt: skip
        tags = [caller.unit, *([method.chinese for method in entry.methods[:1]] if entry else [])]
        return Filed(read(session, caller, load(session, number), personal=True, entry=entry), repeated, tags)


def _admissible(session: Session, case: Case, body: SentVerification) -> tuple[int, CatalogEntry, Party]:
    """The entry and the party, or the refusal: catalog, scope, case, person, in this order (article 2; 15.4)."""
    facts = {"case": str(case.id), "matter": case.matter}
    if body.matter not in (None, case.matter):
        raise Problem("matter_differs", facts=facts)
    if session.get(ProofKind, body.proof) is None:
        raise Problem("proof_kind_unknown", facts=facts)
    facts["proof"] = body.proof
    found = entries.find_entry(session, case.matter, body.proof)
    party = cases.find_party(session, case, body.party.id_type, body.party.id_number.upper())
    refusal = scope.refusal(
        found[1] if found else None,
        case_open=case.closed_at is None,
        is_party=party is not None,
    )
    if refusal is not None:
        raise Problem.refused(refusal, **facts)
    assert found is not None and party is not None  # else the rule has refused
    if not same_name(cases.open_subject(party, cases.case_key(case)).name, body.party.name):
        raise Problem("name_differs", obligation="15.4", facts=facts)
    return *found, party


def read(
    session: Session, caller: Caller, row: Verification, *, personal: bool, entry: CatalogEntry | None = None
) -> VerificationAnswer:
    """A verification that the caller may see, as it stands; the reading of persons' data goes on the record."""
    view = views.view(session, row, personal=personal, entry=entry)
    if view.opened:
        record_reading(session, caller, row.number, *view.opened)
    return VerificationAnswer.of(view)


def record_reading(session: Session, caller: Caller, number: str, *what: str) -> None:
    """A reading of persons' data: within its quota, and on the record (15.4). Raises Problem."""
    now = settings().now()
    with admitted(now):
        admission.admit(session, filer(caller), Deed.READING, now=now, read=number)
    for word in what:
        record_access(session, number, word, actor=caller.actor, unit=caller.unit, now=now)


def filer(caller: Caller) -> Filer:
    """Who acts, as the ledger counts and writes it down."""
    return Filer(caller.unit, caller.person, caller.system)


def read_own(caller: Caller, number: str) -> VerificationAnswer:
    """A verification of the caller's own unit, after what the caller did with it."""
    with transaction() as session:
        return read(session, caller, load(session, number), personal=sees_persons(caller))


def _digest(body: SentVerification) -> str:
    # Keyed: an identity number is short enough to be guessed from a plain hash.
    canonical = json.dumps(body.model_dump(mode="json"), sort_keys=True, ensure_ascii=True)
    return vault().lookup("body", hashlib.sha256(canonical.encode()).hexdigest())


def _refuse_personal(text: str, people: Sequence[SentParty]) -> None:
    if named_by_number(text) or _says_who(text, people):
        raise Problem("personal_data_in_number", obligation="15.4")


def _says_who(text: str, people: Sequence[SentParty]) -> bool:
    """The number of a document, or the name of somebody whom it is about, stands in it; a body's name is no secret."""
    return names_one_of(text, [said for party in people if party.id_type.is_person for said in (party.name, party.id_number)])
