"""无障碍: no page of the counter, in no role and on no screen, has a violation of axe-core; nor what everybody sees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from connectors.seal import LocalSeals
from domain.roles import Role
from gateway.app import create_app
from gateway.counter.door import PageRoute
from gateway.edge.page_permissions import PAGES
from gateway.edge.permissions import RULES
from gateway.routers import ROUTERS
from ledger.database import transaction
from ledger.registry import registry, sessions
from settings import settings
from tests.accessibility import axe as axe  # a fixture
from tests.accessibility import violations
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.batches.conftest import line, send
from tests.gateway.casework import ask, look_up, seal_and_deliver
from tests.gateway.catalog.test_list_adjustment import draft, take
from tests.gateway.conftest import REQUESTER, Api, SimulatedRuns, serving
from tests.gateway.counter.browsing import COOKIE
from tests.gateway.oversight.test_complaints import taken
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

ASKING, ASKED = "370402-PERMIT", "370402-GUANGMING"
#: What only a program or a script asks for: parts of pages, and files.
NO_PAGES = {
    "counter_case_progress",
    "counter_units",
    "counter_beside",
    "counter_number_check",
    "counter_case_party",
    "counter_handed_in_state",
    "counter_attachment",
    "counter_proof",
    "counter_batch_results",
    "counter_batch_proofs",
    "counter_report_pdf",
    "counter_catalog_codes",
    "counter_catalog_rows",
    "counter_adjustment_entries",
    "counter_adjustment_change",
    "counter_adjustment_due",
    "counter_register_export",
    "counter_register_table",
} | {
    "counter_report_cases"  # of a report that was issued: looked at where there is one, in test_overview_in_a_browser
}
ROUTES = {
    route.name: route
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, PageRoute) and "GET" in (route.methods or ()) and route.name not in NO_PAGES
}


@dataclass(frozen=True)
class Place:
    """A gateway with something to see: `unit` and `examples` of a page that is about one thing, by its parameter."""

    address: str
    number: str
    code: str
    examples: dict[str, str]

    def unit(self, page: str) -> str:
        return ASKED if page in ("counter_inbox", "counter_request") else ASKING

    def path(self, page: str) -> str:
        """A parameter without an example fails the test: give it one below."""
        return re.sub(r"{(\w+)}", lambda found: self.examples[found[1]], ROUTES[page].path)


@pytest.fixture(scope="module")
def place(ledger: str, seals: LocalSeals) -> Iterator[Place]:
    people = [
        {"code": f"axe-{unit}-{role.value}", "unit": unit, "name": "演示", "roles": [role.value]}
        for role in Role
        for unit in (ASKING, ASKED)
    ]
    runs = SimulatedRuns()
    with serving(create_app(runs), runs) as api, on_a_port(create_app(runs)) as address:
        with transaction() as session:
            registry.put_people(session, people)
        request, number, code = _work(api, seals)
        proposal = _reported(api)
        examples = {
            "wanted": request,
            "case_number": api.case,
            "number": number,
            "proposal": proposal,
            "complaint": taken(api),
            "question": "measure",
            "kind": "publicity",
            "batch": str(send(api, [line(api.case)]).json()["number"]),
        }
        yield Place(address, number, code, examples)


def _work(api: Api, seals: LocalSeals) -> tuple[str, str, str]:
    """A request that waits, and a proof that was delivered, in one case."""
    api.begin()
    request = ask(api.filed(proof="P-HARDSHIP"))
    number = str(api.file().json()["number"])
    look_up(number)
    with ThreadPoolExecutor(1) as aside:  # the signature has a loop of its own
        code, _ = aside.submit(seal_and_deliver, number, seals).result()
    return request, number, code


def _reported(api: Api) -> str:
    """An adjustment that waits for the 工作专班."""
    gone = {"kind": "remove", "matter": "DEMO-0001", "proof": "P-HOUSEHOLD"}
    made = draft(api, gone, person=REQUESTER, unit=ASKING)
    assert take(api, made["id"], "report", REQUESTER)["http"] == 200
    return str(made["id"])


def be(browser: Browser, address: str, person: str) -> str:
    """Signed in without the sign-in's page; gives what the cookie holds."""
    with transaction() as session:
        token = sessions.begin(session, person, method=sessions.Method.PASSWORD, browser="电脑 Chrome", before="", now=settings().now())
    browser.page.context.clear_cookies()
    browser.page.context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
    return token


