"""到期清扫: notice an outage, record what has passed, warn of what is near, look ahead. Twice changes nothing."""

from __future__ import annotations

import logging
from datetime import datetime

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
    done = await in_ledger_thread(catch_up)
    await send_notices(None)
    return done


@step("检查值守和日历 look ahead")
async def look_ahead() -> None:
    """Duty gaps and calendars that end are alarms before they bite; checks of commitments are asked for in time."""
    await in_ledger_thread(_look_ahead)


def catch_up() -> int:
    """Misses first, for all at once: the record is right before anybody is urged."""
    done = 0
    for chore in (record_misses, _escalate, _warn):
        for _ in range(_ROUNDS):
            count = chore()
            done += count
            if not count:
                break
    return done


def notice_outage() -> None:
    """No worker kept time for a while: that is an outage, on the record before any miss is (reading 21)."""
    now = settings().now()
    with transaction() as session:
        gone = outages.pulse(session, outages.TIMEKEEPER, now, outages.patience())
        affected.after_outage(session, gone, now=now, actor=actor())


def record_misses() -> int:
    """Put every limit that has passed on the record; gives how many verifications."""
    with transaction() as session:
        return len(sweep.record_misses(session, now=settings().now(), actor=actor()))


def _escalate() -> int:
    now = settings().now()
    with transaction() as session:
        numbers = sweep.to_escalate(session, now=now)
    done = _escalate_all(numbers, now)
    return done if done == len(numbers) else 0  # one that fails is found again: the next sweep tries it


def _escalate_all(numbers: list[str], now: datetime) -> int:
    """All at once, and what somebody works on at this moment once that is over; gives how many. One that fails takes no
    other with it: the halves are tried by themselves."""
    left = set(numbers)
    try:
        for skip_locked in (True, False):
            if left:
                with transaction() as session:
                    done = escalation.escalate_all(session, left, now=now, actor=actor(), skip_locked=skip_locked)
                left -= done
    except Exception as error:
        found = sorted(left)
        if len(found) == 1:
            log.warning("%s: not escalated: %s", found[0], place_of(error))
        halves = (found[: len(found) // 2], found[len(found) // 2 :]) if len(found) > 1 else ()
        return len(numbers) - len(found) + sum(_escalate_all(half, now) for half in halves)
    return len(numbers)


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
