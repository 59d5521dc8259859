"""谁查过我 over HTTP: opened by the code of a window, once; from another site, by guesses and afterwards nothing is shown (decision 49)."""

from __future__ import annotations

import re
from unittest import mock

import httpx
import pytest

from domain.subject_access import LOOK_LASTS, WRONG_CODES
from gateway.edge.quotas import WRONG_FROM_HERE
from settings import Settings, settings
from tests.gateway.conftest import REQUESTER, Api, from_elsewhere, party
from tests.gateway.counter.browsing import HOST, text_of
from tests.gateway.subject_access.test_codes import PATH, body

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


def listed(api: Api, cookie: str) -> httpx.Response:
    api._client.cookies.clear()
    return api.request("GET", "/who-asked/list", headers={"Accept": "text/html", "Cookie": f"proofless_look={cookie}"})


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
