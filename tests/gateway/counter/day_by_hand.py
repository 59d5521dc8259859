"""Parts of the day that are people's own: a unit reports an adjustment, an applicant hands something in by his own will."""

from __future__ import annotations

from tests.browser import TELEPHONE, Browser
from tests.gateway.conftest import OTHER, REQUESTER
from tests.gateway.counter.day import Day


def an_adjustment_is_reported(day: Day) -> None:
    """Obligation 5.5."""
    unit = day.person(OTHER).opens("清单调整")
    unit.page.click("main >> text=报送清单调整")
    unit.page.click(".found:has-text('经济困难证明') button:has-text('变更')")
    unit.sees("#changes > fieldset")
    unit.shown("adjustment-found", desktop=False, small=True)
    unit.page.fill("#changes input[name$=validity_days]", "77")
    unit.page.fill("#reason", "《办法》修订，有效期改为七十七天")
    unit.page.fill("#reason_date", day.date.isoformat())
    unit.page.fill("#document", "《办法》2026年修订")
    unit.page.wait_for_selector("#due .right")
    unit.shown("adjustment", at="h2:has(+ form.sheet)")
    unit.presses("报送")
    unit.reads("已记录：报送")


def handed_in_by_his_own_will(day: Day) -> None:
    """Obligations 2.6, 2.7: confirmed on his own telephone."""
    clerk = day.person(REQUESTER)
    clerk.go(f"{day.gateway}/counter/cases/BJ-0901/handed-in")
    clerk.page.select_option("#proof", "P-HOUSEHOLD")
    clerk.presses("请申请人用手机确认")
    clerk.reads("填写他念的确认码")
    clerk.shown("handed-in")
    applicant = Browser(clerk.page.context.new_page(), clerk._pictures)
    applicant.page.set_viewport_size({"width": TELEPHONE[0], "height": TELEPHONE[1]})
    applicant.go(f"{day.gateway}/hand-in/{clerk.page.input_value('[name=address]')}")
    applicant.photograph("hand-in-telephone")
    applicant.page.click("text=我自愿提供")
    clerk.page.fill("#code", applicant.page.inner_text(".said"))
    assert applicant.complaints == [] and applicant.elsewhere() == set()
    applicant.page.close()
    clerk.presses("登记")
    clerk.reads("手机确认码相符")
    clerk.page.click("#state >> text=回到办件")
    clerk.reads("核验的进展")
