"""核验 over the API: filing once, waiting, what is shown to whom, choice, withdrawal, the proof."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from connectors.seal import LocalSeals
from domain.share import Candidate, ShareOutcome
from gateway.edge.prefer_wait import wait_seconds
from ledger.database import transaction
from ledger.lifecycle import fresh
from ledger.lifecycle.remedies import REMEDIES
from ledger.listen_notify import WAKE_CHANNEL
from ledger.registry import keys, registry
from sandbox.people import by_name
from settings import settings
from tests.gateway.casework import FIELDS, ask, deliver, look_up, seal_and_deliver
from tests.gateway.conftest import ADMIN, ISSUER, Api, party
from tests.ledger.acting import at_once
from tests.ledger.test_listen_notify import Heard, listening


def test_a_verification_is_filed_and_the_workers_hear_of_it(api: Api) -> None:
    api.put_case()
    with listening(WAKE_CHANNEL) as heard:
        answer = api.file()
        body = answer.json()
        assert heard.get(timeout=60) == (WAKE_CHANNEL, body["number"])
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/verifications/{body['number']}" == body["links"]["self"]
    assert (body["state"], body["state_name"], body["ended"], body["result"]) == ("received", "已受理", False, None)
    assert body["party"]["name"] == "演***" and body["party"]["id_number"].startswith("370402**")
    assert api.runs.created == [], "Prefect is told by the workers"


def test_a_repeat_gets_the_same_verification(api: Api) -> None:
    api.put_case()
    first, second = api.file("k-" + api.case), api.file("k-" + api.case)
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["number"] == second.json()["number"]
    assert "idempotency-replayed" not in first.headers and second.headers["idempotency-replayed"] == "true"
    assert api.written("verifications") == 1


def test_two_at_once_make_one(api: Api) -> None:
    api.put_case()
    gate = threading.Barrier(6)

    def call(_: int) -> tuple[int, str]:
        gate.wait()
        answer = api.file("same-" + api.case)
        return answer.status_code, answer.json()["number"]

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(call, range(6)))
    assert len(answers) == 1 and answers.pop()[0] == 202
    assert api.written("verifications") == api.written("idempotency_keys") == 1


def test_one_question_at_once_under_several_keys_is_one_verification(api: Api) -> None:
    api.put_case()
    answers = at_once(*(partial(api.file, f"{n}-{api.case}") for n in range(4)))
    assert len({answer.json()["number"] for answer in answers}) == 1
    assert (api.written("verifications"), api.written("idempotency_keys")) == (1, 4)


def test_the_same_key_of_another_unit_is_another_key(api: Api) -> None:
    api.put_case()
    api.file("shared-" + api.case)
    api.put_case(person="demo-justice-1", matter="DEMO-0002", handling="immediate", promised_days=...)
    other = api.file("shared-" + api.case, "demo-justice-1", proof="P-HARDSHIP")
    assert other.status_code == 202 and "idempotency-replayed" not in other.headers


def test_two_first_registrations_of_a_case_make_one(api: Api) -> None:
    gate = threading.Barrier(4)

    def call(_: int) -> int:
        gate.wait()
        return api.put_case().status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(call, range(4)))
    assert statuses == [200, 200, 200, 201]
    assert api.written("cases") == api.written("parties") == 1


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [(None, 0), ("", 0), ("wait=5", 5), ("respond-async, wait=10", 10), ("wait=999", 30), ("wait=x", 0), ("WAIT=3", 3), ("await=9", 0)],
)
def test_prefer(prefer: str | None, seconds: int) -> None:
    assert wait_seconds(prefer) == seconds


def filed(heard: Heard) -> str:
    """The number of what is filed next."""
    return heard.get(timeout=60)[1]


@pytest.fixture
def nobody_in_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other tests filed stands in line too, and a line that is longer than the wait ends it at once."""
    monkeypatch.setattr(fresh, "expected_seconds", lambda *_, **__: None)


@pytest.mark.usefixtures("nobody_in_line")
def test_waiting_ends_with_the_result(api: Api, seals: LocalSeals) -> None:
    api.put_case()

    def work() -> None:
        number = filed(heard)
        look_up(number)
        seal_and_deliver(number, seals)

    with listening(WAKE_CHANNEL) as heard:
        worker = threading.Thread(target=work)
        worker.start()
        began = time.monotonic()
        answer = api.file(prefer="wait=20")
        worker.join()
    assert answer.status_code == 200 and answer.headers["preference-applied"] == "wait=20"
    assert time.monotonic() - began < 19  # not only when the time was over
    assert answer.json()["result"] == {"result": "confirmed", "result_name": "属实", "maker": "演示来源单位", "fields": FIELDS, "note": ""}


@pytest.mark.usefixtures("nobody_in_line")
def test_waiting_ends_when_the_time_is_over(api: Api) -> None:
    api.put_case()
    began = time.monotonic()
    answer = api.file(prefer="wait=1")
    assert answer.status_code == 202 and time.monotonic() - began > 0.9


