"""谁查过我 over HTTP: opened by the code of a window, once; from another site, by guesses and afterwards nothing is shown (decision 49)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from typing import Any
from unittest import mock

import httpx
import pytest

from connectors.seal import LocalSeals
from domain.subject_access import LOOK_LASTS, WRONG_CODES
from gateway.edge.quotas import WRONG_FROM_HERE
from ledger.subject_access import asked
from ledger.tables.catalog import Entry
from ledger.tables.records import Mismatch
from ledger.tables.verifications import Verification
from settings import Settings, settings
from tests.gateway.casework import look_up, seal_and_deliver
from tests.gateway.conftest import REQUESTER, Api, from_elsewhere, party
from tests.gateway.counter.browsing import HOST, text_of
from tests.gateway.subject_access.test_codes import PATH, body
from tests.ledger.acting import all_of

OWN = {"Origin": HOST, "Accept": "text/html"}


def code_for(api: Api, person: str = "演示甲子") -> dict[str, str]:
    found: dict[str, str] = api.post(PATH, REQUESTER, json=body(person)).json()
    return found


def send(api: Api, number: str, code: str, headers: dict[str, str] = OWN) -> httpx.Response:
    api._client.cookies.clear()
    return api.request("POST", "/who-asked", data={"number": number, "code": code}, headers=headers)


def cookie_of(answer: httpx.Response) -> str:
    found = re.search(r"proofless_look=([^;]+)", answer.headers["set-cookie"])
    assert found
    return found[1]


def listed(api: Api, cookie: str, address: str = "/who-asked/list") -> httpx.Response:
    api._client.cookies.clear()
    return api.request("GET", address, headers={"Accept": "text/html", "Cookie": f"proofless_look={cookie}"})


def test_who_has_the_code_sees_his_own_list_and_can_end_it(api: Api) -> None:
    number = api.filed()
    api.begin()
    api.put_case(parties=[{"role": "applicant", **party("演示乙丑")}])
    others = api.file(party=party("演示乙丑")).json()["number"]
    made = code_for(api)
    answer = send(api, f"{made['number'][:5]} {made['number'][5:]}", f"{made['code'][:4]} {made['code'][4:]}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/who-asked/list")
    assert "httponly" in answer.headers["set-cookie"].lower() and made["code"] not in str(answer.headers)
    shown = listed(api, cookie := cookie_of(answer))
    text = text_of(shown)
    assert number in text and others not in text and "市中区行政审批服务局" in text and "户籍证明" in text
    assert "查验身份证件原件" in text and "已查看" in text
    for hidden in ("演示甲子", "370402188102020017", REQUESTER, made["code"], "演示路"):
        assert hidden not in shown.text
    assert shown.headers["cache-control"] == "no-store" and "script-src" not in shown.headers["content-security-policy"]
    ended = api.request("POST", "/who-asked/end", headers=OWN | {"Cookie": f"proofless_look={cookie}"})
    assert ended.headers["location"] == "/who-asked?ended=1"
    over = listed(api, cookie)
    assert over.status_code == 401 and number not in over.text


def test_a_code_that_was_used_opens_nothing(api: Api) -> None:
    made = code_for(api)
    assert send(api, made["number"], made["code"]).status_code == 303
    again = send(api, made["number"], made["code"])
    assert again.status_code == 422 and "没有打开" in text_of(again) and "set-cookie" not in again.headers


def test_guesses_are_locked_out_and_told_alike(api: Api) -> None:
    made = code_for(api)
    guesses = [f"{(int(made['code']) + step) % 10**8:08d}" for step in range(1, WRONG_CODES + 1)]
    told = {text_of(send(api, made["number"], guess)) for guess in guesses}
    unknown = text_of(send(api, "0000000000", made["code"])).replace("0000000000", made["number"])
    assert told == {unknown} and len(told) == 1
    assert send(api, made["number"], made["code"]).status_code == 422, "right, and too late"


def test_an_address_that_goes_on_guessing_is_stopped_and_nobody_else(api: Api) -> None:
    with from_elsewhere(api, "203.0.113.7") as stranger:
        answers = [send(stranger, "0123456789", "12345678").status_code for _ in range(WRONG_FROM_HERE + 1)]
        assert answers == [422] * WRONG_FROM_HERE + [429]
    assert send(api, "0123456789", "12345678").status_code == 422


def test_what_comes_from_another_site_opens_nothing(api: Api) -> None:
    made = code_for(api)
    for headers in ({"Origin": "https://elsewhere.example"}, {}, OWN | {"Sec-Fetch-Site": "cross-site"}):
        refused = send(api, made["number"], made["code"], headers | {"Accept": "text/html"})
        assert refused.status_code == 403 and "set-cookie" not in refused.headers
    assert send(api, made["number"], made["code"]).status_code == 303


def test_the_look_is_over_after_its_minutes(api: Api) -> None:
    made = code_for(api)
    cookie = cookie_of(send(api, made["number"], made["code"]))
    assert listed(api, cookie).status_code == 200
    later = settings().now() + LOOK_LASTS * 1.01
    with mock.patch.object(Settings, "now", lambda _: later):
        assert listed(api, cookie).status_code == 401


@pytest.mark.parametrize("cookie", ["", "x", "x" * 5000])
def test_without_a_look_there_is_the_form(api: Api, cookie: str) -> None:
    answer = listed(api, cookie)
    assert answer.status_code == 401 and 'name="code"' in answer.text


class Form(HTMLParser):
    """What a browser would make of the page's ticks and texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ticks: dict[str, bool] = {}
        self.hidden: dict[str, str] = {}
        self.text = ""
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        said = dict(attrs)
        self._inside = tag == "textarea"
        if said.get("type") == "checkbox":
            self.ticks[said["value"]] = "checked" in said
        if said.get("type") == "hidden":
            self.hidden[said["name"]] = said["value"]

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        self.text += data if self._inside else ""


