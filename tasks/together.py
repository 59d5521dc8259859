"""多件同办: one pass over several verifications that no run of their own is at work on. What shared data answer goes step by
step for all of them at once; everything else walks the way of a single one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from prefect.runtime import flow_run

from connectors.faults import Fault
from domain.seals import SealKind
from domain.share import Finding
from domain.status import Status
from ledger.database import transaction
from ledger.lifecycle import groups
from ledger.lifecycle.moves import Lease, LeaseLost, Paused
from ledger.lifecycle.snapshots import StepContext
from ledger.methods import sharing
from ledger.outbox.alarms import clear_alarms
from ledger.sealing import straight
from ledger.sealing.sealing import Evidence, NoSealInForce, Signed, Use
from proofs.page import PageError
from settings import settings
from tasks import look_up
from tasks.ask import ask_issuing_unit
from tasks.deliver import deliver, send_callbacks
from tasks.escalate import escalate_if_overdue
from tasks.offer import book
from tasks.passes import actor, after_error, at_work, begin, owner
from tasks.precedence import give_way
from tasks.sealing import make, seal, sealers, with_key
from tasks.steps import in_ledger_thread, place_of
from tasks.take_up import take_up

log = logging.getLogger(__name__)

_AT_ONCE = 8  #: single ones beside each other
_LANE, _LANES = 25, 3  #: straight ones in one transaction, and such groups beside each other
_ASKED = 3  #: of a group at one time: a source's other places are for single ones, which would wait behind them
_SEALED = 1  #: of a group at one time: with the groups beside it enough for the threads, and what is begun is not much


@dataclass(frozen=True)
class Taken:
    """A verification under its lease; with `about` it is taken up, and shared data are to be asked."""

    lease: Lease
    about: StepContext | None


async def together(numbers: Sequence[str]) -> frozenset[str]:
    """Those of `numbers` that are due, taken on together; gives those that have ended. What waits, failed or needs a
    person goes on in a run of its own."""
    taken = await in_ledger_thread(_take, numbers)
    with at_work(*(one.lease for one in taken)):
        ended = await pass_over(taken)
        run = UUID(flow_run.id) if flow_run.id else None
        await in_ledger_thread(give_back, taken, ended, run)
    return ended


async def pass_over(taken: Sequence[Taken]) -> frozenset[str]:
    """One pass over each; gives the numbers of those that have ended. Their leases stay the caller's."""
    straight, lanes = [one for one in taken if one.about is not None], asyncio.Semaphore(_LANES)

    async def lane(some: Sequence[Taken]) -> frozenset[str]:
        async with lanes:
            return await _go_straight(some)

    # While some are sealed, the sources are asked about the next.
    ended = frozenset[str]().union(*await asyncio.gather(*[lane(straight[at : at + _LANE]) for at in range(0, len(straight), _LANE)]))
    slots, rest = asyncio.Semaphore(_AT_ONCE), [one for one in taken if one.lease.number not in ended]

    async def single(one: Taken) -> bool:
        async with slots:
            return await _pass(one)

    done = await asyncio.gather(*[asyncio.create_task(single(one)) for one in rest])
    return ended | {one.lease.number for one, has_ended in zip(rest, done, strict=True) if has_ended}


def taken_up(leases: Sequence[Lease]) -> list[Taken]:
    """For those of which a first method is to be chosen, that is done. To be called in a ledger thread."""
    try:
        with transaction() as session:
            abouts = sharing.take_up(session, leases, actor(), now=settings().now()) if leases else {}
    except Exception as error:  # of one of them, whose own pass shall say so: the others go on
        log.warning("taken up one by one: %s", place_of(error))
        abouts = {}
    return [Taken(lease, abouts.get(lease.number)) for lease in leases]


def give_back(taken: Sequence[Taken], ended: frozenset[str], run: UUID | None) -> bool:
    """True where something is to go on."""
    with transaction(technical=True) as session:
        return groups.release(session, [one.lease for one in taken], told=ended if run else (), flow_run=run)


