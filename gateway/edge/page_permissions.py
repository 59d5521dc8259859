"""页面的权限: each page of the counter stands on an endpoint of the API, and whoever may use that one may open the page.

Nothing else is decided: rights are changed in `gateway.edge.permissions` alone. A page without a line stops the gateway at its start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gateway.edge.permissions import RULES
from gateway.edge.scopes import refusal
from ledger.registry.keys import Caller

#: Page, or what a page sends -> the endpoint of the API that it stands on.
PAGES: Mapping[str, str] = MappingProxyType(
    {
        "counter_home": "get_me",
        "counter_sessions": "get_me",
        "counter_end_session": "get_me",
        "counter_end_other_sessions": "get_me",
        "counter_sign_out": "get_me",
        "counter_inbox": "get_inbox",
        "counter_request": "get_request",
        "counter_beside": "get_request",
        "counter_claim": "claim_request",
        "counter_release": "release_request",
        "counter_reply": "reply_to_request",
        "counter_preview": "preview_reply",
        "counter_ask": "ask_for_supplement",
        "counter_return": "return_request",
        "counter_units": "get_units_to_ask",
        "counter_attach": "add_attachment",
        "counter_attachment": "get_attachment",
        "counter_excuse": "give_excuse",
        "counter_supervision": "get_assignments",
        "counter_assign": "assign_requests",
        "counter_feed_back": "feed_back",
        "counter_complaints": "assess_complaint",
        "counter_complaint": "assess_complaint",
        "counter_complaint_text": "read_complaint",
        "counter_complaint_assess": "assess_complaint",
        "counter_complaint_pass": "pass_complaint",
        "counter_complaint_close": "close_complaint",
        "counter_oversight": "get_complaints",
        "counter_complaint_answer": "answer_complaint",
        "counter_lead_answer": "answer_lead",
        "counter_duty": "get_duty",
        "counter_duty_appoint": "appoint",
        "counter_duty_end": "end_appointment",
        "counter_absence": "report_absence",
        "counter_absence_cancel": "cancel_absence",
        "counter_cases": "get_cases",
        "counter_case_form": "put_case",
        "counter_case_party": "put_case",
        "counter_case_register": "put_case",
        "counter_number_check": "put_case",
        "counter_case": "get_case",
        "counter_case_progress": "get_case",
        "counter_case_file": "file_verification",
        "counter_case_close": "close_case",
        "counter_handed_in": "submit_voluntary",
        "counter_handed_in_state": "submit_voluntary",
        "counter_handed_in_screen": "submit_voluntary",
        "counter_hand_in": "submit_voluntary",
        "counter_handed_in_telephone": "submit_voluntary",
        "counter_handed_in_code": "submit_voluntary",
        "counter_verification": "get_verification",
        "counter_proof": "get_proof_pdf",
        "counter_choose": "choose_licence",
        "counter_supply": "supply",
        "counter_forward": "forward",
        "counter_commitment_sign": "sign_commitment",
        "counter_commitment_decline": "decline_commitment",
        "counter_subject_codes": "make_subject_code",
        "counter_subject_code": "make_subject_code",
        "counter_batches": "get_batches",
        "counter_batch": "get_batch",
        "counter_batch_send": "file_batch_table",
        "counter_batch_results": "get_batch_results",
        "counter_batch_proofs": "get_batch_proofs",
        "counter_batch_pause": "pause_batch",
        "counter_batch_resume": "resume_batch",
        "counter_batch_cancel": "cancel_batch",
        "counter_revocations": "get_revocations",
        "counter_revoke": "revoke_proof",
        "counter_revocation_confirm": "confirm_revocation",
        "counter_revocation_refuse": "refuse_revocation",
        "counter_registers": "get_entries",
        "counter_register": "get_entries",
        "counter_register_export": "export_entries",
        "counter_register_table": "get_entries",
        "counter_register_file": "enter_register",
        "counter_register_entry": "enter_register",
        "counter_register_enter": "enter_register",
        "counter_running": "get_running",
        "counter_stuck": "get_stuck",
        "counter_stuck_retry": "retry_stuck",
        "counter_stuck_resume": "resume_stuck",
        "counter_stuck_reroute": "reroute_stuck",
        "counter_stuck_close": "close_stuck",
        "counter_decisions": "get_excuses",
        "counter_decision": "decide_excuse",
        "counter_decision_reroute": "reroute_stuck",
        "counter_decision_close": "close_stuck",
        "counter_decision_excuse": "decide_excuse",
        "counter_decision_lead": "enter_lead",
        "counter_readings": "get_rules",
        "counter_reading": "preview_rules",
        "counter_catalog": "get_questions",
        "counter_catalog_answer": "answer_question",
        "counter_catalog_codes": "get_proofs",
        "counter_catalog_rows": "get_questions",
        "counter_proposals": "get_proposals",
        "counter_proposal": "get_proposal",
        "counter_proposal_consent": "consent_to_proposal",
        "counter_proposal_decide": "decide_proposal",
        "counter_proposal_return": "return_proposal",
        "counter_proposal_reject": "reject_proposal",
        "counter_proposal_report": "report_proposal",
        "counter_proposal_withdraw": "withdraw_proposal",
        "counter_adjustment": "draft_proposal",
        "counter_adjustment_entries": "draft_proposal",
        "counter_adjustment_change": "draft_proposal",
        "counter_adjustment_due": "draft_proposal",
        "counter_adjustment_send": "draft_proposal",
        "counter_publication": "get_proposals",
        "counter_publish": "publish_version",
        "counter_draft": "get_latest_draft",
        "counter_rebuild": "start_rebuild",
        "counter_calendar": "get_calendar_notices",
        "counter_calendar_read": "read_calendar_notice",
        "counter_calendar_propose": "propose_calendar_notice",
        "counter_calendar_confirm": "confirm_calendar_notice",
        "counter_calendar_refuse": "refuse_calendar_notice",
        "counter_overview": "get_overview",
        "counter_overview_cases": "get_overview_cases",
        "counter_overview_decisions": "get_overview_decisions",
        "counter_report_cases": "get_report_cases",
        "counter_report_pdf": "get_report_pdf",
    }
)


@dataclass(frozen=True)
class Entrance:
    """A page that every page's head and the home page lead to: its name in `PAGES`, its address, what it is for."""

    page: str
    address: str
    title: str
    purpose: str


