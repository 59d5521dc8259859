"""The licence library through real processes: what is sealed reaches it, after the delivery and never before it."""

from __future__ import annotations

from typing import Any

import httpx

from tests.endtoend.acting import Api
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
