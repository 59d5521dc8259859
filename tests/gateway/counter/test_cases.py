"""需求单位的页面 without a screen: what an issuing unit misses is supplied on the page (obligation 10.11)."""

from __future__ import annotations

from domain.share import ShareOutcome
from tests.gateway.casework import ask, look_up
from tests.gateway.conftest import ISSUER, REQUESTER, Api
from tests.gateway.counter.browsing import Browser, text_of


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
