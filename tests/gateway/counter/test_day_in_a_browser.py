"""A whole day at the counter, in a real browser and on both screens: what people do they do on pages, as they would.

The requesting unit is 行政审批服务局, the issuing unit 光明路街道. The clock is the day's own (`day.py`); between the acts a worker's
steps run in this process over the real ledger.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runtime.services.postgres import Cluster
from sandbox.people import by_name
from tests.browser import DESKTOP, HAS_BROWSER, TELEPHONE
from tests.conftest import fresh_ledger
from tests.gateway.conftest import ADMIN, ISSUER, PUBLISHER, REQUESTER
from tests.gateway.counter.day import SECOND_OFFICER, Day, Desk, a_day
from tests.gateway.counter.day_by_hand import an_adjustment_is_reported, handed_in_by_his_own_will
from tests.gateway.oversight.test_complaints import taken

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium

pytestmark = pytest.mark.skipif(not HAS_BROWSER, reason="no browser is installed")

CHIEF, LEADER = "demo-guangming-2", "demo-leader"
HARDSHIP = ("3", "600元", "符合")


@pytest.fixture
def ledger(installation: tuple[Path, Cluster], template_database: str) -> Iterator[str]:
    """Each screen has its own day."""
    with fresh_ledger(installation, template_database) as name:
        yield name


@pytest.fixture(params=[DESKTOP, TELEPHONE], ids=["desktop", "telephone"])
def day(request: pytest.FixtureRequest, ledger: str, chromium: Chromium, tmp_path: Path) -> Iterator[Day]:
    with a_day(chromium, request.param, Path(os.environ.get("PROOFLESS_TEST_PICTURES", tmp_path))) as day:
        yield day


def test_a_whole_day(day: Day) -> None:
    began = time.monotonic()
    for act in (
        people_sit_down,
        shared_data_answer_at_once,
        handed_in_by_his_own_will,
        lacking_something_it_is_supplied_and_answered,
        not_theirs_it_is_returned_and_forwarded,
        forgotten_it_is_late_and_supervised,
        a_complaint_is_answered,
        two_persons_publish_a_list,
        a_notice_moves_an_open_limit,
        others_look_on,
    ):
        act(day)
        sys.stdout.write(f"{time.monotonic() - began:5.1f} s: {act.__name__}\n")
        sys.stdout.flush()
    assert day.complaints() == {} and day.elsewhere() == set()


def people_sit_down(day: Day) -> None:
    day.person(ISSUER).opens("收件箱").reads("没有待办的申请")
    day.person(CHIEF).opens("督办").reads("没有督办中的申请")


def shared_data_answer_at_once(day: Day) -> None:
    clerk = day.person(REQUESTER).opens("办件")
    register(day, "BJ-0901", "演示甲子", days="5")
    file(day, "P-HOUSEHOLD")
    clerk.sees("#progress >> text=下载电子证明")
    with clerk.page.expect_download() as got:
        clerk.page.click("#progress >> text=下载电子证明")
    assert got.value.path().read_bytes().startswith(b"%PDF")


def lacking_something_it_is_supplied_and_answered(day: Day) -> None:
    day.at("09:10")
    clerk, issuer = day.person(REQUESTER), day.person(ISSUER)
    file(day, "P-HARDSHIP")
    takes(issuer, "演示甲子 经济困难证明")
    issuer.page.click("summary:has-text('缺少资料')")
    issuer.shown("request", small=True)
    issuer.page.fill("#what", "请补充共同居住的家庭成员人数")
    issuer.sends("要求补正", "已要求补正")

    day.at("09:20")
    clerk.sees("#progress >> text=去补正")
    clerk.page.click("#progress >> text=去补正")
    clerk.reads("请补充共同居住的家庭成员人数")
    clerk.page.fill("#text", "申请人自述共同居住三人")
    clerk.shown("supplement")
    clerk.presses("提交补正")
    clerk.reads("核验的进展")
    issuer.page.click(".lines a >> nth=0")
    issuer.reads("申请人自述共同居住三人")
    answer(day)
    clerk.sees("#progress li:has-text('经济困难证明'):has-text('已送达')")
    clerk.shown("case")


def not_theirs_it_is_returned_and_forwarded(day: Day) -> None:
    day.at("09:40")
    clerk, issuer = day.person(REQUESTER), day.person(ISSUER)
    register(day, "BJ-0940", "演示乙丑", days="5")
    file(day, "P-HARDSHIP")
    issuer.opens("收件箱")
    takes(issuer, "演示乙丑 经济困难证明")
    issuer.page.click("summary:has-text('不属本单位职责')")
    issuer.page.fill("#reason", "申请人户籍和居住地均不在本街道")
    issuer.page.fill("#look_for", "民政")
    issuer.page.check("#units input >> nth=0")
    issuer.sends("退回", "已退回")
    clerk.sees("#progress >> text=去转办")
    clerk.page.click("#progress >> text=去转办")
    clerk.reads("建议转给", "申请人户籍和居住地均不在本街道")
    clerk.shown("forward")
    clerk.presses("转办")
    clerk.reads("核验的进展")
    day.work()
    clerk.sees("#progress >> text=区民政局")


def forgotten_it_is_late_and_supervised(day: Day) -> None:
    day.at("10:00")
    issuer, chief = day.person(ISSUER), day.person(CHIEF)
    register(day, "BJ-1000", "演示丙寅", days="")
    file(day, "P-HARDSHIP")
    issuer.opens("收件箱")
    register(day, "BJ-1002", "演示丁卯", days="5")
    file(day, "P-HARDSHIP")
    issuer.sees(".lines a:has-text('演示丁卯')")
    issuer.shown("inbox", small=True)
    takes(issuer, "演示丙寅 经济困难证明")
    day.at("10:31")
    chief.opens("督办").reads("须在半小时内办理并反馈")
    chief.shown("supervision", small=True)
    chief.page.check("#giving input[type=checkbox]")
    chief.presses("我来接手")
    chief.reads("1 项已交给")
    issuer.page.reload()
    issuer.reads("演示督办员戊 正在办理")
    chief.page.click("#giving .what a")
    answer(day, CHIEF)
    chief.opens("督办").reads("还没有反馈")
    chief.page.select_option("form.sheet select", "done")
    chief.page.fill("form.sheet textarea", "经办人外出,已由督办员接手答复")
    chief.presses("反馈")
    chief.reads("反馈已记录")


def a_complaint_is_answered(day: Day) -> None:
    day.at("11:00")
    number = taken(day.api, unit="370402-GUANGMING")
    sent = {"unit": "370402-GUANGMING", "asked": "请说明为何超时"}
    assert day.api.post(f"/v1/complaints/{number}/pass", ADMIN, json=sent).status_code == 200
    chief = day.person(CHIEF).opens("投诉和线索")
    chief.reads(number, "请说明为何超时")
    chief.page.fill(f"#text-{number}", "经办人外出未交接,已补办并道歉")
    chief.shown("complaint")
    chief.presses("答复")
    chief.reads("没有等待答复的投诉和线索")


def two_persons_publish_a_list(day: Day) -> None:
    day.at("14:00")
    office, publisher = day.person(ADMIN), day.person(PUBLISHER)
    an_adjustment_is_reported(day)
    office.opens("清单调整")
    office.page.click("tbody a")
    office.reads("登记研究通过")
    office.page.fill("#others-decide", "区司法局、区大数据局")
    office.page.fill("#date-decide", day.date.isoformat())
    office.page.fill("#document-decide", "专班纪要〔2026〕3号")
    office.page.fill("#result", "同意变更")
    office.shown("proposal")
    office.presses("登记通过")
    office.reads("已记录：工作专班研究通过")

    publisher.opens("清单调整")
    publisher.page.click("main >> text=公布")
    publisher.page.check("input[name=proposals]")
    publisher.page.fill("#document", "市中政办发〔2026〕1号")
    publisher.shown("publication")
    publisher.presses("公布")
    publisher.reads("版已公布")


def a_notice_moves_an_open_limit(day: Day) -> None:
    """The case of nine forty has been promised within five working days; tomorrow becomes a day off."""
    day.at("15:00")
    first, second, clerk = day.person(ADMIN), day.person(SECOND_OFFICER), day.person(REQUESTER)
    number = opens_verification_of(day, "BJ-0940")
    before = clerk.page.text_content("main details")
    first.opens("工作日历")
    first.page.fill("#text", f"国务院办公厅关于{day.date.year}年部分节假日安排的通知\n一、{day.next.month}月{day.next.day}日放假，共1天。")
    first.page.fill("#source", "国办发明电〔2026〕9号")
    first.presses("查看改变的日子")
    first.reads("提交确认")
    first.shown("calendar", at="form.sheet")
    first.presses("提交确认")
    first.reads("须由另一人确认")
    second.opens("工作日历").reads("演示管理员", "等待确认")
    second.presses("确认，自此按通知")
    second.reads("时限随之重新计算", number)
    clerk.page.reload()
    clerk.reads("时限重新计算")
    assert clerk.page.text_content("main details") != before
    clerk.page.click("summary >> text=时限为什么在这一分钟")
    clerk.shown("verification")


def others_look_on(day: Day) -> None:
    """Who has nothing to do with one case: nothing fails on their pages either."""
    day.at("16:30")
    leader, office, chief, clerk = day.person(LEADER), day.person(ADMIN), day.person(CHIEF), day.person(REQUESTER)
    leader.opens("全局").reads("停住")
    leader.shown("overview", small=True)
    office.opens("运行").shown("running")
    office.opens("待人工处理").shown("stuck")
    office.opens("清单问题")
    chief.go(f"{day.gateway}/counter/duty")
    chief.shown("duty")
    clerk.opens("办件").shown("cases")
    clerk.opens("我的登录")
    clerk.opens("工作台").shown("home")
    clerk.page.click("text=退出登录")
    clerk.reads("已经退出登录")
    clerk.go(f"{day.gateway}/counter/sign-in")
    clerk.shown("sign-in")
    clerk.go(f"{day.gateway}/verify")
    clerk.shown("verify", desktop=False, small=True)


def opens_verification_of(day: Day, case: str) -> str:
    """From the list of cases to the only verification of one; gives its number."""
    clerk = day.person(REQUESTER).opens("办件")
    clerk.page.click(f"main >> text={case}")
    clerk.page.click("#progress a >> nth=0")
    clerk.reads("核验编号")
    return clerk.page.url.rpartition("/")[2]


def register(day: Day, case: str, person: str, days: str) -> None:
    """登记办件: with a number of days it is promised, without one it is done at once."""
    clerk, holder = day.person(REQUESTER).opens("办件"), by_name(person)
    clerk.page.click("main >> text=登记办件")
    clerk.page.click("main a[href$='matter=DEMO-0001']")
    clerk.page.fill("#id_number", holder.id_number)
    clerk.page.keyboard.press("Enter")  # as a scanner does
    clerk.reads("号码校验通过")
    clerk.page.fill("#name", holder.name)
    clerk.page.fill("#case_number", case)
    if days:
        clerk.page.fill("#promised_days", days)
    else:
        clerk.page.check("[name=handling][value=immediate]")
    clerk.shown("case-form")
    clerk.presses("登记")
    clerk.reads("还没有发起核验")


def file(day: Day, *proofs: str) -> None:
    clerk = day.person(REQUESTER)
    before = clerk.page.locator("#progress .papers li").count()
    for box in clerk.page.query_selector_all("[name=proof]:not(:disabled)"):
        box.set_checked(box.get_attribute("value") in proofs)
    clerk.presses("发起所选的核验")
    clerk.page.wait_for_selector(f"#progress .papers li >> nth={before}")
    day.work()


def takes(issuer: Desk, line: str) -> None:
    """From the list, where it appeared by itself."""
    issuer.sees(f".lines a:has-text('{line}')")
    issuer.page.click(f".lines a:has-text('{line}')")
    issuer.presses("认领")
    issuer.reads("我已认领")


def answer(day: Day, person: str = ISSUER) -> None:
    """Filled in, looked at, sent."""
    issuer = day.person(person)
    issuer.page.check("[name=answer][value=true]")
    for index, value in enumerate(HARDSHIP, 1):
        issuer.page.fill(f"#field-{index}", value)
    issuer.presses("预览证明")
    issuer.page.wait_for_selector("#preview img")
    issuer.shown("preview", at="#answer")
    issuer.sends("发出答复", "答复已发出")
    day.work()
