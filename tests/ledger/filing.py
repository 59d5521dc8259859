"""A case and a verification in the fresh ledger, made through the real rules, not by setting columns."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from domain.limits import HandlingType
from domain.roles import Channel, IdType, PartyRole
from ledger.actor import Filer
from ledger.cases import cases
from ledger.casework import registration
from ledger.casework.registration import CaseData, PartyData
from ledger.catalog import entries
from ledger.database import transaction
from ledger.lifecycle import filing
from sandbox.people import by_name

NOW = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)  # Wednesday 09:00 in Beijing
UNIT = "370402-PERMIT"
FILER = Filer(UNIT, "demo-permit-1")


def case_data(person: str = "演示甲子", **changes: object) -> CaseData:
    """An open 承诺件 of one synthetic applicant."""
    holder = by_name(person)
    values: dict[str, object] = {
        "number": f"C-{uuid4().hex[:10]}",
        "matter": "DEMO-0001",
        "handling": HandlingType.PROMISED,
        "accepted_at": NOW,
        "promise_end": NOW + timedelta(days=5),
        "promised_days": None,
        "promise_reason": None,
        "channel": Channel.WINDOW,
        "origin_system": None,
        "parties": (PartyData(PartyRole.APPLICANT, IdType(holder.id_type), holder.id_number, holder.name),),
    }
    return CaseData(**{**values, **changes})  # type: ignore[arg-type]


def file(proof: str = "P-HOUSEHOLD", person: str = "演示甲子", *, now: datetime = NOW, filer: Filer = FILER, **changes: object) -> str:
    """File one verification; gives its number."""
    data = case_data(person, **changes)
    holder = by_name(person)
    with transaction() as session:
        # A promise may have passed by the time of the verification, never by the time of its registration.
        registered = min(now, data.promise_end - timedelta(minutes=1)) if data.promise_end else now
        data = replace(data, accepted_at=min(data.accepted_at, registered))
        registration.register(session, filer.unit, data, now=registered, actor="test")
        case = cases.find(session, filer.unit, data.number)
        assert case is not None
        party = cases.find_party(session, case, IdType(holder.id_type), holder.id_number)
        found = entries.find_entry(session, data.matter, proof)
        assert party is not None and found is not None
        return filing.file_verification(
            session, filer, case, party, found[0], found[1].issuing_unit, now=now, idempotency_key=uuid4().hex, body_digest="0" * 64
        ).number
