"""到期清扫: notice an outage, record what has passed, warn of what is near, look ahead. Twice changes nothing."""

from __future__ import annotations

import logging

from ledger.calendars import calendars, duty, outages
from ledger.database import transaction
from ledger.deadlines import sweep
from ledger.methods import commitment_checks
from ledger.oversight import lookup_blocks
from ledger.supervision import affected, escalation
from settings import settings
from tasks.notify import send_notices
from tasks.passes import actor
from tasks.steps import in_ledger_thread, place_of, step

log = logging.getLogger(__name__)

_ROUNDS = 100  #: of some hundred each: what is left then waits for the next sweep


@step("清扫到期时限 sweep deadlines")
async def sweep_deadlines() -> int:
    """Everything that is due by now; gives how many limits were missed, 督办 looked after, warnings given."""
    await in_ledger_thread(notice_outage)
    done = await catch_up()
    await send_notices(None)
    return done


@step("检查值守和日历 look ahead")
async def look_ahead() -> None:
    """Duty gaps and calendars that end are alarms before they bite; checks of commitments are asked for in time."""
    await in_ledger_thread(_look_ahead)


async def catch_up() -> int:
    """Misses first, for all at once: the record is right before anybody is urged."""
    done = 0
    for chore in (record_misses, _escalate, _warn):
        for _ in range(_ROUNDS):
            count = await in_ledger_thread(chore)
            done += count
            if not count:
                break
    return done


def notice_outage() -> None:
    """No worker kept time for a while: that is an outage, on the record before any miss is (reading 21)."""
    now = settings().now()
    with transaction() as session:
        gone = outages.pulse(session, "timekeeper", now, outages.GAP * max(1.0, settings().clock_rate))
        affected.after_outage(session, gone, now=now, actor=actor())


def record_misses() -> int:
    """Put every limit that has passed on the record; gives how many verifications."""
    with transaction() as session:
        return len(sweep.record_misses(session, now=settings().now(), actor=actor()))


def _escalate() -> int:
    now, done = settings().now(), 0
    with transaction() as session:
        numbers = sweep.to_escalate(session, now=now)
    for number in numbers:
        try:
            with transaction() as session:  # each by itself: one that fails takes no other with it
                escalation.escalate(session, number, now=now, actor=actor())
            done += 1
        except Exception as error:
            log.warning("%s: not escalated: %s", number, place_of(error))
    return done if done == len(numbers) else 0  # one that fails is found again: the next sweep tries it


def _warn() -> int:
    with transaction() as session:
        return sweep.warn(session, now=settings().now(), actor=actor())


def _look_ahead() -> None:
    now = settings().now()
    with transaction() as session:
        duty.report_gaps(session, now)
        calendars.alarm_before_it_runs_out(session, now)
        commitment_checks.remind(session, now)
        lookup_blocks.review_sources(session, now)
