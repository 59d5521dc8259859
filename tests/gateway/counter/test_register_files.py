"""登记册: many rows by a file sent from the page, row by row, and the search (obligations 14.1, 15.3)."""

from __future__ import annotations

import csv
import io
from uuid import uuid4

import pytest

from tests.catalog.workbooks import workbook
from tests.gateway.conftest import ADMIN, REQUESTER, Api
from tests.gateway.counter.browsing import HOST, Browser, signed_in, text_of
from tests.gateway.counter.test_register_pages import CHIEF, GUANGMING, PERMIT, PUBLICITY, TRAINING, kept

HEADER = ["日期", "媒体", "标题"]


def send(browser: Browser, path: str, file: bytes, name: str = "登记.csv") -> tuple[int, str]:
    browser.get("/counter")
    files = {"file": (name, file, "application/octet-stream")}
    answer = browser._call(
        "POST", f"{path}/file", headers={"Origin": HOST, "HX-Request": "true"}, data={"form_token": browser.token()}, files=files
    )
    return answer.status_code, text_of(answer)


def table(*rows: list[str], header: list[str] = HEADER) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode("utf-8-sig")


@pytest.fixture
def title() -> str:
    return f"一图读懂{uuid4().hex[:8]}"


def test_good_rows_are_entered_once_and_bad_ones_named(api: Api, title: str) -> None:
    chief = signed_in(api, CHIEF)
    rows = table(["2026/3/4", "区政府网站", title], ["三月", "区政府网站", "甲"], ["2026-03-05", "", "乙"], ["", "", ""])
    status, said = send(chief, PUBLICITY, rows)
    assert status == 200 and "共 3 行：登记 1 行，此前已登记 0 行，未登记 2 行" in said
    assert "第 3 行 “三月”不是日期" in said and "第 4 行 “媒体”" in said, said
    assert "登记 0 行，此前已登记 1 行" in send(chief, PUBLICITY, rows)[1]
    ((_, values, _),) = kept(title)
    assert values == {"日期": "2026-03-04", "媒体": "区政府网站", "标题": title}


def test_a_file_is_a_workbook_too_and_names_units(api: Api, title: str) -> None:
    """Obligation 14.1: the office enters for whoever is named, a unit's people for their own alone."""
    sheet = workbook([["单位", *HEADER], [PERMIT, "2026-03-04", "报纸", title], ["市中区光明路街道办事处", "2026-03-05", "报纸", title]])
    _, said = send(signed_in(api, CHIEF), PUBLICITY, sheet, "登记.xlsx")
    assert "登记 1 行" in said and "第 3 行 由该单位自己登记" in said
    assert "登记 1 行，此前已登记 1 行，未登记 0 行" in send(signed_in(api, ADMIN), PUBLICITY, sheet, "登记.xlsx")[1]
    assert len(kept(title)) == 2


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (table(["2026-03-04", "报纸"], header=["日期", "媒体"]), "表头缺少列：标题"),
        (table(["2026-03-04", "报纸", "甲", "乙"], header=[*HEADER, "备注"]), "不认识的列：备注"),
        (table(), "没有数据行"),
        (b"\x00\x01\x02", "不能读取"),
        (table(*(["2026-03-04", "报纸", str(number)] for number in range(1001))), "最多登记 1000 行"),
    ],
    ids=["no title", "unknown column", "empty", "no table", "too long"],
)
def test_a_file_that_is_none_is_refused_whole(api: Api, file: bytes, words: str) -> None:
    status, said = send(signed_in(api, CHIEF), PUBLICITY, file)
    assert status in (415, 422) and words in said, said


def test_who_may_not_enter_sends_no_file(api: Api) -> None:
    """And whoever may finds a table to fill in."""
    agent = signed_in(api, REQUESTER)
    assert "以文件登记" not in agent.get(PUBLICITY).text and send(agent, PUBLICITY, table())[0] == 403
    chief = signed_in(api, CHIEF)
    assert "以文件登记" in chief.get(PUBLICITY).text
    assert chief.get(f"{PUBLICITY}/empty.csv").content.decode("utf-8-sig").split() == [",".join(["单位", *HEADER, "地址"])]


def test_rows_are_found_by_what_they_say_and_whom_they_name(api: Api, title: str) -> None:
    office = signed_in(api, ADMIN)
    send(office, PUBLICITY, table([GUANGMING, "2026-03-04", "报纸", title], header=["单位", *HEADER]))
    for words, there in ((title, True), (f"报纸 {title}", True), (f"{title} 光明路", True), (f"电视 {title}", False), ("%", False)):
        found = office.get(f"{PUBLICITY}?q={words}")
        assert (f">{title}</td>" in found.text) is there, words
    assert "没有找到“电视" in text_of(office.get(f"{PUBLICITY}?q=电视 {title}"))
    chief = signed_in(api, CHIEF)
    trained = chief.get(f"{TRAINING}/entry")
    assert 'value="demo-permit-1"' in trained.text
    chief.get("/counter")
    topic = f"课程{uuid4().hex[:8]}"
    sent = {"values.日期": "2026-03-04", "values.内容": topic, "values.学时": "2", "values.参训人员": "demo-permit-1"}
    chief.send(f"{TRAINING}/entry", part=True, unit=PERMIT, **sent)
    assert topic in chief.get(f"{TRAINING}?q=演示代办员甲").text and topic not in chief.get(f"{TRAINING}?q=没有这个人").text