#: In this order. Who may not open a page does not see it.
ENTRANCES = (
    Entrance("counter_overview", "/counter/overview", "全局", "停住的、超时的、等待决定的,本周与上周"),
    Entrance("counter_inbox", "/counter/inbox", "收件箱", "答复其他单位的核验申请,最急的在最前"),
    Entrance("counter_supervision", "/counter/supervision", "督办", "谁手上的申请已超时或者临近时限,接手、交给同事,反馈督办"),
    Entrance("counter_complaints", "/counter/complaints", "投诉办理", "认定投诉举报反映什么,转办、办结,查阅原文"),
    Entrance("counter_oversight", "/counter/oversight", "投诉和线索", "答复工作专班办公室转来的投诉和整改通知"),
    Entrance("counter_cases", "/counter/cases", "办件", "登记办件,发起核验,取回电子证明"),
    Entrance("counter_batches", "/counter/batches", "批量核验", "以一个文件提交许多办件的核验,看各行的进展,取回结果"),
    Entrance("counter_revocations", "/counter/revocations", "撤销证明", "撤销本单位出具的证明,确认他人提出的,查看用过而已撤销的"),
    Entrance("counter_subject_codes", "/counter/subject-codes", "本人查询", "核验身份后，为要看“谁查过我”的人生成查询码"),
    Entrance("counter_running", "/counter/running", "运行", "告警、数据源、各单位的队列、工作进程和台账的大小"),
    Entrance("counter_stuck", "/counter/stuck", "待人工处理", "看停下的核验和原因,重试、改派或者办结"),
    Entrance("counter_decisions", "/counter/decisions", "待决定", "退回两次、无法核验的核验,督办超时,超时理由:看经过,作出决定"),
    Entrance("counter_catalog", "/counter/catalog", "清单问题", "确认清单中不能认定的名称,决定以哪一份清单为准"),
    Entrance("counter_proposals", "/counter/catalog/proposals", "清单调整", "报送清单调整,看研究和公布的进展、草案和历次版本"),
    Entrance("counter_registers", "/counter/registers", "登记册", "登记培训、设备、宣传、督导检查等,查看和更正已登记的"),
    Entrance("counter_calendar", "/counter/calendar", "工作日历", "粘贴放假通知,核对改变的日子,由另一人确认"),
    Entrance("counter_readings", "/counter/readings", "规则解读", "条文没有写明的怎样理解,改用另一种解读会有什么不同"),
    Entrance("counter_sessions", "/counter/sessions", "我的登录", "查看在哪些浏览器上登录,结束不是本人的登录"),
)


def entrances(caller: Caller) -> list[Entrance]:
    """What the caller may open."""
    return [one for one in ENTRANCES if page_refusal(one.page, caller) is None]


def page_refusal(page: str, caller: Caller) -> str | None:
    """Why the caller may not open a page, as the code of a problem; None: it may."""
    return refusal(PAGES[page], caller)


def unruled(names: set[str]) -> set[str]:
    """Endpoints and pages that no table names."""
    return names - RULES.keys() - PAGES.keys()
