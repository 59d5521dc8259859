"""投诉举报 (article 18): taken in and handled by the office; the unit named sees what is asked of it, never who asked."""

from __future__ import annotations

from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import Path, Query, Request, Response
from sqlalchemy.orm import Session

from catalog.complaint_file import enter
from catalog.complaint_table import Table, read_table
from domain.complaints import ComplaintStatus
from gateway.edge.authentication import CurrentCaller
from gateway.edge.doors import KEYED
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging
from gateway.edge.uploads import FILE, read_list_file
from gateway.edge.visibility import COMPLAINTS, complaint, reads_as, whose
from gateway.oversight.complaint_schemas import (
    AssessmentIn,
    ComplaintClosingIn,
    ComplaintIn,
    ComplaintOut,
    ComplaintsOut,
    ImportedRow,
    ImportOut,
    PassingIn,
    TakenComplaint,
    TextIn,
    WrittenOut,
)
from ledger.database import transaction
from ledger.oversight import complaint_steps, complaints
from ledger.oversight.complaints import Intake, ReceivedComplaint
from ledger.registry.keys import Caller
from ledger.tables.oversight import Complaint
from settings import settings

router = api_router("oversight")
_entering = CapacityLimiter(1)  #: tables that are entered at a time: each is thousands of transactions

Number = Annotated[str, Path(max_length=40, pattern=r"^[\w]+$", description="投诉编号", examples=["TS202603047K3M9QXT"])]
Standings = Annotated[list[ComplaintStatus], Query(max_length=4, description="只看这些进度的")]


@router.post(
    "/v1/complaints",
    status_code=201,
    summary="登记投诉",
    responses=problems("complaint_refused", body=True, also={200: {"model": TakenComplaint, "description": "此前已登记"}}),
)
def take_in_complaint(body: ComplaintIn, caller: CurrentCaller, response: Response) -> TakenComplaint:
    """登记一件投诉举报;同一渠道同一编号的视为同一件(200),文字或联系方式相同的照常登记并注明疑似重复。可以匿名。"""
    sent = Intake(
        body.channel,
        body.about,
        body.received_at,
        ReceivedComplaint(body.text, body.name, body.contact),
        body.channel_number,
        body.unit,
        body.matter,
        body.proof,
        body.rating,
        body.rating_source,
    )
    with transaction() as session:
        row, repeated = complaints.take_in(
            session, sent, settings().complaint_days, person=caller.person, unit=caller.unit, now=settings().now()
        )
        if repeated:
            response.status_code = 200
        return TakenComplaint(number=row.number, repeated=repeated, duplicate_of=_duplicate(session, row), due_at=row.due_at)


@router.post(
    "/v1/complaints/file",
    summary="导入投诉表",
    openapi_extra=FILE,
    responses=problems("complaint_file", "complaint_layout_unknown", "no_list_file", "too_large", "reading_busy", "bad_request", "invalid"),
)
async def import_complaints(
    request: Request,
    caller: CurrentCaller,
    layout: Annotated[str | None, Query(max_length=40, description="按哪种格式读取;省略为按表头识别", examples=["hotline"])] = None,
) -> ImportOut:
    """XLSX、XLS、CSV、XML 2003,DOCX 或网页里的表格,按表头识别
    格式:12345、好差评、监督平台的导出(GET /v1/complaint-layouts),或通用投诉表。通用投诉表的表头:渠道、
    收到时间、内容(或评价星级),其余可选:渠道编号、反映事由、被反映单位、事项、证明、反映人、联系方式、评价来源。不合格的行逐行说明,不影响
    其余各行;更正后整表重新导入,已登记的不重复,也不改变。"""
    _, content = await read_list_file(request, "complaints.csv")
    table = await KEYED.read(read_table, content, layout)
    return await to_thread.run_sync(_enter, table, caller, limiter=_entering)  # nobody else's file waits for it


def _enter(table: Table, caller: Caller) -> ImportOut:
    rows = enter(table, settings().complaint_days, person=caller.person, unit=caller.unit, now=settings().now())
    taken, repeated = sum(row.number is not None and not row.repeated for row in rows), sum(row.repeated for row in rows)
    passed_over = sum(row.passed_over for row in rows)
    return ImportOut(
        layout=table.layout,
        taken=taken,
        repeated=repeated,
        passed_over=passed_over,
        refused=len(rows) - taken - repeated - passed_over,
        rows=[ImportedRow(line=row.line, number=row.number, said=row.said) for row in rows],
    )


