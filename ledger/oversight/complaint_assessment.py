"""反映事由的认定 (obligations 2.6, 16.2, 16.5, 16.6, 16.8, 16.9): what a complaint is about, as whoever handles it holds, whatever the
channel wrote. It counts so from then on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from domain.complaints import ComplaintAbout, ComplaintStep
from domain.limits import aware
from ledger.oversight.complaints import add_step, refuse_unknown
from ledger.tables.oversight import Complaint

_THINGS = ("unit", "matter", "proof")


@dataclass(frozen=True)
class Assessment:
    """`said`: the codes of the unit complained of, the matter, the proof: None that there is none, left out as it stands."""

    about: ComplaintAbout
    said: Mapping[str, str | None] = field(default_factory=dict)


def apply(session: Session, row: Complaint, found: Assessment, *, person: str, unit: str, now: datetime) -> None:
    """Put it on the record with before and after. The same once more is no step. Raises `ComplaintRefused` for an unknown code.

    From when it is about that (`about_since`) moves only with a change: what was a sign of it already is none once more.
    """
    said = {name: code for name, code in found.said.items() if name in _THINGS}
    refuse_unknown(session, said.get("unit"), said.get("matter"), said.get("proof"))
    before = {"about": row.about.value} | {name: getattr(row, name) for name in _THINGS}
    after = before | {"about": found.about.value} | said
    if before == after and row.assessed_at is not None:
        return
    row.about, row.unit, row.matter, row.proof = found.about, after["unit"], after["matter"], after["proof"]
    row.assessed_at = aware(now)
    if before != after:
        row.about_since = aware(now)
    add_step(session, row, ComplaintStep.ASSESS, person=person, unit=unit, now=now, to=row.unit, before=before, after=after)
