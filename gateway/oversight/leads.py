"""线索 (article 16): what the rules found and what people enter, on the way to a decision by the office (obligation 16.0, article 17)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated, Any

from fastapi import Path, Query
from sqlalchemy.orm import Session

from domain.clear_text import names_one_of
from domain.lead_path import LeadStatus, LeadStep
from domain.leads import Indication, LeadRule
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging
from gateway.edge.problems import Problem
from gateway.edge.visibility import LEADS, reads_as, whose
from gateway.oversight.complaint_schemas import TextIn
from gateway.oversight.lead_schemas import CompensationIn, ExemptionIn, LeadDecisionIn, LeadIn, LeadOut, LeadsOut, NotificationIn
from ledger.cases.whom import names_behind
from ledger.database import transaction
from ledger.oversight import exemptions, lead_steps, leads
from ledger.registry.keys import Caller
from ledger.tables.oversight import Lead
from ledger.tables.registry import Unit
from settings import LOCAL, settings

router = api_router("oversight")

Number = Annotated[str, Path(max_length=40, pattern=r"^[\w]+$", description="线索编号", examples=["XS202603047K3M9QXT"])]
Standings = Annotated[list[LeadStatus], Query(max_length=7, description="只看这些进度的")]
_STEP = problems("lead_unknown", "lead_refused", "must_recuse", body=True)


@router.post(
    "/v1/leads", status_code=201, summary="登记线索", responses=problems("unit_not_registered", "lead_known", "names_somebody", body=True)
)
def enter_lead(body: LeadIn, caller: CurrentCaller) -> LeadOut:
    """人工登记,如督导检查中发现的(规则第十六条各项均可)。是线索,不是结论。"""
    now = settings().now()
    today = now.astimezone(LOCAL).date()
    monday = datetime.combine(today - timedelta(days=today.weekday()), time(), LOCAL)
    indication = Indication(LeadRule.BY_HAND, body.unit, body.subject, tuple(body.numbers), {"人工登记": 1})
    with transaction() as session:
        if session.get(Unit, body.unit) is None:
            raise Problem("unit_not_registered")
        if names_one_of(body.subject, names_behind(session, body.numbers)):
            raise Problem("names_somebody", errors=[("subject", "不得含当事人姓名或证件号码。")])
        row, is_new = leads.record(
            session,
            indication,
            monday,
            monday + timedelta(days=7),
            now=now,
            actor=caller.person,
            clause=body.clause,
            unit=caller.unit,
            text=body.text,
        )
        if not is_new:
            raise Problem("lead_known")
        return _answer(session, row, caller)


@router.get("/v1/leads", summary="线索清单", responses=problems("invalid"))
def get_leads(
    caller: CurrentCaller,
    page: Paging,
    standing: Standings = [],  # noqa: B006
) -> LeadsOut:
    """专班办公室看到全部;单位的督办员看到已向本单位发出整改通知的。"""
    with transaction() as session:
        found = leads.listed(session, whose(caller, LEADS), page, standings=standing)
        return page.answer(LeadsOut, found, lambda row: _answer(session, row, caller))


@router.get("/v1/leads/{number}", summary="一条线索", responses=problems("lead_unknown", "invalid"))
def get_lead(number: Number, caller: CurrentCaller) -> LeadOut:
    """证据、期限和办理经过。"""
    with transaction() as session:
        return _answer(session, lead_steps.find(session, number, whose(caller, LEADS)), caller)


@router.post("/v1/leads/{number}/dismiss", summary="认定线索不成立", responses=_STEP)
def dismiss_lead(number: Number, body: TextIn, caller: CurrentCaller) -> LeadOut:
    """写明为何不成立。"""
    return _take(number, LeadStep.DISMISS, caller, body.text)


@router.post("/v1/leads/{number}/notify", summary="发整改通知", responses=_STEP)
def notify_lead(number: Number, body: NotificationIn, caller: CurrentCaller) -> LeadOut:
    """向单位发整改通知:文书、要求和期限(工作日)。单位由此看到这条线索并可以答复、说明理由。"""
    days = body.days or settings().rectification_days
    return _take(number, LeadStep.NOTIFY, caller, body.text, {"document": body.document}, days=days)


@router.post("/v1/leads/{number}/answer", summary="答复整改通知", responses=_STEP)
def answer_lead(number: Number, body: TextIn, caller: CurrentCaller) -> LeadOut:
    """由单位答复:怎样整改,或有何正当理由。"""
    return _take(number, LeadStep.ANSWER, caller, body.text)


@router.post("/v1/leads/{number}/accept", summary="认定整改到位", responses=_STEP)
def accept_lead(number: Number, body: LeadDecisionIn, caller: CurrentCaller) -> LeadOut:
    """单位答复后,由专班办公室的人员认定。"""
    return _take(number, LeadStep.ACCEPT, caller, body.text, {"document": body.document})


@router.post("/v1/leads/{number}/transfer", summary="移送有关机关", responses=_STEP)
def transfer_lead(number: Number, body: LeadDecisionIn, caller: CurrentCaller) -> LeadOut:
    """写明移送文书。单位未答复的,期限届满后才能移送。"""
    return _take(number, LeadStep.TRANSFER, caller, body.text, {"document": body.document})


@router.post("/v1/leads/{number}/exempt", summary="不予追究", responses=_STEP)
def exempt_lead(number: Number, body: ExemptionIn, caller: CurrentCaller) -> LeadOut:
    """依规则第十七条,写明情形和依据。主动补救的(17.4)写明何时发现、何时补救;依法获取的证明失实的(17.5)并写明核验编号,
    系统记入所涉证明、办件,以及获取合法的依据。"""
    now, remedy = settings().now(), body.remedy.remedy if body.remedy else None
    with transaction() as session:
        grounds = exemptions.grounds(session, lead_steps.find(session, number), body.exemption, remedy, now=now)
        record = {"document": body.document, "exemption": body.exemption.value, **grounds}
        row = lead_steps.take(
            session, number, LeadStep.EXEMPT, person=caller.person, unit=caller.unit, now=now, text=body.text, record=record
        )
        return _answer(session, row, caller)


@router.post("/v1/leads/{number}/outcome", summary="登记有关机关的处理结果", responses=_STEP)
def record_lead_outcome(number: Number, body: LeadDecisionIn, caller: CurrentCaller) -> LeadOut:
    """处理结果由有关机关作出,在此凭其文书登记。"""
    return _take(number, LeadStep.OUTCOME, caller, body.text, {"document": body.document})


@router.post("/v1/leads/{number}/compensation", summary="登记补偿或赔偿", responses=_STEP)
def record_compensation(number: Number, body: CompensationIn, caller: CurrentCaller) -> LeadOut:
    """造成损害的,登记补偿或赔偿的金额和文书(规则第十六条)。"""
    record = {"document": body.document, "amount": format(body.amount, ".2f")}
    return _take(number, LeadStep.COMPENSATE, caller, body.text, record)


def _take(number: str, step: LeadStep, caller: Caller, text: str, record: dict[str, Any] | None = None, days: int | None = None) -> LeadOut:
    now = settings().now()
    with transaction() as session:
        row = lead_steps.take(session, number, step, person=caller.person, unit=caller.unit, now=now, text=text, record=record, days=days)
        return _answer(session, row, caller)


def _answer(session: Session, row: Lead, caller: Caller) -> LeadOut:
    """What the office noted when it found it may rest on a complaint: the unit reads what it is told, not that."""
    whole = reads_as(session, caller, [row.unit or ""]) is None
    steps = leads.steps_of(session, row)
    texts = [lead_steps.text_of(one) if whole or one.step is not LeadStep.FIND else None for one in steps]
    return LeadOut.of(row, list(zip(steps, texts, strict=True)), settings().now())
