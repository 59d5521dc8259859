"""统一身份认证 in a real browser: what the sign-in looks like where a provider is configured."""

from __future__ import annotations

import json

import pytest

from gateway.app import create_app
from settings import settings
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.conftest import SimulatedRuns
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")


def test_the_provider_comes_first_and_a_password_is_a_click_away(ledger: str, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOFLESS_OIDC", json.dumps({"issuer": "http://127.0.0.1:9", "client_id": "c", "name": "区统一身份认证"}))
    settings.cache_clear()
    try:
        with on_a_port(create_app(SimulatedRuns())) as address:
            browser.go(f"{address}/counter/sessions")
            browser.on_both_screens("counter-sign-in-with-provider")
            assert not browser.page.is_visible("#password")
            assert (browser.elsewhere(), browser.complaints) == (set(), [])
            browser.page.click("summary")
            assert browser.page.is_visible("#password")
            browser.page.click("text=用区统一身份认证登录")
            browser.page.wait_for_selector("text=统一身份认证暂时不可用")
            browser.on_both_screens("counter-provider-away")
    finally:
        monkeypatch.undo()
        settings.cache_clear()
