"""最小权限: what the application's role may change, table by table and column by column, and the trace that it leaves."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.exc import ProgrammingError

from ledger.actor import ACTOR
from ledger.database import engine, transaction
from ledger.registry import keys, registry
from ledger.tables.base import metadata
from ledger.tables.registry import Matter, Unit
from ledger.tables.traces import Trace
from ledger.tables.verifications import Deadline
from tests.ledger.acting import all_of, asked, do
from tests.ledger.filing import NOW, UNIT

#: Written by hand: what may never change, of tables of which something may. Of all others nothing may.
FIXED = {
    "absences": "id person since until reported_by reported_at",
    "alarms": "id kind subject message raised_at",
    "api_keys": "id digest person system scopes made_at made_by",
    "appointments": "id unit person acting since appointed_by appointed_at",
    "batches": "id number unit purpose responsible filed_by via_system filed_at rows counted callback key",
    "batch_quotas": "unit",
    "batch_rows": "batch line",
    "calendar_notices": "id year text source proposed_at proposed_by",
    "calendar_years": "calendar year",
    "callback_addresses": "id unit",
    "cases": "id unit number registered_at registered_by",
    "catalog_drafts": "id digest base made_at",
    "catalog_questions": "id topic subject_key sender asked_at",
    "catalog_readings": "id file ground read_at refused",
    "catalog_sources": "key",
    "change_tasks": "id version matter unit what made_at",
    "commitment_checks": "id commitment_id verification unit",
    "commitments": "id verification text_id offered_at",
    "complaints": "id number channel channel_number received_at entered_at entered_by rating rating_source layout written anonymous",
    "credentials": "id person",
    "credit_blocks": "id commitment_id proof since",
    "databases": "code",
    "deadlines": "id verification request_id",
    "deliveries": "id verification status event_id address_id made_at",
    "entries": "id since_version matter matter_name unit proof proof_name basis validity_days methods issuing_unit source "
    "fields parameters "
    "reviewed_above immediate exclusion exclusion_decided_by exclusion_evidence sealed_when_negative outside_region limit_minutes "
    "checkable_online database_backed commitment_basis",
    "holds": "id kind subject number reason document since set_by",
    "idempotency_keys": "unit key verification made_at",
    "lead_steps": "id serial lead_id step at person unit record",
    "leads": "id number rule rules_version clause unit subject period_start period_end found_at",
    "lookup_blocks": "id asker holder unit since verification differing right",
    "matters": "code",
    "licence_offers": "id verification proof_id licence_kind made_at",
    "mismatches": "id verification reported_at reported_by fields stated supplement check_number look_id",
    "notices": "id verification unit kind cause channel recipient about made_at",
    "outages": "id since until automatic reason recorded_by recorded_at",
    "parties": "id case_id id_type id_number",
    "people": "code",
    "proof_kinds": "code",
    "proofs": "id verification version seal_use digest code_digest pdf form content made_at valid_until otherwise",
    "proposals": "id kind unit drafted_by reason reason_date document law_change base changes drafted_at",
    "pulses": "name",
    "quota_uses": "quota_of holder deed lasts since unit",
    "register_changes": "id register code kind before after proposed_at proposed_by",
    "sign_in_links": "id digest person straight made_at made_by expires_at",
    "web_sessions": "id digest lineage person unit method browser made_at",
    "record_tree": "single",
    "recusals": "id at person unit subject key",
    "requests": "id verification unit received_at",
    "retention_items": "id kind subject number unit due_at listed_at",
    "returns": "id verification request_id unit at by reason suggested_unit unsure_why",
    "revocation_words": "about answer",
    "revocations": "id verification proof_id unit reason document asked_at asked_by",
    "score_sheets": "id first last version formula content digest made_at made_by",
    "seal_uses": "id verification version seal used_by started_at status_serial",
    "seals": "id kind name unit replaces",
    "subject_looks": "id number code_digest identified unit made_at made_by expires_at",
    "supervisions": "id verification request_id deadline_id unit supervisor",
    "suspensions": "id verification request_id asked_at asked_by what",
    "system_calls": "system day first_at",
    "systems": "code",
    "timetables": "unit effective_from",
    "units": "code",
    "verifications": "number case_id party_id entry_id unit filed_at filed_by via_system batch follows replaces again_why authorisation",
    "voluntary_submissions": "id serial at unit case_id party_id proof listed marks clerk via_system reason confirmed "
    "confirmation_digest retain_until",
    "workers": "name",
}


def test_the_application_changes_what_the_table_says_and_nothing_else(ledger: str) -> None:
    tried = 0
    with engine().connect() as connection:
        for table in sorted(inspect(connection).get_table_names()):
            for column in inspect(connection).get_columns(table):
                name, tried = column["name"], tried + 1
                fixed = name in FIXED[table].split() if table in FIXED else True
                change = text(f'UPDATE "{table}" SET "{name}" = "{name}" WHERE false')
                if column.get("identity") is not None or column.get("computed"):
                    change = text(f'UPDATE "{table}" SET "{name}" = DEFAULT WHERE false')
                try:
                    connection.execute(change)
                    refused = False
                except ProgrammingError as error:
                    refused = "permission denied" in str(error)
                    assert refused, error
                connection.rollback()
                assert refused == fixed, (table, name)
    assert tried > 400 and FIXED.keys() <= metadata.tables.keys()


def test_a_limit_that_is_moved_by_hand_leaves_its_trace(ledger: str) -> None:
    ACTOR.set("")
    number = asked()[0].number
    with transaction() as session:
        session.execute(text("UPDATE deadlines SET due_at = due_at + interval '1 day' WHERE verification = :number"), {"number": number})
    limits = [row for row in all_of(Deadline) if row.verification == number]
    traces = {one.subject: one for one in all_of(Trace, place="deadlines")}
    assert limits and {str(row.id) for row in limits if row.due_at} <= traces.keys()
    for row in limits:
        one = traces[str(row.id)]
        assert one.before.keys() == {"due_at"} and one.before != one.after and one.by == "role:proofless_app"


def test_roles_given_and_a_key_revoked_leave_before_and_after(ledger: str) -> None:
    person = {"code": "demo-civil-1", "unit": "370402-CIVIL", "name": "演示代办员乙"}
    actor = ACTOR.set("operator:importer")
    try:
        do(registry.put_people, [{**person, "roles": ["agent"]}])
        before = len(all_of(Trace))
        do(registry.put_people, [{**person, "roles": ["agent", "publisher"]}])
        do(registry.put_people, [{**person, "roles": ["agent", "publisher"]}])  # nothing changed: no trace
        key = do(keys.make, person="demo-civil-1", now=NOW, actor="x")
        do(keys.revoke, person="demo-civil-1", now=NOW + timedelta(days=1))
    finally:
        ACTOR.reset(actor)
    given, made, revoked = sorted(all_of(Trace), key=lambda one: one.id)[before:]
    assert (given.place, given.subject, given.by) == ("people", "demo-civil-1", "operator:importer")
    assert (given.before, given.after) == ({"roles": ["agent"]}, {"roles": ["agent", "publisher"]})
    assert (made.place, made.before, made.after["person"]) == ("api_keys", None, "demo-civil-1") and "digest" not in made.after
    assert revoked.before == {"revoked_at": None} and revoked.after["revoked_at"].startswith("20") and key not in str(revoked.after)


def test_names_that_are_printed_on_proofs_leave_theirs(ledger: str) -> None:
    with transaction() as session:
        unit, matter = session.get_one(Unit, UNIT), session.scalars(select(Matter).limit(1)).one()
        unit.name, matter.name = f"演示改名{uuid4().hex[:4]}", "演示改名事项"
        session.flush()
        traces = session.scalars(select(Trace).order_by(Trace.id.desc()).limit(2)).all()
        assert {(one.place, one.after["name"]) for one in traces} == {("units", unit.name), ("matters", "演示改名事项")}
        session.rollback()


def test_nobody_writes_or_changes_a_trace(ledger: str, owner_url: str) -> None:
    do(registry.put_systems, [{"code": "s-trace", "unit": UNIT, "name": "演示"}])
    owner = create_engine(owner_url)
    forged = "INSERT INTO traces (by, place, subject, after) VALUES ('x', 'people', 'x', '{}')"
    for who, statement, says in (
        (engine(), forged, "permission denied"),
        (engine(), "DELETE FROM traces", "permission denied"),
        (owner, "UPDATE traces SET by = 'x'", "只增不改"),
        (owner, "DELETE FROM traces", "只增不改"),
    ):
        with who.connect() as connection, pytest.raises(ProgrammingError, match=says):
            connection.execute(text(statement))
    owner.dispose()
