"""After a mixed run, with failures whose text carries persons: none of them stands anywhere in clear (obligation 15.4)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg2.extensions
import pytest

from runtime.services.postgres import Cluster
from sandbox.people import by_name
from tests.endtoend.acting import Api, party, well_again
from tests.endtoend.receiving import Receiver
from tests.endtoend.searching import found_in, found_in_database, found_in_files
from tests.patience import wait_until
from tests.stack import PrefectServer, Stack

PERSON, OTHER = by_name("演示己丑"), by_name("演示庚寅")
TALKATIVE = f"{PERSON.name} {PERSON.id_number} 的记录有误"


def test_nobody_is_found_anywhere(
    stack: Stack,
    prefect: PrefectServer,
    department: Api,
    office: Api,
    administrator: Api,
    installation: tuple[Path, Cluster],
    databases: dict[str, psycopg2.extensions.connection],
) -> None:
    the_search_finds_what_is_there(installation[0], databases)
    sources_that_say_too_much(stack, department, office)
    calls_that_are_refused(stack, department, office, administrator)
    a_receiver_that_answers_with_a_person(department, administrator)
    a_name_that_cannot_be_printed(department, office)
    what_people_write_about_a_case(department, office, administrator)
    people_at_prefect(prefect)

    for name, connection in databases.items():
        assert found_in_database(connection) == {}, name
    assert prefect_says(prefect) == {}
    home = installation[0]
    assert found_in_files(home, leave_out=home / "postgres") == {}


def the_search_finds_what_is_there(home: Path, databases: dict[str, psycopg2.extensions.connection]) -> None:
    """In a table of each database as text, JSON and bytes, and in a log file; what is planted goes away again."""
    for connection in databases.values():
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE scratch (a text, b jsonb, c bytea)")
            row = (f"x{PERSON.id_number}", json.dumps({"name": PERSON.name}, ensure_ascii=False), PERSON.name.encode())
            cursor.execute("INSERT INTO scratch VALUES (%s, %s, %s)", row)
            assert found_in_database(connection)["scratch"] == {PERSON.id_number, PERSON.name, PERSON.name.encode().hex()}
            cursor.execute("DROP TABLE scratch")
    planted = home / "logs" / "planted.log"
    planted.write_text(f"GET /x?name={httpx.URL('http://x', params={'n': PERSON.name}).query.decode()}\n")
    assert list(found_in_files(home, leave_out=home / "postgres")) == [str(planted)]
    planted.unlink()


def sources_that_say_too_much(stack: Stack, department: Api, office: Api) -> None:
    """No record, failing, refused, unknown: each with a person in its text, from both families of sources."""
    for status in ("10", "99", "777"):
        stack.fault("licence_library", fault="status", status=status, message=TALKATIVE)
        settled(department, department.file("P-HOUSEHOLD", PERSON.name)["number"])
    for status in ("E-106", "777"):
        stack.fault("province_gateway", fault="status", status=status, message=TALKATIVE)
        settled(department, department.file("P-MARRIAGE", PERSON.name)["number"])
    well_again(stack)
    stack.fault("licence_library", fault="garbage", times=1)
    settled(department, department.file("P-HOUSEHOLD", OTHER.name)["number"])
    stack.fault("licence_library", fault="wrong_name", times=1)
    settled(department, department.file("P-HOUSEHOLD", PERSON.name)["number"])
    number = department.file("P-HARDSHIP", PERSON.name)["number"]
    department.wait_for(number, "awaiting_reply")
    office.reply(office.asked(number)["id"], "cannot_verify", {}, note=TALKATIVE)
    department.wait_for(number, "needs_attention")


def settled(department: Api, number: str) -> None:
    ends = {"delivered", "awaiting_reply", "needs_attention"}
    wait_until(lambda: department.see(number)["state"] in ends, 40, f"{number} settled")


def calls_that_are_refused(stack: Stack, department: Api, office: Api, administrator: Api) -> None:
    """A person in every place of a call where none belongs."""
    case, sent = department.put_case(PERSON.name), party(PERSON.name)
    body = {"case_number": case, "proof": "P-HOUSEHOLD", "party": sent}
    json_type = {"Content-Type": "application/json"}
    wrong_digit = PERSON.id_number[:-1] + ("0" if PERSON.id_number[-1] != "0" else "1")
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/v1/verifications", {"content": f'{{"party": "{TALKATIVE}', "headers": json_type}),
        ("POST", "/v1/verifications", {"json": body | {TALKATIVE: TALKATIVE}}),
        ("POST", "/v1/verifications", {"json": body | {"proof": PERSON.name}}),
        ("POST", "/v1/verifications", {"json": body | {"party": sent | {"id_number": wrong_digit}}}),
        ("POST", "/v1/verifications", {"json": body | {"party": sent | {"name": OTHER.name}}}),
        ("POST", "/v1/verifications", {"json": body | {"party": party(OTHER.name)}}),
        ("POST", "/v1/verifications", {"json": body, "headers": {"Idempotency-Key": PERSON.id_number}}),
        ("POST", "/v1/verifications", {"json": body, "headers": {"Proofless-Acting-Person": PERSON.id_number}}),
        ("PUT", f"/v1/cases/{PERSON.id_number}", {"json": {"matter": PERSON.name, "parties": [sent]}}),
        ("PUT", f"/v1/cases/{PERSON.name}", {"json": {}}),
        ("GET", f"/v1/cases/{PERSON.id_number}", {}),
        ("GET", f"/v1/verifications/{PERSON.id_number}", {}),
        ("GET", f"/v1/{PERSON.name}/{PERSON.id_number}", {"params": {"name": PERSON.name}}),
        ("GET", "/verify", {"params": {"number": PERSON.id_number}}),
        ("GET", f"/verify/{PERSON.id_number}", {"params": {"c": PERSON.name}}),
        ("GET", f"/verify/{PERSON.name}", {"headers": {"User-Agent": PERSON.id_number}}),
        ("POST", "/verify/upload", {"files": {"file": (f"{PERSON.name}.pdf", TALKATIVE.encode())}}),
    ]
    for method, path, options in calls:
        headers = {"Idempotency-Key": uuid4().hex} | options.pop("headers", {})
        answer = department.http.request(method, path, headers=headers, **options)
        assert answer.status_code < 500, f"{method} {path}: {answer.text}"
        assert PERSON.id_number not in answer.text and PERSON.name not in answer.text, f"{method} {path}"
    number = department.file("P-HARDSHIP", PERSON.name)["number"]
    department.wait_for(number, "awaiting_reply")
    for reply in ({"answer": TALKATIVE}, {"answer": "true", "fields": {PERSON.name: TALKATIVE}, "note": TALKATIVE}):
        path = f"/v1/inbox/{office.asked(number)['id']}/reply"
        assert office.http.post(path, json=reply).status_code == 422
    address = {"url": f"http://127.0.0.1/{PERSON.id_number}"}
    assert administrator.http.put("/v1/units/370402-PERMIT/callback", json=address).status_code == 422
    with httpx.Client(trust_env=False) as stranger:
        key = {"Authorization": f"Bearer {PERSON.id_number}"}
        assert stranger.get(f"{stack.gateway_url}/v1/inbox", headers=key).status_code == 401


def a_receiver_that_answers_with_a_person(department: Api, administrator: Api) -> None:
    with Receiver(500, TALKATIVE.encode()) as receiver:
        administrator.http.put("/v1/units/370402-PERMIT/callback", json={"url": receiver.url}).raise_for_status()
        try:
            department.file("P-HOUSEHOLD", PERSON.name, wait=20)
            (message,) = receiver.wait_for(1)
            assert PERSON.id_number.encode() not in message.raw
        finally:
            administrator.http.delete("/v1/units/370402-PERMIT/callback").raise_for_status()


def a_name_that_cannot_be_printed(department: Api, office: Api) -> None:
    number = department.file("P-HARDSHIP", PERSON.name, name=f"{PERSON.name}\U00030ede")["number"]
    department.wait_for(number, "awaiting_reply")
    office.reply(office.asked(number)["id"])
    department.wait_for(number, "needs_attention")


def what_people_write_about_a_case(department: Api, office: Api, administrator: Api) -> None:
    """Free texts that the system takes, and those that it does not take since they would stand in clear."""
    case, sent = department.put_case(PERSON.name), party(PERSON.name)
    number = department.file("P-HARDSHIP", PERSON.name, case=case)["number"]
    department.wait_for(number, "awaiting_reply")
    inbox = f"/v1/inbox/{office.asked(number)['id']}"
    wrote(office, f"{inbox}/supplement", {"what": TALKATIVE})
    wrote(department, f"/v1/verifications/{number}/supplement", {"text": TALKATIVE})
    seen = department.get(f"/v1/cases/{case}")
    moved = {name: seen[name] for name in ("matter", "handling", "accepted_at", "channel")} | {
        "promise_end": "2099-06-01T00:00:00+08:00",
        "parties": [{"role": "applicant", **sent}],
    }
    for reason, status in ((TALKATIVE, 422), ("material", 200)):
        answer = department.http.put(f"/v1/cases/{case}", json=moved | {"promise_reason": reason})
        assert answer.status_code == status, answer.text
    office.reply(office.asked(number)["id"], note=TALKATIVE)
    department.wait_for(number, "delivered")
    mismatch = {"stated": TALKATIVE, "supplement": TALKATIVE}
    wrote(department, f"/v1/verifications/{number}/mismatch", mismatch | {"fields": [PERSON.name]}, 422)
    wrote(department, f"/v1/verifications/{number}/mismatch", mismatch | {"fields": ["认定结论"]}, 201)
    submission = {"case_number": case, "party": sent, "reason": "other", "proof": TALKATIVE}
    wrote(department, "/v1/voluntary-submissions", submission, 201)
    wrote(department, "/v1/voluntary-submissions", submission | {"case_number": PERSON.name}, 201)
    looked_up = {"proof": "P-HOUSEHOLD", "operator": "demo-permit-1", "looked_up_at": "2026-03-01T00:00:00+08:00"}
    looked_up |= {"source": TALKATIVE, "result": "confirmed", "evidence_sha256": "a" * 64}
    wrote(department, "/v1/off-system-lookups", {"case_number": case, "party": sent} | looked_up, 201)
    outage = {"since": "2026-03-01T00:00:00+08:00", "until": "2026-03-01T00:01:00+08:00", "reason": TALKATIVE}
    wrote(administrator, "/v1/outages", outage, 422)
    year = {"rest": ["2031-01-01"], "source": TALKATIVE, "reason": TALKATIVE}
    assert administrator.http.put("/v1/calendar/2031", json=year).status_code == 422
    text = {"text": TALKATIVE * 2, "check_days": 5, "basis": TALKATIVE}
    assert administrator.http.put("/v1/commitment-texts/P-RESIDENCE", json=text).status_code == 422


def wrote(who: Api, path: str, body: dict[str, Any], status: int = 200) -> None:
    answer = who.http.post(path, json=body)
    assert answer.status_code == status, f"{path}: {answer.text}"


def people_at_prefect(prefect: PrefectServer) -> None:
    """Somebody with the password tries to start a run for a person: refused before anything is stored."""
    deployment = prefect.http.get("/deployments/name/verification/main").raise_for_status().json()["id"]
    for number in (PERSON.name, PERSON.id_number):
        body = {"parameters": {"number": number}}
        assert prefect.http.post(f"/deployments/{deployment}/create_flow_run", json=body).status_code in (409, 422)


def prefect_says(prefect: PrefectServer) -> dict[str, set[str]]:
    """What was found in all that Prefect's API tells."""
    hits = {}
    for kind in ("flow_runs", "task_runs", "logs", "artifacts"):
        offset, text = 0, ""
        while rows := prefect.http.post(f"/{kind}/filter", json={"limit": 200, "offset": offset}).json():
            text, offset = text + str(rows), offset + 200
        assert text or kind in ("logs", "artifacts"), f"no {kind}: nothing was searched"
        if found := found_in(text):
            hits[kind] = found
    return hits


@pytest.fixture
def databases(installation: tuple[Path, Cluster], ledger: str) -> Iterator[dict[str, psycopg2.extensions.connection]]:
    """Prefect's database and the ledger."""
    connections = {name: installation[1].connect(name) for name in ("prefect", ledger)}
    yield connections
    for connection in connections.values():
        connection.close()
