"""The life cycle of a verification (核验): its states, its events, and the table of legal moves.

Nothing else decides what may follow what. `ledger.lifecycle.moves` performs a move, `docs/life-cycle.md` is drawn from
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
    AWAITING_COMMITMENT = "awaiting_commitment"
    TO_ASK = "to_ask"
    AWAITING_REPLY = "awaiting_reply"
    AWAITING_SUPPLEMENT = "awaiting_supplement"
    RETURNED = "returned"
    ESCALATED = "escalated"
    TO_BE_SEALED = "to_be_sealed"
    TO_BE_DELIVERED = "to_be_delivered"
    NEEDS_ATTENTION = "needs_attention"
    DELIVERED = "delivered"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return STATE_NAMES[self]


STATE_NAMES = MappingProxyType(
    {
        State.RECEIVED: "已受理",
        State.LOOKING_UP: "数据共享查询中",
        State.AWAITING_CHOICE: "等待需求单位选择",
        State.AWAITING_COMMITMENT: "等待告知承诺",
        State.TO_ASK: "待发起部门核验",
        State.AWAITING_REPLY: "等待出具单位",
        State.AWAITING_SUPPLEMENT: "等待补正",
        State.RETURNED: "已退回待转办",
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
WAITING = frozenset(
    {State.AWAITING_CHOICE, State.AWAITING_COMMITMENT, State.AWAITING_REPLY, State.AWAITING_SUPPLEMENT}
    | {State.RETURNED, State.ESCALATED, State.NEEDS_ATTENTION}
)
#: Nothing more will happen.
ENDED = frozenset({State.DELIVERED, State.WITHDRAWN, State.CLOSED})
OPEN = frozenset(State) - ENDED


class Event(StrEnum):
    """What happened. Each event is one row that nobody may change, written with the move that it explains."""

    FILED = "filed"  #: 需求单位发起
    TAKEN_UP = "taken_up"  #: the method was chosen (obligation 7.1)
    SHARE_FOUND = "share_found"
    SHARE_SEVERAL = "share_several"  #: several licences fit: the requesting unit picks
    SHARE_MISMATCH = "share_mismatch"  #: name and number do not belong together
    CHOSEN = "chosen"
    FELL_BACK = "fell_back"  #: the next method follows; the detail says why
    COMMITMENT_OFFERED = "commitment_offered"  #: 告知: the commitment's text is there for the applicant (obligation 7.4)
    COMMITTED = "committed"  #: 承诺: signed and on record
    DECLINED = "declined"  #: the applicant prefers another way: the next method, never a demand (reading 23)
    ASKED = "asked"  #: the request reached the issuing unit's inbox (obligation 10.1)
    CLAIMED = "claimed"  #: 认领
    RELEASED = "released"
    SUCCEEDED = "succeeded"  #: 承继: the unit was merged; its successor has the case from here on
    SUPPLEMENT_ASKED = "supplement_asked"  #: 补正: data are missing; the clock rests (reading 10)
    SUPPLEMENTED = "supplemented"
    RETURNED = "returned"  #: 退回: not this unit's duty (obligations 10.10, 10.11)
    FORWARDED = "forwarded"  #: 转办 by the requesting unit, or by its standing rule
    REPLIED = "replied"
    RECALCULATED = "recalculated"  #: limits computed anew: a pause ended, a calendar arrived, hours or the promise changed
    LIFTED = "lifted"  #: 撤销超时: the platform was away, so that the miss, or the 督办 that rested on it, was none
    PROMISE_MOVED = "promise_moved"  #: 承诺时限 changed by the requesting unit (reading 10)
    NAME_CORRECTED = "name_corrected"  #: a slip in a party's name, before anything was asked
    WARNED = "warned"  #: 临期提醒: the limit is near
    MISSED = "missed"  #: a limit passed; stamped with the instant that was due
    SUPERVISED = "supervised"  #: 督办 opened (obligation 10.12)
    FEEDBACK = "feedback"  #: 督办反馈 (obligation 10.12)
    OFFICE_TOLD = "office_told"  #: 督办超时: it reached the 专班 office
    EXCUSE_GIVEN = "excuse_given"  #: a reason for missing a soft limit (reading 8)
    EXCUSE_DECIDED = "excuse_decided"
    REMINDED = "reminded"  #: the daily reminder to the 专班 office
    SEAL_STARTED = "seal_started"  #: recorded before signing (obligation 9.5)
    SEALED = "sealed"
    DELIVERED = "delivered"
    MISMATCH_REPORTED = "mismatch_reported"  #: 不符: it differs from what the applicant (or actor `subject`) states (obligation 11.3)
    MISMATCH_SETTLED = "mismatch_settled"  #: the issuing unit's material prevails (obligation 11.3)
    OBJECTED = "objected"  #: 异议: on record, with the right that was told (obligation 11.4)
    COMMITMENT_CHECKED = "commitment_checked"  #: 事中事后核查 of a commitment (obligation 12.1)
    PASS_FAILED = "pass_failed"
    ATTENTION_NEEDED = "attention_needed"
    RETRIED = "retried"
    REROUTED = "rerouted"
    REISSUED = "reissued"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    PAUSED = "paused"  #: 由运维暂停: never a legal withdrawal
    RESUMED = "resumed"
    ERASED = "erased"  #: 按期销毁: the persons' data are gone, the record of what happened stays (obligation 2.7)
    LICENCE_TAKEN = "licence_taken"  #: 开具: the licence library has taken the proof in (obligation 6.3)
    LICENCE_VOIDED = "licence_voided"  #: the revoked proof is void there too
    LICENCE_GIVEN_UP = "licence_given_up"  #: not taken, or not taken back: an operator decides
    REVOCATION_ASKED = "revocation_asked"  #: 提出撤销: a second person confirms
    REVOCATION_REFUSED = "revocation_refused"  #: not confirmed, or taken back
    PROOF_REVOKED = "proof_revoked"  #: 撤销电子证明 (obligations 16.8, 17.5)
    SHOWN_TO_SUBJECT = "shown_to_subject"  #: 本人查询: the person saw that he was asked about (decision 49)
    PROOF_EXTENDED = "proof_extended"  #: 证明的延续: a timestamp over all that stands was put behind the proof


_S, _E = State, Event
_METHODS = frozenset({_S.LOOKING_UP, _S.AWAITING_COMMITMENT, _S.TO_ASK})  #: where a method begins
_AFTER_REPLY = frozenset({_S.TO_BE_SEALED, _S.TO_BE_DELIVERED, _S.LOOKING_UP, _S.AWAITING_COMMITMENT, _S.NEEDS_ATTENTION})
_AFTER_RETURN = frozenset({_S.RETURNED, _S.NEEDS_ATTENTION})  #: the second return is the 专班 office's (reading 9)
_IN_INBOX = frozenset({_S.AWAITING_REPLY, _S.AWAITING_SUPPLEMENT, _S.ESCALATED, _S.NEEDS_ATTENTION})

#: (from, event) -> the states it may lead to. An event that is absent for a state cannot happen there.
MOVES: MappingProxyType[tuple[State, Event], frozenset[State]] = MappingProxyType(
    {
        (_S.RECEIVED, _E.TAKEN_UP): _METHODS,
        (_S.LOOKING_UP, _E.SHARE_FOUND): frozenset({_S.TO_BE_SEALED}),
        (_S.LOOKING_UP, _E.SHARE_SEVERAL): frozenset({_S.AWAITING_CHOICE}),
        (_S.LOOKING_UP, _E.SHARE_MISMATCH): frozenset({_S.TO_BE_DELIVERED}),
        (_S.LOOKING_UP, _E.FELL_BACK): _METHODS - {_S.LOOKING_UP},
        (_S.AWAITING_CHOICE, _E.CHOSEN): frozenset({_S.LOOKING_UP}),
        (_S.AWAITING_CHOICE, _E.FELL_BACK): _METHODS - {_S.LOOKING_UP},
        (_S.AWAITING_COMMITMENT, _E.COMMITTED): frozenset({_S.TO_BE_DELIVERED}),
        (_S.AWAITING_COMMITMENT, _E.DECLINED): _METHODS - {_S.AWAITING_COMMITMENT},
        (_S.AWAITING_COMMITMENT, _E.FELL_BACK): _METHODS - {_S.AWAITING_COMMITMENT},
        (_S.TO_ASK, _E.ASKED): frozenset({_S.AWAITING_REPLY}),
        (_S.AWAITING_REPLY, _E.SUPPLEMENT_ASKED): frozenset({_S.AWAITING_SUPPLEMENT}),
        (_S.AWAITING_SUPPLEMENT, _E.SUPPLEMENTED): frozenset({_S.AWAITING_REPLY}),
        (_S.AWAITING_SUPPLEMENT, _E.REPLIED): _AFTER_REPLY,
        (_S.AWAITING_REPLY, _E.RETURNED): _AFTER_RETURN,
        (_S.AWAITING_SUPPLEMENT, _E.RETURNED): _AFTER_RETURN,
        (_S.ESCALATED, _E.RETURNED): _AFTER_RETURN,
        (_S.NEEDS_ATTENTION, _E.RETURNED): _AFTER_RETURN,
        (_S.RETURNED, _E.FORWARDED): frozenset({_S.TO_ASK}),
        (_S.AWAITING_REPLY, _E.SUPERVISED): frozenset({_S.ESCALATED}),
        (_S.ESCALATED, _E.LIFTED): frozenset({_S.AWAITING_REPLY}),
        (_S.AWAITING_REPLY, _E.REPLIED): _AFTER_REPLY,
        (_S.ESCALATED, _E.REPLIED): _AFTER_REPLY,
        (_S.NEEDS_ATTENTION, _E.REPLIED): _AFTER_REPLY,
        (_S.TO_BE_SEALED, _E.SEALED): frozenset({_S.TO_BE_DELIVERED}),
        (_S.TO_BE_DELIVERED, _E.DELIVERED): frozenset({_S.DELIVERED}),
        (_S.NEEDS_ATTENTION, _E.RETRIED): frozenset(
            {_S.RECEIVED, _S.LOOKING_UP, _S.TO_ASK, _S.AWAITING_CHOICE, _S.AWAITING_COMMITMENT, _S.AWAITING_REPLY}
            | {_S.AWAITING_SUPPLEMENT, _S.RETURNED, _S.ESCALATED, _S.TO_BE_SEALED, _S.TO_BE_DELIVERED}
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
        _E.COMMITMENT_OFFERED: frozenset({_S.AWAITING_COMMITMENT}),
        _E.CLAIMED: _IN_INBOX,
        _E.RELEASED: _IN_INBOX,
        _E.SUCCEEDED: OPEN,
        _E.PROMISE_MOVED: OPEN,
        _E.NAME_CORRECTED: frozenset({_S.RECEIVED, _S.NEEDS_ATTENTION}),  # nothing was asked yet
        _E.WARNED: OPEN,
        # 督办 outlives the case: an answer without the feedback is still owed, and may be missed (obligation 10.12, reading 11).
        # So may a limit that waited for its calendar, or that an outage took back (readings 21, 25).
        _E.MISSED: frozenset(State),
        _E.LIFTED: frozenset(State),
        _E.RECALCULATED: frozenset(State),
        _E.FEEDBACK: frozenset(State),
        _E.OFFICE_TOLD: frozenset(State),
        _E.EXCUSE_GIVEN: frozenset(State),
        _E.EXCUSE_DECIDED: frozenset(State),
        _E.SUPERVISED: frozenset({_S.ESCALATED, _S.NEEDS_ATTENTION}),
        _E.REMINDED: WAITING,
        _E.MISMATCH_REPORTED: frozenset({_S.DELIVERED}),
        _E.MISMATCH_SETTLED: frozenset({_S.DELIVERED}),
        _E.OBJECTED: frozenset({_S.DELIVERED}),
        _E.COMMITMENT_CHECKED: frozenset({_S.TO_BE_DELIVERED, _S.DELIVERED}),
        _E.SEAL_STARTED: frozenset({_S.TO_BE_SEALED}),
        _E.PASS_FAILED: OPEN,
        _E.PAUSED: OPEN,
        _E.RESUMED: OPEN,
        _E.LICENCE_TAKEN: frozenset({_S.DELIVERED}),
        _E.LICENCE_VOIDED: frozenset({_S.DELIVERED}),
        _E.LICENCE_GIVEN_UP: frozenset({_S.DELIVERED}),
        _E.REVOCATION_ASKED: frozenset({_S.DELIVERED}),
        _E.REVOCATION_REFUSED: frozenset({_S.DELIVERED}),
        _E.PROOF_REVOKED: frozenset({_S.DELIVERED}),
        _E.PROOF_EXTENDED: frozenset({_S.DELIVERED}),
        _E.SHOWN_TO_SUBJECT: frozenset(State),
        _E.ERASED: ENDED,
    }
)


def may_move(origin: State, event: Event, target: State) -> bool:
    """True where the table allows `event` to lead from `origin` to `target`."""
    return target in MOVES.get((origin, event), frozenset())


def mermaid() -> str:
    """The table as a Mermaid state diagram; `docs/life-cycle.md` holds it."""
    lines = ["stateDiagram-v2"]
    lines += [f"    {state.value}: {state.label} {state.value.title().replace('_', '')}" for state in State]
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
