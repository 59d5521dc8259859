"""事项换码 (obligation 5.1): a matter's new code in place of its former one, as people said where a list brought it.

`Matter.succeeded_by` follows from their answers: one that is given anew is as good as if it had been the first.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select, type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from domain.list_rows import Topic, Verdict
from ledger.tables.catalog import CatalogQuestion, CatalogRow
from ledger.tables.registry import Matter

_AT_ONCE = 1000


def settle(session: Session) -> None:
    """Bring the register to what the answers say. A former code leads to the code of today, however often it changed; one that
    was nobody's former code after all is in use again."""
    session.flush()
    query = select(CatalogQuestion.answer, CatalogQuestion.subject_key).where(
        CatalogQuestion.topic == Topic.SUCCESSION, CatalogQuestion.answer > "", CatalogQuestion.subject_key.in_(select(Matter.code))
    )
    next_of: dict[str, str] = {}
    for former, new in session.execute(query.order_by(CatalogQuestion.answered_at)).tuples():
        next_of.setdefault(str(former), new)
    concerned = select(Matter).where(Matter.code.in_(next_of) | Matter.succeeded_by.is_not(None)).order_by(Matter.code)
    for row in session.scalars(concerned.with_for_update().execution_options(populate_existing=True)):
        today = _today(row.code, next_of)
        if row.succeeded_by != today:
            row.succeeded_by, row.active = today, today is None
    session.flush()


def _today(code: str, next_of: dict[str, str]) -> str | None:
    seen = [code]
    while (following := next_of.get(seen[-1])) is not None and following not in seen:
        seen.append(following)
    return seen[-1] if len(seen) > 1 else None


def brings_new_codes(session: Session, reading: int) -> bool:
    """Whether the list names a matter that nobody registered."""
    registered = select(Matter.code).where(Matter.code == type_coerce(CatalogRow.fact, JSONB)["code"].astext)
    named = select(CatalogRow.line).where(CatalogRow.reading == reading, CatalogRow.verdict == Verdict.ACCEPTED)
    return session.scalar(select(named.where(~registered.exists()).exists())) or False


def unclear(session: Session, reading: int, codes: Collection[str]) -> set[str]:
    """Those of these codes that stand in a row of which nothing is taken: whether the list names them nobody knows yet."""
    if not codes:
        return set()
    query = select(CatalogRow.cells).where(CatalogRow.reading == reading, CatalogRow.verdict != Verdict.ACCEPTED)
    written = session.scalars(query.execution_options(yield_per=_AT_ONCE))
    return {cell.strip() for cells in written for cell in cells} & set(codes)
