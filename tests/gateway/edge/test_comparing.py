"""逐项核对: an altered paper with a true code is found out, though the page hides what decides (article 9; obligation 11.1)."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from connectors.seal import LocalSeals
from gateway.edge import quotas
from gateway.edge.problems import Problem
from gateway.edge.quotas import Quotas
from ledger.sealing import publication
from settings import settings
from tests.gateway.casework import look_up, seal_and_deliver
from tests.gateway.conftest import Api

FORM = {"Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def delivered(served: Api, seals: LocalSeals) -> tuple[str, str]:
    """Number and code of a delivered proof: 户别 is 家庭户, of which a mask shows one character of three."""
    served.begin()
    number = served.filed()
    look_up(number)
    return number, seal_and_deliver(number, seals)[0]


def compare(api: Api, number: str, code: str, **fields: str) -> dict[str, object]:
    answer = api.post(f"/verify/{number}", None, json={"code": code, "fields": fields})
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_what_is_printed_is_told_equal_or_not_and_nothing_is_shown(api: Api, delivered: tuple[str, str]) -> None:
    altered = {"户别": "集体户", "户主姓名": "演示 甲子", "住址": "山东省枣庄市市中区演示路１号", "婚姻状况": "未婚", "与户主关系": ""}
    answer = compare(api, *delivered, **altered)
    assert answer["compared"] == {"户别": "differs", "户主姓名": "same", "住址": "same", "婚姻状况": "not_printed"}
    assert "家庭户" not in str(answer) and "演示路1号" not in str(answer)
    assert [one[1:] for one in api.accesses()] == [("public", "public_compare")]
    assert compare(api, *delivered, 住址="山东省枣庄市市中区演示路11号")["compared"] == {"住址": "differs"}
    assert compare(api, *delivered, 户主姓名="演示甲午")["compared"] == {"户主姓名": "differs"}


def test_the_conclusion_is_not_hidden(api: Api, delivered: tuple[str, str]) -> None:
    number, code = delivered
    assert api.get(f"/verify/{number}?c={code}", None).json()["proof"]["result"] == "属实"


def test_without_the_code_nothing_is_compared(api: Api, delivered: tuple[str, str]) -> None:
    for wrong in ("", delivered[1][:-1] + "_"):
        answer = compare(api, delivered[0], wrong, 户别="家庭户")
        assert answer["compared"] is None and answer["proof"] is None
    assert api.accesses() == []


def test_the_page_says_it_beside_each_field(api: Api, delivered: tuple[str, str]) -> None:
    number, code = delivered
    start = api.get(f"/verify/{number}?c={code}", None, headers={"Accept": "text/html"}).text
    assert 'name="field:户别"' in start and "家庭户" not in start
    form = urlencode({"field:户别": "集体户", "field:与户主关系": "户主", "field:住址": ""})
    shown = api.post(f"/verify/{number}?c={code}", None, content=form, headers=FORM).text
    assert sorted(re.findall(r">(一致|不一致)</strong>", shown)) == ["一致", "不一致"]
    assert code not in shown and "伪造或变造" in shown and "家庭户" not in shown
    right = urlencode({"field:户别": "家庭户"})
    assert "填写的内容与系统记录一致" in api.post(f"/verify/{number}?c={code}", None, content=right, headers=FORM).text
    harmless = urlencode({"field:户别": '"><b>x'})
    assert "<b>x" not in api.post(f"/verify/{number}?c={code}", None, content=harmless, headers=FORM).text


def test_what_the_forms_fields_are_called_is_not_typeset(api: Api, delivered: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publication, "open_content", lambda *_: [("月收入(元)", "3,000")])
    number, code = delivered
    start = html.unescape(api.get(f"/verify/{number}?c={code}", None, headers={"Accept": "text/html"}).text)
    assert 'name="field:月收入(元)"' in start and "月收入（元）" in start
    form = urlencode({"field:月收入(元)": "三千(整)"})
    assert 'value="三千(整)"' in html.unescape(api.post(f"/verify/{number}?c={code}", None, content=form, headers=FORM).text)


@pytest.mark.parametrize(
    "body",
    [b"{}", b"[]", b'{"code": 1, "fields": {}}', b'{"code": "", "fields": {"a": 1}}', b"\xff", b'{"code": "", "fields": {}, "x": 1}'],
)
def test_what_is_no_comparison_is_refused_in_words(api: Api, delivered: tuple[str, str], body: bytes) -> None:
    answer = api.post(f"/verify/{delivered[0]}", None, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422) and answer.json()["remedy"]
    assert api.post("/verify/HY20260304AAAAAAAA", None, json={"code": "", "fields": {}}).status_code == 404


def test_one_proof_is_compared_so_often_in_an_hour_and_no_more(
    api: Api, delivered: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quotas, "COMPARISONS_PER_HOUR", 2)
    own = Quotas(settings())
    services = api.app.state.services
    monkeypatch.setattr(services.quotas, "count_comparison", own.count_comparison)
    for _ in range(2):
        compare(api, *delivered, 户别="集体户")
    compare(api, delivered[0], "wrong", 户别="集体户")  # who has no code takes nothing from who has it
    number, code = delivered
    form = urlencode({"field:户别": "家庭户"})
    refused = api.post(f"/verify/{number}?c={code}", None, content=form, headers=FORM)
    assert refused.status_code == 429 and "一致" not in refused.text
    assert "分钟后再试" in refused.text and "Retry-After" not in refused.text
    own.count_comparison("HY20260304AAAAAAAA")  # another proof is another count


def test_a_citizen_over_the_limit_reads_how_long_to_wait(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Quotas(replace(settings(), public_checks_per_minute=1))
    own.count_public("192.0.2.1", "check")
    with pytest.raises(Problem) as refused:
        own.count_public("192.0.2.1", "check")
    assert re.fullmatch(r"请等候 \d+ (秒|分钟)后再试。", refused.value.remedy)
    assert int((refused.value.headers or {})["Retry-After"]) >= 1