def _without_token(document: str) -> str:
    return re.sub(r"[\w-]{43}", "", document)


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_no_page_of_the_counter_has_a_violation(browser: Browser, place: Place, axe: str, role: Role) -> None:
    assert PAGES.keys() >= ROUTES.keys()
    found, known = [], dict[str, list[dict[str, Any]]]()
    refused = set[str]()
    for page in ROUTES:
        allowed = role in RULES[PAGES[page]].roles
        token = be(browser, place.address, f"axe-{place.unit(page)}-{role.value}")
        address = place.address + place.path(page)
        if not allowed:  # a browser draws each refusal once: without the form's token most are alike to the letter
            answer = httpx.get(address, headers={"Accept": "text/html", "Cookie": f"{COOKIE}={token}"}, trust_env=False)
            assert "没有权限" in answer.text and answer.status_code == 403, (page, answer.text)
            document = _without_token(answer.text)
            if document in refused:
                continue
            refused.add(document)
        text = browser.go(address)
        assert ("没有权限" not in text) == allowed, (page, text)
        assert not allowed or browser.page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus") == 200, (page, text)
        document = _without_token(browser.page.content())
        if document not in known:
            known[document] = violations(browser, axe)
        found += [(page, one) for one in known[document]]
    assert found == []


@pytest.mark.parametrize(
    "path",
    [
        "/verify",
        "/verify/{number}",
        "/verify/{number}?c={code}",
        "/verify/offline",
        "/verify/HY202601010000000X",
        "/who-asked",
        "/catalog",
        "/catalog/versions",
        "/figures",
    ]
    + ["/counter/sign-in", "/counter/link/none", "/counter/nothing-here", "/docs"],
)
def test_nor_has_what_everybody_sees(browser: Browser, place: Place, axe: str, path: str) -> None:
    browser.go(place.address + path.format(number=place.number, code=place.code))
    assert violations(browser, axe) == []


def test_what_is_found_is_told(browser: Browser, axe: str) -> None:
    browser.page.set_content("<html lang=zh-CN><title>x</title><main><h1>x</h1><img src='data:,'><input></main></html>")
    assert {one["rule"] for one in violations(browser, axe)} == {"image-alt", "label"}


@pytest.mark.parametrize(("style", "rule"), [("p {color: #eee}", "color-contrast"), ("img {display: inline}", "image-alt")])
def test_what_one_screen_alone_shows_is_found_there(browser: Browser, axe: str, style: str, rule: str) -> None:
    style = f"<style>img {{display: none}} @media (min-width: 800px) {{ {style} }}</style>"
    browser.page.set_content(f"<html lang=zh-CN><title>x</title>{style}<main><h1>x</h1><p>文字</p><img src='data:,'></main>")
    assert [one["rule"] for one in violations(browser, axe)] == [rule]


@pytest.mark.parametrize(
    ("odd", "rule"),
    [
        ("<a href='#x'>x</a> <img src='data:,'>", "image-alt"),
        ("<a href='#x'></a> <b>文字</b>", "link-name"),
        ("<a href='#x'>x</a> <b style='color: #eee'>文字</b>", "color-contrast"),
    ],
)
def test_what_is_unlike_thousands_around_it_is_found(browser: Browser, axe: str, odd: str, rule: str) -> None:
    like = "<li><a href='#x'>x</a> <b>文字</b></li>" * 2000
    browser.page.set_content(f"<html lang=zh-CN><title>x</title><main><h1>x</h1><ul>{like}<li>{odd}</li>{like}</ul></main>")
    assert {one["rule"] for one in violations(browser, axe)} == {rule}
    assert len(browser.page.query_selector_all("li")) == 3
