"""台账 over HTTP: nothing refuses what an applicant brings; lists in pages, the export whole and harmless (obligations 2.6, 2.7)."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from domain.cells import as_it_stands, meant, safe
from domain.inbox import SupervisionOutcome
from gateway.registers import endpoints
from ledger.database import transaction
from ledger.deadlines import supervision_basis
from ledger.paging import every
from ledger.registry import registry
from ledger.supervision import escalation, supervisions
from settings import settings
from tests.gateway.casework import ask
from tests.gateway.conftest import ADMIN, ISSUER, REQUESTER, Api, party
from tests.ledger.acting import do

OPERATOR = "only-an-operator"


def submit(api: Api, **changes: Any) -> dict[str, Any]:
    body = {"case_number": api.case, "party": party(), "proof": "P-HOUSEHOLD", "reason": "at_hand"} | changes
    answer = api.post("/v1/voluntary-submissions", REQUESTER, json=body)
    assert answer.status_code == 201, answer.text
    kept: dict[str, Any] = answer.json()
    return kept


def test_what_an_applicant_brings_is_taken_whatever_does_not_fit(api: Api) -> None:
    """Obligation 2.6."""
    assert [mark["name"] for mark in submit(api)["marks"]] == ["无本人确认", "无办件"]
    api.put_case()
    confirmation = {"evidence": "code", "sha256": "b" * 64}
    kept = submit(api, confirmation=confirmation)
    assert (kept["marks"], kept["confirmed_name"], kept["confirmation_sha256"]) == ([], "验证码", "b" * 64)
    assert [mark["name"] for mark in submit(api, party=party("演示丁卯"), confirmation=confirmation)["marks"]] == ["非当事人"]
    other = submit(api, party=party() | {"name": "演示甲午"}, confirmation=confirmation)
    assert [mark["code"] for mark in other["marks"]] == ["name_differs"]
    wrong = party() | {"id_number": "370402188102020018"}
    refused = api.post(
        "/v1/voluntary-submissions", REQUESTER, json={"case_number": api.case, "party": wrong, "proof": "P-HOUSEHOLD", "reason": "at_hand"}
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "id_number_invalid")  # malformed, not refused in substance


def test_a_listed_paper_that_is_written_in_words_is_a_listed_paper_still(api: Api) -> None:
    """Obligations 2.6, 2.7, 16.6: else whoever writes names down takes in what he likes, and no sign ever tells of it."""
    api.put_case()
    for proof, is_listed, name in (("P-HOUSEHOLD", True, "户籍证明"), ("户籍 证明", True, "户籍证明"), ("演示无人知道的证明", False, None)):
        kept = submit(api, proof=proof)
        assert (kept["proof"], kept["listed"], kept["proof_name"]) == (proof, is_listed, name or proof)


def test_the_list_comes_in_pages_and_the_export_whole(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.put_case()
    ids = [submit(api)["id"] for _ in range(5)]
    monkeypatch.setattr(endpoints, "every", partial(every, at_once=2))
    pages = list(api.pages("/v1/voluntary-submissions", limit=2))
    assert max(map(len, pages)) == 2 and [item["id"] for items in pages for item in items][-5:] == ids
    table = api.get("/v1/voluntary-submissions.csv", REQUESTER)
    assert table.headers["content-type"] == "text/csv; charset=utf-8" and table.text.startswith("\ufeff序号")
    rows = list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff"))))
    assert [int(row["序号"]) for row in rows if row["办件编号"] == api.case] == ids
    ours = [row for row in rows if row["办件编号"] == api.case]
    assert {(row["确认凭证"], row["注明"]) for row in ours} == {("", "无本人确认")}
    assert {(row["单位名称"], row["经办人姓名"]) for row in ours} == {("市中区行政审批服务局", "演示代办员甲")}


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", " =", "\u3000＝"])
def test_no_cell_is_a_formula(begins: str) -> None:
    assert safe(f"{begins}1+1") == f"'{begins}1+1"


@pytest.mark.parametrize("text", ["1137040200426000412", "007", "1-2-3", "3/4", "2E10", "2026-3"])
def test_no_code_of_a_register_is_a_number_or_a_day(text: str) -> None:
    """Opened in a spreadsheet, more than fifteen digits lose their last ones, 007 its noughts, 1-2-3 is a day of 2003."""
    assert as_it_stands(text) == f"'{text}" and meant(as_it_stands(text)) == text


@pytest.mark.parametrize("text", ["2026-03-04", "370402", "2", "演示 007", "2026-03-04 09:00:00", "1.5"])
def test_other_cells_of_a_register_stay_as_they_are(text: str) -> None:
    assert as_it_stands(text) == text


@pytest.mark.parametrize("text", ["", "演示甲子", "370402", "a=b", "2026-03-04"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert safe(text) == text


def test_registers_are_the_units_own_the_offices_and_the_administrators(api: Api) -> None:
    """Obligation 15.4: operators keep the machinery running and read nobody's 台账."""
    people = [
        {"code": OPERATOR, "unit": "370402-OFFICE", "name": "演示", "roles": ["operator"]},
        {"code": "agent-and-operator", "unit": "370402-HEAT", "name": "演示", "roles": ["agent", "operator"]},
    ]
    with transaction() as session:
        registry.put_people(session, people)
    submit(api)
    for path in ("/v1/voluntary-submissions", "/v1/voluntary-submissions.csv", "/v1/off-system-lookups"):
        assert api.get(path, OPERATOR).json()["code"] == "not_allowed"
    assert api.get("/v1/voluntary-submissions", "agent-and-operator").json()["items"] == []
    assert api.get("/v1/voluntary-submissions", ADMIN).json()["items"]


