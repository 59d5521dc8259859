"""解读变更: takes effect from an instant that is chosen; what runs is not judged backwards, by whatever way it is computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from domain.records import Cause
from ledger import rules
from ledger.arrangements import opening_hours
from ledger.deadlines import return_limits, rule_preview
from ledger.inbox import returns, supplements
from ledger.inbox.returns import ReturnReason
from ledger.supervision import affected, recomputing
from ledger.tables.duty import RuleChange
from ledger.tables.inbox import Return
from ledger.tables.verifications import Request
from settings import settings
from tests.ledger.acting import HOUR, MINUTE, all_of, asked, do, events, immediate, limits, names, swept

pytestmark = pytest.mark.usefixtures("ledger")

ARCHIVE, AGENT = "370402-ARCHIVE", "person:demo-archive-1"
OLD = "2022-06-28/2"
NIGHT = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # Wednesday 20:00 in Beijing: deemed received on Thursday at 08:30
CHANGED = NIGHT + 2 * HOUR
THURSDAY = datetime(2026, 3, 5, 0, 30, tzinfo=UTC)

Read = Callable[[str], None]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Iterator[Read]:
    """From now on the district reads the text otherwise."""

    def change(text: str) -> None:
        monkeypatch.setenv("PROOFLESS_READINGS", text)
        settings.cache_clear()

    yield change
    monkeypatch.undo()
    settings.cache_clear()


def apply(now: datetime, since: datetime | None = None) -> None:
    do(rules.begin_change, "专班会议纪要 3 号", effective_from=since, now=now, actor="operator:x")
    for number in do(affected.by_readings):
        do(recomputing.recompute, number, now=now, actor="operator:x", cause=Cause.READINGS)


def judged(number: str) -> list[str]:
    return [name for name in names(number) if name in {"missed", "supervised", "office_told"}]


def test_what_would_have_ended_before_the_change_runs_on_as_it_began(read: Read) -> None:
    lease, _ = immediate(NIGHT, "P-ARCHIVE", matter="DEMO-0003")
    later, _ = immediate(CHANGED - 10 * MINUTE, "P-ARCHIVE", matter="DEMO-0003")
    read('{"measure": "natural"}')
    apply(CHANGED)
    swept(CHANGED + MINUTE)
    assert judged(lease.number) == [] and judged(later.number) == []
    hard = limits(lease.number)["hard"]
    assert (hard.due_at, hard.rule_version) == (THURSDAY + 30 * MINUTE, OLD)
    assert limits(later.number)["hard"].due_at == CHANGED + 20 * MINUTE  # ends after it: by the new reading
    swept(THURSDAY + 31 * MINUTE)
    assert limits(lease.number)["hard"].missed_at == THURSDAY + 30 * MINUTE
    half_hour = limits(lease.number)["supervision"]
    assert half_hour.due_at == THURSDAY + HOUR


@pytest.mark.parametrize("recomputed", [True, False])
def test_no_other_recomputation_judges_it_backwards(read: Read, recomputed: bool) -> None:
    """Restarted with other readings, recomputed or not: hours, a supplement and the calendar compute limits too."""
    lease, request = immediate(NIGHT, "P-ARCHIVE", matter="DEMO-0003")
    read('{"measure": "natural"}')
    if recomputed:
        apply(CHANGED)
    everyday = [{"first": "01-01", "last": "12-31", "workday": [["09:00", "17:00"]], "saturday": [], "sunday": [], "holiday": []}]
    do(opening_hours.set_timetable, ARCHIVE, everyday, effective_from=CHANGED + MINUTE, reason="x", now=CHANGED + MINUTE, actor="x")
    assert limits(lease.number)["hard"].due_at == THURSDAY + HOUR  # opens at nine now
    swept(CHANGED + HOUR)
    assert judged(lease.number) == []
    do(supplements.ask, request, ARCHIVE, "请补充", now=CHANGED + 2 * HOUR, actor=AGENT)
    do(supplements.end_open, lease.number, now=CHANGED + 3 * HOUR, actor=AGENT)
    swept(CHANGED + 4 * HOUR)
    assert judged(lease.number) == [] and limits(lease.number)["hard"].rule_version == OLD


@pytest.mark.parametrize("recomputed", [True, False])
def test_a_return_is_not_late_by_a_reading_that_came_after_its_half_hour(read: Read, recomputed: bool) -> None:
    _, request = immediate(NIGHT, "P-ARCHIVE", matter="DEMO-0003")
    read('{"measure": "natural"}')
    if recomputed:
        apply(CHANGED)
    open_one = do(lambda session: session.get_one(Request, request))
    assert do(return_limits.of_page, [open_one]) == {request: THURSDAY + 30 * MINUTE}
    do(returns.give_back, request, ARCHIVE, ReturnReason("不属本单位职责", "370402-CIVIL", None), now=CHANGED + 5 * MINUTE, actor=AGENT)
    assert [(back.limit_at, back.late) for back in all_of(Return)] == [(THURSDAY + 30 * MINUTE, False)]


def test_an_instant_ahead_may_be_chosen_and_counts_for_what_comes_until_then(read: Read) -> None:
    """Obligation 20.1."""
    lease, _ = immediate(NIGHT, "P-ARCHIVE", matter="DEMO-0003")
    read('{"measure": "natural"}')
    since = CHANGED + HOUR  # 23:00
    apply(CHANGED, since)
    meanwhile, _ = immediate(CHANGED + 10 * MINUTE, "P-ARCHIVE", matter="DEMO-0003")  # 22:40 by the new one: too early
    after, _ = immediate(CHANGED + 40 * MINUTE, "P-ARCHIVE", matter="DEMO-0003")  # 23:10
    for number in (lease.number, meanwhile.number):
        assert (limits(number)["hard"].due_at, limits(number)["hard"].rule_version) == (THURSDAY + 30 * MINUTE, OLD)
    assert limits(after.number)["hard"].due_at == CHANGED + 70 * MINUTE
    swept(since)
    assert [one.event for number in (lease.number, meanwhile.number, after.number) for one in events(number) if one.event == "missed"] == []
    (change,) = all_of(RuleChange)
    assert (change.effective_from, change.reason, change.before) == (since, "专班会议纪要 3 号", [OLD])


def test_a_call_that_goes_on_is_no_second_change(read: Read) -> None:
    immediate(NIGHT, "P-ARCHIVE", matter="DEMO-0003")
    read('{"measure": "natural"}')
    for _ in range(3):
        apply(CHANGED)
    assert [change.effective_from for change in all_of(RuleChange)] == [CHANGED]


def test_a_soft_miss_opens_supervision_by_the_reading_under_which_it_was_missed(read: Read) -> None:
    read('{"soft_supervision": false}')
    lease, _ = asked(at=NIGHT)  # 承诺件: soft and hard
    soft = limits(lease.number)["soft"].due_at
    assert soft is not None
    swept(soft)
    assert limits(lease.number)["soft"].missed_at == soft and "supervision" not in limits(lease.number)
    read("{}")
    apply(soft + 10 * MINUTE)
    swept(soft + 20 * MINUTE)
    assert "supervision" not in limits(lease.number)


def test_a_week_is_seen_under_other_readings_and_nothing_is_written(read: Read) -> None:
    lease, _ = immediate(NIGHT, "P-ARCHIVE", matter="DEMO-0003")
    swept(THURSDAY + 10 * MINUTE)
    before = events(lease.number)
    ways = do(
        rule_preview.preview,
        NIGHT - timedelta(days=2),
        NIGHT + timedelta(days=5),
        [rules.readings(), rules.parsed('{"measure": "natural"}')],
        now=THURSDAY + 10 * MINUTE,
    )
    found = [{key[1].value: (dict(line.counts), line.moved) for key, line in way.lines.items()} for way in ways]
    assert found == [{"hard": ({"running": 1}, [])}, {"hard": ({"running": 1}, [])}, {"hard": ({"missed": 1}, [lease.number])}]
    assert [one.id for one in events(lease.number)] == [one.id for one in before]
