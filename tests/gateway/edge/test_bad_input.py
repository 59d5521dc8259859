"""What bad input gets (issue 2): each a clear problem, nothing written, the refusal on the record without a person."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from sandbox.people import by_name
from tests.gateway.casework import ask
from tests.gateway.conftest import ISSUER, OTHER, Api, party

WRONG_DIGIT = by_name("演示甲子").id_number[:-1] + ("0" if by_name("演示甲子").id_number[-1] != "0" else "1")


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.headers["content-type"].startswith("application/problem+json"), answer.text
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code), body
    assert body["title"] and body["detail"] and body["remedy"] and body["type"] == f"/docs#{code}"
    return body


def assert_refused(api: Api, answer: httpx.Response, status: int, code: str, *, verifications: int = 0) -> dict[str, Any]:
    """A problem, nothing half-written, one line on the record, and nobody's data in either."""
    body = assert_problem(answer, status, code)
    assert api.written("verifications") == verifications == api.written("idempotency_keys")
    recorded = api.refusals()
    assert recorded[-1][0] == code and len(recorded) == 1
    for text in (answer.text, json.dumps(recorded, ensure_ascii=False)):
        assert "演示甲" not in text and by_name("演示甲子").id_number not in text
    return body


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"case_number": "C-none"}, 404, "case_unknown"),
        ({"proof": "P-NONE"}, 422, "proof_kind_unknown"),
        ({"proof": "P-DISABILITY"}, 422, "proof_not_listed"),
        ({"matter": "DEMO-0005"}, 422, "matter_differs"),
        ({"party": party("演示乙丑")}, 422, "not_a_party"),
        ({"party": party() | {"name": "演示甲丑"}}, 409, "name_differs"),
        ({"party": party() | {"id_number": WRONG_DIGIT}}, 422, "id_number_invalid"),
        ({"party": party() | {"id_number": "370402189002300018"}}, 422, "id_number_invalid"),
        ({"party": party() | {"id_number": "３７０４０２１８９００１０１００１８"}}, 422, "id_number_invalid"),
        ({"party": {"id_type": "uscc", "id_number": "91370402DEMA00001X", "name": "演示公司"}}, 422, "id_number_invalid"),
        ({"extra": 1}, 422, "invalid"),
        ({"proof": None}, 422, "invalid"),
        ({"proof": ...}, 422, "invalid"),
        ({"case_number": "C-1\x00"}, 422, "text_unclean"),
        ({"party": party() | {"name": "演示\u202e甲子"}}, 422, "text_unclean"),
        ({"party": party() | {"name": "演示甲子 "}}, 422, "invalid"),
        ({"case_number": "../../etc"}, 422, "invalid"),
    ],
)
def test_a_verification_that_may_not_start(api: Api, changes: dict[str, Any], status: int, code: str) -> None:
    api.put_case()
    assert_refused(api, api.file(**changes), status, code)
    assert api.runs.created == []


@pytest.mark.parametrize(
    ("matter", "proof", "code"),
    [
        ("DEMO-0005", "P-SAFETY", "excluded_category"),
        ("DEMO-0006", "P-HOUSEHOLD", "excluded_review"),
        ("DEMO-0006", "P-HARDSHIP", "excluded_outside"),
    ],
)
def test_what_article_2_keeps_out(api: Api, matter: str, proof: str, code: str) -> None:
    """Obligations 2.3, 2.4, 2.5."""
    api.put_case(matter=matter)
    assert_refused(api, api.file(proof=proof), 422, code)
    detail = api.refusals()[0][2]
    assert (detail["matter"], detail["proof"], detail["endpoint"]) == (matter, proof, "file_verification")


def test_a_closed_case(api: Api) -> None:
    api.put_case()
    assert api.post(f"/v1/cases/{api.case}/close").json()["closed_at"]
    assert_refused(api, api.file(), 409, "case_closed")


def test_a_closed_case_is_not_changed(api: Api) -> None:
    api.put_case()
    api.post(f"/v1/cases/{api.case}/close")
    assert_problem(api.put_case(promised_days=9), 409, "case_closed")


def test_the_same_key_with_another_body(api: Api) -> None:
    api.put_case()
    first = api.file(f"{api.case}-1")
    assert first.status_code == 202
    assert_refused(api, api.file(f"{api.case}-1", proof="P-MARRIAGE"), 422, "idempotency_key_reused", verifications=1)


