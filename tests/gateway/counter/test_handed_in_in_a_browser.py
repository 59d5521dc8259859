"""主动提供 in a real browser: shown to the applicant on a second screen, signed there, and the 代办员's page goes on by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy
import pytest
import zxingcpp
from sqlalchemy import select

from domain.commitments import Evidence
from domain.records import VoluntaryMark
from gateway.app import create_app
from ledger.database import transaction
from ledger.registers import voluntary
from ledger.tables.cases import Case
from ledger.tables.records import VoluntarySubmission
from tests.accessibility import axe as axe  # a fixture
from tests.accessibility import violations
from tests.browser import HAS_BROWSER, TELEPHONE, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.conftest import ISSUER, REQUESTER, Api, SimulatedRuns, serving
from tests.gateway.counter.test_accessibility import be
from tests.serving import on_a_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

#: What a telephone's camera sees of the QR code: grey on white, 400 by 400.
_PIXELS = """() => { const at = document.createElement('canvas'); at.width = at.height = 400; const paint = at.getContext('2d');
paint.fillStyle = '#fff'; paint.fillRect(0, 0, 400, 400); paint.drawImage(document.querySelector('img.code'), 40, 40, 320, 320);
return Array.from(paint.getImageData(0, 0, 400, 400).data).filter((_, index) => index % 4 === 0); }"""


@pytest.fixture(scope="module")
def place(ledger: str) -> Iterator[tuple[Api, str]]:
    runs = SimulatedRuns()
    with serving(create_app(runs), runs) as api, on_a_port(create_app(runs)) as address:
        api.begin()
        api.put_case()
        yield api, address


def kept() -> list[tuple[VoluntarySubmission, str]]:
    """Lines of the 台账 with what was drawn."""
    with transaction() as session:
        rows = session.scalars(select(VoluntarySubmission).order_by(VoluntarySubmission.serial)).all()
        return [(row, voluntary._stated(row, session.get(Case, row.case)).signature) for row in rows]


def test_the_applicant_confirms_on_the_second_screen(browser: Browser, place: tuple[Api, str], axe: str) -> None:
    """Obligations 2.6, 2.7."""
    api, address = place
    page = browser.page
    be(browser, address, REQUESTER)
    browser.go(f"{address}/counter/cases/{api.case}")
    page.click("text=申请人主动提供材料")
    page.wait_for_selector("h1:has-text('申请人主动提供材料')")
    page.select_option("#proof", "P-HOUSEHOLD")
    browser.on_both_screens("handed-in")
    assert violations(browser, axe) == []
    with page.context.expect_page() as opened:
        page.click("text=请申请人在第二屏确认")
    second = Browser(opened.value, browser._pictures)
    second.page.wait_for_selector("#pad")
    text = second.text()
    assert "户籍证明" in text and "您可以不提供" in text and "没有要求" not in text and "370402188102020017" not in text
    assert "收件箱" not in text and "退出登录" not in text  # nothing of the 代办员's
    assert second.page.evaluate("parseFloat(getComputedStyle(document.querySelector('.what')).fontSize)") >= 32
    second.on_both_screens("handed-in-second-screen")
    assert violations(second, axe) == []

    second.page.click("text=我自愿提供")
    second.page.wait_for_selector("#notice >> text=还没有签名")
    assert kept() == [] and page.is_visible("text=申请人确认后")
    draw(second)
    second.page.click("text=重新签名")
    assert second.page.input_value("#signature") == ""
    draw(second)
    drawn = second.page.input_value("#signature")
    second.on_both_screens("handed-in-signed")
    second.page.click("text=我自愿提供")
    second.page.wait_for_selector("text=已经确认，谢谢")
    page.wait_for_selector("#state >> text=申请人已签名确认")  # by itself
    page.wait_for_selector("form.sheet", state="hidden")
    browser.on_both_screens("handed-in-confirmed")
    assert violations(browser, axe) == [] and violations(second, axe) == []
    ((row, signature),) = kept()
    assert (row.confirmed, row.proof, row.clerk, row.marks) == (Evidence.SIGNATURE, "P-HOUSEHOLD", REQUESTER, [])
    assert signature == drawn and row.confirmation_digest == hashlib.sha256(drawn.encode()).hexdigest()
    assert [one for one in browser.complaints + second.complaints if "422" not in one] == [] and browser.elsewhere() == set()


def test_the_applicant_confirms_on_his_telephone(browser: Browser, place: tuple[Api, str], axe: str, chromium: Chromium) -> None:
    """Obligations 2.6, 2.7: with nothing but the address that the QR code holds."""
    api, address = place
    page, before = browser.page, len(kept())
    be(browser, address, REQUESTER)
    browser.go(f"{address}/counter/cases/{api.case}/handed-in")
    page.select_option("#proof", "P-HOUSEHOLD")
    page.click("text=请申请人用手机确认")
    page.wait_for_selector("h1:has-text('请申请人用手机确认')")
    browser.on_both_screens("handed-in-by-telephone")
    assert violations(browser, axe) == []
    pixels = numpy.array(page.evaluate(_PIXELS), dtype=numpy.uint8).reshape(400, 400)
    scanned = zxingcpp.read_barcodes(pixels, formats=zxingcpp.BarcodeFormat.QRCode)[0].text
    with chromium.new_context(locale="zh-CN", viewport={"width": TELEPHONE[0], "height": TELEPHONE[1]}) as profile:
        telephone = Browser(profile.new_page(), browser._pictures)
        text = telephone.go(address + urlsplit(scanned).path)
        assert "户籍证明" in text and "您可以不提供" in text and "没有要求" not in text and "370402188102020017" not in text
        telephone.picture("hand-in-telephone")
        assert violations(telephone, axe) == []
        telephone.page.set_viewport_size({"width": TELEPHONE[0], "height": TELEPHONE[1]})
        telephone.page.click("text=我自愿提供")
        code = telephone.page.inner_text(".said")
        telephone.picture("hand-in-telephone-code")
        assert violations(telephone, axe) == [] and telephone.complaints == [] and telephone.elsewhere() == set()

    page.fill("#code", "1")
    page.click("main button:text-is('登记')")
    page.wait_for_selector("#notice >> text=确认码不对")
    assert page.input_value("#code") == "1" and len(kept()) == before
    page.fill("#code", code)
    page.keyboard.press("Enter")
    page.wait_for_selector("#state >> text=手机确认码相符")
    browser.on_both_screens("handed-in-by-telephone-done")
    assert violations(browser, axe) == []
    ((row, evidence),) = kept()[before:]
    assert (row.confirmed, row.marks) == (Evidence.CODE, []) and code.replace(" ", "") in evidence
    assert [one for one in browser.complaints if "422" not in one] == []


def test_who_cannot_confirm_is_taken_in_all_the_same_and_once(browser: Browser, place: tuple[Api, str]) -> None:
    """Obligation 2.6."""
    api, address = place
    page, before = browser.page, len(kept())
    be(browser, address, REQUESTER)
    browser.go(f"{address}/counter/cases/{api.case}/handed-in")
    page.fill("#other", "自存合同复印件")
    again = "() => { const form = document.querySelector('form.sheet'), to = form.querySelector('[formaction]').formAction;"
    again += " return fetch(to, {method: 'POST', body: new URLSearchParams(new FormData(form))}).then(got => got.status) }"
    assert page.evaluate(again) == 200
    page.click("text=申请人不便确认")  # sent twice: the same line
    page.wait_for_selector("#state >> text=没有本人确认")
    assert "自存合同复印件" in page.inner_text("#state")
    rows = kept()[before:]
    assert [row.marks for row, _ in rows] == [[VoluntaryMark.UNCONFIRMED.value]] and rows[0][1] == ""
    once = page.url.rpartition("=")[2]
    be(browser, address, ISSUER)
    browser.go(f"{address}/counter/cases/{api.case}/handed-in?once={once}")
    assert "自存合同复印件" not in browser.text()


def test_what_was_typed_stays_where_it_is_refused_and_a_poll_takes_nobody_out_of_a_field(browser: Browser, place: tuple[Api, str]) -> None:
    api, address = place
    page = browser.page
    page.clock.install()
    be(browser, address, REQUESTER)
    browser.go(f"{address}/counter/cases/{api.case}/handed-in")
    page.evaluate("document.getElementById('other').removeAttribute('maxlength')")
    page.fill("#other", "纸" * 3000)
    page.click("text=申请人不便确认")
    page.wait_for_selector("#notice >> text=填写的内容有不合格的")
    assert page.input_value("#other") == "纸" * 3000 and page.evaluate("document.activeElement.id") == "notice"
    page.fill("#other", "")
    page.focus("#other")
    page.context.clear_cookies()
    with page.expect_response(lambda answer: answer.status == 401):
        page.clock.fast_forward(5_000)
    page.wait_for_selector("#notice >> text=登录已经结束")
    assert page.evaluate("document.activeElement.id") == "other"


@pytest.mark.parametrize("why", ["nobody touches it", "he was thanked", "it was registered without him", "nobody is signed in"])
def test_what_the_second_screen_shows_of_the_applicant_does_not_stay(browser: Browser, place: tuple[Api, str], why: str) -> None:
    """Obligation 15.4."""
    api, address = place
    page = browser.page
    page.context.clock.install()
    be(browser, address, REQUESTER)
    browser.go(f"{address}/counter/cases/{api.case}/handed-in")
    page.select_option("#proof", "P-HOUSEHOLD")
    with page.context.expect_page() as opened:
        page.click("text=请申请人在第二屏确认")
    second = Browser(opened.value, browser._pictures)
    second.page.wait_for_selector("#pad")
    clock, whole = second.page.clock, "户籍证明"
    if why == "nobody touches it":
        clock.fast_forward(170_000)
        draw(second)
        clock.fast_forward(170_000)
        assert whole in second.text()
        clock.fast_forward(11_000)
    elif why == "he was thanked":
        draw(second)
        second.page.click("text=我自愿提供")
        second.page.wait_for_selector("text=已经确认，谢谢")
        clock.fast_forward(15_000)
        assert whole in second.text()
        clock.fast_forward(6_000)
    elif why == "it was registered without him":
        clock.fast_forward(11_000)
        assert whole in second.text()
        page.click("text=申请人不便确认")
        page.wait_for_selector("#state >> text=没有本人确认")
        clock.fast_forward(11_000)
    else:
        page.context.clear_cookies()
        clock.fast_forward(11_000)
    second.page.wait_for_selector("text=本页已结束")
    text = second.page.content()
    assert whole not in text and "演示甲子" not in text and "演***" not in text and second.page.inner_text("#notice") == ""


def draw(second: Browser) -> None:
    box = second.page.locator("#pad").bounding_box()
    assert box is not None
    mouse = second.page.mouse
    mouse.move(box["x"] + 40, box["y"] + 80)
    mouse.down()
    for step in range(1, 20):
        mouse.move(box["x"] + 40 + 12 * step, box["y"] + 80 + 40 * (step % 2))
    mouse.up()
