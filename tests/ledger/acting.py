"""Steps of a verification in the fresh ledger, as a pass, a unit or a person takes them: each in its transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select, update

from domain.limits import HandlingType, LimitKind
from domain.methods import Answer
from domain.seals import SealKind
from domain.share import Candidate, Finding, ShareOutcome
from ledger.casework import delivery
from ledger.database import transaction
from ledger.deadlines import sweep
from ledger.deadlines.promises import of_case
from ledger.inbox import requests
from ledger.inbox.requests import Reply
from ledger.lifecycle import leases
from ledger.lifecycle.moves import Lease
from ledger.methods import sharing
from ledger.sealing import seal_register, sealing
from ledger.supervision import escalation
from ledger.tables.effects import Alarm, Delivery, Proof
from ledger.tables.verifications import Deadline, EventRow, Request, Verification
from tests.ledger.filing import NOW, file

T = TypeVar("T")

ISSUER = "370402-GUANGMING"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TICK = timedelta(microseconds=1)  #: a limit has passed only after its instant: whoever notices comes after it
HOUSEHOLD = {"户主姓名": "演示甲子", "与户主关系": "本人", "户别": "家庭户", "住址": "演示路 1 号"}
HARDSHIP = {"家庭人口": "3", "人均月收入": "600", "认定结论": "符合"}
LICENCES = (Candidate("L-1", "户籍证明", "演示派出所", "2020-01-01"), Candidate("L-2", "户籍证明", "演示派出所", "2021-01-01"))


def do(function: Callable[..., T], *args: Any, **more: Any) -> T:
    """Call a function of the ledger in a transaction of its own."""
    with transaction() as session:
        return function(session, *args, **more)


def hold(number: str, owner: str = "w1/a") -> Lease:
    """Take the lease as a worker does."""
    lease = do(leases.acquire, number, owner)
    assert lease is not None
    return lease


def give_back(number: str, owner: str = "w1/a", *, finished: bool = True) -> bool:
    """Give back the lease that stands now, as its worker does it after the pass."""
    return do(leases.release, Lease(number, owner, row(number).lease_token), finished=finished)


def take_up(lease: Lease, now: datetime = NOW) -> None:
    do(sharing.take_up, [lease], "system:test", now=now)


def found(
    lease: Lease, outcome: ShareOutcome = ShareOutcome.FOUND, *, now: datetime = NOW, fields: dict[str, str] | None = None, **more: Any
) -> None:
    """The share source answers."""
    values = HOUSEHOLD if fields is None and outcome is ShareOutcome.FOUND else fields or {}
    candidates = LICENCES if outcome is ShareOutcome.SEVERAL else ()
    answer = Finding("licence_library", outcome, "查询完成", values, candidates, maker="演示公安局", **more)
    do(sharing.record_finding, lease, answer, asked_at=now, now=now, actor="system:test")


def ask(lease: Lease, now: datetime = NOW) -> UUID:
    """Put the request into the inbox; gives its id."""
    do(requests.ask, lease, now=now, actor="system:test")
    request = do(requests.open_request, lease.number)
    assert request is not None
    return request.id


def asked(proof: str = "P-HARDSHIP", at: datetime = NOW, **changes: object) -> tuple[Lease, UUID]:
    """A 承诺件 in the inbox: its lease and its request."""
    lease = hold(file(proof, now=at, **changes))
    take_up(lease, at)
    return lease, ask(lease, at)


def immediate(at: datetime = NOW, proof: str = "P-HARDSHIP", **changes: object) -> tuple[Lease, UUID]:
    """A 即办件 in the inbox."""
    values: dict[str, object] = {"handling": HandlingType.IMMEDIATE, "promise_end": None, "accepted_at": at}
    return asked(proof, at, **(values | changes))


def swept(now: datetime) -> None:
    """What the sweep does right after `now`, until nothing is left."""
    now += TICK
    while True:
        done = len(do(sweep.record_misses, now=now, actor="system:sweep"))
        for number in do(sweep.to_escalate, now=now):
            do(escalation.escalate, number, now=now, actor="system:sweep")
            done += 1
        if not done + do(sweep.warn, now=now, actor="system:sweep"):
            return


def story(number: str) -> list[tuple[str, datetime]]:
    """Name and instant of each event after the request came."""
    found = [(event.event.value, event.at) for event in events(number)]
    return found[[name for name, _ in found].index("asked") + 1 :]


def reply(
    request: UUID,
    answer: Answer = Answer.TRUE,
    now: datetime = NOW + MINUTE,
    unit: str = ISSUER,
    fields: dict[str, str] | None = None,
    note: str = "",
) -> None:
    values = {**HOUSEHOLD, **HARDSHIP} if fields is None else fields
    do(requests.reply, request, unit, Reply(answer, values, note), now=now, actor="person:demo-guangming-1")


def key_in_use(kind: SealKind = SealKind.SHARE) -> str:
    """SHA-256 of the certificate of the seal in force; of this installation's development seals where a test ended none."""
    key = do(seal_register.in_force, now=NOW)[kind].fingerprint
    assert key is not None
    return key


