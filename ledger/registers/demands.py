"""索要证明的登记 (obligations 7.5, 16.2): demands for proofs and for papers that nobody registered, blocked where they pass through us.
Append-only, no persons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.clear_text import fault_of
from domain.demands import DemandTold, is_blocked
from domain.refusal import Refusal
from domain.scope import spared
from ledger import paging
from ledger.catalog import versions
from ledger.paging import FIRST, Page, PageRequest
from ledger.registers.manual_registers import may_collect
from ledger.registers.offsystem import InFuture
from ledger.succession import estate, heir
from ledger.tables.records import Demand
from ledger.tables.registry import Matter, ProofKind, Unit


class DemandRefused(Refusal, code="demand_refused"):
    """It cannot be recorded so; the text names what is unknown, in Chinese."""


@dataclass(frozen=True)
class Told:
    """A demand as somebody tells of it. `unit`: who demands; `proof`: its code, None where only the words are known; `digest`:
    SHA-256 of what shows it; `paper`: 材料名称, as it was told; `some_time`: on the day that begins at `demanded_at`, nobody says when."""

    unit: str
    matter: str
    proof: str | None
    told_by: DemandTold
    demanded_at: datetime | None = None
    digest: str | None = None
    paper: str | None = None
    some_time: bool = False


def only_one(named: Sequence[str]) -> str | None:
    """The proof that a name means, of those that it may mean; None: of nobody registered. Raises `DemandRefused`."""
    if len(named) > 1:
        raise DemandRefused(f"这个名称对应多种证明({'、'.join(named)}),请填写证明编码。")
    return named[0] if named else None


def record(session: Session, told: Told, *, now: datetime, actor: str) -> Demand:
    """Put a demand on the record, with what the list of that instant says of it; a unit that asks before is answered by that of now.
    Raises `DemandRefused`, `InFuture`."""
    unit = session.get(Unit, heir(session, told.unit))
    if unit is None or not unit.active:
        raise DemandRefused("没有所填的单位,或者它已停用。")
    if session.get(Matter, told.matter) is None:
        raise DemandRefused("没有所填的事项。")
    if told.proof is not None and session.get(ProofKind, told.proof) is None:
        raise DemandRefused("登记库没有所填的证明编码;没有编码的材料,请写明材料名称。")
    if told.proof is None and not told.paper:
        raise DemandRefused("请写明证明编码或者材料名称。")
    if told.paper and (fault := fault_of(told.paper)):
        raise DemandRefused(f"材料名称{fault}。")
    at = told.demanded_at or now
    if at > now:
        raise InFuture
    listed, unlisted = _forbidden(session, unit.code, told, now if told.told_by is DemandTold.UNIT else at)
    if told.some_time and not any(_forbidden(session, unit.code, told, min(at + timedelta(days=1), now))):
        listed = unlisted = False  # it may have been asked for after that day had allowed it
    row = Demand(
        recorded_at=now,
        demanded_at=at,
        unit=unit.code,
        matter=told.matter,
        proof=told.proof,
        paper=told.paper or None,
        told_by=told.told_by,
        listed=listed,
        unlisted=unlisted,
        blocked=is_blocked(told.told_by, forbidden=listed or unlisted),
        evidence_digest=told.digest,
        recorded_by=actor,
    )
    session.add(row)
    session.flush()
    return row


def record_up_to(session: Session, told: Told, wanted: int, *, now: datetime, actor: str) -> bool:
    """As `record`, unless so many that say the very same are on the record: a file that comes again adds what is missing, also while
    it comes a second time at once. Gives whether it was recorded. Raises `DemandRefused`, `InFuture`."""
    # Of two at once the later finds the earlier one's. Of all units at once: one may be merged into another meanwhile.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("demands of files"))))
    missing = _count_like(session, told) < wanted
    if missing:
        record(session, told, now=now, actor=actor)
    return missing


def _count_like(session: Session, told: Told) -> int:
    """How many are on the record that say the very same, instant included."""
    query = select(func.count()).where(
        Demand.unit.in_(estate(session, heir(session, told.unit))),
        Demand.matter == told.matter,
        Demand.proof.is_not_distinct_from(told.proof),
        Demand.paper.is_not_distinct_from(told.paper),
        Demand.told_by == told.told_by,
        Demand.demanded_at == told.demanded_at,
    )
    return session.scalar(query) or 0


def _forbidden(session: Session, unit: str, told: Told, at: datetime) -> tuple[bool, bool]:
    """Whether the list that stood at an instant had it, to be verified, or did not have it: 已公布实施的…仍索要 (obligation 16.6). Of a
    matter that was listed only afterwards neither is said. What the office allowed (obligation 5.8) it allowed of what is listed."""
    stood = {one.proof: one for one in versions.entries_for(session, told.matter, versions.number_at(session, at))}
    if not stood and versions.entries_for(session, told.matter):
        return False, False
    if told.proof is None or told.proof not in stood:
        return False, True
    return spared(stood[told.proof]) and not may_collect(session, unit, told.matter, told.proof, at), False


def listed(session: Session, unit: str | None, since: datetime, until: datetime, page: PageRequest = FIRST) -> Page[Demand]:
    """The demands of a unit (None: of all) that were recorded in [since, until), by their serial."""
    query = select(Demand).where(Demand.recorded_at >= since, Demand.recorded_at < until)
    if unit is not None:
        query = query.where(Demand.unit.in_(estate(session, unit)))
    return paging.scalars(session, query, (Demand.serial,), page)
