"""明文: every field that anybody sends, and every column of the ledger, is a code, guarded, or encrypted; a new one must say which.

The bodies are tried, not read: each string in each of them is offered numbers of citizens and telephones, and what lets one
pass stands below with the encrypted column that it ends in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy import Enum, String, TypeDecorator
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import TypeEngine

import gateway.routers  # noqa: F401  (with the endpoints come all bodies)
from gateway.edge.values import SchemaIn
from ledger import migrate
from ledger.tables.base import metadata
from tests.gateway.conftest import ADMIN, Api
from tests.gateway.oversight.test_complaints import body as complaint
from tests.gateway.oversight.test_complaints import taken
from tests.gateway.oversight.test_leads import entered_lead

NUMBERS = ("370402188102020017", "３７０４０２１８８１０２０２００１７", "370402 18810202 0017", "370402-1881-0202-0017")
PHONES = ("13800000000", "138 0000 0000", "１３８-００００-００００", "0632-3312345")

#: Field of a body -> the encrypted column that it ends in (ledger.vault).
ENCRYPTED = {
    "PartyIn.id_number": "parties.id_number",
    "PartyIn.name": "parties.name",
    "CaseParty.id_number": "parties.id_number",
    "CaseParty.name": "parties.name",
    "NameCorrectionIn.id_number": "parties.id_number",
    "NameCorrectionIn.name": "parties.name",
    "SupplementIn.text": "suspensions.supply",
    "SupplementRequestIn.what": "suspensions.what",
    "CommitmentIn.reference": "commitments.evidence",
    "CheckIn.note": "commitment_checks.note",
    "RestorationIn.why": "credit_blocks.restored_why",
    "BatchPartyIn.id_number": "batch_rows.sent",
    "BatchPartyIn.id_type": "batch_rows.sent",
    "BatchPartyIn.name": "batch_rows.sent",
    "BatchRowIn.case_number": "batch_rows.sent",
    "BatchRowIn.matter": "batch_rows.sent",
    "BatchRowIn.own": "batch_rows.sent",
    "BatchRowIn.proof": "batch_rows.sent",
    "BatchReplyIn.fields": "requests.fields",
    "BatchReplyIn.note": "requests.note",
    "ReplyIn.fields": "requests.fields",
    "ReplyIn.note": "requests.note",
    "ReturnIn.reason": "returns.reason",
    "ReturnIn.unsure_why": "returns.unsure_why",
    "ComplaintIn.text": "complaints.written",
    "ComplaintIn.name": "complaints.written",
    "ComplaintIn.contact": "complaints.written",
    "TextIn.text": "complaint_steps.text",
    "ComplaintClosingIn.text": "complaint_steps.text",
    "LeadIn.text": "lead_steps.text",
    "NotificationIn.text": "lead_steps.text",
    "LeadDecisionIn.text": "lead_steps.text",
    "ExemptionIn.text": "lead_steps.text",
    "CompensationIn.text": "lead_steps.text",
    "VoluntaryIn.proof": "voluntary_submissions.stated",
    "OffSystemIn.source": "off_system_lookups.source",
    "MismatchIn.stated": "mismatches.stated",
    "MismatchIn.supplement": "mismatches.supplement",
    "ObjectionIn.text": "mismatches.objection",
    "RecusalIn.why": "recusals.why",
    "FeedbackIn.text": "supervisions.feedback",
    "ChoiceIn.identifier": "verifications.chosen",
    "VerificationIn.authorisation": "verifications.authorisation",
    "BatchRowIn.authorisation": "batch_rows.sent",
}
#: Field of a body that is kept nowhere, or compared with what is registered, or guarded by its endpoint.
ELSEWHERE = {
    "IdentityIn.id_number": "kept nowhere but as a keyed hash (subject_looks.lookup)",
    "SubjectCodeIn.id_number": "the same",
    "HoldIn.case_number": "looked up among the unit's cases",
    "_Numbered.case_number": "refused where it names somebody, as in the address of PUT /v1/cases",
    "HoldIn.complaint": "looked up among complaints",
    "AgainIn.unit": "looked up",
    "AgainIn.number": "looked up",
    "ComparisonIn.code": "compared with a digest, kept nowhere",
    "ComparisonIn.fields": "compared, kept nowhere",
    "EntryValuesIn.values": "guarded in gateway.registers.entered (test_registers, and below)",
    "CallbackIn.secret": "callback_addresses.secret, encrypted",
    "PreviewIn.period": "read as a week or a span of days",
    "PreviewIn.readings": "tried, kept nowhere",
    "PreviewIn.version": "looked up",
    "CallbackIn.url": "guarded in gateway.registry.callbacks",
    "SealMakingIn.certificate": "read as a certificate, whose subject is guarded (ledger.sealing.certificates)",
    "ReportOrderIn.period": "read as a week or a span of days",
}


def bodies() -> list[type[BaseModel]]:
    def below(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    return sorted(set(below(SchemaIn)), key=lambda one: one.__name__)


def passes(kind: type[BaseModel], name: str) -> bool:
    """True where a probe goes through this field as text, in a list, or in a mapping."""
    field = kind.model_fields[name]
    reader: TypeAdapter[Any] = TypeAdapter(Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation)
    for probe in (*NUMBERS, *PHONES):
        said = f"见材料 {probe} 一份" if probe not in NUMBERS[:1] else probe
        for shape in (probe, said, [probe], {"栏": probe}, {probe: "x"}, {"栏": said}):
            try:
                found = reader.validate_python(shape)
            except ValidationError:
                continue
            if probe in str(found):
                return True
    return False


def test_every_field_of_every_body_is_guarded_or_says_where_it_ends() -> None:
    known, seen = ENCRYPTED | ELSEWHERE, set()
    for kind in bodies():
        for name in kind.model_fields:
            if passes(kind, name):
                seen.add(f"{kind.__name__}.{name}")
    assert seen - known.keys() == set(), "kept in clear without a guard, or not classified"
    assert known.keys() - seen == set(), "what is not there any more"
    for target in set(ENCRYPTED.values()):
        table, column = target.split(".")
        assert metadata.tables[table].columns[column].type.python_type is bytes, target
    assert len(bodies()) > 50 and len(seen) > 25


#: Columns that hold text in clear. code: a code, number, digest or fixed word that our own code makes or that must be registered;
#: actor: who acted; guarded: free text through domain.clear_text; official: people in office; list: as a public list says.
CODE, ACTOR, GUARDED, OFFICIAL, LIST, OURS = "code", "actor", "guarded", "official", "list", "ours"
CLEAR: dict[str, dict[str, str]] = {
    "absences": {CODE: "person", ACTOR: "reported_by"},
    "accesses": {ACTOR: "actor", CODE: "unit verification what"},
    "alarms": {CODE: "kind subject", OURS: "message mail_error"},
    "api_keys": {CODE: "digest person system scopes", ACTOR: "made_by"},
    "appointments": {CODE: "unit person", ACTOR: "appointed_by"},
    "attachments": {CODE: "verification media_type digest", ACTOR: "added_by"},
    "batch_quotas": {CODE: "unit", ACTOR: "set_by"},
    "batch_rows": {CODE: "batch refusal verification", OURS: "said"},
    "batches": {
        CODE: "number unit responsible via_system body_digest master_key paused_why lease_owner",
        GUARDED: "purpose key",
        ACTOR: "filed_by paused_by cancelled_by",
    },
    "calendar_changes": {CODE: "calendar before", GUARDED: "reason after", ACTOR: "changed_by"},
    "calendar_notices": {CODE: "recomputed", GUARDED: "text source", ACTOR: "proposed_by decided_by"},
    "calendar_years": {CODE: "calendar rest work", GUARDED: "source", ACTOR: "entered_by"},
    "callback_addresses": {CODE: "unit", GUARDED: "url", ACTOR: "registered_by"},
    "cases": {CODE: "unit matter master_key", GUARDED: "number origin_system", ACTOR: "registered_by closed_by"},
    "catalog_draft_lines": {CODE: "unit matter proof", LIST: "said"},
    "catalog_drafts": {CODE: "digest", LIST: "sources"},
    "catalog_files": {CODE: "source digest", GUARDED: "name", ACTOR: "received_by"},
    "catalog_questions": {CODE: "topic subject_key sender units answer", LIST: "subject why candidates places", ACTOR: "answered_by"},
    "catalog_readings": {CODE: "ground counts", OURS: "refused", LIST: "sheets"},
    "catalog_rows": {CODE: "verdict matched", LIST: "cells faults questions fact"},
    "catalog_sources": {CODE: "key kind unit", GUARDED: "name document"},
    "catalog_versions": {ACTOR: "published_by", GUARDED: "document", CODE: "digest"},
    "change_tasks": {CODE: "matter unit", OURS: "what", ACTOR: "done_by", GUARDED: "note"},
    "commitment_checks": {CODE: "verification unit", ACTOR: "done_by"},
    "commitment_texts": {CODE: "proof", GUARDED: "text basis", ACTOR: "made_by"},
    "commitments": {CODE: "verification lookup evidence_digest", ACTOR: "recorded_by"},
    "complaint_steps": {CODE: "person unit", GUARDED: "record"},
    "complaints": {
        CODE: "number unit handler matter proof layout master_key text_hash contact_hash",
        GUARDED: "channel_number rating_source",
        ACTOR: "entered_by",
    },
    "credit_blocks": {CODE: "lookup proof", ACTOR: "restored_by"},
    "credentials": {CODE: "person password"},
    "databases": {CODE: "code owner source", GUARDED: "name note"},
    "deadlines": {CODE: "verification rule_version obligations", OURS: "note explanation", ACTOR: "excuse_by excuse_decided_by"},
    "deliveries": {CODE: "verification", OURS: "last_answer", ACTOR: "again_by"},
    "entries": {
        CODE: "matter unit proof methods issuing_unit source",
        LIST: "matter_name proof_name basis parameters fields commitment_basis exclusion_decided_by exclusion_evidence",
    },
    "events": {CODE: "verification detail", ACTOR: "actor"},
    "guide_handovers": {CODE: "unit", ACTOR: "by"},
    "holds": {CODE: "number", GUARDED: "document", ACTOR: "set_by lifted_by"},
    "sign_in_links": {CODE: "digest person", ACTOR: "made_by"},
    "web_sessions": {CODE: "digest person unit browser"},
    "demands": {CODE: "unit matter proof evidence_digest", GUARDED: "paper", ACTOR: "recorded_by"},
    "idempotency_keys": {CODE: "unit body_digest verification", GUARDED: "key"},
    "key_checks": {CODE: "name value recorded_by"},
    "lead_steps": {CODE: "person unit", GUARDED: "record"},
    "leads": {CODE: "number rules_version clause unit counts numbers", GUARDED: "subject"},
    "licence_offers": {CODE: "verification licence_kind", OURS: "last_answer", ACTOR: "again_by"},
    "lookup_blocks": {CODE: "holder unit verification", GUARDED: "lifted_why", ACTOR: "lifted_by"},
    "lookups": {CODE: "verification source", OURS: "message maker warnings"},
    "matters": {CODE: "unit succeeded_by", GUARDED: "code name"},
    "mismatches": {CODE: "verification fields check_number", ACTOR: "reported_by"},
    "name_corrections": {ACTOR: "actor"},
    "negative_proofs": {CODE: "source proof", LIST: "name document instead"},
    "notices": {CODE: "verification unit cause recipient", OURS: "last_answer", ACTOR: "again_by"},
    "off_system_lookups": {CODE: "unit proof operator evidence_digest", ACTOR: "recorded_by"},
    "origins": {CODE: "subject digest"},
    "outages": {GUARDED: "reason", ACTOR: "recorded_by"},
    "parties": {CODE: "lookup"},
    "people": {GUARDED: "code", CODE: "unit roles", OFFICIAL: "name mail"},
    "proof_kinds": {GUARDED: "code name aliases basis fields otherwise", CODE: "issuing_unit"},
    "proofs": {CODE: "verification digest code_digest revoked_why", GUARDED: "otherwise"},
    "proof_extensions": {CODE: "verification digest server"},
    "proposal_steps": {CODE: "person unit", GUARDED: "record"},
    "proposals": {CODE: "unit drafted_by", GUARDED: "reason document changes"},
    "pulses": {CODE: "name"},
    "quota_uses": {CODE: "holder unit"},
    "record_heads": {CODE: "note"},
    "record_tree": {CODE: "waited_for"},
    "recusals": {CODE: "person unit key"},
    "refusals": {CODE: "unit code obligation detail", ACTOR: "actor"},
    "register_changes": {GUARDED: "code before after", ACTOR: "proposed_by decided_by"},
    "register_entries": {CODE: "unit", GUARDED: "values", ACTOR: "entered_by"},
    "report_orders": {CODE: "scope", GUARDED: "reason", ACTOR: "ordered_by"},
    "reports": {CODE: "scope issue definitions snapshot digest", GUARDED: "scope_name reason", ACTOR: "made_by"},
    "requests": {CODE: "verification unit", ACTOR: "answered_by claimed_by"},
    "retention_items": {CODE: "number unit", ACTOR: "confirmed_by"},
    "returns": {CODE: "verification unit suggested_unit forwarded_to", ACTOR: "by forwarded_by"},
    "revocation_words": {CODE: "about"},
    "revocations": {CODE: "verification unit", GUARDED: "document", ACTOR: "asked_by confirmed_by refused_by"},
    "rule_changes": {GUARDED: "reason", CODE: "before after", ACTOR: "changed_by"},
    "rule_versions": {CODE: "version readings"},
    "score_sheets": {CODE: "formula content digest", ACTOR: "made_by signed_by", OFFICIAL: "signed_as"},
    "seal_events": {ACTOR: "actor", GUARDED: "detail"},
    "seals": {
        GUARDED: "name key_reference subject filing_number",
        CODE: "unit certificate serial_number fingerprint",
        ACTOR: "making_asked_by making_confirmed_by cancelling_asked_by cancelling_confirmed_by",
    },
    "seal_uses": {CODE: "verification digest", ACTOR: "used_by"},
    "subject_looks": {CODE: "number lookup code_digest unit token_digest", ACTOR: "made_by"},
    "supervisions": {CODE: "verification unit supervisor", ACTOR: "fed_back_by"},
    "suspensions": {CODE: "verification", ACTOR: "asked_by ended_by"},
    "system_calls": {CODE: "system"},
    "systems": {GUARDED: "code name why_not", CODE: "unit"},
    "timetable_changes": {CODE: "unit before after", GUARDED: "reason", ACTOR: "changed_by"},
    "timetables": {CODE: "unit calendar seasons", ACTOR: "set_by"},
    "traces": {ACTOR: "by", CODE: "place subject", OURS: "before after"},
    "unit_changes": {CODE: "unit merged_into moved", GUARDED: "before after document", ACTOR: "changed_by"},
    "units": {GUARDED: "code name aliases sector", CODE: "kind uscc drafting_unit region merged_into inherits"},
    "verifications": {
        CODE: "number unit via_system batch follows replaces again_why issuing_unit attention lease_owner",
        ACTOR: "filed_by",
    },
    "voluntary_submissions": {CODE: "unit proof marks via_system confirmation_digest", ACTOR: "clerk"},
    "workers": {CODE: "name owner"},
}


def _stored(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """What the database has of it: typed rows are JSON there."""
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


def test_every_column_in_clear_says_what_it_holds() -> None:
    assert migrate.metadata is metadata
    found = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(_stored(column.type), (String, ARRAY, JSONB)) and not isinstance(column.type, Enum)
    }
    said = [f"{table}.{column}" for table, classes in CLEAR.items() for columns in classes.values() for column in columns.split()]
    assert len(said) == len(set(said)) and found - set(said) == set() == set(said) - found


@pytest.mark.parametrize("probe", [*NUMBERS, *PHONES])
def test_what_endpoints_guard_themselves(api: Api, probe: str) -> None:
    """Addresses and headers, values of registers, and what is known of the people concerned."""
    values = {"日期": "2026-03-04", "媒体": f"区政府网站 {probe}", "标题": "一图读懂"}
    entered = api.post("/v1/entered-registers/publicity", ADMIN, json={"unit": "370402-PERMIT", "values": values})
    assert entered.json()["code"] == "entry_refused" and probe not in entered.text
    if probe.isascii() and probe.isdigit():
        assert api.put_case(probe).json()["code"] == "personal_data_in_number"
        api.put_case()
        assert api.file(probe).json()["code"] == "personal_data_in_number"
        for register in ("units", "matters", "proofs", "databases"):
            assert api.call("PUT", f"/v1/registry/{register}/{probe}", ADMIN, json={"name": "演示"}).json()["code"] == "invalid"
        put = api.call("PUT", f"/v1/catalog/sources/{probe}", ADMIN, json={"name": "演示", "kind": "proofs", "unit": "370402-JUSTICE"})
        assert put.json()["code"] == "invalid"


def test_the_people_concerned_are_named_nowhere_in_clear(api: Api) -> None:
    assert api.put_case(origin_system="演示甲子的窗口").json()["code"] == "names_somebody"
    number = api.filed()
    lead = {"clause": "16.6", "unit": "370402-PERMIT", "subject": "索要演示甲子的证明", "text": "x", "numbers": [number]}
    assert api.post("/v1/leads", ADMIN, json=lead).json()["code"] == "names_somebody"
    found = entered_lead(api, numbers=[number])
    sent = {"document": "关于演示甲子的通知", "text": "x"}
    assert "不得写当事人" in api.post(f"/v1/leads/{found}/notify", ADMIN, json=sent).json()["detail"]
    hold = {"unit": "370402-PERMIT", "case_number": api.case, "reason": "audit", "document": "演示甲子一案"}
    assert "不得写当事人" in api.post("/v1/holds", ADMIN, json=hold).json()["detail"]
    complained = taken(api, name="演示乙丑")
    asked = {"unit": "370402-PERMIT", "asked": "请答复演示乙丑"}
    assert "不得写反映人" in api.post(f"/v1/complaints/{complained}/pass", ADMIN, json=asked).json()["detail"]
    named = complaint(channel_number="演示乙丑-1", name="演示乙丑")
    assert "不得写反映人" in api.post("/v1/complaints", ADMIN, json=named).json()["detail"]
    held = {"complaint": complained, "reason": "audit", "document": "演示乙丑投诉"}
    assert "不得写反映人" in api.post("/v1/holds", ADMIN, json=held).json()["detail"]