@pytest.fixture
def told(api: Api, seals: LocalSeals) -> Iterator[tuple[str, str]]:
    """A number that was delivered, and the cookie of whom it is about."""
    number = api.filed()
    look_up(number)
    with ThreadPoolExecutor(1) as aside:  # the signature has a loop of its own
        aside.submit(seal_and_deliver, number, seals).result()
    made = code_for(api)
    yield number, cookie_of(send(api, made["number"], made["code"]))


def object_to(api: Api, number: str, cookie: str, headers: dict[str, str] = OWN, **form: Any) -> httpx.Response:
    api._client.cookies.clear()
    data = {"field": "住址", "stated": "住址已经变更"} | form
    return api.request("POST", f"/who-asked/{number}/objection", data=data, headers=headers | {"Cookie": f"proofless_look={cookie}"})


def doubts(number: str) -> list[Mismatch]:
    return all_of(Mismatch, verification=number)


def test_an_objection_that_is_not_taken_says_why_and_keeps_what_was_typed(api: Api, told: tuple[str, str]) -> None:
    number, cookie = told
    refused = object_to(api, number, cookie, field=[], stated="住址(新)已经变更;见附件")
    said = Form(refused.text)
    assert refused.status_code == 422 and "哪一项不对" in text_of(refused).split("查询时间")[0] and "异议没有提出" in text_of(refused)
    assert said.text == "住址(新)已经变更;见附件" and not any(said.ticks.values())
    refused = object_to(api, number, cookie, field=["住址", "户别"], stated="")
    assert [name for name, ticked in Form(refused.text).ticks.items() if ticked] == ["户别", "住址"]
    assert object_to(api, number, cookie, field="年龄").status_code == 422
    assert doubts(number) == []


def test_a_long_list_has_pages_and_an_objection_stays_on_its_own(api: Api, told: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "_PAGE", 1)
    number, cookie = told
    api.begin()
    later = api.filed()
    first = listed(api, cookie)
    assert later in first.text and number not in first.text
    (address,) = re.findall(r'href="(/who-asked/list\?after=[^"]+)"', first.text)
    second = listed(api, cookie, address)
    assert number in second.text and f'"number">{later}' not in second.text and "回到第一页" in text_of(second)
    for wrong in ("x", "%00", "HY202601010000000X"):
        assert later in listed(api, cookie, f"/who-asked/list?after={wrong}").text
    after = Form(second.text).hidden["after"]
    refused = object_to(api, number, cookie, stated="", after=after)
    assert refused.status_code == 422 and number in refused.text and Form(refused.text).hidden["after"] == after
    assert object_to(api, number, cookie, after=after).headers["location"] == address
    assert object_to(api, number, cookie, after="//elsewhere.example").headers["location"] == "/who-asked/list"


def test_two_taps_are_one_objection(api: Api, told: tuple[str, str]) -> None:
    number, cookie = told
    assert [object_to(api, number, cookie).status_code for _ in range(2)] == [303, 303]
    assert len(doubts(number)) == 1


def test_a_field_comes_back_as_the_list_names_it(api: Api, told: tuple[str, str]) -> None:
    number, cookie = told
    name = "收入(元):月"
    fields = property(lambda self: [name])
    with mock.patch.object(Entry, "fields", fields):
        (own,) = [one for one in Form(listed(api, cookie).text).ticks if "收入" in one]
        assert own == name and object_to(api, number, cookie, field=own).status_code == 303
    assert [one.fields for one in doubts(number)] == [[name]]


def test_whoever_has_no_look_or_is_not_the_one_objects_to_nothing(api: Api, told: tuple[str, str]) -> None:
    number, cookie = told
    made = code_for(api, "演示乙丑")
    other = cookie_of(send(api, made["number"], made["code"]))
    before = len(all_of(Verification))
    assert [object_to(api, number, one).status_code for one in ("", "x")] == [401, 401]
    for wrong in (number, "HY202601010000000X", "%00", "x"):
        refused = object_to(api, wrong, other)
        assert refused.status_code == 404 and "没有这个核验编号" in text_of(refused) and f'"number">{number}' not in refused.text
    for headers in ({"Origin": "https://elsewhere.example"}, {}, OWN | {"Sec-Fetch-Site": "cross-site"}):
        assert object_to(api, number, cookie, headers | {"Accept": "text/html"}).status_code == 403
    assert doubts(number) == [] and len(all_of(Verification)) == before
    assert object_to(api, number, cookie).status_code == 303
