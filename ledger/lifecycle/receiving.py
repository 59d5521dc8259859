"""受理, the one door: from what somebody asks to a filed verification, everything checked before anything is written.

A single call and a row of a batch pass here alike. Each check that fails raises a `Refusal`, and nothing may be committed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from domain import scope
from domain.quotas import Deed
from domain.reasons import AgainReason
from domain.refusal import Refusal
from domain.roles import IdType
from domain.scope import CatalogEntry
from domain.spelling import same_name
from ledger.actor import Filer
from ledger.cases import cases
from ledger.catalog import entries
from ledger.lifecycle import admission, authorisations, filing
from ledger.succession import matter_codes
from ledger.tables.cases import Case, Party
from ledger.tables.catalog import Entry
from ledger.tables.registry import ProofKind, Unit


class CaseUnknown(Refusal, code="case_unknown"):
    """The unit has no such case: another unit's is as unknown as a missing one."""


class MatterDiffers(Refusal, code="matter_differs"):
    """The matter that is named is not the case's."""


class ProofKindUnknown(Refusal, code="proof_kind_unknown"):
    """The register has no such proof."""


class NameDiffers(Refusal, code="name_differs", obligation="15.4"):
    """The party of this number is called otherwise."""


@dataclass(frozen=True)
class Asked:
    """核验 as somebody asks for it: about whom is personal data."""

    case_number: str
    proof: str
    id_type: IdType
    id_number: str
    name: str
    matter: str | None = None
    again_why: AgainReason | None = None
    authorisation: str | None = None  #: 持证人授权: a credential, never shown

    def __repr__(self) -> str:
        return f"Asked({self.proof})"


@dataclass(frozen=True)
class Received:
    """`repeated`: the same call came before, or the same question stands answered, and this is its verification.

    `entry`: of the list; None where the key alone found it. `rows`: what was read and written on the way, for who goes on
    in this transaction: a session forgets the rows that nobody holds, and reads them again.
    """

    number: str
    repeated: bool
    entry: CatalogEntry | None
    rows: tuple[object, ...] = ()


def receive(session: Session, filer: Filer, asked: Asked, key: str, digest: str, *, now: datetime, batch: str | None = None) -> Received:
    """File it, or find what the same key filed before, or what answers the same question. Raises a `Refusal`.

    `batch`: it is a row of this one, which knows its verification without a key and was admitted as a whole.

    The same key twice at the same instant: IntegrityError for the later one, which then finds the other's number here.
    """
    repeat = filing.find_repeat(session, filer.unit, key, digest) if batch is None else filing.Repeat(None, None)
    if repeat.number is not None:
        return Received(repeat.number, True, None, (repeat.home,))
    case = cases.find(session, filer.unit, asked.case_number, for_update=True)  # against a close meanwhile
    if case is None:
        raise CaseUnknown
    entry_id, entry, party = _admissible(session, case, asked)
    earlier = filing.find_same(session, case, party, entry_id, entry.validity_days, now=now)
    same = earlier.answer if asked.again_why is None else None
    if same is not None:
        if batch is None:
            filing.remember_key(session, filer.unit, key, digest, same, now=now)
        return Received(same, True, entry, (repeat.home, case, party))
    if batch is None:
        admission.admit(session, filer, Deed.VERIFICATION, now=now, matter=case.matter, case=case.id)
    row = filing.file_verification(
        session,
        filer,
        case,
        party,
        entry_id,
        entry.issuing_unit,
        now=now,
        idempotency_key=key,
        body_digest=digest,
        again_why=asked.again_why,
        batch=batch,
        authorisation=asked.authorisation,
        replaces=earlier.revoked,
    )
    return Received(row.number, False, entry, (repeat.home, case, party, row))


#: What the list and the case hold of the question. Asked once the case is held, so that a name that was being corrected is read
#: as it is now.
_QUESTION = (
    select(ProofKind.code, Entry, Unit.name, Party)
    .select_from(Case)
    .outerjoin(ProofKind, ProofKind.code == bindparam("proof"))
    .outerjoin(Entry, and_(Entry.matter == Case.matter, Entry.proof == ProofKind.code, Entry.until_version.is_(None)))
    .outerjoin(Unit, Unit.code == Entry.issuing_unit)
    .outerjoin(Party, and_(Party.case == Case.id, Party.lookup == bindparam("lookup")))
    .where(Case.id == bindparam("case"))
)


def _admissible(session: Session, case: Case, asked: Asked) -> tuple[int, CatalogEntry, Party]:
    """The entry and the party, or the refusal: catalog, scope, case, person, in this order (article 2; obligation 15.4)."""
    facts = {"case": str(case.id), "matter": case.matter}
    if asked.matter not in (None, case.matter) and asked.matter not in matter_codes(session, case.matter):
        raise MatterDiffers(facts=facts)
    lookup = cases.lookup_of(asked.id_type, asked.id_number.upper())
    proof, listed, issuer, party = session.execute(_QUESTION, {"case": case.id, "proof": asked.proof, "lookup": lookup}).one()
    if proof is None:
        raise ProofKindUnknown(facts=facts)
    facts["proof"] = asked.proof
    entry_id, entry = (listed.id, entries.as_entry(listed, issuer)) if listed is not None else (0, None)
    if entry is None and (inherited := entries.find_entry(session, case.matter, proof)) is not None:
        entry_id, entry = inherited  # under another code of the matter
        facts["matter"] = entry.matter
    refusal = scope.refusal(entry, case_open=case.closed_at is None, is_party=party is not None)
    if refusal is not None:
        refusal.facts = facts
        raise refusal
    assert entry is not None and party is not None  # else the rule has refused
    if not same_name(cases.open_subject(party, cases.case_key(case)).name, asked.name):
        raise NameDiffers(facts=facts)
    if asked.authorisation is not None and not authorisations.is_taken(entry.source):
        raise authorisations.AuthorisationNotTaken(facts=facts)
    return entry_id, entry, party
