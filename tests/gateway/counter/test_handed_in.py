"""主动提供 without a screen: nobody is thanked for a signature that was not taken (obligations 2.6, 2.7)."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest

from ledger.catalog import versions
from tests.gateway.conftest import REQUESTER, Api
from tests.gateway.counter.browsing import Browser, offered, text_of

DRAWN = ";".join(f"{10 * step},{20 + step}" for step in range(20))
TYPED = {"proof": "P-HOUSEHOLD", "reason": "at_hand"}


@pytest.fixture
def page(api: Api) -> Browser:
    api.put_case()
    browser = Browser(api)
    browser.link_in(REQUESTER)
    return browser


def send(page: Browser, once: object, **typed: str) -> tuple[int, str]:
    path = f"/counter/cases/{page.api.case}/handed-in"
    page.get(path)
    answer = page.send(f"{path}/{once}", **{"party": offered(page)[0]} | TYPED | typed)
    return answer.status_code, text_of(answer)


def lines(api: Api) -> list[dict[str, Any]]:
    return [one for items in api.pages("/v1/voluntary-submissions") for one in items if one["case_number"] == api.case]


def test_a_signature_for_what_was_recorded_without_it_is_not_thanked_for(page: Browser) -> None:
    once = uuid4()
    assert send(page, once)[0] == 303
    status, said = send(page, once, screen="1", signature=DRAWN)
    assert status == 409 and "工作人员已先登记" in said and "没有记入" in said and "谢谢" not in said
    assert [one["confirmed"] for one in lines(page.api)] == [None]


def test_nor_is_one_for_another_paper(page: Browser) -> None:
    once = uuid4()
    for _ in range(2):  # the same again is the same line, and thanked for
        status, said = send(page, once, screen="1", signature=DRAWN)
        assert status == 200 and "谢谢" in said
    assert send(page, once, screen="1", proof="自存合同复印件", signature=DRAWN)[0] == 409
    assert [(one["proof"], one["confirmed"]) for one in lines(page.api)] == [("P-HOUSEHOLD", "signature")]


@pytest.mark.parametrize("more", [{}, {"screen": "1"}])
def test_what_nobody_drew_is_no_signature(page: Browser, more: dict[str, str]) -> None:
    status, said = send(page, uuid4(), signature="x", **more)
    assert status == 422 and "还没有签名" in said
    assert lines(page.api) == []


def test_a_refusal_on_the_second_screen_shows_nothing_of_who_is_signed_in(page: Browser) -> None:
    path = f"/counter/cases/{page.api.case}/handed-in"
    page.get(path)
    assert "退出登录" in text_of(page.page)
    refused = page.send(f"{path}/{uuid4()}/screen", **{"party": offered(page)[0]} | TYPED | {"proof": ""})
    assert refused.status_code == 422
    said = text_of(refused)
    assert "填写的内容有不合格的" in said and "请告诉工作人员" in said
    assert "退出登录" not in said and "回到工作台" not in said and "/counter/cases" not in refused.text
    page.get(path)
    page.cookie = ""
    refused = page.send(f"{path}/{uuid4()}/screen", party=offered(page)[0], **TYPED)
    assert refused.status_code == 401 and "请告诉工作人员" in text_of(refused) and "/counter/sign-in" not in refused.text


def test_where_the_list_names_nothing_the_paper_is_to_be_named(page: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/counter/cases/{page.api.case}/handed-in"
    assert re.search(r'<input id="other"[^>]* required', page.get(path).text) is None
    monkeypatch.setattr(versions, "entries_for", lambda *_: [])
    assert re.search(r'<input id="other"[^>]* required', page.get(path).text)


def test_as_long_as_nothing_is_on_the_record_the_screens_are_told_nothing(page: Browser) -> None:
    once = uuid4()
    path = f"/counter/cases/{page.api.case}/handed-in/{once}"
    answer = page.get(path)
    assert (answer.status_code, answer.text, answer.headers["Cache-Control"]) == (204, "", "no-store")
    send(page, once)
    answer = page.get(path)
    assert answer.status_code == 200 and "没有本人确认" in text_of(answer)
