"""What callers send, its elements: lines, codes, instants, persons, checked before anything else sees them.

Unknown fields are refused, numbers of persons are checked by their check characters, instants carry their zone.
Examples show invented people only: born in the nineteenth century and named 演示.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from domain.clear_text import LINE, TEXT, is_clean, named, named_by_number
from domain.identity import is_wrong, tidy
from domain.inbox import TEXT_LIMIT
from domain.leads import CLAUSES
from domain.roles import IdType
from settings import LOCAL, settings

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def fault(text: str) -> PydanticCustomError:
    """Our own fixed sentence, shown beside the field (gateway.edge.validation_texts)."""
    return PydanticCustomError("proofless", text)


def one_line(text: str) -> str:
    if not is_clean(text) or text != text.strip():
        raise fault("含有首尾空白或不允许的字符。")
    return text


def _authorisation(value: Any) -> Any:
    # The sentence never repeats what was sent.
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_-]{8,128}", value):
        raise fault("持证人授权编号应为 8 至 128 位字母、数字、横线或下划线,请重新扫码取得。")
    return value


def _instant(value: Any) -> Any:
    # pydantic would take 1700000000 too, which says nothing of what its sender meant.
    if not isinstance(value, str) or "T" not in value.upper():
        raise fault("应为 ISO 8601 时间,例如 2026-03-04T09:00:00+08:00。")
    return value


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None or value.utcoffset() is None:
        raise fault("时间应带时区,例如 2026-03-04T09:00:00+08:00。")
    try:
        instant = value.astimezone(UTC)
    except OverflowError:
        raise fault("时间超出范围。") from None
    if not _EARLIEST <= instant < _LATEST:
        raise fault("时间超出范围。")
    return instant


def names_nobody(text: str) -> str:
    if what := named(text):
        raise fault(f"不得含{what}。")
    return text


def code_of_nobody(text: str) -> str:
    if what := named_by_number(text):
        raise fault(f"不得使用{what}。")
    return text


Line = Annotated[str, Field(min_length=1, max_length=LINE), AfterValidator(one_line)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256,小写十六进制", examples=["0" * 64])]
#: What is kept in clear: about the district, never about a case.
PublicLine = Annotated[Line, AfterValidator(names_nobody)]
Code = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w.\-]+$"), AfterValidator(code_of_nobody)]
#: A number that another office gave: a longer one may hold anything by chance.
GivenNumber = Annotated[Line, AfterValidator(code_of_nobody)]
#: 持证人授权: as the provincial chain gives it (trxId); its form is not published, so only what it cannot be is refused.
Authorisation = Annotated[
    str,
    BeforeValidator(_authorisation),
    Field(description="持证人授权编号(trxId):申请人在窗口用手机扫码授权后取得,限用一次;加密保存,不在任何应答中返回"),
]
Instant = Annotated[datetime, BeforeValidator(_instant), AfterValidator(_aware)]


class SchemaIn(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class IdentityIn(SchemaIn):
    """证件类型和号码。"""

    id_type: Annotated[
        IdType,
        Field(
            description="证件类型:citizen_id 公民身份号码,uscc 统一社会信用代码,passport 护照,hk_macao_permit 港澳居民来往内地通行证,"
            "taiwan_permit 台湾居民来往大陆通行证,permanent_residence 外国人永久居留身份证(15 位或 18 位),hmt_residence 港澳台居民居住证"
        ),
    ]
    id_number: Annotated[
        str,
        Field(
            min_length=5,
            max_length=40,
            description="证件号码;全角、小写和其中的空格、横线、括号按印在证件上的写法处理",
            examples=["370402188102020017"],
        ),
        AfterValidator(tidy),
    ]

    @model_validator(mode="after")
    def _number_is_right(self) -> Self:
        if is_wrong(self.id_type, self.id_number, settings().now().astimezone(LOCAL).date()):
            raise PydanticCustomError("id_number_invalid", "id number")
        return self

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class PartyIn(IdentityIn):
    """被核验人,与办件中登记的一致。"""

    name: Annotated[Line, Field(description="姓名或名称", examples=["演示甲子"])]


Words = Annotated[str, Field(min_length=2, max_length=TEXT_LIMIT), AfterValidator(one_line)]


Remark = Annotated[str, Field(max_length=200), AfterValidator(one_line), AfterValidator(names_nobody)]


def free_text(text: str) -> str:
    if not is_clean(text, allowed="\t\n"):
        raise fault("含有不允许的字符。")
    return text.strip()


def article_clause(text: str) -> str:
    if text not in CLAUSES:
        raise fault("应为 16.1 至 16.10 之一。")
    return text


FreeText = Annotated[str, Field(max_length=5000), AfterValidator(free_text)]


NeededText = Annotated[str, Field(min_length=1, max_length=5000), AfterValidator(free_text)]


Document = Annotated[PublicLine, Field(description="文书名称和文号;不得含个人信息", examples=["整改通知〔2026〕1号"])]


Text = Annotated[str, Field(max_length=TEXT), AfterValidator(one_line), AfterValidator(names_nobody)]


Flag = Annotated[bool, Field(strict=True)]
