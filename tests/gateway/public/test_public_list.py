"""清单公开: the list as everybody reads it, any version of it, and what changed between any two; without a key."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from domain.listing import Change, content
from gateway.app import create_app
from gateway.catalog import published_documents
from gateway.edge.csv_files import csv_answer
from gateway.edge.pages import SECURITY_HEADERS
from ledger.catalog import published, versions
from ledger.registry import registry
from settings import settings
from tests.gateway.conftest import Api, SimulatedRuns, serving
from tests.ledger.acting import do
from tests.ledger.listing import alter, publish, standing

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
BASIS = "=HYPERLINK(0)《演示办法》"


@pytest.fixture(scope="module", autouse=True)
def two_versions(ledger: str) -> None:
    """Version 2: an altered entry with a basis that a spreadsheet would compute, an added one, one less."""
    household = standing()
    added = replace(standing("DEMO-0002", "P-HARDSHIP"), proof="P-DISABILITY", proof_name="残疾状况证明")
    removed = standing("DEMO-0001", "P-RESIDENCE")
    publish(
        Change(household, replace(household, basis=BASIS, parameters={"certTypeCode": "B"})), Change(None, added), Change(removed, None)
    )


def get(api: Api, path: str, **options: Any) -> str:
    answer = api.get(path, None, headers=BROWSER, **options)
    assert answer.status_code == 200, answer.text
    return answer.text


def table(api: Api, path: str) -> list[list[str]]:
    answer = api.get(path, None)
    assert answer.content.startswith(b"\xef\xbb\xbf") and answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_everybody_reads_how_each_proof_is_verified_without_paper(api: Api) -> None:
    page = get(api, "/catalog")
    assert "第 2 版" in page and "2026年3月4日公布" in page and "测试" in page
    for words in ("市中区行政审批服务局", "公共租赁住房申请", "户籍证明", "不用提交", "数据共享", "部门核验", "市中区光明路街道办事处"):
        assert words in page
    assert "该证明事项属于“公共安全”类" in page and "认定机关\uff1a演示\uff1a工作专班会议" in page and "仍须提交" in page
    assert "区外机构出具且不能通过网络核验" in page and "审核环节在市级以上" in page
    assert "居住情况证明" not in page and "12345" in page and "licence_library" not in page


def test_words_and_units_narrow_the_list(api: Api) -> None:
    found = get(api, "/catalog", params={"q": "经济困难 法律援助申请"})
    assert "找到 <strong>1</strong> 项" in found and "公共租赁住房申请" not in found and 'value="经济困难 法律援助申请"' in found
    assert "没有找到" in get(api, "/catalog", params={"q": "<script>没有%"}) and "<script" not in get(
        api, "/catalog", params={"q": "<script>"}
    )
    own = get(api, "/catalog", params={"unit": "370402-CIVIL"})
    assert "困难残疾人生活补贴申请" in own and "公共租赁住房申请" not in own and "selected>市中区民政局" in own
    assert api.get("/catalog", None, params={"q": "a\u202eb"}).json()["code"] == "text_unclean"


def test_a_long_list_comes_in_pages(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.public.catalog_pages._ON_A_PAGE", 5)
    seen: set[str] = set()
    address, pages = "/catalog?q=证明", 0
    while address:
        page = get(api, address)
        seen |= set(re.findall(r'scope="row">(.*?)<span', page))
        pages += 1
        after = re.search(r'href="([^"]*)" rel="next"', page)
        address = after[1].replace("&amp;", "&") if after else ""
    total = len(do(versions.entries_of))
    assert pages == -(-total // 5) > 2 and len(seen) == len({entry.proof for entry in do(versions.entries_of).values()})
    assert "没有找到" in get(api, "/catalog?p=99")


def test_any_version_stays_as_it_was(api: Api) -> None:
    first = json.loads(get(api, "/catalog/versions/1.json"))
    assert first["version"]["number"] == 1 and first["version"]["document"] == "演示:第一版清单"
    assert "居住情况证明" in [one["proof"]["name"] for one in first["entries"]]
    page = get(api, "/catalog/versions/1")
    assert "已不是现行清单" in page and "居住情况证明" in page
    now = json.loads(get(api, "/catalog.json"))
    assert now == json.loads(get(api, "/catalog/versions/2.json")) and len(now["entries"]) == len(do(versions.entries_of))
    (household,) = [one for one in now["entries"] if one["proof"]["code"] == "P-HOUSEHOLD" and one["matter"]["code"] == "DEMO-0001"]
    assert household == {
        "unit": {"code": "370402-PERMIT", "name": "市中区行政审批服务局"},
        "matter": {"code": "DEMO-0001", "name": "公共租赁住房申请"},
        "proof": {"code": "P-HOUSEHOLD", "name": "户籍证明"},
        "paperless": True,
        "methods": ["data_sharing", "issuer"],
        "method_names": ["数据共享", "部门核验"],
        "issuing_unit": {"code": "370402-GUANGMING", "name": "市中区光明路街道办事处"},
        "basis": BASIS,
        "excluded": None,
    }


def test_tables_open_in_a_spreadsheet_and_compute_nothing(api: Api) -> None:
    lines = table(api, "/catalog.csv")
    assert lines[0] == list(published_documents.ENTRY_HEADER) and len(lines) == len(do(versions.entries_of)) + 1
    assert lines == table(api, "/catalog/versions/2.csv") != table(api, "/catalog/versions/1.csv")
    assert f"'{BASIS}" in {line[8] for line in lines} and {line[5] for line in lines[1:]} == {"是", "否"}


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\uff1d1", "\uff0b1", "\u3000\uff20x"])
def test_no_cell_is_a_formula(text: str) -> None:
    answer = csv_answer("x.csv", ["a", "b"], [[text, None], ["户籍", 3]])

    async def read() -> str:
        return "".join([str(piece) async for piece in answer.body_iterator])

    first, second = list(csv.reader(io.StringIO(asyncio.run(read()).removeprefix("\ufeff"), newline="")))[1:]
    assert first[0].startswith("'") and first[1] == "" and second == ["户籍", "3"]


def test_what_changed_between_two_versions(api: Api) -> None:
    """Obligations 5.3, 5.4."""
    page = get(api, "/catalog/changes/1/2")
    for words in ("减少", "居住情况证明", "不再要求这项证明", "增加", "残疾状况证明", "变更", "设定依据"):
        assert words in page
    assert "来源参数" not in page
    log = json.loads(get(api, "/catalog/changes/1/2.json"))
    assert (log["first"], log["second"]) == (1, 2)
    told = {one["kind"]: one for one in log["changes"]}
    assert told["remove"]["after"] is None and told["remove"]["before"]["proof"]["code"] == "P-RESIDENCE"
    assert told["add"]["before"] is None and told["alter"]["lines"] == [f"设定依据:演示依据:《公共租赁住房管理办法》 → {BASIS}"]
    assert {line[0] for line in table(api, "/catalog/changes/1/2.csv")[1:]} == {"减少", "变更", "增加"}
    back = json.loads(get(api, "/catalog/changes/2/1.json"))["changes"]
    assert {one["kind"] for one in back} == {"add", "alter", "remove"} and "两版之间没有变动" in get(api, "/catalog/changes/2/2")
    assert len(json.loads(get(api, "/catalog/changes/0/2.json"))["changes"]) == len(do(versions.entries_of))
    went = api.get("/catalog/changes?first=1&second=2", None)
    assert (went.status_code, went.headers["location"]) == (303, "/catalog/changes/1/2")


def test_the_documents_hold_the_list_whole(api: Api) -> None:
    """What changed, applied to the first version by a stranger, gives the second."""
    first, second = (json.loads(get(api, f"/catalog/versions/{number}.json"))["entries"] for number in (1, 2))

    def key(one: dict[str, Any]) -> tuple[str, str]:
        return one["matter"]["code"], one["proof"]["code"]

    entries = {key(one): one for one in first}
    for change in json.loads(get(api, "/catalog/changes/1/2.json"))["changes"]:
        if change["after"] is None:
            del entries[key(change["before"])]
        else:
            entries[key(change["after"])] = change["after"]
    assert entries == {key(one): one for one in second}


def test_a_change_that_only_the_system_feels_is_told_without_its_values() -> None:
    before = standing("DEMO-0001", "P-MARRIAGE")
    assert published_documents.change_of(Change(before, replace(before, parameters={"sid": "x"})), {}).lines == ["数据来源的技术参数有调整"]


def test_every_version_is_listed(api: Api) -> None:
    page = get(api, "/catalog/versions")
    assert "第 1 版" in page and 'href="/catalog/changes/1/2"' in page and "现行" in page
    found = json.loads(get(api, "/catalog/versions.json"))["items"]
    assert [(one["number"], one["previous"]) for one in found] == [(2, 1), (1, 0)]


@pytest.mark.parametrize(
    "path", ["versions/99", "versions/99.json", "versions/99.csv", "changes/1/99", "changes/99/1.json", "changes/1/99.csv"]
)
def test_a_version_that_there_is_not(api: Api, path: str) -> None:
    answer = api.get(f"/catalog/{path}", None)
    assert (answer.status_code, answer.json()["code"]) == (404, "version_unknown")
    shown = api.get(f"/catalog/{path}", None, headers=BROWSER)
    assert shown.status_code == 404 and "没有第 99 版清单" in shown.text and 'href="/catalog/versions"' in shown.text


@pytest.mark.parametrize(
    "path", ["versions/x", "versions/0.json", "versions/99999999999999999999", "changes/1/x.csv", "changes?first=1", "?p=0"]
)
def test_nonsense_is_refused_in_words(api: Api, path: str) -> None:
    answer = api.get(f"/catalog/{path}".replace("/?", "?"), None)
    assert answer.status_code == 422 and answer.json()["code"] == "invalid"


@pytest.mark.parametrize(
    "path", ["/catalog/versions/1.json", "/catalog/versions/1.csv", "/catalog/changes/1/2.json", "/catalog/changes/1/2.csv"]
)
def test_what_never_changes_is_kept_for_ever(api: Api, path: str) -> None:
    answer = api.get(path, None)
    assert answer.headers.get_list("cache-control") == ["public, max-age=31536000, immutable"]
    tag = answer.headers["etag"]
    assert do(published.version_of, 1).digest in tag
    for held in (tag, f'"x", W/{tag}', "*"):
        again = api.get(path, None, headers={"If-None-Match": held})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert api.get(path, None, headers={"If-None-Match": '"x"'}).status_code == 200


@pytest.mark.parametrize("path", ["/catalog", "/catalog.json", "/catalog.csv", "/catalog/versions/1"])
def test_what_may_change_is_asked_about(api: Api, path: str) -> None:
    answer = api.get(path, None)
    assert answer.headers["cache-control"] == "public, no-cache"
    assert api.get(path, None, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    if path == "/catalog":
        assert api.get("/catalog?q=x", None).headers["etag"] != answer.headers["etag"]


def test_pages_load_nothing_from_elsewhere_and_name_nobody(api: Api) -> None:
    for path in ("/catalog", "/catalog/versions", "/catalog/versions/1", "/catalog/changes/1/2"):
        answer = api.get(path, None, headers=BROWSER)
        assert not re.search(r"""(?:src|href|action)=["']?(?:https?:)?//""", answer.text), path
        assert "<script" not in answer.text and " style=" not in answer.text
        for name in SECURITY_HEADERS.keys() - {"Cache-Control"}:
            assert answer.headers[name] == SECURITY_HEADERS[name]
        assert answer.text.count("<h1") == 1 and "viewport" in answer.text and "清单内容为演示数据" in answer.text
    everything = (
        get(api, "/catalog.json") + get(api, "/catalog/versions.json") + get(api, "/catalog/changes/0/2.json") + get(api, "/catalog")
    )
    assert not re.search(r"demo-|person:|演示管理员|演示公布员|published_by|certTypeCode", everything)


