"""数据共享: what is kept of each answer, and what follows it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.lifecycle import State
from domain.methods import Method, Result
from domain.share import ShareOutcome
from ledger.lifecycle.moves import Lease, MoveRefused
from ledger.lifecycle.snapshots import step_context
from ledger.methods import sharing
from ledger.methods.sharing import NotACandidate
from ledger.tables.verifications import Lookup
from tests.ledger.acting import (
    HOUSEHOLD,
    LICENCES,
    MINUTE,
    alarms,
    all_of,
    ask,
    at_once,
    do,
    escalate,
    events,
    found,
    hold,
    limits,
    messages,
    names,
    row,
    take_up,
)
from tests.ledger.filing import NOW, file

pytestmark = pytest.mark.usefixtures("shared_ledger")


def looked_up(proof: str = "P-HOUSEHOLD") -> Lease:
    lease = hold(file(proof))
    take_up(lease)
    return lease


@pytest.mark.parametrize(
    ("proof", "state", "method"), [("P-HOUSEHOLD", State.LOOKING_UP, Method.DATA_SHARING), ("P-HARDSHIP", State.TO_ASK, Method.ISSUER)]
)
def test_taking_up_chooses_the_first_method_once(proof: str, state: State, method: Method) -> None:
    """Obligation 7.1."""
    lease = looked_up(proof)
    take_up(lease)
    assert (row(lease.number).state, row(lease.number).method) == (state, method)
    assert names(lease.number) == ["filed", "taken_up"]


_OUTCOMES = [
    # outcome, state where another method follows, state where none does
    (ShareOutcome.FOUND, State.TO_BE_SEALED, State.TO_BE_SEALED),
    (ShareOutcome.SEVERAL, State.AWAITING_CHOICE, State.AWAITING_CHOICE),
    (ShareOutcome.MISMATCH, State.TO_BE_DELIVERED, State.TO_BE_DELIVERED),
    *[
        (outcome, State.TO_ASK, State.NEEDS_ATTENTION)
        for outcome in ShareOutcome
        if outcome not in {ShareOutcome.FOUND, ShareOutcome.SEVERAL, ShareOutcome.MISMATCH}
    ],
]


@pytest.mark.parametrize(("outcome", "with_next", "without"), _OUTCOMES)
def test_each_outcome_leads_where_it_must(outcome: ShareOutcome, with_next: State, without: State) -> None:
    for proof, state in (("P-HOUSEHOLD", with_next), ("P-PROPERTY", without)):
        lease = looked_up(proof)
        property_fields = {"坐落": "甲", "共有情况": "乙", "用途": "丙"} if outcome is ShareOutcome.FOUND else {}
        found(lease, outcome, fields={**HOUSEHOLD, **property_fields} if property_fields else {}, warnings=("w1", "w2"))
        now = row(lease.number)
        assert now.state is state
        expected = {ShareOutcome.FOUND: Result.CONFIRMED, ShareOutcome.MISMATCH: Result.MISMATCH}.get(outcome)
        assert now.result is expected
        (kept,) = all_of(Lookup, verification=lease.number)
        assert (kept.outcome, kept.attempt, kept.warnings) == (outcome, 1, ["w1", "w2"])


def test_a_fallback_is_on_the_record() -> None:
    lease = looked_up()
    found(lease, ShareOutcome.EXPIRED, now=NOW + MINUTE)
    fell = events(lease.number)[-1]
    assert (fell.event, fell.target) == ("fell_back", State.TO_ASK)
    assert fell.detail == {"why": "expired", "source": "licence_library", "next": "issuer"}
    assert (row(lease.number).method, row(lease.number).share_failed) == (Method.ISSUER, False)
    assert row(lease.number).next_instant == NOW + MINUTE


def test_a_failing_source_is_remembered_for_the_limit_of_reading_22() -> None:
    lease = looked_up()
    about = do(step_context, lease.number)
    do(sharing.fall_back, about, State.LOOKING_UP, "source_failed:timeout", at=NOW, actor="system:w1", lease=lease, failing=True)
    assert row(lease.number).share_failed
    ask(lease)
    soft = limits(lease.number)["soft"]
    assert (soft.due_at, soft.obligations, soft.note) == (NOW + 30 * MINUTE, ["10.5"], "类推")


def test_where_no_method_is_left_a_person_is_called() -> None:
    lease = looked_up("P-PROPERTY")
    found(lease, ShareOutcome.NONE)
    now = row(lease.number)
    assert (now.attention, now.attention_from) == ("no_next_method", State.LOOKING_UP)
    assert now.next_instant == NOW + timedelta(days=1)
    assert ("needs_attention", lease.number) in alarms()


def test_a_find_without_a_field_that_the_proof_needs_is_not_sealed() -> None:
    lease = looked_up()
    found(lease, fields={**HOUSEHOLD, "住址": ""})
    assert row(lease.number).state is State.NEEDS_ATTENTION
    assert events(lease.number)[-1].detail == {"code": "fields_missing", "fields": ["住址"]}


def test_a_refused_move_keeps_no_half_of_the_finding() -> None:
    lease = looked_up()
    found(lease)
    with pytest.raises(MoveRefused):
        found(lease)  # a pass that was slow: the state has moved on
    assert len(all_of(Lookup, verification=lease.number)) == 1


def several() -> Lease:
    lease = looked_up()
    found(lease, ShareOutcome.SEVERAL)
    return lease


def test_several_licences_wait_half_an_hour_for_the_unit_which_is_told() -> None:
    lease = several()
    assert limits(lease.number)["choice"].due_at == row(lease.number).next_instant == NOW + 30 * MINUTE
    assert [message.status for message in messages(lease.number)] == [State.AWAITING_CHOICE]
    about = do(step_context, lease.number)
    assert tuple(do(sharing.candidates, lease.number, about.key)) == LICENCES


def choose(number: str, identifier: str | None) -> None:
    do(sharing.choose, number, identifier, now=NOW + MINUTE, actor="person:demo-permit-1")


def test_a_choice_goes_back_to_the_source_with_the_pick() -> None:
    lease = several()
    choose(lease.number, "L-2")
    assert row(lease.number).state is State.LOOKING_UP
    assert do(step_context, lease.number).chosen == "L-2"
    assert limits(lease.number)["choice"].met_at == NOW + MINUTE
    assert row(lease.number).wake_requested_at is not None
    found(lease, now=NOW + 2 * MINUTE)
    assert [lookup.attempt for lookup in all_of(Lookup, verification=lease.number)] == [1, 2]
    about = do(step_context, lease.number)
    assert do(sharing.found_fields, lease.number, about.key) == HOUSEHOLD  # the newest answer, not the first


def test_a_source_that_says_several_even_of_the_pick_is_not_asked_for_ever() -> None:
    lease = several()
    choose(lease.number, "L-2")
    found(lease, ShareOutcome.SEVERAL, now=NOW + 2 * MINUTE)
    assert row(lease.number).state is State.TO_ASK
    assert [lookup.outcome for lookup in all_of(Lookup, verification=lease.number)] == [ShareOutcome.SEVERAL] * 2


def test_declining_takes_the_next_method() -> None:
    lease = several()
    choose(lease.number, None)
    assert row(lease.number).state is State.TO_ASK
    assert events(lease.number)[-1].detail["why"] == "choice_declined"


def test_what_was_not_on_the_list_cannot_be_chosen() -> None:
    lease = several()
    with pytest.raises(NotACandidate):
        choose(lease.number, "L-3")
    assert row(lease.number).state is State.AWAITING_CHOICE
    assert limits(lease.number)["choice"].met_at is None


def test_nothing_can_be_chosen_twice_or_elsewhere() -> None:
    lease = several()
    outcomes = at_once(lambda: choose(lease.number, "L-1"), lambda: choose(lease.number, "L-2"))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["MoveRefused", "NoneType"]
    fresh = file()
    with pytest.raises(NotACandidate):
        choose(fresh, "L-1")
    with pytest.raises(MoveRefused):
        choose(fresh, None)
    assert do(sharing.found_fields, fresh, None) == {}


@pytest.mark.parametrize("noticed", [30 * MINUTE, timedelta(days=3)])
def test_a_choice_that_nobody_makes_takes_the_next_method_at_its_due_instant(noticed: timedelta) -> None:
    lease = several()
    escalate(lease, NOW + noticed)
    assert row(lease.number).state is State.TO_ASK
    missed, fell = events(lease.number)[-2:]
    assert missed.at == fell.at == NOW + 30 * MINUTE
    assert fell.detail["why"] == "choice_timed_out"
    with pytest.raises(MoveRefused):
        choose(lease.number, "L-1")