def test_an_issuing_unit_sees_its_own_timing_alone(api: Api) -> None:
    number = api.filed(proof="P-HARDSHIP")
    request = ask(number)
    body = {"reason": "不属本单位职责", "suggested_unit": "370402-CIVIL"}
    assert api.post(f"/v1/inbox/{request}/return", ISSUER, json=body).status_code == 200
    assert api.post(f"/v1/verifications/{number}/forward", REQUESTER, json={}).status_code == 200
    second = ask(number)

    def units(person: str) -> list[str]:
        return [one["unit"] for one in api.get(f"/v1/verifications/{number}/deadline", person).json()["requests"]]

    assert second and units(ISSUER) == ["370402-GUANGMING"] and units("demo-civil-1") == ["370402-CIVIL"]
    assert units(REQUESTER) == units(ADMIN) == ["370402-GUANGMING", "370402-CIVIL"]


def test_who_reads_feedback_is_on_the_record_once_each(api: Api) -> None:
    number = api.filed(proof="P-HARDSHIP")
    request = UUID(ask(number))
    later = settings().now() + timedelta(hours=26)
    do(escalation.escalate, number, now=later, actor="system:test")
    opened = do(supervision_basis.of_request, request)
    assert opened is not None
    chief = "person:demo-guangming-2"
    do(supervisions.feed_back, opened.id, "370402-GUANGMING", SupervisionOutcome.DONE, "已督促", now=later, actor=chief)
    for person in (ADMIN, ADMIN, "demo-guangming-2"):
        shown = api.get("/v1/supervisions", person).json()["items"]
        assert [item["feedback"] for item in shown if item["verification_number"] == number] == ["已督促"]
    read = [(actor, what) for of, actor, what in api.accesses() if of == number]
    assert read == [(f"person:{ADMIN}", "feedback"), (chief, "feedback")]


def test_who_lists_files_is_on_the_record(api: Api) -> None:
    number = api.filed(proof="P-HARDSHIP")
    request = ask(number)
    png = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f00050001ff89993d1d0000000049454e44ae426082"
    )
    listing = f"/v1/verifications/{number}/attachments"
    assert api.get(listing, ISSUER).json()["items"] == []
    uploaded = api.call("POST", f"/v1/inbox/{request}/attachments", ISSUER, files={"file": ("表.png", png, "image/png")})
    assert uploaded.status_code == 201
    api.get(listing, ISSUER)
    assert [what for of, _, what in api.accesses() if of == number] == ["attachments"]
