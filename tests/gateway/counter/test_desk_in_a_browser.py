"""The page of one request in a real browser: nothing typed is taken away, colleagues are told of each other, a file comes by every hand."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from gateway.app import create_app
from ledger.database import transaction
from ledger.inbox import claims
from ledger.registry import registry, sessions
from settings import settings
from tests.accessibility import axe as axe  # a fixture
from tests.accessibility import violations
from tests.browser import DESKTOP, HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.browser import chromium as chromium  # a fixture
from tests.gateway.conftest import ISSUER, Api, SimulatedRuns, serving
from tests.gateway.counter.browsing import COOKIE
from tests.gateway.counter.test_accessibility import be
from tests.gateway.counter.test_inbox_in_a_browser import VALUES, answered, filed
from tests.patience import wait_until
from tests.serving import on_a_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

UNIT, COLLEAGUE = "370402-GUANGMING", "desk-colleague"
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture(scope="module")
def place(ledger: str) -> Iterator[tuple[Api, str]]:
    runs = SimulatedRuns()
    with serving(create_app(runs), runs) as api, on_a_port(create_app(runs)) as address:
        with transaction() as session:
            registry.put_people(session, [{"code": COLLEAGUE, "unit": UNIT, "name": "演示同事", "roles": ["agent"]}])
        yield api, address


@pytest.fixture
def opened(place: tuple[Api, str], browser: Browser) -> Iterator[tuple[str, Browser, str]]:
    """A request with an answer half typed."""
    api, address = place
    _, request = filed(api)
    be(browser, address, ISSUER)
    browser.go(f"{address}/counter/inbox/{request}")
    browser.page.check("[name=answer][value=true]")
    for index, value in enumerate(VALUES, 1):
        browser.page.fill(f"#field-{index}", value)
    yield request, browser, address
    assert browser.elsewhere() == set()


def kept(browser: Browser) -> bool:
    return [browser.page.input_value(f"#field-{index}") for index in (1, 2, 3)] == list(VALUES)


def test_claiming_takes_nothing_that_was_typed(opened: tuple[str, Browser, str]) -> None:
    request, browser, _ = opened
    browser.page.context.set_offline(True)
    browser.page.click("#claim")
    browser.page.wait_for_selector("#notice >> text=网络中断")
    assert kept(browser) and "可能已经收到" in browser.page.inner_text("#notice"), "who heard nothing does not know"
    browser.page.context.set_offline(False)
    browser.page.click("#claim")
    browser.page.wait_for_selector("text=我已认领")
    assert kept(browser) and browser.page.evaluate("document.activeElement.name") == "answer", "on to the answer"
    with transaction() as session:
        stands = claims.hold(session, request, UNIT, actor=f"person:{ISSUER}")[1]  # type: ignore[arg-type]
        assert stands.claimed_by == f"person:{ISSUER}"


def test_a_file_is_seen_as_soon_as_it_is_attached(opened: tuple[str, Browser, str]) -> None:
    """And an answer does not leave without the one that was chosen and forgotten."""
    request, browser, _ = opened
    browser.page.set_input_files("#file", {"name": "认定表.png", "mimeType": "image/png", "buffer": base64.b64decode(PICTURE)})
    browser.page.click("text=发出答复")
    assert browser.page.is_visible("#file-waits") and not browser.page.is_visible(".held")
    browser.on_both_screens("request-file-waits")
    browser.page.keyboard.press("Enter")  # the button that attaches it
    browser.page.wait_for_selector("#attachments li >> text=认定表.png")
    assert kept(browser) and browser.page.is_hidden("#file-waits") and answered(request) is None
    browser.page.click("text=发出答复")
    browser.page.click("text=立即发出")
    browser.page.wait_for_url("**/counter/inbox?done=answered")


@pytest.mark.parametrize(
    ("how", "text", "chosen"),
    [("drop", "", "scan.png"), ("paste", "", "scan.png"), ("paste", "600元", None)],
    ids=["dropped", "pasted", "of a spreadsheet"],
)
def test_a_file_is_dropped_or_pasted(opened: tuple[str, Browser, str], how: str, text: str, chosen: str | None) -> None:
    """What a spreadsheet copies is text, and a picture of it beside: pasted into a field it is the text."""
    _, browser, _ = opened
    browser.page.focus("#field-1")
    went_on = browser.page.evaluate(
        """([how, text]) => {
          const data = new DataTransfer();
          for (const name of ['scan.png', 'second.png']) { data.items.add(new File([new Uint8Array([1])], name, {type: 'image/png'})); }
          if (text) { data.setData('text/plain', text); }
          const told = {bubbles: true, cancelable: true};
          return document.activeElement.dispatchEvent(how === 'drop' ? new DragEvent('drop', {dataTransfer: data, ...told})
            : new ClipboardEvent('paste', {clipboardData: data, ...told}));
        }""",
        [how, text],
    )
    names = browser.page.evaluate("Array.from(document.querySelector('#file').files).map(one => one.name)")
    assert (went_on, names) == (chosen is None, [chosen] if chosen else [])
    assert browser.page.is_visible("#file-one") == (chosen is not None), "the second one is not taken in silence"


def test_two_who_have_it_open_are_told_of_each_other(
    opened: tuple[str, Browser, str], axe: str, chromium: Chromium, place: tuple[Api, str]
) -> None:
    request, browser, address = opened
    with chromium.new_context(locale="zh-CN", viewport={"width": DESKTOP[0], "height": DESKTOP[1]}) as profile:
        other = Browser(profile.new_page(), None)
        be(other, address, COLLEAGUE)
        other.go(f"{address}/counter/inbox/{request}")
        assert "演示代办员" in other.page.inner_text("#beside") and "也打开了这项申请" in other.page.inner_text("#beside")
        browser.page.wait_for_selector("#beside >> text=演示同事也打开了这项申请", timeout=20_000)
        browser.on_both_screens("request-two")
        assert violations(browser, axe) == [] and kept(browser)
        other.page.click("#claim")
        other.page.wait_for_selector("text=我已认领")
        browser.page.wait_for_selector("#beside >> text=演示同事 正在办理这项申请", timeout=20_000)
        other.page.check("[value=no_record]")
        other.page.click("text=发出答复")
        other.page.click("text=立即发出")
        wait_until(lambda: answered(request) == "no_record", 10, "the colleague answered")
        browser.page.wait_for_selector("#beside >> text=以首次答复为准", timeout=20_000)
        assert "演示同事已于" in browser.page.inner_text("#beside") and kept(browser)
        browser.on_both_screens("request-answered-meanwhile")
        assert violations(browser, axe) == []
    assert browser.complaints == []


def test_what_was_typed_outlives_the_session(opened: tuple[str, Browser, str]) -> None:
    request, browser, address = opened
    (first,) = (one["value"] for one in browser.page.context.cookies() if one["name"] == COOKIE)
    browser.page.context.clear_cookies()
    for press in ("#claim", "text=预览证明"):
        browser.page.click(press)
        browser.page.wait_for_selector("#notice >> text=填写的内容仍在本页")
    browser.page.click("text=发出答复")
    browser.page.click("text=立即发出")
    browser.page.wait_for_selector("#notice >> text=填写的内容仍在本页")
    assert kept(browser) and answered(request) is None
    with transaction() as session:  # signed in again in another tab
        token = sessions.begin(session, ISSUER, method=sessions.Method.PASSWORD, browser="", before=first, now=settings().now())
    browser.page.context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
    browser.page.click("text=发出答复")
    browser.page.click("text=立即发出")
    browser.page.wait_for_url("**/counter/inbox?done=answered")
    assert answered(request) == "true"
