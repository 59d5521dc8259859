"""验真: the verdict on a file that somebody holds, of the page and of `./run verify` alike."""

from __future__ import annotations

import hashlib
from datetime import datetime

from ledger.database import transaction
from ledger.sealing import papers, revocation_words
from proofs.check import check
from proofs.stamp_revocations import Revocations
from proofs.verdicts import CheckResult, KnownProof
from settings import settings


def judged(content: bytes, authorities: bytes, now: datetime) -> CheckResult:
    """By its seal, its timestamp, what of authorities is revoked and the ledger, in memory. `authorities`: those of our seals."""
    digest = hashlib.sha256(content).hexdigest()

    def known(number: str) -> KnownProof | None:
        with transaction() as session:
            found = papers.known_proof(session, number, digest)
        return KnownProof(found.digest, found.sealed_at, found.valid_until, found.revoked, found.ended, found.whole) if found else None

    with transaction() as session:
        revocations = Revocations(*revocation_words.known(session))
    return check(content, authorities, known, now, roots=_roots(), wall=settings().wall(now), revocations=revocations)


def _roots() -> bytes:
    """The registered authorities of timestamps (`connectors.timestamps`); none: no time is shown as proven."""
    try:
        return (settings().seals_dir / "timestamps.ca.pem").read_bytes()
    except OSError:
        return b""
