"""The registry and catalog that a first `up` starts with, and the keys that its demonstration needs.

Loaded from `sandbox/district.toml` on every `up` of a trial installation; the same rows again change nothing.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from sqlalchemy.orm import Session

from ledger import keys, registry
from ledger.database import transaction
from settings import ROOT, settings

DISTRICT = ROOT / "sandbox" / "district.toml"
ADMINISTRATOR = "demo-admin"
REQUESTER = "demo-permit-1"
ISSUER = "demo-guangming-1"


def load() -> None:
    """Write the district's units, people, systems, matters, proofs and entries, and make the demonstration's keys."""
    district = tomllib.loads(DISTRICT.read_text("utf-8"))
    with transaction() as session:
        registry.put_units(session, district["units"])
        registry.put_people(session, district["people"])
        registry.put_systems(session, district["systems"])
        registry.put_matters(session, district["matters"])
        registry.put_proofs(session, district["proofs"])
        registry.put_entries(session, district["entries"])
        _make_key(session, REQUESTER, key_file("requester_key"))
        _make_key(session, ISSUER, key_file("issuing_unit_key"))


def first_administrator_key() -> str | None:
    """The first administrator's key, on the first call only: it is shown once and stored nowhere."""
    mark = key_file("administrator_key_shown")
    if mark.exists():
        return None
    with transaction() as session:
        key = keys.make(session, person=ADMINISTRATOR, now=settings().now(), actor="system:up")
    mark.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark.touch(mode=0o600)
    return key


def key_file(name: str) -> Path:
    """Where the demonstration's own keys live: `var/sandbox`, readable by the owner alone."""
    return settings().home / "sandbox" / name


def _make_key(session: Session, person: str, file: Path) -> None:
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = keys.make(session, person=person, now=settings().now(), actor="system:up")
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(key)
