"""待确认: names that nobody could place, asked once of each sender; a person's answer holds from then on, for the lists of that
sender or for all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Text, exists, func, select, tuple_, type_coerce, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session, aliased

from domain.list_rows import Candidate, Topic
from domain.recusal import Subject
from domain.refusal import Refusal
from ledger import paging, recusal
from ledger.paging import FIRST, Page, PageRequest
from ledger.succession import former_matter_codes
from ledger.tables.base import Table
from ledger.tables.catalog import CatalogQuestion
from ledger.tables.registry import Matter, ProofKind, Unit

_PLACES, _AT_ONCE = 5, 500
#: Topic of a question -> the register in which its answer stands; where one of its candidates must be chosen there is none.
_REGISTERS: Mapping[str, type[Table]] = {Topic.UNIT: Unit, Topic.ISSUER: Unit, Topic.MATTER: Matter, Topic.PROOF: ProofKind}

_FOR_ALL = aliased(CatalogQuestion)
#: Until the next rebuild closes it, what was answered for all elsewhere is open and waits for nobody.
WAITS = CatalogQuestion.open.is_(True) & ~exists().where(
    _FOR_ALL.topic == CatalogQuestion.topic,
    _FOR_ALL.subject_key == CatalogQuestion.subject_key,
    _FOR_ALL.for_all.is_(True),
    _FOR_ALL.answered_at.is_not(None),
)


class AnswerRefused(Refusal, code="answer_refused"):
    """It answers nothing; the text is Chinese. Nothing was written."""


@dataclass
class Asked:
    """One question as a rebuild finds it."""

    topic: str
    subject_key: str
    subject: str
    why: str
    candidates: tuple[Candidate, ...]
    places: list[str] = field(default_factory=list)
    count: int = 0
    sender: str = ""  #: whose lists ask; empty: those that speak for all, and of contradictions
    unsettled: bool = False  #: asked although it was answered: the answer does not hold any more
    units: set[str] = field(default_factory=set)  #: whose lists ask

    def found_at(self, place: str, *units: str | None) -> None:
        self.count += 1
        self.units.update(unit for unit in units if unit)
        if len(self.places) < _PLACES:
            self.places.append(place)


def together(asked: Iterable[Asked]) -> list[Asked]:
    """Each once: what one sender's lists of matters and of proofs both ask about one name is one question."""
    found: dict[tuple[str, str, str], Asked] = {}
    for one in asked:
        first = found.setdefault((one.topic, one.subject_key, one.sender), one)
        if first is not one:
            proposed = {old.code for old in first.candidates}
            first.why = f"{first.why};{one.why}"
            first.candidates = (*first.candidates, *(new for new in one.candidates if new.code not in proposed))
            first.places, first.units = (first.places + one.places)[:_PLACES], first.units | one.units
            first.count += one.count
    return list(found.values())


def put_asked(session: Session, asked: Iterable[Asked], *, now: datetime) -> int:
    """What the lists ask now: new questions are opened, those that no list raises any more are closed; gives how many
    are open. Answers are left alone, unless the question came up in spite of its answer."""
    found = list(asked)
    session.execute(update(CatalogQuestion).where(CatalogQuestion.answered_at.is_(None)).values(open=False))
    for unsettled in (False, True):
        reopened: dict[str, Any] = {"open": CatalogQuestion.answered_at.is_(None)}
        if unsettled:
            reopened = {"open": True, "answer": None, "answered_at": None, "answered_by": None, "for_all": False}
        raised = iter([one for one in found if one.unsettled is unsettled])
        while some := list(islice(raised, _AT_ONCE)):
            statement = insert(CatalogQuestion).values([_asked(one, now) for one in some])
            again = {name: statement.excluded[name] for name in ("subject", "why", "candidates", "places", "count", "units")}
            session.execute(statement.on_conflict_do_update(index_elements=["topic", "subject_key", "sender"], set_=again | reopened))
    return len(found)


