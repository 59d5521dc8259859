"""直通: what shared data answer goes from the answer to the delivered proof, for one case or many at once.

Each is where its pass has just put it, under that pass's lease. Whoever is no longer there (withdrawn, paused, lease lost)
is left out, and nothing of his was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from domain.lifecycle import Event, State
from domain.methods import Result
from domain.share import Finding
from ledger.lifecycle.moves import Goer, Lease, Turn, go
from ledger.lifecycle.snapshots import StepContext
from ledger.methods import sharing
from ledger.outbox.callbacks_sent import announce
from ledger.sealing.sealing import Evidence, Signed, Use, begin_uses, evidence_of, keep_proofs


class Left(Exception):
    """Somebody moved these meanwhile, paused them, or has their leases."""

    def __init__(self, numbers: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(numbers)))
        self.numbers = numbers


def found(
    session: Session, answers: Sequence[tuple[Lease, StepContext, Finding, datetime]], key: str, *, now: datetime, actor: str
) -> dict[str, tuple[Use, Evidence]]:
    """Keep answers that can be sealed as they are, each with when it was asked for, and begin the use of the seal (obligation 9.5).

    Of those alone whose first look-up this is: others may have begun a use before. Gives what is to be sealed, by number. `key`: the
    certificate's SHA-256. Raises NoSealInForce: then the transaction is to be rolled back, and the answers recorded alone.
    """
    whose = {lease.number: (lease, evidence_of(about, finding, now=now), finding) for lease, about, finding, _ in answers}
    uses = {number: Use(uuid4(), what.seal, what.about.proof_version, key) for number, (_, what, _) in whose.items()}
    goers = [Goer(number, lease, [sharing.told(finding), uses[number].detail]) for number, (lease, _, finding) in whose.items()]
    steps = [Turn(Event.SHARE_FOUND, State.TO_BE_SEALED), Turn(Event.SEAL_STARTED)]
    gone = go(session, State.LOOKING_UP, steps, goers, at=now, actor=actor, result=Result.CONFIRMED)
    if not gone:
        return {}
    sharing.keep(session, [(about, finding, asked_at) for lease, about, finding, asked_at in answers if lease.number in gone], now=now)
    begun = begin_uses(session, {number: uses[number] for number in gone}, now=now, actor=actor)
    return {number: (use, whose[number][1]) for number, use in begun.items()}


def keep(session: Session, signed: Sequence[Signed], *, now: datetime, actor: str) -> None:
    """Keep the sealed proofs. Raises `Left`: then the transaction is to be rolled back, and begun again without those."""
    keep_proofs(session, signed, now=now)
    goers = [Goer(one.lease.number, one.lease, [one.detail]) for one in signed]
    gone = go(session, State.TO_BE_SEALED, [Turn(Event.SEALED, State.TO_BE_DELIVERED)], goers, at=now, actor=actor)
    if len(gone) < len(signed):
        raise Left(frozenset(goer.number for goer in goers) - gone.keys())


def deliver(session: Session, leases: Sequence[Lease], *, now: datetime, actor: str) -> tuple[frozenset[str], frozenset[str]]:
    """The results are sent from this instant (reading 6). No limit runs, and nothing is checked by them.

    Gives the numbers that were delivered, and those of which a message is to be sent.
    """
    goers = [Goer(lease.number, lease, [{"result": Result.CONFIRMED.value}]) for lease in leases]
    gone = go(session, State.TO_BE_DELIVERED, [Turn(Event.DELIVERED, State.DELIVERED)], goers, at=now, actor=actor)
    sent = announce(session, {number: ids[0] for number, ids in gone.items()}, State.DELIVERED, now=now) if gone else frozenset()
    return frozenset(gone), sent
