"""已撤销的电子证明 as people see it: in the case, on its own page and on the public page, when and why."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.seal import LocalSeals
from domain.reasons import RevokeReason
from gateway.app import create_app
from ledger.casework import revocations
from ledger.lifecycle.snapshots import load
from settings import settings
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.casework import look_up, seal_and_deliver
from tests.gateway.conftest import Api, SimulatedRuns
from tests.gateway.counter.test_in_a_browser import sign_in
from tests.ledger.acting import do
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")


@pytest.fixture(scope="module")
def address(ledger: str) -> Iterator[str]:
    with on_a_port(create_app(SimulatedRuns())) as address:
        yield address


@pytest.fixture(scope="module")
def delivered(served: Api, seals: LocalSeals) -> tuple[str, str, str]:
    """The case, the verification and the code of its proof."""
    served.begin()
    number = served.filed()
    look_up(number)
    return served.case, number, seal_and_deliver(number, seals)[0]


def test_a_revoked_proof_is_told_wherever_it_is_seen(delivered: tuple[str, str, str], browser: Browser, address: str) -> None:
    """Obligations 16.8, 17.5, 11.1."""
    case, number, code = delivered
    sign_in(browser, address)
    page = browser.page
    browser.go(f"{address}/counter/cases/{case}")
    assert page.locator("#progress a.button >> text=下载电子证明").count() == 1 and "撤销" not in page.inner_text("#progress")

    do(lambda session: revocations.revoke(session, load(session, number), RevokeReason.CONTENT_ERROR, now=settings().now(), actor="test"))
    browser.go(f"{address}/counter/cases/{case}")
    browser.on_both_screens("counter-case-revoked")
    told = page.inner_text("#progress")
    assert "撤销" in told and "内容有误" in told and "请停止采用" in told
    assert page.locator("#progress a.button >> text=下载电子证明").count() == 0
    assert page.is_checked("[name=proof][value=P-HOUSEHOLD]"), "it is to be asked anew"

    page.click(f"#progress a[href$='{number}'] >> nth=0")
    page.wait_for_selector(".told.bad")
    browser.on_both_screens("counter-verification-revoked")
    told = page.inner_text(".told.bad")
    assert "电子证明已撤销" in told and "内容有误" in told and "重新发起核验" in told

    browser.go(f"{address}/verify/{number}?c={code}")
    browser.on_both_screens("public-revoked")
    assert page.inner_text("h1") == "已撤销" and "内容有误" in page.inner_text(".verdict.bad")
    assert browser.complaints == []
