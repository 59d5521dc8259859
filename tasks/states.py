"""运行状态: what operators read in Prefect. Names and texts come from here alone, from fixed templates.

Prefect orchestrates by a state's type; the name is for people. Code never tests a name.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from prefect.client.schemas.objects import State, StateDetails, StateType

from domain.instants import written
from domain.lifecycle import State as LedgerState
from domain.status import Status
from domain.waits import waits
from settings import settings

#: No result is ever kept. Without a place for it each run asks the server for one, in a blocking call on the event
#: loop with a client of its own, which cost as much as all else that a run does in this process.
NOWHERE = Path("var/results")

WOKEN = "继续处理"  #: something came that has no name of its own
WORKING = "办理中"
TOGETHER = "集中办理"
RECOVERED = "恢复处理"
RETRYING = "等待重试"
CONTINUING = WOKEN
PAUSED = "由运维暂停"
SUPERSEDED = "已由其他运行接替"


def waiting(now: Status) -> State:
    """Scheduled at the next instant: the run ends here, costs nothing, and Prefect starts it again when it is due."""
    assert now.next_instant is not None  # whatever waits, waits until something
    return _scheduled(now, now.state.label, f"{waits(now, written(now.next_instant))}{_story(now.number)}")


def retrying(now: Status) -> State:
    """Scheduled after a failed pass; 待人工处理 after the fifth."""
    if now.ended:
        return ended(now)
    if now.state is LedgerState.NEEDS_ATTENTION:
        return waiting(now)
    assert now.next_instant is not None
    words = f"{now.state.label}:本次处理失败,{written(now.next_instant)}自动重试;连续五次失败转人工处理。"
    return _scheduled(now, RETRYING, words + _story(now.number))


def happened(name: str, words: str, at: datetime) -> State:
    """Scheduled for `at` (wall clock), named for what happened in the ledger."""
    return State(type=StateType.SCHEDULED, name=name, message=words, state_details=StateDetails(scheduled_time=at))


def timeline_key(number: str) -> str:
    """The artifact's key: Prefect takes lower case alone."""
    return number.lower()


def _story(number: str) -> str:
    return f"经过:/artifacts/key/{timeline_key(number)}"


def continuing(now: Status) -> State:
    """Scheduled at once: something changed under the pass, the next one looks afresh."""
    return State(
        type=StateType.SCHEDULED,
        name=CONTINUING,
        message="情况有变,重新处理",
        state_details=StateDetails(scheduled_time=settings().wall(settings().now())),
    )


def together(count: int, ended: int) -> State:
    """Completed: several that waited, taken on in one run."""
    rest = f",其余 {count - ended} 件转单独办理" if count > ended else ""
    return State(type=StateType.COMPLETED, name=TOGETHER, message=f"申请积压,集中办理 {count} 件:办结 {ended} 件{rest}")


def running(number: str) -> State:
    """Running: a first pass that takes long."""
    return State(type=StateType.RUNNING, name=WORKING, message=f"{number} {WORKING}")


def ended(now: Status) -> State:
    """Completed, named for how the verification ended."""
    return State(type=StateType.COMPLETED, name=now.state.label, message=f"{now.number} {now.state.label}")


def paused(number: str) -> State:
    """Cancelled: 暂停执行, never a legal withdrawal."""
    return State(type=StateType.CANCELLED, name=PAUSED, message=f"{number} 由运维暂停;恢复请执行 ./run resume {number}")


def superseded() -> State:
    """Cancelled: a run that tells no verification's story."""
    return State(type=StateType.CANCELLED, name=SUPERSEDED, message="台账中没有以此运行办理的核验,本运行不再执行")


def abandoned() -> State:
    """Crashed: a run of the upkeep whose worker has gone."""
    return State(type=StateType.CRASHED, message="执行它的工作进程已不在;下一次定时照常执行,也可手工运行")


def _scheduled(now: Status, name: str, message: str) -> State:
    """Never in the past: an instant that came while the pass ended is due now."""
    assert now.next_instant is not None
    instant = max(now.next_instant, settings().now())
    return State(type=StateType.SCHEDULED, name=name, message=message, state_details=StateDetails(scheduled_time=settings().wall(instant)))
