"""分页: one form for every list of the contract, and pages that stay while others write."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Boolean, Date, DateTime, Enum, Integer, Text, Uuid

from domain.blocking import Blocked
from gateway.edge.paging import PageAsked
from ledger import paging
from ledger.catalog import drafts
from ledger.database import transaction
from ledger.registry import registry
from settings import settings
from tests.gateway.casework import ask
from tests.gateway.conftest import ADMIN, ISSUER, REQUESTER, Api
from tests.ledger.acting import do

CHIEF = "demo-guangming-2"

#: Lists that are whole in one answer, and why they cannot grow long.
BOUNDED = {
    "get_attachments": "of one verification, which takes a set number",
    "get_mailings": "one for each reader of the report",
    "send_report": "one for each reader of the report",
    "get_sources": "one for each unit and superior list, as many as the district registered",
    "get_columns": "the columns of one sender's lists that a person spoke of",
    "say_column": "the same",
    "get_registers": "a constant of the regulation",
    "get_outages": "failures of the platform within the period that was asked for",
    "record_outage": "the one that was entered and what it took the place of",
    "get_stuck": "the oldest 500: whoever settles them sees the next ones",
    "make_score_sheet": "one for each unit",
    "get_score_sheet": "one for each unit",
    "sign_score_sheet": "one for each unit",
    "get_complaint_layouts": "one for each system that hands complaints over, as the district configures",
    "get_scores": "one for each unit",
    "versions_json": "published once in weeks",
    "record_heads": "one for each hour of a day",
}


def lists(api: Api) -> Iterator[tuple[str, dict[str, Any], set[str], set[str]]]:
    """Each operation of the contract with its path, its query parameters and the properties of its answer."""
    contract = api.get("/openapi.json", None).json()  # what docs/openapi.yaml keeps
    schemas = contract["components"]["schemas"]
    for path, methods in contract["paths"].items():
        for one in methods.values():
            bodies = (answer for status, answer in one["responses"].items() if status < "300" and "content" in answer)
            refs = (body["content"].get("application/json", {}).get("schema", {}).get("$ref", "") for body in bodies)
            said = {name for ref in refs if ref for name in schemas[ref.rpartition("/")[2]].get("properties", {})}
            yield path, one, {each["name"] for each in one.get("parameters", []) if each["in"] == "query"}, said


def test_every_list_is_asked_for_and_continued_in_one_form(api: Api) -> None:
    whole = set()
    for _, one, asked, said in lists(api):
        paged = {"limit", "cursor"} & asked
        assert not asked & {"offset", "after", "page", "size"} and not said & {"more", "next", "next_offset"}, one["operationId"]
        assert (paged == {"limit", "cursor"}) == bool(paged) == ("next_cursor" in said), one["operationId"]
        if "items" in said and not paged:
            whole.add(one["operationId"])
    assert whole == BOUNDED.keys()


#: A place before or within every list, by the type of a column.
SOMEWHERE = {
    DateTime: "2036-03-04 09:00:00+08",
    Date: "2036-03-04",
    Uuid: str(UUID(int=7)),
    Integer: "7",
    Boolean: "false",
    Text: "7",
    Enum: "7",
}


def test_every_list_goes_on_from_a_place_in_each_of_its_orders(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each list, asked in each of its ways, the page after some place is read, whatever there is."""
    orders: list[Any] = []

    def noted(query: Any, order: Any, request: Any) -> Any:
        orders.append([paging._column(one) for one in order])
        return within(query, order, request)

    within = paging.within
    monkeypatch.setattr(paging, "within", noted)
    read, paged = set(), [(path, one) for path, one, asked, _ in lists(api) if "cursor" in asked]
    for path, one in paged:
        ways = [
            [(each["name"], value) for value in each["schema"].get("enum", [])] for each in one["parameters"] if each["name"] == "status"
        ]
        ways += [[(each["name"], value) for value in ("true", "false")] for each in one["parameters"] if each["name"] == "answered"]
        for way in itertools.product(*ways):
            orders.clear()
            where = path.format(kind="publicity", key="none", id=uuid4())
            person = next(who for who in (REQUESTER, ISSUER, CHIEF, ADMIN) if api.get(where, who, params=way).status_code != 403)
            if not orders:
                continue  # of a list in memory, or of one that is not there
            columns = orders[0]
            assert columns[-1].name in ("id", "code", "number", "serial"), (path, "two rows may be equal in its order")
            place = tuple(next(text for kind, text in SOMEWHERE.items() if isinstance(column.type, kind)) for column in columns)
            of = json.dumps([where, sorted(way)])
            cursor = PageAsked(of=of).cursor(paging.Page([], place))
            assert api.get(where, person, params=dict(way) | {"cursor": cursor, "limit": 1}).status_code == 200, path
            read.add(one["operationId"])
    assert {one["operationId"] for _, one in paged} - read == {
        "get_latest_draft",
        "get_draft",
        "get_rows",
        "get_batch_rows",
        "get_report_cases",
    }


