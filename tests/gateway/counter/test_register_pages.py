"""登记册 without a screen: forms made from the fields, entered once however often it is sent, corrected with what stood there, by whom
the permissions let."""

from __future__ import annotations

import csv
import io
import re
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from domain.registers import REGISTERS, FieldKind, RegisterKind
from gateway.counter import registers as pages
from ledger.database import transaction
from ledger.tables.oversight import RegisterEntry
from tests.gateway.conftest import ADMIN, REQUESTER, Api
from tests.gateway.counter.browsing import Browser, text_of
from tests.gateway.counter.test_adjustment import signed_in

LIST = "/counter/registers"
PUBLICITY, PLANS, TRAINING, MEMBERS = (f"{LIST}/{kind}" for kind in ("publicity", "inspection_plans", "training", "members"))
CHIEF, OTHER_CHIEF = "demo-permit-2", "demo-guangming-2"
PERMIT, GUANGMING = "370402-PERMIT", "370402-GUANGMING"


def said(title: str, **more: str) -> dict[str, str]:
    return {"日期": "2026-03-04", "媒体": "区政府网站", "标题": title} | more


def send(
    browser: Browser, path: str, values: dict[str, str], *, unit: str = PERMIT, replaces: str = "", part: bool = True
) -> tuple[int, str]:
    browser.get("/counter")
    fields = {f"values.{name}": text for name, text in values.items()}
    answer = browser.send(f"{path}/entry", part=part, **{"unit": unit, "replaces": replaces} | fields)
    return answer.status_code, answer.headers.get("location", "").partition("?done=")[2] or text_of(answer)


def kept(title: str) -> list[Any]:
    with transaction() as session:
        query = select(RegisterEntry.serial, RegisterEntry.values, RegisterEntry.replaces)
        return list(session.execute(query.where(RegisterEntry.values["标题"].astext == title).order_by(RegisterEntry.serial)))


def count() -> int:
    with transaction() as session:
        return session.scalars(select(func.count()).select_from(RegisterEntry)).one()


@pytest.fixture
def title() -> str:
    return f"一图读懂{uuid4().hex[:8]}"


def test_every_register_asks_its_own_fields_in_its_own_form(api: Api) -> None:
    office = signed_in(api, ADMIN)
    for kind, about in REGISTERS.items():
        page = office.get(f"{LIST}/{kind.value}/entry")
        if about.moved:
            assert page.status_code == 422 and "PUT /v1/registry/systems" in text_of(page)
            continue
        asked = re.findall(r'<(?:input|select|textarea) (?:id="[^"]*" |type="hidden" )name="values\.([^"]*)"', page.text)
        assert asked == [field.name for field in about.fields if not field.decided], kind
        days = [field.name for field in about.fields if field.kind in (FieldKind.DAY, FieldKind.PAST)]
        assert page.text.count('type="date"') == len(days) and page.text.count(" max=") == sum(
            field.kind is FieldKind.PAST for field in about.fields
        )
    words = re.findall(r'<option value="([^"]+)"', office.get(f"{LIST}/decisions/entry").text.partition('name="values.种类"')[2])
    assert words == ["统筹协调", "指导督导", "重大问题", "清单编制和调整", "督导检查", "其他"]
    assert office.get(f"{LIST}/nothing").status_code == 404


def test_it_is_entered_once_however_often_it_is_sent(api: Api, title: str) -> None:
    """Obligation 14.1."""
    chief = signed_in(api, CHIEF)
    assert [send(chief, PUBLICITY, said(title)) for _ in range(3)] == [(303, "entered"), (303, "known"), (303, "known")]
    assert len(kept(title)) == 1
    assert "没有重复登记" in text_of(chief.get(f"{PUBLICITY}?done=known"))
    assert send(chief, PUBLICITY, said(title, 媒体="枣庄日报")) == (303, "entered"), "another paper is another thing"


def test_a_correction_is_made_once_and_says_what_stood_there(api: Api, title: str) -> None:
    chief, office = signed_in(api, CHIEF), signed_in(api, ADMIN)
    send(chief, PUBLICITY, said(title))
    serial = str(kept(title)[0].serial)
    assert f'value="{title}"' in chief.get(f"{PUBLICITY}/entry?replaces={serial}").text
    assert send(chief, PUBLICITY, said(title), replaces=serial) == (303, "known"), "nothing was changed"
    assert len(kept(title)) == 1
    better = said(title, 媒体="枣庄日报", 地址="https://wzm.example.invalid/1")
    assert [send(chief, PUBLICITY, better, replaces=serial) for _ in range(2)] == [(303, "corrected"), (303, "known")]
    assert [row.replaces for row in kept(title)] == [None, int(serial)]
    row = text_of(chief.get(PUBLICITY)).partition(f"第 {kept(title)[1].serial} 条")[2]
    assert "“媒体”由“区政府网站”改为“枣庄日报”；“地址”由“没有填”改为“https://wzm.example.invalid/1”" in row
    status, words = send(office, PUBLICITY, said(title, 媒体="大众日报"), replaces=serial)
    assert status == 422 and "已被更正" in words and len(kept(title)) == 2
    assert "已被更正" in text_of(office.get(f"{PUBLICITY}/entry?replaces={serial}"))


