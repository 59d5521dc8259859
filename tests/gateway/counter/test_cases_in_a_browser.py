"""需求单位的一天: from the registration of a case to the fetched proof, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import select

from connectors.seal import LocalSeals
from domain.share import ShareOutcome
from gateway.app import create_app
from ledger.database import transaction
from ledger.tables.verifications import Verification
from sandbox.people import by_name
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.casework import look_up, seal_and_deliver
from tests.gateway.conftest import SimulatedRuns
from tests.gateway.counter.test_in_a_browser import sign_in
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")


@pytest.fixture(scope="module")
def address(ledger: str) -> Iterator[str]:
    with on_a_port(create_app(SimulatedRuns())) as address:
        yield address


def test_a_share_hit_from_registration_to_the_fetched_proof(browser: Browser, address: str, seals: LocalSeals) -> None:
    holder, number, page = by_name("演示甲子"), f"C-{uuid4().hex[:12]}", browser.page
    sign_in(browser, address)
    page.click("nav >> text=办件")
    page.wait_for_url("**/counter/cases")
    page.click("main >> text=登记办件")
    browser.on_both_screens("counter-case-matter")
    page.click("a[href$='matter=DEMO-0001']")
    page.wait_for_selector("#id_number")

    page.fill("#id_number", holder.id_number[:-1] + ("0" if holder.id_number[-1] != "0" else "1"))
    page.keyboard.press("Enter")  # as a scanner does
    page.wait_for_selector("text=号码有误")
    page.fill("#name", holder.name)
    page.fill("#case_number", number)
    page.fill("#promised_days", "5")
    page.click("main button >> text=登记")
    page.wait_for_selector("#notice .told")
    browser.on_both_screens("counter-case-number-refused")
    assert page.input_value("#case_number") == number and page.input_value("#name") == holder.name  # nothing typed is lost
    assert page.url.endswith("matter=DEMO-0001")

    page.fill("#id_number", holder.id_number)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=号码校验通过")
    page.click("main button >> text=登记")
    page.wait_for_url(f"**/counter/cases/{number}")
    page.wait_for_selector("text=还没有发起核验")
    assert holder.id_number not in page.content() and holder.name not in page.content()
    browser.on_both_screens("counter-case-new")
    for box in page.query_selector_all("[name=proof]:checked"):
        if box.get_attribute("value") != "P-HOUSEHOLD":
            box.uncheck()
    page.click("text=发起所选的核验")
    page.wait_for_selector("#progress .papers li")
    browser.on_both_screens("counter-case-under-way")
    with transaction() as session:
        verification = session.scalars(select(Verification.number).order_by(Verification.filed_at.desc()).limit(1)).one()
    look_up(verification, ShareOutcome.FOUND)
    with ThreadPoolExecutor(1) as aside:  # the browser's loop runs in this thread, and the signature has one of its own
        aside.submit(seal_and_deliver, verification, seals).result()
    page.wait_for_selector("#progress >> text=下载电子证明", timeout=15_000)  # by itself
    browser.on_both_screens("counter-case-delivered")
    with page.expect_download() as got:
        page.click("#progress >> text=下载电子证明")
    assert got.value.suggested_filename == f"{verification}.pdf" and got.value.path().read_bytes().startswith(b"%PDF")
    page.click("#progress a >> nth=0")
    page.wait_for_url(f"**/counter/verifications/{verification}")
    browser.on_both_screens("counter-verification")
    browser.go(f"{address}/counter/cases?q={verification}")
    assert page.url.endswith(f"/counter/cases/{number}")
    browser.go(f"{address}/counter/cases")
    browser.on_both_screens("counter-cases")
    assert [one for one in browser.complaints if "400" not in one and "422" not in one] == []
