"""谁查过我 in a real browser: the clerk's page, the screen that is turned to the person, and his telephone (decision 49)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors.seal import LocalSeals
from gateway.app import create_app
from ledger.casework import revocations
from ledger.database import transaction
from ledger.lifecycle.snapshots import lock
from settings import settings
from tests.accessibility import axe as axe  # a fixture
from tests.accessibility import violations
from tests.browser import HAS_BROWSER, TELEPHONE, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.casework import ask, look_up, seal_and_deliver
from tests.gateway.conftest import REQUESTER, Api, SimulatedRuns, party, serving
from tests.gateway.counter.test_accessibility import be
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")


@pytest.fixture(scope="module")
def place(ledger: str, seals: LocalSeals) -> Iterator[tuple[Api, str, dict[str, str]]]:
    """Of one person: a proof that holds, one that is revoked, one that is asked for. Of another one: one."""
    runs = SimulatedRuns()
    with serving(create_app(runs), runs) as api, on_a_port(create_app(runs)) as address:
        made = {}
        for name in ("valid", "revoked"):
            api.begin()
            made[name] = api.filed()
            look_up(made[name])
            with ThreadPoolExecutor(1) as aside:  # the signature has a loop of its own
                aside.submit(seal_and_deliver, made[name], seals).result()
        with transaction() as session:
            revocations.revoke(session, lock(session, made["revoked"]), "issued_in_error", now=settings().now(), actor="test")
        api.begin()
        made["asked"] = api.filed(proof="P-HARDSHIP")
        ask(made["asked"])
        api.begin()
        api.put_case(parties=[{"role": "applicant", **party("演示乙丑")}])
        made["others"] = api.file(party=party("演示乙丑")).json()["number"]
        yield api, address, made


def test_from_the_window_to_the_telephone(browser: Browser, place: tuple[Api, str, dict[str, str]], axe: str) -> None:
    _, address, made = place
    page = browser.page
    be(browser, address, REQUESTER)
    browser.go(f"{address}/counter")
    page.click("nav >> text=本人查询")
    page.fill("#id_number", str(party()["id_number"]))
    page.check("text=查验身份证件原件")
    browser.on_both_screens("subject-codes")
    assert violations(browser, axe) == []
    with page.context.expect_page() as opened:
        page.click("text=生成，显示在第二屏")
    screen = Browser(opened.value, browser._pictures)
    screen.page.wait_for_selector("img.code")
    text = screen.text()
    assert "退出登录" not in text and "370402188102020017" not in text and "演示甲子" not in text
    assert screen.page.evaluate("document.querySelector('img.code').naturalWidth") > 0
    screen.on_both_screens("subject-code-screen")
    assert violations(screen, axe) == []
    number, code = text.split("查询编号")[1].split()[0], screen.page.inner_text(".what")
    assert code not in page.content()

    # Another browser: nothing of the clerk's goes along.
    assert page.context.browser
    with page.context.browser.new_context(locale="zh-CN", viewport={"width": TELEPHONE[0], "height": TELEPHONE[1]}) as profile:
        telephone = Browser(profile.new_page(), browser._pictures)
        telephone.go(f"{address}/who-asked?number={number}")
        assert telephone.page.input_value("#number") == number
        telephone.on_both_screens("who-asked")
        assert violations(telephone, axe) == []
        telephone.page.fill("#code", "00000000" if code.replace(" ", "") != "00000000" else "00000001")
        telephone.page.click("main button")
        telephone.page.wait_for_selector("text=没有打开")
        telephone.on_both_screens("who-asked-wrong")
        assert violations(telephone, axe) == []
        telephone.page.fill("#code", code)
        telephone.page.click("main button")
        telephone.page.wait_for_selector("h1 >> text=谁查过您")
        telephone.on_both_screens("who-asked-list")
        assert violations(telephone, axe) == []
        said = telephone.text()
        assert all(made[name] in said for name in ("valid", "revoked", "asked")) and made["others"] not in said
        assert "已撤销" in said and "等待出具单位" in said and "数据共享" in said and "演示甲子" not in said
        assert code not in telephone.page.url and telephone.elsewhere() == set()
        assert [line for line in telephone.complaints if "422" not in line] == []
        first = telephone.page.locator(".asked", has_text=made["valid"]).last  # the check names it too, above
        first.locator("summary").click()
        first.get_by_text("住址").check()
        first.locator("textarea").fill("住址已经变更为演示路 9 号")
        telephone.on_both_screens("who-asked-objection")
        assert violations(telephone, axe) == []
        first.locator("button").click()
        telephone.page.wait_for_selector("text=您提出")
        said = first.inner_text()
        assert "核实" in said and "前答复" in said and "演示路 9 号" not in telephone.text() and first.locator("summary").count() == 0
        telephone.on_both_screens("who-asked-objected")
        telephone.page.click("text=结束查看")
        telephone.page.wait_for_selector("text=查看已经结束")
        telephone.page.go_back()
        telephone.page.reload()
        telephone.page.wait_for_selector("text=查询码没有使用过")
        assert made["valid"] not in telephone.text()
