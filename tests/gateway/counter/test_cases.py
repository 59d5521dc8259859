"""需求单位的页面 without a screen: what an issuing unit misses is supplied on the page (obligation 10.11)."""

from __future__ import annotations

from uuid import uuid4

from domain.share import ShareOutcome
from settings import LOCAL, settings
from tests.gateway.casework import ask, look_up
from tests.gateway.conftest import ISSUER, REQUESTER, Api, party
from tests.gateway.counter.browsing import HOST, Browser, signed_in, text_of
from tests.gateway.verifications.test_commitments import offered


def test_a_supplement_is_asked_for_and_supplied(api: Api) -> None:
    number = api.filed()
    look_up(number, ShareOutcome.NONE)
    request = ask(number)
    asked = api.post(f"/v1/inbox/{request}/supplement", ISSUER, json={"what": "请补正现住址。"})
    assert asked.status_code == 200, asked.text
    browser = Browser(api)
    browser.link_in(REQUESTER)
    assert "去补正" in text_of(browser.get(f"/counter/cases/{api.case}"))
    assert "请补正现住址" in text_of(browser.get(f"/counter/verifications/{number}"))
    assert browser.send(f"/counter/verifications/{number}/supplement", text="").status_code == 422
    browser.get(f"/counter/verifications/{number}")
    assert browser.send(f"/counter/verifications/{number}/supplement", text="演示路 1 号").status_code == 303
    assert "等待出具单位" in text_of(browser.get(f"/counter/cases/{api.case}"))


def test_a_number_that_is_taken_mixes_no_two_citizens(api: Api) -> None:
    """One wrong digit at the counter; the form that is sent twice is no second case either (obligation 15.4)."""
    browser, number = Browser(api), f"C-{uuid4().hex[:8]}"
    browser.link_in(REQUESTER)
    typed = {"case_number": number, "matter": "DEMO-0001", "handling": "promised", "channel": "window", "promised_days": "5"}
    typed["accepted_at"] = settings().now().astimezone(LOCAL).strftime("%Y-%m-%dT%H:%M")
    first, second = (party(name) for name in ("演示甲子", "演示乙丑"))
    browser.get("/counter/cases/new?matter=DEMO-0001")
    for _ in range(2):
        assert browser.send("/counter/cases/new", **typed, **first).status_code == 303
        browser.get("/counter/cases/new?matter=DEMO-0001")
    refused = browser.send("/counter/cases/new", **typed, **second)
    assert refused.status_code == 409 and "办件编号已被使用" in text_of(refused)
    browser.get("/counter/cases/new?matter=DEMO-0001")
    assert browser.send("/counter/cases/new", **typed | {"promised_days": "6"}, **first).status_code == 409
    case = api.get(f"/v1/cases/{number}").json()
    assert (len(case["parties"]), case["promised_days"]) == (1, 5)


def test_a_scanned_commitment_is_taken(api: Api) -> None:
    """Obligation 7.4: what a scanner makes is larger than a form without a file."""
    path = offered(api).replace("/v1/", "/counter/")
    browser = signed_in(api, REQUESTER)
    browser.get(path)
    scan = {"signed": ("承诺书.pdf", b"%PDF" + bytes(600_000), "application/pdf")}
    said = {"form_token": browser.token(), "evidence": "signature", "reference": "档案 1"}
    answer = browser._call("POST", f"{path}/commitment", headers={"Origin": HOST}, data=said, files=scan)
    assert answer.status_code == 303, text_of(answer)
