"""The pages of the counter in a real browser: signing in, scripts under the policy, the lost line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.app import create_app
from ledger.database import transaction
from ledger.registry import credentials, sessions
from settings import settings
from tests.browser import DESKTOP, HAS_BROWSER, TELEPHONE, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.conftest import SimulatedRuns
from tests.gateway.counter.browsing import PASSWORD, code_of, link_for
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

PERSON = "demo-permit-1"


@pytest.fixture(scope="module")
def address(ledger: str) -> Iterator[str]:
    with on_a_port(create_app(SimulatedRuns())) as address:
        yield address


def sign_in(browser: Browser, address: str, person: str = PERSON) -> str:
    """With a link; gives the second factor's secret."""
    link = link_for(person)
    with transaction() as session:
        secret = credentials.open_link(session, link, now=settings().now()).secret
    browser.go(f"{address}/counter/link/{link}")
    browser.page.fill("#password", PASSWORD)
    browser.page.fill("#again", PASSWORD)
    browser.page.fill("#code", code_of(secret))
    browser.page.click("text=设定并登录")
    browser.page.wait_for_url("**/counter")
    return secret


def test_from_the_link_to_the_first_page_and_back_in(browser: Browser, address: str) -> None:
    link = link_for(PERSON)
    browser.go(f"{address}/counter/link/{link}")
    browser.on_both_screens("counter-set-up")
    secret = sign_in(browser, address)
    assert "演示代办员甲" in browser.text() and "代办员" in browser.text()
    browser.on_both_screens("counter-home")
    browser.page.set_viewport_size({"width": TELEPHONE[0], "height": TELEPHONE[1]})
    assert browser.page.evaluate("document.querySelector('main').getBoundingClientRect().top") < 180, "the page begins in the first fifth"
    browser.page.focus("nav summary")
    browser.page.keyboard.press("Enter")
    browser.picture("counter-menu-on-a-telephone", whole=False)
    browser.page.focus("nav a:visible:has-text('我的登录')")
    browser.page.keyboard.press("Enter")
    browser.page.wait_for_url("**/counter/sessions")
    browser.page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    browser.page.click("nav a:visible:has-text('工作台')")
    browser.page.wait_for_url("**/counter")
    browser.page.click("nav >> text=我的登录")
    browser.page.wait_for_url("**/counter/sessions")
    with transaction() as session:
        sessions.begin(session, PERSON, method=sessions.Method.PASSWORD, browser="电脑 Edge", before="", now=settings().now())
    browser.page.reload()
    browser.on_both_screens("counter-sessions")
    assert browser.page.locator("tbody tr").count() == 2
    browser.page.click("text=结束其他全部登录")
    browser.page.wait_for_selector("tbody tr:only-child")
    browser.page.click("text=退出登录")
    browser.page.wait_for_url("**/counter/sign-in?out=1")
    browser.on_both_screens("counter-signed-out")
    assert (browser.elsewhere(), browser.complaints) == (set(), [])

    browser.go(f"{address}/counter/sessions")  # asked for before the sign-in
    browser.page.fill("#person", PERSON)
    browser.page.fill("#password", "something else")
    browser.page.fill("#code", "123456")
    browser.page.keyboard.press("Enter")
    browser.page.wait_for_selector("text=没有登录成功")
    browser.on_both_screens("counter-not-signed-in")
    assert browser.page.input_value("#person") == PERSON
    browser.page.fill("#password", PASSWORD)
    browser.page.fill("#code", code_of(secret, 1))
    browser.page.keyboard.press("Enter")
    browser.page.wait_for_url("**/counter/sessions")
    browser.go(f"{address}/counter/nothing-here")
    browser.on_both_screens("counter-not-found")


def test_scripts_run_under_the_policy_and_no_others(browser: Browser, address: str) -> None:
    sign_in(browser, address)
    assert browser.page.evaluate("htmx.config.allowEval") is False and browser.page.evaluate("htmx.config.historyCacheSize") == 0
    browser.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\" id=styled>x</p>')")
    assert browser.page.evaluate("getComputedStyle(document.getElementById('styled')).color") == "rgb(26, 26, 26)"
    tried = browser.page.evaluate(
        "() => { const tried = document.createElement('script'); tried.textContent = 'window.ran = 1';"
        " document.body.append(tried); return window.ran === undefined }"
    )
    assert tried is True
    assert len(browser.complaints) == 2 and all("Content Security Policy" in one for one in browser.complaints)


def test_a_form_that_is_sent_in_place_keeps_what_was_typed(browser: Browser, address: str) -> None:
    """Whatever comes back: the session ended, the line dropped."""
    sign_in(browser, address)
    browser.page.evaluate(
        "() => { document.getElementById('main').innerHTML = '<form hx-post=\"/counter/sessions/end-others\" hx-target=\"#main\">'"
        " + '<input name=\"why\" id=\"why\"><button>提交</button></form>'; htmx.process(document.getElementById('main')) }"
    )
    browser.page.fill("#why", "写了很久")
    with transaction() as session:
        sessions.end_all(session, PERSON, now=settings().now())
    browser.page.click("main button")
    browser.page.wait_for_selector("#notice >> text=请先登录")
    browser.on_both_screens("counter-notice")
    assert browser.page.input_value("#why") == "写了很久" and browser.page.url.endswith("/counter")
    assert browser.page.evaluate("document.activeElement.id") == "notice"  # screen readers and keyboards are there
    browser.page.context.set_offline(True)
    browser.page.click("main button")
    browser.page.wait_for_selector("#notice >> text=网络中断")
    assert browser.page.input_value("#why") == "写了很久"
