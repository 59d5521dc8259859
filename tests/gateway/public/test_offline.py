"""离线核验 in a real browser whose network is gone: the telephone judges a paper by what it kept, and says what it cannot know."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.seal import LocalSeals
from domain.reasons import RevokeReason
from gateway.app import create_app
from ledger.casework import revocations
from ledger.database import transaction
from ledger.lifecycle.snapshots import load
from ledger.sealing import sealing
from ledger.vault import vault
from proofs import signed_code
from proofs.signed_code import SignedCode, digest_of
from settings import settings
from tasks.sealing import make
from tasks.sealing import seals as own_seals
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.casework import deliver, lease, look_up, release
from tests.gateway.conftest import Api, SimulatedRuns
from tests.ledger.acting import do
from tests.proofs.readers import qr_codes
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

KIND = "户籍证明"
Paper = tuple[str, str, str]  #: number, what the code says, name and number of who it is about


@pytest.fixture(scope="module")
def papers(served: Api, seals: LocalSeals, tmp_path_factory: pytest.TempPathFactory) -> tuple[Paper, Paper]:
    """Two proofs, the second of which is revoked. Made before the browser begins, whose loop counts as a running one."""
    folder = tmp_path_factory.mktemp("papers")
    good, ended = sealed(served, folder), sealed(served, folder)
    do(lambda session: revocations.revoke(session, load(session, ended[0]), RevokeReason.CONTENT_ERROR, now=settings().now(), actor="test"))
    return good, ended


def sealed(api: Api, folder: Path) -> Paper:
    """A proof as the worker makes it, on paper."""
    api.begin()
    number = api.filed()
    look_up(number)
    held, now = lease(number), settings().now()
    with transaction() as session:
        what = sealing.evidence(session, number)
    with transaction() as session:
        use = sealing.start_use(session, held, what.seal, own_seals().key(what.seal), now=now, actor="worker:test")
    made = make(use, what)
    with transaction() as session:
        sealing.store_proof(session, sealing.Signed(held, what.about, use, made), now=now, actor="worker:test")
    release(number)
    deliver(number)
    (code,) = qr_codes(made.pdf, folder)
    return number, code, what.about.subject.name + " " + what.about.subject.id_number


def kept(browser: Browser, address: str) -> None:
    """The page was opened once with a network."""
    browser.go(f"{address}/verify/offline")
    browser.page.wait_for_selector("#kept:has-text('可以离线核验到')")


def scanned(browser: Browser, address: str, code: str) -> str:
    """As the telephone's camera opens it; gives the verdict."""
    browser.page.goto("about:blank")
    browser.page.goto(f"{address}/verify/{code.partition('/verify/')[2]}")
    browser.page.wait_for_selector("#verdict:not([hidden])")
    return browser.page.inner_text("#verdict")


def typed(browser: Browser, kind: str, name: str, number: str) -> str:
    page = browser.page
    page.evaluate("document.getElementById('compared').textContent = ''")
    for field, text in (("kind", kind), ("name", name), ("id", number)):
        page.fill(f"#compare-{field}", text)
    page.click("#compare button")
    page.wait_for_selector("#compared:has-text('相符')")
    return page.inner_text("#compared")


def test_a_paper_is_judged_without_any_network(papers: tuple[Paper, Paper], browser: Browser) -> None:
    """Obligations 11.1, 16.8."""
    (number, code, who), (ended, ended_code, _) = papers
    name, _, id_number = who.partition(" ")
    assert name not in code and id_number not in code
    with on_a_port(create_app(SimulatedRuns())) as address:
        kept(browser, address)
        browser.on_both_screens("offline-start")
        browser.page.goto(f"{address}/verify/{code.partition('/verify/')[2]}")
        assert browser.page.inner_text("h1") == "有效", "with a network the code opens what it always opened"

    told = scanned(browser, address, code)
    assert "编号真实" in told and number in told and "没有撤销" in told
    assert "相符" in (same := typed(browser, KIND, name, id_number)) and "属实" in same and "不相符" not in same
    browser.on_both_screens("offline-good")
    for kind, of, what in (("未婚证明", name, id_number), (KIND, "演示乙丑", id_number), (KIND, name, id_number[:-1] + "0")):
        typed(browser, KIND, name, id_number)
        assert "不相符" in typed(browser, kind, of, what)
    browser.on_both_screens("offline-another-person")

    told = scanned(browser, address, ended_code)
    assert "已被撤销" in told and ended in told and browser.page.is_hidden("#compare")
    browser.on_both_screens("offline-revoked")

    place, mark = code.rsplit("#", 1)
    for other in (mark[:-6] + "AAAAAA", mark[:40] + ("A" if mark[40] != "A" else "B") + mark[41:]):
        assert "不是本系统签发的" in scanned(browser, address, f"{place}#{other}")
    assert "不是本系统签发的" in scanned(browser, address, f"{place.replace(number, ended)}#{mark}"), "another number under a true word"
    browser.page.goto(f"{address}/verify/offline")
    browser.page.fill("#paste-text", place)
    browser.page.click("#paste button")
    browser.page.wait_for_selector("#verdict:not([hidden])")
    assert "离线不能核验" in browser.page.inner_text("#verdict"), "a code from before there were words"


def test_what_has_ended_and_what_is_too_old_to_tell_are_said(papers: tuple[Paper, Paper], browser: Browser) -> None:
    number, code, _ = papers[0]
    listed, index = 0, 5
    over = SignedCode(number, listed, index, datetime.now(UTC) - timedelta(days=1), digest_of("c", number))
    words = {
        "over": signed_code.signed(vault().status_key("signature"), over),
        "nowhere": signed_code.signed(vault().status_key("signature"), replace(over, listed=7)),
    }
    with on_a_port(create_app(SimulatedRuns())) as address:
        kept(browser, address)
    assert "已过有效期" in scanned(browser, address, f"/verify/{number}?c=c#{words['over']}")
    assert "本机没有这份证明所在的撤销清单" in scanned(browser, address, f"/verify/{number}?c=c#{words['nowhere']}")
    browser.page.clock.set_fixed_time(datetime.now(UTC) + timedelta(days=1, minutes=1))
    told = scanned(browser, address, code)
    assert "不能确认是否撤销" in told and "已超过一天" in told
    browser.page.clock.set_fixed_time(datetime.now(UTC) - timedelta(days=1))
    assert "时钟" in scanned(browser, address, code)
