"""投诉办理 in a real browser: what the hotline called 其他 is found, handed to another unit, answered, closed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.app import create_app
from ledger.database import transaction
from ledger.registry import registry
from tests.accessibility import axe as axe  # a fixture
from tests.accessibility import violations
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.conftest import ADMIN, Api, SimulatedRuns, serving
from tests.gateway.counter.test_accessibility import be
from tests.gateway.oversight.test_complaints import SECRET, taken
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

CHIEF, OTHER_CHIEF, INSIDE = "demo-permit-2", "demo-guangming-2", "complaints-inside-permit"


@pytest.fixture(scope="module")
def place(ledger: str) -> Iterator[tuple[Api, str]]:
    runs = SimulatedRuns()
    with serving(create_app(runs), runs) as api, on_a_port(create_app(runs)) as address:
        api.begin()
        with transaction() as session:
            registry.put_people(session, [{"code": INSIDE, "unit": "370402-PERMIT", "name": "演示", "roles": ["office"]}])
        yield api, address


def test_the_office_finds_hands_on_and_closes(browser: Browser, place: tuple[Api, str], axe: str) -> None:
    """Obligations 18.1, 16.5, 15.6, 18.2."""
    api, address = place
    page = browser.page
    be(browser, address, ADMIN)
    browser.go(f"{address}/counter")
    page.click("nav >> text=投诉办理")
    page.wait_for_selector("text=没有等待办理的投诉")
    browser.on_both_screens("complaints-none")

    number = taken(api, about="other", matter=..., proof=...)
    text = browser.go(f"{address}/counter/complaints")
    assert number in text and "尚未认定" in text and "没有转办" in text and not any(one in text for one in SECRET)
    browser.on_both_screens("complaints")
    assert violations(browser, axe) == []
    page.click(f"a:has-text('{number}')")
    page.wait_for_url(f"**/{number}")
    assert "按来源所写" in browser.text() and not any(one in page.content() for one in SECRET)
    browser.on_both_screens("complaint")
    assert violations(browser, axe) == []
    page.click("button:has-text('查阅原文')")
    page.wait_for_selector(f"blockquote:has-text('{SECRET[0]}')")
    assert "查阅原文" in page.inner_text(".story") and SECRET[2] in page.inner_text("blockquote")
    browser.on_both_screens("complaint-read")
    assert page.url == f"{address}/counter/complaints/{number}", "an address that can be opened again"

    # A name that nobody registered is told of, and what was chosen stays.
    page.select_option("#about", "no_help")
    page.fill("#proof", "演示奇异证明")
    page.click("button:text-is('认定')")
    page.wait_for_selector("#notice >> text=不是登记库中的编码或名称")
    assert page.input_value("#about") == "no_help" and page.input_value("#proof") == "演示奇异证明"
    page.fill("#proof", "户籍证明")
    page.focus("#proof")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=已记录：认定反映事由")
    assert "由“其他”认定为“不核验或超时”" in browser.text() and not any(one in page.content() for one in SECRET[:2])
    assert page.input_value("#proof") == "P-HOUSEHOLD"

    page.select_option("#to-unit", "370402-GUANGMING")
    page.fill("#asked", "请协助核实\t当日的情况")
    page.click("button:text-is('转办')")
    page.wait_for_selector("text=已记录：转办")
    browser.on_both_screens("complaint-passed-on")
    assert violations(browser, axe) == []
    found = api.get(f"/v1/complaints/{number}", ADMIN).json()
    assert (found["about"], found["unit"], found["handler"], found["proof"]) == (
        "no_help",
        "370402-PERMIT",
        "370402-GUANGMING",
        "P-HOUSEHOLD",
    )

    be(browser, address, CHIEF)  # complained of, and not asked
    assert number not in browser.go(f"{address}/counter/oversight")
    assert "没有权限" in browser.go(f"{address}/counter/complaints/{number}")
    be(browser, address, OTHER_CHIEF)
    browser.go(f"{address}/counter/oversight")
    page.fill(f"#text-{number}", "已查明,当日系统故障。")
    page.click(f"form[action$='{number}/answer'] button")
    page.wait_for_selector("text=没有等待答复的投诉和线索")

    be(browser, address, ADMIN)
    browser.go(f"{address}/counter/complaints/{number}")
    page.select_option("#outcome", "partly")
    page.fill("#text", "部分属实，已向反映人说明。")
    page.click("button:text-is('办结')")
    page.wait_for_selector("text=已记录：办结")
    assert "已办结：部分属实" in browser.text() and page.locator("#outcome").count() == 0 and page.locator("#about").count() == 1
    browser.on_both_screens("complaint-closed")
    assert number in browser.go(f"{address}/counter/complaints?standing=closed")
    assert number not in browser.go(f"{address}/counter/complaints")


def test_who_is_of_the_unit_complained_of_decides_nothing(browser: Browser, place: tuple[Api, str]) -> None:
    """Obligations 18.2, 4.1."""
    api, address = place
    number = taken(api)
    be(browser, address, INSIDE)
    text = browser.go(f"{address}/counter/complaints/{number}")
    assert "由工作专班其他成员单位的人员办理" in text and browser.page.locator("main form").count() == 0 and "GD-" not in text


def test_a_colleagues_word_is_not_written_over_and_the_same_once_more_is_none(browser: Browser, place: tuple[Api, str]) -> None:
    """Obligation 16.5: what was found with the 转办 is told as one thing, the 转办 as another."""
    api, address = place
    number, page = taken(api, about="other"), browser.page
    be(browser, address, ADMIN)
    browser.go(f"{address}/counter/complaints/{number}")
    found = {"unit": "370402-GUANGMING", "asked": "请协助核实", "assessment": {"about": "no_help"}}
    assert api.post(f"/v1/complaints/{number}/pass", ADMIN, json=found).status_code == 200
    page.select_option("#about", "misused")
    page.click("button:text-is('认定')")
    page.wait_for_selector("#notice >> text=别人刚认定过，请核对后重新提交")
    assert api.get(f"/v1/complaints/{number}", ADMIN).json()["about"] == "no_help"

    text = browser.go(f"{address}/counter/complaints/{number}")
    assert "请协助核实" in text and text.count("由“其他”认定为“不核验或超时”") == 1 and "与原来所写一致" not in text
    page.click("button:text-is('认定')")
    page.wait_for_selector("text=与原来的认定一致，没有新的记录")
    assert "已记录" not in browser.text() and page.locator(".story li").count() == 3
