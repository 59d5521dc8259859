"""开具 (obligation 6.3): what was sealed and delivered is offered to 电子证照库, where one is configured; apart from every pass."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy.orm import Session

from connectors.faults import PermanentFault, TransientFault
from connectors.library import LicenceLibrary, load_library
from domain.offers import Offer
from ledger.database import transaction
from ledger.sealing import licence_offers, offering
from ledger.vault import CaseKey
from settings import settings
from tasks.passes import actor
from tasks.precedence import give_way
from tasks.steps import in_ledger_thread, place_of, step

log = logging.getLogger(__name__)

_ROUND, _ROUNDS = 4, 25  #: pages in memory at a time; rounds in one go: what is left then comes in seconds


@lru_cache(maxsize=1)
def library() -> LicenceLibrary | None:
    """The configured library, loaded once a process; None: nothing is offered. A wrong file stops the worker at its start."""
    at = settings()
    if not at.licence_library:
        return None
    environment = {**os.environ, "PROOFLESS_SANDBOX_URL": at.sandbox_url}
    return load_library(at.sources_dir, at.licence_library, environment, Path(os.environ.get("PROOFLESS_SECRETS_DIR", ".")))


def book(session: Session, numbers: Collection[str], *, now: datetime) -> None:
    """In the transaction that delivers them: nothing leaves here."""
    if (there := library()) is not None:
        licence_offers.book(session, numbers, there.kinds, there.holders, now=now)


@step("电子证照库归集 offer to the licence library")
async def offer_proofs() -> None:
    """Send what is due, a few at a time; where the library fails, the rest waits for its next attempt, which is booked."""
    there = library()
    for _ in range(_ROUNDS):
        if there is None or there.rests:
            return
        due = await in_ledger_thread(_take_due)
        went = await asyncio.gather(*[_send(there, one) for one in due])
        if len(due) < _ROUND or not all(went):
            return


async def _send(there: LicenceLibrary, offer: Offer) -> bool:
    """One attempt, on the record; False where the library failed."""
    await give_way()
    try:
        if offer.cancels:
            await there.cancel(offer)
            await in_ledger_thread(_voided, offer)
        else:
            sent, key = await in_ledger_thread(_fill, offer)
            number = await there.offer(sent)
            await in_ledger_thread(_taken, offer, number, key)
    except PermanentFault as fault:
        await in_ledger_thread(_failed, offer, fault.code, fault.text, True)
    except TransientFault as fault:
        await in_ledger_thread(_failed, offer, fault.code, fault.text, False)
        return False
    except Exception as error:  # nobody foresaw it: it is tried again, and takes no other with it
        code = place_of(error)
        log.warning("licence offer %s: %s", offer.id, code)
        await in_ledger_thread(_failed, offer, code, "本系统未能读出该证明,请查看日志", False)
    return True


def _take_due() -> list[Offer]:
    with transaction() as session:
        return licence_offers.take_due(session, now=settings().now(), limit=_ROUND)


def _fill(offer: Offer) -> tuple[Offer, CaseKey]:
    with transaction() as session:
        return offering.filled(session, offer)


def _taken(offer: Offer, number: str, key: CaseKey) -> None:
    with transaction() as session:
        licence_offers.record_taken(session, offer, number, key, now=settings().now(), actor=actor())


def _voided(offer: Offer) -> None:
    with transaction() as session:
        licence_offers.record_voided(session, offer, now=settings().now(), actor=actor())


def _failed(offer: Offer, code: str, words: str, refused: bool) -> None:
    with transaction() as session:
        licence_offers.record_failed(session, offer, code, words, refused=refused, now=settings().now(), actor=actor())
