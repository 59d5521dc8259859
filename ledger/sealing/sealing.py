"""用印与证明 on the record (obligations 9.1, 9.2, 9.3, 9.4, 9.5): the use before the signature, the proof with its digest after it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from domain.lifecycle import Event, State
from domain.methods import Method, Result
from domain.proof_form import Form, form_of
from domain.seals import SealKind
from domain.share import Finding
from ledger import timekeeping
from ledger.actor import person_of
from ledger.inbox import requests
from ledger.lifecycle.moves import Lease, confirm, move, note
from ledger.lifecycle.snapshots import StepContext, load, step_context
from ledger.methods import sharing
from ledger.outbox.alarms import raise_alarm
from ledger.sealing import seal_register
from ledger.succession import name_of
from ledger.tables.effects import Proof, SealUse
from ledger.tables.registry import Person
from ledger.vault import Place

#: Locked, so that whoever ends a seal sees every use that came before; and in the statements that are needed anyway.
_COMPLETE = text(
    f"""
    WITH held AS (
        SELECT id FROM seals WHERE id IN (SELECT seal_id FROM seal_uses WHERE id = ANY(CAST(:uses AS uuid[]))) AND {seal_register.VALID}
        FOR SHARE)
    UPDATE seal_uses u SET completed_at = :now, digest = done.digest
    FROM unnest(CAST(:uses AS uuid[]), CAST(:digests AS text[])) AS done (id, digest), held WHERE u.id = done.id AND u.seal_id = held.id
    """
)
_BEGIN = text(
    f"""
    INSERT INTO seal_uses (id, verification, version, seal, seal_id, used_by, started_at)
    SELECT given.id, given.verification, given.version, held.kind, held.id, :actor, :now
    FROM unnest(CAST(:ids AS uuid[]), CAST(:numbers AS text[]), CAST(:versions AS integer[])) AS given (id, verification, version),
        (SELECT id, kind FROM seals WHERE kind = :kind AND fingerprint = :key AND {seal_register.VALID} FOR SHARE) AS held
    RETURNING verification, status_serial
    """
)

UNSTAMPED = "unstamped"
"""In what a seal's event says: why its proof has no timestamp although servers are configured (`connectors.timestamps`)."""
NO_TIMESTAMP = (
    "timestamps_away",
    "timestamps",
    "没有时间戳服务按约定应答:证明照常用印、送达,但没有时间戳(级别 B-B)。有一个恢复后,此告警自动解除。查看原因:./run seals timestamps。",
)
"""The alarm: kind, subject, message."""


class NoSealInForce(Exception):
    """印章不在用: none of this kind is in force at this instant, or it is not the one whose key this process holds. Nothing was written."""

    def __init__(self, seal: SealKind) -> None:
        super().__init__(f"没有在用的{seal.label},或本机的密钥不是登记在用的那一枚")
        self.seal = seal


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
    signer: str  #: 核验人: who of the issuing unit answered (obligation 11.2); "" for shared data
    source: str  #: the source system behind shared data, "" otherwise
    seal: SealKind
    retrieved_at: datetime


@dataclass(frozen=True)
class Use:
    """A recorded use of a seal: the permission to sign this one proof version, with the key of the registered seal (its
    certificate's SHA-256, hexadecimal) and no other."""

    id: UUID
    seal: SealKind
    version: int
    key: str
    serial: int | None = None  #: of its place in the lists of revoked proofs; None: begun before there were any

    @property
    def detail(self) -> dict[str, Any]:
        """What the event of its beginning says."""
        return {"use": str(self.id), "seal": self.seal.value, "version": self.version}


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


def evidence_of(about: StepContext, found: Finding, *, now: datetime) -> Evidence:
    """The same where shared data have answered at this instant."""
    wanted = tuple((name, found.fields[name]) for name in about.entry.fields if found.fields.get(name))
    return Evidence(about, Result.CONFIRMED, wanted, found.maker, "", found.source, Method.DATA_SHARING.seal, now)


def _name_of(session: Session, actor: str) -> str:
    person = session.get(Person, person_of(actor))
    return person.name if person else ""


