"""值守 in a real browser: a stand-in from and to, both names on the page; somebody away; what is refused keeps what was typed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from gateway.app import create_app
from ledger.calendars import duty
from ledger.database import transaction
from ledger.registry import registry
from settings import LOCAL, settings
from tests.accessibility import axe as axe  # a fixture
from tests.accessibility import violations
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.conftest import ISSUER, SimulatedRuns
from tests.gateway.counter.test_accessibility import be
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

UNIT, CHIEF, SECOND = "370402-GUANGMING", "demo-guangming-2", "on-duty-second"


@pytest.fixture(scope="module")
def address(ledger: str) -> Iterator[str]:
    with transaction() as session:
        registry.put_people(session, [{"code": SECOND, "unit": UNIT, "name": "演示次席", "roles": ["agent"]}])
    with on_a_port(create_app(SimulatedRuns())) as address:
        yield address


def field(days: float) -> str:
    return (settings().now() + timedelta(days=days)).astimezone(LOCAL).strftime("%Y-%m-%dT%H:%M")


def supervisor(days: float) -> str | None:
    with transaction() as session:
        return duty.supervisor_at(session, UNIT, settings().now() + timedelta(days=days))


def test_a_stand_in_from_and_to_and_somebody_away(browser: Browser, address: str, axe: str) -> None:
    page = browser.page
    be(browser, address, CHIEF)
    browser.go(f"{address}/counter/supervision")
    page.click("main >> text=值守")
    page.wait_for_url("**/counter/duty")
    browser.on_both_screens("duty")

    page.click("text=由他人代理一段时间")
    page.select_option("#acting", SECOND)
    page.fill("#acting-since", field(-1))
    page.fill("#acting-until", until := field(3))
    browser.on_both_screens("duty-acting")
    assert violations(browser, axe) == []
    page.click("text=设定代理")
    page.wait_for_selector("#notice >> text=时间不能早于现在")
    assert page.input_value("#acting-until") == until and page.input_value("#acting") == SECOND
    page.fill("#acting-since", "")
    page.click("text=设定代理")
    page.wait_for_selector("th:has-text('演示次席') >> text=代理演示督办员戊")
    assert "此刻的督办员：演示次席（代理演示督办员戊）" in browser.text().replace(":", "：")
    browser.on_both_screens("duty-stood-in")
    assert (supervisor(0), supervisor(4)) == (SECOND, CHIEF)  # it ends by itself

    page.click("summary >> text=登记离岗")
    page.select_option("#absent", ISSUER)
    page.fill("#absent-until", field(2))
    page.click("form[action$='/absences'] button")
    page.wait_for_selector("tr:has-text('演示代办员丁') >> text=销假")
    browser.on_both_screens("duty-away")
    assert violations(browser, axe) == []
    page.click("tr:has-text('演示代办员丁') >> text=销假")
    page.wait_for_selector("text=没有人离岗")
    page.click("text=现在结束")
    page.wait_for_selector("tr:has-text('演示次席')", state="detached")
    assert supervisor(0) == CHIEF

    be(browser, address, ISSUER)  # who may not appoint is shown no form for it
    browser.go(f"{address}/counter/duty")
    assert page.locator("form[action$='/appointments']").count() == 0 and page.locator("form[action$='/absences']").count() == 1
    assert [one for one in browser.complaints if "422" not in one] == []
