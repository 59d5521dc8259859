"""The pages in a real browser: what a citizen and an operator see, and that nothing is loaded from elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.endtoend.acting import Api
from tests.endtoend.test_cancel import run_of
from tests.patience import wait_until
from tests.proofs.readers import qr_codes
from tests.stack import Stack

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")


@pytest.fixture(scope="module")
def proof(stack: Stack, department: Api, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes, str]:
    """Number, file and the address in its QR code."""
    number = department.file("P-HOUSEHOLD", "演示壬辰", wait=20)["number"]
    pdf = department.pdf(number)
    (link,) = qr_codes(pdf, tmp_path_factory.mktemp("qr"))
    return number, pdf, link


def test_a_citizen_scans_types_and_uploads(stack: Stack, browser: Browser, proof: tuple[str, bytes, str], tmp_path: Path) -> None:
    number, pdf, link = proof
    scanned = browser.go(link)
    browser.picture("verify-with-code")
    assert "有效" in scanned and "户籍证明" in scanned and "演***" in scanned and "演示壬辰" not in scanned

    browser.go(f"{stack.gateway_url}/verify")
    browser.picture("verify-start")
    browser.page.fill("#number", number.lower())
    browser.page.click("text=查询是否有效")
    browser.page.wait_for_url(f"**/verify/{number}*")
    browser.picture("verify-without-code")
    assert "有效" in browser.text() and "户籍证明" not in browser.text()

    for name, content, verdict in (
        ("genuine", pdf, "内容未被改动"),
        ("changed", pdf[:5000] + bytes([pdf[5000] ^ 1]) + pdf[5001:], "改动"),
        ("foreign", b"%PDF-1.4\n%%EOF", "不能"),
    ):
        (tmp_path / f"{name}.pdf").write_bytes(content)
        browser.go(f"{stack.gateway_url}/verify")
        browser.page.set_input_files("#file", tmp_path / f"{name}.pdf")
        browser.page.click("text=检查文件")
        browser.page.wait_for_selector(".verdict")
        browser.picture(f"upload-{name}")
        assert verdict in browser.text(), name

    browser.page.set_viewport_size({"width": 360, "height": 700})
    browser.go(link)
    browser.picture("verify-on-a-telephone")
    assert browser.page.evaluate("document.documentElement.scrollWidth") <= 360, "it must be pushed sideways"
    assert (browser.elsewhere(), browser.complaints) == (set(), [])


def test_everybody_reads_and_searches_the_list(stack: Stack, browser: Browser) -> None:
    text = browser.go(f"{stack.gateway_url}/catalog")
    browser.picture("catalog")
    assert "第 1 版" in text and "公共租赁住房申请" in text and "不用提交" in text and "仍须提交" in text
    browser.page.fill("#q", "法律援助申请")
    browser.page.click("text=查找")
    browser.page.wait_for_selector("text=显示全部")
    assert "区司法局" in browser.text() and "公共租赁住房申请" not in browser.text()
    browser.page.select_option("#unit", "370402-CIVIL")
    browser.page.fill("#q", "")
    browser.page.click("text=查找")
    browser.page.wait_for_selector("text=困难残疾人生活补贴申请")
    browser.page.click("text=首次公布的内容")
    browser.page.wait_for_selector("h1:has-text('清单变动')")
    browser.picture("catalog-changes")
    browser.page.set_viewport_size({"width": 360, "height": 700})
    for path in ("/catalog", "/catalog/versions", "/catalog/changes/0/1"):
        browser.go(f"{stack.gateway_url}{path}")
        browser.picture(f"{path.strip('/').replace('/', '-')}-on-a-telephone")
        assert browser.page.evaluate("document.documentElement.scrollWidth") <= 360, "it must be pushed sideways"
    assert (browser.elsewhere(), browser.complaints) == (set(), [])


def test_the_documents_of_the_api_load_from_here_alone(stack: Stack, browser: Browser) -> None:
    text = browser.go(f"{stack.gateway_url}/docs")
    browser.picture("docs", whole=False)
    assert "/v1/verifications" in text and "Idempotency-Key" in text and "problem" in text
    assert (browser.elsewhere(), browser.complaints) == (set(), [])


def test_the_prefect_ui_tells_the_story_in_chinese(stack: Stack, browser: Browser, department: Api, office: Api) -> None:
    number = department.file("P-HARDSHIP", "演示癸巳")["number"]
    department.wait_for(number, "awaiting_reply")
    run = run_of(number)
    wait_until(lambda: "等待出具单位" in stack.prefect.history(run), 15, "the run waits")
    address = stack.prefect.url.removesuffix("/api")

    browser.go(f"{address}/runs")
    browser.page.wait_for_selector("input[type=password]")
    browser.page.fill("input[type=password]", f"admin:{stack.prefect.secret}")
    browser.page.keyboard.press("Enter")
    browser.page.wait_for_selector(f"text={number}")
    browser.picture("prefect-runs")
    assert "等待出具单位" in browser.text()

    office.reply(office.asked(number)["id"])
    department.wait_for(number, "delivered")
    wait_until(lambda: stack.prefect.run_of(run)["state_name"] == "已送达", 15, "delivered in Prefect")
    browser.go(f"{address}/runs/flow-run/{run}")
    browser.page.wait_for_selector("text=已送达")
    browser.page.wait_for_timeout(1000)  # the chart of steps is drawn after the page
    browser.picture("prefect-run")
    assert number in browser.text()
    browser.page.click("text=Task Runs")
    browser.page.wait_for_selector("text=送达")  # the steps have names for people
    assert browser.elsewhere() == set()