@router.get("/v1/complaints", summary="投诉清单", responses=problems("invalid"))
def get_complaints(
    caller: CurrentCaller,
    page: Paging,
    standing: Standings = [],  # noqa: B006
) -> ComplaintsOut:
    """专班办公室看到全部;单位的督办员看到转给本单位的,不含反映人和原文。"""
    with transaction() as session:
        found = complaints.listed(session, whose(caller, COMPLAINTS), page, standings=standing)
        return page.answer(ComplaintsOut, found, lambda row: _answer(session, row, caller))


@router.get("/v1/complaints/{number}", summary="一件投诉", responses=problems("complaint_unknown", "invalid"))
def get_complaint(number: Number, caller: CurrentCaller) -> ComplaintOut:
    """进度、期限和办理经过;单位看到要求本单位做什么和本单位的答复。"""
    with transaction() as session:
        return _answer(session, complaint(session, caller, number), caller)


@router.get(
    "/v1/complaints/{number}/text", summary="查阅原文", responses=problems("complaint_unknown", "complaint_hidden", "erased", "invalid")
)
def read_complaint(number: Number, caller: CurrentCaller) -> WrittenOut:
    """反映人写的内容、姓名和联系方式,供办理;每次查阅留下记录。被反映单位的人员不能查阅,兼任专班办公室的也不能。"""
    with transaction() as session:
        complaint(session, caller, number)
        found = complaint_steps.read(session, number, person=caller.person, unit=caller.unit, now=settings().now())
        return WrittenOut(text=found.text, name=found.name, contact=found.contact)


@router.post(
    "/v1/complaints/{number}/assess",
    summary="认定反映事由",
    responses=problems("complaint_unknown", "complaint_refused", "must_recuse", body=True),
)
def assess_complaint(number: Number, body: AssessmentIn, caller: CurrentCaller) -> ComplaintOut:
    """核实以后写明反映的是什么、哪个单位、哪个事项、哪项证明,办结以后也可以;改变前后都有记录。此后指标和线索按认定计:从其他渠道来的大多只写
    “其他”。转办、办结时可以一并认定(assessment)。"""
    with transaction() as session:
        complaint(session, caller, number)
        row = complaint_steps.assess(session, number, body.assessment(), person=caller.person, unit=caller.unit, now=settings().now())
        return _answer(session, row, caller)


@router.post(
    "/v1/complaints/{number}/pass",
    summary="转办投诉",
    responses=problems("complaint_unknown", "complaint_refused", "must_recuse", body=True),
)
def pass_complaint(number: Number, body: PassingIn, caller: CurrentCaller) -> ComplaintOut:
    """转给应当答复的单位,写明请它做什么。承办的单位不因此成为被反映的单位。"""
    found = body.assessment.assessment() if body.assessment else None
    with transaction() as session:
        complaint(session, caller, number)
        row = complaint_steps.pass_on(
            session, number, body.unit, body.asked, found, person=caller.person, unit=caller.unit, now=settings().now()
        )
        return _answer(session, row, caller)


@router.post("/v1/complaints/{number}/answer", summary="答复投诉", responses=problems("complaint_unknown", "complaint_refused", body=True))
def answer_complaint(number: Number, body: TextIn, caller: CurrentCaller) -> ComplaintOut:
    """由被转办的单位答复专班办公室。"""
    with transaction() as session:
        row = complaint_steps.answer(session, number, body.text, person=caller.person, unit=caller.unit, now=settings().now())
        return _answer(session, row, caller)


@router.post(
    "/v1/complaints/{number}/close",
    summary="办结投诉",
    responses=problems("complaint_unknown", "complaint_refused", "must_recuse", body=True),
)
def close_complaint(number: Number, body: ComplaintClosingIn, caller: CurrentCaller) -> ComplaintOut:
    """写明结果和办理情况。"""
    found = body.assessment.assessment() if body.assessment else None
    with transaction() as session:
        complaint(session, caller, number)
        row = complaint_steps.close(
            session, number, body.outcome, body.text, found, person=caller.person, unit=caller.unit, now=settings().now()
        )
        return _answer(session, row, caller)


def _answer(session: Session, row: Complaint, caller: Caller) -> ComplaintOut:
    """Whole for the office; not for its people of the unit named."""
    as_unit = reads_as(session, caller, complaint_steps.concerned(session, row))
    steps = complaint_steps.steps(session, row, as_unit=as_unit)
    return ComplaintOut.of(row, _duplicate(session, row), steps, settings().now(), whole=as_unit is None)


def _duplicate(session: Session, row: Complaint) -> str | None:
    return session.get_one(Complaint, row.duplicates).number if row.duplicates else None
