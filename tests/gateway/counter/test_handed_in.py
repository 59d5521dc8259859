"""主动提供 without a screen: nobody is thanked for a signature that was not taken (obligations 2.6, 2.7)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.gateway.conftest import REQUESTER, Api
from tests.gateway.counter.browsing import Browser, text_of

DRAWN = ";".join(f"{10 * step},{20 + step}" for step in range(20))
TYPED = {"party": "0", "proof": "P-HOUSEHOLD", "reason": "at_hand"}


@pytest.fixture
def page(api: Api) -> Browser:
    api.put_case()
    browser = Browser(api)
    browser.link_in(REQUESTER)
    return browser


def send(page: Browser, once: object, **typed: str) -> tuple[int, str]:
    path = f"/counter/cases/{page.api.case}/handed-in"
    page.get(path)
    answer = page.send(f"{path}/{once}", **TYPED | typed)
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
