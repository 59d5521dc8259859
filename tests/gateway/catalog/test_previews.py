"""清单预览 over HTTP: who may look, what is shown, and the sender's word on a column, kept, corrected and taken back."""

from __future__ import annotations

from typing import Any

from tests.catalog.test_columns import HEADER, ROW
from tests.catalog.workbooks import workbook
from tests.gateway.catalog.test_lists import key, put, send, source
from tests.gateway.conftest import ADMIN, OTHER, REQUESTER, Api

__all__ = ["key"]  # a fixture


def look(api: Api, name: str, person: str = OTHER, content: bytes = workbook([HEADER, ROW])) -> dict[str, Any]:
    answer = api.post(f"/v1/catalog/sources/{name}/preview", person, files={"file": ("清单.xlsx", content)})
    return {"http": answer.status_code, **answer.json()}


def say(api: Api, list_key: str, field: str | None, person: str = OTHER, name: str = "核实方式") -> dict[str, Any]:
    answer = api.call("PUT", f"/v1/catalog/sources/{list_key}/columns", person, json={"name": name, "field": field})
    return {"http": answer.status_code, **answer.json()}


def test_the_sender_looks_says_what_a_column_is_and_looks_again(api: Api, key: str) -> None:  # noqa: F811
    put(api, key)
    first = look(api, key)
    assert (first["http"], first["waits"], first["changes"], first["kind_name"]) == (200, True, None, "证明事项清单")
    (sheet,) = first["sheets"]
    asked = next(one for one in sheet["columns"] if one["asked"])
    assert (asked["name"], asked["field"], asked["candidates"][0]["code"]) == ("核实方式", None, "methods")
    assert {"field": "methods", "name": "核验方式"} in first["fields"] and sheet["rows"][0]["verdict"] is None
    (kept,) = say(api, key, "methods")["items"]
    assert (kept["field_name"], kept["said_by"], kept["for_all"]) == ("核验方式", "person:demo-justice-1", False) and kept["said_at"]
    second = look(api, key)
    assert not second["waits"] and second["sheets"][0]["rows"][0]["verdict_name"] == "采用"
    assert second["changes"] == {"remove": 0, "alter": 1, "add": 0, "blocked": 0, "contradictions": 0}
    assert source(api, key)["status_name"] == "尚未报送", "nothing was handed in"
    assert say(api, key, None)["items"] == [] and look(api, key)["waits"]


def test_a_wrong_column_is_refused_in_words(api: Api, key: str) -> None:  # noqa: F811
    put(api, key)
    wrong = say(api, key, "promised_days")
    assert (wrong["http"], wrong["code"]) == (422, "column_refused")
    assert say(api, key, "x" * 50)["http"] == 422


def test_a_name_in_several_lines_is_sent_back_as_it_was_shown(api: Api, key: str) -> None:  # noqa: F811
    put(api, key)
    content = workbook([(*HEADER[:3], "核实\n方式", HEADER[4]), ROW])
    (asked,) = (one for one in look(api, key, content=content)["sheets"][0]["columns"] if one["asked"])
    assert say(api, key, "methods", name=asked["name"])["http"] == 200
    assert not look(api, key, content=content)["waits"]


def test_only_who_may_hand_it_in_looks_and_says(api: Api, key: str) -> None:  # noqa: F811
    put(api, key)
    assert look(api, key, REQUESTER)["code"] == say(api, key, "methods", REQUESTER)["code"] == "list_unknown"
    assert look(api, key, ADMIN)["http"] == say(api, key, "", ADMIN)["http"] == 200
    say(api, key, None, ADMIN)


def test_a_file_that_is_none_is_refused_in_the_preview(api: Api, key: str) -> None:  # noqa: F811
    put(api, key)
    found = look(api, key, content=b"%PDF-1.4")
    assert (found["http"], found["refused"]["code"], found["sheets"], found["changes"]) == (200, "wrong_kind", [], None)
    assert send(api, key, b"%PDF-1.4")["http"] == 201, "the file is still taken as it came, and judged in the rebuild"
