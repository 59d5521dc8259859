"""谁看到什么 (obligations 2.6, 15.4, 18.2): whose rows a caller reads, whose persons' data in clear, and what is whose to act on.

Whether somebody may call an endpoint at all is `gateway.edge.permissions`; endpoints ask here and test neither unit nor role
themselves. What is not a caller's own looks like what does not exist. `docs/visibility.md` is written from these tables.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from domain.numbers import is_number
from domain.roles import Role
from gateway.edge.permissions import COUNTER, DISTRICT, WATCHERS
from gateway.edge.problems import Problem
from ledger.casework import views
from ledger.catalog import intake, proposals
from ledger.catalog.intake import SourceState
from ledger.deadlines import supervision_basis
from ledger.deadlines.timing import was_asked
from ledger.oversight import complaint_steps
from ledger.oversight.complaints import ComplaintUnknown, was_passed
from ledger.registry import registry
from ledger.registry.keys import Caller
from ledger.succession import heir
from ledger.supervision import supervisions
from ledger.tables.catalog import Proposal
from ledger.tables.oversight import Complaint
from ledger.tables.registry import Unit
from ledger.tables.verifications import Verification
from settings import settings

_OFFICE = frozenset({Role.OFFICE})
_EVERYBODY = frozenset(Role)


@dataclass(frozen=True)
class Thing:
    """A kind of thing and the endpoints that show it. Who may call them and is in `by_all` sees every unit's, who is not sees
    the own unit's: `own` says what that is. `clear`, `masked`: who sees persons so in what is the own unit's; `told`: and when."""

    name: str
    endpoints: tuple[str, ...]
    by_all: Collection[Role] = frozenset()
    own: str = ""
    clear: Collection[Role] = frozenset()
    masked: Collection[Role] = frozenset()
    told: str = ""


VERIFICATIONS = Thing(
    "核验",
    ("get_verification",),
    WATCHERS,
    "that it filed",
    clear=COUNTER,
    told="persons and result only of the own unit's, each reading on the record",
)
EVENTS = Thing("核验经过", ("get_events",), WATCHERS, "that it filed")
REVOCATION = Thing("电子证明的撤销", ("get_revocation",), WATCHERS, "that it filed, and that it answers for")
REVOCATIONS = Thing("提出的撤销", ("get_revocations",), _OFFICE, "that it asked for")
BATCHES = Thing("批次、批次的各行", ("get_batches", "get_batch", "get_batch_rows"), WATCHERS, "that it sent")
TIMING = Thing("时限说明", ("get_deadline",), WATCHERS, "that it filed, and what it was asked itself")
HOURS = Thing("服务时间", ("get_hours",), WATCHERS)
ARRANGED_HOURS = Thing("设定服务时间", (), DISTRICT)
SUPERVISIONS = Thing("督办", ("get_supervisions",), _OFFICE, "in which it is supervised")
VOLUNTARY = Thing(
    "主动提供台账、系统外查询台账",
    ("get_voluntary", "export_voluntary", "get_off_system"),
    DISTRICT,
    "that it entered",
    masked=COUNTER | DISTRICT,
)
DEMANDS = Thing("索要证明台账", ("get_demands",), DISTRICT, "that it is said to have demanded")
MANUAL_REGISTERS = Thing("登记册", ("get_entries", "export_entries"), DISTRICT, "that it entered")
LISTS = Thing(
    "草案、编制和调整",
    ("get_latest_draft", "get_draft", "get_proposals", "get_proposal"),
    WATCHERS | {Role.PUBLISHER},
    "and of units whose list it drafts",
)
SENT_LISTS = Thing("报送清单", (), _OFFICE)
CHANGE_TASKS = Thing("更新任务", ("get_change_tasks",), WATCHERS)
REPORTS = Thing(
    "全局情况、周报",
    ("get_overview", "get_overview_cases")
    + ("get_reports", "get_report", "get_report_cases", "get_report_html", "get_report_pdf", "get_report_xlsx"),
    DISTRICT | {Role.LEADER},
    "about it",
)
COMPLAINTS = Thing(
    "投诉", ("get_complaints", "get_complaint"), _OFFICE, "passed to it: what it is asked and its own answers, never who reported"
)
LEADS = Thing("线索", ("get_leads", "get_lead"), _OFFICE, "notified to it")

#: Every endpoint that shows something, once, beside those that the same roles may call; what endpoints ask for stands above.
THINGS = (
    Thing(
        "本单位的办件、核验、收件箱数量、各人在办的申请",
        ("get_cases", "get_verifications", "get_inbox_counts", "get_assignments", "get_excluded_time", "get_revoked_proofs"),
        own="that it filed or is asked",
    ),
    Thing("办件", ("get_case",), own="that it registered", masked=COUNTER),
    VERIFICATIONS,
    Thing("电子证明", ("get_proof_pdf", "get_proof_ofd"), own="that it filed", clear=COUNTER, told="each reading on the record"),
    EVENTS,
    REVOCATION,
    REVOCATIONS,
    BATCHES,
    Thing(
        "批次的结果和电子证明",
        ("get_batch_results", "get_batch_proofs"),
        own="that it sent",
        clear=COUNTER,
        told="each reading on the record",
    ),
    TIMING,
    Thing("承诺书、不符的核实情况", ("get_commitment", "get_mismatch"), own="that it filed"),
    Thing(
        "收件箱", ("get_inbox", "get_request"), own="that it is asked", clear=COUNTER, told="masked once answered; sources: what they said"
    ),
    Thing(
        "附件", ("get_attachments", "get_attachment"), own="of what it filed or is asked", clear=COUNTER, told="each reading on the record"
    ),
    Thing("承诺核查", ("get_checks",), own="that it is to make"),
    VOLUNTARY,
    DEMANDS,
    MANUAL_REGISTERS,
    Thing("值守", ("get_duty",)),
    HOURS,
    SUPERVISIONS,
    Thing(
        "清单报送、办事指南更新表、材料清单和交付",
        ("get_sources", "get_columns", "get_rows", "get_error_file", "export_guide_changes", "export_guides", "get_guide_handovers"),
        LISTS.by_all,
        LISTS.own,
    ),
    LISTS,
    CHANGE_TASKS,
    REPORTS,
    COMPLAINTS,
    Thing(
        "投诉原文、反映人",
        ("read_complaint",),
        _OFFICE,
        clear=_OFFICE,
        told="not where the own unit is concerned; each reading on the record",
    ),
    LEADS,
    Thing("投诉来源的格式", ("get_complaint_layouts",), _EVERYBODY),
    Thing("投诉办理结果", ("export_complaint_outcomes",), _OFFICE, told="not where the own unit is concerned; never who reported"),
    Thing("本人", ("get_me",), own="of the caller alone"),
    Thing("工作日历、故障区间、登记册目录", ("get_year", "get_outages", "get_registers"), _EVERYBODY),
    Thing("放假通知", ("get_calendar_notices", "read_calendar_notice"), _EVERYBODY),
    Thing("可以转办的单位", ("get_units_to_ask",), _EVERYBODY),
    Thing("回避登记", ("get_recusals",), _EVERYBODY, told="why: herself and the office"),
    Thing("登记库、业务系统", ("get_units", "get_matters", "get_proofs", "get_databases", "get_systems"), _EVERYBODY),
    Thing("印章登记", ("get_seals", "get_seal"), _EVERYBODY),
    Thing(
        "登记变更、留痕、周报邮件、保管期限、暂停销毁",
        ("get_register_changes", "get_traces", "get_mailings", "get_retention", "get_holds"),
        _EVERYBODY,
    ),
    Thing(
        "清单待确认的问题、解读、超时理由、信用限制、评分",
        (
            "get_questions",
            "get_rules",
            "get_excuses",
            "get_credit_blocks",
            "get_score_sheets",
            "get_score_sheet",
            "get_scores",
            "export_scores",
        ),
        _EVERYBODY,
    ),
    Thing("待人工处理、通知、运行情况", ("get_stuck", "get_notices", "get_running"), _EVERYBODY),
    Thing("未送达、查询限制", ("get_undelivered", "get_lookup_blocks"), _EVERYBODY),
    Thing("清单覆盖情况", ("get_coverage",), _EVERYBODY),
    Thing("等待决定的事项", ("get_overview_decisions",), _EVERYBODY),
    Thing("批量限额", ("get_batch_quotas",), _EVERYBODY),
)


def whose(caller: Caller, thing: Thing) -> str | None:
    """The unit whose things the caller sees; None: every unit's."""
    return None if caller.roles & frozenset(thing.by_all) else caller.unit


