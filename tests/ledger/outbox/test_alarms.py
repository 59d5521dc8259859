"""告警: one record each, mailed once."""

from __future__ import annotations

from ledger.outbox import alarms
from ledger.tables.effects import Alarm
from tests.ledger.acting import MINUTE, all_of, at_once, do
from tests.ledger.filing import NOW


def raise_it(subject: str = "a") -> None:
    do(alarms.raise_alarm, "source_broken", subject, "说明", now=NOW)


def test_an_alarm_that_stands_is_raised_once(ledger: str) -> None:
    outcomes = at_once(*[raise_it] * 4)
    assert outcomes == [None] * 4 and len(do(alarms.standing_alarms)) == 1
    raise_it("b")
    assert [alarm.subject for alarm in do(alarms.standing_alarms)] == ["a", "b"]
    do(alarms.clear_alarm, "source_broken", "a", now=NOW + MINUTE)
    assert len(do(alarms.standing_alarms)) == 1
    raise_it()  # the cause came back: another alarm, another mail
    assert len(do(alarms.standing_alarms)) == 2 and len(all_of(Alarm)) == 3
    do(alarms.clear_alarm, "another_kind", "b", now=NOW)
    assert len(do(alarms.standing_alarms)) == 2


def test_an_alarm_is_mailed_once_and_again_only_where_the_server_refused(ledger: str) -> None:
    raise_it("a"), raise_it("b")
    taken = at_once(*[lambda: do(alarms.take_unmailed, now=NOW)] * 3)
    mailed = [alarm for alarm in taken if isinstance(alarm, Alarm)]
    assert sorted(alarm.subject for alarm in mailed) == ["a", "b"]
    sent, refused = sorted(mailed, key=lambda alarm: alarm.subject)
    do(alarms.record_mail, sent, None, now=NOW + MINUTE)
    do(alarms.record_mail, refused, "550", now=NOW + MINUTE)
    raise_it("c")  # what the server has refused waits for what it has not
    assert [do(alarms.take_unmailed, now=NOW + 2 * MINUTE).subject for _ in "cb"] == ["c", "b"]  # type: ignore[union-attr]
    (kept,) = all_of(Alarm, subject="a")
    assert (kept.mailed_at, kept.mail_error) == (NOW + MINUTE, None)
    assert do(alarms.take_unmailed, now=NOW) is None  # begun, outcome unknown: shown, not sent again
