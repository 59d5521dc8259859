"""预算: what filing one verification may ask of the ledger, the caller's authentication among it."""

from __future__ import annotations

from uuid import uuid4

import pytest

from ledger.database import transaction
from ledger.registry import keys
from settings import settings
from tests.gateway.conftest import REQUESTER, Api
from tests.statements import counting

STATEMENTS, TRANSACTIONS = 8, 2


@pytest.mark.parametrize("system", [None, "demo-hall"], ids=["person", "system"])
@pytest.mark.parametrize("proof", ["P-HOUSEHOLD", "P-HARDSHIP"], ids=["shared data", "departmental"])
def test_filing_keeps_within_its_budget(api: Api, proof: str, system: str | None) -> None:
    key = api.key(REQUESTER)
    if system:
        with transaction() as session:
            key = keys.make(session, system=system, now=settings().now(), actor="test")
    headers = {"Authorization": f"Bearer {key}"} | ({"Proofless-Acting-Person": REQUESTER} if system else {})
    for _ in range(2):  # the first one measures the clock
        api.begin()
        api.put_case()
        with counting() as spent:
            filed = api.request(
                "POST", "/v1/verifications", json=api.body(proof=proof), headers=headers | {"Idempotency-Key": str(uuid4())}
            )
    assert filed.status_code == 202, filed.text
    assert len(spent.statements) <= STATEMENTS, "\n".join(spent.statements)
    assert spent.transactions <= TRANSACTIONS
    assert api.get(filed.json()["links"]["self"]).json() == filed.json(), "what is not read again is what would be read"
