"""The registry and catalog that a first `up` starts with, and the keys that its demonstration needs.

Loaded from `sandbox/district.toml` on every `up` of a trial installation; the same rows again change nothing.
"""

from __future__ import annotations

import os
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.adjusting import ProposalKind, Step
from domain.limits import IN_FORCE
from domain.listing import Change, from_content
from domain.register_changes import Register
from domain.roles import Role
from domain.scope import CatalogEntry
from ledger.arrangements import calendars, opening_hours
from ledger.calendars import duty
from ledger.calendars.calendars import calendar
from ledger.catalog import proposals
from ledger.database import transaction
from ledger.methods import commitments
from ledger.registry import credentials, keys, register_changes
from ledger.tables.duty import Timetable
from ledger.tables.registry import Matter, Person, ProofKind, Unit
from runtime.commands import work_calendar
from settings import ROOT, settings

DISTRICT = ROOT / "sandbox" / "district.toml"
ADMINISTRATOR = "demo-admin"
REQUESTER = "demo-permit-1"
ISSUER = "demo-guangming-1"
PUBLISHER = "demo-publisher"
_ACTOR = "system:up"
_AT_THE_COUNTER = (
    ("出具单位代办员", ISSUER),
    ("督办员", "demo-guangming-2"),
    ("工作专班办公室、系统管理员", ADMINISTRATOR),
    ("区领导", "demo-leader"),
)


def load() -> None:
    """Write the district's units, people, systems, matters, proofs and entries, and make the demonstration's keys."""
    district = tomllib.loads(DISTRICT.read_text("utf-8"))
    with transaction() as session:
        if session.scalar(select(Unit.code).limit(1)) is None:  # else somebody has worked on it: what they changed stays
            _fill(session, district)
        _arrange_duty(session, district)
    _make_key(REQUESTER, key_file("requester_key"))
    _make_key(ISSUER, key_file("issuing_unit_key"))


def _fill(session: Session, district: dict[str, Any]) -> None:
    """People last: once there are some who can confirm, the rest takes two of them (ledger.registry.register_changes)."""
    databases = [{**row, "connected_since": date.fromisoformat(row["connected_since"])} for row in district["databases"]]
    for register in (Register.UNITS, Register.SYSTEMS, Register.MATTERS, Register.PROOFS, Register.DATABASES, Register.PEOPLE):
        rows = databases if register is Register.DATABASES else district[register.value]
        register_changes.put(session, register, rows, actor=_ACTOR, now=settings().now())
    _publish_first(session, district)


def _publish_first(session: Session, district: dict[str, Any]) -> None:
    """The first version of the list, by the steps that article 5 asks for and by another person each."""
    now = settings().now()
    by_unit: dict[str, list[Change]] = {}
    for row in district["entries"]:
        entry = _entry(session, row)
        by_unit.setdefault(entry.unit, []).append(Change(None, entry))
    filed = []
    for unit, changes in by_unit.items():
        drafter = _actor_of(session, district["drafters"][unit])
        list_of_unit = proposals.draft(
            session,
            ProposalKind.LIST,
            unit,
            changes,
            reason="编制清单",
            reason_date=None,
            document="市中政办发〔2022〕10号",
            actor=drafter,
            now=now,
        )
        proposals.take(session, list_of_unit.id, Step.REPORT, actor=drafter, now=now)
        proposals.take(session, list_of_unit.id, Step.CONSENT, actor=_actor_of(session, ADMINISTRATOR), now=now)
        filed.append(list_of_unit.id)
    proposals.publish(session, filed, document="演示:第一版清单", actor=_actor_of(session, PUBLISHER), now=now)


def _entry(session: Session, row: dict[str, Any]) -> CatalogEntry:
    matter, proof = session.get_one(Matter, row["matter"]), session.get_one(ProofKind, row["proof"])
    values = {
        "issuing_unit": None,
        "source": None,
        "database_backed": False,
        "sealed_when_negative": False,
        "limit": None,
        "exclusion": None,
        **row,
    }
    named = {
        "matter_name": matter.name,
        "unit": matter.unit,
        "reviewed_above": matter.reviewed_above,
        "proof_name": proof.name,
        "basis": proof.basis,
        "validity_days": proof.validity_days,
    }
    return from_content(values | named)


def _actor_of(session: Session, person: str) -> proposals.Actor:
    row = session.get_one(Person, person)
    return proposals.Actor(row.code, row.unit, [Role(role) for role in row.roles])


def _arrange_duty(session: Session, district: dict[str, Any]) -> None:
    """Calendar, hours, 督办员 and commitment texts: what is there already stays as people have changed it."""
    now = settings().now()
    if not calendar(session).years:
        work_calendar.seed_known(session, IN_FORCE.year, now=now, actor=_ACTOR)
    for row in district["calendar"]:
        if row["year"] not in calendar(session).years:
            rest, work = (map(date.fromisoformat, row[name]) for name in ("rest", "work"))
            calendars.put_year(
                session,
                row["year"],
                rest,
                work,
                provisional=row["provisional"],
                source=row["source"],
                reason="首次录入",
                now=now,
                actor=_ACTOR,
            )
    for row in district["timetables"]:
        if session.get(Timetable, (row["unit"], IN_FORCE)) is None:
            opening_hours.set_timetable(
                session, row["unit"], row["seasons"], effective_from=IN_FORCE, reason="首次录入", now=now, actor=_ACTOR, backdated=True
            )
    for row in district["appointments"]:
        if not duty.appointments(session, row["unit"]):
            duty.appoint(session, row["unit"], row["person"], None, None, acting=False, now=IN_FORCE, actor=_ACTOR)
    for row in district["commitment_texts"]:
        if commitments.newest_text(session, row["proof"]) is None:
            commitments.put_text(session, **row, now=now, actor=_ACTOR)


def first_administrator_key() -> str | None:
    """The first administrator's key, where the ledger knows none yet: it is shown once and stored nowhere."""
    with transaction() as session:
        if keys.ever_had_one(session, ADMINISTRATOR):
            return None
        return keys.make(session, person=ADMINISTRATOR, now=settings().now(), actor=_ACTOR)


def sign_in_links() -> list[tuple[str, str, str]]:
    """演示: what somebody is called who signs in, the person, and the token of a link that leads straight in."""
    with transaction() as session:
        return [
            (title, person, credentials.make_link(session, person, straight=True, now=settings().now(), actor=_ACTOR))
            for title, person in _AT_THE_COUNTER
            if (known := session.get(Person, person)) is not None and known.active
        ]


def key_file(name: str) -> Path:
    """Where the demonstration's own keys live: `var/sandbox`, readable by the owner alone."""
    return settings().home / "sandbox" / name


def _make_key(person: str, file: Path) -> None:
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with transaction() as session:  # committed first: a file with a key that the ledger forgot would stay for ever
        key = keys.make(session, person=person, now=settings().now(), actor=_ACTOR)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(key)
