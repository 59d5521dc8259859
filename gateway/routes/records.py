"""台账: what applicants brought themselves, look-ups elsewhere, mismatches and objections, outages (2.7, 7.3, 11.3)."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Path, Query, Response
from sqlalchemy.orm import Session

from domain.records import RIGHT_OF_APPEAL
from domain.share import Subject
from gateway.acting import acting, own
from gateway.answers.followups import MismatchAnswer
from gateway.answers.records import (
    OffSystemAnswer,
    OffSystemsAnswer,
    OutageAnswer,
    OutagesAnswer,
    VoluntariesAnswer,
    VoluntaryAnswer,
)
from gateway.entrance import CurrentCaller
from gateway.permissions import watches_all
from gateway.problems import Problem
from gateway.routes.shared import api_router, problems
from gateway.sent.records import SentMismatch, SentObjection, SentOffSystem, SentOutage, SentVoluntary
from gateway.sent.values import Instant, SentParty
from ledger import cases, mismatches, offsystem, outages, voluntary, worktime
from ledger.filing import Filer
from ledger.keys import Caller
from ledger.tables.cases import Case, Party
from ledger.tables.records import Mismatch
from ledger.tables.registry import Person, ProofKind
from settings import LOCAL, settings

router = api_router("台账")

Number = Annotated[str, Path(max_length=40, description="核验编号", examples=["HY202603047K3M9QXT"])]
Since = Annotated[Instant | None, Query(description="起(含);省略为一年前")]
Until = Annotated[Instant | None, Query(description="止(不含);省略为现在")]
_CSV = {"text/csv": {"schema": {"type": "string"}}}


@router.post(
    "/v1/voluntary-submissions",
    status_code=201,
    summary="登记主动提供",
    responses=problems("case_unknown", "not_a_party", "name_differs", "id_number_invalid", body=True),
)
def submit_voluntary(body: SentVoluntary, caller: CurrentCaller) -> VoluntaryAnswer:
    """申请人主动提供的一律接收、登记,不影响核验,也不得因此要求申请人提供。台账只增不改。"""
    with acting() as session:
        case, party = _case_and_party(session, caller, body.case_number, body.party)
        confirmation = body.confirmation
        line = voluntary.submit(
            session, _filer(caller), case, party, body.proof, body.reason,
            confirmation.evidence if confirmation else None, confirmation.sha256 if confirmation else None,
            now=settings().now(),
        )  # fmt: skip
        return VoluntaryAnswer.of(line)


@router.get("/v1/voluntary-submissions", summary="主动提供台账", responses=problems("invalid"))
def get_voluntary(caller: CurrentCaller, since: Since = None, until: Until = None) -> VoluntariesAnswer:
    """本单位的台账,当事人脱敏;专班办公室看到全部单位的。"""
    with acting() as session:
        found = voluntary.listed(session, _scope(caller), *_period(since, until))
        return VoluntariesAnswer(items=[VoluntaryAnswer.of(line) for line in found])


@router.get(
    "/v1/voluntary-submissions.csv",
    summary="导出主动提供台账",
    response_class=Response,
    responses=problems("invalid", also={200: {"content": _CSV}}),
)
def export_voluntary(caller: CurrentCaller, since: Since = None, until: Until = None) -> Response:
    """UTF-8 带签名的 CSV,可直接用表格软件打开。"""
    with acting() as session:
        items = [VoluntaryAnswer.of(line) for line in voluntary.listed(session, _scope(caller), *_period(since, until))]
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(
        ["序号", "时间", "单位", "办件编号", "事项", "证明", "清单列有", "当事人", "证件号码", "经办人", "原因", "本人确认", "确认凭证", "保存至"]
    )
    for one in items:
        confirmed = one.confirmed.chinese if one.confirmed else "无"
        table.writerow(
            [
                _safe(str(value))
                for value in (
                    one.id, _local(one.at), one.unit, one.case_number, one.matter_name, one.proof_name,
                    "是" if one.listed else "否", one.party_name, one.party_number, one.clerk, one.reason_name, confirmed,
                    one.confirmation_sha256 or "", _local(one.retain_until)[:10],
                )
            ]
        )  # fmt: skip
    headers = {"Content-Disposition": 'attachment; filename="voluntary-submissions.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@router.post(
    "/v1/off-system-lookups",
    status_code=201,
    summary="系统外查询备案",
    responses=problems(
        "case_unknown", "not_a_party", "name_differs", "id_number_invalid", "proof_kind_unknown", "person_unknown",
        "instant_in_future", body=True,
    ),
)  # fmt: skip
def record_off_system(body: SentOffSystem, caller: CurrentCaller) -> OffSystemAnswer:
    """直接在国家、省、市数据库查询的,登记来源、查询人、时间、结果和凭证摘要。备案只增不改。"""
    now = settings().now()
    with acting() as session:
        case, party = _case_and_party(session, caller, body.case_number, body.party)
        if session.get(ProofKind, body.proof) is None:
            raise Problem("proof_kind_unknown")
        operator = session.get(Person, body.operator)
        if operator is None or operator.unit != caller.unit:
            raise Problem("person_unknown")
        if body.looked_up_at > now:
            raise Problem("instant_in_future")
        row = offsystem.record(
            session, caller.unit, case, party, body.proof, body.source, body.operator, body.looked_up_at, body.result,
            body.evidence_sha256, now=now, actor=caller.actor,
        )  # fmt: skip
        return OffSystemAnswer.of(row, case.number)


@router.get("/v1/off-system-lookups", summary="系统外查询台账", responses=problems("invalid"))
def get_off_system(caller: CurrentCaller, since: Since = None, until: Until = None) -> OffSystemsAnswer:
    """本单位的备案;专班办公室看到全部单位的。"""
    with acting() as session:
        found = offsystem.listed(session, _scope(caller), *_period(since, until))
        return OffSystemsAnswer(items=[OffSystemAnswer.of(row, number) for row, number in found])


@router.post(
    "/v1/verifications/{number}/mismatch",
    status_code=201,
    summary="报告不符",
    responses=problems("number_unknown", "not_delivered", "mismatch_open", "no_issuer_to_check", body=True),
)
def report_mismatch(number: Number, body: SentMismatch, caller: CurrentCaller) -> MismatchAnswer:
    """取得的内容与申请人陈述不一致的:登记陈述和补充,由出具单位核实,以其材料为准。"""
    with acting() as session:
        own(session, caller, number)
        found = mismatches.report(
            session, number, body.fields, body.stated, body.supplement, body.unit, _filer(caller), now=settings().now()
        )
        return _mismatch(found)


@router.get(
    "/v1/verifications/{number}/mismatch",
    summary="不符的核实情况",
    responses=problems("number_unknown", "mismatch_unknown", "invalid"),
)
def get_mismatch(number: Number, caller: CurrentCaller) -> MismatchAnswer:
    """最近一次不符报告的进度和结论。"""
    with acting() as session:
        own(session, caller, number)
        found = mismatches.newest(session, number)
        if found is None:
            raise Problem("mismatch_unknown")
        return _mismatch(found)


@router.post(
    "/v1/verifications/{number}/objection",
    summary="登记异议",
    responses=problems("number_unknown", "mismatch_unsettled", "objected_already", body=True),
)
def record_objection(number: Number, body: SentObjection, caller: CurrentCaller) -> MismatchAnswer:
    """申请人对核实结果有异议的:登记,并告知依法申请行政复议等途径(答复中的 right)。"""
    with acting() as session:
        own(session, caller, number)
        return _mismatch(mismatches.object_to(session, number, body.text, now=settings().now(), actor=caller.actor))


@router.post("/v1/outages", status_code=201, summary="登记平台故障", responses=problems("outage_refused", body=True))
def record_outage(body: SentOutage, caller: CurrentCaller) -> OutagesAnswer:
    """登记平台故障的起止;时限说明中注明“平台原因”,是否扣除由本区规则决定。"""
    now = settings().now()
    with acting() as session:
        outages.record(session, body.since, body.until, body.reason, now=now, actor=caller.actor)
        session.flush()
        worktime.recompute_after_outage(session, now=now, actor=caller.actor)
        return OutagesAnswer(items=[OutageAnswer.of(row) for row in outages.listed(session, body.since, body.until)])


@router.get("/v1/outages", summary="平台故障区间", responses=problems("invalid"))
def get_outages(caller: CurrentCaller, since: Since = None, until: Until = None) -> OutagesAnswer:
    """人工登记的和系统自行发现的。"""
    with acting() as session:
        return OutagesAnswer(items=[OutageAnswer.of(row) for row in outages.listed(session, *_period(since, until))])


def _case_and_party(session: Session, caller: Caller, number: str, sent: SentParty) -> tuple[Case, Party]:
    case = cases.find(session, caller.unit, number)
    if case is None:
        raise Problem("case_unknown")
    party = cases.find_party(session, case, sent.id_type, sent.id_number.upper())
    if party is None:
        raise Problem("not_a_party")
    known: Subject = cases.subject_of(session, party.id, cases.case_key(case))
    if known.name != sent.name:
        raise Problem("name_differs")
    return case, party


def _filer(caller: Caller) -> Filer:
    return Filer(caller.unit, caller.person, caller.system)


def _scope(caller: Caller) -> str | None:
    return None if watches_all(caller) else caller.unit


def _period(since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    end = until or settings().now()
    return since or end - timedelta(days=366), end


def _mismatch(found: Mismatch) -> MismatchAnswer:
    return MismatchAnswer(
        verification_number=found.verification, status=found.status, check=found.check, fields=found.fields,
        reported_at=found.reported_at, settled_at=found.settled_at, objected_at=found.objected_at, right=RIGHT_OF_APPEAL,
    )  # fmt: skip


def _safe(text: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in "=+-@" else text


def _local(instant: datetime) -> str:
    return instant.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M:%S")
