"""What is read: by the requesting unit, by the issuing unit, by the public, by operators; each no more than its share."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from domain.lifecycle import OPEN, State
from domain.limits import HandlingType
from domain.methods import Answer, Result
from domain.share import ShareOutcome
from ledger import audit
from ledger.cases import cases
from ledger.casework import attention, inbox_view, views, watch
from ledger.casework.views import VerificationView
from ledger.inbox import requests
from ledger.inbox.requests import InboxFilter
from ledger.lifecycle import snapshots
from ledger.lifecycle.moves import Lease
from ledger.lifecycle.snapshots import UnknownNumber, step_context
from ledger.methods import failures, sharing
from ledger.outbox import alarms as alarms_of
from ledger.outbox import callback_urls, callbacks_sent
from ledger.outbox.callbacks_sent import Receipt
from ledger.sealing import papers, publication
from ledger.sealing.publication import ProofStatus
from ledger.tables.cases import Case
from ledger.tables.effects import Access
from sandbox.people import by_name
from settings import settings
from tests.ledger.acting import (
    HARDSHIP,
    HOUSEHOLD,
    ISSUER,
    LICENCES,
    MINUTE,
    all_of,
    ask,
    deliver,
    do,
    found,
    hold,
    proofs,
    reply,
    row,
    seal,
    take_up,
)
from tests.ledger.filing import NOW, UNIT, file

pytestmark = pytest.mark.usefixtures("shared_ledger")

PERSON = by_name("演示甲子")
MASKED = ("演***", PERSON.id_number[:6] + "*" * 10 + PERSON.id_number[-2:])


def view(number: str, personal: bool = True) -> VerificationView:
    return do(views.view, row(number), personal=personal)


def asked(**changes: object) -> tuple[Lease, object]:
    lease = hold(file("P-HARDSHIP", **changes))
    take_up(lease)
    return lease, ask(lease)


def shared() -> str:
    """Delivered with a proof from shared data."""
    lease = hold(file())
    take_up(lease)
    found(lease)
    seal(lease)
    deliver(lease)
    return lease.number


def test_a_fresh_verification_shows_its_party_masked_and_no_result() -> None:
    shown = view(file())
    assert shown.party is not None and (shown.party.name, shown.party.id_number) == MASKED
    assert (shown.outcome, shown.proof, shown.share, shown.candidates, shown.due_at) == (None, None, None, [], None)
    assert shown.issuing_unit_name == "市中区光明路街道办事处" and shown.opened == []


def test_who_is_not_the_requesting_unit_sees_no_person_at_all() -> None:
    """Obligation 15.4."""
    lease = hold(file())
    take_up(lease)
    found(lease, ShareOutcome.SEVERAL)
    shown = view(lease.number, personal=False)
    assert shown.party is None and shown.candidates == [] and shown.opened == []
    delivered = view(shared(), personal=False)
    assert delivered.outcome is not None and delivered.outcome.fields == {}


def test_candidates_are_shown_while_there_is_a_choice() -> None:
    lease = hold(file())
    take_up(lease)
    found(lease, ShareOutcome.SEVERAL)
    shown = view(lease.number)
    assert tuple(shown.candidates) == LICENCES and shown.opened == ["candidates"]
    assert shown.share is not None and shown.share.outcome == "several"
    assert shown.due_at == NOW + 30 * MINUTE
    do(sharing.choose, lease.number, "L-1", now=NOW, actor="person:x")
    assert view(lease.number).candidates == []


def test_a_result_is_shown_once_it_is_delivered_and_never_before() -> None:
    lease = hold(file())
    take_up(lease)
    found(lease)
    seal(lease)
    assert view(lease.number).outcome is None and view(lease.number).proof is None
    deliver(lease)
    shown = view(lease.number)
    assert shown.outcome is not None and shown.proof is not None
    assert (shown.outcome.result, shown.outcome.fields, shown.outcome.maker) == (Result.CONFIRMED, HOUSEHOLD, "演示公安局")
    assert shown.opened == ["result"]


def test_an_issuing_units_note_is_for_the_requesting_unit() -> None:
    lease, request = asked()
    reply(request, Answer.NO_RECORD, fields={}, note="库中没有演示甲子的记录")  # type: ignore[arg-type]
    deliver(lease)
    shown, public = view(lease.number), view(lease.number, personal=False)
    assert shown.outcome is not None and shown.outcome.note == "库中没有演示甲子的记录"
    assert public.outcome is not None and (public.outcome.note, public.outcome.result) == ("", Result.NO_RECORD)


def test_of_a_mismatch_nothing_that_the_source_holds_is_shown() -> None:
    lease = hold(file())
    take_up(lease)
    found(lease, ShareOutcome.MISMATCH, fields=HOUSEHOLD)
    deliver(lease)
    shown = view(lease.number)
    assert shown.outcome is not None and (shown.outcome.result, shown.outcome.fields) == (Result.MISMATCH, {})


def test_a_source_that_failed_is_named() -> None:
    lease = hold(file())
    take_up(lease)
    about = do(step_context, lease.number)
    do(sharing.fall_back, about, State.LOOKING_UP, "source_failed:timeout", at=NOW, actor="system:w1", lease=lease, failing=True)
    share = view(lease.number).share
    assert share is not None and (share.source, share.outcome) == ("licence_library", "failing")
    assert view(asked()[0].number).share is None


def test_what_waits_for_a_person_says_why() -> None:
    lease = hold(file("P-PROPERTY"))
    take_up(lease)
    found(lease, ShareOutcome.NONE)
    shown = view(lease.number)
    assert "没有配置其他核验方式" in shown.reason and "改派" in shown.remedy


def test_a_case_shows_masked_parties_and_its_verifications() -> None:
    number = file()
    case = do(lambda session: session.get_one(Case, row(number).case))
    shown = do(views.find_case, UNIT, case.number)
    assert shown is not None
    assert [(party.name, party.id_number) for party in shown.parties] == [MASKED]
    assert shown.verifications == [number] and shown.matter_name == "公共租赁住房申请"
    assert do(views.find_case, "370402-CIVIL", case.number) is None


def test_another_units_verification_is_unknown() -> None:
    number = file()
    assert do(views.find_verification, number, "370402-CIVIL") is None
    assert do(views.find_verification, "HY20260304AAAAAAAA", UNIT) is None
    for unit in (UNIT, None):
        mine = do(views.find_verification, number, unit)
        assert mine is not None and mine.number == number
    assert [event.event for event in do(views.events, number)] == ["filed"]


@pytest.mark.parametrize("read", [snapshots.load, snapshots.lock, snapshots.snapshot, snapshots.step_context])
def test_an_unknown_number_is_told(read: object) -> None:
    with pytest.raises(UnknownNumber, match="HY20260304AAAAAAAA"):
        do(read, "HY20260304AAAAAAAA")  # type: ignore[arg-type]


def test_a_standing_holds_no_person() -> None:
    lease, request = asked()
    do(attention.pause, lease.number, now=NOW, actor="person:x")
    reply(request, Answer.CANNOT_VERIFY, fields={})  # type: ignore[arg-type]
    now = do(snapshots.snapshot, lease.number)
    assert (now.state, now.paused, now.reason) == (State.NEEDS_ATTENTION, True, "cannot_verify")
    assert "演示" not in repr(now)


def test_the_inbox_opens_the_person_while_it_is_open_and_masks_afterwards() -> None:
    lease, request = asked(handling=HandlingType.IMMEDIATE, promise_end=None)
    (line,) = [line for line in do(inbox_view.lines, ISSUER, actor="person:a", now=NOW).rows if line.request.id == request]
    assert (line.name, line.id_number, line.due_at) == (PERSON.name, PERSON.id_number, NOW + 30 * MINUTE)
    assert (line.proof_name, line.requesting_unit, line.fields) == ("经济困难证明", "市中区行政审批服务局", [*HARDSHIP])
    assert "演示" not in repr(line)
    for _ in range(3):
        do(inbox_view.lines, ISSUER, actor="person:a", now=NOW)
    do(inbox_view.lines, ISSUER, actor="person:b", now=NOW)
    seen = all_of(Access, verification=lease.number)
    assert sorted(access.actor for access in seen) == ["person:a", "person:b"]  # who, not how often

    one = do(inbox_view.detail, ISSUER, request, actor="person:c", now=NOW)
    assert one is not None and (one.line.name, one.line.due_at) == (PERSON.name, NOW + 30 * MINUTE)
    assert do(inbox_view.detail, "370402-CIVIL", request, actor="person:c", now=NOW) is None
    assert do(inbox_view.detail, ISSUER, uuid4(), actor="person:c", now=NOW) is None

    reply(request)  # type: ignore[arg-type]
    closed = do(inbox_view.detail, ISSUER, request, actor="person:d", now=NOW)
    assert closed is not None and (closed.line.name, closed.line.id_number) == MASKED
    (answered,) = [
        line
        for line in do(inbox_view.lines, ISSUER, wanted=InboxFilter(answered=True), actor="person:d", now=NOW).rows
        if line.request.id == request
    ]
    assert answered.name == "演***"
    assert sorted(access.actor for access in all_of(Access, verification=lease.number)) == ["person:a", "person:b", "person:c"]


def test_a_reading_is_on_the_record() -> None:
    """Obligation 15.4."""
    number = file()
    do(audit.record_access, number, "proof", actor="person:a", unit=UNIT, now=NOW)
    (access,) = all_of(Access, verification=number)
    assert (access.what, access.actor, access.unit, access.at) == ("proof", "person:a", UNIT, NOW)


def public(number: str, now: object = NOW + MINUTE) -> publication.PublicProof | None:
    return do(publication.find, number, now=now)


def test_the_public_sees_delivered_proofs_and_nothing_in_progress() -> None:
    number = shared()
    seen = public(number)
    assert seen is not None and (seen.standing, seen.code_digest) == (ProofStatus.VALID, "c" * 64)
    validity = timedelta(days=30)
    sealed_at = do(publication.find, number, now=NOW).proof.made_at
    last = sealed_at + validity - NOW
    for later, standing in ((last, ProofStatus.VALID), (last + MINUTE / 60_000, ProofStatus.EXPIRED)):
        aged = public(number, NOW + later)
        assert aged is not None and aged.standing is standing
    lease = hold(file())
    take_up(lease)
    found(lease)
    seal(lease)
    for unknown in (lease.number, file(), "HY20260304AAAAAAAA"):
        assert public(unknown) is None
        assert do(papers.known_proof, unknown) is None
    negative, request = asked()
    reply(request, Answer.FALSE, fields={})  # type: ignore[arg-type]
    deliver(negative)
    assert public(negative.number) is None and do(papers.known_proof, negative.number) is None


def test_what_is_printed_opens_for_one_answer() -> None:
    number = shared()
    seen = public(number)
    assert seen is not None
    paper = do(publication.printed, number, seen.proof)
    assert (paper.kind, paper.maker, paper.content) == ("户籍证明", "演示公安局", [*HOUSEHOLD.items()])
    assert repr(paper) == "Printed(…)"


def test_a_revoked_version_is_known_and_not_valid() -> None:
    lease = hold(file())
    take_up(lease)
    found(lease)
    seal(lease)
    do(failures.need_attention, lease.number, "permanent_fault", at=NOW, actor="system:w1", lease=lease)
    do(attention.reissue, lease.number, "layout_error", now=NOW, actor="person:x")
    seal(lease)
    deliver(lease)
    first, second = proofs(lease.number)
    old, new = (do(papers.known_proof, lease.number, proof.digest) for proof in (first, second))
    assert old is not None and old.revoked and old.digest == first.digest
    assert new is not None and not new.revoked and new.sealed_at == settings().wall(second.made_at)
    assert do(papers.known_proof, lease.number, "f" * 64) == new
    seen = public(lease.number)
    assert seen is not None and seen.proof.id == second.id
    assert publication._standing(first, NOW) is ProofStatus.REVOKED


def test_operators_see_what_is_stuck_oldest_first_and_why(ledger: str) -> None:
    do(callback_urls.register, UNIT, "https://hall.example.invalid/", b"s", now=NOW, actor="person:a")
    person = hold(file("P-PROPERTY"))
    take_up(person)
    found(person, ShareOutcome.NONE, now=NOW + 2 * MINUTE)
    paused, lost = file(), shared()
    do(attention.pause, paused, now=NOW + MINUTE, actor="person:a")
    (message,) = do(callbacks_sent.take_due, now=NOW + 3 * MINUTE)
    last = callbacks_sent.Message(**{**vars(message), "attempts": 99})
    do(callbacks_sent.record_attempt, last, "timeout", Receipt.NOT_YET, now=NOW + 3 * MINUTE)
    found_stuck = do(watch.stuck)
    assert [(item.number, item.code) for item in found_stuck] == [
        (paused, "paused"),
        (person.number, "no_next_method"),
        (lost, "delivery_given_up"),
    ]
    assert all(item.unit == UNIT and item.reason and item.remedy for item in found_stuck)
    assert found_stuck[1].since == NOW + 2 * MINUTE
    assert len(do(watch.stuck, limit=1)) == 1
    do(callback_urls.register, UNIT, "https://new.example.invalid/", b"s", now=NOW + 4 * MINUTE, actor="person:a")
    assert lost not in {item.number for item in do(watch.stuck)}  # the new address is an answer to it

    counts = do(watch.open_counts)
    assert set(counts) == set(OPEN) and counts[State.RECEIVED] == 1 and counts[State.NEEDS_ATTENTION] == 1
    assert do(watch.oldest_due) == NOW
    assert do(watch.alarm_counts) == {"needs_attention": 1, "paused": 1}
    assert len(do(alarms_of.standing_alarms)) == 2
    waiting, request = asked()
    assert set(do(watch.settled, [person.number, lost, paused, waiting.number])) == {person.number, lost}


def test_nothing_is_due_in_an_empty_ledger(ledger: str) -> None:
    assert do(watch.oldest_due) is None and do(watch.stuck) == [] and set(do(watch.open_counts).values()) == {0}
    assert do(requests.inbox, ISSUER).rows == [] and do(cases.find, UNIT, "C-1") is None
