"""What is sent of lists that come in, and what a person answers to their questions."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from catalog.headers import ListKind
from gateway.sent.values import Code, PublicLine, Sent, code_of_nobody, names_nobody, one_line

Remark = Annotated[str, Field(max_length=200), AfterValidator(one_line), AfterValidator(names_nobody)]


class SentSource(Sent):
    """一份按期报送的清单。"""

    name: Annotated[PublicLine, Field(description="清单名称", examples=["市中区司法局证明事项清单"])]
    kind: Annotated[
        ListKind,
        Field(
            description="proofs 证明事项清单,matters 事项清单,commitments 告知承诺制证明事项清单,"
            "negative_community、negative_police 负面清单;proofs 以外的由专班办公室登记"
        ),
    ]
    unit: Annotated[Code | None, Field(description="哪个单位的清单(单位编码);省略为本单位,专班办公室省略则为上级清单")] = None
    document: Annotated[Remark, Field(description="上级清单的依据:名称和文号", examples=["民发〔2020〕20号"])] = ""
    complete: Annotated[bool, Field(strict=True, description="true:是该单位的全部条目,清单中没有的视为减少")] = False
    active: Annotated[bool, Field(strict=True, description="false:停用,不再参与重建")] = True

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "市中区司法局证明事项清单", "kind": "proofs", "unit": "370402-JUSTICE", "complete": True}]}
    )


class SentAnswer(Sent):
    """对待确认问题的回答。"""

    code: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=64,
            pattern=r"^[\w.\-]+$",
            description="指的是哪一个:单位、事项、证明的编码,来源矛盾时为清单代号;null 表示都不是",
            examples=["370402-CIVIL"],
        ),
        AfterValidator(lambda code: code and code_of_nobody(code)),
    ]
