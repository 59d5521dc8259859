"""待确认的问题 as the API shows them, and their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from catalog.columns import label
from catalog.unheard import UNRELATED
from domain.list_rows import Topic
from gateway.catalog.list_schemas import MeantOut
from gateway.edge.schemas import NextCursor, SchemaOut
from gateway.edge.values import SchemaIn, code_of_nobody
from ledger.catalog.candidates import Key, Proposed
from ledger.tables.catalog import CatalogQuestion


class ElsewhereOut(SchemaOut):
    """同一写法在其他单位的清单中也在等待确认。"""

    id: UUID
    unit: Annotated[str | None, Field(description="哪个单位的清单;null 为不限单位的清单")]
    count: Annotated[int, Field(description="出现在几行中")]
    places: list[str]


class ProposedOut(MeantOut):
    """可能的所指,连同登记库中对它的记载。"""

    about: Annotated[str, Field(description="登记库中的记载;登记库中已经没有的为空", examples=["设定依据:《办法》;现行清单 3 处列有"])]


class QuestionOut(SchemaOut):
    """待确认的问题。"""

    id: UUID
    unit: Annotated[str | None, Field(description="哪个单位的清单在问;null 为不限单位的清单或来源矛盾")]
    topic: Topic
    topic_name: str
    subject: Annotated[str, Field(description="清单中的写法;来源矛盾时为“事项|证明”,事项换码时为新编码和名称")]
    named: Annotated[str | None, Field(description="来源矛盾所涉的事项和证明的名称;其他问题为 null", examples=["公租房申请的户籍证明"])]
    why: str
    candidates: list[ProposedOut]
    places: Annotated[list[str], Field(description="出现的地方(前几处)")]
    count: Annotated[int, Field(description="出现在几行中")]
    asked_at: datetime
    open: bool
    answer: Annotated[str | None, Field(description="已确认的编码;空文字表示都不是,null 表示尚未回答")]
    answer_name: Annotated[str | None, Field(description="所确认的名称;登记库中没有的为 null")]
    answered_at: datetime | None
    answered_by: str | None
    for_all: Annotated[bool, Field(description="true:回答对全部单位的清单有效")]
    elsewhere: Annotated[list[ElsewhereOut], Field(description="以 for_all 回答时一并确认的,即其他单位清单中的同一写法")]

    @classmethod
    def of(
        cls, row: CatalogQuestion, elsewhere: Sequence[CatalogQuestion], known: Mapping[Key, Proposed], named: str | None
    ) -> QuestionOut:
        """`known`: what the register says of what it proposes and was answered with; `named`: what a contradiction is about."""
        topic, answer = Topic(row.topic), known.get((row.topic, row.answer or ""))
        return cls(
            id=row.id,
            unit=row.sender or None,
            topic=topic,
            topic_name=topic.label,
            subject=row.subject,
            named=named,
            why=row.why,
            candidates=[
                ProposedOut(
                    code=one.code,
                    name=one.name,
                    confidence=one.confidence,
                    about=known[row.topic, one.code].about if (row.topic, one.code) in known else "",
                )
                for one in row.candidates
            ],
            places=row.places,
            count=row.count,
            asked_at=row.asked_at,
            open=row.open,
            answer=row.answer,
            answer_name=_named(topic, row.answer) or (answer.name if answer else None),
            answered_at=row.answered_at,
            answered_by=row.answered_by,
            for_all=row.for_all,
            elsewhere=[ElsewhereOut(id=one.id, unit=one.sender or None, count=one.count, places=one.places) for one in elsewhere],
        )


def _named(topic: Topic, answer: str | None) -> str | None:
    """What no register has: a field, and that a text speaks of no row."""
    if topic is Topic.TEXT and answer:
        return UNRELATED.name
    return label(answer) if topic is Topic.COLUMN and answer else None


class WaitingOut(SchemaOut):
    """一个单位的清单就一类内容待确认的问题。"""

    topic: Topic
    topic_name: str
    unit: Annotated[str | None, Field(description="哪个单位的清单在问;null 为不限单位的清单或来源矛盾")]
    count: Annotated[int, Field(description="问题的个数")]


class QuestionsOut(SchemaOut):
    items: list[QuestionOut]
    next_cursor: NextCursor
    waiting: Annotated[list[WaitingOut], Field(description="全部待确认的问题,不论查询条件,按内容和单位计数")]


class AnswerIn(SchemaIn):
    """对待确认问题的回答。"""

    code: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=64,
            pattern=r"^[\w.\-]+$",
            description="指的是哪一个:单位、事项、证明的编码,来源矛盾时为清单代号,事项换码时为原编码,表外文字与各行无关时为 unrelated;"
            "null 表示都不是",
            examples=["370402-CIVIL"],
        ),
        AfterValidator(lambda code: code and code_of_nobody(code)),
    ]
    for_all: Annotated[
        bool, Field(strict=True, description="true:对全部单位的清单有效,一并确认 elsewhere 所列的;false:只对提出问题的单位的清单有效")
    ] = False
