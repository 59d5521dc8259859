"""登录: by link, by password and code; what is said to who guesses; what ends a session and when."""

from __future__ import annotations

import base64
import hmac
import struct
from datetime import timedelta

import pytest

from gateway.edge import quotas
from ledger.database import transaction
from ledger.registry import credentials, keys, registry, sessions
from settings import settings
from tests.gateway.conftest import ADMIN, ISSUER, REQUESTER, Api
from tests.gateway.counter.browsing import PASSWORD, Browser, code_of, link_for, text_of


@pytest.fixture
def browser(api: Api) -> Browser:
    return Browser(api)


def signed_in(api: Api, person: str = REQUESTER) -> Browser:
    browser = Browser(api)
    assert browser.link_in(person).headers["location"] == "/counter"
    browser.get("/counter")
    return browser


def secret_of(link: str) -> str:
    with transaction() as session:
        return credentials.open_link(session, link, now=settings().now()).secret


def test_a_link_sets_password_and_code_and_then_both_sign_in(api: Api, browser: Browser) -> None:
    link = link_for("demo-civil-1")
    secret = secret_of(link)
    path = f"/counter/link/{link}"
    page = browser.get(path)
    assert page.status_code == 200 and "演示代办员乙" in page.text and "data:image/svg+xml" in page.text
    assert browser.get(path).status_code == 200  # looking uses nothing up
    done = browser.send(path, password=PASSWORD, again=PASSWORD, code=code_of(secret))
    assert (done.status_code, done.headers["location"]) == (303, "/counter")
    assert "演示代办员乙" in browser.get("/counter").text
    assert browser.get(path).status_code == 410 and Browser(api).get(path).status_code == 410  # once

    other = Browser(api)
    asked = {"person": "demo-civil-1", "password": PASSWORD, "code": code_of(secret, 1)}
    assert other.send("/counter/sign-in", **asked).headers["location"] == "/counter"
    assert "演示代办员乙" in other.get("/counter").text
    assert Browser(api).send("/counter/sign-in", **asked).status_code == 422  # a code signs in once
    assert Browser(api).send("/counter/sign-in", **(asked | {"code": code_of(secret)})).status_code == 422  # nor an earlier one


def test_the_code_is_that_of_rfc_6238(api: Api) -> None:
    """Against the algorithm as its text has it, and nothing of a library."""
    secret = secret_of(link_for("demo-heat-1"))
    counter = int(settings().wall(settings().now()).timestamp()) // 30
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", counter), "sha1")
    at = digest[-1] & 15
    assert code_of(secret) == f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"password": "short one", "again": "short one"}, "12 至 200 个字符"),
        ({"password": "aaaaaaaaaaaaaaaa", "again": "aaaaaaaaaaaaaaaa"}, "不同的字符太少"),
        ({"password": "Demo-Housing-1 forever", "again": "Demo-Housing-1 forever"}, "人员编码"),
        ({"again": PASSWORD + "x"}, "不一致"),
        ({"code": "000000"}, "动态口令不对"),
    ],
)
def test_what_cannot_be_set_says_why_and_leaves_the_link(api: Api, browser: Browser, changes: dict[str, str], said: str) -> None:
    link = link_for("demo-housing-1")
    wrong = {"password": PASSWORD, "again": PASSWORD, "code": code_of(secret_of(link))} | changes
    answer = browser.send(f"/counter/link/{link}", **wrong)
    assert answer.status_code == 422 and said in text_of(answer) and not browser.cookie
    with transaction() as session:
        assert not credentials.find(session, "demo-housing-1").person
    assert browser.get(f"/counter/link/{link}").status_code == 200


def test_a_link_ends_after_a_day_and_with_the_next_one(api: Api) -> None:
    now, first = settings().now(), link_for("demo-archive-1")
    with transaction() as session:
        credentials.open_link(session, first, now=now + timedelta(hours=23, minutes=59))
        with pytest.raises(credentials.LinkGone):
            credentials.open_link(session, first, now=now + timedelta(hours=24, minutes=1))
    link_for("demo-archive-1")
    assert Browser(api).get(f"/counter/link/{first}").status_code == 410