def lead(api: Api) -> str:
    body = {"clause": "16.10", "unit": "370402-PERMIT", "subject": f"演示线索{uuid4().hex[:8]}", "text": "演示依据"}
    number: str = api.post("/v1/leads", ADMIN, json=body).json()["number"]
    return number


def dismissed(api: Api, number: str) -> int:
    return api.post(f"/v1/leads/{number}/dismiss", ADMIN, json={"text": "演示:不成立"}).status_code


def asked_for(api: Api) -> str:
    api.begin()
    return str(ask(api.filed(proof="P-HARDSHIP")))


def answered(api: Api, request: str) -> int:
    return api.post(f"/v1/inbox/{request}/reply", ISSUER, json={"answer": "no_record"}).status_code


def unit(api: Api) -> str:
    return shut(api, f"0-{uuid4().hex[:12]}", active=True)


def shut(api: Api, code: str, active: bool = False) -> Any:
    with transaction() as session:
        registry.put_units(session, [{"code": code, "name": f"演示{code}", "kind": "government", "active": active}])
    return code if active else 200


Add, Remove = Callable[[Api], str], Callable[[Api, str], int]


@pytest.mark.parametrize(
    ("path", "person", "add", "remove", "key"),
    [
        ("/v1/leads?standing=found", ADMIN, lead, dismissed, "number"),  # the newest first
        ("/v1/inbox", ISSUER, asked_for, answered, "id"),  # the most urgent first
        ("/v1/units", REQUESTER, unit, shut, "code"),  # by code: a new one falls anywhere
    ],
)
def test_pages_stay_while_rows_come_and_go(api: Api, path: str, person: str, add: Add, remove: Remove, key: str) -> None:
    path, _, condition = path.partition("?")
    asked = dict([condition.split("=")]) if condition else {}
    there = [add(api) for _ in range(6)]
    pages = api.pages(path, person, limit=2, **asked)
    first = [one[key] for one in next(pages)]
    gone = (
        [next(one for one in there if one in first), next(one for one in reversed(there) if one not in first)]
        if set(first) & set(there)
        else there[-1:]
    )
    assert [remove(api, one) for one in gone] == [200] * len(gone)
    add(api), add(api)
    seen = first + [one[key] for items in pages for one in items]
    assert len(seen) == len(set(seen)) and set(there) - set(gone) <= set(seen)


def test_a_cursor_opens_its_own_list_and_no_other(api: Api) -> None:
    for _ in range(3):
        lead(api)
    asked = {"standing": "found", "limit": 1}
    cursor = api.get("/v1/leads", ADMIN, params=asked).json()["next_cursor"]
    assert api.get("/v1/leads", ADMIN, params=asked | {"limit": 2, "cursor": cursor}).status_code == 200
    turned = cursor[:-6] + ("A" if cursor[-6] != "A" else "B") + cursor[-5:]
    elsewhere: list[tuple[str, dict[str, Any]]] = [
        ("/v1/leads", {"cursor": cursor}),  # other conditions
        ("/v1/complaints", {"cursor": cursor}),  # another list
        *(("/v1/leads", asked | {"cursor": wrong}) for wrong in (turned, cursor[:-4], "x", "AAAA", "=", "元", "A" * 1996)),
    ]
    for path, sent in elsewhere:
        refused = api.get(path, ADMIN, params=sent)
        assert (refused.status_code, refused.json()["code"], refused.json()["errors"][0]["field"]) == (422, "invalid", "cursor"), sent
        assert "第一页" in refused.json()["errors"][0]["text"]


def test_a_draft_comes_in_pages_of_changes_and_blocks_together(api: Api) -> None:
    units = [one["code"] for one in api.get("/v1/registry/units", ADMIN).json()["items"]][:3]
    blocked = [Blocked("M", "演示事项", f"P-{n}", "演示证明", code, False, (), ()) for code in units for n in (2, 1)]
    kept = do(drafts.keep, base=0, lines=blocked, sources=[], now=settings().now())
    asked = {"limit": 4}
    path, seen = f"/v1/catalog/drafts/{kept.id}", []
    while asked is not None:
        body = api.get(path, ADMIN, params=asked).json()
        seen += [(one["unit"], line["proof"]["code"]) for one in body["units"] for line in one["blocked"]]
        assert body["blocked_count"] == 6
        asked = {"limit": 4, "cursor": body["next_cursor"]} if body["next_cursor"] else None
    assert seen == sorted((one.unit, one.proof) for one in blocked)
