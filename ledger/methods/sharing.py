"""数据共享 on the record (obligations 7.1, 7.2, 7.3): the method chosen, each look-up and what followed from it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from domain.commitments import Decision
from domain.lifecycle import Event, State
from domain.limits import LimitKind
from domain.methods import AFTER_SHARE, Follow, Method, Result
from domain.refusal import Refusal
from domain.share import Candidate, Finding
from ledger import rules
from ledger.catalog.entries import load_entry
from ledger.lifecycle.moves import Goer, Lease, Turn, go, move, request_wake, why_refused
from ledger.lifecycle.snapshots import StepContext, held_contexts, load, lock, step_context
from ledger.methods import commitments, routing
from ledger.methods.failures import need_attention
from ledger.outbox.callbacks_sent import announce
from ledger.oversight import lookup_blocks
from ledger.tables.verifications import Deadline, Lookup, Verification
from ledger.vault import CaseKey, Place

NOT_HELD = "number_not_held"  #: the source keeps nothing by such a number (passports, permits)


class NotACandidate(Refusal, code="not_a_candidate"):
    """The requesting unit picked something that was not in the list."""


def take_up(session: Session, leases: Sequence[Lease], actor: str, *, now: datetime) -> dict[str, StepContext]:
    """Choose the first method of the catalog's order (obligation 7.1). Does nothing where that is already done.

    Gives those that shared data are asked about first, with what the look-up needs. Of many, who is no longer there is left
    out; of one alone raises `LeaseLost`, `Paused` or `MoveRefused`.
    """
    straight = dict[Lease, StepContext]()
    mine = {lease.number: lease for lease in leases}
    for row, about in held_contexts(session, list(mine)):
        if row.state is not State.RECEIVED:
            continue
        first, skipped = routing.following(session, row, about.entry, None)
        if first is Method.DATA_SHARING and not skipped:
            straight[mine[row.number]] = replace(about, method=first)
        else:
            _take_up_otherwise(session, row, mine[row.number], first, skipped, actor, now=now)
    if not straight:
        return {}
    goers = [Goer(lease.number, lease, [{"method": Method.DATA_SHARING.value}]) for lease in straight]
    steps = [Turn(Event.TAKEN_UP, State.LOOKING_UP)]
    gone = go(session, State.RECEIVED, steps, goers, at=now, actor=actor, next_instant=now, method=Method.DATA_SHARING)
    if not gone and len(leases) == 1:  # one alone is told why
        raise why_refused(session, leases[0].number, State.RECEIVED, leases[0])
    return {lease.number: about for lease, about in straight.items() if lease.number in gone}


def _take_up_otherwise(
    session: Session, row: Verification, lease: Lease, first: Method | None, skipped: str, actor: str, *, now: datetime
) -> None:
    if first is None:  # the only method was a commitment that this person may not make
        need_attention(session, row.number, "no_next_method", at=now, actor=actor, lease=lease, why=skipped)
        return
    detail = {"method": first.value} | ({"skipped": skipped} if skipped else {})
    routing.enter(session, row, first, Event.TAKEN_UP, State.RECEIVED, at=now, actor=actor, lease=lease, detail=detail)


def record_finding(session: Session, lease: Lease, found: Finding, *, asked_at: datetime, now: datetime, actor: str) -> Follow:
    """Keep the source's answer and move on as `domain.methods.AFTER_SHARE` says. One transaction."""
    about = step_context(session, lease.number)
    follow = AFTER_SHARE[found.outcome]
    if follow is Follow.CHOOSE and about.chosen is not None:
        follow = Follow.NEXT_METHOD  # it says "several" even of the one that was picked: asking again would loop
    keep(session, [(about, found, asked_at)], now=now)
    detail = told(found)
    match follow:
        case Follow.SEAL:
            missing = [name for name in about.entry.fields if not found.fields.get(name)]
            if missing:
                need_attention(session, lease.number, "fields_missing", at=now, actor=actor, lease=lease, fields=missing)
            else:
                move(
                    session,
                    lease.number,
                    Event.SHARE_FOUND,
                    State.LOOKING_UP,
                    State.TO_BE_SEALED,
                    at=now,
                    actor=actor,
                    lease=lease,
                    detail=detail,
                    result=Result.CONFIRMED,
                )
        case Follow.END_MISMATCH:
            move(
                session,
                lease.number,
                Event.SHARE_MISMATCH,
                State.LOOKING_UP,
                State.TO_BE_DELIVERED,
                at=now,
                actor=actor,
                lease=lease,
                detail=detail,
                result=Result.MISMATCH,
            )
            lookup_blocks.after_mismatch(session, load(session, lease.number), found.source, now=now)
        case Follow.CHOOSE:
            until = now + rules.readings().choice_limit
            asked = move(
                session,
                lease.number,
                Event.SHARE_SEVERAL,
                State.LOOKING_UP,
                State.AWAITING_CHOICE,
                at=now,
                actor=actor,
                lease=lease,
                detail=detail,
                next_instant=until,
            )
            announce(session, {lease.number: asked}, State.AWAITING_CHOICE, now=now)
            session.add(
                Deadline(
                    id=uuid4(),
                    verification=lease.number,
                    kind=LimitKind.CHOICE,
                    started_at=now,
                    target_at=until,
                    due_at=until,
                    rule_version=rules.readings().version,
                    obligations=["7.2"],
                    note="",
                    explanation="需求单位在多个证照中选择的时间;逾期转下一种核验方式。",
                )
            )
        case Follow.NEXT_METHOD | Follow.NEXT_METHOD_AND_ALARM:
            fall_back(session, about, State.LOOKING_UP, found.outcome.value, at=now, actor=actor, lease=lease)
    return follow


