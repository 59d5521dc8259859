"""A real browser, headless: for pages that people look at."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import Page, Playwright

CHROMIUM = "/usr/bin/chromium"
HAS_BROWSER = shutil.which(CHROMIUM) is not None
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--in-process-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, TELEPHONE = (1100, 900), (390, 844)


class Browser:
    """A page of an empty profile that notes every address it was asked to load.

    To wait, name what will be there by a selector. `page.wait_for_function` evaluates its words anew at every look, which the
    pages' Content-Security-Policy forbids: it passes where its first look is true, and fails on a slower machine.
    """

    def __init__(self, page: Page, pictures: Path | None) -> None:
        self.page, self._pictures = page, pictures
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    def go(self, address: str) -> str:
        """Open an address; gives the text of the page."""
        self.page.goto(address, wait_until="load", timeout=20_000)
        return self.text()

    def text(self) -> str:
        return self.page.inner_text("body")

    def picture(self, name: str, *, whole: bool = True) -> None:
        """Keep what it looks like, for a person to look at. None is taken where PROOFLESS_TEST_PICTURES names no folder:
        to draw a whole page takes longer than to load it."""
        if self._pictures is not None:
            path = self._pictures / f"{name}.png"
            self.page.screenshot(path=path, full_page=whole, caret="initial")  # hiding it would leave style="" on fields

    def photograph(self, name: str, *, at: str = "") -> None:
        """What is on the screen, small: for docs/pictures. `at`: from there on, where a page is longer than a screen."""
        assert self._pictures is not None
        self.page.evaluate("at => at ? document.querySelector(at).scrollIntoView() : scrollTo(0, 0)", at)
        self.page.wait_for_timeout(50)
        taken = self.page.context.new_cdp_session(self.page).send("Page.captureScreenshot", {"format": "webp", "quality": 60})
        (self._pictures / f"{name}.webp").write_bytes(base64.b64decode(taken["data"]))

    def on_both_screens(self, name: str) -> None:
        """A picture on a desktop and on a telephone, where nothing may be pushed sideways."""
        self.picture(name)
        self.page.set_viewport_size({"width": TELEPHONE[0], "height": TELEPHONE[1]})
        self.picture(f"{name}-on-a-telephone")
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        self.page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
        assert wide <= TELEPHONE[0], f"{name} must be pushed sideways"

    def elsewhere(self) -> set[str]:
        """Hosts other than this machine that a page wanted something from."""
        hosts = {urlsplit(address).hostname for address in self.asked if not address.startswith(("data:", "blob:", "about:"))}
        return {str(host) for host in hosts - {"127.0.0.1"}}


class _Started:
    """Chromium for a whole test process: it takes a second of the processor to start.

    Playwright's loop counts as the running one of this thread from its start to its end. Between two files with a
    browser it is none, so that what comes there may have a loop of its own.
    """

    def __init__(self, engine: Playwright) -> None:
        self._engine, self._loop = engine, asyncio.get_running_loop()
        self._started: list[Chromium] = []

    @contextmanager
    def lent(self) -> Iterator[Chromium]:
        """A browser that lives: one that fell over in another file is none."""
        asyncio._set_running_loop(self._loop)
        try:
            if not (self._started and self._started[0].is_connected()):
                self._started = [self._engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS)]
            yield self._started[0]
        finally:
            asyncio._set_running_loop(None)

    def close(self) -> None:
        asyncio._set_running_loop(self._loop)
        for browser in self._started:
            browser.close()


@pytest.fixture(scope="session")
def one_chromium() -> Iterator[_Started]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as engine:
        started = _Started(engine)
        asyncio._set_running_loop(None)
        yield started
        started.close()


@pytest.fixture(scope="module")
def chromium(one_chromium: _Started) -> Iterator[Chromium]:
    """For a file whose tests need more than one profile; `browser` for all others."""
    with one_chromium.lent() as started:
        yield started


@pytest.fixture
def browser(chromium: Chromium) -> Iterator[Browser]:
    pictures = os.environ.get("PROOFLESS_TEST_PICTURES")
    with chromium.new_context(locale="zh-CN", viewport={"width": DESKTOP[0], "height": DESKTOP[1]}) as profile:
        yield Browser(profile.new_page(), Path(pictures) if pictures else None)
