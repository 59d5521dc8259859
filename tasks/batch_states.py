"""批次在 Prefect 中: its run's states and its page, from fixed templates; numbers, counts and reasons alone."""

from __future__ import annotations

from datetime import UTC, datetime

from prefect.client.schemas.objects import State, StateDetails, StateType

from domain.batches import BatchStatus, RowStatus
from ledger.batches.standing import Progress, RowView
from ledger.tables.batches import Batch
from settings import settings

WORKING = "等待继续"
WAITING = "等待各行办结"
RECOVERED = "恢复处理"


def standing(row: Batch, found: Progress, instant: datetime) -> State:
    """The state that a run leaves: ended, paused, or scheduled for `instant`."""
    said = f"{found.said}。进度:/artifacts/key/{row.number.lower()}"
    if row.ended_at is not None:
        return _ended(row.status, said)
    if row.status is BatchStatus.PAUSED:
        return _paused(said)
    return scheduled(WORKING if found.rows[RowStatus.PENDING] else WAITING, said, instant)


def paused(number: str) -> State:
    """由运维暂停: cancelled in Prefect, which is never the batch's legal end."""
    return _paused(f"{number} {BatchStatus.PAUSED.label};继续请用 POST /v1/batches/{number}/resume")


def superseded() -> State:
    """Cancelled: a run that tells no batch's story."""
    return State(type=StateType.CANCELLED, name="已由其他运行接替", message="台账中没有以此运行办理的批次,本运行不再执行")


def scheduled(name: str, said: str, instant: datetime) -> State:
    """Never in the past."""
    wall = max(settings().wall(instant), datetime.now(UTC))
    return State(type=StateType.SCHEDULED, name=name, message=said, state_details=StateDetails(scheduled_time=wall))


def _ended(status: BatchStatus, said: str) -> State:
    return State(type=StateType.COMPLETED, name=status.label, message=said)


def _paused(said: str) -> State:
    """Cancelled, to Prefect: it goes on in another run once somebody says so."""
    return State(type=StateType.CANCELLED, name=BatchStatus.PAUSED.label, message=said)


def page(number: str, found: Progress, refused: list[RowView]) -> str:
    """The artifact."""
    lines = [f"# {number}", "", found.said, "", "| 情况 | 行数 |", "|-|-|"]
    lines += [f"| {status.label} | {count} |" for status, count in found.rows.items() if count]
    lines += [f"| 核验:{state.label} | {count} |" for state, count in sorted(found.states.items())]
    if refused:
        lines += ["", "## 未受理", "", "| 行 | 原因 | 说明 |", "|-|-|-|"]
        lines += [f"| {one.row.line} | {one.row.refusal} | {one.row.said or ''} |" for one in refused]
    return "\n".join(lines) + "\n"
