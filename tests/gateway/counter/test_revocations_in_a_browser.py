"""撤销证明 in a real browser: asked for by one, confirmed by another where two are wanted, and told to who used it (obligation 16.8)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.seal import LocalSeals
from gateway.app import create_app
from ledger.database import transaction
from ledger.registry import registry
from tests.accessibility import axe as axe  # a fixture
from tests.accessibility import violations
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.conftest import REQUESTER, Api, SimulatedRuns, serving
from tests.gateway.counter.test_accessibility import be
from tests.gateway.verifications.test_revocation import SUPERVISOR, delivered
from tests.gateway.verifications.test_revocation import two as two  # a fixture
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

SECOND, PAGE = "revokes-second", "/counter/revocations"


@pytest.fixture(scope="module")
def place(ledger: str, seals: LocalSeals) -> Iterator[tuple[Api, str, str]]:
    runs = SimulatedRuns()
    with serving(create_app(runs), runs) as api, on_a_port(create_app(runs)) as address:
        people = [{"code": SECOND, "unit": "370402-GUANGMING", "name": "演示次席", "roles": ["supervisor"]}]
        with transaction() as session:
            registry.put_people(session, people)
        api.begin()
        yield api, address, delivered(api, seals)[0]


def test_one_asks_another_confirms_and_who_used_it_is_told(place: tuple[Api, str, str], two: None, browser: Browser, axe: str) -> None:
    api, address, number = place
    page = browser.page
    be(browser, address, SUPERVISOR)
    assert "没有等待确认的撤销" in browser.go(f"{address}{PAGE}?number={number}")
    browser.on_both_screens("revocations-none")
    assert violations(browser, axe) == []
    page.select_option("#reason", "content_error")
    page.focus("form.sheet button")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=由另一人确认后撤销")
    browser.on_both_screens("revocations-asked")
    assert page.locator("text=确认撤销").count() == 0, "not by who asked"
    assert api.get(f"/v1/verifications/{number}/revocation").json()["revoked_at"] is None
    be(browser, address, SECOND)
    browser.go(address + PAGE)
    browser.on_both_screens("revocations-waiting")
    assert violations(browser, axe) == []
    page.focus(f"[aria-label='确认撤销 {number}']")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=用过这份证明的单位随即收到通知")
    assert api.get(f"/v1/verifications/{number}/revocation").json()["revoked_at"]
    be(browser, address, REQUESTER)
    text = browser.go(address + PAGE)
    browser.on_both_screens("revocations-used")
    assert number in text and "内容有误" in text and page.locator("#reason").count() == 0, "a clerk revokes nothing"
    assert violations(browser, axe) == [] and browser.complaints == []
