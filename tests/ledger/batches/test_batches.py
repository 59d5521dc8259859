"""批次 in the ledger: taken in whole or not at all, each row by the one door, filed once, ended once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from domain.batches import BatchQuotaSpent, BatchStands, BatchStatus, BatchUnknown, ResponsibleUnknown, RowStatus
from domain.lifecycle import State
from domain.notices import NoticeKind
from domain.retention import Kept
from ledger import retention
from ledger.actor import Filer
from ledger.batches import intake, runs, standing
from ledger.batches.filing import file_some, has_pending, to_work
from ledger.cases import cases
from ledger.database import transaction
from ledger.lifecycle import leases, receiving
from ledger.lifecycle.filing import KeyReused
from ledger.outbox import callback_urls, notifications
from ledger.tables.admission import LookupBlock
from ledger.tables.batches import Batch, BatchQuota, BatchRow
from ledger.tables.effects import Delivery, IdempotencyKey, Notice, RefusalRow
from ledger.tables.traces import Trace
from ledger.tables.verifications import Verification
from tests.ledger.acting import HOUR, all_of, do, set_columns
from tests.ledger.batches.sending import a_case, delivered, file_all, row, send, sent
from tests.ledger.filing import FILER, NOW, UNIT

OTHER = "370402-JUSTICE"
pytestmark = pytest.mark.usefixtures("ledger")


def rows(number: str) -> dict[int, BatchRow]:
    return {one.line: one for one in all_of(BatchRow) if one.batch == number}


def counts(number: str) -> dict[str, int]:
    with transaction() as session:
        found = standing.progress(session, standing.find(session, number, None), now=NOW)
    return {status.value: count for status, count in found.rows.items() if count}


def test_each_row_goes_through_the_one_door_and_says_what_became_of_it() -> None:
    case, closed = a_case(), a_case("演示乙丑")
    do(cases.close, UNIT, closed, now=NOW, actor="test")
    theirs = a_case("演示丙寅", OTHER)
    number = send(
        sent(
            row(2, case),
            row(3, theirs, "演示丙寅"),
            row(4, "C-nowhere"),
            row(5, closed, "演示乙丑"),
            row(6, case, proof="P-NOTHING"),
            row(7, case, name="演示别人"),
            row(8, case, "演示乙丑"),
            row(9, case, proof="P-HARDSHIP"),
        )
    )
    filed = file_all(number)
    found = {line: one.refusal or bool(one.verification) for line, one in rows(number).items()}
    assert found == {
        2: True, 3: "case_unknown", 4: "case_unknown", 5: "case_closed", 6: "proof_kind_unknown", 7: "name_differs",
        8: "not_a_party", 9: True,
    }  # fmt: skip
    assert len(filed) == 2 and {one.batch for one in all_of(Verification)} == {number}
    assert Counter(one.code for one in all_of(RefusalRow)) == Counter(
        {"case_unknown": 2, "case_closed": 1, "proof_kind_unknown": 1, "name_differs": 1, "not_a_party": 1}
    )
    assert all(one.detail["batch"] == number and one.unit == UNIT for one in all_of(RefusalRow))
    assert counts(number) == {"refused": 6, "at_work": 2}


def test_a_row_at_which_the_database_falls_over_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    number = send(sent(*(row(line, a_case()) for line in range(2, 5))))
    whole, seen = receiving.receive, []

    def receive(session: Session, *args: Any, **more: Any) -> receiving.Received:
        found = whole(session, *args, **more)
        seen.append(found.number)
        if len(seen) == 2:
            session.execute(text("INSERT INTO units (code) VALUES (NULL)"))
        return found

    monkeypatch.setattr(receiving, "receive", receive)
    assert len(file_all(number)) == 2
    assert [one.refusal for one in rows(number).values()] == [None, "internal", None] and len(all_of(Verification)) == 2


def test_filing_twice_files_nothing_twice_and_asks_for_no_run_of_its_own() -> None:
    number = send(sent(*(row(line, a_case()) for line in range(2, 9))))
    first = do(file_some, number, now=NOW, most=3)
    assert (len(first.numbers), first.left) == (3, True)
    rest = file_all(number)
    assert file_all(number) == [] and not do(has_pending, number)
    assert len(all_of(Verification)) == 7 == len({*first.numbers, *rest}) and all_of(IdempotencyKey) == []
    assert all(one.wake_requested_at is None for one in all_of(Verification)) and do(leases.claim_wakes) == []
    assert set(do(to_work, number, now=NOW, limit=100)) == {*first.numbers, *rest}
    set_columns(rest[0], flow_run=UUID(int=1))
    assert rest[0] not in do(to_work, number, now=NOW, limit=100), "with a run of its own it goes on there"
    set_columns(rest[0], flow_run=None)
    assert len(do(leases.suspects, limit=100)) == 7, "if everything else is lost, they are found"


def test_what_was_asked_before_answers_again_and_tells_of_itself_alone() -> None:
    case = a_case()
    once, again = send(sent(row(2, case))), send(sent(row(2, case)))
    (filed,) = file_all(once)
    assert file_all(again) == []
    assert [(one.verification, one.repeated) for one in rows(again).values()] == [(filed, True)]
    assert all_of(Verification)[0].batch == once and counts(again) == {"at_work": 1}


def test_the_same_key_is_the_same_batch_and_with_another_body_none() -> None:
    case = a_case()
    first = send(sent(row(2, case)), key="k", digest="one")
    assert send(sent(row(2, case)), key="k", digest="one") == first and len(all_of(BatchRow)) == 1
    with pytest.raises(KeyReused):
        send(sent(row(2, case)), key="k", digest="other")
    assert len(all_of(Batch)) == 1


def test_over_quota_it_is_refused_whole_with_what_is_left() -> None:
    with transaction() as session:
        session.add(BatchQuota(unit=UNIT, rows_a_day=5, set_by="x", set_at=NOW))
    case = a_case()
    send(sent(*(row(line, case) for line in range(3))))
    with pytest.raises(BatchQuotaSpent, match=r"以 5 行为限,今天还可提交 2 行,这一批有 3 行") as refused:
        send(sent(*(row(line, case) for line in range(3))))
    assert refused.value.retry_after == 15 * 3600, "until the day ends in Beijing"
    assert len(all_of(BatchRow)) == 3
    send(sent(row(1, case), row(2, case), intake.RowSent(3, (), None, "invalid", "x")))  # what is refused counts nothing
    send(sent(*(row(line, case) for line in range(5))), now=NOW + timedelta(days=1))


def test_somebody_of_the_unit_answers_for_it() -> None:
    for nobody in ("demo-justice-1", "nobody"):
        with pytest.raises(ResponsibleUnknown):
            send(sent(row(2, a_case()), responsible=nobody))
    assert all_of(Batch) == []


def test_what_was_sent_is_readable_by_its_key_alone() -> None:
    number = send(sent(row(2, a_case(), own=("1", "演示甲子")), heads=("序号", "姓名")))
    kept = str([(one.sent, one.said) for one in all_of(BatchRow)]) + str([vars(one) for one in all_of(Batch)])
    assert "演示甲子" not in kept and "姓名" not in kept
    batch = all_of(Batch)[0]
    assert intake.heads(batch) == ["序号", "姓名"]
    own, asked = intake.opened(intake.key_of(batch), rows(number)[2])
    assert own == ["1", "演示甲子"] and asked == row(2, asked.case_number if asked else "").asked


def test_paused_nothing_more_is_filed_and_cancelled_never_again() -> None:
    number = send(sent(*(row(line, a_case()) for line in range(2, 6))))
    do(file_some, number, now=NOW, most=1)
    do(standing.steer, number, BatchStatus.PAUSED, now=NOW, actor="person:x")
    do(standing.steer, number, BatchStatus.PAUSED, now=NOW + HOUR, actor="person:y")
    assert file_all(number) == [] and counts(number) == {"pending": 3, "at_work": 1}
    assert (all_of(Batch)[0].paused_at, all_of(Batch)[0].paused_by) == (NOW, "person:x")
    do(standing.steer, number, BatchStatus.WORKING, now=NOW, actor="person:x")
    assert len(do(file_some, number, now=NOW, most=1).numbers) == 1
    do(standing.steer, number, BatchStatus.CANCELLED, now=NOW, actor="person:x")
    assert file_all(number) == [] and counts(number) == {"dropped": 2, "at_work": 2}
    for to in (BatchStatus.WORKING, BatchStatus.PAUSED, BatchStatus.ENDED):
        with pytest.raises(BatchStands):
            do(standing.steer, number, to, now=NOW, actor="person:x")
    with pytest.raises(BatchUnknown):
        do(standing.steer, "PL20260304ABCDEFGH", BatchStatus.PAUSED, now=NOW, actor="person:x")
    assert [one.after["status"] for one in all_of(Trace, place="batches")] == ["paused", "working", "cancelled"]


def test_look_ups_that_are_blocked_rest_the_batch_and_refuse_no_row() -> None:
    number = send(sent(*(row(line, a_case()) for line in range(2, 4))))
    known = file_all(send(sent(row(2, a_case("演示乙丑"), "演示乙丑"))))[0]
    with transaction() as session:
        session.add(LookupBlock(asker="unit", holder=UNIT, unit=UNIT, since=NOW, verification=known, differing=1, right=1))
    assert file_all(number) == [] and counts(number) == {"pending": 2}
    batch = next(one for one in all_of(Batch) if one.number == number)
    assert (batch.status, batch.paused_why) == (BatchStatus.PAUSED, "lookups_blocked")


def test_it_ends_once_with_one_message_and_no_row_sends_its_own() -> None:
    do(callback_urls.register, UNIT, "https://oa.example.invalid/x", b"s" * 24, now=NOW, actor="x")
    number = send(sent(row(2, a_case()), row(3, "C-nowhere")))
    assert not do(standing.finish, number, now=NOW), "nothing is filed yet"
    (filed,) = file_all(number)
    assert not do(standing.finish, number, now=NOW) and do(standing.finished) == []
    delivered(filed)
    assert do(standing.finished) == [number]
    assert do(standing.finish, number, now=NOW + HOUR) and not do(standing.finish, number, now=NOW + HOUR)
    assert [(one.ended_at, one.status) for one in all_of(Batch)] == [(NOW + HOUR, BatchStatus.ENDED)]
    assert [one.address for one in all_of(Delivery)] == [None], "delivered, and told by the batch"
    (notice,) = [one for one in all_of(Notice) if one.channel == "webhook"]
    assert (notice.kind, notice.cause, notice.recipient) == (NoticeKind.BATCH_ENDED, number, UNIT)
    sending = do(notifications.take_next, now=NOW + HOUR)
    assert sending is not None and (sending.verification, sending.status) == (number, "batch_ended")


def test_nobody_is_told_who_wants_no_message() -> None:
    do(callback_urls.register, UNIT, "https://oa.example.invalid/x", b"s" * 24, now=NOW, actor="x")
    number = send(sent(row(2, "C-nowhere"), callback=False))
    file_all(number)
    assert do(standing.finish, number, now=NOW)
    assert [(one.channel, one.recipient) for one in all_of(Notice)] == [("mail", FILER.person)], "but who answers for it"


def test_cancelled_it_ends_when_what_was_filed_has_ended() -> None:
    number = send(sent(*(row(line, a_case()) for line in range(2, 4))))
    (filed,) = do(file_some, number, now=NOW, most=1).numbers
    do(standing.steer, number, BatchStatus.CANCELLED, now=NOW, actor="person:x")
    assert not do(standing.finish, number, now=NOW)
    delivered(filed)
    assert do(standing.finish, number, now=NOW) and all_of(Batch)[0].status is BatchStatus.CANCELLED


def test_rows_are_listed_page_by_page_by_what_became_of_them() -> None:
    number = send(sent(*(row(line, a_case() if line % 2 else "C-nowhere") for line in range(2, 12))))
    file_all(number)
    with transaction() as session:
        batch = standing.find(session, number, UNIT)
        refused = standing.rows_of(session, batch, standing.PageRequest(3), status=RowStatus.REFUSED)
        assert [one.row.line for one in refused.rows] == [2, 4, 6] and refused.following is not None
        rest = standing.rows_of(session, batch, standing.PageRequest(3, refused.following), status=RowStatus.REFUSED)
        assert [one.row.line for one in rest.rows] == [8, 10] and rest.following is None
        at_work = standing.rows_of(session, batch, status=RowStatus.AT_WORK).rows
        assert [(one.row.line, one.state) for one in at_work] == [(line, State.RECEIVED) for line in (3, 5, 7, 9, 11)]
        assert standing.rows_of(session, batch, status=RowStatus.DROPPED).rows == []
        with pytest.raises(BatchUnknown):
            standing.find(session, number, OTHER)


def test_the_end_is_estimated_by_the_pace_so_far() -> None:
    number = send(sent(*(row(line, a_case()) for line in range(2, 5))))
    with transaction() as session:
        batch = standing.find(session, number, None)
        assert standing.progress(session, batch, now=NOW).estimated_end is None
    do(runs.note_pace, number, 100, 50.0)
    with transaction() as session:
        found = standing.progress(session, standing.find(session, number, None), now=NOW)
    assert found.estimated_end == NOW + timedelta(seconds=1.5) and found.said == "共 3 行,待发起 3 行"


def test_with_the_end_of_keeping_what_was_sent_is_gone() -> None:
    term = timedelta(days=3653)
    case = a_case()
    number = send(sent(row(2, case), row(3, "C-nowhere")))
    (filed,) = file_all(number)
    delivered(filed)
    do(standing.finish, number, now=NOW)
    later = NOW + term + timedelta(days=30)
    do(retention.list_due, term, now=later)
    with transaction() as session:
        listed = {one.item.kind: one.item.id for one in retention.lines(session).rows}
    assert set(listed) == {Kept.CASE, Kept.BATCH}
    do(retention.confirm, [listed[Kept.CASE]], now=later, actor="person:demo-admin")
    assert do(retention.erase, listed[Kept.CASE], term, now=later, actor="x")
    assert [len(one.sent) > 0 for one in (rows(number)[2], rows(number)[3])] == [False, True], "with its case that row goes"
    do(retention.confirm, [listed[Kept.BATCH]], now=later, actor="person:demo-admin")
    assert do(retention.erase, listed[Kept.BATCH], term, now=later, actor="x")
    batch = all_of(Batch)[0]
    assert (batch.data_key, batch.body_digest) == (b"", "erased")
    assert intake.heads(batch) == [] and intake.opened(intake.key_of(batch), rows(number)[3]) == ([], None)
    assert rows(number)[2].verification == filed, "which verifications there were stays"


def test_a_lease_is_one_workers_and_a_dead_ones_is_free() -> None:
    from uuid import uuid4

    number, run = send(sent(row(2, a_case()))), uuid4()
    assert do(runs.due, now=NOW) == [number]
    assert do(runs.acquire, number, "w1/a", run, now=NOW) and not do(runs.acquire, number, "w2/b", run, now=NOW)
    assert do(runs.due, now=NOW) == [] and do(runs.is_held, number, "w1/a") and not do(runs.is_held, number, "w2/b")
    with transaction() as session:
        session.execute(update(Batch).values(lease_until=func.clock_timestamp() - timedelta(seconds=1)))
    assert not do(runs.is_held, number, "w1/a") and do(runs.due, now=NOW) == [number]
    assert not do(runs.acquire, number, "w2/b", uuid4(), now=NOW), "another run tells its story"
    assert do(runs.acquire, number, "w2/b", run, now=NOW)
    do(runs.let_go, "w2", but="w2/b")
    assert do(runs.is_held, number, "w2/b")
    do(runs.let_go, "w2")
    assert not do(runs.is_held, number, "w2/b")
    do(runs.schedule, number, NOW + HOUR)
    assert do(runs.due, now=NOW) == [] and not do(runs.acquire, number, "w1/c", run, now=NOW)
    do(standing.steer, number, BatchStatus.PAUSED, now=NOW, actor="person:x")
    do(runs.schedule, number, NOW + HOUR)
    assert do(runs.due, now=NOW) == [number], "a pause is looked at now"
    do(runs.settle, number)
    assert do(runs.due, now=NOW + HOUR) == []
    with transaction() as session:
        assert session.scalar(select(Batch.next_instant)) is None and session.execute(text("SELECT 1")).one()


def test_who_files_is_who_sent_it() -> None:
    filer = Filer(UNIT, FILER.person, "demo-permit-system")
    number = send(sent(row(2, a_case())), filer=filer)
    file_all(number)
    (one,) = all_of(Verification)
    assert (one.filed_by, one.via_system, one.unit) == (FILER.person, "demo-permit-system", UNIT)