def is_own(session: Session, caller: Caller, unit: str | None) -> bool:
    """True where it is the caller's unit, or was merged into it."""
    return heir(session, unit or "") == caller.unit


def sees_persons(session: Session, caller: Caller, row: Verification) -> bool:
    """Persons and what is proved of them: people of the unit that filed it, by their role (obligation 15.4)."""
    return is_own(session, caller, row.unit) and bool(caller.roles & frozenset(VERIFICATIONS.clear))


def verification(session: Session, caller: Caller, number: str, thing: Thing | None = None) -> Verification:
    """A verification as this thing shows it; without one, the own unit's. Raises Problem `number_unknown`."""
    unit = caller.unit if thing is None else whose(caller, thing)
    row = views.find_verification(session, number, unit) if is_number(number) else None
    if row is None:
        raise Problem("number_unknown")
    return row


def taking_part(session: Session, caller: Caller, number: str, *, watching: bool = False) -> tuple[Verification, bool]:
    """A verification that the unit filed or was asked about, and whether it is whole for the caller: not for who was only
    asked. `watching`: whole for those, too, who see every unit's. Raises Problem `number_unknown`."""
    row = views.find_verification(session, number, None) if is_number(number) else None
    whole = row is not None and ((watching and whose(caller, TIMING) is None) or is_own(session, caller, row.unit))
    if row is None or not (whole or was_asked(session, number, caller.unit)):
        raise Problem("number_unknown")
    return row, whole


