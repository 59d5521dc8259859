"""反映事由的认定 (obligations 2.6, 16.2, 16.5, 16.6, 16.8, 16.9): what a complaint is about, as whoever handles it holds, whatever the
channel wrote. It counts so from then on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.complaints import ComplaintAbout, ComplaintStep
from domain.limits import aware
from ledger.oversight.complaints import ComplaintRefused, add_step, refuse_unknown
from ledger.succession import heir
from ledger.tables.oversight import Complaint

_THINGS = ("unit", "matter", "proof")
#: Of these the list says which of both it is, by the matter and the proof.
_BY_THE_LIST = frozenset({ComplaintAbout.STILL_ASKED, ComplaintAbout.INVENTED})


@dataclass(frozen=True)
class Assessment:
    """`said`: the codes of the unit complained of, the matter, the proof: None that there is none, left out as it stands.
    `seen`: when the 认定 was made that whoever says it had before her (None within: there was none); None: it is said whatever stands."""

    about: ComplaintAbout
    said: Mapping[str, str | None] = field(default_factory=dict)
    seen: tuple[datetime | None] | None = None


def apply(session: Session, row: Complaint, found: Assessment, *, person: str, unit: str, now: datetime) -> None:
    """Put it on the record with before and after. The same once more is no step. Raises `ComplaintRefused` for an unknown code,
    and where a colleague was faster.

    From when it is about that (`about_since`) moves only with another thing or unit: what was a sign of it already is none once more.
    Of another unit it is no duplicate, and what was one of it is none any more.
    """
    if found.seen not in (None, (row.assessed_at,)):
        raise ComplaintRefused("别人刚认定过,请核对后重新提交。")
    said = {name: code for name, code in found.said.items() if name in _THINGS}
    refuse_unknown(session, said.get("unit"), said.get("matter"), said.get("proof"))
    before = {"about": row.about.value} | {name: getattr(row, name) for name in _THINGS}
    after = before | {"about": found.about.value} | said
    if before == after and row.assessed_at is not None:
        return
    row.about, row.unit, row.matter, row.proof = found.about, after["unit"], after["matter"], after["proof"]
    row.assessed_at = aware(now)
    counted = ("about", "unit", *(("matter", "proof") if found.about in _BY_THE_LIST else ()))
    if any(before[name] != after[name] for name in counted):
        row.about_since = aware(now)
    if before["unit"] != after["unit"]:
        _part(session, row, now)
    add_step(session, row, ComplaintStep.ASSESS, person=person, unit=unit, now=now, to=row.unit, before=before, after=after)


def _part(session: Session, row: Complaint, now: datetime) -> None:
    """Of two units each answers for itself (`complaints._alike`): what it left behind counts from now on, once."""

    def whose(one: Complaint) -> str | None:
        return heir(session, one.unit) if one.unit else None

    if row.duplicates and whose(session.get_one(Complaint, row.duplicates)) != whose(row):
        row.duplicates = None
    pointing = select(Complaint).where(Complaint.duplicates == row.id).order_by(Complaint.entered_at, Complaint.number)
    left = [one for one in session.scalars(pointing.with_for_update()) if whose(one) != whose(row)]
    for one in left:
        one.duplicates = None if one is left[0] else left[0].id
    if left:
        left[0].about_since = aware(now)
