"""收件箱 in a real browser: by keyboard alone, live, and nothing lost that was typed."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import pytest

from gateway.app import create_app
from ledger.database import transaction
from ledger.inbox import claims
from ledger.tables.verifications import Request
from settings import settings
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.casework import ask
from tests.gateway.conftest import ISSUER, Api, SimulatedRuns, serving
from tests.gateway.counter.browsing import PASSWORD, code_of
from tests.gateway.counter.test_in_a_browser import sign_in
from tests.patience import wait_until
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

VALUES = ("3", "600元", "符合")


@pytest.fixture(scope="module")
def place(ledger: str) -> Iterator[tuple[Api, str]]:
    runs = SimulatedRuns()
    with serving(create_app(runs), runs) as api, on_a_port(create_app(runs)) as address:
        yield api, address


@pytest.fixture
def page(place: tuple[Api, str], browser: Browser) -> Iterator[tuple[Api, Browser, str]]:
    api, address = place
    api.begin()
    sign_in(browser, address, ISSUER)
    yield api, browser, address
    assert browser.elsewhere() == set()


def filed(api: Api) -> tuple[str, str]:
    api.begin()
    number = api.filed(proof="P-HARDSHIP")
    return number, ask(number)


def test_signed_in_claimed_and_answered_by_keyboard_alone(place: tuple[Api, str], browser: Browser) -> None:
    api, address = place
    number, request = filed(api)
    secret = sign_in(browser, address, ISSUER)
    browser.page.context.clear_cookies()
    browser.go(f"{address}/counter/inbox?q={number}")
    keys, began = 0, time.monotonic()

    def press(key: str) -> None:
        nonlocal keys
        browser.page.keyboard.press(key)
        keys += 1

    def types(text: str) -> None:
        nonlocal keys
        for key in text:
            browser.page.keyboard.insert_text(key)
            keys += 1

    def alt(key: str) -> None:
        """As a keyboard sends it: playwright leaves out the text by which access keys are known."""
        nonlocal keys
        browser.page.context.new_cdp_session(browser.page).send(
            "Input.dispatchKeyEvent",
            {"type": "keyDown", "modifiers": 1, "key": key, "text": key, "unmodifiedText": key, "windowsVirtualKeyCode": ord(key.upper())},
        )
        keys += 1

    for text in (ISSUER, PASSWORD, code_of(secret, 1)):
        types(text)
        press("Tab" if text in (ISSUER, PASSWORD) else "Enter")
    browser.page.wait_for_url(f"**/counter/inbox?q={number}")
    signing = keys
    browser.on_both_screens("inbox")
    alt("1")
    browser.page.wait_for_url(f"**/counter/inbox/{request}")
    alt("r")
    browser.page.wait_for_selector("text=我已认领")
    browser.on_both_screens("request")
    press("Space")
    press("Tab")
    for value in VALUES:
        types(value)
        press("Tab")
    alt("p")
    browser.page.wait_for_selector("#preview img")
    browser.on_both_screens("request-preview")
    press("Control+Enter")
    browser.page.wait_for_selector(".held")
    browser.on_both_screens("request-held")
    press("Control+Enter")
    browser.page.wait_for_url("**/counter/inbox?done=answered")
    took = time.monotonic() - began
    sys.stdout.write(f"sign-in -> answer: {keys} key strokes, {signing} of them to sign in, {took:.1f} s with pictures taken\n")
    browser.on_both_screens("inbox-answered")
    with transaction() as session:
        assert session.get_one(Request, request).answer == "true"
    assert browser.complaints == [] and browser.elsewhere() == set()


def test_a_wrong_click_is_taken_back_and_a_closed_page_is_not(page: tuple[Api, Browser, str]) -> None:
    api, browser, address = page
    _, request = filed(api)
    browser.go(f"{address}/counter/inbox/{request}")
    browser.page.check("[name=answer][value=no_record]")
    browser.page.keyboard.press("Control+Enter")
    browser.page.wait_for_selector(".held")
    browser.page.keyboard.press("Escape")
    browser.page.wait_for_selector(".held", state="detached")
    assert answered(request) is None and browser.page.is_checked("[value=no_record]")
    browser.page.keyboard.press("Control+Enter")
    browser.page.wait_for_selector(".held")
    browser.go(f"{address}/counter")
    wait_until(lambda: answered(request) == "no_record", 10, "the answer has left")


def test_ten_seconds_later_it_has_left_by_itself(page: tuple[Api, Browser, str]) -> None:
    api, browser, address = page
    _, request = filed(api)
    browser.page.clock.install()
    browser.go(f"{address}/counter/inbox/{request}")
    browser.page.check("[name=answer][value=false]")
    browser.page.click("text=发出答复")
    browser.page.wait_for_selector(".held")
    browser.page.clock.run_for(5000)
    assert browser.page.is_visible(".held") and answered(request) is None
    browser.page.clock.run_for(6000)
    browser.page.wait_for_url("**/counter/inbox?done=answered", timeout=30_000)
    assert answered(request) == "false"


def test_what_is_refused_keeps_what_was_typed_and_says_whose_it_is(page: tuple[Api, Browser, str]) -> None:
    api, browser, address = page
    _, request = filed(api)
    browser.go(f"{address}/counter/inbox/{request}")
    browser.page.check("[name=answer][value=true]")
    for index, value in enumerate(VALUES, 1):
        browser.page.fill(f"#field-{index}", value)
    browser.page.fill("#field-2", "   ")  # enough for the browser, not for the API
    with transaction() as session:
        claims.claim(session, request, "370402-GUANGMING", now=settings().now(), actor="person:demo-colleague")
    browser.page.click("text=发出答复")
    browser.page.click("text=立即发出")
    browser.page.wait_for_selector("#notice h2")
    browser.on_both_screens("request-refused")
    assert browser.page.input_value("#field-1") == "3" and answered(request) is None
    with transaction() as session:
        claims.release(session, request, "370402-GUANGMING", now=settings().now(), actor="person:demo-colleague")
    browser.page.click("text=发出答复")
    browser.page.click("text=立即发出")
    browser.page.wait_for_selector(".wrong")
    assert browser.page.get_attribute("#field-2", "aria-invalid") == "true" and browser.page.input_value("#field-3") == "符合"
    browser.on_both_screens("request-beside-the-field")


def test_requests_come_and_go_without_reload_and_a_lost_line_is_said(page: tuple[Api, Browser, str]) -> None:
    api, browser, address = page
    browser.page.clock.install()
    browser.go(f"{address}/counter/inbox")
    ask_now = "htmx.ajax('GET', '/counter/inbox', {source: '#inbox', target: '#inbox', swap: 'outerHTML'}).catch(() => 0)"
    number, request = filed(api)
    browser.page.clock.run_for(15_000)
    browser.page.wait_for_selector(f"text={number}", timeout=40_000)
    browser.page.context.set_offline(True)
    browser.page.evaluate(ask_now)
    browser.page.wait_for_selector("#line-lost:not([hidden])")
    browser.on_both_screens("inbox-line-lost")
    browser.page.context.set_offline(False)
    assert api.post(f"/v1/inbox/{request}/reply", ISSUER, json={"answer": "no_record"}).status_code == 200
    browser.page.clock.run_for(15_000)
    browser.page.wait_for_selector(f"text={number}", state="detached", timeout=40_000)
    assert browser.page.is_hidden("#line-lost")


def answered(request: str) -> str | None:
    with transaction() as session:
        return session.get_one(Request, request).answer
