"""验真: whether a file that somebody holds is a proof of ours, unchanged and still valid (obligation 11.1).

The seal's signature says who made the file and that nothing in it changed; the ledger says that this very file was
delivered and still holds. Neither is enough alone: a stolen key seals, and a number is easily copied.

The file may come from anybody. Its bytes say which form judges it; that happens in memory and in a process of its own, nothing is
fetched over a network, and whatever is wrong with it becomes a verdict.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from domain.proof_form import Form, form_of
from domain.status_places import Place
from proofs import pdf_judgement
from proofs.ofd import judgement as ofd_judgement
from proofs.stamp_revocations import NOTHING_REVOKED, Revocations
from proofs.verdicts import CheckResult, KnownProof, Verdict

_JUDGES = {Form.PDF: pdf_judgement.judge, Form.OFD: ofd_judgement.judge}
_PLACES = {Form.PDF: pdf_judgement.place_of, Form.OFD: ofd_judgement.place_of}
_IMAGES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")


def check(
    content: bytes,
    trust: bytes,
    known: Callable[[str], KnownProof | None],
    now: datetime,
    *,
    roots: bytes = b"",
    wall: datetime | None = None,
    revocations: Revocations = NOTHING_REVOKED,
) -> CheckResult:
    """The verdict on a file. `trust`: our authorities' certificates (PEM), `roots`: those of timestamps; `known` asks the ledger by
    number. `wall`: the wall clock's time, where `now` is not. `revocations`: what is known of them beside what the file keeps.

    The caller limits the size. The file is read in processes of their own (`isolation`), the ledger is asked here: the
    seal is judged at the moment that the ledger gives. Blocks. Raises ProcessDied where the file is more than its reader
    can take; exceptions of `known` pass through; nothing else is raised.
    """
    form = form_of(content)
    if form not in _JUDGES:
        return CheckResult(Verdict.PICTURE if content.startswith(_IMAGES) else Verdict.NOT_PDF)
    return _JUDGES[form](content, trust, known, now, roots=roots, wall=wall, revocations=revocations)


def place_of(content: bytes) -> Place | None:
    """Where a genuine proof stands in the lists of revoked ones, as it says itself; None: it names no place. As `check`, in a process
    of its own."""
    form = form_of(content)
    return _PLACES[form](content) if form in _PLACES else None
