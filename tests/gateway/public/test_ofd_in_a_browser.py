"""A proof in OFD as people meet it: fetched at the counter, checked on the public page, on a desktop and on a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from connectors.seal import LocalSeals, SealUse
from domain.seals import SealKind
from gateway.app import create_app
from gateway.public import checking
from proofs.ofd.document import render_ofd
from proofs.page import SEAL_BOX
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.casework import look_up, seal_and_deliver
from tests.gateway.conftest import Api, SimulatedRuns
from tests.gateway.counter.test_in_a_browser import sign_in
from tests.gateway.public.test_public_pages import _page
from tests.ofd_files import zipped
from tests.proofs.ofd import samples
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")


@pytest.fixture
def address(ledger: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(checking, "_authorities", lambda _: samples.authority())
    with on_a_port(create_app(SimulatedRuns())) as address:
        yield address


def delivered(api: Api, seals: LocalSeals) -> tuple[str, bytes]:
    api.begin()
    number = api.filed()
    look_up(number)
    use = SealUse("use", number, SealKind.SHARE, SEAL_BOX)
    with ThreadPoolExecutor(1) as aside:  # a signature has a loop of its own
        file = aside.submit(samples.seals(samples.folder()).sign, render_ofd(_page(number)), use).result()
        aside.submit(seal_and_deliver, number, seals, file).result()
    return number, file


def test_it_is_fetched_at_the_counter_and_checked_by_anybody(
    served: Api, seals: LocalSeals, browser: Browser, address: str, tmp_path: Path
) -> None:
    """Obligation 11.1."""
    number, file = delivered(served, seals)
    sign_in(browser, address)
    page = browser.page
    browser.go(f"{address}/counter/cases/{served.case}")
    browser.on_both_screens("ofd-counter-case")
    browser.go(f"{address}/counter/verifications/{number}")
    browser.on_both_screens("ofd-counter-verification")
    with page.expect_download() as got:
        page.click("text=下载电子证明（OFD）")
    assert (got.value.suggested_filename, got.value.path().read_bytes()) == (f"{number}.ofd", file)
    browser.go(f"{address}/counter/verifications/{number}/proof.pdf")
    assert "是 OFD 文件，不是 PDF 文件" in browser.text()
    browser.on_both_screens("ofd-counter-other-form")

    at = len(file) // 2
    changed = file[:at] + bytes([file[at] ^ 1]) + file[at + 1 :]
    for name, content, verdict in (
        ("genuine", file, "现行有效"),
        ("changed", changed, "改动"),
        ("packed", zipped({"证明.ofd": file}), "不是 PDF 或 OFD"),
    ):
        (tmp_path / f"{name}.ofd").write_bytes(content)
        browser.go(f"{address}/verify")
        browser.on_both_screens("ofd-verify-start")
        page.set_input_files("#file", tmp_path / f"{name}.ofd")
        page.click("text=检查文件")
        page.wait_for_selector(".verdict")
        browser.on_both_screens(f"ofd-upload-{name}")
        assert verdict in page.inner_text(".verdict"), name
    assert browser.elsewhere() == set()
