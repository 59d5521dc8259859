"""主动提供台账 (obligations 2.6, 2.7): what applicants brought by their own will; always accepted, append-only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.commitments import Evidence
from domain.masking import mask_name, mask_number
from domain.records import RETENTION, VoluntaryMark, VoluntaryReason
from domain.retention import ERASED
from domain.roles import IdType
from domain.scope import CatalogEntry, spared
from domain.spelling import same_name
from ledger import paging
from ledger.actor import Filer
from ledger.cases import cases
from ledger.catalog import entries
from ledger.paging import FIRST, Page, PageRequest
from ledger.succession import estate
from ledger.tables.cases import Case, Party
from ledger.tables.records import VoluntarySubmission
from ledger.tables.registry import Matter, ProofKind
from ledger.vault import Place, vault


@dataclass(frozen=True)
class ReceivedSubmission:
    """What the clerk wrote down, as it was given: personal data. `proof`: a code of the catalog, or a name; `signature`: what the
    applicant drew on the second screen, strokes as "x,y x,y;x,y …" in its pixels, or `telephone.evidence`."""

    case_number: str
    id_type: IdType
    id_number: str
    name: str
    proof: str
    signature: str = ""

    def __repr__(self) -> str:
        return "ReceivedSubmission(…)"


@dataclass(frozen=True)
class VoluntaryLine:
    """One line of the 台账; the person is masked. `matter_name` is empty without a case."""

    row: VoluntarySubmission
    marks: list[VoluntaryMark]
    case_number: str
    matter_name: str
    proof: str
    proof_name: str
    name: str
    id_number: str


def submit(
    session: Session,
    filer: Filer,
    stated: ReceivedSubmission,
    reason: VoluntaryReason,
    confirmed: Evidence | None,
    digest: str | None,
    *,
    now: datetime,
    identity: UUID | None = None,
    proof: str | None = None,
) -> VoluntaryLine:
    """Put a submission on the record. Nothing refuses it: neither a proof that no list knows, nor a closed or unknown
    case, nor somebody who is no party or is registered under another name. What does not fit is marked.

    `confirmed`: the applicant's own act, with the SHA-256 of its evidence (reading 17); None is marked too.
    `identity`: of a page that may send twice; what is there already under it stands. `proof`: the code that its name means: written in
    words a listed paper is a listed paper still (obligation 16.6).
    """
    # The case's row is taken first: of two that send the same at once, the second finds the line of the first.
    case = cases.find(session, filer.unit, stated.case_number, for_update=identity is not None)
    if identity is not None and (there := line_of(session, filer.unit, identity)) is not None:
        return there
    party = cases.find_party(session, case, stated.id_type, stated.id_number) if case else None
    known = session.get(ProofKind, proof or stated.proof)
    found = entries.find_entry(session, case.matter, known.code) if case and known else None
    row = VoluntarySubmission(
        id=identity or uuid4(),
        at=now,
        unit=filer.unit,
        case=case.id if case else None,
        party=party.id if party else None,
        proof=known.code if known else None,
        marks=_marks(case, party, stated, confirmed, found[1] if found else None),
        listed=found is not None,
        clerk=filer.person,
        via_system=filer.system,
        reason=reason,
        confirmed=confirmed,
        confirmation_digest=digest,
        retain_until=now + RETENTION,
    )
    text, place = json.dumps(asdict(stated), ensure_ascii=False).encode(), _place(row)
    row.stated = cases.case_key(case).encrypt(place, text) if case else vault().encrypt(place, text)
    session.add(row)
    session.flush()
    return _line(row, case, *_names(session))


def _marks(
    case: Case | None, party: Party | None, stated: ReceivedSubmission, confirmed: Evidence | None, entry: CatalogEntry | None
) -> list[str]:
    found = [] if confirmed else [VoluntaryMark.UNCONFIRMED]
    if case is None:
        found.append(VoluntaryMark.NO_CASE)
    elif party is None:
        found.append(VoluntaryMark.NOT_A_PARTY)
    elif not same_name(cases.open_subject(party, cases.case_key(case)).name, stated.name):
        found.append(VoluntaryMark.NAME_DIFFERS)
    if entry is not None and not spared(entry):
        found.append(VoluntaryMark.NOT_SPARED)
    return [mark.value for mark in found]


def line_of(session: Session, unit: str, identity: UUID) -> VoluntaryLine | None:
    """The unit's own line under this identity; None: nothing was put on the record under it."""
    row = session.get(VoluntarySubmission, identity)
    if row is None or row.unit != unit:
        return None
    return _line(row, session.get(Case, row.case) if row.case else None, *_names(session))


def listed(session: Session, unit: str | None, since: datetime, until: datetime, page: PageRequest = FIRST) -> Page[VoluntaryLine]:
    """The 台账 of a unit (None: of all) in [since, until), by its serial."""
    query = (
        select(VoluntarySubmission, Case)
        .outerjoin(Case, Case.id == VoluntarySubmission.case)
        .where(VoluntarySubmission.at >= since, VoluntarySubmission.at < until)
    )
    if unit is not None:
        query = query.where(VoluntarySubmission.unit.in_(estate(session, unit)))
    matters, proofs = _names(session)
    found = paging.tuples(session, query, (VoluntarySubmission.serial,), page)
    return found.map(lambda one: _line(*one, matters, proofs))


def _names(session: Session) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Of matters and of proofs."""
    matters = dict(session.execute(select(Matter.code, Matter.name)).tuples().all())
    return matters, dict(session.execute(select(ProofKind.code, ProofKind.name)).tuples().all())


def name_of(session: Session, proof: str) -> str:
    """How the 台账 will call what is handed in: a registered proof by its name, whatever the list has; else the words themselves."""
    known = session.get(ProofKind, proof)
    return known.name if known else proof


def _line(row: VoluntarySubmission, case: Case | None, matters: Mapping[str, str], proofs: Mapping[str, str]) -> VoluntaryLine:
    stated = _stated(row, case)
    return VoluntaryLine(
        row=row,
        marks=[VoluntaryMark(mark) for mark in row.marks],
        case_number=stated.case_number,
        matter_name=matters[case.matter] if case else "",
        proof=stated.proof,
        proof_name=proofs[row.proof] if row.proof else stated.proof,
        name=mask_name(stated.name),
        id_number=mask_number(stated.id_number),
    )


def _stated(row: VoluntarySubmission, case: Case | None) -> ReceivedSubmission:
    """What was stated, in clear; its line stays when its time is over (obligation 2.7)."""
    if not row.stated or (case is not None and not case.data_key):
        return ReceivedSubmission(ERASED, IdType.CITIZEN_ID, ERASED, ERASED, row.proof or ERASED)
    place = _place(row)
    text = cases.case_key(case).decrypt(place, row.stated) if case else vault().decrypt(place, row.stated)
    return ReceivedSubmission(**json.loads(text))


def _place(row: VoluntarySubmission) -> Place:
    return Place("voluntary_submissions", "stated", row.id)
