"""15.4: after whole cases have run, no table holds a person's name, number or data in clear, in any column.

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
from domain.lifecycle import State
from domain.methods import Answer
from domain.share import Question, ShareOutcome
from ledger import attention, callbacks, failures, filing, inboxes, registration, sharing, views
from ledger.audit import record_access
from ledger.database import engine, transaction
from ledger.moves import Lease, MoveRefused
from ledger.registration import NameDiffers
from ledger.requests import FieldsMissing
from ledger.standings import material
from ledger.tables.cases import Party
from sandbox.people import COMPANIES, PERSONS, by_name
from settings import settings
from tests.ledger.acting import (
    ISSUER,
    MINUTE,
    all_of,
    ask,
    deliver,
    do,
    escalate,
    found,
    hold,
    reply,
    row,
    seal,
    take_up,
)
from tests.ledger.filing import NOW, UNIT, case_data, file
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
    about = do(material, lease.number)
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
        do(inboxes.lines, unit, answered=False, actor="person:x", now=NOW)
        wanted = do(material, lease.number).entry.fields
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
                about = do(material, lease.number)
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
    assert str(differs.value) == ""
    do(filing.refuse, now=NOW, unit=UNIT, actor="person:demo-permit-1", code="not_a_party", obligation="15.4")


def needles() -> dict[str, str]:
    """What must not be found -> what it is."""
    persons = {value: holder.name for holder in (*PERSONS, *COMPANIES) for value in (holder.name, holder.id_number)}
    said = dict.fromkeys((*SAID.values(), NOTE, "演示路1号", "演示居民户口簿"), "an answer")
    return persons | said | {"whsec-clear-secret": "a secret"}


def everything() -> dict[str, str]:
    """Each table as text, every column of every row."""
    with engine().connect() as connection:
        tables = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        return {
            table: "\n".join(connection.scalars(text(f'SELECT t::text FROM "{table}" AS t')).all()) for table in tables
        }


def finds(dump: dict[str, str]) -> list[tuple[str, str]]:
    found_in = []
    for needle, what in needles().items():
        shapes = {needle, needle.lower(), needle.encode().hex(), needle.encode("gb18030").hex()}
        shapes.add(needle.encode("unicode_escape").decode())
        found_in += [(table, what) for table, content in dump.items() if any(shape in content for shape in shapes)]
    return found_in


def test_no_table_holds_a_person_in_clear(ledger: str, sources: dict[str, ShareSource]) -> None:
    do(callbacks.register, UNIT, "https://hall.example.invalid/", b"whsec-clear-secret", now=NOW, actor="x")
    outcomes = by_sharing(sources)
    assert outcomes >= {
        ShareOutcome.FOUND, ShareOutcome.NONE, ShareOutcome.SEVERAL, ShareOutcome.REVOKED, ShareOutcome.EXPIRED,
        ShareOutcome.RESTRICTED,
    }  # fmt: skip
    by_the_issuing_unit()
    by_failing()
    for number in [verification.number for verification in all_of(views.Verification)]:
        do(views.view, row(number), personal=True)
        do(record_access, number, "result", actor="person:demo-permit-1", unit=UNIT, now=NOW)
    dump = everything()
    busy = {"cases", "parties", "verifications", "events", "lookups", "requests", "deadlines", "seal_uses", "proofs"}
    assert all(dump[table] for table in busy | {"deliveries", "accesses", "refusals", "alarms", "idempotency_keys"})
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