def test_a_renamed_unit_bears_its_name_of_today_and_the_version_stays(api: Api) -> None:
    digest = do(published.version_of, 1).digest
    do(registry.put_units, [{"code": "370402-HEAT", "name": "演示热力公司", "kind": "public_service"}])
    assert "演示热力公司" in get(api, "/catalog/versions/1") and do(published.version_of, 1).digest == digest


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    def serve(**values: str) -> Any:
        for name, value in values.items():
            monkeypatch.setenv(f"PROOFLESS_{name.upper()}", value)
        settings.cache_clear()
        runs = SimulatedRuns()
        return serving(create_app(runs), runs, address="2001:db8::2")

    yield serve
    monkeypatch.undo()
    settings.cache_clear()


def test_readings_are_limited_by_address_and_checks_apart(other: Any) -> None:
    with other(public_checks_per_minute="3") as limited:
        assert [limited.get(path, None).status_code for path in ("/catalog", "/catalog.json", "/catalog/changes/1/2", "/catalog.csv")] == [
            200,
            200,
            200,
            429,
        ]
        refused = limited.get("/catalog", None, headers=BROWSER)
        assert refused.status_code == 429 and int(refused.headers["retry-after"]) >= 1 and "请求过于频繁" in refused.text
        assert limited.get("/verify/HY20260304AAAAAAAA", None).status_code == 404