def test_what_is_wrong_is_named_with_its_field_and_nothing_is_kept(api: Api, title: str) -> None:
    chief, before = signed_in(api, CHIEF), count()
    for path, values, more, words in (
        (PUBLICITY, said(title, 日期="2999-01-01"), {}, "“日期”：不能是将来的日期"),
        (PUBLICITY, said(""), {}, "“标题”：缺少这一栏"),
        (PUBLICITY, said(title, 天气="晴"), {}, "“天气”：登记册没有这一栏"),
        (PUBLICITY, said("字" * 501), {}, "“标题”"),
        (PUBLICITY, said("11010519491231002X"), {}, "“标题”：不得含"),
        (PUBLICITY, said(title), {"replaces": "x"}, "“更正哪一条”"),
        (PUBLICITY, said(title), {"replaces": "999999999"}, "没有要更正的这一条"),
        (TRAINING, {"日期": "2026-03-04", "内容": "系统应用", "学时": "两", "参训人员": "demo-justice-1"}, {}, "“学时”：应为整数"),
        (
            TRAINING,
            {"日期": "2026-03-04", "内容": "系统应用", "学时": "2", "参训人员": "demo-justice-1"},
            {},
            "“参训人员”：应为本单位在册人员",
        ),
        (f"{LIST}/systems", {"系统": "x", "层级": "区级", "已对接": "否"}, {}, "改在登记库登记"),
    ):
        status, text = send(chief, path, values, **more)
        assert status == 422 and words in text, (values, more, text)
    assert count() == before


def test_whose_it_is_enters_it_and_reads_it(api: Api, title: str) -> None:
    chief, other, clerk, office = (signed_in(api, person) for person in (CHIEF, OTHER_CHIEF, REQUESTER, ADMIN))
    send(chief, PUBLICITY, said(title))
    serial, before = kept(title)[0].serial, count()
    for browser, sees, corrects in ((chief, True, True), (clerk, True, False), (office, True, True), (other, False, False)):
        page = browser.get(PUBLICITY).text
        assert (title in page, f"/entry?replaces={serial}" in page) == (sees, corrects)
    assert title not in other.get(f"{PUBLICITY}/entry?replaces={serial}").text and other.page.status_code == 422
    assert title not in other.get(f"{PUBLICITY}/export.csv?corrected=true").text
    assert title in {row["标题"] for row in csv.DictReader(io.StringIO(clerk.get(f"{PUBLICITY}/export.csv").text))}
    assert clerk.get(f"{PUBLICITY}/entry").status_code == 403 and f'href="{PUBLICITY}/entry"' not in clerk.get(PUBLICITY).text
    assert send(clerk, PUBLICITY, said(f"{title}2"))[0] == 403
    assert send(other, PUBLICITY, said(f"{title}2"))[0] == 403, "another unit's"
    assert send(other, PUBLICITY, said(f"{title}2"), unit=GUANGMING, replaces=str(serial))[0] == 422
    assert send(chief, PLANS, {"计划日期": "2026-04-01", "内容": "x"})[0] == 403, "the office's register"
    assert chief.get(f"{PLANS}/entry").status_code == 403 and "由工作专班办公室登记" in text_of(chief.get(PLANS))
    assert count() == before
    assert send(office, PUBLICITY, said(f"{title}2"), unit=GUANGMING) == (303, "entered")
    assert f"{title}2" in other.get(PUBLICITY).text and f"{title}2" not in chief.get(PUBLICITY).text


def test_the_form_offers_the_people_of_the_unit_that_it_is_about(api: Api) -> None:
    """Obligations 4.2, 15.3."""
    office = signed_in(api, ADMIN)
    for unit, person, another in ((PERMIT, CHIEF, OTHER_CHIEF), (GUANGMING, OTHER_CHIEF, CHIEF)):
        offered = re.findall(r'type="checkbox" name="values.参训人员" value="([^"]*)"', office.get(f"{TRAINING}/entry?unit={unit}").text)
        assert person in offered and another not in offered
    assert "还没有登记" in text_of(office.get(MEMBERS)) and "以文件登记" in text_of(office.page)
    member = {"人员": "demo-permit-1", "职责": "成员", "起始日期": "2026-01-01"}
    assert send(office, MEMBERS, member) == (303, "entered")
    assert 'name="values.参加成员" value="demo-permit-1"' in office.get(f"{LIST}/decisions/entry").text
    assert send(office, MEMBERS, member | {"截止日期": "2025-01-01"})[0] == 422


def test_the_list_counts_what_stands_and_for_whom(api: Api, title: str) -> None:
    office, chief, other = (signed_in(api, person) for person in (ADMIN, CHIEF, OTHER_CHIEF))

    def counted(browser: Browser) -> int:
        found = re.search(r'href="/counter/registers/publicity".*?data-label="条数">(\d+)<', browser.get(LIST).text, re.S)
        assert found
        return int(found[1])

    before = [counted(one) for one in (office, chief, other)]
    send(chief, PUBLICITY, said(title))
    send(chief, PUBLICITY, said(title, 媒体="枣庄日报"), replaces=str(kept(title)[0].serial))
    assert [counted(one) for one in (office, chief, other)] == [before[0] + 1, before[1] + 1, before[2]]
    page = text_of(office.get(LIST))
    for about in REGISTERS.values():
        assert about.name in page and about.purpose.partition(",")[0].partition(":")[0].partition(";")[0] in page


def test_the_newest_stand_on_the_first_page_and_the_oldest_are_reached(api: Api, title: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chief = signed_in(api, CHIEF)
    for number in range(2):
        send(chief, PUBLICITY, said(f"{title}-{number}"))
    monkeypatch.setattr(pages, "_ON_A_PAGE", 1)
    first = chief.get(f"{PUBLICITY}?done=entered").text
    assert f"{title}-1" in first and f"{title}-0" not in first and "已登记。" in text_of(chief.page)
    onward = re.search(r'class="button" href="([^"]*cursor=[^"]*)"', first)
    assert onward
    second = chief.get(onward[1].replace("&amp;", "&"))
    assert f"{title}-0" in second.text and "已登记。" not in text_of(second)
    assert chief.get(f"{PUBLICITY}?cursor={quote('x')}").status_code == 422
    assert RegisterKind.PUBLICITY.about.name in first
