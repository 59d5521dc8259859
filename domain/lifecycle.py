"""The life cycle of a verification (核验): its states, its events, and the table of legal moves.

Nothing else decides what may follow what. `ledger.moves` performs a move, `docs/life-cycle.md` is drawn from
`MOVES` and compared in the checks, so the picture cannot lie.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """Where a verification stands. The Chinese name is what operators read in Prefect."""

    RECEIVED = "received"
    LOOKING_UP = "looking_up"
    AWAITING_CHOICE = "awaiting_choice"
    TO_ASK = "to_ask"
    AWAITING_REPLY = "awaiting_reply"
    ESCALATED = "escalated"
    TO_BE_SEALED = "to_be_sealed"
    TO_BE_DELIVERED = "to_be_delivered"
    NEEDS_ATTENTION = "needs_attention"
    DELIVERED = "delivered"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"

    @property
    def chinese(self) -> str:
        return STATE_NAMES[self]


STATE_NAMES = MappingProxyType(
    {
        State.RECEIVED: "已受理",
        State.LOOKING_UP: "数据共享查询中",
        State.AWAITING_CHOICE: "等待需求单位选择",
        State.TO_ASK: "待发起部门核验",
        State.AWAITING_REPLY: "等待出具单位",
        State.ESCALATED: "督办中",
        State.TO_BE_SEALED: "待用印",
        State.TO_BE_DELIVERED: "待送达",
        State.NEEDS_ATTENTION: "待人工处理",
        State.DELIVERED: "已送达",
        State.WITHDRAWN: "已撤回",
        State.CLOSED: "人工办结",
    }
)

#: A person or a department is at work; the flow run ends in a Scheduled state and costs nothing.
WAITING = frozenset({State.AWAITING_CHOICE, State.AWAITING_REPLY, State.ESCALATED, State.NEEDS_ATTENTION})
#: Nothing more will happen.
ENDED = frozenset({State.DELIVERED, State.WITHDRAWN, State.CLOSED})
OPEN = frozenset(State) - ENDED


class Event(StrEnum):
    """What happened. Each event is one row that nobody may change, written with the move that it explains."""

    FILED = "filed"  #: 需求单位发起
    TAKEN_UP = "taken_up"  #: the method was chosen (7.1)
    SHARE_FOUND = "share_found"
    SHARE_SEVERAL = "share_several"  #: several licences fit: the requesting unit picks
    SHARE_MISMATCH = "share_mismatch"  #: name and number do not belong together
    CHOSEN = "chosen"
    FELL_BACK = "fell_back"  #: the next method follows; the detail says why
    ASKED = "asked"  #: the request reached the issuing unit's inbox (10.1)
    REPLIED = "replied"
    MISSED = "missed"  #: a limit passed; stamped with the instant that was due
    SUPERVISED = "supervised"  #: 督办 opened (10.12)
    REMINDED = "reminded"  #: the daily reminder to the 专班 office
    SEAL_STARTED = "seal_started"  #: recorded before signing (9.5)
    SEALED = "sealed"
    DELIVERED = "delivered"
    PASS_FAILED = "pass_failed"
    ATTENTION_NEEDED = "attention_needed"
    RETRIED = "retried"
    REROUTED = "rerouted"
    REISSUED = "reissued"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    PAUSED = "paused"  #: 由运维暂停: never a legal withdrawal
    RESUMED = "resumed"


_S, _E = State, Event
_AFTER_REPLY = frozenset({_S.TO_BE_SEALED, _S.TO_BE_DELIVERED, _S.LOOKING_UP, _S.NEEDS_ATTENTION})

#: (from, event) -> the states it may lead to. An event that is absent for a state cannot happen there.
MOVES: MappingProxyType[tuple[State, Event], frozenset[State]] = MappingProxyType(
    {
        (_S.RECEIVED, _E.TAKEN_UP): frozenset({_S.LOOKING_UP, _S.TO_ASK}),
        (_S.LOOKING_UP, _E.SHARE_FOUND): frozenset({_S.TO_BE_SEALED}),
        (_S.LOOKING_UP, _E.SHARE_SEVERAL): frozenset({_S.AWAITING_CHOICE}),
        (_S.LOOKING_UP, _E.SHARE_MISMATCH): frozenset({_S.TO_BE_DELIVERED}),
        (_S.LOOKING_UP, _E.FELL_BACK): frozenset({_S.TO_ASK}),
        (_S.AWAITING_CHOICE, _E.CHOSEN): frozenset({_S.LOOKING_UP}),
        (_S.AWAITING_CHOICE, _E.FELL_BACK): frozenset({_S.TO_ASK}),
        (_S.TO_ASK, _E.ASKED): frozenset({_S.AWAITING_REPLY}),
        (_S.AWAITING_REPLY, _E.SUPERVISED): frozenset({_S.ESCALATED}),
        (_S.AWAITING_REPLY, _E.REPLIED): _AFTER_REPLY,
        (_S.ESCALATED, _E.REPLIED): _AFTER_REPLY,
        (_S.NEEDS_ATTENTION, _E.REPLIED): _AFTER_REPLY,
        (_S.TO_BE_SEALED, _E.SEALED): frozenset({_S.TO_BE_DELIVERED}),
        (_S.TO_BE_DELIVERED, _E.DELIVERED): frozenset({_S.DELIVERED}),
        (_S.NEEDS_ATTENTION, _E.RETRIED): frozenset(
            {_S.RECEIVED, _S.LOOKING_UP, _S.TO_ASK, _S.AWAITING_CHOICE, _S.AWAITING_REPLY, _S.ESCALATED}
            | {_S.TO_BE_SEALED, _S.TO_BE_DELIVERED}
        ),
        (_S.NEEDS_ATTENTION, _E.REROUTED): frozenset({_S.TO_ASK}),
        (_S.NEEDS_ATTENTION, _E.REISSUED): frozenset({_S.TO_BE_SEALED}),
        (_S.NEEDS_ATTENTION, _E.CLOSED): frozenset({_S.CLOSED}),
        **{(state, _E.ATTENTION_NEEDED): frozenset({_S.NEEDS_ATTENTION}) for state in OPEN - {_S.NEEDS_ATTENTION}},
        **{(state, _E.WITHDRAWN): frozenset({_S.WITHDRAWN}) for state in OPEN},
    }
)

#: Events that are put on the record without a change of state, and where they may happen.
NOTES: MappingProxyType[Event, frozenset[State]] = MappingProxyType(
    {
        _E.FILED: frozenset({_S.RECEIVED}),
        _E.MISSED: OPEN,
        _E.SUPERVISED: frozenset({_S.ESCALATED, _S.NEEDS_ATTENTION}),
        _E.REMINDED: frozenset({_S.ESCALATED, _S.NEEDS_ATTENTION}),
        _E.SEAL_STARTED: frozenset({_S.TO_BE_SEALED}),
        _E.PASS_FAILED: OPEN,
        _E.PAUSED: OPEN,
        _E.RESUMED: OPEN,
    }
)


def may_move(origin: State, event: Event, target: State) -> bool:
    """True where the table allows `event` to lead from `origin` to `target`."""
    return target in MOVES.get((origin, event), frozenset())


def mermaid() -> str:
    """The table as a Mermaid state diagram; `docs/life-cycle.md` holds it."""
    lines = ["stateDiagram-v2"]
    lines += [f'    {state.value}: {state.chinese} {state.value.title().replace("_", "")}' for state in State]
    lines.append("    [*] --> received: filed")
    everywhere = {_E.ATTENTION_NEEDED, _E.WITHDRAWN}
    for (origin, event), targets in MOVES.items():
        if event in everywhere:
            continue
        lines += [f"    {origin.value} --> {target.value}: {event.value}" for target in sorted(targets)]
    lines += [f"    {state.value} --> [*]" for state in State if state in ENDED]
    lines += [
        "    note right of needs_attention",
        "        reached from every open state (attention_needed)",
        "    end note",
        "    note right of withdrawn",
        "        reached from every open state (withdrawn)",
        "    end note",
    ]
    return "\n".join(lines) + "\n"