def test_feedback_goes_where_the_district_says(api: Api, other: Any) -> None:
    """Obligation 5.3."""
    assert "请拨打 <strong>12345</strong>" in get(api, "/catalog")
    with other(feedback_url="https://www.szq.example.invalid/feedback") as own:
        assert 'href="https://www.szq.example.invalid/feedback"' in own.get("/catalog", None).text


def test_a_list_that_was_never_published_says_so(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: object) -> None:
        raise versions.UnknownVersion("还没有公布过清单。")

    monkeypatch.setattr(published, "version_of", nothing)
    answer = api.get("/catalog", None, headers=BROWSER)
    assert answer.status_code == 404 and "还没有公布过清单" in answer.text


def test_a_list_longer_than_one_reading_is_whole(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = table(api, "/catalog.csv")
    pieces = published.page
    monkeypatch.setattr(published, "AT_ONCE", 4)
    monkeypatch.setattr(published, "page", lambda session, version, **more: pieces(session, version, limit=4, **more))
    assert table(api, "/catalog.csv") == whole


def test_the_published_entry_says_what_its_content_says() -> None:
    for entry in do(versions.entries_of).values():
        shown = published_documents.entry_of(entry, "单位")
        assert shown.basis == content(entry)["basis"] and shown.paperless == (shown.excluded is None)
        assert shown.methods == (list(entry.methods) if shown.paperless else [])


def test_an_older_version_does_not_change_when_a_newer_one_comes(api: Api) -> None:
    before = get(api, "/catalog/versions/2.json")
    number = alter("DEMO-0001", "P-HOUSEHOLD", validity_days=11)
    assert json.loads(get(api, "/catalog.json"))["version"]["number"] == number and get(api, "/catalog/versions/2.json") == before
