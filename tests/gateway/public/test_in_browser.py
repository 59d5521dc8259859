"""The public pages in a real browser: an altered paper is found out by typing, and whoever uses the keyboard sees where he is."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from connectors.seal import LocalSeals
from tests.gateway.casework import look_up, seal_and_deliver
from tests.gateway.conftest import Api

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]

pytestmark = pytest.mark.skipif(shutil.which(CHROMIUM) is None, reason=f"{CHROMIUM} is not installed")


@pytest.fixture(scope="module")
def delivered(served: Api, seals: LocalSeals) -> tuple[str, str]:
    served.begin()
    number = served.filed()
    look_up(number)
    return number, seal_and_deliver(number, seals)[0]


@pytest.fixture
def page(api: Api) -> Iterator[playwright.Page]:
    """A page whose every request the application in this process answers."""

    def answer(route: playwright.Route) -> None:
        asked = route.request
        place = urlsplit(asked.url)
        path = place.path + (f"?{place.query}" if place.query else "")
        headers = {name: value for name, value in asked.headers.items() if name in ("accept", "content-type")}
        found = api.request(asked.method, path, content=asked.post_data_buffer, headers=headers)
        sent = {name: value for name, value in found.headers.items() if name != "content-length"}
        route.fulfill(status=found.status_code, headers=sent, body=found.content)

    with playwright.sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        opened = browser.new_page(viewport={"width": 900, "height": 1200})
        opened.route("**/*", answer)
        yield opened
        browser.close()


def picture(page: playwright.Page, name: str) -> None:
    """For a person to look at (PROOFLESS_TEST_PICTURES names a folder)."""
    if folder := os.environ.get("PROOFLESS_TEST_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_an_altered_paper_with_a_true_code_is_found_out(page: playwright.Page, delivered: tuple[str, str]) -> None:
    number, code = delivered
    page.goto(f"http://gateway/verify/{number}?c={code}")
    picture(page, "compare-start")
    page.get_by_label(re.compile("^户别")).fill("集体户")
    page.get_by_label(re.compile("^与户主关系")).fill("户主")
    page.get_by_role("button", name="照手中证明填写").click()
    picture(page, "compare-differs")
    text = page.inner_text("main")
    assert page.inner_text("h1") == "内容不一致" and page.locator(".verdict.bad").count() == 1
    assert "请勿采用" in text and text.count("不一致") >= 1 and "家庭户" not in text
    page.get_by_label(re.compile("^户别")).fill("家庭户")
    page.get_by_role("button", name="照手中证明填写").click()
    text = page.inner_text("main")
    assert "填写的内容与系统记录一致" in text and "不一致" not in text
    picture(page, "compare-same")


_RING = """() => {
  const at = document.activeElement, style = getComputedStyle(at);
  let behind = at.parentElement, ground = "rgba(0, 0, 0, 0)";
  for (; behind && ground.startsWith("rgba(0, 0, 0, 0"); behind = behind.parentElement)
    ground = getComputedStyle(behind).backgroundColor;
  if (ground.startsWith("rgba(0, 0, 0, 0")) ground = "rgb(255, 255, 255)";
  return [at.tagName, style.outlineStyle, parseFloat(style.outlineWidth), style.outlineColor, ground, style.backgroundColor];
}"""


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("path", ["/verify", "/catalog", "/figures", "/docs", "/verify/HY20260304AAAAAAAA"])
def test_the_ring_around_what_has_the_keyboard_stands_out(page: playwright.Page, path: str) -> None:
    page.goto(f"http://gateway{path}")
    seen = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        tag, style, width, ring, ground, _ = page.evaluate(_RING)
        if tag == "BODY":
            break
        seen.add(tag)
        if "skip" in (page.evaluate("document.activeElement.className") or ""):
            continue  # it appears at all only now
        assert style == "solid" and width >= 2, tag
        assert contrast(ring, ground) >= 3, (tag, ring, ground)
    assert seen


_CAMERA = """(seen) => {
  window.BarcodeDetector = class {
    static async getSupportedFormats() { return ["qr_code"]; }
    async detect() { return [{ rawValue: seen.shift() || "" }]; }
  };
  navigator.mediaDevices.getUserMedia = async () => { window.asked = true; return document.createElement("canvas").captureStream(); };
}"""


def test_a_code_is_scanned_in_the_page_where_the_browser_can(page: playwright.Page, delivered: tuple[str, str]) -> None:
    """And is opened here, whatever host it names; this browser's own detector is not there, so one is put in its place."""
    number, code = delivered
    page.goto("https://gateway/verify")
    assert page.is_hidden("#scan")  # without one there is no button that does nothing
    seen = ["https://elsewhere.invalid/login", f"https://elsewhere.invalid/verify/{number}?c={code}"]
    page.add_init_script(f"({_CAMERA})({seen!r})")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("https://gateway/verify")
    page.wait_for_selector("#scan-begin")
    picture(page, "verify-on-a-telephone")
    page.click("#scan-begin")
    page.wait_for_selector("text=这不是本系统证明上的二维码")
    picture(page, "verify-scanning")
    page.wait_for_url(f"https://gateway/verify/{number}?c={code}")
    picture(page, "verify-scanned")
    assert page.inner_text("h1") == "有效" and "由本系统签章:是" in page.inner_text(".four").replace("\uff1a", ":")


def test_large_type_pushes_nothing_sideways(page: playwright.Page, delivered: tuple[str, str]) -> None:
    """320 pixels: a telephone with type at twice its size."""
    page.set_viewport_size({"width": 320, "height": 700})
    for path in ("/verify", f"/verify/{delivered[0]}?c={delivered[1]}", "/catalog"):
        page.goto(f"http://gateway{path}")
        picture(page, f"large-type-{len(path)}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_in_high_contrast_verdicts_keep_their_edges(page: playwright.Page, delivered: tuple[str, str]) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(f"http://gateway/verify/{delivered[0]}?c={delivered[1]}")
    assert page.evaluate("getComputedStyle(document.querySelector('.four li')).borderTopStyle") == "solid"
    picture(page, "verify-high-contrast")
