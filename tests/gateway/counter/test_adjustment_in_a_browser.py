"""报送清单调整 in a real browser: entries found and chosen, the limit said while typing, reported in one act; what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from domain.listing import ChangeKind
from gateway.app import create_app
from ledger.catalog import proposals
from settings import LOCAL, settings
from tests.accessibility import axe as axe  # a fixture
from tests.accessibility import violations
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.browser import chromium as chromium  # a fixture
from tests.gateway.catalog.test_list_adjustment import take
from tests.gateway.conftest import ADMIN, OTHER, Api, SimulatedRuns, serving
from tests.gateway.counter.test_accessibility import be
from tests.ledger.acting import do
from tests.ledger.listing import standing
from tests.serving import on_a_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

NEW = "/counter/catalog/adjustments/new"


@pytest.fixture(scope="module")
def place(ledger: str) -> Iterator[tuple[Api, str]]:
    runs = SimulatedRuns()
    with serving(create_app(runs), runs) as api, on_a_port(create_app(runs)) as address:
        yield api, address


def chosen(browser: Browser, proof: str, kind: str) -> None:
    """From the list above the form into the form."""
    before = browser.page.locator("#changes > fieldset").count()
    browser.page.click(f".found:has-text('{proof}') button:has-text('{kind}')")
    browser.page.wait_for_selector(f"#changes > fieldset >> nth={before}")


def test_a_unit_reports_an_adjustment_and_sees_what_becomes_of_it(browser: Browser, place: tuple[Api, str], axe: str) -> None:
    """Obligations 5.4, 5.5, 5.6."""
    api, address = place
    page, today = browser.page, settings().now().astimezone(LOCAL).date()
    before = do(lambda session: len(proposals.list_proposals(session).rows))
    hardship = standing("DEMO-0002", "P-HARDSHIP")
    be(browser, address, OTHER)
    browser.go(f"{address}/counter/catalog/proposals")
    page.click("main >> text=报送清单调整")
    page.wait_for_url(f"**{NEW}")
    browser.on_both_screens("adjustment-empty")
    assert violations(browser, axe) == []

    # The limit is said before anything is sent: of today, of long ago.
    page.fill("#reason_date", today.isoformat())
    page.wait_for_selector("#due .right >> text=24时 以前报送")
    page.fill("#reason_date", (today - timedelta(days=30)).isoformat())
    page.wait_for_selector("#due .wrong >> text=已经超过")
    page.fill("#reason_date", today.isoformat())
    page.wait_for_selector("#due .right")

    # Nothing chosen: refused, and what was typed stays.
    page.fill("#reason", "《办法》修订,\n有效期改为八十一天")
    page.fill("#document", "《办法》2026年修订")
    page.click("main button:text-is('报送')")
    page.wait_for_selector("#notice >> text=还没有选择条目")
    assert page.input_value("#document") == "《办法》2026年修订"

    with page.expect_response("**/entries?*"):
        page.fill("#q", hardship.proof_name)
    chosen(browser, hardship.proof_name, "变更")
    page.click(f".found:has-text('{hardship.proof_name}') button:has-text('减少')")
    page.wait_for_selector("#notice >> text=请在下面的报送内容中改这一处")
    assert page.locator("#changes > fieldset").count() == 1
    browser.on_both_screens("adjustment")
    assert violations(browser, axe) == []

    # What the rules keep out is said, with nothing lost.
    page.select_option("#changes select[name$=order-issuer]", "")
    page.click("main button:text-is('报送')")
    page.wait_for_selector("#notice >> text=没有核验方式")
    browser.on_both_screens("adjustment-refused")
    page.select_option("#changes select[name$=order-issuer]", "1")
    page.fill("#changes input[name$=validity_days]", "81")
    page.click("main button:text-is('报送')")
    page.wait_for_selector("text=已记录：报送")
    text = page.inner_text("main")
    assert "已报送" in text and "变更 1" in text and "81" in text and "《办法》修订, 有效期改为八十一天" in text
    browser.on_both_screens("adjustment-reported")
    assert violations(browser, axe) == []
    row = do(lambda session: proposals.list_proposals(session).rows[0])
    (change,) = row.changes
    assert (change.kind, row.late, change.after.validity_days) == (ChangeKind.ALTER, False, 81)
    assert change.after.fields == hardship.fields and change.after.parameters == hardship.parameters

    # Sent back: its own people see why, and report it again; the first report counts.
    take(api, str(row.id), "return", ADMIN, why="请补充依据")
    page.reload()
    assert "理由：请补充依据" in page.inner_text("main")
    page.click("text=修改后重新报送")
    page.wait_for_selector("h1:has-text('修改后重新报送')")
    assert page.input_value("#changes input[name$=validity_days]") == "81" and page.input_value("#document") == "《办法》2026年修订"
    assert "退回的理由：请补充依据" in page.inner_text("main")
    page.fill("#changes input[name$=validity_days]", "59")
    browser.on_both_screens("adjustment-mended")
    assert violations(browser, axe) == []
    page.click("button:text-is('重新报送')")
    page.wait_for_selector("text=现在是“已报送”")
    mended = do(lambda session: proposals.list_proposals(session).rows[0])
    assert (mended.reported_at, mended.changes[0].after.validity_days) == (row.reported_at, 59) and mended.id != row.id
    page.click("summary:has-text('撤回')")
    page.fill("#why-withdraw", "另行报送")
    page.click("button:text-is('撤回')")
    page.wait_for_selector("text=现在是“已撤回”")
    browser.go(f"{address}/counter/catalog/proposals?every=true")
    assert "已撤回" in browser.text()
    assert do(lambda session: len(proposals.list_proposals(session).rows)) == before + 2
    assert [one for one in browser.complaints if "422" not in one and "409" not in one] == [] and browser.elsewhere() == set()


def test_a_proof_is_added_and_another_removed(browser: Browser, place: tuple[Api, str], axe: str) -> None:
    """Obligations 5.4, 5.7."""
    _, address = place
    page, today = browser.page, settings().now().astimezone(LOCAL).date()
    be(browser, address, OTHER)
    browser.go(address + NEW)
    chosen(browser, "经济困难", "减少")
    page.fill("#q", "残疾")
    page.wait_for_selector("#add-proof")
    page.select_option("#add-proof", "P-DISABILITY")
    page.select_option("#add-matter", "DEMO-0002")
    page.click("button:has-text('增加这一项')")
    page.wait_for_selector("#changes > fieldset >> nth=1")
    browser.on_both_screens("adjustment-with-two")
    assert violations(browser, axe) == []
    # Taken out, and in again.
    page.click("#changes > fieldset:has-text('残疾') >> text=去掉这一处")
    assert page.locator("#changes > fieldset").count() == 1
    page.click("button:has-text('增加这一项')")
    page.wait_for_selector("#changes > fieldset >> nth=1")
    page.select_option("#changes select[name$=order-issuer]", "1")
    page.select_option("#changes select[name$=issuing_unit]", "370402-CIVIL")
    page.fill("#changes textarea", "残疾等级\n残疾类别")
    page.fill("#changes input[name$=basis]", "《办法》第三条")
    page.fill("#reason", "《办法》修订")
    page.fill("#reason_date", today.isoformat())
    page.fill("#document", "《办法》2026年修订")
    page.click("main button:text-is('报送')")
    page.wait_for_selector("text=已记录：报送")
    row = do(lambda session: proposals.list_proposals(session).rows[0])
    kinds = {change.kind: change.entry for change in row.changes}
    assert set(kinds) == {ChangeKind.REMOVE, ChangeKind.ADD} and kinds[ChangeKind.REMOVE].proof == "P-HARDSHIP"
    added = kinds[ChangeKind.ADD]
    assert (added.proof, added.fields, added.issuing_unit, added.basis) == (
        "P-DISABILITY",
        ("残疾等级", "残疾类别"),
        "370402-CIVIL",
        "《办法》第三条",
    )
    assert browser.complaints == []


def test_without_scripts_it_is_reported_all_the_same(chromium: Chromium, place: tuple[Api, str]) -> None:
    _, address = place
    hardship = standing("DEMO-0002", "P-HARDSHIP")
    with chromium.new_context(locale="zh-CN", java_script_enabled=False) as profile:
        browser = Browser(profile.new_page(), None)
        page = browser.page
        be(browser, address, OTHER)
        browser.go(address + NEW)
        page.fill("#reason", "《办法》修订")
        page.fill("#document", "《办法》2026年修订")
        page.fill("#q", hardship.proof_name)
        page.click("text=查找")
        page.click(f".found:has-text('{hardship.proof_name}') button:has-text('变更')")
        page.fill("#changes input[name$=validity_days]", "九")
        page.fill("#reason_date", settings().now().astimezone(LOCAL).date().isoformat())
        page.click("main button:text-is('报送')")
        page.wait_for_selector("[role=alert]:has-text('“有效天数”')")  # every page has an empty one
        assert page.input_value("#document") == "《办法》2026年修订"
        page.fill("#changes input[name$=validity_days]", "83")
        page.click("main button:text-is('报送')")
        page.wait_for_selector("text=已记录：报送")
    assert do(lambda session: proposals.list_proposals(session).rows[0]).changes[0].after.validity_days == 83
