"""登记册 in a real browser: from the menu to an entry, a refusal that keeps what was typed, a correction with what it replaced."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.app import create_app
from tests.accessibility import axe as axe  # a fixture
from tests.accessibility import violations
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.conftest import SimulatedRuns
from tests.gateway.counter.test_accessibility import be
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

CHIEF = "demo-permit-2"


@pytest.fixture(scope="module")
def address(ledger: str) -> Iterator[str]:
    with on_a_port(create_app(SimulatedRuns())) as address:
        yield address


def test_a_training_is_entered_and_corrected(browser: Browser, address: str, axe: str) -> None:
    """Obligation 15.3."""
    page = browser.page
    be(browser, address, CHIEF)
    browser.go(f"{address}/counter")
    page.click("nav.pages .wide >> text=登记册")
    page.wait_for_selector("h1:has-text('登记册')")
    browser.on_both_screens("registers")
    assert violations(browser, axe) == []
    page.click("main >> text=培训登记册")
    page.wait_for_selector("text=还没有登记")
    assert violations(browser, axe) == []

    page.click("main >> text=登记一条")
    page.wait_for_selector("h1:has-text('登记：培训登记册')")
    page.fill("[name='values.日期']", "2026-03-04")
    page.fill("[name='values.内容']", "系统应用")
    page.fill("[name='values.学时']", "两小时")
    for code in ("demo-permit-1", CHIEF):
        page.check(f"[value='{code}']")
    browser.on_both_screens("register-entry")
    assert violations(browser, axe) == []
    page.click("main button:text-is('登记')")
    page.wait_for_selector("#notice >> text=“学时”：应为整数")
    assert violations(browser, axe) == []
    assert page.input_value("[name='values.内容']") == "系统应用" and page.is_checked("[value='demo-permit-1']")
    page.fill("[name='values.学时']", "2")
    page.click("main button:text-is('登记')")
    page.wait_for_selector("text=已登记。")
    assert page.locator("[data-label='参训人员']").inner_text().count("、") == 1 and "demo-permit" not in page.inner_text("tbody")
    assert page.locator("tbody tr").count() == 1

    page.click("main tbody >> text=更正")
    page.wait_for_selector("h1:has-text('更正：培训登记册')")
    assert page.is_checked(f"[value='{CHIEF}']") and page.input_value("[name='values.日期']") == "2026-03-04"
    page.uncheck(f"[value='{CHIEF}']")
    page.fill("[name='values.学时']", "3")
    page.click("main button:text-is('更正')")
    page.wait_for_selector("text=已更正")
    page.click("summary >> text=更正过 1 次")
    assert "“学时”由“2”改为“3”" in page.inner_text("tbody")
    assert page.locator("tbody tr").count() == 1
    browser.on_both_screens("register")
    assert violations(browser, axe) == []
    assert [one for one in browser.complaints if "422" not in one] == []


def test_a_file_is_entered_and_an_entry_found(browser: Browser, address: str, axe: str) -> None:
    """Obligation 14.1."""
    page = browser.page
    be(browser, address, CHIEF)
    browser.go(f"{address}/counter/registers/publicity")
    page.wait_for_selector("text=还没有登记")
    rows = "日期,媒体,标题\n2026-03-04,区政府网站,一图读懂\n三月,报纸,问答\n2026-03-06,报纸,回应关切\n"
    page.set_input_files("#file", {"name": "宣传.csv", "mimeType": "text/csv", "buffer": rows.encode("utf-8-sig")})
    page.click("main button:text-is('提交')")
    page.wait_for_selector("text=登记 2 行，此前已登记 0 行，未登记 1 行")
    assert "“三月”不是日期" in page.inner_text("tbody")
    browser.on_both_screens("register-file")
    assert violations(browser, axe) == []
    page.click("text=回到登记册")
    page.wait_for_selector("tbody tr >> nth=1")
    page.fill("#q", "报纸 关切")
    page.click("main button:text-is('查找')")
    page.wait_for_url("**?q=*")
    assert page.locator("tbody tr").count() == 1 and "回应关切" in page.inner_text("tbody")
    browser.on_both_screens("register-found")
    assert violations(browser, axe) == []
    # Refused, and the page stays where it is.
    page.click("summary:has-text('以文件登记许多行')")
    page.set_input_files("#file", {"name": "宣传.csv", "mimeType": "text/csv", "buffer": "日期,媒体\n2026-03-04,报纸\n".encode()})
    page.click("main button:text-is('提交')")
    page.wait_for_selector("#notice >> text=表头缺少列：标题")
    assert page.input_value("#q") == "报纸 关切"
    assert [one for one in browser.complaints if "422" not in one] == []
