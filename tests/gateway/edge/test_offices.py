"""收件箱, 待人工处理, 回调地址: what issuing units, operators and administrators do."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

import pytest

from connectors.seal import LocalSeals
from domain.share import ShareOutcome
from ledger.casework import attention
from ledger.database import transaction
from ledger.lifecycle.moves import request_wake
from ledger.methods import failures
from ledger.outbox import callbacks_sent
from ledger.outbox.callbacks_sent import Receipt
from ledger.registry import registry
from sandbox.people import by_name
from settings import settings
from tests.gateway.casework import ask, deliver, every_call, lease, look_up, release, seal_and_deliver
from tests.gateway.conftest import ADMIN, ISSUER, REQUESTER, Api

FULL = {"家庭人口": "3", "人均月收入": "800元", "认定结论": "符合"}


def items(api: Api, status: str = "open", person: str = ISSUER) -> list[dict[str, object]]:
    found: list[dict[str, object]] = api.get(f"/v1/inbox?status={status}", person).json()["items"]
    return found


def test_the_inbox_says_what_is_asked_and_by_when(api: Api) -> None:
    number = api.filed(proof="P-HARDSHIP")
    request = ask(number)
    (item,) = [item for item in items(api) if item["id"] == request]
    holder = by_name("演示甲子")
    received, due = (datetime.fromisoformat(str(item[name])) for name in ("received_at", "due_at"))
    assert due - received == timedelta(hours=24)  # 承诺件 (obligation 10.7)
    assert item == {
        "id": request,
        "verification_number": number,
        "proof": {"code": "P-HARDSHIP", "name": "经济困难证明", "fields": ["家庭人口", "人均月收入", "认定结论"]},
        "party": {"name": holder.name, "id_type": "citizen_id", "id_number": holder.id_number},
        "matter_name": "公共租赁住房申请",
        "requesting_unit": "市中区行政审批服务局",
        "case_number": api.case,
        "received_at": item["received_at"],
        "due_at": item["due_at"],
        "minutes_left": item["minutes_left"],
        "colour": "green",
        "colour_name": "绿",
        "immediate": False,
        "resting": False,
        "claimed_by": None,
        "claimed_by_name": None,
        "status": "open",
        "limit_notes": ["推算"],
        "return_by": item["return_by"],
        "answer": None,
        "answer_name": None,
        "answered_at": None,
        "answered_by": None,
    }
    assert datetime.fromisoformat(str(item["return_by"])) - received == timedelta(minutes=30)  # obligation 10.10
    left = int((due - settings().now()).total_seconds() // 60)
    assert left <= int(str(item["minutes_left"])) <= left + 1  # a minute may end between the two looks
    assert api.get(f"/v1/inbox/{request}", ISSUER).json()["request"]["id"] == request
    assert api.get(f"/v1/inbox/{request}", "demo-guangming-2").status_code == 200  # 督办员
    assert api.get(f"/v1/inbox/{request}", REQUESTER).json()["code"] == "request_unknown"
    assert request not in [item["id"] for item in items(api, person=REQUESTER)]


def test_polling_the_inbox_is_one_reading(api: Api) -> None:
    number = api.filed(proof="P-HARDSHIP")
    request = ask(number)
    for _ in range(3):
        items(api)
    items(api, person="demo-guangming-2")
    mine = [(actor, what) for one, actor, what in api.accesses() if one == number]
    assert mine == [("person:demo-guangming-1", "request"), ("person:demo-guangming-2", "request")]
    api.get(f"/v1/inbox/{request}", ISSUER)
    assert len([one for one, _, _ in api.accesses() if one == number]) == 3


def test_an_answer_moves_the_case_and_masks_the_person(api: Api, seals: LocalSeals) -> None:
    number = api.filed(proof="P-HARDSHIP")
    request = ask(number)
    reply = {"answer": "true", "fields": FULL | {"多余": "不保存"}, "note": "已核对\n原件"}
    answer = api.post(f"/v1/inbox/{request}/reply", ISSUER, json=reply)
    assert (answer.status_code, answer.json()) == (200, {"id": request, "status": "answered"})
    (item,) = [item for item in items(api, "answered") if item["id"] == request]
    assert item["status"] == "answered" and "演示甲子" not in str(item)
    seal_and_deliver(number, seals)
    result = api.get(f"/v1/verifications/{number}").json()["result"]
    assert result["fields"] == FULL and result["note"] == "已核对\n原件"
    assert result["maker"] == "市中区光明路街道办事处"


@pytest.mark.parametrize(
    ("answer", "state"), [("false", "to_be_delivered"), ("no_record", "to_be_delivered"), ("cannot_verify", "needs_attention")]
)
def test_negative_answers_are_not_sealed(api: Api, answer: str, state: str) -> None:
    number = api.filed(proof="P-HARDSHIP")
    assert api.post(f"/v1/inbox/{ask(number)}/reply", ISSUER, json={"answer": answer}).status_code == 200
    assert api.get(f"/v1/verifications/{number}").json()["state"] == state
    if state == "to_be_delivered":
        deliver(number)
        body = api.get(f"/v1/verifications/{number}").json()
        assert body["proof"] is None and body["result"]["fields"] == {}


def stuck(api: Api, number: str) -> dict[str, object] | None:
    listed = api.get("/v1/stuck", ADMIN).json()["items"]
    return next((item for item in listed if item["number"] == number), None)


def needs_a_person(api: Api) -> str:
    number = api.filed(proof="P-PROPERTY")
    look_up(number, ShareOutcome.NONE)
    return number


def test_what_is_stuck_says_why_and_leaves_by_a_named_person(api: Api) -> None:
    number = needs_a_person(api)
    item = stuck(api, number)
    assert item is not None and item["code"] == "no_next_method" and "改派" in str(item["remedy"])
    assert api.post(f"/v1/stuck/{number}/retry", ADMIN).json()["code"] == "state_conflict"  # 重试 changes nothing here
    assert api.post(f"/v1/stuck/{number}/reissue", ADMIN, json={"reason": "other"}).json()["code"] == "state_conflict"
    assert api.post(f"/v1/stuck/{number}/reroute", ADMIN, json={"unit": "NONE"}).json()["code"] == "unit_unknown"
    moved = api.post(f"/v1/stuck/{number}/reroute", ADMIN, json={"unit": "370402-CIVIL"}).json()
    assert (moved["state"], moved["issuing_unit"]["code"], moved["party"]) == ("to_ask", "370402-CIVIL", None)
    assert stuck(api, number) is None
    last = api.get(f"/v1/verifications/{number}/events", ADMIN).json()["events"][-1]
    assert (last["event"], last["actor"]) == ("rerouted", "person:demo-admin")


def test_closing_by_hand_tells_the_reason_in_a_fixed_word(api: Api) -> None:
    number = needs_a_person(api)
    assert api.post(f"/v1/stuck/{number}/close", ADMIN, json={"reason": "演示甲子不来了"}).json()["code"] == "invalid"
    closed = api.post(f"/v1/stuck/{number}/close", ADMIN, json={"reason": "verified_offline"}).json()
    assert closed["state"] == "closed" and closed["ended"]
    assert api.post(f"/v1/stuck/{number}/close", ADMIN, json={"reason": "other"}).json()["code"] == "state_conflict"


def test_a_paused_case_is_resumed(api: Api) -> None:
    number = api.filed()
    with transaction() as session:
        assert attention.pause(session, number, now=settings().now(), actor="test")
    item = stuck(api, number)
    assert item is not None and item["code"] == "paused"
    assert api.get(f"/v1/verifications/{number}").json()["paused"] is True
    assert api.post(f"/v1/stuck/{number}/resume", ADMIN).json()["paused"] is False
    assert stuck(api, number) is None
    assert api.post(f"/v1/stuck/{number}/resume", ADMIN).json()["code"] == "state_conflict"
    assert api.post("/v1/stuck/HY20260304AAAAAAAA/resume", ADMIN).json()["code"] == "number_unknown"


def test_a_message_given_up_is_listed_until_the_address_is_registered_again(api: Api) -> None:
    url = "https://203.0.113.7/hook"
    assert api.call("PUT", "/v1/units/370402-PERMIT/callback", ADMIN, json={"url": url}).status_code == 200
    number = api.filed()
    look_up(number, ShareOutcome.MISMATCH)
    deliver(number)
    later = settings().now()
    for _ in range(len(callbacks_sent.PAUSES) + 1):
        later += timedelta(days=1)
        with transaction() as session:
            (message,) = callbacks_sent.take_due(session, now=later, number=number)
            callbacks_sent.record_attempt(session, message, "unreachable", Receipt.NOT_YET, now=settings().now())
    item = stuck(api, number)
    assert item is not None and item["code"] == "delivery_given_up"
    (listed,) = api.get(f"/v1/undelivered?number={number}", ADMIN).json()["items"]
    assert (listed["unit"], listed["about"], listed["last_answer"]) == ("370402-PERMIT", "delivered", "unreachable")
    again = api.call("POST", "/v1/undelivered/send-again", ADMIN, json={"unit": "370402-PERMIT", "number": number})
    assert (again.status_code, again.json()) == (200, {"count": 1}) and stuck(api, number) is None
    with transaction() as session:
        (message,) = callbacks_sent.take_due(session, now=settings().now(), number=number)
        callbacks_sent.record_attempt(session, message, "gone", Receipt.REFUSED, now=settings().now())
    assert stuck(api, number) is not None
    api.call("PUT", "/v1/units/370402-PERMIT/callback", ADMIN, json={"url": url})
    assert stuck(api, number) is None
    assert api.call("DELETE", "/v1/units/370402-PERMIT/callback", ADMIN).status_code == 204
    assert api.call("DELETE", "/v1/units/370402-PERMIT/callback", ADMIN).json()["code"] == "callback_unknown"


def test_a_callback_secret_is_shown_once_and_only_if_made_here(api: Api) -> None:
    path = "/v1/units/370402-CIVIL/callback"
    made = api.call("PUT", path, ADMIN, json={"url": "https://203.0.113.7/hook?a=1"}).json()
    assert made["secret"].startswith("whsec_") and len(base64.b64decode(made["secret"][6:])) == 32
    own = "whsec_" + base64.b64encode(b"s" * 32).decode()
    assert api.call("PUT", path, ADMIN, json={"url": "https://203.0.113.7/", "secret": own}).json()["secret"] is None


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host.invalid/",
        "http:///nohost",
        "https://user:pw@host.invalid/",
        "https://host.invalid/#x",
        "javascript:alert(1)",
        "https://host.invalid:99999/",
        "https://host.invalid/ x",
        "https://主机.invalid/",
        "https://host.invalid/370402188102020016",
    ],
)
def test_addresses_that_are_refused(api: Api, url: str) -> None:
    if "370402" in url:
        url = f"https://host.invalid/{by_name('演示甲子').id_number}"
    answer = api.call("PUT", "/v1/units/370402-CIVIL/callback", ADMIN, json={"url": url})
    assert (answer.status_code, answer.json()["code"]) == (422, "callback_url_invalid")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1:8123/hook", "callback_address_refused"),
        ("http://2130706433/", "callback_address_refused"),
        ("http://[::ffff:169.254.169.254]/", "callback_address_refused"),
        ("https://nowhere.invalid/", "callback_host_unknown"),
    ],
)
def test_an_address_is_resolved_before_it_is_registered(api: Api, url: str, code: str) -> None:
    answer = api.call("PUT", "/v1/units/370402-CIVIL/callback", ADMIN, json={"url": url})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!!!", "c2VjcmV0", "whsec_" + "QUJD", "whsec_" + "QUJD" * 30])
def test_secrets_that_are_refused(api: Api, secret: str) -> None:
    body = {"url": "https://203.0.113.7/", "secret": secret}
    answer = api.call("PUT", "/v1/units/370402-CIVIL/callback", ADMIN, json=body)
    assert (answer.status_code, answer.json()["code"]) in {(422, "callback_secret_invalid"), (422, "invalid")}


def test_an_unknown_unit_has_no_callback(api: Api) -> None:
    answer = api.call("PUT", "/v1/units/NONE/callback", ADMIN, json={"url": "https://203.0.113.7/"})
    assert (answer.status_code, answer.json()["code"]) == (404, "unit_unknown")


def test_every_role_can_do_what_its_rule_says_and_no_more(api: Api) -> None:
    """Against the real endpoints: a role that the table leaves out gets 403, one that it names gets anything else."""
    from domain.roles import Role
    from gateway.edge.permissions import RULES

    calls = every_call()
    assert calls.keys() == {name for name, rule in RULES.items() if not rule.public}
    people = [{"code": f"only-{role.value}", "unit": "370402-HEAT", "name": "演示", "roles": [role.value], "active": True} for role in Role]
    with transaction() as session:
        registry.put_people(session, people)
    for name, (method, path) in calls.items():
        for role in Role:
            answer = api.call(method, path, f"only-{role.value}", json={} if method in ("POST", "PUT") else None)
            assert (answer.status_code == 403) == (role not in RULES[name].roles), (name, role, answer.text)
            assert answer.status_code < 500


def test_the_table_of_rights_in_words() -> None:
    """Independent of the code's table: what the brief of the regulation demands (obligations 4.2, 10.2, 10.3, 15.4)."""
    from domain.roles import Role
    from gateway.edge.permissions import RULES

    at_the_counter = {Role.AGENT, Role.SUPERVISOR}
    for name in ("put_case", "get_case", "file_verification", "get_proof_pdf", "get_inbox", "reply_to_request"):
        assert RULES[name].roles == at_the_counter
    assert RULES["put_callback"].roles == {Role.ADMINISTRATOR}
    assert not RULES["close_stuck"].roles & at_the_counter
    assert RULES["publish_version"].roles == {Role.PUBLISHER}  # obligation 5.2: 区政府办公室
    for name in ("consent_to_proposal", "decide_proposal", "reject_proposal", "return_proposal", "answer_question"):
        assert RULES[name].roles == {Role.OFFICE}
    for name in ("draft_proposal", "report_proposal", "withdraw_proposal"):
        assert RULES[name].roles == at_the_counter
    for name in ("put_unit", "put_matter", "put_proof", "put_database"):
        assert RULES[name].roles == {Role.ADMINISTRATOR, Role.OFFICE}
    for name in ("order_report", "recompute_report"):
        assert RULES[name].roles == {Role.OFFICE, Role.ADMINISTRATOR, Role.SUPERVISOR}
    for name in ("get_reports", "get_report", "get_report_pdf"):
        assert RULES[name].roles == {Role.OFFICE, Role.ADMINISTRATOR, Role.SUPERVISOR, Role.LEADER}
    assert RULES["get_mailings"].roles == RULES["send_again"].roles == {Role.OFFICE, Role.ADMINISTRATOR}
    assert RULES["take_in_complaint"].roles == RULES["notify_lead"].roles == {Role.OFFICE}  # obligations 18.1, 16.0
    assert {name for name, rule in RULES.items() if rule.public} == {
        "record_heads",
        "record_head",
        "get_status_lists",
        "get_status_list",
        "verify_start",
        "verify_offline",
        "verify_number",
        "verify_upload",
        "compare_fields",
        "who_asked",
        "who_asked_open",
        "who_asked_list",
        "who_asked_object",
        "who_asked_end",
        "hand_in",
        "hand_in_confirm",
        "liveness",
        "health",
        "metrics",
        "openapi_document",
        "docs",
        "home",
        "catalog_page",
        "catalog_json",
        "catalog_csv",
        "versions_page",
        "versions_json",
        "version_page",
        "version_json",
        "version_csv",
        "changes_start",
        "changes_page",
        "changes_json",
        "changes_csv",
        "figures_page",
        "figures_json",
        "figures_csv",
        "counter_sign_in",
        "counter_signing_in",
        "counter_link",
        "counter_set_up",
        "counter_provider",
        "counter_provider_back",
    }