def start_use(session: Session, lease: Lease, seal: SealKind, key: str, *, now: datetime, actor: str) -> Use:
    """Record that a seal is about to be used for this proof version; a repeat continues the same use (obligation 9.5).

    `key`: the certificate's SHA-256. Raises NoSealInForce (obligation 9.4).
    """
    row = load(session, lease.number)
    known = session.scalar(select(SealUse).where(SealUse.verification == row.number, SealUse.version == row.proof_version))
    if known is None:
        use = Use(uuid4(), seal, row.proof_version, key)
        note(session, row.number, Event.SEAL_STARTED, at=now, actor=actor, lease=lease, detail=use.detail)
        return begin_uses(session, {row.number: use}, now=now, actor=actor)[row.number]
    confirm(session, lease, State.TO_BE_SEALED)
    held = seal_register.held(session, known.seal, key, now=now)
    if held is None:
        raise NoSealInForce(known.seal)
    use = Use(known.id, known.seal, known.version, key, known.status_serial)
    if known.registered != held:  # another seal took its place meanwhile: what was begun with the old one reached nobody
        known.registered = held
        note(session, row.number, Event.SEAL_STARTED, at=now, actor=actor, lease=lease, detail=use.detail)
    return use


def begin_uses(session: Session, uses: Mapping[str, Use], *, now: datetime, actor: str) -> dict[str, Use]:
    """Record uses of one kind and key, by number; gives them with their places. Raises NoSealInForce (obligation 9.4): then nothing
    may be committed."""
    one = next(iter(uses.values()))
    timekeeping.ensure(session)
    begun = session.execute(
        _BEGIN,
        {
            "ids": [str(use.id) for use in uses.values()],
            "numbers": list(uses),
            "versions": [use.version for use in uses.values()],
            "kind": one.seal.value,
            "key": one.key,
            "actor": actor,
            "now": now,
        },
    )
    drawn = {number: replace(uses[number], serial=serial) for number, serial in begun.tuples()}
    if len(drawn) < len(uses):
        raise NoSealInForce(one.seal)
    return drawn


@dataclass(frozen=True)
class Sealed:
    """A sealed file (PDF or OFD), the digest of the code that its QR carries (the code itself is on the paper alone), and what is
    printed: label and value, personal data. `level`: PAdES level and by whose timestamp, or why without one; empty: none is configured."""

    pdf: bytes
    code_digest: str
    fields: tuple[tuple[str, str], ...]
    level: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return "Sealed(…)"

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.pdf).hexdigest()

    @property
    def form(self) -> Form:
        """As its bytes say."""
        found = form_of(self.pdf)
        assert found is not None, "no maker gives a file of any other form"
        return found


@dataclass(frozen=True)
class Signed:
    """What one pass has sealed and not yet put on the record."""

    lease: Lease
    about: StepContext
    use: Use
    made: Sealed

    @property
    def detail(self) -> dict[str, Any]:
        """What the event says."""
        return {"use": str(self.use.id), "digest": self.made.digest, "version": self.use.version, **self.made.level}


def store_proof(session: Session, signed: Signed, *, now: datetime, actor: str) -> None:
    """Keep the sealed file, complete the use with its digest, and move on: one transaction."""
    keep_proofs(session, [signed], now=now)
    move(
        session,
        signed.lease.number,
        Event.SEALED,
        State.TO_BE_SEALED,
        State.TO_BE_DELIVERED,
        at=now,
        actor=actor,
        lease=signed.lease,
        detail=signed.detail,
    )


def keep_proofs(session: Session, signed: Sequence[Signed], *, now: datetime) -> None:
    """The sealed files, and their uses completed with their digests. Raises NoSealInForce where one's seal has ended since it was
    begun (obligation 9.4): then nothing may be committed, and what was signed reaches nobody."""
    if any(UNSTAMPED in one.made.level for one in signed):
        raise_alarm(session, *NO_TIMESTAMP, now=now)
    session.execute(insert(Proof), [_kept(one, now) for one in signed])
    done = {"uses": [str(one.use.id) for one in signed], "digests": [one.made.digest for one in signed], "now": now}
    if session.execute(_COMPLETE, done).rowcount < len(signed):  # type: ignore[attr-defined]
        raise NoSealInForce(signed[0].use.seal)


def _kept(one: Signed, now: datetime) -> dict[str, Any]:
    proof, key = uuid4(), one.about.key
    return {
        "id": proof,
        "verification": one.lease.number,
        "version": one.use.version,
        "seal_use": one.use.id,
        "digest": one.made.digest,
        "code_digest": one.made.code_digest,
        "pdf": key.encrypt(Place("proofs", "pdf", proof), one.made.pdf),
        "form": one.made.form,
        "content": key.encrypt_text(Place("proofs", "content", proof), json.dumps(one.made.fields, ensure_ascii=False)),
        "made_at": now,
        "otherwise": one.about.otherwise,
        "valid_until": now + timedelta(days=one.about.entry.validity_days),
    }
