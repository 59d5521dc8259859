"""待决定 and 全局 without a screen: one unit is chosen, and each line leads to where it is decided (readings 8, 9; obligation 15.4)."""

from __future__ import annotations

from uuid import uuid4

import pytest

from ledger.database import transaction
from ledger.registry import registry
from ledger.tables.catalog import CatalogQuestion
from settings import settings
from tests.gateway.conftest import Api
from tests.gateway.counter.browsing import Browser, text_of
from tests.gateway.counter.test_decisions_in_a_browser import JUSTICE, OFFICE, PAGE, UNIT, returned_twice, state
from tests.gateway.oversight.test_complaints import taken

LINES = "/counter/overview/decisions?kind="


@pytest.fixture(scope="module", autouse=True)
def office(ledger: str) -> None:
    with transaction() as session:
        registry.put_people(session, [{"code": OFFICE, "unit": UNIT, "name": "演示办公室", "roles": ["office"]}])


@pytest.fixture
def browser(api: Api) -> Browser:
    browser = Browser(api)
    browser.link_in(OFFICE)
    return browser


def test_two_units_are_none(api: Api, browser: Browser) -> None:
    number = returned_twice(api)
    browser.get(f"{PAGE}/{number}")
    refused = browser.send(f"{PAGE}/{number}/reroute", unit=JUSTICE, other="370402-CIVIL", reason="not_its_duty", part=True)
    assert refused.status_code == 422 and "选了两个单位。请只选一个" in text_of(refused)
    assert state(number).state == "needs_attention"
    browser.get(f"{PAGE}/{number}")
    assert browser.send(f"{PAGE}/{number}/reroute", unit="", other="370402-CIVIL", reason="not_its_duty").status_code == 303
    assert state(number).issuing_unit == "370402-CIVIL"


def test_a_complaint_leads_to_its_page(api: Api, browser: Browser) -> None:
    number = taken(api, unit=None)
    page = browser.get(f"{LINES}complaint")
    assert f'<a href="/counter/complaints/{number}">{number}</a>' in page.text and "没有写明" in text_of(page)
    assert "投诉举报的转办：" in text_of(browser.get("/counter/overview")).replace(" ", "")
    assert 'href="/counter/complaints"' in browser.get(PAGE).text.partition("<h1>")[2]


def test_what_has_no_number_is_called_by_its_name(api: Api, browser: Browser) -> None:
    key, subject = uuid4(), f"演示名称{uuid4().hex[:6]}"
    with transaction() as session:
        session.add(
            CatalogQuestion(
                id=key,
                topic="proof",
                subject_key=subject,
                subject=subject,
                why="演示",
                sender="",
                asked_at=settings().now(),
                open=True,
                candidates=(),
                places=[],
                count=1,
            )
        )
    page = browser.get(f"{LINES}question")
    assert f'<a href="/counter/catalog">{subject}</a>' in page.text and str(key) not in page.text
