"""The table of moves: closed, connected, and drawn as it is."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.lifecycle import ENDED, MOVES, NOTES, OPEN, WAITING, Event, State, may_move, mermaid
from runtime.commands import diagrams

EDGES = {(origin, target) for (origin, _), targets in MOVES.items() for target in targets}


def reachable(starts: set[State], edges: set[tuple[State, State]]) -> set[State]:
    found = set(starts)
    while grown := {target for origin, target in edges if origin in found} - found:
        found |= grown
    return found


def test_every_state_is_reached_from_the_first() -> None:
    assert set(State) - reachable({State.RECEIVED}, EDGES) == set()


@pytest.mark.parametrize("end", sorted(ENDED))
def test_every_open_state_can_reach_each_end(end: State) -> None:
    backwards = {(target, origin) for origin, target in EDGES}
    assert OPEN - reachable({end}, backwards) == set()


def test_every_open_state_reaches_delivery_without_a_person_who_repairs_it() -> None:
    helped = {(o, t) for (o, e), targets in MOVES.items() for t in targets if State.NEEDS_ATTENTION not in (o, t)}
    backwards = {(target, origin) for origin, target in helped}
    assert OPEN - reachable({State.DELIVERED}, backwards) == {State.NEEDS_ATTENTION}


def test_ended_states_have_no_moves_and_only_what_comes_after_is_noted() -> None:
    assert not ENDED & {origin for origin, _ in EDGES}
    afterwards = {event for event, states in NOTES.items() if ENDED & states}
    assert afterwards == {
        Event.MISSED,
        Event.FEEDBACK,
        Event.OFFICE_TOLD,
        Event.EXCUSE_GIVEN,
        Event.EXCUSE_DECIDED,  # what a unit owes
        Event.RECALCULATED,
        Event.LIFTED,  # a calendar or an outage that became known later
        Event.MISMATCH_REPORTED,
        Event.MISMATCH_SETTLED,
        Event.OBJECTED,
        Event.COMMITMENT_CHECKED,  # of a delivery
        Event.LICENCE_TAKEN,
        Event.LICENCE_VOIDED,
        Event.LICENCE_GIVEN_UP,  # what became of its proof in the licence library
        Event.REVOCATION_ASKED,
        Event.REVOCATION_REFUSED,
        Event.PROOF_REVOKED,
        Event.PROOF_EXTENDED,  # each year a timestamp
        Event.ERASED,  # when its time is over
        Event.SHOWN_TO_SUBJECT,  # whenever the person looks
    }
    assert OPEN | ENDED == set(State) and not OPEN & ENDED
    assert WAITING <= OPEN


def test_every_event_is_a_move_or_a_note() -> None:
    assert set(Event) - {event for _, event in MOVES} - set(NOTES) == set()


def test_every_open_state_can_be_withdrawn_and_handed_to_a_person() -> None:
    for state in OPEN:
        assert may_move(state, Event.WITHDRAWN, State.WITHDRAWN)
        assert may_move(state, Event.ATTENTION_NEEDED, State.NEEDS_ATTENTION) is (state is not State.NEEDS_ATTENTION)


def test_only_a_complete_result_is_delivered_and_only_an_answer_is_sealed() -> None:
    assert {origin for origin, target in EDGES if target is State.DELIVERED} == {State.TO_BE_DELIVERED}
    to_seal = {(origin, event) for (origin, event), targets in MOVES.items() if State.TO_BE_SEALED in targets}
    assert {event for _, event in to_seal} == {Event.SHARE_FOUND, Event.REPLIED, Event.RETRIED, Event.REISSUED}


def test_a_person_can_send_a_case_back_wherever_it_came_from() -> None:
    came_from = {origin for (origin, event) in MOVES if event is Event.ATTENTION_NEEDED}
    assert came_from - MOVES[State.NEEDS_ATTENTION, Event.RETRIED] == set()


class Walk(RuleBasedStateMachine):
    """Anybody tries anything; only the table lets it through."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State.RECEIVED

    @rule(event=st.sampled_from(Event), towards=st.sampled_from(State))
    def anything(self, event: Event, towards: State) -> None:
        if may_move(self.state, event, towards):
            assert (self.state, towards) in EDGES
            self.state = towards

    @precondition(lambda self: self.state not in ENDED)
    @rule(data=st.data())
    def something_legal(self, data: st.DataObject) -> None:
        legal = sorted((event, target) for (o, event), targets in MOVES.items() if o is self.state for target in targets)
        event, target = data.draw(st.sampled_from(legal))
        assert may_move(self.state, event, target)
        self.state = target

    @invariant()
    def an_end_is_an_end(self) -> None:
        if self.state in ENDED:
            assert not any(may_move(self.state, event, target) for event in Event for target in State)


TestWalk = Walk.TestCase
TestWalk.settings = settings(max_examples=40, stateful_step_count=20)


def test_the_diagram_shows_every_state_and_every_move() -> None:
    drawn = mermaid()
    arrows = {tuple(line.split(":")[0].split(" --> ")) for line in drawn.splitlines() if " --> " in line}
    everywhere = {State.NEEDS_ATTENTION, State.WITHDRAWN}
    for origin, target in EDGES:
        assert (f"    {origin}", target) in arrows or target in everywhere
    for state in State:
        assert f"    {state}: {state.label} " in drawn
        assert ((f"    {state}", "[*]") in arrows) is (state in ENDED)


def test_the_page_holds_the_diagram_and_every_state() -> None:
    page = next(file for file in diagrams.DOCUMENTS if file.stem == "life-cycle").read_text(encoding="utf-8")
    assert f"```mermaid\n{mermaid()}```\n" in page
    assert diagrams.check()
    for state in State:
        assert f"| `{state}` | {state.label} |" in page


def test_a_page_that_is_behind_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    page = tmp_path / "life-cycle.md"  # type: ignore[operator]
    monkeypatch.setattr(diagrams, "DOCUMENTS", {page: diagrams.life_cycle})
    assert not diagrams.check()
    diagrams.write()
    assert diagrams.check()
    page.write_text(page.read_text("utf-8").replace("received --> to_ask", "received --> delivered"), "utf-8")
    assert not diagrams.check()
