"""清单调整 in a real browser: the draft, what units report and why, sent back with a reason, decided with its record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest

from domain.adjusting import ProposalKind, Step
from domain.blocking import Block, Blocked, Place
from domain.list_rows import DraftSource
from domain.listing import Change
from domain.roles import Role
from gateway.app import create_app
from ledger.catalog import drafts, proposals, versions
from ledger.catalog.proposals import Actor
from ledger.database import transaction
from ledger.registry import registry
from settings import LOCAL, settings
from tests.accessibility import axe as axe  # a fixture
from tests.accessibility import violations
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.catalog.test_list_adjustment import alter, draft, take
from tests.gateway.conftest import OTHER, REQUESTER, Api, SimulatedRuns, serving
from tests.gateway.counter.test_accessibility import be
from tests.ledger.acting import do
from tests.ledger.listing import standing
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

OFFICE = "proposals-office"


@pytest.fixture(scope="module")
def place(ledger: str) -> Iterator[tuple[Api, str]]:
    runs = SimulatedRuns()
    with serving(create_app(runs), runs) as api, on_a_port(create_app(runs)) as address:
        with transaction() as session:
            registry.put_people(session, [{"code": OFFICE, "unit": "370402-PERMIT", "name": "演示专班", "roles": ["office"]}])
        yield api, address


def test_the_office_decides_what_units_report(browser: Browser, place: tuple[Api, str], axe: str) -> None:
    """Obligations 5.5, 5.6."""
    api, address = place
    page = browser.page
    be(browser, address, OFFICE)
    browser.go(f"{address}/counter")
    page.click("nav >> text=清单调整")
    page.wait_for_url("**/counter/catalog/proposals")
    assert "没有等待研究的编制和调整" in browser.text()
    browser.on_both_screens("proposals-empty")

    made = str(draft(api, alter(validity_days=77), reason="《办法》修订，有效期改为七十七天")["id"])
    take(api, made, "report", OTHER)
    browser.go(f"{address}/counter/catalog/proposals")
    browser.on_both_screens("proposals")
    assert violations(browser, axe) == []
    page.click("tbody a")
    page.wait_for_url(f"**/{made}")
    text = page.inner_text("main")
    assert "有效期改为七十七天" in text and "《办法》2026年修订" in text and "有效天数" in text and "变更 1" in text and "演示" in text
    browser.on_both_screens("proposal-to-decide")
    assert violations(browser, axe) == []

    # Back with its reason, and again; whoever reports is another person.
    page.click("summary:has-text('退回修改')")
    page.fill("#why-return", "请补充\n修订的条文")
    page.click("button:has-text('退回')")
    page.wait_for_selector("text=已记录：退回修改")
    assert "理由：请补充 修订的条文" in page.inner_text("main") and page.locator("form.sheet").count() == 0
    browser.on_both_screens("proposal-sent-back")
    take(api, made, "report", OTHER)

    # A record that is refused keeps what was typed.
    today = settings().now().astimezone(LOCAL).date()
    browser.go(f"{address}/counter/catalog/proposals/{made}")
    page.fill("#date-decide", today.isoformat())
    page.fill("#document-decide", "专班纪要〔2026〕3号")
    page.fill("#result", "同意变更")
    page.click("button:has-text('登记通过')")
    page.wait_for_selector("#notice .told")
    assert "参加研究的成员" in page.inner_text("#notice") and page.input_value("#result") == "同意变更"
    browser.on_both_screens("proposal-without-members")
    page.fill("#others-decide", "区司法局、区大数据局")
    page.focus("#result")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=已记录：工作专班研究通过")
    text = page.inner_text("main")
    assert "成员：区司法局、区大数据局" in text and "结果：同意变更" in text and "文件：专班纪要〔2026〕3号" in text
    browser.on_both_screens("proposal-decided")
    assert violations(browser, axe) == []
    with transaction() as session:
        kept = proposals.steps_of(session, UUID(made))[-1].record
    assert kept == {
        "members": ["区司法局", "区大数据局"],
        "date": today.isoformat(),
        "result": "同意变更",
        "document": "专班纪要〔2026〕3号",
    }

    # Another unit's looks like none; its own unit reads it and decides nothing.
    be(browser, address, REQUESTER)
    assert "proposals-office" not in browser.go(f"{address}/counter/catalog/proposals/{made}") and "退回修改" not in browser.text()
    be(browser, address, OTHER)
    assert "同意变更" in browser.go(f"{address}/counter/catalog/proposals/{made}") and page.locator("form.sheet").count() == 0
    assert [one for one in browser.complaints if "422" not in one and "404" not in one] == [] and browser.elsewhere() == set()


def many(count: int) -> list[Change]:
    new = {"matter": "X-MANY", "matter_name": "演示新增事项"}
    do(registry.put_matters, [{"code": "X-MANY", "name": "演示新增事项", "unit": "370402-JUSTICE", "handling": "immediate"}])
    entry = replace(standing("DEMO-0002", "P-HARDSHIP"), **new)
    return [Change(None, replace(entry, proof=f"X-{number:04}", proof_name=f"名称很长的一种证明之{number:04}")) for number in range(count)]


def test_a_list_of_thousands_stays_small(browser: Browser, place: tuple[Api, str]) -> None:
    """Obligation 5.2."""
    _, address = place
    clerk, now = Actor("demo-justice-1", "370402-JUSTICE", {Role.AGENT}), settings().now()
    with transaction() as session:
        row = proposals.draft(
            session,
            ProposalKind.LIST,
            "370402-JUSTICE",
            many(3000),
            reason="首次编制",
            reason_date=None,
            document="《清单》",
            actor=clerk,
            now=now,
        )
        proposals.take(session, row.id, Step.REPORT, actor=clerk, now=now)
        path = f"{address}/counter/catalog/proposals/{row.id}"
    be(browser, address, OFFICE)
    assert len(browser.page.request.get(path).body()) < 150_000
    assert "增加 3000" in browser.go(path) and "共 38 页" in browser.text()
    browser.page.click("text=其余的变动")
    browser.page.wait_for_selector("text=第 2 页")
    browser.page.click("button:has-text('同意')")
    browser.page.wait_for_selector("text=已记录：专班办公室同意")


def test_the_draft_by_unit_and_matter(browser: Browser, place: tuple[Api, str], axe: str) -> None:
    """Obligation 5.4."""
    _, address = place
    page = browser.page
    be(browser, address, OFFICE)
    assert "还没有草案" in browser.go(f"{address}/counter/catalog/draft")
    browser.on_both_screens("draft-empty")
    entry, block = standing("DEMO-0001", "P-HOUSEHOLD"), Block("no_method", "2.2", "保留的证明没有核验方式。", "请至少确定一种。")
    place_of = Place("justice", 1, 7)
    said = [
        Change(entry, None),
        Blocked("DEMO-0002", "法律援助申请", "P-ARCHIVE", "档案证明", "370402-JUSTICE", False, (block,), (place_of,)),
        *many(300),
    ]
    source = DraftSource(key="justice", name="司法局的清单", kind="proofs", unit="370402-JUSTICE", accepted=300, asked=2, refused=1)
    with transaction() as session:
        drafts.keep(session, base=versions.current(session), lines=said, sources=[source], now=settings().now())
    assert len(page.request.get(f"{address}/counter/catalog/draft").body()) < 150_000
    browser.go(f"{address}/counter/catalog/draft")
    browser.on_both_screens("draft")
    assert violations(browser, axe) == []
    rows = [row.split("\t") for row in page.locator("main > table tbody tr").all_inner_texts()]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ["区司法局", "无", "无", "300", "1"],
        ["市中区行政审批服务局", "1", "无", "无", "无"],
    ]
    assert (
        "保留的证明没有核验方式" in browser.text() and "司法局的清单 第 7 行" in browser.text() and page.locator("text=下一页").count() == 1
    )
    page.click("tbody a:has-text('行政审批')")
    page.wait_for_url("**unit=370402-PERMIT")
    assert page.locator(".changes > li").count() == 1 and "减少" in page.inner_text(".changes")
    assert page.locator("main > table tbody tr").count() == 2
    page.click("button:has-text('立即重建')")
    page.wait_for_selector("text=重建已经开始")
    browser.on_both_screens("draft-begun")
    assert violations(browser, axe) == []
