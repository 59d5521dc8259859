"""投诉和线索 in a real browser: what is asked of the unit is answered by its 督办员; who reported is never on the page (18.2)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.app import create_app
from tests.accessibility import axe as axe  # a fixture
from tests.accessibility import violations
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.conftest import ADMIN, REQUESTER, Api, SimulatedRuns, serving
from tests.gateway.counter.test_accessibility import be
from tests.gateway.oversight.test_complaints import passed
from tests.gateway.oversight.test_leads import entered_lead, step
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

CHIEF, OTHER_CHIEF = "demo-permit-2", "demo-guangming-2"


@pytest.fixture(scope="module")
def place(ledger: str) -> Iterator[tuple[Api, str]]:
    runs = SimulatedRuns()
    with serving(create_app(runs), runs) as api, on_a_port(create_app(runs)) as address:
        api.begin()
        yield api, address


def test_what_is_asked_of_the_unit_is_answered(browser: Browser, place: tuple[Api, str], axe: str) -> None:
    api, address = place
    page = browser.page
    be(browser, address, CHIEF)
    browser.go(f"{address}/counter")
    page.click("nav >> text=投诉和线索")
    page.wait_for_selector("text=没有等待答复的投诉和线索")
    browser.on_both_screens("oversight-none")
    complaint, lead, unsaid = passed(api), entered_lead(api), entered_lead(api)
    step(api, lead, "notify", document="整改通知〔2026〕1号")
    text = browser.go(f"{address}/counter/oversight")
    assert complaint in text and lead in text and "请说明为何仍要求提交" in text and "整改通知〔2026〕1号" in text
    assert unsaid not in text and "演示乙丑" not in text  # neither a mere sign nor what the office noted
    browser.on_both_screens("oversight")
    assert violations(browser, axe) == []

    page.focus(f"#text-{complaint}")
    page.keyboard.insert_text("窗口误要,已当场退还并培训。")
    assert step(api, lead, "answer", CHIEF).status_code == 200  # meanwhile a colleague answered the other one
    page.fill(f"#text-{lead}", "已整改")
    page.click(f"form[action$='{lead}/answer'] button")
    page.wait_for_selector("#notice >> text=线索不能这样办理")
    assert page.input_value(f"#text-{complaint}").startswith("窗口误要") and page.input_value(f"#text-{lead}") == "已整改"
    page.focus(f"form[action$='{complaint}/answer'] button")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=没有等待答复的投诉和线索")
    page.click(f"summary:has-text('{complaint}')")
    browser.on_both_screens("oversight-answered")
    assert "窗口误要" in browser.text()
    assert api.get(f"/v1/complaints/{complaint}", ADMIN).json()["standing"] == "answered"

    be(browser, address, OTHER_CHIEF)
    text = browser.go(f"{address}/counter/oversight")
    assert complaint not in text and lead not in text
    be(browser, address, REQUESTER)
    assert "没有权限" in browser.go(f"{address}/counter/oversight")
    another = passed(api)
    be(browser, address, ADMIN)  # the office reads what others are asked, and answers for nobody
    assert another in browser.go(f"{address}/counter/oversight") and page.locator("main form").count() == 0
    assert all("409" in one or "403" in one for one in browser.complaints)
