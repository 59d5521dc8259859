"""本人查询码: made by a clerk for the person before him (decision 49)."""

from __future__ import annotations

from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.subject_access.schemas import SubjectCodeIn, SubjectCodeOut
from ledger.database import transaction
from ledger.subject_access import looks
from settings import settings

router = api_router("registers")


@router.post("/v1/subject-codes", status_code=201, summary="生成本人查询码", responses=problems("id_number_invalid", body=True))
def make_subject_code(body: SubjectCodeIn, caller: CurrentCaller) -> SubjectCodeOut:
    """代办员当面核验身份后,为本人生成一次性查询码,10 分钟内有效;本人凭码在手机上查看谁查过自己。同一人此前的查询码作废。生成记入台账,
    并显示给本人;不说明本人有没有被查过。"""
    with transaction() as session:
        made = looks.make(
            session, body.id_type, body.id_number, body.identified, unit=caller.unit, now=settings().now(), actor=caller.actor
        )
        return SubjectCodeOut.of(made, settings().public_url)
