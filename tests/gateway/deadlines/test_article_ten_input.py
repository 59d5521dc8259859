"""Article 10 over HTTP, where the input is wrong: a clear refusal, and nothing of it is written."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.edge.media import media_type
from ledger.database import transaction
from ledger.tables.inbox import Attachment, Return
from ledger.tables.records import OffSystemLookup
from sandbox.people import by_name
from tests.gateway.casework import ask
from tests.gateway.conftest import ADMIN, ISSUER, REQUESTER, Api
from tests.ledger.acting import all_of

CHIEF = "demo-guangming-2"
GUESS = {"provisional": True}
OFFICE = [{"workday": [["08:30", "12:00"], ["13:30", "17:30"]]}]
NOBODYS = "00000000-0000-4000-8000-000000000000"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f00050001ff89993d1d0000000049454e44ae426082"
)
JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300" + "01" * 64 + "ffc0000b080001000101011100"
    "ffc40014000100000000000000000000000000000000ffda0008010100003f00d2cf20ffd9"
)


def picture(comment: bytes) -> bytes:
    """The same picture with a comment in it: another file."""
    return JPEG[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment + JPEG[2:]


@pytest.fixture
def request_id(api: Api) -> str:
    return str(ask(api.filed(proof="P-HARDSHIP")))


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"reason": "不属本单位职责"},
        {"reason": "不", "suggested_unit": "370402-CIVIL"},
        {"suggested_unit": "370402-CIVIL"},
        {"reason": "不属本单位职责", "suggested_unit": "370402-CIVIL", "unsure_why": "不清楚属于谁"},
        {"reason": "不属\u0000本单位", "suggested_unit": "370402-CIVIL"},
    ],
)
def test_a_return_needs_its_reason_and_one_suggestion(api: Api, request_id: str, body: dict[str, Any]) -> None:
    """Obligation 10.11."""
    answer = api.post(f"/v1/inbox/{request_id}/return", ISSUER, json=body)
    assert answer.status_code == 422 and "errors" in answer.json() or answer.json()["code"] == "text_unclean"
    assert not [row for row in all_of(Return) if str(row.request) == request_id]


def test_a_return_to_oneself_or_to_nobody_is_refused(api: Api, request_id: str) -> None:
    path = f"/v1/inbox/{request_id}/return"
    itself = api.post(path, ISSUER, json={"reason": "不属本单位职责", "suggested_unit": "370402-GUANGMING"})
    assert code(itself) == (422, "suggests_itself")
    nobody = api.post(path, ISSUER, json={"reason": "不属本单位职责", "suggested_unit": "NONE"})
    assert code(nobody) == (422, "suggested_unit_unknown")
    assert code(api.post(path, REQUESTER, json={"reason": "不属本单位", "unsure_why": "不清楚"})) == (404, "request_unknown")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("表.pdf", b"%PDF-1.7\nnot really", (422, "attachment_kind")),
        ("表.png", PNG[:-4], (422, "attachment_kind")),
        ("表.png", PNG[:40] + b"\x00" + PNG[41:], (422, "attachment_kind")),
        ("表.jpg", JPEG[:-2], (422, "attachment_kind")),
        ("表.jpg", JPEG[:60] + b"\xff\xd9", (422, "attachment_kind")),
        ("表.jpg", b"\xff\xd8\xff\xe0" + b"\x00" * 40 + b"\xff\xd9", (422, "attachment_kind")),
        ("表.jpg", JPEG.replace(b"\xff\xc0", b"\xff\xfe"), (422, "attachment_kind")),
        ("表.jpg", JPEG + b"MZ\x90\x00", (422, "attachment_kind")),
        ("表.pdf", PNG, (422, "attachment_kind")),
        ("表.png", JPEG, (422, "attachment_kind")),
        ("表", PNG, (422, "attachment_kind")),
        ("表.exe", b"MZ\x90\x00", (422, "attachment_kind")),
        ("", PNG, (422, "attachment_kind")),
        ("空.png", b"", (415, "not_upload")),
        ("大.png", PNG + b"\x00" * (2 * 1024 * 1024), (413, "too_large")),
        ("更大.png", b"\x00" * (3 * 1024 * 1024), (413, "too_large")),
    ],
)
def test_a_file_that_is_not_what_it_claims_is_refused(
    api: Api, request_id: str, name: str, content: bytes, expected: tuple[int, str]
) -> None:
    answer = api.call("POST", f"/v1/inbox/{request_id}/attachments", ISSUER, files={"file": (name or "\u200b", content)})
    assert code(answer) == expected
    assert not [row for row in all_of(Attachment) if str(row.request) == request_id]


def test_three_files_fit_a_fourth_does_not_and_the_same_one_counts_once(api: Api, request_id: str) -> None:
    path = f"/v1/inbox/{request_id}/attachments"
    jpegs = [picture(bytes([number])) for number in range(4)]
    for content in (*jpegs[:3], jpegs[0]):
        assert api.call("POST", path, ISSUER, files={"file": ("表.jpg", content)}).status_code == 201
    assert code(api.call("POST", path, ISSUER, files={"file": ("表.jpg", jpegs[3])})) == (409, "attachments_full")
    assert code(api.post(path, ISSUER, json={})) == (415, "not_upload")


@pytest.mark.parametrize(
    ("declared", "taken"),
    [
        ("image/png", True),
        ("application/octet-stream", True),
        ("image/png; x=y", True),
        ("image/x-png", True),
        ("image/jpg", False),
        ("application/pdf", False),
        ("text/html", False),
    ],
)
def test_the_declared_type_is_that_of_the_content(api: Api, request_id: str, declared: str, taken: bool) -> None:
    path = f"/v1/inbox/{request_id}/attachments"
    answer = api.call("POST", path, ISSUER, files={"file": ("表.PNG", PNG, declared)})
    assert (answer.status_code == 201) is taken, answer.text


@pytest.mark.parametrize("more", [b"", b"\x00" * 9, JPEG, b"\xff"])
def test_pictures_as_cameras_write_them_are_taken(more: bytes) -> None:
    """Padding after the end, a second picture behind the first, a filled mark."""
    content = JPEG[:-2] + b"\xff" + JPEG[-2:] if more == b"\xff" else JPEG + more
    assert media_type(content) == "image/jpeg"


def test_a_preview_of_what_is_not_sealed_or_not_complete_is_refused(api: Api, request_id: str) -> None:
    path = f"/v1/inbox/{request_id}/preview"
    assert code(api.post(path, ISSUER, json={"answer": "false"})) == (409, "not_sealed")
    assert code(api.post(path, ISSUER, json={"answer": "true", "fields": {"家庭人口": "3"}})) == (422, "fields_missing")
    rare = {"家庭人口": "\U0010fffd", "人均月收入": "1", "认定结论": "x"}
    assert code(api.post(path, ISSUER, json={"answer": "true", "fields": rare})) == (422, "page_refused")


def test_a_colleague_is_told_who_claimed_it_not_what_to_do(api: Api, request_id: str) -> None:
    assert api.post(f"/v1/inbox/{request_id}/claim", CHIEF, json={}).json()["status"] == "claimed"
    assert code(api.post(f"/v1/inbox/{request_id}/reply", ISSUER, json={"answer": "false"})) == (409, "claimed_by_other")
    assert api.post(f"/v1/inbox/{request_id}/release", CHIEF, json={}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "person", "body", "expected"),
    [
        ("POST", "/v1/duty/appointments", CHIEF, {"person": "demo-civil-2", "since": "2026-12-01T00:00:00+08:00"}, "duty_refused"),
        ("POST", "/v1/duty/appointments", CHIEF, {"person": CHIEF, "since": "2026-12-01T00:00:00+08:00", "acting": True}, "duty_refused"),
        (
            "POST",
            "/v1/duty/absences",
            CHIEF,
            {"person": CHIEF, "since": "2026-12-02T00:00:00+08:00", "until": "2026-12-01T00:00:00+08:00"},
            "duty_refused",
        ),
        (
            "PUT",
            "/v1/hours",
            CHIEF,
            {"effective_from": "2099-12-01T00:00:00+08:00", "seasons": [{"workday": [["9", "17:00"]]}], "reason": "x"},
            "timetable_refused",
        ),
        (
            "PUT",
            "/v1/hours",
            CHIEF,
            {"effective_from": "2026-03-01T00:00:00+08:00", "seasons": OFFICE, "reason": "补录"},
            "timetable_refused",
        ),
        ("PUT", "/v1/hours", CHIEF, {"seasons": OFFICE, "reason": "x", "calendar": "nobodys"}, "timetable_refused"),
        ("PUT", "/v1/hours", CHIEF, {"seasons": OFFICE, "reason": "x", "unit": "370402-CIVIL"}, "not_allowed"),
        ("PUT", "/v1/hours", ADMIN, {"seasons": OFFICE, "reason": "x", "unit": "NONE"}, "unit_unknown"),
        ("PUT", "/v1/hours", CHIEF, {"seasons": OFFICE}, "invalid"),
        ("PUT", "/v1/hours", CHIEF, {"seasons": [{"workday": 5}], "reason": "x"}, "invalid"),
        ("PUT", "/v1/calendar/2028", ADMIN, {"rest": ["2026-01-01"], "source": "x", "reason": "x"} | GUESS, "calendar_refused"),
        ("PUT", "/v1/calendar/2028", ADMIN, {"rest": ["2028-01-01"], "source": "x", "reason": "x"}, "calendar_refused"),
        (
            "POST",
            "/v1/outages",
            ADMIN,
            {"since": "2026-03-04T10:00:00+08:00", "until": "2026-03-04T09:00:00+08:00", "reason": "断电"},
            "outage_refused",
        ),
        ("POST", f"/v1/excuses/{NOBODYS}", ADMIN, {"approved": True}, "request_unknown"),
        ("POST", f"/v1/supervisions/{NOBODYS}/feedback", CHIEF, {"outcome": "done", "text": "已督促"}, "supervision_unknown"),
        ("POST", f"/v1/commitment-checks/{NOBODYS}", REQUESTER, {"outcome": "true", "note": "属实"}, "check_unknown"),
        ("POST", f"/v1/credit-blocks/{NOBODYS}/restore", ADMIN, {"why": "已修复"}, "block_unknown"),
        ("POST", f"/v1/notices/{NOBODYS}/settle", ADMIN, {"arrived": True}, "notice_unknown"),
        ("GET", "/v1/calendar/2090", ADMIN, None, "year_unknown"),
        ("GET", f"/v1/attachments/{NOBODYS}", ISSUER, None, "attachment_unknown"),
        ("PUT", "/v1/commitment-texts/NONE", ADMIN, {"text": "承" * 30, "check_days": 5, "basis": "x"}, "proof_kind_unknown"),
    ],
)
def test_what_cannot_be_arranged_is_refused_by_name(
    api: Api, method: str, path: str, person: str, body: dict[str, Any] | None, expected: str
) -> None:
    answer = api.call(method, path, person, json=body)
    assert answer.json()["code"] == expected, answer.text
    assert answer.json()["detail"] and answer.json()["remedy"]


def test_off_system_records_need_a_party_of_the_case(api: Api) -> None:
    """Obligation 7.3."""
    number = api.filed(proof="P-HARDSHIP")
    case = api.get(f"/v1/verifications/{number}", REQUESTER).json()["case_number"]
    stranger, known = by_name("演示丁卯"), by_name("演示甲子")

    def person(holder: Any) -> dict[str, str]:
        return {"id_type": "citizen_id", "id_number": holder.id_number, "name": holder.name}

    with transaction() as session:
        before = session.query(OffSystemLookup).count()
    off = {
        "case_number": case,
        "party": person(known),
        "proof": "P-HOUSEHOLD",
        "source": "国家政务服务平台",
        "operator": "demo-permit-1",
        "looked_up_at": "2099-01-01T00:00:00+08:00",
        "result": "confirmed",
        "evidence_sha256": "a" * 64,
    }
    assert code(api.post("/v1/off-system-lookups", REQUESTER, json=off)) == (422, "instant_in_future")
    off |= {"looked_up_at": "2026-03-01T00:00:00+08:00", "operator": "demo-civil-1"}
    assert code(api.post("/v1/off-system-lookups", REQUESTER, json=off)) == (422, "person_unknown")
    off |= {"operator": "demo-permit-1", "party": person(stranger)}
    assert code(api.post("/v1/off-system-lookups", REQUESTER, json=off)) == (422, "not_a_party")
    with transaction() as session:
        assert session.query(OffSystemLookup).count() == before


def test_a_moved_promise_needs_its_reason_and_lies_ahead(api: Api) -> None:
    number = api.filed(proof="P-HARDSHIP")
    case = api.get(f"/v1/verifications/{number}", REQUESTER).json()["case_number"]
    shown = api.get(f"/v1/cases/{case}", REQUESTER).json()
    holder = by_name("演示甲子")
    body = {
        "matter": shown["matter"],
        "handling": shown["handling"],
        "accepted_at": shown["accepted_at"],
        "promise_end": "2099-06-01T00:00:00+08:00",
        "channel": shown["channel"],
        "parties": [{"role": "applicant", "id_type": "citizen_id", "id_number": holder.id_number, "name": holder.name}],
    }
    path = f"/v1/cases/{case}"
    assert code(api.call("PUT", path, REQUESTER, json=body)) == (422, "promise_reason_needed")
    assert api.call("PUT", path, REQUESTER, json=body | {"promise_reason": "material"}).status_code == 200
    past = body | {"promise_end": "2026-03-05T00:00:00+08:00", "accepted_at": "2026-03-04T00:00:00+08:00", "promise_reason": "correction"}
    assert code(api.call("PUT", path, REQUESTER, json=past)) == (422, "promise_passed")
    assert code(api.call("PUT", path, REQUESTER, json=body | {"handling": "immediate", "promise_reason": "other"})) == (409, "case_fixed")