def fall_back(
    session: Session,
    about: StepContext,
    origin: State,
    why: str,
    *,
    at: datetime,
    actor: str,
    lease: Lease | None = None,
    failing: bool = False,
) -> None:
    """The next method of the catalog's order, or a person where there is none. Every fallback is on the record.

    `failing`: the source did not answer at all, so that reading 22 sets the issuing unit's soft limit.
    """
    row = load(session, about.number)
    after = Method.COMMITMENT if origin is State.AWAITING_COMMITMENT else Method.DATA_SHARING
    if origin is State.AWAITING_COMMITMENT:
        commitments.decide_otherwise(session, row, Decision.TIMED_OUT, now=at, actor=actor)
    following, skipped = routing.following(session, row, about.entry, after)
    if following is None and why == NOT_HELD and row.issuing_unit is not None:
        following = Method.ISSUER  # though the list, made for citizens, does not name this way
    if following is None:
        barred = {"skipped": skipped} if skipped else {}
        need_attention(session, about.number, "no_next_method", at=at, actor=actor, lease=lease, origin=origin, why=why, **barred)
        return
    detail = {"why": why, "next": following.value}
    if after is Method.DATA_SHARING:
        detail["source"] = about.entry.source or ""
    if skipped:
        detail["skipped"] = skipped
    routing.enter(
        session,
        row,
        following,
        Event.FELL_BACK,
        origin,
        at=at,
        actor=actor,
        lease=lease,
        detail=detail,
        share_failed=failing or row.share_failed,
    )


def decline_commitment(session: Session, number: str, *, now: datetime, actor: str) -> None:
    """The applicant prefers another way: the next method, never a demand for paper (reading 23). Raises `MoveRefused`."""
    row = lock(session, number)
    commitments.decide_otherwise(session, row, Decision.DECLINED, now=now, actor=actor)
    entry = load_entry(session, row.entry)
    following, _ = routing.following(session, row, entry, Method.COMMITMENT)
    if following is None:
        need_attention(session, number, "commitment_declined", at=now, actor=actor)
    else:
        detail = {"next": following.value}
        routing.enter(session, row, following, Event.DECLINED, State.AWAITING_COMMITMENT, at=now, actor=actor, detail=detail)
    request_wake(session, number)


