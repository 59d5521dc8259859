"""查询限制 (obligations 15.4, 16.7): whose look-ups too often name somebody to whom the number does not belong asks no more.

Counted where a mismatch comes to the record, in its transaction: the next call already finds the block. What was filed
before runs on. A person of the 专班 office lifts it, with a reason; both leave the database's own trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from domain.leads import Indication, LeadRule
from domain.mismatch_rate import LOOKED_BACK, Asker, Compared, Excess, Step, excess, steps
from domain.notices import NoticeKind
from domain.recusal import Subject
from domain.refusal import Refusal
from ledger import paging, recusal
from ledger.outbox.alarms import clear_alarm, raise_alarm, standing_alarms
from ledger.outbox.notifications import notify_office
from ledger.oversight import leads
from ledger.paging import FIRST, Page, PageRequest
from ledger.tables.admission import LookupBlock
from ledger.tables.verifications import Verification
from settings import settings

BLOCKED, SOURCE_DIFFERS = "lookups_blocked", "source_differs"  #: kinds of alarms
_DIFFERS = "mismatch"
#: What a block has answered for: it counts no more, neither for the asker nor against the source.
_NOT_ANSWERED_FOR = """
    NOT EXISTS (
        SELECT FROM lookup_blocks b WHERE b.unit = v.unit AND (b.lifted_at IS NULL OR b.lifted_at >= v.filed_at)
        AND CASE b.asker WHEN 'system' THEN b.holder = v.via_system
                         WHEN 'person' THEN v.via_system IS NULL AND b.holder = v.filed_by ELSE true END)
"""
_BY_THE_ASKER = f"""
    v.unit = :unit AND v.filed_at > :since
    AND CASE :asker WHEN 'system' THEN v.via_system = :holder
                    WHEN 'person' THEN v.via_system IS NULL AND v.filed_by = :holder ELSE true END
    AND {_NOT_ANSWERED_FOR}