def test_a_link_leads_straight_in_only_where_all_is_played(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    link, browser = link_for(ISSUER, straight=True), Browser(api)
    assert browser.get(f"/counter/link/{link}").status_code == 200 and not browser.cookie  # no sandbox here: a password is to be set
    monkeypatch.setenv("PROOFLESS_SANDBOX_URL", "http://127.0.0.1:9")
    settings.cache_clear()
    try:
        assert browser.get(f"/counter/link/{link}").headers["location"] == "/counter" and browser.cookie
        assert Browser(api).get(f"/counter/link/{link}").status_code == 410
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_every_wrong_sign_in_is_told_the_same(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    link = link_for("demo-justice-1")
    secret = secret_of(link)
    Browser(api).send(f"/counter/link/{link}", password=PASSWORD, again=PASSWORD, code=code_of(secret))
    right = {"person": "demo-justice-1", "password": PASSWORD, "code": code_of(secret, 1)}
    worked: list[str] = []
    verify = credentials.Argon2id.verify_phc_encoded
    monkeypatch.setattr(
        credentials.Argon2id, "verify_phc_encoded", staticmethod(lambda typed, kept: (worked.append(kept[:30]), verify(typed, kept))[1])
    )
    said = set()
    for changes in ({"person": "nobody"}, {"password": PASSWORD + "x"}, {"code": "000000"}, {"code": ""}, {"person": ADMIN}):
        answer = Browser(api).send("/counter/sign-in", **(right | changes))
        said.add((answer.status_code, text_of(answer)))
    assert len(said) == 1 and "没有登录成功" in said.pop()[1]
    assert len(worked) == 5 and set(worked) == {"$argon2id$v=19$m=65536,t=3,p=1"}  # the same work for who is not there
    assert Browser(api).send("/counter/sign-in", **right).status_code == 303


def test_guesses_are_few_for_a_person_and_from_an_address(api: Api) -> None:
    made = quotas.Quotas(settings())
    for _ in range(quotas.WRONG_FROM_HERE):
        made.admit_sign_in("192.0.2.1", "demo-permit-1")
        made.note_wrong_sign_in("192.0.2.1", "demo-permit-1")
    with pytest.raises(quotas.Problem, match="限额"):
        made.admit_sign_in("192.0.2.1", "demo-permit-1")
    made.admit_sign_in("192.0.2.1", "demo-permit-2")  # a colleague beside her goes on
    made.admit_sign_in("192.0.2.2", "demo-permit-1")  # and she herself elsewhere
    for address in range(3, 3 + quotas.WRONG_FROM_ANYWHERE // quotas.WRONG_FROM_HERE):
        for _ in range(quotas.WRONG_FROM_HERE):
            made.note_wrong_sign_in(f"192.0.2.{address}", "demo-permit-1")
    with pytest.raises(quotas.Problem, match="限额"):
        made.admit_sign_in("192.0.2.2", "demo-permit-1")


def test_who_guessed_too_often_is_told_when_to_come_again(api: Api) -> None:
    browser = Browser(api)
    for _ in range(quotas.WRONG_FROM_HERE):
        assert browser.send("/counter/sign-in", person="guessed", password="x", code="1").status_code == 422
    answer = browser.send("/counter/sign-in", person="guessed", password="x", code="1")
    assert answer.status_code == 429 and "分钟后再试" in text_of(answer)


def test_a_session_ends_when_nobody_clicks_and_at_the_latest(api: Api) -> None:
    browser, now = signed_in(api), settings().now()
    with transaction() as session:
        sessions.signed_in(session, browser.cookie, now=now + timedelta(minutes=29))
        with pytest.raises(sessions.SignedOut):
            sessions.signed_in(session, browser.cookie, now=now + timedelta(minutes=31))
    at = now
    while at < now + timedelta(hours=12, minutes=-25):  # a click every 20 minutes, all day
        at += timedelta(minutes=20)
        with transaction() as session:
            sessions.note_use(session, sessions.signed_in(session, browser.cookie, now=at), now=at)
    with transaction() as session, pytest.raises(sessions.SignedOut):
        sessions.signed_in(session, browser.cookie, now=now + timedelta(hours=12, minutes=1))


def test_who_left_is_out_at_the_next_click(api: Api) -> None:
    person = {"code": "demo-leaving", "unit": "370402-HEAT", "name": "演示将离职", "roles": ["agent"], "active": True}
    with transaction() as session:
        registry.put_people(session, [person])
    browser = signed_in(api, "demo-leaving")
    with transaction() as session:
        registry.put_people(session, [person | {"active": False}])
    assert browser.get("/counter").headers["location"] == "/counter/sign-in"
    assert browser.send("/counter/sessions/end-others").status_code == 401
    with transaction() as session:
        registry.put_people(session, [person])
    assert browser.get("/counter").status_code == 200
    with transaction() as session:
        registry.put_people(session, [person | {"unit": "370402-CIVIL"}])
    assert browser.get("/counter").status_code == 303  # works for others now


def test_roles_count_from_the_next_click_on(api: Api) -> None:
    person = {"code": "demo-changing", "unit": "370402-HEAT", "name": "演示换岗", "roles": ["agent"]}
    with transaction() as session:
        registry.put_people(session, [person])
    browser = signed_in(api, "demo-changing")
    assert "代办员" in browser.page.text
    with transaction() as session:
        registry.put_people(session, [person | {"roles": ["supervisor"]}])
    text = browser.get("/counter").text
    assert "督办员" in text and "代办员" not in text


def test_taken_back_is_out_at_the_next_click_and_signs_in_no_more(api: Api) -> None:
    link = link_for("demo-heat-1")
    secret, browser = secret_of(link), Browser(api)
    browser.send(f"/counter/link/{link}", password=PASSWORD, again=PASSWORD, code=code_of(secret))
    assert browser.get("/counter").status_code == 200
    with transaction() as session:
        assert credentials.take_back(session, "demo-heat-1", now=settings().now()) == 1
    assert browser.get("/counter").status_code == 303
    again = {"person": "demo-heat-1", "password": PASSWORD, "code": code_of(secret, 1)}
    assert Browser(api).send("/counter/sign-in", **again).status_code == 422


def test_a_session_is_the_same_caller_as_the_persons_own_key(api: Api) -> None:
    for person in (REQUESTER, ADMIN, "demo-leader"):
        browser, key = signed_in(api, person), api.key(person)
        with transaction() as session:
            by_key = keys.caller(session, key, None, now=settings().now())
            assert sessions.signed_in(session, browser.cookie, now=settings().now()).caller == by_key


def test_own_sessions_are_listed_and_ended(api: Api) -> None:
    first = signed_in(api)
    with transaction() as session:
        mine = sessions.own(session, REQUESTER, now=settings().now())
        assert len(mine) == 1
        second_token = sessions.begin(session, REQUESTER, method=mine[0].method, browser="电脑 Edge", before="", now=settings().now())
    second = Browser(api)
    second.cookie = second_token
    listed = first.get("/counter/sessions")
    assert "Edge" in listed.text and listed.text.count("本次登录") == 1
    stranger = signed_in(api, ISSUER)
    assert stranger.send(f"/counter/sessions/{mine[0].id}/end").status_code == 404  # nobody else's
    first.get("/counter/sessions")
    assert first.send("/counter/sessions/end-others").status_code == 303
    assert second.get("/counter").status_code == 303 and first.get("/counter").status_code == 200
    assert first.send(f"/counter/sessions/{mine[0].id}/end").status_code == 303 and first.get("/counter").status_code == 303
