"""规则解读 in a real browser: a week by each answer beside the record, who decided, and nothing is written (obligation 20.1)."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from domain.readings import Readings
from gateway.app import create_app
from ledger import rules
from ledger.database import transaction
from ledger.registry import registry
from ledger.tables.duty import RuleChange
from ledger.tables.verifications import Deadline
from settings import settings
from tests.accessibility import axe as axe  # a fixture
from tests.accessibility import violations
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.gateway.conftest import SimulatedRuns, serving
from tests.gateway.counter.test_accessibility import be
from tests.gateway.deadlines.test_rule_preview import NOON, WEEK
from tests.ledger.acting import HOUR, MINUTE, all_of, immediate, swept
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

OFFICE, PAGE = "readings-office", "/counter/readings"


@pytest.fixture
def address(ledger: str) -> Iterator[str]:
    runs = SimulatedRuns()
    with serving(create_app(runs), runs), on_a_port(create_app(runs)) as address:
        with transaction() as session:
            registry.put_people(session, [{"code": OFFICE, "unit": "370402-OFFICE", "name": "演示办公室", "roles": ["office"]}])
        yield address


def test_a_week_by_three_answers(address: str, browser: Browser, axe: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Missed at 12:20 by the clock; in service time it has until 13:50."""
    page = browser.page
    lease, _ = immediate(NOON, "P-ARCHIVE", matter="DEMO-0003")
    swept(NOON + HOUR)
    monkeypatch.setattr(type(settings()), "now", lambda _self: NOON + HOUR + 30 * MINUTE)  # 13:20
    be(browser, address, OFFICE)
    browser.go(address + PAGE)
    browser.on_both_screens("readings")
    assert violations(browser, axe) == []
    before = [(one.id, one.due_at, one.rule_version) for one in all_of(Deadline)]
    page.fill("#period-measure", WEEK)
    page.keyboard.press("Enter")
    page.wait_for_selector("caption >> text=最迟时限")
    browser.on_both_screens("reading")
    rows = {row.query_selector("th").inner_text().split()[0]: row.inner_text() for row in page.query_selector_all("tbody tr")}  # type: ignore[union-attr]
    assert list(rows) == ["台账记录", "视同收到后按自然时间", "按自然时间", "只计服务时间"] and "现行" in rows["视同收到后按自然时间"]
    missed = {name: page.inner_text(f"tr:has(th:has-text('{name}')) td[data-label='超时']").split()[0] for name in rows}
    assert missed == {"台账记录": "1", "视同收到后按自然时间": "1", "按自然时间": "1", "只计服务时间": "0"}
    assert "少 1" in rows["只计服务时间"] and page.inner_text("dl").count(lease.number) == 1
    assert violations(browser, axe) == [] and browser.complaints == []
    assert [(one.id, one.due_at, one.rule_version) for one in all_of(Deadline)] == before and not all_of(RuleChange)


def test_who_decided_and_since_when(address: str, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    immediate(NOON, "P-ARCHIVE", matter="DEMO-0003")
    be(browser, address, OFFICE)
    assert "开始督办 现行" in browser.go(address + PAGE) and "历次变更" not in browser.text()
    monkeypatch.setenv("PROOFLESS_READINGS", json.dumps({"soft_supervision": False}))
    settings.cache_clear()
    with transaction() as session:
        rules.begin_change(session, "演示:工作专班第3次会议", effective_from=NOON + 2 * HOUR, now=NOON + 10 * MINUTE, actor=OFFICE)
    text = browser.go(address + PAGE)
    said = next(one.inner_text() for one in browser.page.query_selector_all(".changes > li") if "不督办" in one.inner_text())
    assert "不督办 现行" in said and "演示办公室" in said and "演示:工作专班第3次会议" in said and "自 2026年3月4日 13:50 起生效" in said
    others = [one.inner_text() for one in browser.page.query_selector_all(".changes > li") if "不督办" not in one.inner_text()]
    assert all("没有变更" in one for one in others) and Readings(soft_supervision=False).version in text
    monkeypatch.undo()
    settings.cache_clear()


def test_what_cannot_be_tried_is_told(address: str, browser: Browser) -> None:
    be(browser, address, OFFICE)
    assert "不是周次或日期" in browser.go(f"{address}{PAGE}/measure?period=2026-W60")
    assert "没有这个地址" in browser.go(f"{address}{PAGE}/self_supervision")
