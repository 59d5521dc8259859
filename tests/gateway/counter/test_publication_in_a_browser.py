"""公布 in a real browser: what was agreed is published by another person, whole or not at all, and stands in the public list."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.app import create_app
from ledger.catalog import versions
from ledger.database import transaction
from ledger.registry import registry
from tests.accessibility import axe as axe  # a fixture
from tests.accessibility import violations
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.catalog.test_list_adjustment import DECISION, agreed, alter, draft, take
from tests.gateway.conftest import ADMIN, OTHER, PUBLISHER, Api, SimulatedRuns, serving
from tests.gateway.counter.test_accessibility import be
from tests.ledger.acting import do
from tests.ledger.listing import standing
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

BOTH = "publication-both"


@pytest.fixture(scope="module")
def place(ledger: str) -> Iterator[tuple[Api, str]]:
    runs = SimulatedRuns()
    with serving(create_app(runs), runs) as api, on_a_port(create_app(runs)) as address:
        with transaction() as session:
            registry.put_people(session, [{"code": BOTH, "unit": "370402-PERMIT", "name": "演示两职", "roles": ["office", "publisher"]}])
        yield api, address


def test_who_agreed_does_not_publish_and_another_does(browser: Browser, place: tuple[Api, str], axe: str) -> None:
    """Obligations 5.2, 5.3."""
    api, address = place
    page = browser.page
    be(browser, address, PUBLISHER)
    browser.go(f"{address}/counter/catalog/publication")
    assert "没有等待公布的编制和调整" in browser.text() and "首次公布的内容" in browser.text()
    browser.on_both_screens("publication-empty")

    first, stale = agreed(api, alter(validity_days=91)), agreed(api, alter(validity_days=92))
    own = str(draft(api, alter(validity_days=93))["id"])
    take(api, own, "report", OTHER)
    assert take(api, own, "decide", BOTH, **DECISION)["standing"] == "agreed"
    be(browser, address, BOTH)
    browser.go(f"{address}/counter/catalog/publication")
    assert page.locator("input[name=proposals]").count() == 2 and page.locator(f"input[value='{own}']").count() == 0
    assert "须由另一人公布" in browser.text() and "演示两职登记：工作专班研究通过" in browser.text()
    browser.on_both_screens("publication-own")
    assert violations(browser, axe) == []
    page.evaluate("own => { document.querySelector('input[name=proposals]').value = own }", own)  # whoever sends it all the same
    page.locator("input[name=proposals] >> nth=0").check()
    page.fill("#document", "市中政办发〔2026〕1号")
    page.click("button:has-text('公布')")
    page.wait_for_selector("#notice .told")
    assert "不能由办理过" in page.inner_text("#notice")

    be(browser, address, PUBLISHER)
    browser.go(f"{address}/counter/catalog/publication")
    before = do(versions.current)
    for one in (first, stale):
        page.check(f"input[value='{one}']")
    page.fill("#document", "市中政办发〔2026〕1号")
    page.keyboard.press("Enter")
    page.wait_for_selector("#notice >> text=请按现行清单重新报送")
    assert do(versions.current) == before and page.input_value("#document") == "市中政办发〔2026〕1号"
    browser.on_both_screens("publication-conflict")
    page.uncheck(f"input[value='{stale}']")
    page.focus("#document")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"text=第 {before + 1} 版已公布")
    assert standing("DEMO-0002", "P-HARDSHIP").validity_days == 91
    row = page.locator("main table tbody tr >> nth=0").inner_text()
    assert "现行" in row and "市中政办发〔2026〕1号" in row and page.locator(f"input[value='{first}']").count() == 0
    browser.on_both_screens("publication-done")
    assert violations(browser, axe) == []
    page.click(f"a:has-text('与第 {before} 版对照')")
    page.wait_for_url(f"**/catalog/changes/{before}/{before + 1}")
    assert "变更" in browser.text()

    be(browser, address, ADMIN)
    assert "由区政府办公室公布" in browser.go(f"{address}/counter/catalog/publication") and page.locator("form.sheet").count() == 0
    assert [one for one in browser.complaints if "422" not in one and "409" not in one] == [] and browser.elsewhere() == set()
