"""保管期限: listed, confirmed by a person, erased so that nothing in the live database opens it; holds stop it."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DBAPIError

from domain.commitments import Evidence
from domain.complaints import ComplaintOutcome
from domain.masking import mask_name, mask_number
from domain.records import VoluntaryReason
from domain.retention import ERASED, HoldReason, Kept, RetentionStatus
from domain.roles import IdType
from ledger import retention
from ledger.cases import cases
from ledger.casework import attention, inbox_view, registration, views
from ledger.database import engine, transaction
from ledger.inbox.requests import InboxFilter
from ledger.methods import commitments
from ledger.oversight import complaint_steps, complaints
from ledger.registers import voluntary
from ledger.retention import RetentionRefused
from ledger.sealing import papers
from ledger.tables.cases import Party
from ledger.tables.commitments import Commitment, CreditBlock
from ledger.tables.oversight import Complaint
from ledger.tables.retention import Hold, RetentionItem
from ledger.vault import Erased, vault
from sandbox.people import by_name
from settings import settings
from tests.ledger.acting import ISSUER, MINUTE, alarms, all_of, ask, deliver, do, events, hold, names, reply, row, seal, take_up
from tests.ledger.filing import FILER, NOW, UNIT, case_data, file
from tests.ledger.oversight.test_complaints import SENT, take

pytestmark = pytest.mark.usefixtures("ledger")

TERM = timedelta(days=3653)
LATER = NOW + TERM + timedelta(days=30)


def delivered() -> str:
    """A verification with an answer, a sealed PDF and a delivered result, its case closed."""
    number = file("P-HARDSHIP", number=f"C-{uuid4().hex[:8]}")
    lease = hold(number)
    take_up(lease)
    reply(ask(lease))
    seal(lease, pdf=b"%PDF- of somebody")
    deliver(lease)
    do(cases.close, UNIT, case_number(number), now=NOW + MINUTE, actor="x")
    return number


def case_number(number: str) -> str:
    with transaction() as session:
        return str(
            session.execute(
                text("SELECT c.number FROM cases c JOIN verifications v ON v.case_id = c.id WHERE v.number = :n"), {"n": number}
            ).scalar_one()
        )


def listed(now: datetime = LATER) -> list[retention.RetentionLine]:
    do(retention.list_due, TERM, now=now)
    return do(retention.lines).rows


def confirm(*items: RetentionItem, now: datetime = LATER) -> None:
    do(retention.confirm, [item.id for item in items], now=now, actor="person:demo-admin")


def erase_all(now: datetime = LATER) -> list[bool]:
    return [do(retention.erase, item, TERM, now=now, actor="system:retention") for item in do(retention.confirmed)]


def everything_that_opens() -> tuple[list[bytes], list[tuple[str, str, object, bytes]]]:
    """Every key that the live database and the master keys give, and every ciphertext, by table, column and row."""
    ciphertexts = []
    with engine().connect() as connection:
        columns = connection.execute(
            text(
                "SELECT c.table_name, c.column_name, k.column_name AS id FROM information_schema.columns c "
                "JOIN information_schema.table_constraints t ON t.table_name = c.table_name AND t.constraint_type = 'PRIMARY KEY' "
                "JOIN information_schema.key_column_usage k ON k.constraint_name = t.constraint_name "
                "WHERE c.table_schema = 'public' AND c.data_type = 'bytea'"
            )
        ).all()
        for table, column, key in columns:
            for identity, data in connection.execute(text(f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL")):
                ciphertexts.append((table, column, identity, bytes(data)))
    masters = list(vault()._masters.values())
    opened = [found for each in ciphertexts for found in opens(masters, each) if len(found) == 32]
    return [*masters, *opened], ciphertexts


def opens(candidates: list[bytes], one: tuple[str, str, object, bytes]) -> list[bytes]:
    """What each key makes of a ciphertext at its own place: written against the format, not by the vault's code."""
    table, column, identity, data = one
    found = []
    for key, start in itertools.product(candidates, {0, 1 + (data[0] if data else 0)}):
        body = data[start:]
        try:
            found.append(AESGCM(key).decrypt(body[1:13], body[13:], f"{table}\x1f{column}\x1f{identity}".encode()))
        except (InvalidTag, ValueError):
            continue
    return found


