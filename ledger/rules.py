"""规则版本: the readings in force, and which ones limits were ever computed by."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.limits import LimitKind
from domain.readings import Readings
from ledger.tables.duty import RuleChange, RuleVersion
from ledger.tables.registry import Unit
from ledger.tables.verifications import Deadline
from settings import settings


def readings() -> Readings:
    """The district's readings. Raises ValueError where the configuration is wrong: a process says so at its start."""
    return _parse(settings().readings)


@lru_cache(maxsize=8)
def _parse(text: str) -> Readings:
    values = json.loads(text)
    if not isinstance(values, dict):
        raise ValueError("PROOFLESS_READINGS 须为 JSON 对象。")
    return Readings.of(values)


def remember(session: Session, now: datetime) -> None:
    """Keep what this rule version means, so that history can be read and computed again."""
    current = readings()
    if session.get(RuleVersion, current.version) is None:
        session.execute(
            insert(RuleVersion)
            .values(version=current.version, readings=current.as_json(), first_used_at=now)
            .on_conflict_do_nothing()
        )


def unknown_units(session: Session) -> list[str]:
    """Units of `measure_by_unit` that no register knows: a slip in a code would be a reading without effect."""
    named = {unit for unit, _ in readings().measure_by_unit}
    return sorted(named - set(session.scalars(select(Unit.code).where(Unit.code.in_(named)))))


def begin_change(session: Session, reason: str, *, now: datetime, actor: str) -> list[str]:
    """The other versions by which limits run now: they are to be computed anew, and the record says why; or none."""
    current = readings().version
    running = select(Deadline.rule_version).where(
        Deadline.rule_version != current, Deadline.kind != LimitKind.CHOICE,
        Deadline.met_at.is_(None), Deadline.missed_at.is_(None), Deadline.closed_at.is_(None),
    )  # fmt: skip
    before = sorted(set(session.scalars(running.distinct())))
    if before:
        remember(session, now)
        session.add(RuleChange(at=now, reason=reason, changed_by=actor, before=before, after=current))
        session.flush()
    return before
