"""公开核验 as page and API show it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from gateway.answers.base import Answered, Number


class CheckedUpload(Answered):
    """上传文件的核验结果。"""

    code: Annotated[str, Field(examples=["valid", "altered", "later_revision", "foreign", "picture"])]
    text: str
    number: str | None
    demonstration: Annotated[bool, Field(description="演示系统出具,无效力")]


class PublicFields(Answered):
    """凭二维码中的核验码才能看到的内容(脱敏)。"""

    kind: str
    matter_name: str
    requesting_unit: str
    maker: str
    fields: dict[str, str]


class PublicAnswer(Answered):
    """公开核验。"""

    number: Number
    standing: Annotated[str, Field(description="valid 有效,expired 已过期,revoked 已撤销")]
    text: str
    made_at: datetime | None
    valid_until: datetime | None
    code_right: Annotated[bool | None, Field(description="核验码是否正确;没有提供时为 null")]
    proof: PublicFields | None
    hint: Annotated[str, Field(description="提示")]
    demonstration: bool
