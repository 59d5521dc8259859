"""免责的依据 (obligations 17.4, 17.5): what went wrong and when it was made good; of a proof that was relied on, that it was
obtained lawfully. All of it from the record: a person decides on it, and nobody writes it down by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from domain.lead_path import REMEDIED, Exemption
from domain.lifecycle import State
from domain.limits import aware
from domain.records import MismatchStatus
from domain.revocations import UNTRUE
from ledger.oversight.lead_steps import LeadRefused
from ledger.succession import estate
from ledger.tables.cases import Case
from ledger.tables.catalog import Entry
from ledger.tables.effects import Proof
from ledger.tables.oversight import Lead
from ledger.tables.records import Mismatch
from ledger.tables.verifications import Verification


@dataclass(frozen=True)
class Remedy:
    """补救: when the fault was known, when it was made good; `number`: of the verification whose proof was untrue."""

    known_at: datetime
    remedied_at: datetime
    number: str | None = None


def grounds(session: Session, lead: Lead, exemption: Exemption, remedy: Remedy | None, *, now: datetime) -> Mapping[str, str | int]:
    """What stands with the decision. Raises `LeadRefused`."""
    if exemption.value not in REMEDIED:
        if remedy is not None:
            raise LeadRefused(f"“{exemption.label}”不以补救为依据。")
        return {}
    if remedy is None:
        raise LeadRefused(f"“{exemption.label}”须写明补救(remedy)的时间。")
    if not aware(remedy.known_at) <= aware(remedy.remedied_at) <= now:
        raise LeadRefused("补救的时间不早于发现的时间,也不在将来。")
    times: dict[str, str | int] = {
        "known_at": remedy.known_at.isoformat(),
        "remedied_at": remedy.remedied_at.isoformat(),
        "elapsed_minutes": int((remedy.remedied_at - remedy.known_at).total_seconds() // 60),
    }
    if exemption is not Exemption.RELIED_ON_PROOF:
        return times
    if remedy.number is None:
        raise LeadRefused("须写明所依据的证明的核验编号(number)。")
    return {**times, **_obtained(session, lead, remedy.number, remedy.known_at)}


def _obtained(session: Session, lead: Lead, number: str, known_at: datetime) -> Mapping[str, str | int]:
    """The proof, its case, and why it was obtained lawfully: by the one door, for a case and by the list of that day. Untrue it is by
    the reason of its end alone; and nobody relied on what he knew to be untrue."""
    row = session.get(Verification, number)
    if row is None or row.unit not in estate(session, lead.unit):
        raise LeadRefused("该单位没有这个编号的核验。")
    if row.state is not State.DELIVERED or row.ended_at is None:
        raise LeadRefused("这项核验没有送达结果。")
    if known_at < row.ended_at:
        raise LeadRefused("发现失实的时间早于取得这份证明的时间:请核对 known_at;取得以前已知失实的,不属于这一情形。")
    corrected = select(Mismatch.check).where(Mismatch.verification == number, Mismatch.status == MismatchStatus.CORRECTED)
    proof = session.scalar(
        select(Proof)
        .where(Proof.verification == number, or_(Proof.revoked_at.is_(None), Proof.revoked_at >= row.ended_at))
        .order_by(Proof.version)
        .limit(1)  # the one that was delivered: what was replaced before, nobody had
    )
    check = session.scalar(corrected.limit(1))
    if proof is None or (proof.revoked_why not in UNTRUE and check is None):
        raise LeadRefused("没有电子证明,或者它没有因内容失实被更正、撤销,不能认定内容失实。")
    case, entry = session.get_one(Case, row.case), session.get_one(Entry, row.entry)
    return {
        "verification": number,
        "proof_digest": proof.digest,
        "corrected_by": check or "",
        "case": case.number,
        "retrieval": f"办件{case.number}登记后发起,证明列于清单第{entry.since_version}版,由本系统送达",
        "obtained_at": row.ended_at.isoformat(),
    }
