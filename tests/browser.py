"""A real browser, headless: for pages that people look at."""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import Page

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
    """A page of an empty profile that notes every address it was asked to load."""

    def __init__(self, page: Page, pictures: Path) -> None:
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
        """Keep what it looks like, for a person to look at (PROOFLESS_TEST_PICTURES names a folder)."""
        self.page.screenshot(
            path=self._pictures / f"{name}.png", full_page=whole, caret="initial"
        )  # hiding it would leave style="" on fields

    def photograph(self, name: str, *, at: str = "") -> None:
        """What is on the screen, small: for docs/pictures. `at`: from there on, where a page is longer than a screen."""
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


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    """One for a file: it takes more than a second to start. Its loop would be in the way of what comes after the file."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as engine:
        started = engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def browser(chromium: Chromium, tmp_path: Path) -> Iterator[Browser]:
    pictures = Path(os.environ.get("PROOFLESS_TEST_PICTURES", tmp_path))
    with chromium.new_context(locale="zh-CN", viewport={"width": DESKTOP[0], "height": DESKTOP[1]}) as profile:
        yield Browser(profile.new_page(), pictures)
