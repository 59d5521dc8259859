"""柜台的门: forms of other sites, stolen pages, headers, and what becomes of what was typed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from fastapi.routing import APIRoute

from domain.roles import Role
from gateway.counter.door import PageRoute
from gateway.edge import page_permissions
from gateway.edge.page_permissions import ENTRANCES, PAGES
from gateway.edge.permissions import RULES
from gateway.routers import ROUTERS
from ledger.database import transaction
from ledger.registry import registry
from tests.gateway.conftest import ISSUER, REQUESTER, Api
from tests.gateway.counter.browsing import HOST, Browser
from tests.gateway.counter.test_sign_in import signed_in

ROUTES = {route.name: route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)}
SENDING = "/counter/sessions/end-others"


@pytest.mark.parametrize("origin", [None, "null", "http://elsewhere", "http://gateway.elsewhere", f"{HOST}:81"])
def test_a_form_of_another_site_does_nothing(api: Api, origin: str | None) -> None:
    browser = signed_in(api)
    assert browser.send(SENDING, origin=origin).status_code == 403
    assert Browser(api).send("/counter/sign-in", origin=origin, person="x", password="x", code="1").status_code == 403
    assert browser.get("/counter").status_code == 200


def test_a_browser_that_says_where_a_form_comes_from_is_believed(api: Api) -> None:
    browser = signed_in(api)
    headers = {"Origin": HOST, "Sec-Fetch-Site": "same-site", "Cookie": f"proofless_session={browser.cookie}"}
    assert api.request("POST", SENDING, headers=headers, data={"form_token": browser.token()}).status_code == 403


def test_a_form_needs_the_token_of_its_own_person(api: Api) -> None:
    browser, other = signed_in(api), signed_in(api, ISSUER)
    for token in ("", "x", other.token(), browser.token()[:-1]):
        answer = browser.send(SENDING, token=token)
        assert answer.status_code == 403 and "页面已经过期" in answer.text
    assert {code for code, unit, _ in api.refusals()} == {"page_stale"}
    browser.get("/counter")
    assert browser.send(SENDING).status_code == 303


def test_every_page_that_changes_something_asks_for_origin_and_token(api: Api) -> None:
    """Whatever is added: tried, not read."""
    browser = signed_in(api)
    token = browser.token()
    sending = [route for route in ROUTES.values() if isinstance(route, PageRoute) and "POST" in (route.methods or ())]
    assert sending
    for route in sending:
        path = route.path.replace("{wanted}", "00000000-0000-0000-0000-000000000000")
        assert browser.send(path, token=token, origin="http://elsewhere").status_code == 403, route.name
        assert browser.send(path, token="x").status_code == 403, route.name
    assert {name for route in ROUTES.values() if isinstance(route, PageRoute) for name in route.methods or ()} <= {"GET", "POST"}


def test_signing_in_gives_another_session(api: Api) -> None:
    """Fixation: what a browser held before is worth nothing afterwards, whoever put it there."""
    planted = Browser(api)
    planted.cookie = "planted-by-somebody-who-waits"
    planted.link_in(REQUESTER)
    assert planted.cookie != "planted-by-somebody-who-waits"
    first = planted.cookie
    planted.link_in(REQUESTER)
    assert planted.cookie != first
    old = Browser(api)
    old.cookie = first
    assert old.get("/counter").status_code == 303


def test_a_page_from_before_the_sign_in_is_its_persons_still_and_nobody_elses(api: Api) -> None:
    browser = signed_in(api)
    before = browser.token()
    browser.link_in(REQUESTER)
    assert browser.send(SENDING, token=before).status_code == 303
    browser.link_in(ISSUER)
    assert browser.send(SENDING, token=before).status_code == 403


def test_headers_of_every_page(api: Api) -> None:
    browser = signed_in(api)
    for path in ("/counter", "/counter/sessions", "/counter/sign-in", "/counter/nothing-here"):
        answer = browser.get(path)
        policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'" and policy["frame-ancestors"] == "'none'" and policy["base-uri"] == "'none'", path
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == policy["connect-src"] == "'self'"
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY" and answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store" and answer.headers["referrer-policy"] == "same-origin"
        assert "<style" not in answer.text and " style=" not in answer.text and " onclick" not in answer.text


def test_the_cookie_is_for_this_host_and_no_script(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from settings import settings

    set_as = Browser(api).link_in(REQUESTER).headers["set-cookie"].lower()
    assert "httponly" in set_as and "samesite=lax" in set_as and "path=/" in set_as and "domain" not in set_as
    monkeypatch.setenv("PROOFLESS_PUBLIC_URL", "https://wzm.example.invalid")
    settings.cache_clear()
    try:
        set_as = Browser(api).link_in(REQUESTER).headers["set-cookie"]
        assert set_as.startswith("__Host-proofless_session=") and "; Secure" in set_as
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_without_a_session_a_page_leads_to_the_sign_in_and_back(api: Api) -> None:
    browser = Browser(api)
    assert browser.get("/counter/sessions").headers["location"] == "/counter/sign-in?next=%2Fcounter%2Fsessions"
    for elsewhere in ("//elsewhere", "https://elsewhere", "/counter/../docs", "/counter\\elsewhere", "/docs", "/counter/sign-in\n"):
        answer = api.request("GET", "/counter/sign-in", params={"next": elsewhere})
        assert 'name="next" value="/counter"' in answer.text, elsewhere


def test_what_was_typed_outlives_the_session(api: Api) -> None:
    browser = signed_in(api)
    token = browser.token()
    browser.cookie = ""
    whole = browser.send(SENDING, token=token, reason='写了很久的<理由>,"半角"(括号)')
    assert whole.status_code == 401 and "写了很久的&lt;理由&gt;,&#34;半角&#34;(括号)" in whole.text and token in whole.text
    part = browser.send(SENDING, token=token, part=True, reason="写了很久的理由")
    assert part.status_code == 401 and "填写的内容仍在本页" in part.text and "<html" not in part.text
    other_site = browser.send(SENDING, token=token, origin="http://elsewhere", reason="别人的话")
    assert other_site.status_code == 403 and "别人的话" not in other_site.text


async def _streamed(body: bytes) -> AsyncIterator[bytes]:
    yield body


@pytest.mark.parametrize("announced", [True, False])
def test_of_somebody_unknown_nothing_large_is_read(api: Api, announced: bool) -> None:
    """A file of 20 MB may come there: of who is signed in, and may send one."""
    body = f"reason={'w' * (65_000 if announced else 10)}&about=typed".encode()
    headers = {"Origin": HOST, "Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"}
    for large in (False, True):
        sent = body + b"w" * 1000 if large else body
        answer = api.request("POST", "/counter/batches", headers=headers, content=sent if announced else _streamed(sent))
        assert answer.status_code == 401 and ("typed" in answer.text) is (announced and not large)


def test_who_may_not_is_refused_before_what_was_sent_is_read(by_role: dict[Role, Browser]) -> None:
    refused = by_role[Role.LEADER].send("/counter/batches", token="x", purpose="\u0000")
    assert refused.status_code == 403 and "页面已经过期" not in refused.text
    assert by_role[Role.AGENT].send("/counter/batches", purpose="\u0000").status_code == 422


def test_what_is_not_there_and_what_is_forbidden_is_said_in_chinese(api: Api) -> None:
    browser = signed_in(api)
    missing = browser.get("/counter/nothing-here")
    assert missing.status_code == 404 and "没有这个地址" in missing.text and missing.headers["content-type"].startswith("text/html")
    assert browser.send("/counter/sessions/not-a-uuid/end").status_code in (403, 422)


@pytest.fixture(scope="module")
def by_role(served: Api) -> Iterator[dict[Role, Browser]]:
    people = [{"code": f"page-{role.value}", "unit": "370402-HEAT", "name": "演示", "roles": [role.value]} for role in Role]
    with transaction() as session:
        registry.put_people(session, people)
    served.begin()
    found = {role: Browser(served) for role in Role}
    for role, browser in found.items():
        browser.link_in(f"page-{role.value}")
    yield found


def test_every_page_and_every_role_as_the_table_says(by_role: dict[Role, Browser]) -> None:
    """Generated from the table: a page stands on an endpoint, and whoever may not use that one gets 403 here too."""
    pages = {name: route for name, route in ROUTES.items() if isinstance(route, PageRoute)}
    assert pages.keys() == PAGES.keys() and set(PAGES.values()) <= {name for name, rule in RULES.items() if not rule.public}
    for name, route in pages.items():
        if name == "counter_sign_out":
            continue  # whoever is signed in may; it would end what the others need
        path = route.path.replace("{wanted}", "00000000-0000-0000-0000-000000000000")
        for role, browser in by_role.items():
            browser.get("/counter")
            answer = browser.get(path) if "GET" in (route.methods or ()) else browser.send(path)
            assert (answer.status_code == 403) == (role not in RULES[PAGES[name]].roles), (name, role, answer.text)
            assert answer.status_code < 500


def test_the_home_page_leads_where_the_person_may_go(by_role: dict[Role, Browser]) -> None:
    for role, browser in by_role.items():
        text = browser.get("/counter").text
        for entrance in ENTRANCES:
            assert (f'href="{entrance.address}"' in text) == (role in RULES[PAGES[entrance.page]].roles), (role, entrance)
        assert ("登记办件" in text) == (role in RULES["put_case"].roles), role


def test_assets_are_kept_by_browsers_and_are_ours(api: Api) -> None:
    from gateway.edge.counter_pages import EDITION

    kept = api.request("GET", f"/counter/assets/htmx.min.js?v={EDITION}")
    assert kept.status_code == 200 and "immutable" in kept.headers["cache-control"] and "javascript" in kept.headers["content-type"]
    assert "immutable" not in api.request("GET", "/counter/assets/htmx.min.js?v=old").headers["cache-control"]
    assert api.request("GET", "/counter/assets/..%2Fapp.py").status_code == 404


def test_without_a_provider_there_is_no_such_page(api: Api) -> None:
    assert Browser(api).get("/counter/provider").status_code == 404
    assert "统一身份认证" not in Browser(api).get("/counter/sign-in").text


def test_a_page_is_refused_as_the_endpoint_that_it_stands_on(
    by_role: dict[Role, Browser], api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages that stand on what not everybody may use: refused, in Chinese, on the record, and not led to."""
    stands = {**PAGES, "counter_sessions": "publish_version", "counter_end_other_sessions": "get_inbox"}
    monkeypatch.setattr(page_permissions, "PAGES", stands)
    for role, browser in by_role.items():
        assert ('href="/counter/sessions"' in browser.get("/counter").text) == (role is Role.PUBLISHER)
        answer = browser.get("/counter/sessions")
        assert answer.status_code == (200 if role is Role.PUBLISHER else 403), role
        assert answer.status_code == 200 or "没有权限" in answer.text
        browser.get("/counter")
        assert browser.send(SENDING).status_code == (303 if role in (Role.AGENT, Role.SUPERVISOR) else 403), role
    codes = [(code, detail["endpoint"]) for code, _, detail in api.refusals()]
    others = len(Role) - 1
    assert (
        codes.count(("not_allowed", "counter_sessions")) == others
        and codes.count(("not_allowed", "counter_end_other_sessions")) == others - 1
    )