def choose(session: Session, number: str, identifier: str | None, *, now: datetime, actor: str) -> None:
    """The requesting unit's pick among several licences; None declines, and the next method follows.

    Raises `NotACandidate`, and `MoveRefused` where nothing is to be picked (any more).
    """
    about = step_context(session, number)
    if identifier is None:
        fall_back(session, about, State.AWAITING_CHOICE, "choice_declined", at=now, actor=actor)
    else:
        if identifier not in {candidate.identifier for candidate in candidates(session, number, about.key)}:
            raise NotACandidate
        place = Place("verifications", "chosen", number)
        move(
            session,
            number,
            Event.CHOSEN,
            State.AWAITING_CHOICE,
            State.LOOKING_UP,
            at=now,
            actor=actor,
            chosen=about.key.encrypt_text(place, identifier),
            next_instant=now,
        )
    close_choice(session, number, now)
    request_wake(session, number)


def close_choice(session: Session, number: str, now: datetime) -> None:
    """The requesting unit's thinking time is over, one way or another; it is never a score."""
    for limit in session.scalars(
        select(Deadline).where(
            Deadline.verification == number, Deadline.kind == LimitKind.CHOICE, Deadline.met_at.is_(None), Deadline.missed_at.is_(None)
        )
    ):
        limit.met_at = now


def last_lookup(session: Session, number: str) -> Lookup | None:
    """The newest look-up of a verification."""
    return session.scalar(select(Lookup).where(Lookup.verification == number).order_by(Lookup.attempt.desc()).limit(1))


def candidates(session: Session, number: str, key: CaseKey) -> list[Candidate]:
    """The licences among which the requesting unit may pick."""
    row = last_lookup(session, number)
    if row is None:
        return []
    return [Candidate(**item) for item in json.loads(key.decrypt(Place("lookups", "candidates", row.id), row.candidates))]


def found_fields(session: Session, number: str, key: CaseKey) -> dict[str, str]:
    """The fields that the newest look-up found: name as printed -> value."""
    row = last_lookup(session, number)
    if row is None:
        return {}
    fields: dict[str, str] = json.loads(key.decrypt(Place("lookups", "fields", row.id), row.fields))
    return fields


def told(found: Finding) -> dict[str, str]:
    """What the event says of an answer."""
    return {"source": found.source, "outcome": found.outcome.value} | ({"warnings": ",".join(found.warnings)} if found.warnings else {})


def keep(session: Session, found: Sequence[tuple[StepContext, Finding, datetime]], *, now: datetime) -> None:
    """Answers with when they were asked for, kept for the record."""
    counted = select(Lookup.verification, func.count()).where(Lookup.verification.in_([about.number for about, _, _ in found]))
    earlier = dict(session.execute(counted.group_by(Lookup.verification)).tuples().all())
    rows = [_kept(about, one, asked_at, now) | {"attempt": earlier.get(about.number, 0) + 1} for about, one, asked_at in found]
    session.execute(insert(Lookup), rows)


def _kept(about: StepContext, found: Finding, asked_at: datetime, now: datetime) -> dict[str, Any]:
    lookup, key = uuid4(), about.key
    listed = json.dumps([vars(candidate) for candidate in found.candidates], ensure_ascii=False)
    return {
        "id": lookup,
        "verification": about.number,
        "source": found.source,
        "outcome": found.outcome,
        "message": found.message,
        "maker": found.maker,
        "warnings": list(found.warnings),
        "asked_at": asked_at,
        "answered_at": now,
        "fields": key.encrypt(Place("lookups", "fields", lookup), json.dumps(dict(found.fields), ensure_ascii=False).encode()),
        "candidates": key.encrypt_text(Place("lookups", "candidates", lookup), listed),
        "reply": key.encrypt(Place("lookups", "reply", lookup), found.raw),
        "document": key.encrypt(Place("lookups", "document", lookup), found.document),
    }
