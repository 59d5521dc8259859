"""用印 (obligations 9.1, 9.2, 9.3, 9.4, 9.5): make the page, record the seal's use, sign, keep the proof."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import TypeVar

from connectors.seal import LocalSeals, SealService
from connectors.seal import SealUse as Permission
from connectors.timestamps import servers_of
from domain.proof_form import Form
from domain.seals import SealKind
from ledger.database import transaction
from ledger.lifecycle.moves import Lease
from ledger.lifecycle.snapshots import snapshot
from ledger.sealing import sealing, status_lists
from ledger.sealing.sealing import Evidence, NoSealInForce, Sealed, Signed, Use
from ledger.vault import vault
from proofs import signed_code
from proofs.code import code_digest, new_code, verify_url
from proofs.ofd.document import render_ofd
from proofs.page import SEAL_BOX, render
from proofs.seal_image import draw_seal
from proofs.signed_code import SignedCode, digest_of
from proofs.wording import compose
from reports.figures.sources import name_of
from settings import settings
from tasks.passes import actor, hand, lease_of
from tasks.precedence import page_in_turn
from tasks.steps import in_ledger_thread, step

T = TypeVar("T")
_FORMS = {Form.PDF: render, Form.OFD: render_ofd}


@lru_cache(maxsize=1)
def seals() -> SealService:
    """The sealing service of this process, its keys in memory."""
    at = settings()
    return LocalSeals(at.seals_dir, seal_names(), at.seal_development, draw_seal, at.proof_form)


def with_key(kind: SealKind, begin: Callable[[str], T]) -> T:
    """`begin` with the certificate that this process seals with. Where that is not in force the keys are read anew, once: a renewed
    one may lie there. Raises NoSealInForce, PermanentFault."""
    mine = seals().key(kind)
    try:
        return begin(mine)
    except NoSealInForce:
        seals.cache_clear()
        if (renewed := seals().key(kind)) == mine:
            raise
        return begin(renewed)


def seal_names() -> dict[SealKind, str]:
    """The two seals' names (article 9), from the settings."""
    return {SealKind.SHARE: settings().seal_share_name, SealKind.ISSUER: settings().seal_issuer_name}


@lru_cache(maxsize=2)
def sealers(*, many: bool = False) -> ThreadPoolExecutor:
    """The threads that make and seal; `many`: those of a batch or a rush, behind whose pages no single one waits."""
    # Its own threads, so that a burst of sealing does not keep the ledger's steps waiting.
    return ThreadPoolExecutor(2, thread_name_prefix="sealing")


@step("用印 seal", outside=True)
async def seal(number: str) -> None:
    """Make the proof and seal it, once a proof version: the use is recorded before the signature (obligation 9.5)."""
    lease = lease_of(number)
    begun = hand().begun or await in_ledger_thread(_begin, lease)
    if begun is not None:
        use, what = begun
        async with page_in_turn():
            made = await asyncio.get_running_loop().run_in_executor(sealers(), make, use, what)
        await in_ledger_thread(_keep, Signed(lease, what.about, use, made))


def make(use: Use, what: Evidence) -> Sealed:
    """The page of this evidence in the form that is set, sealed and, where servers are configured, a PDF with their time. Raises
    `PageError` where it cannot be printed, a fault of 电子签章."""
    about, code = what.about, new_code()
    signed = "" if use.serial is None else _signed(use.serial, code, what)
    page = compose(
        number=about.number,
        proof_name=about.entry.proof_name,
        subject=about.subject,
        fields=what.fields,
        result=what.result,
        seal=use.seal,
        seal_name=seal_names()[use.seal],
        maker=what.maker,
        signer=what.signer,
        requesting_unit=about.unit_name,
        method_name=about.method.label if about.method else "",
        matter_name=about.entry.matter_name,
        case_number=about.case_number,
        source=name_of(what.source) if what.source else "",
        retrieved_at=what.retrieved_at,
        verify_url=verify_url(settings().public_url, about.number, code, signed),
        development=settings().seal_development,
        otherwise=about.otherwise,
        follows=about.follows,
        replaces=about.replaces,
    )
    stamps = servers_of(settings().seals_dir)
    permission = Permission(id=str(use.id), verification=about.number, seal=use.seal, box=SEAL_BOX, room=stamps.room, key=use.key)
    if use.serial is not None:
        page = replace(page, status=status_lists.place(use.serial))
    stamped = stamps.stamp(seals().sign(_FORMS[settings().proof_form](page), permission))
    return Sealed(stamped.pdf, code_digest(code), page.fields, stamped.detail)


def _signed(serial: int, code: str, what: Evidence) -> str:
    """The word by which a telephone judges the paper offline (16.8). Its end of validity is a moment before the ledger's, never after."""
    about, (listed, index) = what.about, status_lists.numbers(serial)
    until = settings().now() + timedelta(days=about.entry.validity_days)
    digest = digest_of(code, about.number, about.entry.proof_name, what.result.label, about.subject.name, about.subject.id_number)
    return signed_code.signed(vault().status_key("signature"), SignedCode(about.number, listed, index, until, digest))


def _begin(lease: Lease) -> tuple[Use, Evidence] | None:
    with transaction() as session:
        if not snapshot(session, lease.number).to_be_sealed:
            return None
        what = sealing.evidence(session, lease.number)

    def begin(key: str) -> Use:
        with transaction() as session:
            return sealing.start_use(session, lease, what.seal, key, now=settings().now(), actor=actor())

    return with_key(what.seal, begin), what


def _keep(signed: Signed) -> None:
    with transaction() as session:
        sealing.store_proof(session, signed, now=settings().now(), actor=actor())
