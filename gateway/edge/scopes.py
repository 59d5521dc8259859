"""权限范围: which endpoints a system's key opens, by scope. What stands nowhere here takes a person's own key.

That is the safe way round: administration, decisions of the 专班 office, each step that two persons take, publication
and repair are in no scope, and neither is an endpoint that somebody adds and forgets here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from domain.key_scopes import Scope
from gateway.edge.permissions import RULES
from ledger.registry.keys import Caller

#: No person's data, and nothing is changed: with a key of whatever scope.
ANY = frozenset({"get_me", "get_units_to_ask", "get_duty", "get_hours", "get_year", "get_outages"})

SCOPES: Mapping[Scope, frozenset[str]] = MappingProxyType(
    {
        Scope.CASES: frozenset(
            {
                "get_cases",
                "put_case",
                "get_case",
                "close_case",
                "correct_name",
                "get_excluded_time",
                "submit_voluntary",
                "record_off_system",
                "record_demand",
            }
        ),
        Scope.VERIFICATIONS: frozenset(
            {
                "get_verifications",
                "file_verification",
                "get_verification",
                "get_events",
                "get_proof_pdf",
                "get_proof_ofd",
                "choose_licence",
                "withdraw_verification",
                "file_batch",
                "file_batch_table",
                "get_batches",
                "get_batch",
                "get_batch_rows",
                "pause_batch",
                "resume_batch",
                "cancel_batch",
                "get_batch_results",
                "get_batch_proofs",
                "supply",
                "forward",
                "get_commitment",
                "sign_commitment",
                "decline_commitment",
                "get_checks",
                "record_check",
                "add_supplement_attachment",
                "add_mismatch_attachment",
                "get_attachments",
                "get_attachment",
                "get_deadline",
                "report_mismatch",
                "get_mismatch",
                "record_objection",
                "get_revocation",
                "get_revoked_proofs",
            }
        ),
        Scope.INBOX: frozenset(
            {
                "get_inbox_counts",
                "get_inbox",
                "get_request",
                "get_assignments",
                "assign_requests",
                "claim_request",
                "release_request",
                "preview_reply",
                "reply_to_request",
                "reply_to_batch",
                "ask_for_supplement",
                "return_request",
                "add_attachment",
                "get_attachments",
                "get_attachment",
                "get_deadline",
                "get_supervisions",
                "feed_back",
                "give_excuse",
                "get_mismatch",
            }
        ),
        Scope.DUTY: frozenset({"report_absence", "cancel_absence"}),
        Scope.LISTS: frozenset(
            {
                "put_source",
                "send_file",
                "preview_list",
                "get_columns",
                "get_sources",
                "get_rows",
                "get_error_file",
                "get_latest_draft",
                "get_draft",
                "get_proposals",
                "get_proposal",
                "get_change_tasks",
                "finish_change_task",
                "export_guide_changes",
                "export_guides",
                "record_guide_handover",
                "get_guide_handovers",
            }
        ),
        Scope.REGISTERS: frozenset(
            {
                "get_voluntary",
                "export_voluntary",
                "get_off_system",
                "get_demands",
                "get_registers",
                "enter_register",
                "get_entries",
                "export_entries",
            }
        ),
        Scope.REPORTS: frozenset(
            {
                "order_report",
                "get_overview",
                "get_overview_cases",
                "get_overview_decisions",
                "get_reports",
                "get_report",
                "get_report_cases",
                "get_report_html",
                "get_report_pdf",
                "get_report_xlsx",
                "get_mailings",
            }
        ),
        Scope.OVERSIGHT: frozenset(
            {"get_supervisions", "feed_back", "get_complaints", "get_complaint", "answer_complaint", "get_leads", "get_lead", "answer_lead"}
        ),
        Scope.DISTRICT: frozenset(),  # widens whom the others are about (`domain.key_scopes.roles_through`)
    }
)

_IN_A_SCOPE = frozenset[str]().union(ANY, *SCOPES.values())


def refusal(endpoint: str, caller: Caller) -> str | None:
    """Why the caller may not use an endpoint, as the code of a problem; None: it may."""
    if caller.system is not None and endpoint not in ANY:
        if endpoint not in _IN_A_SCOPE:
            return "own_key_needed"
        if not any(endpoint in SCOPES[scope] for scope in caller.scopes):
            return "scope_missing"
    return None if RULES[endpoint].allows(caller) else "not_allowed"
