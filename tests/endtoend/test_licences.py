"""The licence library through real processes: what is sealed reaches it, after the delivery and never before it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from domain.lifecycle import Event
from domain.story import told
from sandbox.licences import HOUSEHOLD_REGISTER
from sandbox.people import by_name
from tests.endtoend.acting import Api, party
from tests.patience import patiently
from tests.stack import Stack


def taken(stack: Stack, number: str) -> list[dict[str, Any]]:
    """What the library holds of this verification."""
    found: dict[str, Any] = httpx.get(f"{stack.sandbox_url}/intake", trust_env=False).json()["taken"]
    return [one for one in found.values() if one["certNo"].startswith(number)]


def test_a_sealed_proof_reaches_the_library_once_also_after_an_outage_and_a_kill(stack: Stack, department: Api) -> None:
    """Obligation 6.3: the library is away and the worker dies; the unit has its proof at once, the library once in the end."""
    stack.fault("licence_library", fault="http", status="503", where="uploadCertInfo")
    answer = department.file("P-HOUSEHOLD", "演示甲子", wait=20)
    number = answer["number"]
    assert answer["state"] == "delivered" and department.pdf(number).startswith(b"%PDF-")
    assert department.see(number)["proof"]["licence"]["status"] == "waiting"
    stack.workers[0].kill()
    httpx.delete(f"{stack.sandbox_url}/faults/licence_library", trust_env=False).raise_for_status()
    stack.workers[0].start()
    for _ in patiently(120, f"{number} is in the library and on the record"):
        licence = department.see(number)["proof"]["licence"]
        if licence["status"] == "taken":
            break
    (kept,) = taken(stack, number)
    assert (kept["certName"], kept["state"], kept["certIdentifier"]) == ("户籍证明", "valid", licence["number"])
    assert kept["digest"] == department.see(number)["proof"]["sha256"]
    assert department.event(number, "licence_taken")["detail"]["version"] == 1


def agreed(stack: Stack, seconds: float) -> str:
    """What 演示甲子 gives with her telephone, for the household register."""
    body = {"holder_code": by_name("演示甲子").id_number, "type_codes": [HOUSEHOLD_REGISTER], "seconds": seconds}
    found: str = httpx.post(f"{stack.sandbox_url}/authorisations", json=body, trust_env=False).raise_for_status().json()["trxId"]
    return found


def test_a_holders_authorisation_gives_a_sealed_proof_and_an_expired_one_asks_the_issuing_unit(stack: Stack, department: Api) -> None:
    """Obligation 6.3: the authorised query is the one that is asked, and nothing that is told says the authorisation."""

    def filed(authorisation: str) -> dict[str, Any]:
        body = {"case_number": department.put_case("演示甲子"), "proof": "P-HOUSEHOLD", "party": party("演示甲子")}
        headers = {"Idempotency-Key": uuid4().hex}
        sent = department.http.post("/v1/verifications", json=body | {"authorisation": authorisation}, headers=headers)
        found: dict[str, Any] = sent.raise_for_status().json()
        return found

    good, expired = agreed(stack, 600), agreed(stack, -1)
    delivered = filed(good)["number"]
    assert department.wait_for(delivered, "delivered")["method"] == "data_sharing"
    assert department.pdf(delivered).startswith(b"%PDF-")
    for authorisation, why in ((expired, "授权已过期"), (good, "授权已使用过")):
        number = filed(authorisation)["number"]
        department.wait_for(number, "awaiting_reply")
        assert why in told(Event.FELL_BACK, department.event(number, "fell_back")["detail"])
        seen = department.see(number)
        assert why in seen["share"]["message"]
        assert authorisation not in str(seen) + str(department.get(f"/v1/verifications/{number}/events"))
