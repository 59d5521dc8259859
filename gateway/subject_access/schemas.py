"""本人查询码: what a clerk sends and is given."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.subject_access import Identified
from gateway.edge.schemas import SchemaOut
from gateway.edge.values import IdentityIn, fault
from ledger.subject_access.looks import MadeCode


class SubjectCodeIn(IdentityIn):
    """要查看“谁查过我”的本人,已当面核验身份。"""

    identified: Annotated[Identified, Field(description="如何核验身份:id_card 查验身份证件原件,e_id 查验电子身份证,face 人脸核身")]

    @model_validator(mode="after")
    def _of_a_person(self) -> Self:
        if not self.id_type.is_person:
            raise fault("只为自然人本人生成查询码。")
        return self


class SubjectCodeOut(SchemaOut):
    """查询码,只在这一次答复中出现。"""

    number: Annotated[str, Field(description="查询编号", examples=["0471152839"])]
    code: Annotated[str, Field(description="查询码,交给本人;输错 5 次作废,用过作废", examples=["40729518"])]
    expires_at: Annotated[datetime, Field(description="此前有效")]
    address: Annotated[str, Field(description="本人打开的网页,二维码中的地址;其中没有查询码")]

    @classmethod
    def of(cls, made: MadeCode, public_url: str) -> SubjectCodeOut:
        row = made.look
        address = f"{public_url.rstrip('/')}/who-asked?number={row.number}"
        return cls(number=row.number, code=made.code, expires_at=row.expires_at, address=address)

    def __repr__(self) -> str:
        return "SubjectCodeOut(…)"
