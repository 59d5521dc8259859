"""运行 in a real browser: what is wrong is on top and leads to its run in Prefect."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import text

from gateway.app import create_app
from ledger.database import transaction
from ledger.lifecycle import leases
from ledger.outbox import alarms
from ledger.registry import registry
from settings import settings
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.casework import ask, look_up
from tests.gateway.conftest import Api, SimulatedRuns, serving
from tests.gateway.counter.test_in_a_browser import sign_in
from tests.gateway.operations.test_running import fail
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

RUN = uuid4()


@pytest.fixture(scope="module")
def place(ledger: str) -> Iterator[tuple[Api, str]]:
    runs = SimulatedRuns()
    with serving(create_app(runs), runs) as api, on_a_port(create_app(runs)) as address:
        with transaction() as session:
            unit = next(iter(registry.unit_names(session)))
            registry.put_people(session, [{"code": "running-operator", "unit": unit, "name": "演示运维", "roles": ["operator"]}])
        yield api, address


def test_an_operator_sees_what_is_wrong(place: tuple[Api, str], browser: Browser) -> None:
    api, address = place
    page = browser.page
    sign_in(browser, address, "running-operator")
    page.click("nav >> text=运行")
    page.wait_for_selector("strong >> text=没有工作进程")
    browser.on_both_screens("running-none")
    api.begin()
    look_up(api.filed())
    failed = fail(api, "breaker_open")
    api.begin()
    waiting = api.filed(proof="P-HARDSHIP")
    ask(waiting)
    with transaction() as session:
        leases.enlist(session, "worker-1", "worker-1/a")
        session.execute(
            text("UPDATE verifications SET flow_run = :run WHERE number IN (:failed, :waiting)"),
            {"run": RUN, "failed": failed, "waiting": waiting},
        )
        alarms.raise_alarm(session, "paused", waiting, f"{waiting}:由运维暂停;恢复请执行 ./run resume {waiting}。", now=settings().now())
    page.click("text=刷新")
    page.wait_for_selector("h3 >> text=有核验被暂停")
    browser.on_both_screens("running")
    assert page.locator(f"a[href$='/runs/flow-run/{RUN}']").count() == 3  # the alarm's, the source's, the queue's
    assert page.locator("td:has-text('暂停调用')").count() == 1
    assert page.locator("tr:has-text('worker-1') >> text=在线").count() == 1
    page.click("main >> text=待人工处理")
    page.wait_for_selector("h1 >> text=待人工处理")
    assert browser.complaints == []
