"""保管期限 over the API: the office's list, confirmation and holds; what is gone answers 410 in words."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from connectors.seal import LocalSeals
from domain.roles import IdType
from domain.share import ShareOutcome
from domain.subject_access import Identified
from flows.retention import retention as flow
from gateway.verifications.filing import _digest
from gateway.verifications.schemas import VerificationIn
from ledger import retention
from ledger.database import transaction
from ledger.subject_access import looks, objections
from ledger.tables.subject_access import SubjectLook
from settings import settings
from tasks import retention as steps
from tests.gateway.casework import look_up, seal_and_deliver
from tests.gateway.conftest import ADMIN, ISSUER, REQUESTER, Api, party
from tests.ledger.acting import alarms, all_of, do

TERM = timedelta(days=3653)


@pytest.fixture
def due(api: Api, seals: LocalSeals, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A delivered verification of a closed case whose time is over, on the list; the retention term is simulated to zero."""
    number = api.filed(key=f"again-{api.case}")
    look_up(number, ShareOutcome.FOUND)
    seal_and_deliver(number, seals)
    assert api.post(f"/v1/cases/{api.case}/close").status_code == 200
    monkeypatch.setattr(type(settings()), "retention", lambda self: timedelta())
    with transaction() as session:
        retention.list_due(session, timedelta(), now=settings().now())
    yield number


def item(api: Api, standing: str) -> dict[str, object]:
    items = api.get(f"/v1/retention?standing={standing}", ADMIN).json()["items"]
    return next(one for one in items if one["number"] == api.case)


def night() -> None:
    """The flow's steps, as Prefect runs them one after the other."""
    assert flow.name == "retention"
    asyncio.run(steps.erase_confirmed.fn())
    asyncio.run(steps.list_what_is_due.fn())
    asyncio.run(steps.tidy_looks.fn())
    asyncio.run(steps.watch_objections.fn())


def test_from_the_list_to_the_end(api: Api, due: str) -> None:
    line = item(api, "listed")
    assert (line["kind"], line["unit"], line["standing_name"]) == ("case", "370402-PERMIT", "待确认")
    assert "演示" not in str(line)
    night()
    assert item(api, "listed")["id"] == line["id"], "nobody confirmed it"
    answer = api.post("/v1/retention/confirm", ADMIN, json={"items": [line["id"]]})
    assert (answer.status_code, answer.json()) == (200, {"confirmed": 1})
    night()
    assert item(api, "erased")["erased_at"] is not None
    gone = api.get(f"/v1/verifications/{due}/proof.pdf")
    assert (gone.status_code, gone.json()["code"]) == (410, "erased")
    seen = api.get(f"/v1/verifications/{due}").json()
    assert (seen["state"], seen["result"]["fields"]) == ("delivered", {})
    assert [one["event"] for one in api.get(f"/v1/verifications/{due}/events").json()["events"]][-1] == "erased"
    public = api.get(f"/verify/{due}", None)
    assert public.status_code == 200 and "演示甲子" not in public.text


def test_what_was_sent_can_not_be_guessed_any_more_and_its_key_still_leads_to_the_number(api: Api, due: str) -> None:
    key, digest = f"again-{api.case}", text("SELECT body_digest FROM idempotency_keys WHERE verification = :number")
    with transaction() as session:
        before = session.execute(digest, {"number": due}).scalar_one()
    api.post("/v1/retention/confirm", ADMIN, json={"items": [item(api, "listed")["id"]]})
    night()
    with transaction() as session:
        after = session.execute(digest, {"number": due}).scalar_one()
    assert (before, after) == (_digest(VerificationIn.model_validate(api.body())), "erased"), "a guess is confirmed while it is kept"
    assert api.file(key=key).json()["number"] == api.file(key=key, proof="P-HARDSHIP").json()["number"] == due


def test_a_hold_stops_it(api: Api, due: str) -> None:
    line = item(api, "listed")
    api.post("/v1/retention/confirm", ADMIN, json={"items": [line["id"]]})
    body = {"unit": "370402-PERMIT", "case_number": api.case, "reason": "reconsideration", "document": "枣市中政复〔2036〕5号"}
    held = api.post("/v1/holds", ADMIN, json=body)
    assert held.status_code == 201 and held.json()["reason_name"] == "行政复议"
    night()
    assert item(api, "held")["erased_at"] is None
    assert held.json()["id"] in {one["id"] for one in api.get("/v1/holds", ADMIN).json()["items"]}
    assert api.post(f"/v1/holds/{held.json()['id']}/lift", ADMIN).status_code == 200
    assert item(api, "listed")["confirmed_by"] is None
    assert api.post(f"/v1/holds/{held.json()['id']}/lift", ADMIN).json()["code"] == "retention_refused"


def test_the_nights_looks_and_objections(api: Api, due: str) -> None:
    """Of decision 49: a look of long ago finds nobody, a check that is late is told of; by the flow itself."""
    looked = do(
        looks.make, IdType.CITIZEN_ID, str(party()["id_number"]), Identified.ID_CARD, unit="370402-PERMIT", now=settings().now(), actor="x"
    ).look
    late = do(objections.raise_one, looked, due, ["住址"], "住址已经变更", now=settings().now() - timedelta(days=60))
    assert late.due_at is not None
    asyncio.run(flow.fn())
    (row,) = all_of(SubjectLook, id=looked.id)
    assert row.lookup == f"erased:{row.number}"
    assert ("correction_overdue", due) in alarms()


@pytest.mark.parametrize(
    "body",
    [
        {"reason": "litigation", "document": "x"},
        {"unit": "370402-PERMIT", "reason": "litigation", "document": "x"},
        {"complaint": "TS0", "unit": "370402-PERMIT", "case_number": "x", "reason": "litigation", "document": "x"},
        {"complaint": "TS0", "reason": "because", "document": "x"},
        {"complaint": "TS0", "reason": "litigation", "document": ""},
    ],
)
def test_what_names_nothing_or_two_things_is_refused(api: Api, body: dict[str, str]) -> None:
    assert api.post("/v1/holds", ADMIN, json=body).status_code == 422


def test_what_is_unknown_is_refused_in_words(api: Api, due: str) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    answers = [
        api.post("/v1/retention/confirm", ADMIN, json={"items": [item(api, "listed")["id"], nobody]}),
        api.post("/v1/holds", ADMIN, json={"complaint": "TS0", "reason": "audit", "document": "x"}),
        api.post("/v1/holds", ADMIN, json={"unit": "370402-CIVIL", "case_number": api.case, "reason": "audit", "document": "x"}),
    ]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(422, "retention_refused")] * 3
    assert item(api, "listed")["confirmed_at"] is None, "all or none"


@pytest.mark.parametrize("who", [REQUESTER, ISSUER])
def test_only_the_office_decides(api: Api, who: str) -> None:
    assert api.get("/v1/retention", who).status_code == 403
    assert api.post("/v1/retention/confirm", who, json={"items": []}).status_code == 403
    assert api.post("/v1/holds", who, json={}).status_code == 403
