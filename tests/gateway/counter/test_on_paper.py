"""打印: on paper no page of the counter has what is pressed, and its tables stand whole, also on small paper."""

from __future__ import annotations

import pytest

from domain.roles import Role
from gateway.edge.page_permissions import PAGES
from gateway.edge.permissions import RULES
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.counter.test_accessibility import ROUTES, Place, be
from tests.gateway.counter.test_accessibility import place as place  # a fixture

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

#: A4 and A5 upright between their margins, in the points of a style sheet.
PAPERS = (718, 484)
#: What is there, and what of a table is not on the sheet, or no longer a table.
_SEEN = """() => {
  const seen = what => [...document.querySelectorAll(what)].filter(one => one.checkVisibility() && one.getClientRects().length);
  const off = one => { const box = one.getBoundingClientRect(); return box.left < -1 || box.right > innerWidth + 1; };
  const short = one => one.outerHTML.replace(/\\s+/g, ' ').slice(0, 100);
  return {
    pressed: seen('button,a.button,[role=search],.seek,nav a:not([aria-current]),summary,[type=file],kbd')
      .filter(one => !(one.matches('summary') && one.parentElement.open)).map(short),
    cut: seen('table,th,td').filter(one => off(one) || !getComputedStyle(one).display.startsWith('table')).map(short),
    tables: seen('table').length,
    words: document.querySelector('main').innerText.length,
  };
}"""


def test_nothing_to_press_is_printed_and_tables_are_whole(browser: Browser, place: Place) -> None:
    found, tables = [], 0
    for page in ROUTES:
        role = next(role for role in Role if role in RULES[PAGES[page]].roles)
        be(browser, place.address, f"axe-{place.unit(page)}-{role.value}")
        browser.page.emulate_media(media="screen")
        browser.go(place.address + place.path(page))
        browser.page.emulate_media(media="print")
        for width in PAPERS:
            browser.page.set_viewport_size({"width": width, "height": 1000})
            seen = browser.page.evaluate(_SEEN)
            assert seen["words"] > 5, page
            tables += seen["tables"]
            found += [(page, width, what, one) for what in ("pressed", "cut") for one in seen[what]]
        browser.picture(f"on-paper-{page}")
    assert found == [] and tables >= 20


def test_the_tab_that_is_shown_says_what_is_listed(browser: Browser, place: Place) -> None:
    be(browser, place.address, f"axe-{place.unit('counter_inbox')}-{Role.AGENT.value}")
    browser.go(f"{place.address}/counter/inbox")
    browser.page.emulate_media(media="print")
    said = browser.page.inner_text("nav.views")
    assert "全部待办" in said and "无人认领" not in said
