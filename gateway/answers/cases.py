"""办件 as the API shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from domain.limits import HandlingType
from domain.masking import mask_name
from domain.roles import Channel
from gateway.answers.base import Answered, MaskedParty
from ledger.views import CaseView


class NameCorrected(Answered):
    """一次姓名(名称)更正(脱敏;原文加密保存)。"""

    at: datetime
    by: Annotated[str, Field(description="更正人")]
    before: Annotated[str, Field(examples=["演***"])]
    after: Annotated[str, Field(examples=["演***"])]


class CaseAnswer(Answered):
    """办件。"""

    case_number: str
    matter: str
    matter_name: str
    handling: HandlingType
    accepted_at: datetime
    promise_end: datetime | None
    promised_days: Annotated[int | None, Field(description="承诺天数(工作日);没有按天数登记的为空")]
    promise_undetermined: Annotated[
        str | None, Field(description="承诺办结时间未定的原因;已定或没有承诺的为空", examples=["未定:2028 年的工作日历尚未录入,录入后自动补算。"])
    ]
    promise_derived: Annotated[bool, Field(description="承诺办结时间是否由承诺天数推算")]
    channel: Channel
    origin_system: str | None
    registered_at: datetime
    closed_at: datetime | None
    parties: list[MaskedParty]
    name_corrections: Annotated[list[NameCorrected], Field(description="姓名(名称)的更正,先后为序")]
    verifications: Annotated[list[str], Field(description="该办件的核验编号,新的在前")]

    @classmethod
    def of(cls, view: CaseView) -> CaseAnswer:
        case = view.case
        return cls(
            case_number=case.number,
            matter=case.matter,
            matter_name=view.matter_name,
            handling=case.handling,
            accepted_at=case.accepted_at,
            promise_end=case.promise_end,
            promised_days=case.promised_days,
            promise_undetermined=f"未定:{view.missing_year} 年的工作日历尚未录入,录入后自动补算。" if view.missing_year is not None else None,
            promise_derived=case.promise_derived,
            channel=case.channel,
            origin_system=case.origin_system,
            registered_at=case.registered_at,
            closed_at=case.closed_at,
            parties=[MaskedParty.of(party) for party in view.parties],
            name_corrections=[
                NameCorrected(at=row.at, by=row.actor.removeprefix("person:"), before=mask_name(before), after=mask_name(after))
                for row, before, after in view.corrections
            ],
            verifications=view.verifications,
        )
