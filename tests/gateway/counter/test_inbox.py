"""收件箱的页面 without a screen: what is on them, what they send, what is refused."""

from __future__ import annotations

import base64
import re
from datetime import datetime
from html import unescape

import pytest

from domain.share import Candidate, ShareOutcome
from gateway.edge.pages import local
from ledger.database import transaction
from ledger.tables.verifications import Request
from reports.figures.sources import name_of
from tests.gateway.casework import ask, look_up
from tests.gateway.conftest import ISSUER, Api
from tests.gateway.counter.browsing import HOST, Browser, text_of
from tests.gateway.counter.test_sign_in import signed_in

FIELDS = {"fields.家庭人口": "3", "fields.人均月收入": "600元", "fields.认定结论": "符合"}


@pytest.fixture
def asked(api: Api) -> tuple[str, str]:
    """The number of a verification and the id of its request."""
    number = api.filed(proof="P-HARDSHIP")
    return number, ask(number)


@pytest.fixture
def browser(api: Api) -> Browser:
    return signed_in(api, ISSUER)


def test_a_request_is_claimed_and_answered(api: Api, asked: tuple[str, str], browser: Browser) -> None:
    number, request = asked
    page = browser.get("/counter/inbox")
    assert number in page.text and "无人认领" in page.text and len(page.content) < 150_000
    assert browser.send(f"/counter/inbox/{request}/claim").headers["location"] == f"/counter/inbox/{request}"
    text = text_of(browser.get(f"/counter/inbox/{request}"))
    token = browser.token()  # the page stays, whatever is answered
    assert "演示甲子" in text and "370402188102020017" in text and "我已认领" in text and api.case in text
    assert "家庭人口" in text and "人均月收入" in text and "认定结论" in text
    lacking = browser.send(f"/counter/inbox/{request}/reply", part=True, token=token, answer="true", **{"fields.家庭人口": "3"})
    assert lacking.status_code == 422 and 'data-about="fields.认定结论"' in lacking.text and "缺少这一项" in lacking.text
    done = browser.send(f"/counter/inbox/{request}/reply", part=True, token=token, answer="true", note="底册在案", **FIELDS)
    assert (done.status_code, done.headers["hx-redirect"]) == (204, "/counter/inbox?done=answered")
    with transaction() as session:
        assert session.get_one(Request, request).answered_by == f"person:{ISSUER}"
    browser.get(f"/counter/inbox?q={number}")
    assert "没有找到编号" in browser.page.text
    assert number in browser.get(f"/counter/inbox?view=answered&q={number.lower()}").text and "370402188102020017" not in browser.page.text
    twice = browser.send(f"/counter/inbox/{request}/reply", part=True, token=token, answer="false")
    assert twice.status_code == 409


def test_own_and_unclaimed_apart_and_found_by_number_or_case(api: Api, asked: tuple[str, str], browser: Browser) -> None:
    number, request = asked
    shown = lambda query: number in browser.get(f"/counter/inbox?{query}").text  # noqa: E731
    assert shown("view=unclaimed") and not shown("view=mine") and shown(f"q={number}") and shown(f"q={api.case}") and not shown("q=HY1")
    browser.send(f"/counter/inbox/{request}/claim", token=browser.token())
    assert shown("view=mine") and not shown("view=unclaimed") and shown("view=open")


@pytest.mark.parametrize("start", ["/counter/inbox", "/counter/inbox?view=open", "/counter/inbox?view=unclaimed&done=released"])
def test_page_after_page_whatever_the_address_was(api: Api, browser: Browser, monkeypatch: pytest.MonkeyPatch, start: str) -> None:
    monkeypatch.setattr("gateway.counter.inbox._ON_A_PAGE", 2)
    numbers = {api.filed(proof="P-HARDSHIP", force_new="other") for _ in range(5)}
    for number in numbers:
        ask(number)
    seen: list[str] = []
    path: str | None = start
    while path is not None:
        page = browser.get(path)
        assert page.status_code == 200, text_of(page)
        seen += re.findall(r'<span class="number">(HY\w+) 办件', page.text)
        following = re.search(r'href="([^"]*cursor=[^"]*)"', page.text)
        path = unescape(following[1]) if following else None
    assert numbers <= set(seen) and len(seen) == len(set(seen))


