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
from sqlalchemy import select

from benchmarks.load import PEOPLE, SHARED, as_json, register_case, verify
from catalog import rebuild
from domain.list_rows import Topic
from domain.roles import Role
from ledger.database import transaction
from ledger.registry import keys, registry
from ledger.tables.catalog import CatalogQuestion
from settings import LOCAL, settings

_LONGEST = 180  #: seconds that a report may take beside ten thousand that wait
#: Two lists that say different things of one entry.
_HEADER = "序号,事项编码,证明名称,设定依据,开具单位,核验方式,核验内容,有效期"
_ROW = "1,DEMO-0002,经济困难证明,《法律援助法》第四十一条,市中区光明路街道办事处,部门核验,家庭人口、人均月收入,"
_TERMS = MappingProxyType({"BENCH-60": "60", "BENCH-70": "70"})
_BATCH = 5  #: rows with a proof each


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
    change = {"kind": "remove", "matter": "DEMO-0001", "proof": "P-RESIDENCE"}
    cause = {"reason": "演示", "reason_date": f"{datetime.now(LOCAL):%Y-%m-%d}", "document": "演示文件"}
    draft = {"kind": "adjustment", "unit": asking, "changes": [change]} | cause
    common = {
        "wanted": str(request),
        "case_number": case,
        "number": number,
        "complaint": _sent(url, office, "POST", "/v1/complaints", json=complaint).json()["number"],
        "batch": asyncio.run(_batch(url, key)),
        "proposal": _sent(url, clerk, "POST", "/v1/catalog/proposals", json=draft).json()["id"],
        "report": _report(url, office, asking),
        "once": str(uuid4()),
        "kind": "publicity",
        "question": "measure",
    }
    own = {"counter_proof": {"number": delivered, "form": "pdf"}, "counter_attachment": {"wanted": kept.json()["id"]}}
    own |= {"counter_catalog_rows": {"wanted": _contradiction(url, office)}}
    return Examples(asking, asked, common, own, {"counter_report_cases": "?key=received"})


async def _delivered(url: str, key: str) -> str:
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60, trust_env=False) as http:
        number = await verify(http, await register_case(http, PEOPLE[0]), PEOPLE[0], SHARED)
    if number is None:
        raise RuntimeError("nothing was delivered")
    return number


async def _batch(url: str, key: str) -> str:
    """One that has ended, so that nothing of it runs beside, each row with its proof."""
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60, trust_env=False) as http:
        people = PEOPLE[:_BATCH]
        cases = [await register_case(http, person) for person in people]
        rows = [{"case_number": case, "proof": SHARED, "party": as_json(person)} for case, person in zip(cases, people, strict=True)]
        body = {"purpose": "bench", "responsible": "demo-permit-1", "callback": False, "rows": rows}
        answer = await http.post("/v1/batches", json=body, headers={"Idempotency-Key": uuid4().hex})
        place, until = answer.raise_for_status().headers["Location"], time.monotonic() + _LONGEST
        while not (now := (await http.get(place)).raise_for_status().json())["ended_at"]:
            if time.monotonic() > until:
                raise RuntimeError("the batch did not end")
            await asyncio.sleep(0.25)
        return str(now["number"])


def _contradiction(url: str, office: str) -> str:
    """The question of the two lists, read here: they are read once a night otherwise."""
    for name, term in _TERMS.items():
        _sent(url, office, "PUT", f"/v1/catalog/sources/{name}", json={"name": name, "kind": "proofs", "unit": "370402-JUSTICE"})
        file = f"{_HEADER}\n{_ROW}{term}\n".encode()
        _sent(url, office, "POST", f"/v1/catalog/sources/{name}/files", files={"file": (f"{name}.csv", file)})
    for source in rebuild.source_keys():
        rebuild.read_source(source, settings().now())
    rebuild.make_draft(settings().now())
    with transaction() as session:
        query = select(CatalogQuestion.id).where(CatalogQuestion.topic == Topic.CONFLICT, CatalogQuestion.subject_key.contains("DEMO-0002"))
        return str(session.scalars(query).one())


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