async def _go_straight(taken: Sequence[Taken]) -> frozenset[str]:
    """From the question to the delivered proof, for all whose answer can be sealed as it is."""
    asking, sealing = asyncio.Semaphore(_ASKED), asyncio.Semaphore(_SEALED)

    async def answer(one: Taken) -> _Answer | None:
        async with asking:
            await give_way()
            return await _answer(one)

    async def sign(lease: Lease, use: Use, what: Evidence) -> Signed | None:
        async with sealing:
            await give_way()
            return await _sign(lease, use, what)

    try:
        answers = [one for one in await asyncio.gather(*map(answer, taken)) if one is not None]
        await give_way()
        begun = await in_ledger_thread(_found, answers)
        whose = {lease.number: lease for lease, *_ in answers}
        made = [one for one in await asyncio.gather(*[sign(whose[number], *what) for number, what in begun.items()]) if one is not None]
        await give_way()
        ended, sends = await in_ledger_thread(_deliver, made)
    except Exception as error:  # the single ones ask the ledger how far each came
        log.warning("one by one: %s", place_of(error))
        return frozenset()
    await asyncio.gather(*map(send_callbacks, sends))
    return ended


_Answer = tuple[Lease, StepContext, Finding, datetime]


async def _answer(one: Taken) -> _Answer | None:
    """None where its own way goes on from here; whatever the source said is on the record."""
    about, asked_at = one.about, settings().now()
    assert about is not None
    try:
        source = look_up.source_of(about)
        if not source.takes(about.subject):
            return None
        found = await source.look_up(about.subject, look_up.question_of(about))
        if look_up.is_complete(about, found):
            return one.lease, about, found, asked_at
        await in_ledger_thread(look_up.record, one.lease, about, found, asked_at)
    except Fault:
        pass  # its own pass asks again, with patience
    except Exception as error:
        log.warning("%s: %s", one.lease.number, place_of(error))
    return None


def _found(answers: Sequence[_Answer]) -> dict[str, tuple[Use, Evidence]]:
    now = settings().now()
    if not answers:
        return {}

    def begin(key: str) -> dict[str, tuple[Use, Evidence]]:
        with transaction() as session:
            begun = straight.found(session, answers, key, now=now, actor=actor())
            subjects = sorted({look_up.subject_of(about) for _, about, _, _ in answers})
            clear_alarms(session, look_up.SOURCE_ALARMS, subjects, now=now)
            return begun

    try:
        return with_key(SealKind.SHARE, begin)
    except (NoSealInForce, Fault):  # the answers are kept; each one's own pass says what is the matter with the seal
        for lease, about, found, asked_at in answers:
            look_up.record(lease, about, found, asked_at)
        return {}


async def _sign(lease: Lease, use: Use, what: Evidence) -> Signed | None:
    try:
        made = await asyncio.get_running_loop().run_in_executor(sealers(many=True), make, use, what)
    except (Fault, PageError):
        return None  # its own pass says so
    return Signed(lease, what.about, use, made)


def _deliver(signed: list[Signed]) -> tuple[frozenset[str], frozenset[str]]:
    while signed:
        now = settings().now()
        try:
            with transaction() as session:
                straight.keep(session, signed, now=now, actor=actor())
                delivered = straight.deliver(session, [one.lease for one in signed], now=now, actor=actor())
                book(session, delivered[0], now=now)
                return delivered
        except straight.Left as left:
            signed = [one for one in signed if one.lease.number not in left.numbers]
    return frozenset(), frozenset()


async def _pass(one: Taken) -> bool:
    begin(one.lease, None)  # of this task's context
    try:
        try:
            return (await _walk(one.lease.number)).ended
        except Exception as error:
            return (await after_error(error, one.lease)).is_final()
    except (LeaseLost, Paused):
        return False  # somebody else has it, or a person stopped it
    except Exception as error:
        log.warning("%s: pass ended without a record: %s", one.lease.number, place_of(error))
        return False


async def _walk(number: str) -> Status:
    """The steps of `flows.verification`, without a run's bookkeeping."""
    status = await take_up(number)
    if status.waiting:
        status = await _of(escalate_if_overdue)(number)
    if status.to_be_looked_up:
        status = await _of(look_up.look_up_share)(number)
    if status.needs_issuer:
        status = await _of(ask_issuing_unit)(number)
    if status.waiting:
        return status
    if status.to_be_sealed:
        await _of(seal)(number)
    return await _of(deliver)(number)


def _of(step: Callable[[str], Awaitable[Status]]) -> Callable[[str], Awaitable[Status]]:
    """Without a task run: the run of many tells of none of them."""
    return step.alone  # type: ignore[attr-defined, no-any-return]


def _take(numbers: Sequence[str]) -> list[Taken]:
    with transaction(technical=True) as session:
        leases = groups.acquire(session, numbers, owner())
    return taken_up(leases)