def test_a_list_that_did_not_change_is_not_sent_again(
    api: Api, asked: tuple[str, str], browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages that ask by themselves hear of a change within a moment; a click sees it at once."""
    clock = [0.0]
    monkeypatch.setattr(api.app.state.services.inboxes, "_clock", lambda: clock[0])
    found = re.search(r'"X-Known":"(\w+)"', browser.get("/counter/inbox").text)
    assert found
    held = {"HX-Request": "true", "X-Known": found[1], "X-Background": "1"}
    assert browser.get("/counter/inbox", **held).status_code == 204
    api.post(f"/v1/inbox/{asked[1]}/claim", ISSUER)
    assert browser.get("/counter/inbox", **held).status_code == 204, "one of the unit's pages has asked a moment ago"
    clock[0] += 5
    changed = browser.get("/counter/inbox", **held)
    assert changed.status_code == 200 and "我已认领" in changed.text and "<html" not in changed.text
    api.post(f"/v1/inbox/{asked[1]}/release", ISSUER)
    assert "无人认领" in browser.get("/counter/inbox").text


def test_preview_is_a_picture_and_leaves_nothing(api: Api, asked: tuple[str, str], browser: Browser) -> None:
    browser.get(f"/counter/inbox/{asked[1]}")
    token = browser.token()
    shown = browser.send(f"/counter/inbox/{asked[1]}/preview", part=True, token=token, answer="true", **FIELDS)
    assert shown.status_code == 200 and "data:image/png;base64,iVBOR" in shown.text
    assert browser.send(f"/counter/inbox/{asked[1]}/preview", part=True, token=token, answer="cannot_verify").status_code == 409


def test_asked_for_more_and_returned_with_a_unit(api: Api, asked: tuple[str, str], browser: Browser) -> None:
    page = f"/counter/inbox/{asked[1]}"
    browser.get(page)
    token = browser.token()
    nothing = browser.send(f"{page}/ask", part=True, token=token, what="")
    assert nothing.status_code == 422 and 'data-about="what"' in nothing.text
    both = browser.send(
        f"{page}/return", part=True, token=token, reason="该居民已迁出。", suggested_unit="370402-CIVIL", unsure_why="不知道"
    )
    assert both.status_code == 422
    assert "370402-CIVIL" in browser.get("/counter/units?look_for=民政").text
    back = browser.send(f"{page}/return", part=True, token=token, reason="该居民已迁出。", suggested_unit="370402-CIVIL")
    assert back.headers["hx-redirect"] == "/counter/inbox?done=returned"
    gone = browser.get(page)
    assert gone.status_code == 409 or gone.status_code == 410


def test_a_supplement_rests_the_clock(api: Api, asked: tuple[str, str], browser: Browser) -> None:
    page = f"/counter/inbox/{asked[1]}"
    browser.get(page)
    assert browser.send(f"{page}/ask", part=True, what="请补充现住址的门牌号。").headers["hx-redirect"] == "/counter/inbox?done=asked"
    text = text_of(browser.get(page))
    assert "等待补正" in text and "请补充现住址的门牌号。" in text


def test_another_units_request_is_not_there(api: Api, asked: tuple[str, str]) -> None:
    stranger = signed_in(api, "demo-justice-1")
    assert stranger.get(f"/counter/inbox/{asked[1]}").status_code == 404
    stranger.get("/counter/inbox")
    assert asked[0] not in stranger.page.text
    assert stranger.send(f"/counter/inbox/{asked[1]}/reply", answer="false").status_code == 404


def test_a_file_goes_with_the_answer_and_what_is_none_is_refused(api: Api, asked: tuple[str, str], browser: Browser) -> None:
    page = f"/counter/inbox/{asked[1]}"
    browser.get(page)
    form, headers = {"form_token": browser.token()}, {"Origin": HOST, "HX-Request": "true"}
    text = {"file": ("底册.pdf", b"no pdf", "application/pdf")}
    assert browser._call("POST", f"{page}/attachments", headers=headers, data=form, files=text).status_code in (415, 422)
    shown = browser.send(f"{page}/preview", part=True, token=form["form_token"], answer="true", **FIELDS)
    picture = base64.b64decode(re.findall(r"base64,([^\"]+)", shown.text)[0])  # a picture of some size
    sent = {"file": ("底册.png", picture, "image/png")}
    done = browser._call("POST", f"{page}/attachments", headers=headers, data=form, files=sent)
    assert (done.status_code, done.headers.get("location")) == (303, page), done.text
    found = re.search(r"/counter/attachments/[\w-]+", browser.get(page).text)
    assert found and "底册.png" in browser.page.text
    assert browser.get(found[0]).content == picture


def test_what_the_share_source_said_is_on_the_page_and_nothing_of_what_it_holds(api: Api, browser: Browser) -> None:
    number = api.filed()
    held = (Candidate("L-7", "演示证照甲", "演示发证机关", "2020-01-01"), Candidate("L-8", "演示证照乙", "演示发证机关", "2021-01-01"))
    look_up(number, ShareOutcome.SEVERAL, held)
    assert api.post(f"/v1/verifications/{number}/choice", json={"identifier": None}).status_code == 200
    request = ask(number)
    (told,) = api.get(f"/v1/inbox/{request}", ISSUER).json()["shared"]
    assert (told["source"], told["source_name"], told["candidates"]) == ("licence_library", name_of("licence_library"), 2)
    text = text_of(browser.get(f"/counter/inbox/{request}"))
    when = local(datetime.fromisoformat(told["at"]))
    said = f"{told['source_name']}：查到 2 份，须选定一份，需求单位没有选定"
    assert f"数据共享来源此前的答复 {when} {said}" in text
    assert not [word for one in held for word in (one.identifier, one.kind, one.issuer) if word in browser.page.text]