"""
#: By one key, or by the whole unit. The mismatches come first: they are few, and without enough of them nothing else is
#: read. What is older than the oldest of them that a step needs says nothing, and of a person whose name was right the
#: newest answer says all: so many questions about himself hide nobody's mismatches.
_ANSWERS = text(
    f"""
    WITH needed AS (
        SELECT v.filed_at FROM verifications v WHERE v.result = 'mismatch' AND {_BY_THE_ASKER} ORDER BY v.filed_at DESC LIMIT :needed
    ), once AS (
        SELECT DISTINCT ON (a.which) a.* FROM (
            SELECT v.number, v.filed_at, p.lookup, v.result = 'mismatch' AS differs,
                   CASE v.result WHEN 'mismatch' THEN v.number ELSE p.lookup END AS which
            FROM verifications v JOIN parties p ON p.id = v.party_id
            WHERE (SELECT count(*) FROM needed) >= :least AND v.filed_at >= (SELECT min(filed_at) FROM needed)
                  AND v.result IN ('mismatch', 'confirmed') AND {_BY_THE_ASKER}
        ) a ORDER BY a.which, a.filed_at DESC, a.number DESC
    )
    SELECT number, filed_at, lookup, differs FROM once ORDER BY filed_at DESC, number DESC
    """
)
_OF_THE_SOURCE = text(
    f"""
    SELECT v.number, l.answered_at, p.lookup, l.outcome = 'mismatch'
    FROM lookups l JOIN verifications v ON v.number = l.verification JOIN parties p ON p.id = v.party_id
    WHERE l.source = :source AND l.answered_at > :since AND l.outcome IN ('mismatch', 'found') AND v.unit <> :but
          AND {_NOT_ANSWERED_FOR}
    ORDER BY l.answered_at DESC LIMIT :most
    """
)
_TIMES = 10  #: so many answers are read for each that may count: the same person again counts once


class LookupBlockUnknown(Refusal, code="lookup_block_unknown"):
    """There is no such block."""


class BlockLifted(Refusal, code="lookup_block_lifted"):
    """It was lifted already."""


@dataclass(frozen=True)
class _Answers:
    numbers: list[str]  #: of the mismatches
    compared: list[Compared]


def after_mismatch(session: Session, row: Verification, source: str, *, now: datetime) -> LookupBlock | None:
    """A name did not belong to its number: counted by the key, then by the unit. The block that begins with it, or None."""
    key = (Asker.SYSTEM, row.via_system) if row.via_system else (Asker.PERSON, row.filed_by)
    # Two mismatches at once would each count without the other.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"lookups of {row.unit}"))))
    for asker, holder in (key, (Asker.UNIT, row.unit)):
        if _standing(session, asker, holder) is not None:
            return None
        limits = _limits(asker)
        found = _answers(session, asker, holder, row.unit, limits, now)
        over = excess(found.compared, limits, now=now)
        if over is None:
            continue
        if _source_differs(session, source, row.unit, now):
            said = f"数据源 {source} 近期对多个单位答复“不符”,可能是数据源有误:没有限制任何单位的查询,请运维与该数据源核对。"
            raise_alarm(session, SOURCE_DIFFERS, source, said, now=now)
            return None
        return _begin(session, asker, holder, row, over, found.numbers, now)
    return None


def review_sources(session: Session, now: datetime) -> None:
    """A source whose answers are ordinary again is no alarm any more."""
    for alarm in standing_alarms(session):
        if alarm.kind == SOURCE_DIFFERS and not _source_differs(session, alarm.subject, "", now):
            clear_alarm(session, SOURCE_DIFFERS, alarm.subject, now=now)


def blocks(session: Session, page: PageRequest = FIRST, *, standing: bool) -> Page[LookupBlock]:
    """Newest first; `standing`: only those that nobody has lifted."""
    query = select(LookupBlock)
    return paging.scalars(session, query.where(LookupBlock.lifted_at.is_(None)) if standing else query, (LookupBlock.id.desc(),), page)


def lift(session: Session, block: int, why: str, *, now: datetime, actor: str) -> LookupBlock:
    """Asking is open again, and what was counted counts no more.

    Raises `LookupBlockUnknown`, `BlockLifted`, and `MustRecuse` where it is the own unit's.
    """
    row = session.get(LookupBlock, block, with_for_update=True)
    if row is None:
        raise LookupBlockUnknown
    recusal.check(session, Subject.LOOKUP_BLOCK, block, [row.unit], actor=actor)
    if row.lifted_at is not None:
        raise BlockLifted
    row.lifted_at, row.lifted_by, row.lifted_why = now, actor, why
    clear_alarm(session, BLOCKED, _subject(row), now=now)
    return row


def _begin(
    session: Session, asker: Asker, holder: str, row: Verification, over: Excess, numbers: Sequence[str], now: datetime
) -> LookupBlock:
    block = LookupBlock(
        asker=asker, holder=holder, unit=row.unit, since=now, verification=row.number, differing=over.differing, right=over.right
    )
    session.add(block)
    session.flush()
    told = (
        f"{asker.label} {holder}({row.unit})查询的姓名与证件号码不符过多:最近 {over.differing} 次不符,{over.right} 人相符,"
        f"发起核验已暂停。工作专班办公室查明后登记理由解除(./run blocks lift {block.id} --reason 理由 --by 人员编码,或 /v1/lookup-blocks)。"
    )
    raise_alarm(session, BLOCKED, _subject(block), told, now=now)
    notify_office(session, NoticeKind.LOOKUPS_BLOCKED, f"block-{block.id}", number=row.number, about=now, now=now)
    counts: dict[str, int | str] = {"密钥": asker.label, "不符": over.differing, "相符的当事人": over.right}
    indication = Indication(LeadRule.NAME_MISMATCHES, row.unit, f"查询限制 {block.id}", tuple(sorted(numbers)), counts)
    leads.record(session, indication, *leads.week_of(now), now=now, actor="system:leads")
    return block


def _answers(session: Session, asker: Asker, holder: str, unit: str, limits: Sequence[Step], now: datetime) -> _Answers:
    if not limits:
        return _Answers([], [])
    values = {
        "asker": asker.value,
        "holder": holder,
        "unit": unit,
        "since": now - LOOKED_BACK,
        "least": min(step.differing for step in limits),
        "needed": max(step.differing for step in limits),
    }
    rows = session.execute(_ANSWERS, values).tuples().all()
    return _Answers([number for number, *_, differs in rows if differs], [Compared(*rest) for _, *rest in rows])


def _source_differs(session: Session, source: str, but: str, now: datetime) -> bool:
    """The source says so to the other units as well: then it is the source, and nobody who asks."""
    limits = _limits(Asker.UNIT)
    most = _TIMES * max((step.among for step in limits), default=1)
    values = {"source": source, "but": but, "since": now - LOOKED_BACK, "most": most}
    rows = session.execute(_OF_THE_SOURCE, values).tuples()
    return excess([Compared(*rest) for _, *rest in rows], limits, now=now) is not None


def _standing(session: Session, asker: Asker, holder: str) -> LookupBlock | None:
    query = select(LookupBlock).where(LookupBlock.asker == asker, LookupBlock.holder == holder, LookupBlock.lifted_at.is_(None))
    return session.scalar(query)


def _limits(asker: Asker) -> tuple[Step, ...]:
    return steps(settings().mismatches_by_unit if asker is Asker.UNIT else settings().mismatches_by_key)


def _subject(row: LookupBlock) -> str:
    return f"{row.asker.value}:{row.holder}"
