"""A case with several parties in a real browser: by keyboard, nothing lost, each number checked at once, and filed about one of them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl
from uuid import uuid4

import pytest

from gateway.app import create_app
from sandbox.people import by_name
from tests.accessibility import axe as axe  # a fixture
from tests.accessibility import violations
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.conftest import REQUESTER, SimulatedRuns
from tests.gateway.counter.test_accessibility import be
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")


@pytest.fixture(scope="module")
def address(ledger: str) -> Iterator[str]:
    with on_a_port(create_app(SimulatedRuns())) as address:
        yield address


def at(browser: Browser) -> str:
    """The name of the field, or the words of the button, on which the keyboard is; without the mark of a party."""
    return str(browser.page.evaluate("(document.activeElement.name || document.activeElement.innerText).replace(/^[0-9a-f]{8}-/, '')"))


def test_a_couple_is_registered_by_keyboard_and_a_proof_is_filed_about_one(browser: Browser, address: str, axe: str) -> None:
    page, keys, number = browser.page, browser.page.keyboard, f"C-{uuid4().hex[:12]}"
    first, second, checks = by_name("演示甲子"), by_name("演示乙丑"), list[str]()
    page.on("request", lambda request: checks.append(request.post_data or "") if "/check-number" in request.url else None)
    be(browser, address, REQUESTER)
    browser.go(f"{address}/counter/cases/new?matter=DEMO-0001")
    assert at(browser) == "id_number"
    keys.type(first.id_number)
    keys.press("Enter")  # as a scanner does
    page.wait_for_selector("#number-check >> text=号码校验通过")
    assert at(browser) == "name"
    keys.type(first.name)

    keys.press("Tab")
    assert at(browser) == "再加一位当事人"
    keys.press("Enter")
    page.wait_for_selector("#parties > fieldset")
    page.wait_for_selector("[name$='-role']:focus")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("Tab")
    keys.press("Tab")
    assert at(browser) == "id_number"
    keys.type(first.id_number[:-1])
    keys.press("Enter")
    page.wait_for_selector("#parties >> text=号码有误")
    assert page.inner_text("#number-check").startswith("✓"), "what is said of one is not said of another"
    keys.press("Shift+Tab")
    keys.type(first.id_number)
    keys.press("Enter")
    page.wait_for_selector("#parties >> text=号码校验通过")
    keys.type(second.name)

    asked = {field.rpartition("-")[2] for one in checks for field, _ in parse_qsl(one)}
    assert asked == {"id_type", "id_number"}, "of the form nothing else goes along"

    # A third one, and taken away again: what was typed for the others stays.
    keys.press("Tab")
    assert at(browser) == "去掉这一位"
    keys.press("Tab")
    keys.press("Enter")
    page.wait_for_selector("#parties > fieldset >> nth=1")
    browser.on_both_screens("counter-case-parties")
    assert violations(browser, axe) == []
    page.focus("#parties > fieldset >> nth=1 >> [data-drop]")
    keys.press("Enter")
    assert page.locator("#parties > fieldset").count() == 1 and at(browser) == "去掉这一位"

    # Twice the same person: said of whom, with nothing lost.
    page.fill("#case_number", number)
    page.fill("#promised_days", "5")
    page.evaluate(
        "document.addEventListener('htmx:beforeSend',"
        " () => { window.waits = [...document.querySelectorAll('main button:disabled')].map(one => one.innerText) })"
    )
    keys.press("Enter")
    page.wait_for_selector("#notice >> text=第 2 位当事人：与申请人的证件号码相同")
    browser.on_both_screens("counter-case-parties-refused")
    assert page.evaluate("window.waits") == ["登记"], "one press registers once"
    assert page.input_value("#parties input[name$='-name']") == second.name and page.input_value("#name") == first.name
    assert page.input_value("#parties select[name$='-role']") == "spouse"
    page.fill("#parties input[name$='-id_number']", second.id_number)
    page.focus("#promised_days")
    keys.press("Enter")
    page.wait_for_url(f"**/counter/cases/{number}")
    assert "，申请人）" in browser.text() and "，配偶）" in browser.text()

    # Of two nobody is chosen: the browser asks for one before it sends.
    assert page.input_value("#party") == ""
    page.click("text=发起所选的核验")
    assert page.evaluate("document.querySelector('#party').matches(':invalid')") and page.query_selector("#progress .papers") is None
    page.focus("#party")
    keys.press("End")
    assert "配偶" in page.locator("#party option:checked").inner_text()
    page.click("text=发起所选的核验")
    page.wait_for_selector("#progress .papers li >> text=配偶")
    assert page.locator("#progress .papers li >> text=申请人").count() == 0
    browser.on_both_screens("counter-case-of-two")
    assert violations(browser, axe) == []
    assert first.id_number not in page.content() and second.id_number not in page.content()
    assert [one for one in browser.complaints if "422" not in one] == [] and browser.elsewhere() == set()


def test_a_number_that_is_mended_takes_away_its_own_fault_and_no_other(browser: Browser, address: str) -> None:
    page, keys, number = browser.page, browser.page.keyboard, f"C-{uuid4().hex[:12]}"
    first, second = by_name("演示甲子"), by_name("演示乙丑")
    be(browser, address, REQUESTER)
    browser.go(f"{address}/counter/cases/new?matter=DEMO-0001")
    for place in range(2):
        page.click("[data-add]")
        page.wait_for_selector(f"#parties > fieldset >> nth={place}")
        page.select_option(f"#parties > fieldset >> nth={place} >> select[name$='-role']", "spouse")
        page.fill(f"#parties > fieldset >> nth={place} >> input[name$='-id_number']", second.id_number[:-1])
        page.fill(f"#parties > fieldset >> nth={place} >> input[name$='-name']", second.name)
    page.fill("#id_number", first.id_number[:-1])
    page.fill("#name", first.name)
    page.fill("#case_number", number)
    page.fill("#promised_days", "五")
    keys.press("Enter")
    page.wait_for_selector("#notice .told")

    def faults() -> list[str]:
        return [text.partition("：")[0] for text in page.locator("#notice li").all_inner_texts()]

    assert sorted(faults()) == ["“承诺天数”", "申请人", "第 2 位当事人", "第 3 位当事人"]
    page.fill("#id_number", first.id_number)
    keys.press("Enter")
    page.wait_for_selector("#number-check >> text=号码校验通过")
    assert sorted(faults()) == ["“承诺天数”", "第 2 位当事人", "第 3 位当事人"]
    page.click("#parties > fieldset >> nth=0 >> [data-drop]")
    assert sorted(faults()) == ["“承诺天数”", "第 3 位当事人"], "of who is not registered nothing is wrong"
    page.click("[data-add]")
    page.wait_for_selector("#parties > fieldset >> nth=1")
    assert sorted(faults()) == ["“承诺天数”", "第 3 位当事人"]
    page.click("#parties > fieldset >> nth=1 >> [data-drop]")
    page.fill("#parties input[name$='-id_number']", second.id_number)
    keys.press("Enter")
    page.wait_for_selector("#parties >> text=号码校验通过")
    assert faults() == ["“承诺天数”"]
    browser.on_both_screens("counter-case-one-fault-left")
    page.fill("#promised_days", "5")
    keys.press("Enter")
    page.wait_for_url(f"**/counter/cases/{number}")


def test_the_last_fault_goes_with_what_stands_around_it(browser: Browser, address: str) -> None:
    holder, page = by_name("演示甲子"), browser.page
    be(browser, address, REQUESTER)
    browser.go(f"{address}/counter/cases/new?matter=DEMO-0001")
    page.fill("#id_number", holder.id_number[:-1])
    page.fill("#name", holder.name)
    page.fill("#case_number", f"C-{uuid4().hex[:12]}")
    page.fill("#promised_days", "5")
    page.keyboard.press("Enter")
    page.wait_for_selector("#notice li >> text=证件号码")
    page.fill("#id_number", holder.id_number)
    page.keyboard.press("Enter")
    page.wait_for_selector("#number-check >> text=号码校验通过")
    assert page.inner_text("#notice") == ""
