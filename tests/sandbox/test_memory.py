"""What the sandbox remembers does not grow with what it was asked: a demonstration runs for weeks."""

from __future__ import annotations

import base64
import hashlib
import tracemalloc
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from sandbox import licence_library
from sandbox.authorisations import OTHERS, UNKNOWN, Authorisations
from sandbox.faults import Switches
from sandbox.licence_intake import Intake
from sandbox.licences import HOUSEHOLD_PROOF, licences_of
from tests.sandbox.serving import ACCOUNTS
from tests.sandbox.test_services import HEAD

PDF = b"%PDF-1.7"


def _licence(number: int, **more: str) -> dict[str, Any]:
    return {
        "bizId": f"HY20260304{number:08d}",
        "certTypeCode": HOUSEHOLD_PROOF,
        "certName": "户籍证明",
        "holder": "演示甲子",
        "holderCode": "370402199001010011",
        "holderTypeCode": "111",
        "certNo": f"演示{number:06d}",
        "issueDept": "市中区",
        "issueDate": "2026-03-04",
        "contentType": "base64",
        "content": base64.b64encode(PDF).decode(),
        "digest": hashlib.sha256(PDF).hexdigest(),
        **more,
    }


def test_licences_that_were_taken_in_do_not_stay_in_memory() -> None:
    intake = Intake()
    for number in range(100):
        intake.take(_licence(number))
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(100, 2100):
            assert intake.take(_licence(number))[0] == 0
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 100_000  # a kilobyte of each would be 2 MB
    first = intake.take(_licence(0))
    assert first == intake.take(_licence(0)) and len(intake.taken()) == 2100  # the same number is still the same licence


def test_what_was_taken_in_is_replaced_and_made_void() -> None:
    intake = Intake()
    intake.take(_licence(1))
    intake.take(_licence(2, replacesBizId="HY2026030400000001"))
    intake.take(_licence(3))
    assert intake.cancel({"bizId": "HY2026030400000003"})[0] == 0
    assert intake.cancel({"bizId": "HY2026030400000009"})[0] == 10
    intake.take(_licence(4, replacesBizId="HY2026030400000003"))
    found = intake.taken()
    assert [one["state"] for one in found.values()] == ["replaced", "valid", "void", "valid"]
    assert [name for name, one in found.items() if one["certIdentifier"].split(".")[-3] == "OURS00000002"] == ["HY2026030400000002"]
    assert intake.calls == 6


def test_a_link_is_forgotten_an_hour_after_it_was_given_out() -> None:
    now = [1000.0]
    app = FastAPI()
    app.include_router(licence_library.build(ACCOUNTS, Switches(), lambda: now[0]))
    http = TestClient(app)
    data = {"certIdentifier": licences_of("演示甲子")[0].identifier, "useCause": "演示"}

    def link() -> str:
        content = http.post("/CertShare/downloadUrl", json={"head": HEAD, "data": data}).json()["data"]["content"]
        return str(content).partition("id=")[2]

    def said(identity: str) -> str:
        return http.get("/CertShare/zzgxpt/download", params={"id": identity}).text

    old = link()
    now[0] += 3000
    young = link()
    assert said(old) == "此id的文件已10分钟过期，请重新请求"
    now[0] += 601
    link()
    assert said(old) == "此id不存在"
    assert said(young) == "此id的文件已10分钟过期，请重新请求"


def test_an_authorisation_is_forgotten_an_hour_after_its_end() -> None:
    now = [1000.0]
    agreed = Authorisations(lambda: now[0])
    old, young = agreed.give("A", frozenset({"T"}), 600), agreed.give("A", frozenset({"T"}), 900)
    now[0] += 600 + 3600
    agreed.give("B", frozenset({"T"}), 600)
    assert agreed.refusal(old, "C", "T") == UNKNOWN
    assert agreed.refusal(young, "C", "T") == OTHERS