def seal(lease: Lease, now: datetime = NOW + MINUTE, pdf: bytes = b"") -> sealing.Use:
    """Begin the use, sign, keep the proof."""
    what = do(sealing.evidence, lease.number)
    use = do(sealing.start_use, lease, what.seal, key_in_use(what.seal), now=now, actor="system:test")
    pdf = pdf or f"%PDF-1.7 {lease.number} {use.version} {what.about.subject.name}".encode()
    signed = sealing.Signed(lease, what.about, use, sealing.Sealed(pdf, "c" * 64, what.fields))
    do(sealing.store_proof, signed, now=now, actor="system:test")
    return use


def deliver(lease: Lease, now: datetime = NOW + MINUTE) -> None:
    do(delivery.deliver, lease, now=now, actor="system:test")


def escalate(lease: Lease, now: datetime) -> None:
    """What a pass does right after `now`."""
    do(escalation.escalate, lease.number, now=now + TICK, actor="system:test", lease=lease)


def row(number: str) -> Verification:
    with transaction() as session:
        return session.get_one(Verification, number)


def events(number: str) -> list[EventRow]:
    with transaction() as session:
        return list(session.scalars(select(EventRow).where(EventRow.verification == number).order_by(EventRow.id)))


def names(number: str) -> list[str]:
    """The events' names in order."""
    return [event.event.value for event in events(number)]


def limits(number: str) -> dict[str, Deadline]:
    """The limits by kind (of the newest request where there are several); without the case's own promise."""
    with transaction() as session:
        found = session.scalars(select(Deadline).where(Deadline.verification == number).order_by(Deadline.started_at))
        return {limit.kind.value: limit for limit in found if limit.request or limit.kind is LimitKind.CHOICE}


def promises(number: str) -> list[Deadline]:
    """The promise while the case was in nobody's inbox, oldest first."""
    return do(of_case, number)


def all_of(table: type[T], **where: Any) -> list[T]:
    with transaction() as session:
        return list(session.scalars(select(table).filter_by(**where)))


def alarms() -> set[tuple[str, str]]:
    """The standing alarms."""
    return {(alarm.kind, alarm.subject) for alarm in all_of(Alarm, cleared_at=None)}


def proofs(number: str) -> list[Proof]:
    return sorted(all_of(Proof, verification=number), key=lambda proof: proof.version)


def messages(number: str) -> list[Delivery]:
    return all_of(Delivery, verification=number)


def request_of(request: UUID) -> Request:
    with transaction() as session:
        return session.get_one(Request, request)


def set_columns(number: str, **columns: Any) -> None:
    """What no rule can bring about in a test: a lease that is old, an instant that is far."""
    with transaction() as session:
        session.execute(update(Verification).where(Verification.number == number).values(**columns))


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run the calls in threads that start at the same instant; gives each one's value or exception, in order."""
    gate = threading.Barrier(len(calls))
    outcomes: list[object] = [None] * len(calls)

    def run(index: int, call: Callable[[], object]) -> None:
        gate.wait(60)
        try:
            outcomes[index] = call()
        except Exception as error:
            outcomes[index] = error

    threads = [threading.Thread(target=run, args=item, daemon=True) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive(), "two callers wait for each other"
    return outcomes