def test_the_acting_supervisor_may_do_what_duty_brings_and_the_title_alone_may_not(api: Api) -> None:
    """Obligation 10.2: who is on duty counts, not who holds the role."""
    unit, now = "370402-GUANGMING", settings().now()
    people = [
        {"code": "acting-agent", "unit": unit, "name": "演示", "roles": ["agent"]},
        {"code": "titled-only", "unit": unit, "name": "演示", "roles": ["supervisor"]},
    ]
    with transaction() as session:
        registry.put_people(session, people)
    body = {"person": "acting-agent", "until": (now + timedelta(days=1)).isoformat(), "acting": True}
    appointed = api.post("/v1/duty/appointments", "demo-guangming-2", json=body)
    assert appointed.status_code == 201 and appointed.json()["since"] >= now.isoformat()[:19]
    try:
        request = ask(api.filed(proof="P-HARDSHIP"))
        api.post(f"/v1/inbox/{request}/claim", ISSUER, json={})
        assert api.post(f"/v1/inbox/{request}/claim", "titled-only", json={}).json()["code"] == "claimed_by_other"
        assert api.post(f"/v1/inbox/{request}/claim", "acting-agent", json={}).status_code == 200
        assert api.get("/v1/supervisions", "acting-agent").status_code == 200
    finally:
        ended = api.post(f"/v1/duty/appointments/{appointed.json()['id']}/end", "demo-guangming-2", json={})
        assert ended.status_code == 200, ended.text


