"""权限: who may use which endpoint. One line for each; an endpoint without a line stops the gateway at its start.

Which unit's data a caller sees is not decided here but in `gateway.edge.visibility`: a unit sees only its own.
Whoever stands in for the 督办员 has that role while the duty lasts (`ledger.registry.keys.roles_of`, obligation 10.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from domain.roles import Role
from gateway.edge.public_permissions import PUBLIC

if TYPE_CHECKING:  # the words of the commands name who may decide, and need no ledger for it
    from ledger.registry.keys import Caller


@dataclass(frozen=True)
class Rule:
    """The roles of which a caller needs one; `public` endpoints ask for no key.

    `quota` names the quota that a call without a key counts for (gateway.edge.quotas): who reads the list has checks left
    all the same. None where a key is asked for; machines of ours that watch are not counted. `shared`: what is answered
    depends on nobody who asks, so that one answer is made for all who ask at a time (gateway.edge.strangers).
    """

    roles: frozenset[Role] = frozenset()
    public: bool = False
    quota: str | None = None
    shared: bool = False

    def allows(self, caller: Caller) -> bool:
        return self.public or bool(self.roles & caller.roles)


COUNTER = frozenset({Role.AGENT, Role.SUPERVISOR})  #: 代办员, 督办员: those who work on cases
WATCHERS = frozenset({Role.OPERATOR, Role.OFFICE, Role.ADMINISTRATOR})  #: see where a case stands, never persons' data
DISTRICT = frozenset({Role.OFFICE, Role.ADMINISTRATOR})  #: answer for all units' registers and reports
_COUNTER, _READERS, _REGISTRY = Rule(COUNTER), Rule(COUNTER | WATCHERS), Rule(DISTRICT)
#: 台账 (obligation 15.4): the unit's own, and all of them for the 专班 office and administrators. Operators keep the machinery
#: running: they see where a case stands and never whom it is about, not even masked.
_REGISTERS = Rule(COUNTER | DISTRICT)
_REPAIR = Rule(frozenset({Role.OPERATOR, Role.OFFICE}))
_ADMINISTRATION = Rule(frozenset({Role.ADMINISTRATOR}))
_SUPERVISION = Rule(frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}))  #: who answers for the unit's duty and hours
_OFFICE = Rule(frozenset({Role.OFFICE}))  #: 工作专班办公室
_REPORTS = Rule(DISTRICT | {Role.SUPERVISOR})  #: 周报: a unit's 督办员 its own unit's
_REPORT_READERS = Rule(_REPORTS.roles | {Role.LEADER})
_SENDERS = Rule(COUNTER | {Role.OFFICE})  #: who hands lists in
#: 投诉、整改: the 督办员 is the unit's one contact for all of it (obligation 10.2); the clerk whom it may be about is not.
_CONCERNED = Rule(frozenset({Role.OFFICE, Role.SUPERVISOR}))
#: 回避: whoever decides about units.
_DECIDERS = Rule(_REPAIR.roles | {Role.PUBLISHER})
_LIST_READERS = Rule(_READERS.roles | {Role.PUBLISHER})

#: Endpoint -> rule. The names are those of the endpoints in `gateway/`.
RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "get_me": Rule(frozenset(Role)),
        "get_units_to_ask": Rule(COUNTER | _REPAIR.roles),
        "get_cases": _COUNTER,
        "get_verifications": _COUNTER,
        "get_inbox_counts": _COUNTER,
        "put_case": _COUNTER,
        "get_case": _COUNTER,
        "close_case": _COUNTER,
        "file_verification": _COUNTER,
        "get_verification": _READERS,
        "get_events": _READERS,
        "get_proof_pdf": _COUNTER,
        "get_proof_ofd": _COUNTER,
        "choose_licence": _COUNTER,
        "withdraw_verification": _COUNTER,
        "file_batch": _COUNTER,
        "file_batch_table": _COUNTER,
        "get_batches": _READERS,
        "get_batch": _READERS,
        "get_batch_rows": _READERS,
        "pause_batch": _COUNTER,
        "resume_batch": _COUNTER,
        "cancel_batch": _COUNTER,
        "get_batch_results": _COUNTER,
        "get_batch_proofs": _COUNTER,
        "get_batch_quotas": _REGISTRY,
        "put_batch_quota": _OFFICE,
        "get_inbox": _COUNTER,
        "get_request": _COUNTER,
        "correct_name": _COUNTER,
        "reply_to_request": _COUNTER,
        "reply_to_batch": _COUNTER,
        "get_assignments": _COUNTER,
        "assign_requests": _COUNTER,  # whoever is on duty as 督办员, acting ones too: `ledger.inbox.assignments`
        "claim_request": _COUNTER,
        "release_request": _COUNTER,
        "preview_reply": _COUNTER,
        "ask_for_supplement": _COUNTER,
        "return_request": _COUNTER,
        "add_attachment": _COUNTER,
        "add_supplement_attachment": _COUNTER,
        "add_mismatch_attachment": _COUNTER,
        "get_attachments": _COUNTER,
        "get_attachment": _COUNTER,
        "supply": _COUNTER,
        "forward": _COUNTER,
        "set_forwarding": _SUPERVISION,
        "get_commitment": _COUNTER,
        "sign_commitment": _COUNTER,
        "decline_commitment": _COUNTER,
        "get_checks": _COUNTER,
        "record_check": _COUNTER,
        "get_credit_blocks": _OFFICE,
        "restore_credit": _OFFICE,
        "put_commitment_text": _OFFICE,
        "submit_voluntary": _COUNTER,
        "get_voluntary": _REGISTERS,
        "export_voluntary": _REGISTERS,
        "record_off_system": _COUNTER,
        "make_subject_code": Rule(frozenset({Role.AGENT})),
        "record_demand": _REGISTERS,
        "get_demands": _REGISTERS,
        "get_off_system": _REGISTERS,
        "report_mismatch": _COUNTER,
        "get_mismatch": _COUNTER,
        "record_objection": _COUNTER,
        "revoke_proof": _CONCERNED,  # of the unit that issued it, or on order: `ledger.casework.revocations`
        "confirm_revocation": Rule(_COUNTER.roles | _OFFICE.roles),  # not who asked
        "refuse_revocation": Rule(_COUNTER.roles | _OFFICE.roles),
        "get_revocation": _READERS,
        "get_revocations": Rule(COUNTER | {Role.OFFICE}),
        "get_revoked_proofs": _COUNTER,
        "get_excluded_time": _COUNTER,
        "get_duty": _READERS,
        "appoint": _SUPERVISION,
        "end_appointment": _SUPERVISION,
        "report_absence": _COUNTER,
        "cancel_absence": _COUNTER,
        "get_hours": _READERS,
        "set_hours": Rule(_SUPERVISION.roles | _OFFICE.roles),
        "get_year": _READERS,
        "put_year": _OFFICE,
        "get_calendar_notices": _OFFICE,
        "read_calendar_notice": _OFFICE,
        "propose_calendar_notice": _OFFICE,
        "confirm_calendar_notice": _OFFICE,
        "refuse_calendar_notice": _OFFICE,
        "record_outage": _REPAIR,
        "get_outages": _READERS,
        "get_notices": _REPAIR,
        "settle_notice": _REPAIR,
        "get_deadline": _READERS,
        "get_supervisions": Rule(COUNTER | {Role.OFFICE}),
        "feed_back": _COUNTER,  # whoever is on duty as 督办员, acting ones too: `ledger.supervision.supervisions` asks the roster of duty
        "give_excuse": _COUNTER,
        "get_excuses": _OFFICE,
        "decide_excuse": _OFFICE,
        "get_rules": _OFFICE,
        "preview_rules": _OFFICE,
        "get_running": _REPAIR,
        "get_stuck": _REPAIR,
        "retry_stuck": _REPAIR,
        "reissue_stuck": _REPAIR,
        "reroute_stuck": _REPAIR,
        "close_stuck": _REPAIR,
        "resume_stuck": Rule(frozenset({Role.OPERATOR})),  # who paused it in Prefect resumes it
        "put_callback": _ADMINISTRATION,
        "delete_callback": _ADMINISTRATION,
        "get_undelivered": Rule(_REPAIR.roles | _ADMINISTRATION.roles),
        "send_undelivered": Rule(_REPAIR.roles | _ADMINISTRATION.roles),
        "get_units": _REGISTRY,
        "put_unit": _REGISTRY,
        "get_matters": _REGISTRY,
        "put_matter": _REGISTRY,
        "get_proofs": _REGISTRY,
        "put_proof": _REGISTRY,
        "get_databases": _REGISTRY,
        "put_database": _REGISTRY,
        "get_register_changes": _REGISTRY,
        "confirm_change": _REGISTRY,
        "refuse_change": _REGISTRY,
        "get_traces": _REGISTRY,
        "get_systems": _REGISTRY,
        "put_system": _REGISTRY,
        "get_seals": _REGISTRY,
        "get_seal": _REGISTRY,
        "apply_for_seal": _REGISTRY,
        "make_seal": _REGISTRY,
        "file_seal": _REGISTRY,
        "start_seal": _REGISTRY,
        "cancel_seal": _REGISTRY,
        "confirm_seal": _REGISTRY,  # not who asked: `ledger.sealing.seal_register`
        "refuse_seal": _REGISTRY,
        "withdraw_seal": _REGISTRY,
        "put_source": _SENDERS,
        "send_file": _SENDERS,
        "preview_list": _SENDERS,
        "get_columns": _READERS,
        "say_column": _SENDERS,
        "get_sources": _READERS,
        "get_rows": _READERS,
        "get_error_file": _READERS,
        "start_rebuild": _REPAIR,
        "get_latest_draft": _LIST_READERS,
        "get_draft": _LIST_READERS,
        "get_questions": _OFFICE,
        "answer_question": _OFFICE,
        "draft_proposal": _COUNTER,
        "get_proposals": _LIST_READERS,
        "get_proposal": _LIST_READERS,
        "report_proposal": _COUNTER,
        "withdraw_proposal": _COUNTER,
        "return_proposal": _OFFICE,
        "consent_to_proposal": _OFFICE,
        "decide_proposal": _OFFICE,
        "reject_proposal": _OFFICE,
        "publish_version": Rule(frozenset({Role.PUBLISHER})),  # 区政府办公室 (obligation 5.2)
        "get_change_tasks": _READERS,
        "finish_change_task": _COUNTER,
        "export_guide_changes": _READERS,
        "export_guides": _READERS,
        "record_guide_handover": _SENDERS,
        "get_guide_handovers": _READERS,
        "get_coverage": Rule(WATCHERS),
        "order_report": _REPORTS,
        "get_overview": _REPORT_READERS,
        "get_overview_cases": _REPORT_READERS,
        "get_overview_decisions": Rule(DISTRICT | {Role.LEADER}),
        "get_reports": _REPORT_READERS,
        "get_report": _REPORT_READERS,
        "get_report_cases": _REPORT_READERS,
        "get_report_html": _REPORT_READERS,
        "get_report_pdf": _REPORT_READERS,
        "get_report_xlsx": _REPORT_READERS,
        "recompute_report": _REPORTS,
        "get_mailings": _REGISTRY,
        "send_report": _REGISTRY,
        "send_again": _REGISTRY,
        "take_in_complaint": _OFFICE,
        "import_complaints": _OFFICE,
        "get_complaint_layouts": _OFFICE,
        "export_complaint_outcomes": _OFFICE,
        "get_complaints": _CONCERNED,
        "get_complaint": _CONCERNED,
        "read_complaint": _OFFICE,
        "assess_complaint": _OFFICE,
        "pass_complaint": _OFFICE,
        "answer_complaint": Rule(frozenset({Role.SUPERVISOR})),
        "close_complaint": _OFFICE,
        "get_lookup_blocks": Rule(_REPAIR.roles | _ADMINISTRATION.roles),
        "lift_lookup_block": _OFFICE,
        "enter_lead": _OFFICE,
        "get_leads": _CONCERNED,
        "get_lead": _CONCERNED,
        "dismiss_lead": _OFFICE,
        "notify_lead": _OFFICE,
        "answer_lead": Rule(frozenset({Role.SUPERVISOR})),
        "accept_lead": _OFFICE,
        "transfer_lead": _OFFICE,
        "exempt_lead": _OFFICE,
        "record_lead_outcome": _OFFICE,
        "record_compensation": _OFFICE,
        "get_registers": _READERS,
        "enter_register": Rule(_SUPERVISION.roles | _OFFICE.roles),
        "get_entries": _REGISTERS,
        "export_entries": _REGISTERS,
        "recuse": _DECIDERS,
        "get_recusals": Rule(_DECIDERS.roles | _ADMINISTRATION.roles),
        "get_retention": _REGISTRY,
        "confirm_erasure": _OFFICE,
        "get_holds": _REGISTRY,
        "set_hold": _OFFICE,
        "lift_hold": _OFFICE,
        "make_score_sheet": _OFFICE,
        "get_score_sheets": _OFFICE,
        "get_score_sheet": _OFFICE,
        "sign_score_sheet": _OFFICE,  # not who made it: `ledger.oversight.score_sheets`
        "get_scores": _OFFICE,
        "export_scores": _OFFICE,
        **{name: Rule(public=True, quota=one.quota, shared=one.shared) for name, one in PUBLIC.items()},
    }
)
