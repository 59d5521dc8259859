"""用印与证明 on the record (9.1–9.5): the use before the signature, the proof with its digest after it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.lifecycle import Event, State
from domain.methods import Method, Result
from domain.seals import SealKind
from ledger.actor import person_of
from ledger.inbox import requests
from ledger.lifecycle.moves import Lease, confirm, move, note
from ledger.lifecycle.snapshots import StepContext, load, step_context
from ledger.methods import sharing
from ledger.succession import name_of
from ledger.tables.effects import Proof, SealUse
from ledger.tables.registry import Person
from ledger.vault import Place


@dataclass(frozen=True)
class Evidence:
    """What a proof says and who answers for it. `fields` are personal data, in memory only.

    `retrieved_at` (提取时间, reading 14): the server's instant at which this retrieval brought the content, that is when
    the look-up's answer or the issuing unit's reply was recorded. Neither the seal nor a reissue moves it: they retrieve
    nothing. A verification that asks anew has its own.
    """

    about: StepContext
    result: Result
    fields: tuple[tuple[str, str], ...]
    maker: str  #: 制作单位 (reading 14)
    signer: str  #: 核验人: who of the issuing unit answered (11.2); "" for shared data
    source: str  #: the source system behind shared data, "" otherwise
    seal: SealKind
    retrieved_at: datetime


@dataclass(frozen=True)
class Use:
    """A recorded use of a seal: the permission to sign this one proof version."""

    id: UUID
    seal: SealKind
    version: int


def evidence(session: Session, number: str) -> Evidence:
    """Collect what the proof of this verification says, by the method that produced it (reading 15)."""
    about = step_context(session, number)
    row = load(session, number)
    assert about.method is not None and row.result is not None
    if about.method is Method.DATA_SHARING:
        lookup = sharing.last_lookup(session, number)
        assert lookup is not None
        fields, maker, source = sharing.found_fields(session, number, about.key), lookup.maker, lookup.source
        signer, retrieved_at = "", lookup.answered_at
    else:
        fields = requests.answered_fields(session, number, about.key)
        request = requests.answered_request(session, number)
        assert request is not None and request.answered_at is not None
        maker, source = name_of(session, request.unit), ""
        signer, retrieved_at = _name_of(session, request.answered_by or ""), request.answered_at
    wanted = tuple((name, fields[name]) for name in about.entry.fields if fields.get(name))
    return Evidence(about, row.result, wanted, maker, signer, source, about.method.seal, retrieved_at)


def _name_of(session: Session, actor: str) -> str:
    person = session.get(Person, person_of(actor))
    return person.name if person else ""


def start_use(session: Session, lease: Lease, seal: SealKind, *, now: datetime, actor: str) -> Use:
    """Record that a seal is about to be used for this proof version; a repeat continues the same use (9.5)."""
    row = load(session, lease.number)
    known = session.scalar(select(SealUse).where(SealUse.verification == row.number, SealUse.version == row.proof_version))
    if known is None:
        known = SealUse(id=uuid4(), verification=row.number, version=row.proof_version, seal=seal, used_by=actor, started_at=now)
        session.add(known)
        detail = {"use": str(known.id), "seal": seal.value, "version": row.proof_version}
        note(session, row.number, Event.SEAL_STARTED, at=now, actor=actor, lease=lease, detail=detail)
    else:
        confirm(session, lease, State.TO_BE_SEALED)
    return Use(known.id, known.seal, known.version)


def store_proof(
    session: Session,
    lease: Lease,
    use: Use,
    pdf: bytes,
    code_digest: str,
    fields: tuple[tuple[str, str], ...],
    *,
    now: datetime,
    actor: str,
) -> None:
    """Keep the sealed PDF, complete the use with its digest, and move on: one transaction."""
    about = step_context(session, lease.number)
    proof, digest = uuid4(), hashlib.sha256(pdf).hexdigest()
    session.add(
        Proof(
            id=proof,
            verification=lease.number,
            version=use.version,
            seal_use=use.id,
            digest=digest,
            code_digest=code_digest,
            pdf=about.key.encrypt(Place("proofs", "pdf", proof), pdf),
            content=about.key.encrypt_text(Place("proofs", "content", proof), json.dumps(fields, ensure_ascii=False)),
            made_at=now,
            valid_until=now + timedelta(days=about.entry.validity_days),
        )
    )
    recorded = session.get_one(SealUse, use.id)
    recorded.completed_at, recorded.digest = now, digest
    session.flush()
    move(
        session,
        lease.number,
        Event.SEALED,
        State.TO_BE_SEALED,
        State.TO_BE_DELIVERED,
        at=now,
        actor=actor,
        lease=lease,
        detail={"use": str(use.id), "digest": digest, "version": use.version},
    )
