"""收件箱的版本 against what the inbox reads: it is another one whenever that is, and the same while nothing happens."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from ledger.casework import inbox_version, inbox_view
from ledger.database import transaction
from ledger.inbox import claims, supplements
from tests.ledger.acting import HOUR, ISSUER, MINUTE, TICK, asked, do, limits, reply
from tests.ledger.filing import NOW

pytestmark = pytest.mark.usefixtures("ledger")


def version(now: datetime, unit: str = ISSUER) -> str:
    return do(inbox_version.version_of, unit, now=now)


def read(now: datetime) -> list[Any]:
    """All that stands on the lines."""
    with transaction() as session:
        rows = inbox_view.lines(session, ISSUER, actor="person:demo-guangming-1", now=now).rows
        return [(one.request.id, one.request.claimed_by, one.due_at, one.colour, one.resting, one.notes, one.name) for one in rows]


def test_it_is_another_one_after_each_thing_that_happens_and_only_then() -> None:
    seen = [version(NOW)]

    def happened(now: datetime) -> None:
        assert version(now) not in seen and version(now) == version(now), len(seen)
        seen.append(version(now))

    elsewhere = version(NOW, "370402-JUSTICE")
    lease, request = asked()
    happened(NOW)
    do(claims.claim, request, ISSUER, now=NOW, actor="person:demo-guangming-1")
    happened(NOW)
    do(claims.release, request, ISSUER, now=NOW, actor="person:demo-guangming-1")
    assert version(NOW) == seen[1]  # as it was
    do(supplements.ask, request, ISSUER, "缺门牌号", now=NOW + MINUTE, actor="person:demo-guangming-1")
    happened(NOW + MINUTE)
    do(supplements.supply, lease.number, "1 号", now=NOW + 2 * MINUTE, actor="person:demo-permit-1")
    happened(NOW + 2 * MINUTE)
    _, second = asked(at=NOW + 3 * MINUTE)
    happened(NOW + 3 * MINUTE)
    reply(second, now=NOW + 4 * MINUTE)
    assert version(NOW + 4 * MINUTE) == seen[-2]  # nothing is left of it in what waits
    assert version(NOW + 4 * MINUTE, "370402-JUSTICE") == elsewhere


def test_minutes_change_it_only_where_a_colour_changes() -> None:
    lease, _ = asked()
    instants = sorted(instant for one in limits(lease.number).values() for instant in (one.warn_at, one.due_at) if instant)
    assert instants
    moments = [NOW + n * 20 * MINUTE for n in range(int((instants[-1] - NOW) / (20 * MINUTE)) + 3)]
    moments = sorted({*moments, *instants, *(one + TICK for one in instants)})
    lines = map(read, moments)
    last = next(lines)
    for (before, after), now in zip(pairwise(moments), lines, strict=True):
        if last != now:
            assert version(before) != version(after), (before, after)
        last = now
    assert version(NOW) == version(min(instants) - TICK) != version(min(instants))
    assert version(instants[-1] + HOUR) == version(instants[-1] + timedelta(days=9))
