"""本人查询码: opens one person's list once, for minutes; guesses end it; many by one clerk are told of (decision 49)."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from domain.roles import IdType
from domain.subject_access import CODE_LASTS, CODES_A_DAY, LOOK_LASTS, WRONG_CODES, Identified
from ledger.database import transaction
from ledger.subject_access import looks
from ledger.subject_access.looks import LookOver, MadeCode
from ledger.tables.subject_access import SubjectLook
from sandbox.people import by_name
from tests.ledger.acting import TICK, alarms, all_of, at_once, do
from tests.ledger.filing import NOW, UNIT

pytestmark = pytest.mark.usefixtures("ledger")

CLERK = "person:demo-permit-1"


def made(person: str = "演示甲子", now: Any = NOW, actor: str = CLERK) -> MadeCode:
    holder = by_name(person)
    return do(looks.make, IdType(holder.id_type), holder.id_number, Identified.ID_CARD, unit=UNIT, now=now, actor=actor)


def opened(code: MadeCode, typed: str | None = None, now: Any = NOW) -> str | None:
    return do(looks.open_with, code.look.number, code.code if typed is None else typed, now=now)


def wrong(code: MadeCode) -> str:
    return f"{(int(code.code) + 1) % 10**8:08d}"


def test_a_code_opens_once_and_the_look_ends_after_its_minutes() -> None:
    code = made()
    token = opened(code, now=NOW + CODE_LASTS)
    assert token and opened(code, now=NOW + CODE_LASTS) is None
    until = NOW + CODE_LASTS + LOOK_LASTS
    assert do(looks.find, token, now=until).id == code.look.id
    for asked, now in ((token, until + TICK), ("", NOW), (token[:-1], NOW)):
        with pytest.raises(LookOver):
            do(looks.find, asked, now=now)


def test_a_code_that_is_over_or_replaced_opens_nothing() -> None:
    assert opened(made(), now=NOW + CODE_LASTS + TICK) is None
    earlier, other = made(), made("演示乙丑")
    token = opened(earlier)
    assert token
    later = made(now=NOW + TICK)
    with pytest.raises(LookOver):  # a later code ends the look that runs, of this person alone
        do(looks.find, token, now=NOW + TICK)
    assert opened(other) and opened(later)


def test_guesses_end_a_code_and_no_other() -> None:
    code, other = made(), made("演示乙丑")
    assert [opened(code, wrong(code)) for _ in range(WRONG_CODES - 1)] == [None] * (WRONG_CODES - 1)
    again = made()
    assert [opened(again, wrong(again)) for _ in range(WRONG_CODES)] == [None] * WRONG_CODES
    assert opened(again) is None, "the right one after too many wrong ones"
    assert opened(other, code.code) is None and opened(other)
    assert do(looks.open_with, "0000000000", code.code, now=NOW) is None


def test_of_many_who_type_it_at_once_one_looks() -> None:
    code, found = made(), list[str | None]()
    together = threading.Barrier(8)

    def try_it() -> None:
        together.wait()
        found.append(opened(code))

    threads = [threading.Thread(target=try_it) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len([token for token in found if token]) == 1 and len(found) == 8


def test_of_two_codes_made_at_once_one_stands() -> None:
    for _ in range(5):
        at_once(made, made)
        assert len([row for row in all_of(SubjectLook) if row.ended_at is None]) == 1


def test_nothing_that_is_kept_says_the_code_the_token_or_the_person() -> None:
    code = made()
    token = opened(code)
    assert token
    with transaction() as session:
        kept = str(session.execute(text("SELECT l::text FROM subject_looks l")).scalars().all())
    assert code.look.number in kept
    for secret in (code.code, token, by_name("演示甲子").id_number, "演示甲子"):
        assert secret not in kept
    assert code.code not in repr(code)


def test_many_codes_of_one_clerk_are_told_of_and_two_for_one_person_are_not() -> None:
    for _ in range(CODES_A_DAY):
        made()
    made(actor="person:demo-permit-2")
    assert alarms() == set()
    assert opened(made()), "an alarm stops nobody"
    assert alarms() == {("many_subject_codes", "demo-permit-1")}
    do(looks.tidy, timedelta(days=3653), now=NOW + timedelta(hours=1))
    assert alarms() != set()
    do(looks.tidy, timedelta(days=3653), now=NOW + timedelta(days=1))
    assert alarms() == set()


def test_when_its_time_is_over_a_look_finds_nobody() -> None:
    term, before = timedelta(days=3653), made().look.lookup
    do(looks.tidy, term, now=NOW + term - TICK)
    assert [row.lookup for row in all_of(SubjectLook)] == [before]
    for _ in range(2):
        do(looks.tidy, term, now=NOW + term)
    (row,) = all_of(SubjectLook)
    assert row.lookup == f"erased:{row.number}"
