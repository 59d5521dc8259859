"""A day at the counter: its clock, the people at their screens, and what the system does meanwhile."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from sqlalchemy import select

from gateway.app import create_app
from ledger.calendars.calendars import calendar
from ledger.database import transaction
from ledger.registry import registry
from ledger.tables.verifications import Verification
from sandbox.accounts import read_accounts
from sandbox.app import create_app as create_sandbox
from settings import LOCAL, Settings, settings
from tasks.look_up import sources
from tasks.sealing import seals
from tasks.sweep import catch_up
from tasks.together import together
from tests.browser import DESKTOP, TELEPHONE, Browser
from tests.gateway.conftest import Api, SimulatedRuns, serving
from tests.gateway.counter.test_accessibility import be
from tests.patience import patiently
from tests.serving import on_a_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import Page

SECOND_OFFICER = "day-office-2"
_SOON = timedelta(hours=1)
_ASKS_AGAIN = 15_000  #: milliseconds after which a page that asks by itself has asked


class Day:
    """The next working day, from ten to nine; `at` turns the clock of everybody who is in this process."""

    def __init__(self, gateway: str, api: Api, chromium: Chromium, screen: tuple[int, int], pictures: Path) -> None:
        self.gateway, self.api = gateway, api
        self._chromium, self._screen, self._pictures = chromium, screen, pictures
        self._desks: dict[str, Desk] = {}
        with transaction() as session:
            known, today = calendar(session), (datetime.now(UTC) + _SOON).astimezone(LOCAL).date()
        to_come = (day for n in range(1, 30) if known.is_workday(day := today + timedelta(days=n)))
        self.date, self.next = next(to_come), next(to_come)
        self._set, self._at = datetime.now(UTC), time.monotonic()
        self.at("08:50")

    def now(self) -> datetime:
        return self._set + timedelta(seconds=time.monotonic() - self._at)

    def wall(self, instant: datetime) -> datetime:
        return datetime.now(UTC) + (instant - self.now())

    def at(self, time_of_day: str) -> None:
        """From here on it is this time in Beijing; what has passed meanwhile is recorded."""
        self._set, self._at = datetime.fromisoformat(f"{self.date}T{time_of_day}:00+08:00").astimezone(UTC), time.monotonic()
        with self.clock():
            _aside(catch_up)

    @contextmanager
    def clock(self) -> Iterator[None]:
        with mock.patch.object(Settings, "now", lambda _: self.now()), mock.patch.object(Settings, "wall", lambda _, one: self.wall(one)):
            yield

    def person(self, code: str) -> Desk:
        """Who sits down signs in once, and stays."""
        if code not in self._desks:
            profile = self._chromium.new_context(locale="zh-CN", viewport={"width": self._screen[0], "height": self._screen[1]})
            self._desks[code] = Desk(self, profile.new_page(), self._pictures, self._screen)
            be(self._desks[code], self.gateway, code)
        return self._desks[code]

    def work(self) -> None:
        """What a worker does of its own: shared data asked, inboxes filled, proofs sealed and delivered."""
        with transaction() as session:
            numbers = list(session.scalars(select(Verification.number).where(Verification.ended_at.is_(None))))
        _aside(lambda: asyncio.run(together(numbers)))

    def complaints(self) -> dict[str, list[str]]:
        """What the pages said on their consoles, by person."""
        return {code: desk.complaints for code, desk in self._desks.items() if desk.complaints}

    def elsewhere(self) -> set[str]:
        return set().union(*(desk.elsewhere() for desk in self._desks.values()))


class Desk(Browser):
    """One person's browser, which stays open."""

    def __init__(self, day: Day, page: Page, pictures: Path, screen: tuple[int, int]) -> None:
        super().__init__(page, pictures)
        self.day, self._screen = day, screen
        self.page.clock.install()

    def opens(self, title: str) -> Desk:
        """A page of the head, as people go there."""
        if "/counter" not in self.page.url:
            self.go(f"{self.day.gateway}/counter")
        if self._screen == TELEPHONE:
            self.page.click("nav.pages summary")
        self.page.click(f"nav.pages a:visible:has-text('{title}')")
        self.page.wait_for_selector("main h1")
        return self

    def reads(self, *words: str) -> None:
        """Once they are there: pages go on by themselves."""
        for word in words:
            self.page.wait_for_selector(f"main >> text={word}", timeout=60_000)
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= self.page.viewport_size["width"], f"{self.page.url} must be pushed sideways"  # type: ignore[index]

    def sees(self, selector: str) -> None:
        """What comes without a reload: a page asks again every few seconds, and its clock is turned on."""
        for _ in patiently(60, selector, 0.1):
            if self.page.is_visible(selector):
                return
            self.page.clock.fast_forward(_ASKS_AGAIN)

    def shown(self, name: str, *, at: str = "", desktop: bool = True, small: bool = False) -> None:
        """A picture for docs/pictures, of the desktop; `small`: of the telephone."""
        telephone = self._screen[0] < DESKTOP[0]
        if small if telephone else desktop:
            self.photograph(f"{name}-telephone" if telephone else name, at=at)

    def presses(self, button: str) -> None:
        self.page.click(f"main button:has-text('{button}') >> visible=true")

    def sends(self, button: str, done: str) -> None:
        """What waits ten seconds leaves at once."""
        self.presses(button)
        self.page.click("text=立即发出")
        self.reads(done)


@contextmanager
def a_day(chromium: Chromium, screen: tuple[int, int], pictures: Path) -> Iterator[Day]:
    """In a fresh ledger, with the sandbox's sources."""
    runs, secrets = SimulatedRuns(), Path(os.environ["PROOFLESS_SECRETS_DIR"])
    with transaction() as session:
        registry.put_people(session, [{"code": SECOND_OFFICER, "unit": "370402-OFFICE", "name": "演示专班乙", "roles": ["office"]}])
    with on_a_port(create_sandbox(read_accounts(secrets))) as sandbox, mock.patch.dict(os.environ, _environment(sandbox)):
        _forget()
        with serving(create_app(runs), runs) as api, on_a_port(create_app(runs)) as gateway:
            day = Day(gateway, api, chromium, screen, pictures)
            with day.clock():
                yield day
    _forget()


def _environment(sandbox: str) -> dict[str, str]:
    return {"PROOFLESS_SANDBOX_URL": sandbox, "PROOFLESS_REQUESTS_PER_MINUTE": "100000", "PROOFLESS_SESSION_IDLE_MINUTES": "600"}


def _forget() -> None:
    for cache in (settings, sources, seals):
        cache.cache_clear()


def _aside(act: object) -> None:
    """The browser's loop runs in the test's thread."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(act).result()  # type: ignore[arg-type]
