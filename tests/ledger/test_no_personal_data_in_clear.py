"""Obligation 15.4: after whole cases have run, no table holds a person's name, number or data in clear, in any column.

The answers come from the sandbox over HTTP through the real connectors, so that their messages and warnings are
searched too. Ciphertext aside, a column can show a value as text, as JSON, or as the hexadecimal of its bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from connectors.share import ShareSource, load_sources
from domain.commitments import CheckOutcome, Evidence
from domain.inbox import SupervisionOutcome
from domain.lifecycle import State
from domain.methods import Answer
from domain.reasons import PromiseReason
from domain.records import OffSystemResult, VoluntaryReason
from domain.roles import IdType
from domain.share import Question, ShareOutcome
from ledger.audit import record_access
from ledger.casework import attachments, attention, inbox_view, mismatches, registration, views
from ledger.casework.registration import NameDiffers
from ledger.database import engine, transaction
from ledger.deadlines import supervision_basis
from ledger.inbox import returns, supplements
from ledger.inbox.requests import FieldsMissing
from ledger.inbox.returns import ReturnReason
from ledger.lifecycle import filing
from ledger.lifecycle.moves import Lease, MoveRefused
from ledger.lifecycle.snapshots import step_context
from ledger.methods import commitment_checks, commitments, failures, sharing
from ledger.outbox import callback_urls
from ledger.registers import offsystem, voluntary
from ledger.registers.voluntary import ReceivedSubmission
from ledger.supervision import supervisions
from ledger.tables.cases import Case, Party
from ledger.tables.verifications import Verification
from sandbox.people import COMPANIES, PERSONS, by_name
from settings import settings
from tests.ledger.acting import ISSUER, MINUTE, all_of, ask, deliver, do, escalate, found, hold, reply, row, seal, take_up
from tests.ledger.filing import FILER, NOW, UNIT, case_data, file
from tests.sandbox.serving import SECRETS, serving

WHO = ["演示甲子", "演示㼆", "演示无证", "演示多证", "演示废止", "演示过期", "演示受限", "演示·间隔"]
SAID = {"家庭人口": "家中三口人", "人均月收入": "六百元整", "认定结论": "属于困难家庭"}
NOTE = "经查演示甲子住演示路1号"


@pytest.fixture(scope="module")
def sources() -> Iterator[dict[str, ShareSource]]:
    with serving() as address:
        yield load_sources(settings().sources_dir, {"PROOFLESS_SANDBOX_URL": address}, SECRETS)


def look_up(sources: dict[str, ShareSource], lease: Lease) -> ShareOutcome:
    """One look-up as the flow makes it."""
    about = do(step_context, lease.number)
    question = Question(about.number, about.entry.matter_name, "办理", about.entry.parameters, about.chosen)
    finding = asyncio.run(sources[about.entry.source or ""].look_up(about.subject, question))
    do(sharing.record_finding, lease, finding, asked_at=NOW, now=NOW, actor="system:w1")
    return finding.outcome


def finish(lease: Lease) -> None:
    """Whatever the verification still needs until it is delivered."""
    if row(lease.number).state is State.AWAITING_CHOICE:
        do(sharing.choose, lease.number, None, now=NOW, actor="person:demo-permit-1")
    if row(lease.number).state is State.TO_ASK:
        request = ask(lease)
        unit = row(lease.number).issuing_unit or ""
        do(inbox_view.lines, unit, actor="person:x", now=NOW)
        wanted = do(step_context, lease.number).entry.fields
        reply(request, unit=unit, fields=SAID | dict.fromkeys(wanted, "属于困难家庭"), note=NOTE)
    if row(lease.number).state is State.TO_BE_SEALED:
        seal(lease)
    if row(lease.number).state is State.TO_BE_DELIVERED:
        deliver(lease, NOW + 2 * MINUTE)


def by_sharing(sources: dict[str, ShareSource]) -> set[ShareOutcome]:
    outcomes = set()
    for person in WHO:
        for proof in ("P-HOUSEHOLD", "P-MARRIAGE"):
            lease = hold(file(proof, person))
            take_up(lease)
            outcomes.add(look_up(sources, lease))
            if row(lease.number).state is State.AWAITING_CHOICE and proof == "P-HOUSEHOLD":
                about = do(step_context, lease.number)
                picked = do(sharing.candidates, lease.number, about.key)[0].identifier
                do(sharing.choose, lease.number, picked, now=NOW, actor="person:demo-permit-1")
                look_up(sources, lease)
            finish(lease)
    return outcomes


def by_the_issuing_unit() -> None:
    for answer in Answer:
        lease = hold(file("P-HARDSHIP"))
        take_up(lease)
        request = ask(lease)
        with pytest.raises(FieldsMissing):
            reply(request, fields={"家庭人口": "家中三口人"}, note=NOTE)
        reply(request, answer, fields=SAID, note=NOTE)
        finish(lease)
    late = hold(file("P-HARDSHIP", promise_end=NOW))
    take_up(late)
    ask(late)
    escalate(late, NOW + 90 * MINUTE)
    do(attention.withdraw, late.number, "applicant_withdrew", now=NOW, actor="person:demo-permit-1")


def by_failing() -> None:
    """Every way in which something goes wrong with a person in hand."""
    mismatch = hold(file())
    take_up(mismatch)
    found(mismatch, ShareOutcome.MISMATCH, fields={"户主姓名": "演示乙丑"}, raw="演示乙丑".encode())
    finish(mismatch)
    stuck = hold(file("P-HOUSEHOLD", "演示一号商贸有限公司"))
    take_up(stuck)
    found(stuck, fields={"户主姓名": "演示乙丑"})
    do(attention.reroute, stuck.number, ISSUER, now=NOW, actor="person:demo-admin")
    do(attention.pause, stuck.number, now=NOW, actor="person:demo-admin")
    for _ in range(6):
        lease = Lease(stuck.number, stuck.owner, stuck.token)
        with pytest.raises(MoveRefused):
            do(failures.pass_failed, lease, "KeyError@sealing:12", now=NOW, actor="system:w1")
    data = case_data()
    do(registration.register, UNIT, data, now=NOW, actor="person:demo-permit-1")
    with pytest.raises(NameDiffers) as differs:
        wrong = registration.PartyData(data.parties[0].role, data.parties[0].id_type, data.parties[0].id_number, "演示丙寅")
        do(registration.register, UNIT, registration.CaseData(**{**vars(data), "parties": (wrong,)}), now=NOW, actor="x")
    assert str(differs.value) == "name_differs"
    do(filing.refuse, now=NOW, unit=UNIT, actor="person:demo-permit-1", code="not_a_party", obligation="15.4")


def by_free_text() -> None:
    """Every place where a person may write what they like about a case: each with a person in it."""
    lease = hold(file("P-HARDSHIP"))
    take_up(lease)
    first = ask(lease)
    do(supplements.ask, first, ISSUER, NOTE, now=NOW, actor="person:x")
    kept = attachments.File(f"{NOTE}.png", "image/png", NOTE.encode())
    do(attachments.add_supplement, lease.number, kept, now=NOW, actor="person:x")
    do(supplements.supply, lease.number, NOTE, now=NOW, actor="person:x")
    do(returns.give_back, first, ISSUER, ReturnReason(NOTE, None, NOTE), now=NOW, actor="person:x")
    do(returns.forward, lease.number, "370402-CIVIL", now=NOW, actor="person:x")
    second = ask(lease)
    escalate(lease, NOW + 26 * 60 * MINUTE)
    opened = do(supervision_basis.of_request, second)
    assert opened is not None
    do(
        supervisions.feed_back,
        opened.id,
        "370402-CIVIL",
        SupervisionOutcome.CANNOT,
        NOTE,
        now=NOW + 26 * 60 * MINUTE,
        actor="person:demo-civil-2",
    )
    reply(second, unit="370402-CIVIL", fields=SAID, note=NOTE, now=NOW + 27 * 60 * MINUTE)
    seal(lease, NOW + 27 * 60 * MINUTE)
    deliver(lease, NOW + 27 * 60 * MINUTE)
    check = do(mismatches.report, lease.number, ["人均月收入"], NOTE, NOTE, ISSUER, FILER, now=NOW + 28 * 60 * MINUTE).check
    assert check is not None
    do(attachments.add_to_mismatch, lease.number, kept, now=NOW, actor="person:x")
    do(attention.withdraw, check, "other", now=NOW, actor="person:x")
    do(mismatches.object_to, lease.number, NOTE, now=NOW, actor="person:x")
    committed = hold(file("P-RESIDENCE"))
    take_up(committed)
    do(commitments.sign, committed.number, Evidence.CODE, "a" * 64, NOTE, now=NOW, actor="person:x")
    (later,) = do(commitment_checks.checks, UNIT, done=False).rows
    do(commitment_checks.check, later.id, UNIT, CheckOutcome.UNTRUE, NOTE, now=NOW, actor="person:x")
    ((block, _),) = do(commitment_checks.blocks).rows
    do(commitment_checks.restore, block.id, NOTE, now=NOW, actor="person:demo-admin")
    beside_the_verification(row(lease.number))


def beside_the_verification(about: Verification) -> None:
    """The registers, a moved promise, a character that no font has."""
    holder = by_name("演示甲子")
    for case_number in ("C-NONE", do(lambda session: session.get_one(Case, about.case).number)):
        stated = ReceivedSubmission(case_number, IdType(holder.id_type), holder.id_number, holder.name, NOTE)
        do(voluntary.submit, FILER, stated, VoluntaryReason.OTHER, None, None, now=NOW)
    with transaction() as session:
        case, party = session.get_one(Case, about.case), session.get_one(Party, about.party)
        offsystem.record(
            session,
            UNIT,
            case,
            party,
            "P-HOUSEHOLD",
            NOTE,
            "demo-permit-1",
            NOW,
            OffSystemResult.CONFIRMED,
            "a" * 64,
            now=NOW,
            actor="person:x",
        )
    data = case_data()
    waiting = file("P-HARDSHIP", number=data.number)
    moved = {**vars(data), "promise_end": NOW + 9 * 24 * 60 * MINUTE, "promise_reason": PromiseReason.MATERIAL}
    do(registration.register, UNIT, registration.CaseData(**moved), now=NOW, actor="person:x")
    do(failures.need_attention, waiting, "missing_glyph", at=NOW, actor="system:w1", note="U+30EDE", fields=["姓名"], count=1)


def needles() -> dict[str, str]:
    """What must not be found -> what it is."""
    persons = {value: holder.name for holder in (*PERSONS, *COMPANIES) for value in (holder.name, holder.id_number)}
    said = dict.fromkeys((*SAID.values(), NOTE, "演示路1号", "演示居民户口簿"), "an answer")
    return persons | said | {"whsec-clear-secret": "a secret", "U+30EDE": "a character of a name"}


def everything() -> dict[str, str]:
    """Each table as text, every column of every row."""
    with engine().connect() as connection:
        tables = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        return {table: "\n".join(connection.scalars(text(f'SELECT t::text FROM "{table}" AS t')).all()) for table in tables}


def finds(dump: dict[str, str]) -> list[tuple[str, str]]:
    found_in = []
    for needle, what in needles().items():
        shapes = {needle, needle.lower(), needle.encode().hex(), needle.encode("gb18030").hex()}
        shapes.add(needle.encode("unicode_escape").decode())
        found_in += [(table, what) for table, content in dump.items() if any(shape in content for shape in shapes)]
    return found_in


def test_no_table_holds_a_person_in_clear(ledger: str, sources: dict[str, ShareSource]) -> None:
    """Obligation 15.4."""
    do(callback_urls.register, UNIT, "https://hall.example.invalid/", b"whsec-clear-secret", now=NOW, actor="x")
    outcomes = by_sharing(sources)
    assert outcomes >= {
        ShareOutcome.FOUND,
        ShareOutcome.NONE,
        ShareOutcome.SEVERAL,
        ShareOutcome.REVOKED,
        ShareOutcome.EXPIRED,
        ShareOutcome.RESTRICTED,
    }
    by_the_issuing_unit()
    by_failing()
    by_free_text()
    for number in [verification.number for verification in all_of(views.Verification)]:
        do(views.view, row(number), personal=True)
        do(record_access, number, "result", actor="person:demo-permit-1", unit=UNIT, now=NOW)
    dump = everything()
    busy = {"cases", "parties", "verifications", "events", "lookups", "requests", "deadlines", "seal_uses", "proofs"}
    busy |= {"deliveries", "accesses", "refusals", "alarms", "idempotency_keys", "attachments", "returns", "suspensions"}
    busy |= {"supervisions", "mismatches", "commitments", "commitment_checks", "credit_blocks", "voluntary_submissions"}
    assert all(dump[table] for table in busy | {"off_system_lookups", "notices"})
    assert finds(dump) == []
    # The search itself: it would see a name as text, and as bytes that were not encrypted.
    assert finds({"x": "…演示甲子…"}) and finds({"x": "\\x" + "演示甲子".encode().hex()})


def test_an_error_of_the_database_prints_no_person(ledger: str) -> None:
    file()
    party = all_of(Party)[0]
    with pytest.raises(IntegrityError) as refused, transaction() as session:
        copy = {name: value for name, value in vars(party).items() if not name.startswith("_")}
        session.add(Party(**{**copy, "id": row(file()).case, "name": "演示甲子".encode(), "lookup": party.lookup}))
    shown = f"{refused.value} {refused.value!r} {refused.value.orig}"
    assert "uq_parties" in shown and "演示" not in shown and by_name("演示甲子").id_number not in shown
    assert "演示".encode().hex() not in shown