@pytest.mark.parametrize(
    ("how", "code", "words"),
    [
        ("withdraw", "request_withdrawn", "需求单位已撤回"),
        ("return", "request_returned", "本单位已退回"),
        ("reroute", "request_moved", "其他单位"),
        ("close", "request_ended", "办结"),
    ],
)
def test_a_request_that_left_the_inbox_says_why(api: Api, how: str, code: str, words: str) -> None:
    """Only what was withdrawn is called withdrawn: the unit's own return, a re-route and a close are called so."""
    number = api.filed(proof="P-HARDSHIP")
    request = ask(number)
    if how == "return":
        done = api.post(f"/v1/inbox/{request}/return", ISSUER, json={"reason": "不属本单位职责", "suggested_unit": "370402-CIVIL"})
    elif how == "withdraw":
        done = api.post(f"/v1/verifications/{number}/withdraw", json={"reason": "other"})
    else:
        with transaction() as session:
            request_wake(session, number)
        held = lease(number)
        with transaction() as session:
            failures.need_attention(session, number, "failed_passes", at=settings().now(), actor="test", lease=held)
        release(number)
        body = {"unit": "370402-CIVIL", "reason": "not_its_duty"} if how == "reroute" else {"reason": "verified_offline"}
        done = api.post(f"/v1/stuck/{number}/{how}", ADMIN, json=body)
    assert done.status_code == 200, done.text

    def says() -> None:
        reply = {"answer": "no_record"}
        for answer in (api.get(f"/v1/inbox/{request}", ISSUER), api.post(f"/v1/inbox/{request}/reply", ISSUER, json=reply)):
            assert (answer.status_code, answer.json()["code"]) == (410, code) and words in answer.json()["detail"]

    says()
    if how in ("return", "reroute"):  # what the requesting unit does afterwards changes nothing of why it left this inbox
        assert api.post(f"/v1/verifications/{number}/withdraw", json={"reason": "other"}).status_code == 200
        says()
