"""A batch at the gateway's door, and its rows taken on without a worker."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from connectors.seal import LocalSeals
from domain.batches import AT_ONCE
from ledger.batches import standing
from ledger.batches.filing import file_some
from ledger.database import transaction
from settings import settings
from tests.gateway.casework import look_up, seal_and_deliver
from tests.gateway.conftest import REQUESTER, Api, party

HEAD = ["序号", "办件编号", "证明", "姓名", "身份证号", "备注"]


def line(case: str, name: str = "演示甲子", proof: str = "P-HOUSEHOLD", **own: str) -> dict[str, Any]:
    """A row in JSON."""
    return {"case_number": case, "proof": proof, "party": party(name), "own": own}


def send(api: Api, rows: list[Any], person: str = REQUESTER, key: str = "", **changes: Any) -> httpx.Response:
    sent = {"purpose": "低保年度复核", "responsible": person, "rows": rows} | changes
    return api.post("/v1/batches", person, json=sent, headers={"Idempotency-Key": key or uuid4().hex})


def upload(api: Api, content: bytes, person: str = REQUESTER, key: str = "", **asked: str) -> httpx.Response:
    asked = {"purpose": "低保年度复核", "responsible": person} | asked
    headers = {"Idempotency-Key": key or uuid4().hex, "Content-Type": "application/octet-stream"}
    return api.post("/v1/batches/file", person, params=asked, content=content, headers=headers)


def file_all(number: str) -> list[str]:
    """What the batch's run files; gives the new verifications."""
    found: list[str] = []
    while True:
        with transaction() as session:
            filed = file_some(session, number, now=settings().now(), most=AT_ONCE)
        found += filed.numbers
        if not filed.left:
            return found


def finish(number: str, seals: LocalSeals) -> list[str]:
    """Everything filed, sealed, delivered; the batch ended."""
    filed = file_all(number)
    for one in filed:
        look_up(one)
        seal_and_deliver(one, seals)
    with transaction() as session:
        assert standing.finish(session, number, now=settings().now())
    return filed
