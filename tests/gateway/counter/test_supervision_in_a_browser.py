"""督办 in a real browser: who holds what, given to a colleague with a reason for what does not move, feedback; by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from gateway.app import create_app
from ledger.calendars import duty
from ledger.database import transaction
from ledger.registry import registry
from ledger.supervision import escalation
from ledger.tables.verifications import Request
from settings import settings
from tests.accessibility import axe as axe  # a fixture
from tests.accessibility import violations
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.casework import ask
from tests.gateway.conftest import ISSUER, Api, SimulatedRuns, serving
from tests.gateway.counter.test_accessibility import be
from tests.gateway.reports.test_overview import late
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

UNIT, CHIEF, SECOND = "370402-GUANGMING", "demo-guangming-2", "supervised-second"


@pytest.fixture(scope="module")
def place(ledger: str) -> Iterator[tuple[Api, str]]:
    runs = SimulatedRuns()
    with serving(create_app(runs), runs) as api, on_a_port(create_app(runs)) as address:
        with transaction() as session:
            registry.put_people(session, [{"code": SECOND, "unit": UNIT, "name": "演示次席", "roles": ["agent"]}])
        yield api, address


def filed(api: Api) -> tuple[str, str]:
    api.begin()
    number = api.filed(proof="P-HARDSHIP")
    return number, ask(number)


def holder(request: str) -> str | None:
    with transaction() as session:
        return session.get_one(Request, UUID(request)).claimed_by


def test_what_is_late_is_given_away_and_fed_back(browser: Browser, place: tuple[Api, str], axe: str) -> None:
    api, address = place
    page = browser.page
    be(browser, address, CHIEF)
    browser.go(f"{address}/counter/supervision")
    browser.on_both_screens("supervision-empty")
    assert "没有督办中的申请" in browser.text() and "没有超时或者临近时限的申请" in browser.text()

    (number, first), (_, second), (answered, third), (_, calm) = (filed(api) for _ in range(4))
    api.post(f"/v1/inbox/{second}/claim", ISSUER)
    for one in (first, second, third):
        late(one)
    browser.go(f"{address}/counter/supervision")
    assert page.locator("#giving input[type=checkbox]").count() == 3
    assert not page.is_visible("#line-rests"), "nobody chooses or types yet"
    browser.on_both_screens("supervision")
    assert violations(browser, axe) == []

    # By keyboard: all three are ticked; of one a colleague's answer arrives before it is sent.
    for one in (first, second, third):
        page.focus(f"input[value='{one}']")
        page.keyboard.press("Space")
    assert api.post(f"/v1/inbox/{third}/reply", ISSUER, json={"answer": "no_record"}).status_code == 200
    page.focus(".giving button >> nth=0")
    page.keyboard.press("Enter")
    page.wait_for_selector("#notice .told")  # to whom was not said: nothing is lost
    assert page.locator("#giving input:checked").count() == 3 and "还没有选好" in page.inner_text("#notice")
    browser.on_both_screens("supervision-to-nobody")
    page.select_option("#person", SECOND)
    page.focus(".giving button >> nth=0")
    page.keyboard.press("Enter")
    page.wait_for_selector("#moved")
    told = page.inner_text("#moved")
    assert "2 项已交给演示次席" in told and "1 项没有交出" in told and answered in told and "已有答复" in told
    assert holder(first) == holder(second) == f"person:{SECOND}"
    browser.on_both_screens("supervision-given")
    assert violations(browser, axe) == []

    page.click("text=全选")
    assert page.locator("#giving input:checked").count() == 2
    page.uncheck(f"input[value='{second}']")
    page.click("text=我来接手")
    page.wait_for_selector("text=1 项已交给演示督办员戊")
    assert (holder(first), holder(second)) == (f"person:{CHIEF}", f"person:{SECOND}")
    browser.go(f"{address}/counter/inbox/{first}")
    assert "演示督办员戊从演示次席手上接手" in browser.text()
    browser.on_both_screens("supervision-story")

    with transaction() as session:
        escalation.escalate(session, number, now=settings().now(), actor="system:sweep")
    browser.go(f"{address}/counter/supervision?every=true")
    assert page.locator(f"input[value='{calm}']").count() == 1
    page.click(f"li:has-text('{number}') >> summary")
    form = page.locator(f"li:has-text('{number}') form.sheet")
    form.locator("select").select_option("cannot")
    form.locator("textarea").fill("底册在档案馆,已派人去取")
    browser.on_both_screens("supervision-feedback")
    assert violations(browser, axe) == []
    form.locator("button").click()
    page.wait_for_selector("text=反馈已记录")
    assert "无法按时办结" in browser.text() and "底册在档案馆" in browser.text()
    assert [one for one in browser.complaints if "422" not in one] == [] and browser.elsewhere() == set()


def test_it_shows_by_itself_what_happens_and_takes_nothing_from_under_her_hands(browser: Browser, place: tuple[Api, str]) -> None:
    """As the inbox does: nothing is answered where nothing happened; what was ticked or typed stays."""
    api, address = place
    page = browser.page
    be(browser, address, CHIEF)
    page.clock.install()
    browser.go(f"{address}/counter/supervision?every=true")
    with page.expect_response("**/counter/supervision*") as asked:
        page.clock.run_for(15_000)
    assert asked.value.status == 204
    _, request = filed(api)
    page.clock.run_for(5_000)  # what was read for all pages of the unit a moment ago is read anew
    for _ in range(4):
        with page.expect_response("**/counter/supervision*") as asked:
            page.clock.run_for(15_000)
        if asked.value.status == 200:
            break
        page.wait_for_timeout(2_000)
    page.wait_for_selector(f".lines a[href$='{request}']")
    page.check(f"input[value='{request}']")
    browser.on_both_screens("supervision-live")
    filed(api)
    asks = len(browser.asked)
    page.clock.run_for(16_000)
    page.wait_for_selector("#line-rests:not([hidden])")
    assert len(browser.asked) == asks and page.is_checked(f"input[value='{request}']"), "nothing is asked while somebody chooses"
    page.uncheck(f"input[value='{request}']")
    page.evaluate("document.activeElement.blur()")
    with page.expect_response("**/counter/supervision*"):
        page.clock.run_for(16_000)

    # Nor by a list that was asked for before she began.
    filed(api)
    page.clock.run_for(5_000)
    choose = f"document.querySelector('input[value=\"{request}\"]').checked = true"
    page.evaluate(f"document.addEventListener('htmx:beforeSend', () => {{ {choose}; }}, {{ once: true }})")
    for _ in range(4):
        with page.expect_response("**/counter/supervision*") as asked:
            page.clock.run_for(15_000)
        if asked.value.status == 200:
            break
        page.wait_for_timeout(2_000)
        page.evaluate(f"document.querySelector('input[value=\"{request}\"]').checked = false")
        page.evaluate(f"document.addEventListener('htmx:beforeSend', () => {{ {choose}; }}, {{ once: true }})")
    assert asked.value.status == 200
    page.wait_for_selector("#line-rests:not([hidden])")
    assert page.is_checked(f"input[value='{request}']")
    assert browser.complaints == []


def test_a_stand_in_supervises_and_others_look_on(browser: Browser, place: tuple[Api, str]) -> None:
    api, address = place
    _, request = filed(api)
    with transaction() as session:
        now = settings().now()
        duty.appoint(session, UNIT, SECOND, None, now + timedelta(hours=1), acting=True, now=now, actor=f"person:{CHIEF}")
    be(browser, address, CHIEF)
    text = browser.go(f"{address}/counter/supervision?every=true")
    assert "演示次席值守督办（代理演示督办员戊）" in text and browser.page.locator("#giving input").count() <= 1
    browser.on_both_screens("supervision-looking-on")
    be(browser, address, SECOND)
    assert "此刻由您值守督办，代理演示督办员戊" in browser.go(f"{address}/counter/supervision?every=true")
    browser.page.check(f"input[value='{request}']")
    browser.page.select_option("#person", ISSUER)
    browser.page.click(".giving button >> nth=0")
    browser.page.wait_for_selector("#moved")
    assert holder(request) == f"person:{ISSUER}"
    assert "演示次席（代理演示督办员戊）交给演示代办员丁" in browser.go(f"{address}/counter/inbox/{request}")
