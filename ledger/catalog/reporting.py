"""清单调整的报送 from a page (obligation 5.5): drafted and reported in one act, once however often it is sent; what a unit may adjust."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.adjusting import ProposalKind, ProposalStatus, Step
from domain.listing import Change
from ledger.catalog import law_changes, proposals
from ledger.catalog.law_changes import LawChange
from ledger.catalog.proposals import Actor, StepRefused
from ledger.succession import estate
from ledger.tables.catalog import Proposal
from ledger.tables.registry import Database, Matter, ProofKind

_STORY = (Step.DRAFT, Step.REPORT, Step.RETURN)  #: what was decided of the former is the former's


def report_once(
    session: Session,
    unit: str,
    changes: Callable[[], Sequence[Change]],
    *,
    reason: str,
    reason_date: date | None,
    document: str,
    law_change: int | None,
    actor: Actor,
    now: datetime,
    identity: UUID,
    same: Callable[[Sequence[Change]], bool],
    replaces: UUID | None = None,
) -> Proposal:
    """The adjustment under this `identity`, reported: a line that broke after it was taken makes no second one. `changes` are read
    where there is none yet (what was reported may be published meanwhile), `same` compares what stands with what is sent. Raises as
    `proposals.draft` does, and `StepRefused` where something else stands, so that nobody takes for reported what was not.

    `replaces`: the adjustment that was sent back and is reported otherwise now. What was filed never changes: it is withdrawn, and the
    new one has its story, so that its first report counts (obligation 5.5)."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"proposal {identity}", 0))))
    there = session.get(Proposal, identity)
    if there is not None:
        stands = there.drafted_by, there.unit, there.reason, there.reason_date, there.document, there.law_change
        if stands != (actor.unit, unit, reason, reason_date, document, law_change) or not same(there.changes):
            raise StepRefused(
                "这一页填写的已经报送过,后来改动的没有报送。", remedy="请在“清单调整”中查看已报送的,需要改动的撤回后另行报送。"
            )
        return there
    former = _sent_back(session, unit, replaces) if replaces else None
    story = [one for one in proposals.steps_of(session, former.id) if one.step in _STORY] if former else []
    row = proposals.draft(
        session,
        ProposalKind.ADJUSTMENT,
        unit,
        changes(),
        reason=reason,
        reason_date=reason_date,
        document=document,
        law_change=law_change,
        actor=actor,
        now=now,
        identity=identity,
        story=story,
    )
    if former:
        row.reported_at = former.reported_at
        record = {"why": "修改后重新报送", "replaced_by": str(identity)}
        proposals.take(session, former.id, Step.WITHDRAW, actor=actor, now=now, record=record)
    return proposals.take(session, row.id, Step.REPORT, actor=actor, now=now)


def _sent_back(session: Session, unit: str, proposal: UUID) -> Proposal:
    row = session.get(Proposal, proposal, with_for_update=True, populate_existing=True)
    if row is None or row.unit != unit or not is_sent_back(row):
        raise StepRefused("这一项没有退回修改,或者已经重新报送、撤回。", remedy="请在“清单调整”中查看它现在办到哪一步。")
    return row


def is_sent_back(row: Proposal) -> bool:
    """退回修改: an adjustment that was reported and came back."""
    return row.kind is ProposalKind.ADJUSTMENT and row.standing is ProposalStatus.DRAFTED and row.reported_at is not None


def unanswered(session: Session, unit: str, *, now: datetime) -> list[LawChange]:
    """法规变动 of the unit that no adjustment answers yet (obligation 16.4)."""
    units = estate(session, unit)
    return [one for one in law_changes.law_changes(session, now) if one.unit in units and one.reported_at is None]


def matters_like(session: Session, unit: str, words: Sequence[str], most: int) -> list[tuple[str, str]]:
    """The unit's matters in use whose code and name have all the words: code and name."""
    text = func.concat_ws(" ", Matter.code, Matter.name)
    found = select(Matter.code, Matter.name).where(Matter.unit == unit, Matter.active.is_(True))
    query = found.where(*(text.icontains(word, autoescape=True) for word in words)).order_by(Matter.code)
    return list(session.execute(query.limit(most)).tuples())


def proofs_like(session: Session, words: Sequence[str], most: int) -> list[tuple[str, str]]:
    """Kinds of proof in use whose code, name or other names have all the words: code and name."""
    text = func.concat_ws(" ", ProofKind.code, ProofKind.name, func.array_to_string(ProofKind.aliases, " "))
    found = select(ProofKind.code, ProofKind.name).where(ProofKind.cancelled.is_(False))
    query = found.where(*(text.icontains(word, autoescape=True) for word in words)).order_by(ProofKind.code)
    return list(session.execute(query.limit(most)).tuples())


def sources(session: Session) -> list[tuple[str, str]]:
    """已接入的数据来源: the source's name, and that of the database behind it."""
    query = select(Database.source, Database.name).where(Database.source.is_not(None)).order_by(Database.source, Database.code)
    found: dict[str, str] = {}
    for source, name in session.execute(query).tuples():
        found.setdefault(source or "", name)
    return list(found.items())
