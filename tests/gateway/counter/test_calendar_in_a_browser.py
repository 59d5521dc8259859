"""工作日历 in a real browser: pasted, seen, refused with its sentence, confirmed by another person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.app import create_app
from ledger.calendars import calendars
from ledger.database import transaction
from ledger.registry import registry
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.domain.test_holiday_notice import NOTICES
from tests.gateway.conftest import SimulatedRuns
from tests.gateway.counter.test_in_a_browser import sign_in
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

#: 2026's sentences with one day moved, so that something is to be changed.
TEXT = NOTICES[2026].replace("10月10日（周六）上班", "10月11日（周日）上班")


@pytest.fixture(scope="module")
def address(ledger: str) -> Iterator[str]:
    people = [{"code": f"calendar-{n}", "name": f"演示专班{n}", "roles": ["office"]} for n in "甲乙"]
    with transaction() as session:
        unit = next(iter(registry.unit_names(session)))
        registry.put_people(session, [one | {"unit": unit} for one in people])
    with on_a_port(create_app(SimulatedRuns())) as address:
        yield address


def test_a_notice_is_pasted_seen_and_confirmed_by_another(browser: Browser, address: str) -> None:
    page = browser.page
    sign_in(browser, address, "calendar-甲")
    page.click("nav >> text=工作日历")
    page.wait_for_url("**/counter/calendar")
    browser.on_both_screens("calendar")

    page.fill("#text", TEXT.replace("5月9日（周六）上班", "5月9日（周五）上班"))
    page.fill("#source", "国办发明电〔2025〕7号")
    page.click("text=查看改变的日子")
    page.wait_for_selector("#notice >> text=没有看懂这一句")
    assert "5月9日（周五）上班" in page.inner_text("#notice") and "中秋" in page.input_value("#text")  # nothing typed is lost
    browser.on_both_screens("calendar-not-understood")

    page.fill("#text", TEXT)
    page.click("text=查看改变的日子")
    page.wait_for_selector("#found table")
    assert "10月11日" in page.inner_text("#found") and "周日休息" in page.inner_text("#found")
    browser.on_both_screens("calendar-reading")
    page.click("text=提交确认")
    page.wait_for_selector("text=须由另一人确认")
    assert page.locator("text=确认，自此按通知").count() == 0
    browser.on_both_screens("calendar-waiting-own")
    page.click("text=退出登录")
    page.wait_for_url("**/counter/sign-in?out=1")

    sign_in(browser, address, "calendar-乙")
    browser.go(f"{address}/counter/calendar")
    browser.on_both_screens("calendar-waiting")
    page.click("text=确认，自此按通知")
    page.wait_for_selector("text=处理过的通知")
    browser.on_both_screens("calendar-confirmed")
    text = page.inner_text("main")
    assert "演示专班甲" in text and "演示专班乙" in text and "没有时限随之变动" in text
    with transaction() as session:
        year = calendars.calendar(session).years[2026]
    assert {str(day) for day in year.work} >= {"2026-10-11", "2026-01-04"} and "2026-10-10" not in {str(day) for day in year.work}
    assert [one for one in browser.complaints if "422" not in one] == []
