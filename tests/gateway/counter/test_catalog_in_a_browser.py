"""清单问题 in a real browser: what is asked, answered by keyboard, for its sender or for all, put right; many of them by pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from catalog.unheard import UNRELATED
from domain.list_rows import Candidate
from gateway.app import create_app
from ledger.catalog import questions
from ledger.catalog.questions import Asked
from ledger.database import transaction
from ledger.registry import registry
from ledger.tables.catalog import CatalogQuestion
from settings import settings
from tests.accessibility import axe as axe  # a fixture
from tests.accessibility import violations
from tests.browser import HAS_BROWSER, Browser
from tests.browser import browser as browser  # a fixture
from tests.catalog.test_lists import GOOD, HEADER
from tests.catalog.workbooks import workbook
from tests.gateway.catalog.test_lists import put, rebuilt, send
from tests.gateway.conftest import ADMIN, Api, SimulatedRuns, serving
from tests.gateway.counter.test_accessibility import be
from tests.ledger.acting import all_of
from tests.serving import on_a_port

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

JUSTICE, CIVIL, OFFICE = "370402-JUSTICE", "370402-CIVIL", "catalog-office"
VAGUE = (*GOOD[:4], "民政事务局", *GOOD[5:])


@pytest.fixture(scope="module")
def place(ledger: str) -> Iterator[tuple[Api, str]]:
    runs = SimulatedRuns()
    with serving(create_app(runs), runs) as api, on_a_port(create_app(runs)) as address:
        with transaction() as session:
            registry.put_people(session, [{"code": OFFICE, "unit": "370402-PERMIT", "name": "演示专班", "roles": ["office"]}])
        yield api, address


def question(subject: str, sender: str = JUSTICE) -> CatalogQuestion:
    return next(one for one in all_of(CatalogQuestion) if one.subject == subject and one.sender in (sender, ""))


def lists(api: Api, **of: list[tuple[Any, ...]]) -> None:
    for key, rows in of.items():
        put(api, key, ADMIN, unit=CIVIL if key == "civil" else JUSTICE, name=f"{key}的清单")
        send(api, key, workbook([(*HEADER, "有效期"), *rows]), ADMIN)
    rebuilt()


def test_what_lists_ask_is_answered_by_keyboard(browser: Browser, place: tuple[Api, str], axe: str) -> None:
    api, address = place
    page = browser.page
    be(browser, address, OFFICE)
    assert "没有待确认的问题" in browser.go(f"{address}/counter/catalog")
    browser.on_both_screens("catalog-empty")

    other = (1, "DEMO-0003", *VAGUE[2:])
    lists(
        api,
        justice=[(*VAGUE, ""), (2, GOOD[1], "户籍所在的证明", *GOOD[3:], "")],
        civil=[(*other, "")],
        days_one=[(*GOOD, "60")],
        days_two=[(*GOOD, "70")],
    )
    browser.go(f"{address}/counter/catalog")
    browser.on_both_screens("catalog-questions")
    assert page.locator("ol.stuck > li").count() == 4
    assert violations(browser, axe) == []
    text = page.inner_text(f"#q-{question('民政事务局').id}")
    assert "区司法局，1 行" in text and "justice的清单 第 2 行" in text and "市中区民政局（1 行）" in text
    text = page.inner_text(f"#q-{question('户籍所在的证明').id}")
    assert "P-HOUSEHOLD" in text and "设定依据" in text and "相近" in text and "没有其他单位的清单等待确认" in text

    # Nothing chosen: nothing is lost, and what to do is said.
    one = page.locator(f"#q-{question('民政事务局').id}")
    one.locator("[name=look_for]").fill("光明")
    page.wait_for_selector(f"#q-{question('民政事务局').id} >> text=370402-GUANGMING")
    one.locator("button").click()
    page.wait_for_selector("#notice .told")
    assert "还没有选好" in page.inner_text("#notice") and one.locator("[name=look_for]").input_value() == "光明"
    browser.on_both_screens("catalog-nothing-chosen")

    # By keyboard: one of those found, for the sender's lists alone; the focus goes on to the question after it.
    one.locator("input[value='370402-GUANGMING']").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_selector("#done")
    assert "光明路街道办事处" in page.inner_text("#done") and "对区司法局的清单有效" in page.inner_text("#done")
    assert page.evaluate("document.activeElement.name") == "code"
    browser.on_both_screens("catalog-answered")
    assert violations(browser, axe) == []
    settled = question("民政事务局")
    assert (settled.answer, settled.for_all, settled.answered_by) == ("370402-GUANGMING", False, f"person:{OFFICE}")
    assert question("民政事务局", CIVIL).open, "an answer belongs to its sender"

    # 来源矛盾: one of the lists, and no other answer.
    conflict = page.locator(f"#q-{question('DEMO-0002|P-HARDSHIP').id}")
    assert "经济困难证明" in conflict.inner_text() and conflict.locator("input[type=radio]").count() == 2
    conflict.locator("summary").click()
    page.wait_for_selector("text=days_two的清单 第 2 行")
    assert conflict.locator("dl > div:has-text('不同')").all_inner_texts() == ["有效期 不同\n60", "有效期 不同\n70"]
    browser.on_both_screens("catalog-rows")
    assert violations(browser, axe) == []
    conflict.locator("input[value=days_two]").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_selector("#done >> text=经济困难证明")
    assert question("DEMO-0002|P-HARDSHIP").answer == "days_two"

    browser.go(f"{address}/counter/catalog?answered=true")
    browser.on_both_screens("catalog-put-right")
    assert violations(browser, axe) == []
    again = page.locator(f"#q-{settled.id}")
    again.locator("summary").click()
    again.locator("[name=look_for]").fill("市中区民政局")
    again.locator("input[value='370402-CIVIL']").check()
    again.locator("input[name=for_all]").check()
    again.locator("button").click()
    page.wait_for_selector("#done >> text=对全部单位的清单有效")
    assert (question("民政事务局").answer, question("民政事务局").for_all) == ("370402-CIVIL", True)
    # What it settled elsewhere waits for nobody, although it is closed by the next rebuild only.
    assert question("民政事务局", CIVIL).open
    assert "民政事务局" not in browser.go(f"{address}/counter/catalog")
    assert [one for one in browser.complaints if "422" not in one] == [] and browser.elsewhere() == set()


def test_thousands_of_questions_come_in_pages_and_stay_small(browser: Browser, place: tuple[Api, str]) -> None:
    _, address = place
    meant = tuple(
        Candidate(code, name, 0.7) for code, name in (("P-HOUSEHOLD", "户籍证明"), ("P-HARDSHIP", "困难证明"), ("P-ARCHIVE", "档案证明"))
    )
    units = ["370402-JUSTICE", "370402-CIVIL", "370402-PERMIT", "370402-HEAT", "370402-ARCHIVE", "370402-GUANGMING"]
    asked = []
    for number in range(400):
        for unit in units:
            why = "名称相近但不一致，需要确认"
            one = Asked("proof", f"写法{number:04}", f"一项很长的证明的名称写法之{number:04}号", why, meant, sender=unit)
            for line in range(3):
                one.found_at(f"{unit} 证明事项清单（2026年第四季度） 第 {line} 行", unit)
            asked.append(one)
    column = Asked(
        "column", "核实方式", "核实方式", "列名与“核验方式”相近但不一致,需要确认", (Candidate("methods", "核验方式", 0.7),), sender=JUSTICE
    )
    column.found_at("司法局的清单", JUSTICE)
    asked.append(column)
    text_beside = Asked("text", "此表另行处理", "此表另行处理", "没有读懂", (UNRELATED,), sender=JUSTICE)
    text_beside.found_at("司法局的清单 第 3 行", JUSTICE)
    asked.append(text_beside)
    with transaction() as session:
        questions.put_asked(session, asked, now=settings().now())
    be(browser, address, OFFICE)
    answer = browser.page.request.get(f"{address}/counter/catalog?topic=proof&unit={JUSTICE}")
    assert len(answer.body()) < 150_000, len(answer.body())
    page = browser.page
    text = browser.go(f"{address}/counter/catalog?topic=column")
    assert "不使用这一列" in text and "登记库" not in text
    page.locator("input[value=methods]").check()
    page.keyboard.press("Enter")
    page.wait_for_selector("#done >> text=核验方式")
    text = browser.go(f"{address}/counter/catalog?topic=text")
    assert "这些行照表中所写采用" in text and "这些行退回，请报送人在各行写明" in text and "登记库" not in text and "unrelated" not in text
    browser.on_both_screens("catalog-question-of-a-text")
    page.locator("input[value=unrelated]").check()
    page.keyboard.press("Enter")
    page.wait_for_selector("#done >> text=与各行无关")
    browser.go(f"{address}/counter/catalog")
    page.select_option("#unit", JUSTICE)
    page.click("text=列出")
    page.wait_for_url("**unit=370402-JUSTICE*")
    assert "区司法局，400 个" in page.inner_text("#unit") and page.locator("ol.stuck > li").count() == 25
    first = page.inner_text("ol.stuck > li >> nth=0")
    page.click("text=下一页")
    page.wait_for_url("**cursor=**")
    assert page.inner_text("ol.stuck > li >> nth=0") != first and "区民政局，" not in page.inner_text("ol.stuck > li >> nth=0 >> h2 + p")
    # An answer on the second page: the list goes on there.
    second, third = (page.locator("ol.stuck > li").nth(at).get_attribute("id") for at in (1, 2))
    page.locator(f"#{second} input[value='P-HOUSEHOLD']").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_selector("#done")
    assert page.locator(f"#{second}").count() == 0 and page.locator("ol.stuck > li").nth(1).get_attribute("id") == third
    assert page.evaluate("document.activeElement.closest('li[id]').id") == third
