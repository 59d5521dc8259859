"""投诉办理 without a screen: 承办单位 says to whom the office passed it, and not whom the hotline had asked."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from ledger.database import transaction
from ledger.registry import registry
from tests.gateway.conftest import ADMIN, Api
from tests.gateway.counter.browsing import Browser, text_of
from tests.gateway.oversight.test_complaint_layouts import close, export, kept, row, send

PAGE, INSIDE = "/counter/complaints", "handler-inside-permit"


def handlers(browser: Browser, number: str) -> tuple[str, str]:
    """承办单位 on the complaint's page and in its row of the closed ones."""
    one = re.search(r"<dt>承办单位</dt><dd>(.*?)</dd>", browser.get(f"{PAGE}/{number}").text)
    listed = re.search(rf'{number}</a>.*?data-label="承办单位">(.*?)</td>', browser.get(f"{PAGE}?standing=closed").text, re.S)
    assert one and listed, text_of(browser.page)
    return one[1], listed[1]


@pytest.mark.parametrize("passed", [False, True])
def test_whom_the_hotline_asked_was_not_passed_it_because_the_office_closed_it(api: Api, passed: bool) -> None:
    """Obligations 18.1, 18.2."""
    mark = f"H-{uuid4().hex[:8]}"
    send(api, export("hotline", row("hotline", mark)))
    number = kept(mark).number
    if passed:
        sent = {"unit": "370402-GUANGMING", "asked": "请说明当日的情况"}
        assert api.post(f"/v1/complaints/{number}/pass", ADMIN, json=sent).status_code == 200
    close(api, mark)
    with transaction() as session:
        registry.put_people(session, [{"code": INSIDE, "unit": "370402-PERMIT", "name": "演示", "roles": ["office"]}])
    office, inside = Browser(api), Browser(api)
    office.link_in(ADMIN)
    inside.link_in(INSIDE)  # of the unit that was asked: sees no step of another's
    if passed:
        assert handlers(office, number) == handlers(inside, number) == ("市中区光明路街道办事处",) * 2
    else:
        assert handlers(office, number) == ("市中区行政审批服务局（来源写明，还没有转办）", "没有转办")
