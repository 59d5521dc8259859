"""The states in which an operator may meet a verification, each made by the real rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from ledger.casework import attention
from ledger.inbox import supplements
from ledger.methods import failures
from settings import settings
from tests.ledger.acting import ISSUER, asked, do, give_back, hold, immediate, reply, swept, take_up
from tests.ledger.filing import file


def filed() -> str:
    return file(now=settings().now())


def waits_for_a_unit() -> str:
    lease, _ = asked(at=settings().now())
    give_back(lease.number)
    return lease.number


def has_its_reply() -> str:
    now = settings().now()
    lease, request = asked(at=now)
    give_back(lease.number)
    reply(request, now=now)
    return lease.number


def is_retried() -> str:
    lease = hold(filed())
    do(failures.pass_failed, lease, "test", now=settings().now(), actor="system:test")
    give_back(lease.number)
    return lease.number


def is_supervised() -> str:
    lease, _ = immediate(at=settings().now() - timedelta(days=14))
    give_back(lease.number)
    swept(settings().now())
    return lease.number


def lacks_something() -> str:
    now = settings().now()
    lease, request = asked(at=now)
    give_back(lease.number)
    do(supplements.ask, request, ISSUER, "缺页", now=now, actor="person:a")
    return lease.number


def waits_for_a_commitment() -> str:
    now = settings().now()
    lease = hold(file("P-RESIDENCE", now=now))
    take_up(lease, now)
    give_back(lease.number)
    return lease.number


def needs_a_person() -> str:
    lease = hold(filed())
    do(failures.need_attention, lease.number, "missing_glyph", at=settings().now(), actor="system:test", lease=lease)
    give_back(lease.number)
    return lease.number


def pause(number: str) -> None:
    do(attention.pause, number, now=settings().now(), actor="operator:test")


#: Open, and nobody works on it at this moment: it must have its run, due when the ledger wants it.
OPEN: dict[str, Callable[[], str]] = {
    "刚发起": filed,
    "等待出具单位": waits_for_a_unit,
    "答复已到": has_its_reply,
    "等待重试": is_retried,
    "督办中": is_supervised,
    "等待补正": lacks_something,
    "等待告知承诺": waits_for_a_commitment,
    "待人工处理": needs_a_person,
}
PAUSED = "由运维暂停"  #: until `resume`, and by nothing else
RUNNING = "正在办理"  #: a pass in the middle of a step
