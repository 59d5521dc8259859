"""What a pass does with each state: exactly one thing."""

from __future__ import annotations

import pytest

from domain.lifecycle import State
from domain.status import Status

_DOES = {
    State.RECEIVED: None,
    State.LOOKING_UP: "to_be_looked_up",
    State.AWAITING_CHOICE: "waiting",
    State.AWAITING_COMMITMENT: "waiting",
    State.TO_ASK: "needs_issuer",
    State.AWAITING_REPLY: "waiting",
    State.ESCALATED: "waiting",
    State.AWAITING_SUPPLEMENT: "waiting",
    State.RETURNED: "waiting",
    State.TO_BE_SEALED: "to_be_sealed",
    State.TO_BE_DELIVERED: None,
    State.NEEDS_ATTENTION: "waiting",
    State.DELIVERED: "ended",
    State.WITHDRAWN: "ended",
    State.CLOSED: "ended",
}


@pytest.mark.parametrize("state", State)
def test_each_state_says_what_a_pass_does(state: State) -> None:
    standing = Status("HY20260304ABCDEFGH", state, None, None)
    flags = {"to_be_looked_up", "needs_issuer", "waiting", "to_be_sealed", "ended"}
    assert {flag for flag in flags if getattr(standing, flag)} == ({_DOES[state]} - {None})
