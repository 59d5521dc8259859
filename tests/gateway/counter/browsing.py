"""A browser without a screen: one person's cookies, forms filled in as a page has them, over the gateway of these tests."""

from __future__ import annotations

import base64
import re
from html import unescape
from typing import Any
from unittest import mock

import httpx
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from ledger.database import transaction
from ledger.registry import credentials, sessions
from settings import settings
from tests.gateway.conftest import Api

COOKIE = "proofless_session"
HOST = "http://gateway"
PASSWORD = "一句好记的话 the window of 1998"


class Browser:
    """What one browser holds."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.cookie = ""
        self.page: httpx.Response

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._call("GET", path, headers=headers)

    def send(
        self, path: str, *, token: str | None = None, origin: str | None = HOST, part: bool = False, file: bytes = b"", **fields: str
    ) -> httpx.Response:
        """A form of the page at hand; `token`: another than the page's."""
        known = self.token() if token is None else token
        headers = ({"Origin": origin} if origin else {}) | ({"HX-Request": "true"} if part else {})
        files = {"files": {"file": ("名单.csv", file, "text/csv")}} if file else {}
        return self._call("POST", path, headers=headers, data=fields | ({"form_token": known} if known else {}), **files)

    def token(self) -> str:
        found = re.search(r'name="form_token" value="([^"]*)"', self.page.text) if hasattr(self, "page") else None
        return found[1] if found else ""

    def link_in(self, person: str) -> httpx.Response:
        """By a one-time link, with password and second factor set on the way; gives the page that one comes to."""
        link = link_for(person)
        with transaction() as session:
            secret = credentials.open_link(session, link, now=settings().now()).secret
        path = f"/counter/link/{link}"
        self.get(path)
        with mock.patch.object(credentials, "_argon2", _quickly):  # test_sign_in has passwords kept as they are
            return self.send(path, password=PASSWORD, again=PASSWORD, code=code_of(secret))

    def _call(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = options.pop("headers", {}) | ({"Cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {})
        self.api._client.cookies.clear()  # the client is everybody's, and keeps what it was given
        answer = self.api.request(method, path, headers={"Accept": "text/html"} | headers, **options)
        for name, value in answer.headers.multi_items():
            if name == "set-cookie" and value.startswith(f"{COOKIE}="):
                self.cookie = value.partition("=")[2].partition(";")[0].strip('"')
        self.page = answer
        return answer


def offered(page: Browser) -> list[str]:
    """The parties that the page at hand offers, each by what its form sends."""
    return re.findall(r'<option value="([0-9a-f-]{36})"', page.page.text)


def _quickly(salt: bytes) -> Argon2id:
    """A fifth of a second of the processor less than what keeps a real password."""
    return Argon2id(salt=salt, length=32, iterations=1, lanes=1, memory_cost=8)


def text_of(answer: httpx.Response) -> str:
    """What a page says, without its marks."""
    body = re.sub(r"<(style|script)[^>]*>.*?</\1>", "", answer.text, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def signed_in(api: Api, person: str) -> Browser:
    """By a session begun in the ledger, for who does not test signing in."""
    browser = Browser(api)
    with transaction() as session:
        browser.cookie = sessions.begin(session, person, method=sessions.Method.PASSWORD, browser="", before="", now=settings().now())
    return browser


def link_for(person: str, *, straight: bool = False) -> str:
    with transaction() as session:
        return credentials.make_link(session, person, straight=straight, now=settings().now(), actor="test")


def code_of(secret: str, later: int = 0) -> str:
    """What a telephone shows that many steps from now."""
    at = int(settings().wall(settings().now()).timestamp()) + 30 * later
    return TOTP(base64.b32decode(secret), 6, SHA1(), 30).generate(at).decode()