def may_override(session: Session, caller: Caller, request: UUID) -> bool:
    """The unit's 督办员, by duty and not by role, may act on what a colleague claimed (obligations 10.2, 10.12)."""
    opened = supervision_basis.of_request(session, request)
    return supervisions.in_charge(session, caller.unit, caller.person, opened, now=settings().now())


def unit_of(session: Session, caller: Caller, asked: str | None, thing: Thing) -> str:
    """The unit that is asked about, or the own one. Raises Problem `not_allowed`, `unit_unknown`."""
    if asked is None or asked == caller.unit:
        return caller.unit
    if whose(caller, thing) is not None:
        raise Problem("not_allowed")
    if session.get(Unit, asked) is None:
        raise Problem("unit_unknown")
    return asked


def report_scope(caller: Caller, asked: str | None) -> str:
    """Whose report is ordered; empty: the district's. Raises Problem `report_not_yours`."""
    own = whose(caller, REPORTS)
    if own is not None and asked not in (None, "", own):
        raise Problem("report_not_yours")
    return asked or own or ""


def may_enter(caller: Caller, unit: str, *, by_office: bool) -> bool:
    """登记册: the office enters for everybody, a unit's people for it what is not the office's."""
    return bool(caller.roles & _OFFICE) or (not by_office and unit == caller.unit)


def units_of(session: Session, caller: Caller) -> frozenset[str] | None:
    """Whose lists, drafts and proposals (obligation 5.1): the caller's unit and those whose lists it drafts; None: all of them."""
    return None if whose(caller, LISTS) is None else registry.drafted_by(session, caller.unit)


def own_list(session: Session, caller: Caller, key: str) -> SourceState:
    """A list that the caller may see, as it stands. Raises Problem `list_unknown`."""
    found = intake.states(session, units_of(session, caller), key)
    if not found:
        raise Problem("list_unknown")
    return found[0]


def own_proposal(session: Session, caller: Caller, proposal: UUID) -> Proposal:
    """A proposal that the caller may see. Raises Problem `proposal_unknown`."""
    row = proposals.find(session, proposal, units_of(session, caller))
    if row is None:
        raise Problem("proposal_unknown")
    return row


def may_send(session: Session, caller: Caller, unit: str | None) -> bool:
    """The office for everybody; a unit's people for itself and for those whose list it drafts (obligation 5.1)."""
    return whose(caller, SENT_LISTS) is None or (unit is not None and unit in registry.drafted_by(session, caller.unit))


def complaint(session: Session, caller: Caller, number: str) -> Complaint:
    """A complaint that the caller may see: the unit's once it was passed on. Raises `ComplaintUnknown`."""
    row = complaint_steps.find(session, number)
    if whose(caller, COMPLAINTS) is not None and not was_passed(session, row, caller.unit):
        raise ComplaintUnknown
    return row


def reads_as(session: Session, caller: Caller, concerned: Collection[str]) -> str | None:
    """投诉、线索: whole (None) for the office, but not for its people whose unit it is about (obligation 18.2): as their unit reads it."""
    whole = caller.roles & _OFFICE and caller.unit not in {heir(session, unit) for unit in concerned}
    return None if whole else caller.unit


def sees_why(caller: Caller, person: str) -> bool:
    """Why somebody withdrew from a decision: herself, and the office."""
    return bool(caller.roles & _OFFICE) or person == caller.person


def decides(caller: Caller, role: Role) -> bool:
    """Whether what waits for this role waits for the caller."""
    return role in caller.roles
