"""台账: what applicants brought themselves, and look-ups elsewhere (obligations 2.6, 2.7, 7.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

from fastapi import Response
from sqlalchemy.orm import Session

from catalog.loading import code_of
from domain.cells import as_it_stands
from domain.spelling import same_name
from gateway.edge.authentication import CurrentCaller
from gateway.edge.csv_files import CSV, csv_answer
from gateway.edge.endpoints import Since, Until, api_router, period, problems
from gateway.edge.paging import Paging
from gateway.edge.problems import Problem
from gateway.edge.values import PartyIn
from gateway.edge.visibility import VOLUNTARY, is_own, whose
from gateway.registers.schemas import OffSystemIn, OffSystemOut, OffSystemsOut, VoluntariesOut, VoluntaryIn, VoluntaryOut
from ledger.actor import person_of
from ledger.cases import cases
from ledger.database import transaction
from ledger.paging import Page, PageRequest, every
from ledger.registers import offsystem, voluntary
from ledger.registers.voluntary import ReceivedSubmission
from ledger.registry import registry
from ledger.registry.keys import Caller
from ledger.tables.cases import Case, Party
from ledger.tables.registry import Person, ProofKind
from settings import LOCAL, settings

router = api_router("registers")

_COLUMNS = (
    "序号",
    "时间",
    "单位",
    "单位名称",
    "办件编号",
    "事项",
    "证明",
    "清单列有",
    "当事人",
    "证件号码",
    "经办人",
    "经办人姓名",
    "原因",
    "本人确认",
    "确认凭证",
    "注明",
    "保存至",
)


@router.post("/v1/voluntary-submissions", status_code=201, summary="登记主动提供", responses=problems("id_number_invalid", body=True))
def submit_voluntary(body: VoluntaryIn, caller: CurrentCaller) -> VoluntaryOut:
    """申请人主动提供的一律接收、登记,不影响核验,也不得因此要求申请人提供。没有登记办件、不是当事人、姓名不一致、没有本人确认的,
    照样接收并注明。台账只增不改。"""
    return hand_in(caller, body)


def hand_in(caller: Caller, body: VoluntaryIn, *, identity: UUID | None = None, signature: str = "") -> VoluntaryOut:
    """主动提供, from a program or from a page, whose `identity` makes it the same line however often it is sent."""
    party, confirmation = body.party, body.confirmation
    stated = ReceivedSubmission(body.case_number, party.id_type, party.id_number.upper(), party.name, body.proof, signature)
    with transaction() as session:
        line = voluntary.submit(
            session,
            caller.filer,
            stated,
            body.reason,
            confirmation.evidence if confirmation else None,
            confirmation.sha256 if confirmation else None,
            now=settings().now(),
            identity=identity,
            proof=code_of(session, ProofKind, body.proof),
        )
        return VoluntaryOut.of(line)


@router.get("/v1/voluntary-submissions", summary="主动提供台账", responses=problems("invalid"))
def get_voluntary(caller: CurrentCaller, page: Paging, since: Since = None, until: Until = None) -> VoluntariesOut:
    """本单位的台账,按序号,当事人脱敏;专班办公室和管理员看到全部单位的。"""
    with transaction() as session:
        found = voluntary.listed(session, whose(caller, VOLUNTARY), *period(since, until), page)
        return page.answer(VoluntariesOut, found, VoluntaryOut.of)


@router.get(
    "/v1/voluntary-submissions.csv",
    summary="导出主动提供台账",
    response_class=Response,
    responses=problems("invalid", also={200: {"content": CSV}}),
)
def export_voluntary(caller: CurrentCaller, since: Since = None, until: Until = None) -> Response:
    """全部各行,UTF-8 带签名的 CSV,可直接用表格软件打开。"""
    return csv_answer("voluntary-submissions.csv", _COLUMNS, _all_rows(whose(caller, VOLUNTARY), *period(since, until)), cell=as_it_stands)


def _all_rows(unit: str | None, since: datetime, until: datetime) -> Iterator[tuple[object, ...]]:
    """Page by page, each in a transaction of its own: a slow reader holds no connection while it reads."""

    def read(page: PageRequest) -> Page[VoluntaryOut]:
        with transaction() as session:
            return voluntary.listed(session, unit, since, until, page).map(VoluntaryOut.of)

    with transaction() as session:
        units, people = registry.unit_names(session), registry.names_of_people(session)
    return (_row(one, units, people) for one in every(read))


def _row(one: VoluntaryOut, units: Mapping[str, str], people: Mapping[str, str]) -> tuple[object, ...]:
    return (
        one.id,
        _local(one.at),
        one.unit,
        units.get(one.unit),
        one.case_number,
        one.matter_name,
        one.proof_name,
        "是" if one.listed else "否",
        one.party_name,
        one.party_number,
        one.clerk,
        people.get(person_of(one.clerk)),
        one.reason_name,
        one.confirmed_name,
        one.confirmation_sha256 or "",
        "、".join(mark.name for mark in one.marks),
        _local(one.retain_until)[:10],
    )


@router.post(
    "/v1/off-system-lookups",
    status_code=201,
    summary="系统外查询备案",
    responses=problems(
        "case_unknown",
        "not_a_party",
        "name_differs",
        "id_number_invalid",
        "proof_kind_unknown",
        "person_unknown",
        "instant_in_future",
        body=True,
    ),
)
def record_off_system(body: OffSystemIn, caller: CurrentCaller) -> OffSystemOut:
    """直接在国家、省、市数据库查询的,登记来源、查询人、时间、结果和凭证摘要。备案只增不改。"""
    now = settings().now()
    with transaction() as session:
        case, party = _case_and_party(session, caller, body.case_number, body.party)
        if session.get(ProofKind, body.proof) is None:
            raise Problem("proof_kind_unknown")
        operator = session.get(Person, body.operator)
        if operator is None or not is_own(session, caller, operator.unit):
            raise Problem("person_unknown")
        line = offsystem.record(
            session,
            caller.unit,
            case,
            party,
            body.proof,
            body.source,
            body.operator,
            body.looked_up_at,
            body.result,
            body.evidence_sha256,
            now=now,
            actor=caller.actor,
        )
        return OffSystemOut.of(line)


@router.get("/v1/off-system-lookups", summary="系统外查询台账", responses=problems("invalid"))
def get_off_system(caller: CurrentCaller, page: Paging, since: Since = None, until: Until = None) -> OffSystemsOut:
    """本单位的备案,按序号;专班办公室和管理员看到全部单位的。"""
    with transaction() as session:
        found = offsystem.listed(session, whose(caller, VOLUNTARY), *period(since, until), page)
        return page.answer(OffSystemsOut, found, OffSystemOut.of)


def _case_and_party(session: Session, caller: Caller, number: str, sent: PartyIn) -> tuple[Case, Party]:
    case = cases.find(session, caller.unit, number)
    if case is None:
        raise Problem("case_unknown")
    party = cases.find_party(session, case, sent.id_type, sent.id_number.upper())
    if party is None:
        raise Problem("not_a_party")
    if not same_name(cases.open_subject(party, cases.case_key(case)).name, sent.name):
        raise Problem("name_differs")
    return case, party


def _local(instant: datetime) -> str:
    return instant.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M:%S")
