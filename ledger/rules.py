"""规则版本 (obligation 20.1): the readings in force since when, and which ones limits were ever computed by."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import lru_cache
from itertools import chain
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.limits import LimitKind
from domain.readings import Readings, ReadingsRefused
from domain.refusal import Refusal
from ledger.tables.duty import RuleChange, RuleVersion
from ledger.tables.registry import Unit
from ledger.tables.verifications import Deadline
from settings import settings


def readings() -> Readings:
    """The district's readings. Raises `ReadingsRefused` where the configuration is wrong: a process says so at its start."""
    return parsed(settings().readings)


@lru_cache(maxsize=8)
def parsed(text: str) -> Readings:
    """Readings from JSON, as `PROOFLESS_READINGS` is written. Raises `ReadingsRefused`."""
    try:
        values = json.loads(text)
    except json.JSONDecodeError:
        values = None
    if not isinstance(values, dict):
        raise ReadingsRefused("解读(PROOFLESS_READINGS)须为 JSON 对象。")
    return Readings.of(values)


def remember(session: Session, now: datetime) -> None:
    """Keep what this rule version means, so that history can be read and computed again."""
    current = readings()
    if session.get(RuleVersion, current.version) is None:
        session.execute(
            insert(RuleVersion).values(version=current.version, readings=current.as_json(), first_used_at=now).on_conflict_do_nothing()
        )


def versions(session: Session) -> list[RuleVersion]:
    """Those that limits were ever computed by, the newest first."""
    return list(session.scalars(select(RuleVersion).order_by(RuleVersion.first_used_at.desc(), RuleVersion.version)))


def changes(session: Session) -> list[RuleChange]:
    """Every change that was applied to what ran, the newest first."""
    return list(session.scalars(select(RuleChange).order_by(RuleChange.id.desc())))


def unknown_units(session: Session, wanted: Readings | None = None) -> list[str]:
    """Units of `measure_by_unit` that no register knows: a slip in a code would be a reading without effect."""
    named = {unit for unit, _ in (wanted or readings()).measure_by_unit}
    return sorted(named - set(session.scalars(select(Unit.code).where(Unit.code.in_(named)))))


class RuleVersionUnknown(Refusal, code="rule_version_unknown"):
    """No limit was ever computed by it."""


def proposed(session: Session, tried: Iterable[Readings], version: str | None) -> list[Readings]:
    """What is to be tried beside the readings in force: other ones, or those of a version. Raises
    `ReadingsRefused`, `RuleVersionUnknown`."""
    found = list(tried)
    for one in found:
        if unknown := unknown_units(session, one):
            raise ReadingsRefused(f"解读 measure_by_unit 写有名册中没有的单位:{'、'.join(unknown)}。")
    if version is not None:
        row = session.get(RuleVersion, version)
        if row is None:
            raise RuleVersionUnknown
        found.append(Readings.of(row.readings))
    return found


def of_version(session: Session, version: str) -> Readings:
    """What a rule version means; the readings in force where nobody kept it."""
    current = readings()
    row = session.get(RuleVersion, version) if version != current.version else None
    return current if row is None else Readings.of(row.readings)


def of_request(session: Session, request: UUID) -> Readings:
    """By which readings the clocks of a request run: those in force, unless its limits are all older."""
    return of_requests(session, [request])[request]


def of_requests(session: Session, requests: Collection[UUID]) -> dict[UUID, Readings]:
    """The same for each of many."""
    kinds = LimitKind.SOFT, LimitKind.HARD
    query = select(Deadline.request, Deadline.rule_version).where(Deadline.request.in_(requests), Deadline.kind.in_(kinds)).distinct()
    known: dict[UUID | None, list[str]] = {}
    for request, version in session.execute(query).tuples():
        known.setdefault(request, []).append(version)
    meant = {version: of_version(session, version) for version in set(chain(*known.values()))}
    current = readings()
    newest = {request: current.version if current.version in versions else max(versions) for request, versions in known.items()}
    return {request: meant[newest[request]] if request in newest else current for request in requests}


def change_to(session: Session, version: str) -> RuleChange | None:
    """How a version came to be in force, where it is the newest change: whatever the base version was then, the instant
    that was chosen for the readings stays chosen over an upgrade."""
    newest = session.scalar(select(RuleChange).order_by(RuleChange.id.desc()).limit(1))
    return newest if newest is not None and _chosen(newest.after) == _chosen(version) else None


def _chosen(version: str) -> str:
    """What of a version is the district's choice; empty: the default readings."""
    return version.partition("+")[2]


def before(session: Session, change: RuleChange) -> Readings:
    """The readings that this change replaced: the newest of them."""
    query = select(RuleVersion.version).where(RuleVersion.version.in_(change.before)).order_by(RuleVersion.first_used_at.desc())
    version = session.scalar(query.limit(1))
    return readings() if version is None else of_version(session, version)


def starts(session: Session, now: datetime) -> tuple[datetime, Readings | None]:
    """From when on limits may fall due by the readings in force: the instant that was chosen, never one that has passed;
    and the readings that count until then, where it is still ahead."""
    change = change_to(session, readings().version)
    if change is None or change.effective_from is None or change.effective_from <= now:
        return now, None
    return change.effective_from, before(session, change)


def without_soft_supervision(session: Session) -> list[str]:
    """The versions by which a soft miss opens no 督办 (reading 11)."""
    known = session.scalars(select(RuleVersion)).all()
    return [one.version for one in known if not of_version(session, one.version).soft_supervision]


def begin_change(session: Session, reason: str, *, effective_from: datetime | None = None, now: datetime, actor: str) -> list[str]:
    """The other versions by which limits run now: they are to be computed anew, and the record says why; or none.

    A call that goes on with the newest change, interrupted or not, is none of its own.
    """
    current = readings().version
    running = select(Deadline.rule_version).where(
        Deadline.rule_version != current,
        Deadline.kind != LimitKind.CHOICE,
        Deadline.met_at.is_(None),
        Deadline.missed_at.is_(None),
        Deadline.closed_at.is_(None),
    )
    found = sorted(set(session.scalars(running.distinct())))
    known = change_to(session, current)
    pending = known is not None and known.effective_from is not None and known.effective_from > now
    goes_on = known is not None and (known.after == current or pending) and effective_from in {None, known.effective_from}
    if found and not goes_on:
        remember(session, now)
        session.add(RuleChange(at=now, reason=reason, changed_by=actor, before=found, after=current, effective_from=effective_from or now))
        session.flush()
    return found