@pytest.mark.parametrize("key", ["", " ", "a" * 201, "two words", "键"])
def test_a_bad_idempotency_key(api: Api, key: str) -> None:
    api.put_case()
    answer = api.post("/v1/verifications", json=api.body(), headers={"Idempotency-Key": key.encode()})
    assert_refused(api, answer, 400, "idempotency_key_invalid")


def test_an_idempotency_key_with_a_person_in_it(api: Api) -> None:
    api.put_case()
    assert_refused(api, api.file(f"k-{by_name('演示甲子').id_number}"), 422, "personal_data_in_number")


def test_no_idempotency_key(api: Api) -> None:
    api.put_case()
    assert_refused(api, api.post("/v1/verifications", json=api.body()), 400, "idempotency_key_invalid")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "invalid"),
        (b"{", 400, "not_json"),
        (b"\xff\xfe", 400, "not_json"),
        (b"NaN", 400, "not_json"),
        (b"9" * 5000, 400, "not_json"),
        (b"[" * 60_000, 400, "too_nested"),
        (b"[" * 30 + b"]" * 30, 400, "too_nested"),
        (b'{"a":' * 6_000 + b"1" + b"}" * 6_000, 400, "too_nested"),
        (b'"\\ud800"', 422, "text_unclean"),
        (b'{"\\u0000": 1}', 422, "text_unclean"),
        (b'{"proof": "A", "proof": "B"}', 422, "duplicate_field"),
        (b"[]", 422, "invalid"),
        (b"null", 422, "invalid"),
        (b" " * 70_000, 413, "too_large"),
    ],
)
def test_a_body_that_is_none(api: Api, content: bytes, status: int, code: str) -> None:
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    assert_refused(api, api.post("/v1/verifications", content=content, headers=headers), status, code)


def test_a_body_without_a_length_is_stopped_while_it_streams(api: Api) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 5_000_000:
            sent += 4096
            yield b" " * 4096

    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    assert_refused(api, api.post("/v1/verifications", content=endless(), headers=headers), 413, "too_large")


def test_a_body_of_another_kind(api: Api) -> None:
    headers = {"Idempotency-Key": "k", "Content-Type": "text/plain"}
    answer = api.post("/v1/verifications", content=json.dumps(api.body()), headers=headers)
    assert_refused(api, answer, 415, "not_json_type")


@pytest.mark.parametrize(
    ("changes", "status", "code", "field"),
    [
        ({"matter": "NONE"}, 422, "matter_unknown", None),
        ({"matter": "DEMO-0002"}, 422, "matter_not_yours", None),
        ({"accepted_at": "2026-03-04T09:00:00"}, 422, "invalid", "accepted_at"),
        ({"accepted_at": 1772586000}, 422, "invalid", "accepted_at"),
        ({"accepted_at": "9999-12-31T23:59:59-14:00"}, 422, "invalid", "accepted_at"),
        ({"accepted_at": "0001-01-01T00:00:00+14:00"}, 422, "invalid", "accepted_at"),
        ({"accepted_at": "2099-03-04T09:00:00+08:00"}, 422, "accepted_at_wrong", None),
        ({"accepted_at": "2006-03-04T09:00:00+08:00"}, 422, "accepted_at_wrong", None),
        ({"promised_days": ...}, 422, "invalid", "body"),
        ({"promised_days": "5"}, 422, "invalid", "promised_days"),
        ({"promised_days": True}, 422, "invalid", "promised_days"),
        ({"promise_end": "2026-03-09T09:00:00+08:00"}, 422, "invalid", "body"),
        ({"promised_days": ..., "promise_end": "2026-03-03T09:00:00+08:00"}, 422, "invalid", "body"),
        ({"parties": []}, 422, "invalid", "parties"),
        ({"parties": [{"role": "boss", **party()}]}, 422, "invalid", "parties.0.role"),
        ({"parties": [{"role": "applicant", **party(), "id_number": WRONG_DIGIT}]}, 422, "id_number_invalid", "parties.0"),
        ({"演示甲子": 1}, 422, "invalid", "body"),
    ],
)
def test_a_case_that_cannot_be_registered(api: Api, changes: dict[str, Any], status: int, code: str, field: str | None) -> None:
    body = assert_refused(api, api.put_case(**changes), status, code)
    assert [error["field"] for error in body.get("errors", [])] == ([field] if field else [])
    assert api.written("cases") == api.written("parties") == 0


