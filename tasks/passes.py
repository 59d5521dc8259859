"""One pass over a verification: under a lease, and with every error turned into a state that goes on.

The worker takes the lease before it starts the flow and gives it back after Prefect has the pass's last state; where
no worker did (a plain `prefect` process), the pass takes it by itself and lets it run out.
"""

from __future__ import annotations

import functools
import logging
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import uuid4

from prefect.client.schemas.objects import State
from prefect.exceptions import Abort
from prefect.runtime import flow_run

from connectors.faults import Fault, PermanentFault
from domain.status import Status
from ledger.database import transaction
from ledger.lifecycle import leases
from ledger.lifecycle.moves import Lease, LeaseLost, MoveRefused, Paused
from ledger.lifecycle.remedies import cause_of
from ledger.lifecycle.snapshots import StepContext, snapshot, snapshot_now
from ledger.methods import failures
from ledger.sealing.sealing import Evidence, NoSealInForce, Use
from proofs.page import MissingGlyph, PageError
from settings import settings
from tasks.states import continuing, ended, paused, retrying, waiting
from tasks.steps import StepFailed, in_ledger_thread, place_of
from tasks.timeline import show_timeline

log = logging.getLogger(__name__)

current_lease: ContextVar[Lease] = ContextVar("current_lease")
"""The lease of the pass that is running. Every move carries it."""


_at_work: set[Lease] = set()


@contextmanager
def at_work(*leases: Lease) -> Iterator[None]:
    """在办: what the heartbeat renews. A lease that could not be given back, or that was taken while the ledger went away with
    the answer, is not among them and runs out: renewed, it would hold its case for as long as this process lives."""
    _at_work.update(leases)
    try:
        yield
    finally:
        _at_work.difference_update(leases)


def numbers_at_work() -> list[str]:
    """To be called in the event loop."""
    return [lease.number for lease in _at_work]


@dataclass
class Hand:
    """What one step of a pass leaves to the next, so that nothing is read twice: the ledger has it all, and a pass that
    begins anew asks there. Every move is made on the condition that it still holds."""

    lease: Lease
    about: StepContext | None = None  #: of a verification that this pass took up: nobody was asked before
    begun: tuple[Use, Evidence] | None = None  #: the seal's use, where shared data answered that first question


_hand: ContextVar[Hand | None] = ContextVar("_hand", default=None)


def hand() -> Hand:
    """The running pass's own."""
    lease, known = current_lease.get(), _hand.get()
    if known is None or known.lease != lease:
        _hand.set(known := Hand(lease))
    return known


def begin(lease: Lease, about: StepContext | None) -> None:
    """The pass that is begun in this task's context: the flow and its steps inherit it. `about`: it is taken up already."""
    current_lease.set(lease)
    _hand.set(Hand(lease, about))


def lease_of(number: str) -> Lease:
    """The lease under which a step works on `number`: another one's would move another verification.

    A step that is called outside a pass, or with a number that is not the pass's, is a fault of the flow.
    """
    lease = current_lease.get()
    if lease.number != number:
        raise RuntimeError(f"a step for {number} in the pass of {lease.number}")
    return lease


@lru_cache(maxsize=1)
def owner() -> str:
    """The name under which this process holds leases: the worker and this incarnation of it."""
    return f"{settings().worker_name}/{os.getpid()}-{uuid4().hex[:8]}"


def actor() -> str:
    """Who acts, for the record."""
    return f"system:{settings().worker_name}"


def one_pass(body: Callable[[str], Awaitable[State]]) -> Callable[[str], Awaitable[State]]:
    """Run a flow's body as one pass: leased, and never ending in an error that loses the case.

    A permanent fault or a page that cannot be made: 待人工处理. Any other error: the next pass after a pause that
    doubles, 待人工处理 after the fifth. A lost lease: the pass ends without touching the run's state. 由运维暂停: the
    run ends as cancelled.
    """

    @functools.wraps(body)
    async def run(number: str) -> State:
        lease = current_lease.get(None)
        if lease is None or lease.number != number:
            lease = await in_ledger_thread(_acquire, number)
            if lease is None:
                raise Abort(f"{number}: 由其他进程处理")
            current_lease.set(lease)
        try:
            try:
                state = await body(number)
            except Exception as error:
                state = await after_error(error, lease)
            if state.is_scheduled() or (flow_run.run_count or 0) > 1:  # it waits, or has waited: there is a story
                await show_timeline(number)
            return state
        except LeaseLost:
            raise Abort(f"{number}: 租约已失效") from None
        except Paused:
            return paused(number)
        except Exception as error:
            # Not even the failure could be recorded: the ledger is away. The run is left as it is, and the search for
            # stranded ones goes on with it; the error itself must not reach Prefect.
            log.warning("%s: pass ended without a record: %s", number, place_of(error))
            raise Abort(f"{number}: 台账暂时不可用") from None

    return run


async def after_error(error: Exception, lease: Lease) -> State:
    """The state that a pass leaves after an error."""
    if isinstance(error, LeaseLost | Paused):
        raise error
    if isinstance(error, MoveRefused) and (now := await in_ledger_thread(_moved, lease.number)) is not None:
        return _by(now)
    if isinstance(error, PermanentFault | PageError | NoSealInForce):
        return _by(await in_ledger_thread(_give_to_person, lease, error))
    code = _code(error)
    log.warning("%s: pass failed: %s", lease.number, code)
    return retrying(await in_ledger_thread(_count_failure, lease, code))


def _moved(number: str) -> Status | None:
    """Where it stands after somebody else moved it; None where nobody did and its instant has come.

    Then the refusal is of our own making: the same pass again would meet it again at once, for ever, so that it
    counts as a failed one.
    """
    with transaction() as session:
        now = snapshot(session, number)
        due = now.waiting and now.next_instant is not None and now.next_instant <= settings().now()
        return None if due and not now.paused and not leases.binding(session, number).wake_requested else now


def _by(now: Status) -> State:
    """The state that a pass leaves when somebody else moved the verification meanwhile."""
    if now.ended:
        return ended(now)
    if now.paused:
        return paused(now.number)
    return waiting(now) if now.waiting else continuing(now)


def _code(error: Exception) -> str:
    if isinstance(error, Fault):
        return f"{error.who}/{error.code}"
    return error.code if isinstance(error, StepFailed) else place_of(error)


def _acquire(number: str) -> Lease | None:
    with transaction() as session:
        return leases.acquire(session, number, owner())


def present(number: str) -> Status:
    """Where the verification stands now, in a transaction of its own."""
    with transaction() as session:
        return snapshot(session, number)


def _give_to_person(lease: Lease, error: PermanentFault | PageError | NoSealInForce) -> Status:
    note, detail = "", dict[str, Any]()
    if isinstance(error, PermanentFault):
        code, detail = cause_of(_code(error), "permanent_fault"), {"who": error.who, "fault": error.code}
    elif isinstance(error, NoSealInForce):
        code, detail = "seal_not_in_force", {"seal": error.seal.value}
    elif isinstance(error, MissingGlyph):
        code, detail = "missing_glyph", {"fields": list(error.places), "count": error.count}
        note = "、".join(error.code_points)
    else:
        code = "page_overflow"
    with transaction() as session:
        failures.need_attention(session, lease.number, code, at=settings().now(), actor=actor(), lease=lease, note=note, **detail)
        return snapshot_now(session, lease.number)


def _count_failure(lease: Lease, code: str) -> Status:
    with transaction() as session:
        failures.pass_failed(session, lease, code, now=settings().now(), actor=actor())
        return snapshot_now(session, lease.number)
