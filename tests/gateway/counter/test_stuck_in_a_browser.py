"""待人工处理 in a real browser: why it stopped, and the remedy as a button."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import text

from domain.lifecycle import State
from gateway.app import create_app
from ledger.database import transaction
from ledger.methods import failures
from ledger.registry import registry
from ledger.tables.verifications import Verification
from settings import settings
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.conftest import Api, SimulatedRuns, serving
from tests.gateway.counter.test_in_a_browser import sign_in
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

RUN = uuid4()


@pytest.fixture(scope="module")
def place(ledger: str) -> Iterator[tuple[Api, str]]:
    runs = SimulatedRuns()
    with serving(create_app(runs), runs) as api, on_a_port(create_app(runs)) as address:
        with transaction() as session:
            unit = next(iter(registry.unit_names(session)))
            registry.put_people(session, [{"code": "stuck-operator", "unit": unit, "name": "演示运维", "roles": ["operator"]}])
        yield api, address


def stopped(api: Api, code: str) -> str:
    api.begin()
    number = api.filed(proof="P-HARDSHIP")
    with transaction() as session:
        failures.need_attention(session, number, code, at=settings().now(), actor="system:test")
        session.execute(text("UPDATE verifications SET flow_run = :run WHERE number = :number"), {"run": RUN, "number": number})
    return number


def state(number: str) -> State:
    with transaction() as session:
        return session.get_one(Verification, number).state


def test_what_stopped_is_told_and_done_something_about(place: tuple[Api, str], browser: Browser) -> None:
    api, address = place
    page = browser.page
    sign_in(browser, address, "stuck-operator")
    page.click("nav >> text=待人工处理")
    page.wait_for_selector("text=没有待人工处理的核验")
    browser.on_both_screens("stuck-none")
    failed, final = stopped(api, "failed_passes"), stopped(api, "cannot_verify")
    page.reload()
    browser.on_both_screens("stuck")
    assert page.locator(f"a[href$='/runs/flow-run/{RUN}']").count() == 2
    assert page.locator(f"[aria-label='重试 {failed}']").count() == 1
    assert page.locator(f"[aria-label='重试 {final}']").count() == 0  # trying again leads nowhere else
    page.focus(f"[aria-label='重试 {failed}']")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"text={failed}", state="detached")
    assert state(failed) is not State.NEEDS_ATTENTION
    page.click("summary >> text=办结")
    browser.on_both_screens("stuck-closing")
    page.click("form[action$='/close'] button")
    page.wait_for_selector("text=没有待人工处理的核验")
    assert state(final) is State.CLOSED and browser.complaints == []
