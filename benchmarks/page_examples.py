"""What single pages of the counter are about, made for the bench: one of each, by the parameters of their addresses."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import httpx
from psycopg2.extensions import cursor

from benchmarks.load import PEOPLE, as_json, register_case, verify
from domain.roles import Role
from ledger.database import transaction
from ledger.registry import keys, registry
from settings import LOCAL, settings

_LONGEST = 180  #: seconds that a report may take beside ten thousand that wait
#: Opened by nobody here, and why.
LEFT_OUT: Mapping[str, str] = MappingProxyType(
    {
        "counter_catalog_rows": "two lists that contradict each other, read whole",
        "counter_batch_proofs": "sealed proofs of a batch",
        "counter_reading": "reckons all that wait anew, by each answer",
    }
)


@dataclass(frozen=True)
class Examples:
    """The asking unit, an asked one, and their things by parameter; `own`: of a page whose parameter means another thing than elsewhere;
    `queries`: what pages must be asked with."""

    asking: str
    asked: str
    common: dict[str, str]
    own: dict[str, dict[str, str]]
    queries: dict[str, str] = field(default_factory=dict)

    def of(self, page: str) -> dict[str, str]:
        return self.common | self.own.get(page, {})


def make(ledger: cursor, url: str, key: str, number: str) -> Examples:
    """`key` of the asking unit; `number`: one of its verifications, which waits apart from the many."""
    query = "SELECT cases.unit, cases.number FROM verifications JOIN cases ON cases.id = case_id WHERE verifications.number = %s"
    ledger.execute(query, (number,))
    [(asking, case)] = ledger.fetchall()
    ledger.execute("SELECT unit, id FROM requests WHERE verification LIKE 'HY20990101%%' AND unit <> %s ORDER BY unit LIMIT 1", (asking,))
    [(asked, request)] = ledger.fetchall()
    answering = [{"code": "bench-answers", "unit": asked, "name": "演示代办员", "roles": [Role.AGENT]}]
    with transaction() as session:
        registry.put_people(session, answering)
        office, clerk, agent = (
            keys.make(session, person=person, now=settings().now(), actor="system:bench")
            for person in ("demo-admin", "demo-permit-1", "bench-answers")
        )
    delivered = asyncio.run(_delivered(url, key))
    proof = _sent(url, key, "GET", f"/v1/verifications/{delivered}/proof.pdf").content
    kept = _sent(url, agent, "POST", f"/v1/inbox/{request}/attachments", files={"file": ("演示.pdf", proof, "application/pdf")})
    complaint = {"channel": "other", "about": "still_asked", "received_at": datetime.now(UTC).isoformat(), "unit": asking, "text": "演示"}
    none = {"case_number": "none", "proof": "none", "party": as_json(PEOPLE[0])}  # refused, so that nothing of it runs beside
    batch = {"purpose": "bench", "responsible": "demo-permit-1", "callback": False, "rows": [none]}
    change = {"kind": "remove", "matter": "DEMO-0001", "proof": "P-RESIDENCE"}
    cause = {"reason": "演示", "reason_date": f"{datetime.now(LOCAL):%Y-%m-%d}", "document": "演示文件"}
    draft = {"kind": "adjustment", "unit": asking, "changes": [change]} | cause
    common = {
        "wanted": str(request),
        "case_number": case,
        "number": number,
        "complaint": _sent(url, office, "POST", "/v1/complaints", json=complaint).json()["number"],
        "batch": _sent(url, key, "POST", "/v1/batches", json=batch, headers={"Idempotency-Key": uuid4().hex}).json()["number"],
        "proposal": _sent(url, clerk, "POST", "/v1/catalog/proposals", json=draft).json()["id"],
        "report": _report(url, office, asking),
        "once": str(uuid4()),
        "kind": "publicity",
    }
    own = {"counter_proof": {"number": delivered}, "counter_attachment": {"wanted": kept.json()["id"]}}
    return Examples(asking, asked, common, own, {"counter_report_cases": "?key=received"})


async def _delivered(url: str, key: str) -> str:
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60, trust_env=False) as http:
        number = await verify(http, await register_case(http, PEOPLE[0]), PEOPLE[0], "P-HOUSEHOLD")
    if number is None:
        raise RuntimeError("nothing was delivered")
    return number


def _report(url: str, key: str, unit: str) -> str:
    """The unit's report of a week that is over: its own supervisors read it, too."""
    order = {"period": "2026-W10", "unit": unit}
    until = time.monotonic() + _LONGEST
    while (made := _sent(url, key, "POST", "/v1/reports", json=order).json()["report"]) is None:
        if time.monotonic() > until:
            raise RuntimeError("the report did not come")
        time.sleep(2)
    return str(made)


def _sent(url: str, key: str, method: str, path: str, headers: Mapping[str, str] = MappingProxyType({}), **content: Any) -> httpx.Response:
    head = {"Authorization": f"Bearer {key}", **headers}
    return httpx.request(method, url + path, headers=head, timeout=60, trust_env=False, **content).raise_for_status()
