"""公开核验 as page and API show it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from gateway.edge.schemas import Number, SchemaOut
from proofs.facts import Facts
from proofs.sealed_when import When


class FactOut(SchemaOut):
    """四项结论之一。"""

    code: Annotated[str, Field(description="intact 未改动,ours 由本系统签章,current 今天仍然有效,whole 覆盖整个文件", examples=["intact"])]
    name: str
    verdict: Annotated[str, Field(description="yes 是,no 否,unknown 不能判断", examples=["yes"])]
    verdict_name: str
    text: Annotated[str, Field(examples=["签章以后,内容没有改动。"])]

    @classmethod
    def all_of(cls, facts: Facts, *, by_number: bool = False) -> list[FactOut]:
        return [cls(**vars(one)) for one in facts.told(by_number=by_number)]


Four = Annotated[list[FactOut], Field(description="四项结论,分别给出")]


class SealedWhen(SchemaOut):
    """用印时间,与四项结论分别给出。"""

    code: Annotated[
        str,
        Field(
            description="proven 时间戳证明,unregistered 时间戳已附而签发机构未登记,lapsed 时间戳的证书已过有效期,"
            "revoked 时间戳的证书已被吊销,wrong 时间戳不能采信,recorded 没有时间戳,只有本系统的记载",
            examples=["proven"],
        ),
    ]
    text: Annotated[str, Field(examples=["时间戳证明的时间:2026年3月4日 09:12:33已经用印;时间戳由“联合时间戳服务”签发。"])]
    at: Annotated[datetime | None, Field(description="时间戳的时间;只有 code 为 proven 时才得到证明")]
    by: Annotated[str, Field(description="时间戳由谁签发")]
    recorded_at: Annotated[datetime, Field(description="本系统记载的用印时间")]

    @classmethod
    def of(cls, found: When) -> SealedWhen:
        return cls(code=found.time.value, text=found.text, at=found.at, by=found.by, recorded_at=found.recorded)


class CheckedUpload(SchemaOut):
    """上传文件的核验结果。"""

    code: Annotated[
        str,
        Field(
            description="供程序判断的结论;not_pdf 表示既不是 PDF 也不是 OFD;other_paper 表示同一颁发机构的签章、没有证明编号的其他文件;"
            "unreadable 表示签章或文件的构造读不懂,不作判断",
            examples=["valid", "altered", "later_revision", "foreign", "picture", "not_pdf", "other_paper", "unreadable"],
        ),
    ]
    text: str
    number: str | None
    facts: Four
    sealed: Annotated[SealedWhen | None, Field(description="何时用印;文件不是本系统出具的原件时为 null")]
    algorithm: Annotated[str, Field(description="签章算法的说明:使用国密 SM2 的,通用阅读器可能不能核验;其他为空", examples=[""])]
    demonstration: Annotated[bool, Field(description="演示系统出具,无效力")]


class Compared(StrEnum):
    """What is printed on a paper, held against what the proof says."""

    SAME = "same"
    DIFFERS = "differs"
    NOT_PRINTED = "not_printed"


class PublicFields(SchemaOut):
    """凭二维码中的核验码才能看到的内容(脱敏)。"""

    kind: str
    matter_name: str
    requesting_unit: str
    maker: str
    result: Annotated[str, Field(description="核验结论,不隐藏", examples=["属实"])]
    otherwise: Annotated[
        str, Field(description="法律法规对这种证明的效力另有规定的,其依据,从其规定;空为与纸质证明具有同等法律效力", examples=[""])
    ]
    fields: Annotated[dict[str, str], Field(description="部分隐藏;被隐藏处以 compare 核对")]


class PublicOut(SchemaOut):
    """公开核验。"""

    number: Number
    standing: Annotated[str, Field(description="valid 有效,expired 已过期,revoked 已撤销")]
    text: str
    made_at: datetime | None
    valid_until: datetime | None
    revoked_at: Annotated[datetime | None, Field(description="null 没有撤销")]
    revoked_why: Annotated[str | None, Field(description="撤销的理由", examples=["内容有误"])]
    replaced_by: Annotated[str | None, Field(description="已撤销的:代替它的证明(核验编号);null 没有")]
    code_right: Annotated[bool | None, Field(description="核验码是否正确;没有提供时为 null")]
    proof: PublicFields | None
    compared: Annotated[
        dict[str, Compared] | None,
        Field(description="逐项核对的结果:same 一致,differs 不一致,not_printed 证明上没有这一项;没有核对时为 null"),
    ] = None
    facts: Four
    hint: Annotated[str, Field(description="提示")]
    demonstration: bool
