"""全局 on a telephone and on a desktop: each number opens its cases, and the report comes as it was issued."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.app import create_app
from tests.accessibility import axe as axe  # a fixture
from tests.accessibility import violations
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.casework import ask
from tests.gateway.conftest import Api, SimulatedRuns, serving
from tests.gateway.counter.test_accessibility import be
from tests.gateway.reports.test_overview import LEADER, late
from tests.gateway.reports.test_reports import made, order
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")


@pytest.fixture(scope="module")
def place(ledger: str) -> Iterator[tuple[Api, str]]:
    runs = SimulatedRuns()
    with serving(create_app(runs), runs) as api, on_a_port(create_app(runs)) as address:
        yield api, address


def test_in_a_minute_on_a_telephone(browser: Browser, place: tuple[Api, str], axe: str) -> None:
    api, address = place
    be(browser, address, LEADER)
    assert "还没有编制过周报" in browser.go(f"{address}/counter/overview") and "没有等待您决定的事项" in browser.text()
    browser.on_both_screens("overview-empty")
    numbers = []
    for _ in range(3):
        api.begin()
        numbers.append(api.filed(proof="P-HARDSHIP"))
        late(ask(numbers[-1]))
    order(api, "2026-W10")
    made()
    browser.go(f"{address}/counter/overview")
    browser.on_both_screens("overview")
    browser.page.keyboard.press("Tab")
    while browser.page.evaluate("!(document.activeElement.textContent || '').includes('已超时')"):
        browser.page.keyboard.press("Tab")
    browser.page.keyboard.press("Enter")
    browser.page.wait_for_url("**/counter/overview/cases?kind=late")
    assert all(number in browser.text() for number in numbers) and "演示甲子" not in browser.text()
    browser.on_both_screens("overview-cases")
    browser.page.go_back()
    browser.page.click("dl >> text=0 >> nth=0")
    browser.page.wait_for_url("**/cases?key=*")
    browser.on_both_screens("report-cases")
    assert violations(browser, axe) == []
    browser.page.go_back()
    with browser.page.expect_download() as fetched:
        browser.page.click("text=下载周报")
    assert fetched.value.path().read_bytes().startswith(b"%PDF")
    assert browser.elsewhere() == set()