def readable() -> list[bytes]:
    candidates, ciphertexts = everything_that_opens()
    return [plain for one in ciphertexts for plain in opens(candidates, one)]


def test_what_was_erased_cannot_be_read_from_the_live_database() -> None:
    number = delivered()
    person = by_name("演示甲子")
    secrets = [person.name.encode(), person.id_number.encode(), b"%PDF- of somebody"]
    assert all(any(secret in plain for plain in readable()) for secret in secrets), "the search finds what is there"
    lookup = vault().lookup(IdType(person.id_type), person.id_number)
    (line,) = listed()
    confirm(line.item)
    assert erase_all() == [True]
    left = readable()
    assert not any(secret in plain for plain in left for secret in secrets)
    with engine().connect() as connection:
        tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        everything = " ".join(
            str(connection.execute(text(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")).scalar()) for table in tables
        )
    assert lookup not in everything, "nobody can test a number against what is left"
    assert names(number)[-1] == "erased" and "delivered" in names(number), "the record of what happened stays"


def test_what_is_gone_says_so_in_words_wherever_it_stood() -> None:
    number = delivered()
    request = next(event.detail["request"] for event in events(number) if event.event == "asked")
    (line,) = listed()
    confirm(line.item)
    erase_all()
    with transaction() as session:
        verification = row(number)
        seen = views.view(session, verification, personal=True)
        assert seen.outcome is not None and (seen.outcome.result, seen.outcome.fields) == ("confirmed", {})
        assert seen.party is not None and (seen.party.name, seen.party.id_number) == (ERASED, ERASED)
        proof = papers.delivered_proof(session, verification)
        assert proof is not None
        with pytest.raises(Erased):
            papers.open_pdf(proof, cases.key_of(session, verification.case))
        (answered,) = inbox_view.lines(session, ISSUER, wanted=InboxFilter(answered=True), actor="x", now=LATER).rows
        assert (answered.name, answered.id_number) == (ERASED, ERASED)
        assert inbox_view.detail(session, ISSUER, UUID(request), actor="x", now=LATER) is not None
        assert views.view(session, verification, personal=False) is not None
        again = case_data(number=case_number(number))
        with pytest.raises(registration.CaseClosed):
            registration.register(session, UNIT, again, now=LATER, actor="x")


def test_nothing_ends_before_its_time_or_while_it_runs() -> None:
    delivered()
    running = file("P-HARDSHIP")
    assert listed(NOW + TERM) == []
    (line,) = listed(NOW + TERM + timedelta(days=1))
    assert (line.item.due_at, line.standing) == (NOW + MINUTE + TERM, RetentionStatus.LISTED)
    assert running not in {item.item.number for item in listed()} and len(listed()) == 1
    do(attention.withdraw, running, now=LATER, actor="x")
    assert len(listed()) == 1, "its time counts from its end"
    assert len(listed(LATER + TERM)) == 2


def test_nothing_is_erased_that_nobody_confirmed_and_the_alarm_says_what_waits() -> None:
    delivered()
    (line,) = listed()
    assert erase_all() == [] and not do(retention.erase, line.item.id, TERM, now=LATER, actor="x")
    assert ("retention_due", "district") in alarms()
    confirm(line.item)
    listed()
    assert ("retention_due", "district") not in alarms()
    assert erase_all() == [True] and erase_all() == [] and names(row_number())[-1] == "erased"
    assert names(row_number()).count("erased") == 1, "twice changes nothing"


def row_number() -> str:
    with transaction() as session:
        return str(session.execute(text("SELECT number FROM verifications")).scalar_one())


@pytest.mark.parametrize("when", ["before the list", "before the confirmation", "after the confirmation"])
def test_a_hold_stops_it_whenever_it_comes(when: str) -> None:
    number = delivered()

    def held() -> Hold:
        return do(
            retention.hold_case,
            UNIT,
            case_number(number),
            HoldReason.RECONSIDERATION,
            "枣市中政复〔2036〕5号",
            now=LATER,
            actor="person:demo-admin",
        )

    one = held() if when == "before the list" else None
    (line,) = listed()
    if when == "before the confirmation":
        one = held()
    if when == "after the confirmation":
        confirm(line.item)
        one = held()
    else:
        with pytest.raises(RetentionRefused, match="暂停"):
            confirm(line.item)
    assert erase_all() == [] and [found.standing for found in listed()] == [RetentionStatus.HELD]
    assert one is not None and held().id == one.id, "the same hold again is the same hold"
    do(retention.lift, one.id, now=LATER, actor="person:demo-admin")
    assert erase_all() == [], "what was confirmed before is confirmed again"
    confirm(line.item)
    assert erase_all() == [True]
    with pytest.raises(RetentionRefused):
        held()
    with pytest.raises(RetentionRefused):
        do(retention.lift, one.id, now=LATER, actor="x")


def test_what_happens_between_confirmation_and_night_puts_it_back() -> None:
    delivered()
    (line,) = listed()
    confirm(line.item)
    assert not do(retention.erase, line.item.id, TERM + timedelta(days=365), now=LATER, actor="x"), "the district keeps longer now"
    assert [found.standing for found in listed()] == [RetentionStatus.LISTED]


@pytest.mark.parametrize("as_owner", [False, True])
def test_the_database_itself_refuses_an_end_that_nobody_confirmed(owner_url: str, as_owner: bool) -> None:
    number = delivered()
    where = create_engine(owner_url) if as_owner else engine()
    with where.connect() as connection, pytest.raises(DBAPIError, match="未经确认"):
        connection.execute(text("UPDATE cases SET data_key = '' WHERE number = :number"), {"number": case_number(number)})
    if as_owner:
        where.dispose()


def test_a_complaint_ends_with_its_reporter() -> None:
    row_, _ = take(SENT)
    do(complaint_steps.close, row_.number, ComplaintOutcome.UNFOUNDED, "已核实", person="demo-admin", unit="370402-OFFICE", now=NOW)
    (line,) = listed()
    assert (line.item.kind, line.item.number) == (Kept.COMPLAINT, row_.number)
    confirm(line.item)
    assert erase_all() == [True]
    gone = all_of(Complaint)[0]
    assert (gone.data_key, gone.text_hash, gone.contact_hash) == (b"", None, None)
    assert not any("演示乙丑".encode() in plain for plain in readable())
    with pytest.raises(Erased):
        complaints.written(gone)


def test_a_voluntary_submission_without_a_case_ends_by_its_own_term_and_its_line_stays() -> None:
    """Obligation 2.7."""
    holder = by_name("演示甲子")
    stated = voluntary.ReceivedSubmission("C-NONE", IdType(holder.id_type), holder.id_number, holder.name, "P-HOUSEHOLD")
    do(voluntary.submit, FILER, stated, VoluntaryReason.AT_HAND, Evidence.CODE, "a" * 64, now=NOW)
    (line,) = listed()
    confirm(line.item)
    assert erase_all() == [True] and not any(holder.name.encode() in plain for plain in readable())
    (left,) = do(voluntary.listed, UNIT, NOW, NOW + MINUTE).rows
    assert (left.name, left.id_number, left.proof) == (ERASED, ERASED, "P-HOUSEHOLD")
    with engine().connect() as connection, pytest.raises(DBAPIError, match="只增不改"):
        connection.execute(text("UPDATE voluntary_submissions SET stated = 'x'"))


def test_somebody_barred_from_commitments_is_remembered_as_long_as_that_stands() -> None:
    number = delivered()
    with transaction() as session:
        text_id = commitments.newest_text(session, "P-RESIDENCE").id  # type: ignore[union-attr]
        lookup = session.scalars(select(Party.lookup)).one()
        made = Commitment(id=uuid4(), verification=number, text_id=text_id, lookup=lookup, offered_at=NOW)
        session.add(made)
        session.flush()
        session.add(CreditBlock(id=uuid4(), lookup=lookup, commitment=made.id, since=NOW))
    assert listed() == []
    with transaction() as session:
        session.scalars(select(CreditBlock)).one().restored_at = NOW
    (line,) = listed()
    confirm(line.item)
    assert erase_all() == [True]
    assert {one.lookup for table in (Commitment, CreditBlock) for one in all_of(table)} == {"erased"}


def test_masks_leave_the_word_alone() -> None:
    assert mask_name(ERASED) == ERASED == mask_number(ERASED) and settings().retention() == TERM
