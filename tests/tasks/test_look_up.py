"""数据共享查询: what operators hear of a source that refuses us, and when they hear it again."""

from __future__ import annotations

from domain.share import Finding, ShareOutcome
from ledger.alarms import standing_alarms
from ledger.database import transaction
from ledger.standings import material
from tasks import look_up
from tests.ledger.acting import HOUSEHOLD, do, hold, take_up
from tests.ledger.filing import NOW, file


def answer(outcome: ShareOutcome) -> None:
    lease = hold(file())
    take_up(lease)
    fields = HOUSEHOLD if outcome is ShareOutcome.FOUND else {}
    found = Finding("licence_library", outcome, "演示", fields, maker="演示单位")
    with transaction() as session:
        about = material(session, lease.number)
    look_up._record(lease, about, found, NOW)


def kinds() -> list[str]:
    return [alarm.kind for alarm in do(standing_alarms) if alarm.kind.startswith("source")]


def test_an_alarm_ends_with_the_next_good_answer_so_that_the_next_refusal_is_heard(ledger: str) -> None:
    for _ in range(2):
        answer(ShareOutcome.NO_PERMISSION)
        answer(ShareOutcome.BAD_REQUEST)
        assert kinds() == ["source_refused"]
        answer(ShareOutcome.NONE)
        assert kinds() == []
