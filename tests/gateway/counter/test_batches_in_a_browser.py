"""批量核验 in a real browser: a file sent once, its rows with their reasons, paused and taken on, its results fetched."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from openpyxl import load_workbook

from connectors.seal import LocalSeals
from gateway.app import create_app
from tests.accessibility import axe as axe  # a fixture
from tests.accessibility import violations
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.batches.conftest import finish
from tests.gateway.batches.test_batches import cells, kept, table
from tests.gateway.conftest import ADMIN, REQUESTER, Api, SimulatedRuns, serving
from tests.gateway.counter.test_accessibility import be
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

PAGE = "/counter/batches"


@pytest.fixture(scope="module")
def place(ledger: str) -> Iterator[tuple[Api, str]]:
    runs = SimulatedRuns()
    with serving(create_app(runs), runs) as api, on_a_port(create_app(runs)) as address:
        yield api, address


def test_from_a_file_to_its_results(place: tuple[Api, str], browser: Browser, axe: str, seals: LocalSeals) -> None:
    api, address = place
    page = browser.page
    api.begin()
    api.put_case()
    be(browser, address, REQUESTER)
    assert "还没有提交过批次" in browser.go(address + PAGE)
    browser.on_both_screens("batches-none")
    page.set_input_files("#file", {"name": "名单.csv", "mimeType": "text/csv", "buffer": "什么,都不是\n1,2\n".encode()})
    page.fill("#purpose", "低保年度复核")
    page.click("form.sheet button")
    page.wait_for_selector("#notice .told.bad")
    assert page.input_value("#purpose") == "低保年度复核" and kept() == (0, 0), "what was typed stays"
    browser.complaints.clear()  # the refusal
    content = table(cells(api, 1), cells(api, 2, proof="没有的证明"))
    page.set_input_files("#file", {"name": "名单.csv", "mimeType": "text/csv", "buffer": content})
    key = page.input_value("input[name=key]")
    page.click("form.sheet button")
    page.wait_for_selector("#progress >> text=待发起 2 行")
    number = page.url.rpartition("/")[2]
    assert kept() == (1, 2)
    browser.on_both_screens("batch")
    assert violations(browser, axe) == []

    page.click("text=暂停")
    page.wait_for_selector("#progress >> text=已暂停")
    page.click("text=继续")
    page.wait_for_selector("#progress >> text=办理中")
    with ThreadPoolExecutor(1) as aside:  # the signature has a loop of its own
        aside.submit(finish, number, seals).result()
    page.wait_for_selector("#progress >> text=已办结", timeout=15_000)  # by itself
    page.reload()
    page.click(".views >> text=未受理")
    page.wait_for_url("**?status=refused")
    assert page.locator("tbody tr").count() == 1 and "证明" in page.inner_text("tbody td[data-label='说明']")
    browser.on_both_screens("batch-refused")
    with page.expect_download() as saved:
        page.click("text=下载结果和错误")
    rows = list(load_workbook(io.BytesIO(saved.value.path().read_bytes()), read_only=True).active.values)  # type: ignore[union-attr]
    assert rows[0][-1] == "错误" and rows[1][-4] == "已送达" and rows[2][-1]
    assert violations(browser, axe) == [] and browser.complaints == []

    browser.go(address + PAGE)
    page.evaluate("key => document.querySelector('input[name=key]').value = key", key)
    page.set_input_files("#file", {"name": "名单.csv", "mimeType": "text/csv", "buffer": content})
    page.fill("#purpose", "低保年度复核")
    page.click("form.sheet button")
    page.wait_for_url(f"**{PAGE}/{number}")
    assert kept() == (1, 2), "the same page sent again is the same batch"

    be(browser, address, ADMIN)
    text = browser.go(f"{address}{PAGE}/{number}")
    assert "第 2 行" in text and "下载结果" not in text and "暂停" not in text, "who only reads fetches and steers nothing"
    assert page.locator("input[type=file]").count() == 0 and number in browser.go(address + PAGE)