def test_a_case_number_with_a_person_in_it(api: Api) -> None:
    number = f"C-{by_name('演示甲子').id_number}"
    assert_refused(api, api.put_case(number), 422, "personal_data_in_number")


def test_another_name_under_the_same_number(api: Api) -> None:
    api.put_case()
    both = [{"role": "applicant", **party("演示乙丑")}, {"role": "applicant", **party(), "name": "演示甲丑"}]
    assert_problem(api.put_case(parties=both), 409, "name_differs")
    assert api.written("parties") == 1


@pytest.mark.parametrize("name", ["演示㼆", "演示𬭎", "演示䶮", "演示𠅤", "演示𫖯"])
def test_rare_characters_and_nineteenth_century_births_pass(api: Api, name: str) -> None:
    assert api.put_case(parties=[{"role": "applicant", **party(name)}]).status_code == 201
    assert api.file(party=party(name)).status_code == 202


def test_replies_that_are_refused(api: Api) -> None:
    """Not yours, fields missing, already answered, withdrawn; the first answer stands."""
    number = api.filed(proof="P-HARDSHIP")
    request = ask(number)
    path = f"/v1/inbox/{request}/reply"
    full = {"answer": "true", "fields": {"家庭人口": "3", "人均月收入": "800元", "认定结论": "符合"}, "note": ""}
    assert_problem(api.post(path, OTHER, json=full), 404, "request_unknown")
    missing = assert_problem(api.post(path, ISSUER, json=full | {"fields": {"家庭人口": "3"}}), 422, "fields_missing")
    assert [error["field"] for error in missing["errors"]] == ["fields.人均月收入", "fields.认定结论"]
    assert_problem(api.post(path, ISSUER, json=full | {"answer": "perhaps"}), 422, "invalid")
    assert api.post(path, ISSUER, json=full).status_code == 200
    assert_problem(api.post(path, ISSUER, json=full | {"answer": "false"}), 409, "already_answered")
    assert api.get(f"/v1/verifications/{number}").json()["state"] == "to_be_sealed"
    assert [code for code, _, _ in api.refusals()] == ["request_unknown", "fields_missing", "invalid", "already_answered"]


def test_a_reply_to_what_was_withdrawn(api: Api) -> None:
    number = api.filed(proof="P-HARDSHIP")
    request = ask(number)
    assert api.post(f"/v1/verifications/{number}/withdraw", json={"reason": "no_longer_needed"}).status_code == 200
    assert_problem(api.get(f"/v1/inbox/{request}", ISSUER), 410, "request_withdrawn")
    answer = api.post(f"/v1/inbox/{request}/reply", ISSUER, json={"answer": "no_record"})
    assert_problem(answer, 410, "request_withdrawn")
    assert api.refusals()[-1][:2] == ("request_withdrawn", "370402-GUANGMING")


def test_what_is_not_the_units_own_looks_unknown(api: Api) -> None:
    number = api.filed()
    for path in (f"/v1/verifications/{number}", f"/v1/verifications/{number}/events", f"/v1/verifications/{number}/proof.pdf"):
        for person in (OTHER, ISSUER):
            foreign = api.get(path, person)
            unknown = api.get(path.replace(number, number[:-1] + ("A" if number[-1] != "A" else "B")), person)
            assert_problem(foreign, 404, "number_unknown")
            assert foreign.json() == unknown.json()
    assert_problem(api.get(f"/v1/cases/{api.case}", OTHER), 404, "case_unknown")
    assert_problem(api.post(f"/v1/cases/{api.case}/close", OTHER), 404, "case_unknown")


def test_addresses_and_methods_that_do_not_exist(api: Api) -> None:
    assert_problem(api.get("/v1/nothing"), 404, "not_found")
    assert_problem(api.call("PATCH", "/v1/inbox"), 405, "method_not_allowed")
    assert_problem(api.get("/v1/cases/%00"), 422, "invalid")
    assert_problem(api.get("/v1/verifications/%00"), 404, "number_unknown")