def _asked(one: Asked, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "topic": one.topic,
        "subject_key": one.subject_key,
        "sender": one.sender,
        "asked_at": now,
        "open": True,
        "subject": one.subject,
        "why": one.why,
        "candidates": one.candidates,
        "places": one.places,
        "count": one.count,
        "units": sorted(one.units),
    }


def answers(session: Session, sender: str | None) -> dict[tuple[str, str], str]:
    """(topic, key of the name) -> what a person said it means in the lists of this unit (None: in those that speak for all);
    empty: nothing that could be listed. What was said for its lists comes before what was said for all."""
    row, own = CatalogQuestion, sender or ""
    query = select(row.topic, row.subject_key, row.answer).where(row.answered_at.is_not(None), (row.sender == own) | row.for_all.is_(True))
    rows = session.execute(query.order_by(row.sender == own, row.answered_at))
    return {(topic, subject): answer or "" for topic, subject, answer in rows}


def answered(session: Session, topic: Topic, subject_key: str, sender: str | None) -> CatalogQuestion | None:
    """The question whose answer holds for the lists of this unit (None: those that speak for all): its own before one for all."""
    row, own = CatalogQuestion, sender or ""
    query = select(row).where(row.topic == topic, row.subject_key == subject_key, row.answered_at.is_not(None))
    mine = query.where((row.sender == own) | row.for_all.is_(True)).order_by(row.sender != own, row.answered_at.desc())
    return session.scalar(mine.limit(1))


def meant_for_all(session: Session, topics: Collection[Topic], subject_key: str) -> str | None:
    """What a person said for all that this name means, wherever lists write it; None: nobody did, nothing, or two things."""
    row = CatalogQuestion
    query = select(row.answer).where(row.topic.in_(topics), row.subject_key == subject_key, row.for_all.is_(True), row.answer > "")
    found = set(session.scalars(query.where(row.answered_at.is_not(None))))
    return found.pop() if len(found) == 1 else None


def settled(session: Session) -> dict[str, str]:
    """What contradicts itself between lists -> the list that counts, as a person said; a matter by its code of today."""
    today = former_matter_codes(session)
    found = {}
    for (topic, subject), source in answers(session, None).items():
        if topic == Topic.CONFLICT:
            matter, bar, proof = subject.partition("|")
            found[today.get(matter, matter) + bar + proof] = source
    return found


def questions(
    session: Session, page: PageRequest = FIRST, *, answered: bool = False, topic: Topic | None = None, sender: str | None = None
) -> Page[CatalogQuestion]:
    """Open questions, those that stand in most rows first; or those that were answered, the newest first. Of this topic, and those
    that the lists of this unit ask, or all."""
    query, row = select(CatalogQuestion), CatalogQuestion
    if topic is not None:
        query = query.where(row.topic == topic)
    if sender is not None:
        query = query.where(row.sender == sender)
    if answered:
        return paging.scalars(session, query.where(row.answered_at.is_not(None)), (row.answered_at.desc(), row.id.desc()), page)
    return paging.scalars(session, query.where(WAITS), (row.count.desc(), func.left(row.subject, 80, type_=Text), row.id), page)


def waiting(session: Session) -> dict[tuple[Topic, str], int]:
    """How many are open, by topic and by whose lists ask."""
    row = CatalogQuestion
    query = select(row.topic, row.sender, func.count()).where(WAITS).group_by(row.topic, row.sender).order_by(row.topic, row.sender)
    return {(Topic(topic), sender): count for topic, sender, count in session.execute(query)}


def contradicting(session: Session, source: str) -> list[CatalogQuestion]:
    """来源矛盾 in which this list speaks and does not count: not settled, or settled for another list."""
    speaks = type_coerce(CatalogQuestion.candidates, JSONB).contains([{"code": source}])
    query = select(CatalogQuestion).where(CatalogQuestion.topic == Topic.CONFLICT, speaks, CatalogQuestion.answer.is_distinct_from(source))
    unsettled = query.where(CatalogQuestion.open.is_(True) | CatalogQuestion.answered_at.is_not(None))
    return list(session.scalars(unsettled.order_by(CatalogQuestion.subject)))


