"""Publishing while verifications run: none is lost, each keeps the version that it started with, new ones use the new."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, update

from domain.lifecycle import State
from domain.listing import Change
from domain.methods import Answer, Method
from ledger.catalog import entries, versions
from ledger.inbox import requests
from ledger.inbox.requests import Reply
from ledger.lifecycle.snapshots import snapshot as stands
from ledger.tables.catalog import Entry
from ledger.tables.effects import Proof
from ledger.tables.verifications import Request, Verification
from settings import settings
from tests.flows.interrupting import interrupted
from tests.flows.test_interruptions import MOST_COMMITS, _elsewhere, file_now, lapse, run_pass
from tests.ledger.acting import HARDSHIP, HOUSEHOLD, all_of, do, row
from tests.ledger.listing import alter, publish, standing

pytestmark = pytest.mark.usefixtures("stack")

GUANGMING, CIVIL = "370402-GUANGMING", "370402-CIVIL"


def answer(number: str) -> None:
    """Whoever has it in the inbox replies."""
    open_ones = [one for one in all_of(Request, verification=number) if one.answered_at is None]
    for one in open_ones:
        do(requests.reply, one.id, one.unit, Reply(Answer.TRUE, {**HOUSEHOLD, **HARDSHIP}), now=settings().now(), actor="test")


def finish(number: str) -> None:
    """Passes and replies until it ends."""
    for _ in range(8):
        if do(stands, number).ended:
            return
        do(lambda session: session.execute(update(Verification).values(wake_requested_at=func.clock_timestamp())))
        with suppress(BaseException):
            run_pass(number)
        answer(number)
    raise AssertionError(f"{number} did not end: {row(number).state}")


def ended_under(number: str) -> dict[str, Any]:
    """How it ended, and by which row of the list."""
    done = row(number)
    with_row = all_of(Entry, id=done.entry)[0]
    asked = [one.unit for one in all_of(Request, verification=number)]
    assert len(all_of(Proof, verification=number)) == 1
    return {"state": done.state, "since": with_row.since_version, "method": done.method, "asked": asked}


def test_versions_are_published_around_verifications_at_every_step() -> None:
    hardship, household = ("P-HARDSHIP", "演示乙丑"), ("P-HOUSEHOLD", "演示甲子")
    first = do(versions.current)
    filed, to_look_up = file_now(*hardship), file_now(*household)
    in_inbox, answered, delivered = file_now(*hardship), file_now(*hardship), file_now(*household)
    run_pass(in_inbox)
    run_pass(answered)
    answer(answered)
    finish(delivered)
    kept = row(delivered)
    assert [row(one).state for one in (filed, to_look_up, in_inbox)] == [State.RECEIVED, State.RECEIVED, State.AWAITING_REPLY]

    second = alter(proof="P-HARDSHIP", issuing_unit=CIVIL, issuing_unit_name="市中区民政局")
    third = alter(proof="P-HOUSEHOLD", methods=(Method.ISSUER,), issuing_unit=CIVIL, issuing_unit_name="市中区民政局")
    asks_civil, no_share = file_now(*hardship), file_now(*household)
    run_pass(asks_civil)
    removed = [Change(standing(proof=proof), None) for proof in ("P-HARDSHIP", "P-HOUSEHOLD")]
    assert publish(*removed) == third + 1

    running = (filed, to_look_up, in_inbox, answered, asks_civil, no_share)
    for number in running:
        finish(number)
    delivered_all = {"state": State.DELIVERED}
    by_guangming = delivered_all | {"since": first, "method": Method.ISSUER, "asked": [GUANGMING]}
    by_share = delivered_all | {"since": first, "method": Method.DATA_SHARING, "asked": []}
    assert [ended_under(one) for one in (filed, in_inbox, answered)] == [by_guangming] * 3
    assert [ended_under(one) for one in (to_look_up, delivered)] == [by_share] * 2
    assert ended_under(asks_civil) == by_guangming | {"since": second, "asked": [CIVIL]}
    assert ended_under(no_share) == by_guangming | {"since": third, "asked": [CIVIL]}
    assert (row(delivered).entry, row(delivered).proof_version) == (kept.entry, kept.proof_version)
    assert do(entries.find_entry, "DEMO-0001", "P-HARDSHIP") is None, "nothing new is filed for what was taken away"
    assert do(entries.load_entry, row(filed).entry).issuing_unit == GUANGMING


def test_a_version_published_at_any_commit_of_a_pass_changes_nothing_of_it() -> None:
    def other_way() -> None:
        now = standing(proof="P-HARDSHIP")
        unit = CIVIL if now.issuing_unit == GUANGMING else GUANGMING
        do(versions.publish, [Change(now, replace(now, issuing_unit=unit))], document="测试", now=settings().now(), actor="test")

    for point in range(2, MOST_COMMITS, 4):  # between any two steps; each point is a pass of seconds
        number = file_now("P-HARDSHIP", "演示乙丑")
        under = row(number).entry
        with interrupted("after_commit", point, _elsewhere(other_way)) as moment, suppress(BaseException):
            run_pass(number)
            answer(number)
            run_pass(number)
        lapse(number)
        finish(number)
        assert row(number).entry == under and row(number).state is State.DELIVERED
        assert [one.unit for one in all_of(Request, verification=number)] == [do(entries.load_entry, under).issuing_unit]
        if not moment.fired:
            return
    raise AssertionError("two passes have too many commits")
