"""统一身份认证: signing in with a real provider that runs beside, whose pages are clicked as a person does."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from oidc_provider_mock import User, run_server_in_thread

from connectors.identity import IdentityProvider
from gateway.app import create_app
from ledger.database import transaction
from ledger.registry import registry
from settings import settings
from tests.gateway.conftest import Api, SimulatedRuns, serving
from tests.gateway.counter.browsing import Browser, text_of

USERS = [
    User(sub="u-civil", claims={"uid": "demo-civil-1", "groups": ["wzm"]}),
    User(sub="u-renamed", claims={"uid": "wang.wu", "groups": ["other", "wzm"]}),
    User(sub="u-outside", claims={"uid": "demo-civil-1", "groups": ["other"]}),
    User(sub="u-stranger", claims={"uid": "somebody", "groups": ["wzm"]}),
    User(sub="u-left", claims={"uid": "demo-gone", "groups": ["wzm"]}),
]


@contextmanager
def configured(port: int, **more: object) -> Iterator[Api]:
    """An application of its own that knows this provider."""
    provider = {
        "issuer": f"http://localhost:{port}",
        "client_id": "proofless",
        "name": "区统一身份认证",
        "person_claim": "uid",
        "persons": {"wang.wu": "demo-heat-1"},
        "groups": ["wzm"],
    }
    os.environ |= {"PROOFLESS_OIDC": json.dumps(provider | more), "PROOFLESS_OIDC_CLIENT_SECRET": "a secret of the tests"}
    settings.cache_clear()
    runs = SimulatedRuns()
    try:
        with serving(create_app(runs), runs) as api:
            api.begin()
            yield api
    finally:
        for name in ("PROOFLESS_OIDC", "PROOFLESS_OIDC_CLIENT_SECRET"):
            os.environ.pop(name, None)
        settings.cache_clear()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with run_server_in_thread(require_nonce=True, user_claims=USERS) as server:
        yield server.server_port


@pytest.fixture(scope="module")
def signing(ledger: str, port: int) -> Iterator[Api]:
    with configured(port) as api:
        yield api


@pytest.fixture
def provided(signing: Api) -> Api:
    signing.begin()
    return signing


class Signing(Browser):
    """With a second cookie, of the attempt."""

    attempt = ""

    def away(self, path: str = "/counter/provider") -> str:
        """Where the browser is sent."""
        answer = self.get(path)
        assert answer.status_code == 303, answer.text
        self.attempt = next(one for one in answer.headers.get_list("set-cookie") if "proofless_attempt=" in one).partition(";")[0]
        return answer.headers["location"]

    def back(self, address: str) -> httpx.Response:
        where = urlsplit(address)
        cookies = "; ".join(filter(None, (self.attempt, f"proofless_session={self.cookie}" if self.cookie else "")))
        return self._call("GET", f"{where.path}?{where.query}", headers={"Cookie": cookies} if cookies else {})


def consent(address: str, sub: str) -> str:
    """Sign in at the provider; gives where it sends the browser."""
    answer = httpx.post(address, data={"sub": sub}, trust_env=False)
    assert answer.status_code in (302, 303), answer.text
    return answer.headers["location"]


def test_a_person_of_the_roster_is_signed_in(provided: Api) -> None:
    browser = Signing(provided)
    assert "用区统一身份认证登录" in browser.get("/counter/sign-in?next=/counter/sessions").text
    address = browser.away("/counter/provider?next=/counter/sessions")
    done = browser.back(consent(address, "u-civil"))
    assert (done.status_code, done.headers["location"]) == (303, "/counter/sessions")
    assert "proofless_attempt=" in done.headers["set-cookie"] or len(done.headers.get_list("set-cookie")) == 2
    assert "演示代办员乙" in browser.get("/counter").text and "统一身份认证" in browser.get("/counter/sessions").text


def test_who_is_called_otherwise_there(provided: Api) -> None:
    browser = Signing(provided)
    browser.back(consent(browser.away(), "u-renamed"))
    assert "演示代办员寅" in browser.get("/counter").text


@pytest.mark.parametrize("sub", ["u-outside", "u-stranger", "u-left"])
def test_who_is_none_of_ours(provided: Api, sub: str) -> None:
    with transaction() as session:
        person = {"code": "demo-gone", "unit": "370402-HEAT", "name": "演示离职", "roles": ["agent"], "active": False}
        registry.put_people(session, [person])
    browser = Signing(provided)
    answer = browser.back(consent(browser.away(), sub))
    assert answer.status_code == 403 and "名册中没有您" in text_of(answer) and not browser.cookie


def test_an_answer_is_of_the_browser_that_asked_and_of_no_other(provided: Api) -> None:
    """State: nobody is signed in as somebody else by a link that he is sent."""
    mine, other = Signing(provided), Signing(provided)
    address = consent(mine.away(), "u-civil")
    assert other.back(address).status_code == 422 and not other.cookie
    other.away()
    assert other.back(address).status_code == 422 and not other.cookie
    assert mine.back(address).status_code == 303
    again = Signing(provided)
    again.attempt = mine.attempt
    assert again.back(address).status_code == 422 and not again.cookie  # a code signs in once


def test_the_nonce_is_that_of_the_attempt(provided: Api) -> None:
    browser = Signing(provided)
    address = browser.away()
    nonce = parse_qs(urlsplit(address).query)["nonce"][0]
    answer = browser.back(consent(address.replace(nonce, "another-nonce"), "u-civil"))
    assert answer.status_code == 422 and not browser.cookie


def test_an_attempt_is_over_after_ten_minutes(provided: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Signing(provided)
    address = consent(browser.away(), "u-civil")
    from gateway.counter import provider

    later = settings().now() + timedelta(minutes=11)

    class Later:
        public_url = settings().public_url

        @staticmethod
        def now() -> object:
            return later

    monkeypatch.setattr(provider, "settings", lambda: Later)
    assert browser.back(address).status_code == 422 and not browser.cookie


def _of(issuer: str) -> Callable[[IdentityProvider, str], dict[str, Any]]:
    def asked(_: IdentityProvider, address: str) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(issuer + urlsplit(address).path, trust_env=False).json()
        return found

    return asked


def test_another_issuer_is_not_believed(ledger: str, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found there calls itself by another name."""
    monkeypatch.setattr(IdentityProvider, "_json", _of(f"http://localhost:{port}"))
    with configured(port, issuer=f"http://127.0.0.1:{port}") as api:
        answer = Signing(api).get("/counter/provider")
        assert answer.status_code == 503 and "统一身份认证暂时不可用" in text_of(answer)
