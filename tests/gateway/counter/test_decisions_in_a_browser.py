"""待决定 in a real browser: the story of what stopped, who may answer, and the decision in one action (readings 8, 9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.lifecycle import State
from gateway.app import create_app
from ledger.database import transaction
from ledger.registry import registry
from ledger.supervision import escalation
from ledger.tables.oversight import Lead
from ledger.tables.verifications import Deadline, Verification
from settings import settings
from tests.accessibility import axe as axe  # a fixture
from tests.accessibility import violations
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.casework import ask
from tests.gateway.conftest import ISSUER, OTHER, REQUESTER, Api, SimulatedRuns, serving
from tests.gateway.counter.test_accessibility import be
from tests.gateway.reports.test_overview import LEADER, late
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

OFFICE, UNIT, JUSTICE = "decisions-office", "370402-OFFICE", "370402-JUSTICE"
PAGE = "/counter/decisions"


@pytest.fixture(scope="module")
def place(ledger: str) -> Iterator[tuple[Api, str]]:
    runs = SimulatedRuns()
    with serving(create_app(runs), runs) as api, on_a_port(create_app(runs)) as address:
        with transaction() as session:
            registry.put_people(session, [{"code": OFFICE, "unit": UNIT, "name": "演示办公室", "roles": ["office"]}])
        yield api, address


def returned_twice(api: Api) -> str:
    """By 光明路街道, which names 司法局, and by that one, which can name nobody."""
    api.begin()
    number = api.filed(proof="P-HARDSHIP")
    back = {"reason": "演示:不属本单位职责", "suggested_unit": JUSTICE}
    assert api.post(f"/v1/inbox/{ask(number)}/return", ISSUER, json=back).status_code == 200
    assert api.post(f"/v1/verifications/{number}/forward", REQUESTER, json={}).status_code == 200
    unsure = {"reason": "演示:也不属本单位职责", "unsure_why": "演示:不知道"}
    assert api.post(f"/v1/inbox/{ask(number)}/return", OTHER, json=unsure).status_code == 200
    return number


def supervised_in_vain(api: Api) -> str:
    """Its limit passed, the half hour of its 督办 too, and the office was told."""
    api.begin()
    number = api.filed(proof="P-HARDSHIP")
    late(ask(number))
    now = settings().now()
    for hours in (0, 1):
        with transaction() as session:
            escalation.escalate(session, number, now=now + timedelta(hours=hours), actor="system:test")
    with transaction() as session:
        for one in session.scalars(select(Deadline).where(Deadline.verification == number)):
            if one.missed_at is None and one.due_at:
                one.due_at = now - timedelta(minutes=1)
        session.flush()
        escalation.escalate(session, number, now=now, actor="system:test")
    return number


def state(number: str) -> Verification:
    with transaction() as session:
        return session.get_one(Verification, number)


def test_what_was_returned_twice_is_given_to_who_can_answer(place: tuple[Api, str], browser: Browser, axe: str) -> None:
    """Reading 9."""
    api, address = place
    page = browser.page
    be(browser, address, OFFICE)
    assert "没有停住的核验等待决定" in browser.go(address + PAGE)
    browser.on_both_screens("decisions-none")
    number = returned_twice(api)
    page.reload()
    browser.on_both_screens("decisions")
    page.focus("main .what a")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{PAGE}/{number}")
    browser.on_both_screens("decision-returned")
    text = browser.text()
    assert "申请两次被退回" in text and "建议转区司法局" in text and "没有建议单位" in text
    assert "不属本单位职责" not in page.inner_text(".story"), "why somebody returned may be about a person"
    assert "演示甲子" not in text and "370402188102020017" not in text
    asked = [one.inner_text() for one in page.query_selector_all(".meant li") if "问过" in one.inner_text()]
    assert len(asked) == 2, "both units that returned it say so"
    assert violations(browser, axe) == []
    sent = len(browser.asked)
    page.click("form[action$='/reroute'] button")  # nothing is chosen: the browser asks for the reason
    assert page.evaluate("document.activeElement.id") == "reroute-reason" and len(browser.asked) == sent, "nothing is sent"
    page.select_option("#reroute-reason", "not_its_duty")
    page.click("form[action$='/reroute'] button")
    page.wait_for_selector("#notice .told.bad")  # no unit
    assert page.input_value("#reroute-reason") == "not_its_duty", "what was chosen stays"
    page.select_option("#other", value="370402-CIVIL")
    page.keyboard.press("Tab")
    page.click("form[action$='/reroute'] button")
    page.wait_for_selector("text=已改派")
    browser.on_both_screens("decision-done")
    assert state(number).state is State.TO_ASK and state(number).issuing_unit == "370402-CIVIL"


def test_nobody_can_verify_it(place: tuple[Api, str], browser: Browser) -> None:
    api, address = place
    page = browser.page
    be(browser, address, OFFICE)
    number = returned_twice(api)
    browser.go(f"{address}{PAGE}/{number}")
    page.click("summary >> text=办结")
    page.select_option("#close-reason", "cannot_be_verified")
    page.click("form[action$='/close'] button")
    page.wait_for_selector("text=已办结")
    assert state(number).state is State.CLOSED


def test_a_reason_for_a_miss_and_a_missed_supervision(place: tuple[Api, str], browser: Browser, axe: str) -> None:
    """Obligation 10.12, reading 8."""
    api, address = place
    page = browser.page
    be(browser, address, OFFICE)
    api.begin()
    request = ask(excused := api.filed(proof="P-HARDSHIP"))
    assert api.post(f"/v1/inbox/{request}/excuse", ISSUER, json={"reason": "field_check"}).status_code == 200
    missed = supervised_in_vain(api)
    browser.go(address + PAGE)
    assert excused in browser.text() and missed in browser.text()
    browser.on_both_screens("decisions-both")
    page.click(f".what:has-text('{excused}') a")
    page.wait_for_selector("h2:has-text('需实地核查')")
    browser.on_both_screens("decision-excuse")
    page.click("text=理由不成立")
    page.wait_for_selector("text=认定已记录")
    with transaction() as session:
        assert session.scalars(select(Deadline.excuse_approved).where(Deadline.request == request, Deadline.excuse.is_not(None))).all() == [
            False
        ]
    browser.go(f"{address}{PAGE}/{missed}")
    browser.on_both_screens("decision-supervision")
    assert violations(browser, axe) == []
    page.fill("textarea[name=text]", "演示:当面催办两次")
    page.click("text=登记线索")
    page.wait_for_selector("text=已登记为线索")
    with transaction() as session:
        lead = session.scalars(select(Lead).where(Lead.numbers.contains([missed]))).one()
        assert (lead.clause, lead.subject) == ("16.5", f"督办超时 {missed}")
    assert f"登记为线索 {lead.number}" in page.inner_text("main") and page.locator("form[action$='/lead']").count() == 0
    browser.on_both_screens("decision-put-down")
    assert missed not in browser.go(address + PAGE), "it is decided"
    missed = supervised_in_vain(api)
    be(browser, address, LEADER)
    browser.go(f"{address}/counter/overview")
    page.click("text=督办超时的处理")
    page.wait_for_selector("h1 >> text=督办超时的处理")
    browser.on_both_screens("overview-decisions")
    assert missed in browser.text() and page.locator(f"a:has-text('{missed}')").count() == 0, "a leader decides nothing here"
    assert violations(browser, axe) == [] and browser.complaints == []