def of_new_codes(session: Session, sender: str | None) -> list[CatalogQuestion]:
    """事项换码 that this sender's lists ask and nobody answered."""
    row = CatalogQuestion
    query = select(row).where(row.topic == Topic.SUCCESSION, row.open.is_(True), row.sender == (sender or ""))
    return list(session.scalars(query.order_by(row.subject_key)))


def find(session: Session, question: UUID) -> CatalogQuestion | None:
    return session.get(CatalogQuestion, question)


def elsewhere(session: Session, rows: Iterable[CatalogQuestion]) -> dict[UUID, list[CatalogQuestion]]:
    """For each question those of other senders about the same name that are not answered by themselves: what an answer that holds
    for all changes besides."""
    rows, row = list(rows), CatalogQuestion
    names = {(one.topic, one.subject_key) for one in rows}
    query = select(row).where(tuple_(row.topic, row.subject_key).in_(names), row.answered_at.is_(None), row.open.is_(True))
    found: dict[tuple[str, str], list[CatalogQuestion]] = {}
    for one in session.scalars(query.order_by(row.sender)) if names else ():
        found.setdefault((one.topic, one.subject_key), []).append(one)
    return {one.id: [other for other in found.get((one.topic, one.subject_key), ()) if other.id != one.id] for one in rows}


def answer(
    session: Session, question: UUID, code: str | None, *, for_all: bool = False, now: datetime, actor: str
) -> CatalogQuestion | None:
    """A person says what a name means (None: nothing that could be listed) in the lists of its sender, or in all; None where there
    is no such question. A later answer takes the earlier's place. Raises `AnswerRefused`."""
    row = session.get(CatalogQuestion, question, with_for_update=True, populate_existing=True)
    if row is not None:
        others = elsewhere(session, [row])[row.id] if for_all else []
        units = sorted({unit for one in (row, *others) for unit in one.units})
        recusal.check(session, Subject.QUESTION, question, units, actor=actor)
        _means_something(session, row, code)
        row.answer, row.answered_at, row.answered_by, row.open, row.for_all = code or "", now, actor, False, for_all
        session.flush()
    return row


def _means_something(session: Session, row: CatalogQuestion, code: str | None) -> None:
    """A code of the register that the question is about, or none; of lists that contradict each other, one of them; of a new
    code, one of the codes whose place it may take, or none; of a column, one of the fields that it is like, or none; of a text outside of
    the rows, that it speaks of none of them, or none: it does."""
    table, proposed = _REGISTERS.get(row.topic), [candidate.code for candidate in row.candidates]
    if row.topic == Topic.SUCCESSION:
        _is_its_former_code(session, row, code, proposed)
    elif row.topic == Topic.COLUMN:
        if code is not None and code not in proposed:
            raise AnswerRefused(f"列须写明是{'、'.join(proposed)}中的哪一个;不使用的请答“都不是”,是其他内容的请在清单预览中说明。")
    elif row.topic == Topic.TEXT:
        if code is not None and code not in proposed:
            raise AnswerRefused(f"表外文字须写明与各行无关({'、'.join(proposed)});说到表中的行的,请答“都不是”。")
    elif table is None and code not in proposed:
        raise AnswerRefused(f"来源矛盾须写明以其中哪一份清单为准:{'、'.join(proposed)}。")
    if table is not None and code is not None and session.get(table, code) is None:
        raise AnswerRefused("所填编码在登记库中没有;新增的请先登记。")


def _is_its_former_code(session: Session, row: CatalogQuestion, code: str | None, proposed: list[str]) -> None:
    if code is not None and code not in proposed:
        raise AnswerRefused(f"事项换码须写明原编码({'、'.join(proposed)})中的一个,都不是的请答“都不是”。")
    others = select(CatalogQuestion.subject_key).where(
        CatalogQuestion.topic == Topic.SUCCESSION, CatalogQuestion.answer == code, CatalogQuestion.subject_key != row.subject_key
    )
    if code is not None and (other := session.scalar(others.limit(1))) is not None:
        raise AnswerRefused(f"原编码 {code} 已确认改为 {other};确有错误的,请先更正那一个回答。")