def test_a_line_that_is_longer_than_the_wait_is_told_at_once(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.put_case()
    monkeypatch.setattr(fresh, "expected_seconds", lambda *_, **__: 95.2)
    began = time.monotonic()
    answer = api.file(prefer="wait=20")
    assert (answer.status_code, answer.headers["retry-after"]) == (202, "96") and time.monotonic() - began < 19
    monkeypatch.setattr(fresh, "expected_seconds", lambda *_, **__: 0.5)
    assert "retry-after" not in api.file("again-" + api.case, prefer="wait=1").headers


@pytest.mark.usefixtures("nobody_in_line")
def test_waiting_ends_where_the_requester_must_choose(api: Api) -> None:
    api.put_case()
    choices = (Candidate("ZZ-1", "户口簿", "演示派出所", "1901-01-01"), Candidate("ZZ-2", "户口簿", "演示派出所", "1902-01-01"))

    with listening(WAKE_CHANNEL) as heard:
        worker = threading.Thread(target=lambda: look_up(filed(heard), ShareOutcome.SEVERAL, choices))
        worker.start()
        answer = api.file(prefer="wait=20")
        worker.join()
    body = answer.json()
    assert (answer.status_code, body["state"]) == (202, "awaiting_choice")
    assert [one["identifier"] for one in body["candidates"]] == ["ZZ-1", "ZZ-2"]
    path = body["links"]["self"] + "/choice"
    assert api.post(path, json={"identifier": "ZZ-9"}).json()["code"] == "not_a_candidate"
    assert api.post(path, ISSUER, json={"identifier": "ZZ-1"}).json()["code"] == "number_unknown"
    assert api.post(path, json={"identifier": "ZZ-2"}).json()["state"] == "looking_up"
    assert api.post(path, json={"identifier": "ZZ-1"}).json()["code"] == "state_conflict"


def test_declining_every_licence_leads_to_the_issuing_unit(api: Api) -> None:
    number = api.filed()
    look_up(number, ShareOutcome.SEVERAL, (Candidate("ZZ-1", "户口簿", "演示派出所", "1901-01-01"),))
    assert api.post(f"/v1/verifications/{number}/choice", json={"identifier": None}).json()["state"] == "to_ask"


@pytest.mark.parametrize("outcome", [ShareOutcome.NONE, ShareOutcome.REVOKED, ShareOutcome.EXPIRED])
def test_the_finding_behind_a_fallback_is_shown(api: Api, outcome: ShareOutcome) -> None:
    number = api.filed()
    look_up(number, outcome)
    body = api.get(f"/v1/verifications/{number}").json()
    assert (body["state"], body["method"]) == ("to_ask", "issuer")
    assert (body["share"]["outcome"], body["share"]["message"]) == (outcome.value, "演示来源的答复")
    assert body["result"] is None


def test_a_mismatch_shows_nothing_of_the_other_person(api: Api) -> None:
    number = api.filed()
    look_up(number, ShareOutcome.MISMATCH)
    deliver(number)
    body = api.get(f"/v1/verifications/{number}").json()
    assert body["result"]["result_name"] == "不符" and body["result"]["fields"] == {}
    assert body["proof"] is None
    assert api.get(f"/v1/verifications/{number}/proof.pdf").json()["code"] == "proof_not_ready"


def test_nothing_is_told_before_it_is_delivered(api: Api) -> None:
    number = api.filed()
    look_up(number)
    body = api.get(f"/v1/verifications/{number}").json()
    assert (body["state"], body["result"], body["proof"], body["links"]["proof"]) == ("to_be_sealed", None, None, None)
    assert api.get(f"/v1/verifications/{number}/proof.pdf").json()["code"] == "proof_not_ready"


def test_the_proof_and_who_read_it(api: Api, seals: LocalSeals) -> None:
    """The requesting unit's people read; operators see where it stands, without a person; all of it is on record (obligation 15.4)."""
    number = api.filed()
    look_up(number)
    _, pdf = seal_and_deliver(number, seals)
    fetched = api.get(f"/v1/verifications/{number}/proof.pdf")
    assert fetched.content == pdf and fetched.headers["content-type"] == "application/pdf"
    own = api.get(f"/v1/verifications/{number}").json()
    assert own["result"]["fields"] == FIELDS and own["proof"]["version"] == 1
    assert api.accesses() == [(number, "person:demo-permit-1", "proof"), (number, "person:demo-permit-1", "result")]

    watched = api.get(f"/v1/verifications/{number}", ADMIN)
    assert watched.status_code == 200 and "演示甲子" not in watched.text and "演示路" not in watched.text
    assert watched.json()["party"] is None and watched.json()["result"]["fields"] == {}
    assert api.get(f"/v1/verifications/{number}/proof.pdf", ADMIN).json()["code"] == "not_allowed"
    assert len(api.accesses()) == 2


def test_the_story(api: Api) -> None:
    number = api.filed(proof="P-HARDSHIP")
    ask(number)
    api.post(f"/v1/verifications/{number}/withdraw", json={"reason": "applicant_withdrew"})
    events = api.get(f"/v1/verifications/{number}/events").json()["events"]
    assert [event["event"] for event in events] == ["filed", "taken_up", "asked", "withdrawn"]
    assert events[-1]["detail"] == {"why": "applicant_withdrew"} and events[-1]["actor"] == "person:demo-permit-1"
    assert events[-1]["target_name"] == "已撤回"
    again = api.post(f"/v1/verifications/{number}/withdraw", json={"reason": "other"})
    assert (again.status_code, again.json()["code"]) == (409, "state_conflict")


def test_a_case_lists_its_verifications_and_masks_its_parties(api: Api) -> None:
    api.put_case()
    number = api.file().json()["number"]
    answer = api.get(f"/v1/cases/{api.case}")
    body = answer.json()
    assert body["verifications"] == [number] and body["promise_derived"] is True
    assert body["promise_end"].endswith("T16:00:00Z")  # five working days, until midnight in Beijing
    assert by_name("演示甲子").id_number not in answer.text and "演示甲子" not in answer.text


def test_registering_again_adds_parties_and_changes_nothing_else(api: Api) -> None:
    assert api.put_case().status_code == 201
    both = [{"role": "applicant", **party()}, {"role": "spouse", **party("演示乙丑")}]
    assert (api.put_case(parties=both).status_code, api.put_case().status_code) == (200, 200)
    assert api.written("cases") == 1 and api.written("parties") == 2


def test_a_system_names_the_acting_person(api: Api) -> None:
    with transaction() as session:
        key = keys.make(session, system="demo-hall", now=settings().now(), actor="test")
    api.put_case()

    def call(person: str | None) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {key}"} | ({"Proofless-Acting-Person": person} if person else {})
        answer = api.request("GET", f"/v1/cases/{api.case}", headers=headers)
        return answer.status_code, answer.json().get("code", "")

    assert call("demo-permit-1") == (200, "")
    for nobody in (None, "demo-justice-1", "nobody", "a b", "x" * 100):
        assert call(nobody) == (401, "person_needed"), nobody


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer plk_wrong", "Bearer \xff"])
def test_a_key_that_is_none(api: Api, header: str | None) -> None:
    headers = {"Authorization": header.encode("latin-1")} if header is not None else {}
    answer = api.request("GET", "/v1/inbox", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "key_invalid")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_revoked_and_expired_keys_and_people_who_left(api: Api) -> None:
    person = "demo-civil-1"
    assert api.get("/v1/inbox", person).status_code == 200
    with transaction() as session:
        keys.rotate(session, person=person, now=settings().now() - keys.OVERLAP - timedelta(seconds=1), actor="test")
    assert api.get("/v1/inbox", person).json()["code"] == "key_invalid"
    with transaction() as session:
        fresh = keys.make(session, person=person, now=settings().now(), actor="test")
        registry.put_people(session, [_civil(active=False)])
    headers = {"Authorization": f"Bearer {fresh}"}
    assert api.request("GET", "/v1/inbox", headers=headers).json()["code"] == "key_invalid"
    with transaction() as session:
        registry.put_people(session, [_civil(active=True)])
        keys.revoke(session, person=person, now=settings().now())
    assert api.request("GET", "/v1/inbox", headers=headers).json()["code"] == "key_invalid"


def _civil(*, active: bool) -> dict[str, object]:
    return {"code": "demo-civil-1", "unit": "370402-CIVIL", "name": "演示代办员乙", "roles": ["agent"], "active": active}


def test_what_waits_for_a_person_says_why(api: Api) -> None:
    api.put_case()
    number = api.file(proof="P-PROPERTY").json()["number"]
    look_up(number, ShareOutcome.NONE)
    body = api.get(f"/v1/verifications/{number}").json()
    assert body["state"] == "needs_attention" and body["reason"] == REMEDIES["no_next_method"][0]


def test_a_body_is_compared_by_its_meaning(api: Api) -> None:
    """Spaces and order make no other body; the letter case of a name does."""
    api.put_case()
    key, body = str(uuid4()), api.body()

    def send(text: str) -> int:
        headers = {"Idempotency-Key": key, "Content-Type": "application/json; charset=utf-8"}
        return api.post("/v1/verifications", content=text.encode(), headers=headers).status_code

    assert send(json.dumps(body)) == 202
    assert send(json.dumps(dict(reversed(body.items())), indent=3, ensure_ascii=False)) == 202
    assert send(json.dumps(body | {"matter": "DEMO-0001"})) == 422


def test_a_case_says_by_which_channel_it_came_and_no_channel_is_made_up(api: Api) -> None:
    """Obligation 6.2."""
    refused = api.put_case(channel="wechat")
    assert refused.status_code == 422 and "wechat" not in refused.text
    (error,) = refused.json()["errors"]
    assert error["field"] == "channel" and "ai_shandong_zaozhuang" in error["text"]
    assert api.put_case(channel="ai_shandong").json()["channel"] == "ai_shandong"
