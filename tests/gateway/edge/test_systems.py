"""业务系统: what one may do for a person is that person's, and never more than its key was given (obligations 8.1, 8.2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from domain.key_scopes import Scope
from domain.roles import Role
from ledger.database import transaction
from ledger.registry import keys, registry
from ledger.tables.registry import System
from settings import settings
from tests.gateway.casework import every_call
from tests.gateway.conftest import ADMIN, Api

UNIT, EVERYTHING, CLERK = "370402-PERMIT", "does-everything", "demo-permit-1"
#: By hand, apart from the code's table: administration, office decisions, steps of two persons, publication, repair,
#: and what a unit's head arranges.
OWN_KEY = {
    "set_forwarding",
    "get_credit_blocks",
    "restore_credit",
    "put_commitment_text",
    "get_excuses",
    "decide_excuse",
    "record_outage",
    "appoint",
    "end_appointment",
    "set_hours",
    "put_year",
    "get_calendar_notices",
    "read_calendar_notice",
    "propose_calendar_notice",
    "confirm_calendar_notice",
    "refuse_calendar_notice",
    "get_running",
    "get_stuck",
    "retry_stuck",
    "reroute_stuck",
    "reissue_stuck",
    "close_stuck",
    "resume_stuck",
    "get_notices",
    "settle_notice",
    "put_callback",
    "delete_callback",
    "get_undelivered",
    "send_undelivered",
    "get_units",
    "put_unit",
    "get_matters",
    "put_matter",
    "get_proofs",
    "put_proof",
    "get_databases",
    "put_database",
    "get_systems",
    "put_system",
    "get_rules",
    "preview_rules",
    "start_rebuild",
    "get_questions",
    "answer_question",
    "say_column",
    "draft_proposal",
    "report_proposal",
    "return_proposal",
    "consent_to_proposal",
    "decide_proposal",
    "reject_proposal",
    "withdraw_proposal",
    "publish_version",
    "revoke_proof",
    "confirm_revocation",
    "refuse_revocation",
    "get_revocations",
    "get_coverage",
    "recompute_report",
    "send_report",
    "send_again",
    "take_in_complaint",
    "import_complaints",
    "get_complaint_layouts",
    "export_complaint_outcomes",
    "read_complaint",
    "assess_complaint",
    "pass_complaint",
    "close_complaint",
    "enter_lead",
    "dismiss_lead",
    "notify_lead",
    "accept_lead",
    "transfer_lead",
    "exempt_lead",
    "record_lead_outcome",
    "record_compensation",
    "get_retention",
    "confirm_erasure",
    "get_holds",
    "set_hold",
    "lift_hold",
    "make_score_sheet",
    "make_subject_code",
    "get_score_sheets",
    "get_score_sheet",
    "sign_score_sheet",
    "get_scores",
    "export_scores",
    "get_lookup_blocks",
    "lift_lookup_block",
    "get_batch_quotas",
    "put_batch_quota",
    "recuse",
    "get_recusals",
    "get_register_changes",
    "get_seals",
    "get_seal",
    "apply_for_seal",
    "make_seal",
    "file_seal",
    "start_seal",
    "cancel_seal",
    "confirm_seal",
    "refuse_seal",
    "withdraw_seal",
    "confirm_change",
    "refuse_change",
    "get_traces",
}
#: What each scope must open, and what the others must not: a few of each.
OPENS = {
    Scope.CASES: {"put_case", "get_cases", "submit_voluntary"},
    Scope.VERIFICATIONS: {"file_verification", "get_proof_pdf", "sign_commitment", "report_mismatch"},
    Scope.INBOX: {"get_inbox", "reply_to_request", "return_request"},
    Scope.DUTY: {"report_absence"},
    Scope.LISTS: {"send_file", "get_proposals", "finish_change_task"},
    Scope.REGISTERS: {"export_voluntary", "enter_register"},
    Scope.REPORTS: {"order_report", "get_report_pdf"},
    Scope.OVERSIGHT: {"get_complaints", "answer_lead"},
    Scope.DISTRICT: set(),
}


Call = Callable[..., httpx.Response]


@pytest.fixture
def through(api: Api) -> Callable[..., Call]:
    """A system of a unit with a key of these scopes (none said: as `make` gives it); gives how it calls."""

    def system(*scopes: Scope) -> Call:
        code = f"s-{uuid4().hex[:8]}"
        with transaction() as session:
            registry.put_people(
                session, [{"code": EVERYTHING, "unit": UNIT, "name": "演示", "roles": [role.value for role in Role], "active": True}]
            )
            session.add(System(code=code, unit=UNIT, name="演示业务系统"))
            session.flush()
            key = keys.make(session, system=code, scopes=scopes, now=settings().now(), actor="test")

        def call(method: str, path: str, person: str = EVERYTHING, **options: object) -> httpx.Response:
            headers = {"Authorization": f"Bearer {key}", "Proofless-Acting-Person": person}
            return api.request(method, path, headers=headers, **options)

        return call

    return system


def codes(call: Call) -> dict[str, str]:
    """What each endpoint says to a body that is empty: the codes of what was refused for rights, else nothing."""
    said = {}
    for name, (method, path) in every_call().items():
        answer = call(method, path, json={} if method in ("POST", "PUT") else None)
        said[name] = answer.json()["code"] if answer.status_code == 403 else ""
    return said


def test_no_scope_opens_what_takes_a_persons_own_key(through: Callable[..., Call]) -> None:
    said = codes(through(*Scope))
    assert {name for name, code in said.items() if code == "own_key_needed"} == OWN_KEY
    assert {name: code for name, code in said.items() if code not in ("", "own_key_needed")} == {}


@pytest.mark.parametrize("scope", Scope)
def test_a_scope_opens_its_own_and_no_others(through: Callable[..., Call], scope: Scope) -> None:
    said = codes(through(scope))
    assert {name: said[name] for name in OPENS[scope] if said[name]} == {}
    others = set().union(*(names for other, names in OPENS.items() if other is not scope))
    assert {name for name in others if said[name] != "scope_missing"} == set()
    assert {said[name] for name in OWN_KEY} == {"own_key_needed"} and said["get_me"] == ""


def test_a_key_that_was_given_nothing_else_does_the_counters_work(through: Callable[..., Call]) -> None:
    said = codes(through())
    for scope, names in OPENS.items():
        counter = scope in (Scope.CASES, Scope.VERIFICATIONS, Scope.INBOX)
        assert {said[name] for name in names} <= ({""} if counter else {"scope_missing"}), scope


def test_scopes_give_nobody_a_right_that_the_person_lacks(through: Callable[..., Call]) -> None:
    call = through(*Scope)
    assert call("GET", "/v1/reports", CLERK).json()["code"] == "not_allowed"
    assert call("GET", "/v1/complaints", CLERK).json()["code"] == "not_allowed"
    me = call("GET", "/v1/me", CLERK).json()
    assert "file_verification" in me["may"] and not set(me["may"]) & OWN_KEY


def test_the_district_is_seen_only_with_its_own_scope(api: Api, through: Callable[..., Call]) -> None:
    """A person of the office, or of operation, is a clerk of the unit through its system."""
    body = {
        "channel": "hotline",
        "channel_number": uuid4().hex,
        "about": "still_asked",
        "text": "窗口仍要求提交证明",
        "received_at": (settings().now() - timedelta(hours=1)).isoformat(),
        "unit": "370402-CIVIL",
    }
    number = api.post("/v1/complaints", ADMIN, json=body)
    assert number.status_code == 201, number.text

    def seen(*scopes: Scope) -> list[str]:
        answer = through(*scopes)("GET", "/v1/complaints")
        assert answer.status_code == 200, answer.text
        return [one["number"] for one in answer.json()["items"]]

    assert number.json()["number"] not in seen(Scope.OVERSIGHT)
    assert number.json()["number"] in seen(Scope.OVERSIGHT, Scope.DISTRICT)
    roles = through()("GET", "/v1/me").json()["roles"]
    assert {one["role"] for one in roles} == {"agent", "supervisor"}


def test_a_refusal_is_on_the_record_with_the_system(api: Api, through: Callable[..., Call]) -> None:
    answer = through()("PUT", f"/v1/units/{UNIT}/callback", json={"url": "https://203.0.113.7/"})
    assert (answer.status_code, answer.json()["code"]) == (403, "own_key_needed") and "本人的密钥" in answer.json()["remedy"]
    assert [(code, unit) for code, unit, _ in api.refusals()] == [("own_key_needed", UNIT)]
