"""验真: the verdict on a file that somebody holds, of the page and of `./run verify` alike."""

from __future__ import annotations

import hashlib
from datetime import datetime

from ledger.database import transaction
from ledger.sealing import papers
from proofs.check import check
from proofs.verdicts import CheckResult, KnownProof
from settings import settings


def judged(content: bytes, authorities: bytes, now: datetime) -> CheckResult:
    """By its seal, its timestamp and the ledger, in memory. `authorities`: the certificates under which our seals stand."""
    digest = hashlib.sha256(content).hexdigest()

    def known(number: str) -> KnownProof | None:
        with transaction() as session:
            found = papers.known_proof(session, number, digest)
        return KnownProof(found.digest, found.sealed_at, found.valid_until, found.revoked, found.ended, found.whole) if found else None

    return check(content, authorities, known, now, roots=_roots(), wall=settings().wall(now))


def _roots() -> bytes:
    """The registered authorities of timestamps (`connectors.timestamps`); none: no time is shown as proven."""
    try:
        return (settings().seals_dir / "timestamps.ca.pem").read_bytes()
    except OSError:
        return b""
