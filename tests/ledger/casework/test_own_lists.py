"""本单位的办件和核验, page by page: in order, each once, also of what was inherited, and in the order of an index."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from domain.lifecycle import State
from domain.progress import Colour
from ledger import paging
from ledger.casework import inbox_view, own_lists, registration
from ledger.database import transaction
from ledger.registry import unit_changes
from tests.ledger.acting import HOUR, asked, do, immediate, swept
from tests.ledger.filing import NOW, UNIT, case_data, file
from tests.statements import counting, plan

CIVIL, ARCHIVE = "370402-CIVIL", "370402-ARCHIVE"
MINUTE = timedelta(minutes=1)
STREET = "370402-GUANGMING"


def registered(unit: str, number: str, minutes: int) -> None:
    do(registration.register, unit, case_data(number=number), now=NOW + minutes * MINUTE, actor="test")


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_a_successor_pages_through_what_it_and_what_it_inherited_registered(ledger: str, size: int) -> None:
    registered(CIVIL, "C-0", 9)  # another's
    for minutes, (unit, number) in enumerate([(UNIT, "C-1"), (ARCHIVE, "C-2"), (ARCHIVE, "C-3"), (UNIT, "C-4"), (ARCHIVE, "C-1")]):
        registered(unit, number, minutes)
    registered(UNIT, "C-5", 4)  # at the instant of another
    do(unit_changes.merge, ARCHIVE, UNIT, at=NOW + 9 * MINUTE, document="x", now=NOW + 9 * MINUTE, actor="x")
    with transaction() as session:
        every = paging.every(lambda page: own_lists.cases(session, UNIT, page, still_open=None), at_once=size)
        found = [(case.unit, case.number) for case, _ in every]
    assert found == [(UNIT, "C-5"), (ARCHIVE, "C-1"), (UNIT, "C-4"), (ARCHIVE, "C-3"), (ARCHIVE, "C-2"), (UNIT, "C-1")]
    assert [case.number for case, _ in do(own_lists.cases, CIVIL, still_open=True).rows] == ["C-0"]
    assert do(own_lists.cases, ARCHIVE, still_open=False).rows == []


def test_verifications_by_case_and_state_are_the_units_own(ledger: str) -> None:
    first, second = file(number="C-1"), file(number="C-2", now=NOW + MINUTE)

    def numbers(unit: str = UNIT, states: tuple[State, ...] = (), case: str | None = None) -> list[str]:
        return [row.number for row, *_ in do(own_lists.verifications, unit, states=states, case=case).rows]

    assert (numbers(), numbers(case="C-1"), numbers(case="C-3")) == ([second, first], [first], [])
    assert (numbers(states=(State.RECEIVED,)), numbers(states=(State.DELIVERED,))) == ([second, first], [])
    assert numbers(CIVIL) == numbers(CIVIL, case="C-1") == []


def planned(read: Callable[[], object]) -> str:
    """How PostgreSQL would read it, if it had no other way than an index to come to an order."""
    with counting() as asked_for:
        read()
    return plan(next(one for one in asked_for.whole if "ORDER BY" in one[0]), "enable_seqscan", "enable_bitmapscan")


@pytest.mark.parametrize("inherits", [False, True])
def test_each_list_is_read_in_the_order_of_its_index(ledger: str, inherits: bool) -> None:
    file()
    if inherits:
        do(unit_changes.merge, ARCHIVE, UNIT, at=NOW, document="x", now=NOW, actor="x")
    after = (NOW + MINUTE).isoformat(), "C", str(UUID(int=0))
    page, of_verifications = paging.PageRequest(after=after), paging.PageRequest(after=after[:2])
    every = planned(lambda: do(own_lists.cases, UNIT, page, still_open=None))
    still_open = planned(lambda: do(own_lists.cases, UNIT, page, still_open=True))
    filed = planned(lambda: do(own_lists.verifications, UNIT, of_verifications, states=(), case=None))
    for found, index in ((every, "ix_cases_registered"), (still_open, "ix_cases_open"), (filed, "ix_verifications_own")):
        assert f"Scan Backward using {index}" in found, found


def test_only_what_is_red_itself_is_counted_red(ledger: str) -> None:
    """Obligations 10.6, 10.7, 10.12, reading 8: a soft miss is 黄 until its 督办 is missed too; the counts say what the lines say."""
    asked()
    immediate()

    def counted(now: datetime) -> tuple[int, int]:
        found = do(own_lists.inbox_counts, STREET, "x", now=now)
        lines = do(inbox_view.lines, STREET, actor="person:x", now=now).rows
        assert found.overdue_hard == sum(line.colour is Colour.RED for line in lines)
        return found.overdue, found.overdue_hard

    assert counted(NOW + MINUTE) == (0, 0)
    assert counted(NOW + HOUR) == (1, 1)
    late = NOW + timedelta(hours=25)
    assert counted(late) == (2, 1), "the 承诺件's 24 hours are over: 原则上"
    swept(late)
    assert counted(late + HOUR) == (2, 2), "and its 督办 was missed"
