"""回避: nobody decides about the own unit, by whichever call; who withdrew stays out; the refusal says who else can."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from domain.recusal import Subject, must_recuse, who_else
from gateway.edge.permissions import RULES
from ledger import retention
from ledger.database import transaction
from ledger.registry import registry
from ledger.tables.oversight import Complaint
from settings import settings
from tests.gateway.casework import ask
from tests.gateway.catalog.test_list_adjustment import DECISION, alter, draft, take
from tests.gateway.conftest import ADMIN, ISSUER, OTHER, REQUESTER, Api
from tests.gateway.edge.test_offices import every_call
from tests.gateway.oversight.test_complaints import passed, taken
from tests.gateway.oversight.test_leads import entered_lead
from tests.ledger.acting import all_of

PERMIT, ISSUING, JUSTICE = "370402-PERMIT", "370402-GUANGMING", "370402-JUSTICE"
TEXT = {"text": "说明"}


@pytest.fixture(scope="module", autouse=True)
def insiders(served: Api) -> None:
    """People of the 专班 office whose own unit is one that others are asked about."""
    people = [
        {"code": f"inside-{unit[7:].lower()}", "unit": unit, "name": f"演示回避{unit[7:]}", "roles": ["office", "operator", "publisher"]}
        for unit in (PERMIT, ISSUING, JUSTICE)
    ]
    with transaction() as session:
        registry.put_people(session, people)


def lead(api: Api) -> tuple[str, str]:
    return "inside-permit", f"/v1/leads/{entered_lead(api)}"


def complaint(api: Api) -> tuple[str, str]:
    return "inside-permit", f"/v1/complaints/{passed(api)}"


def went_on(api: Api) -> tuple[str, str]:
    """Passed to the own unit at first, and to another one since: that does not end it."""
    number = passed(api)
    assert api.post(f"/v1/complaints/{number}/pass", ADMIN, json={"unit": ISSUING, "asked": "请说明"}).status_code == 200
    return "inside-permit", f"/v1/complaints/{number}"


def of_the_matter(api: Api) -> tuple[str, str]:
    """No unit is named; the matter says whose it is."""
    return "inside-permit", f"/v1/complaints/{taken(api, unit=...)}"


def of_the_matter_and_went_on(api: Api) -> tuple[str, str]:
    """What was passed to another unit since is still about the matter's."""
    number = taken(api, unit=...)
    assert api.post(f"/v1/complaints/{number}/pass", ADMIN, json={"unit": ISSUING, "asked": "请说明"}).status_code == 200
    return "inside-permit", f"/v1/complaints/{number}"


def proposal(api: Api) -> tuple[str, str]:
    found = draft(api, alter(validity_days=41))["id"]
    assert take(api, found, "report", OTHER)["http"] == 200
    return "inside-justice", f"/v1/catalog/proposals/{found}"


def stuck(api: Api) -> tuple[str, str]:
    number = api.filed(proof="P-HARDSHIP")
    ask(number)
    with transaction() as session:
        session.execute(
            text(
                "UPDATE verifications SET state = 'needs_attention', attention = 'failed_passes', attention_from = "
                "'awaiting_reply' WHERE number = :n"
            ),
            {"n": number},
        )
    return "inside-guangming", f"/v1/stuck/{number}"


def excuse(api: Api) -> tuple[str, str]:
    request = ask(api.filed(proof="P-HARDSHIP"))
    given = api.post(f"/v1/inbox/{request}/excuse", ISSUER, json={"reason": "field_check"})
    assert given.status_code in (200, 201), given.text
    return "inside-guangming", f"/v1/excuses/{request}"


def stopped(api: Api) -> tuple[str, str]:
    number = api.filed()
    with transaction() as session:
        query = text(
            'INSERT INTO lookup_blocks (asker, holder, unit, since, verification, differing, "right") '
            "VALUES ('system', :number, :unit, now(), :number, 7, 1) RETURNING id"
        )
        return "inside-permit", f"/v1/lookup-blocks/{session.scalar(query, {'number': number, 'unit': PERMIT})}"


Made = Callable[[Api], tuple[str, str]]
DOCUMENT = {"document": "文书〔2026〕1号", **TEXT}
TRIED: list[tuple[str, Made, str, Any]] = [
    ("assess_complaint", complaint, "assess", {"about": "other"}),
    ("pass_complaint", complaint, "pass", {"unit": ISSUING, "asked": "请说明"}),
    ("close_complaint", complaint, "close", {"outcome": "unfounded", **TEXT}),
    ("close_complaint", went_on, "close", {"outcome": "unfounded", **TEXT}),
    ("close_complaint", of_the_matter, "close", {"outcome": "unfounded", **TEXT}),
    ("close_complaint", of_the_matter_and_went_on, "close", {"outcome": "unfounded", **TEXT}),
    ("dismiss_lead", lead, "dismiss", TEXT),
    ("notify_lead", lead, "notify", DOCUMENT),
    ("accept_lead", lead, "accept", DOCUMENT),
    ("transfer_lead", lead, "transfer", DOCUMENT),
    ("exempt_lead", lead, "exempt", {"exemption": "17.1", **DOCUMENT}),
    ("record_lead_outcome", lead, "outcome", DOCUMENT),
    ("record_compensation", lead, "compensation", {"amount": "1.00", **DOCUMENT}),
    ("decide_proposal", proposal, "decide", DECISION),
    ("return_proposal", proposal, "return", {"why": "请补充"}),
    ("reject_proposal", proposal, "reject", {"why": "请补充"}),
    ("reroute_stuck", stuck, "reroute", {"unit": "370402-CIVIL", "reason": "other"}),
    ("close_stuck", stuck, "close", {"reason": "other"}),
    ("lift_lookup_block", stopped, "lift", {"reason": "已查明"}),
    ("decide_excuse", excuse, "", {"approved": True}),
]


@pytest.mark.parametrize(("endpoint", "made", "what", "body"), TRIED, ids=[f"{one[0]}-{one[1].__name__}" for one in TRIED])
def test_nobody_decides_about_the_own_unit(api: Api, endpoint: str, made: Made, what: str, body: Any) -> None:
    insider, path = made(api)
    before = events_of(path, api)
    answer = api.post(f"{path}/{what}".rstrip("/"), insider, json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "must_recuse"), answer.text
    said = answer.json()["detail"]
    assert "涉及本单位" in said and "演示管理员(市中区人民政府办公室(区大数据局))" in said
    assert events_of(path, api) == before
    code, unit, detail = api.refusals()[-1]
    assert code == "must_recuse" and detail["endpoint"] == endpoint and detail["key"] == path.rsplit("/", 1)[1], "on the record"


def events_of(path: str, api: Api) -> Any:
    """How it stands, as somebody else reads it."""
    if "/leads/" in path or "/complaints/" in path:
        found = api.get(path, ADMIN).json()
        return found["standing"], len(found["steps"])
    if "/proposals/" in path:
        return api.get(path, ADMIN).json()["standing"]
    return None


def test_somebody_else_can(api: Api) -> None:
    _, path = complaint(api)
    closed = api.post(f"{path}/close", "inside-justice", json={"outcome": "founded", **TEXT})
    assert closed.status_code == 200 and closed.json()["standing"] == "closed"


def test_a_list_of_the_own_unit_is_published_by_others(api: Api) -> None:
    _, path = proposal(api)
    assert api.post(f"{path}/decide", ADMIN, json=DECISION).status_code == 200
    sent = {"proposals": [path.rsplit("/", 1)[1]], "document": "市中政办发〔2026〕9号"}
    assert api.post("/v1/catalog/versions", "inside-justice", json=sent).json()["code"] == "must_recuse"
    assert api.post("/v1/catalog/versions", "inside-permit", json=sent).status_code == 201


def test_inspections_outages_and_hours_of_the_past(api: Api) -> None:
    """Obligation 19.1."""
    values = {"检查日期": "2026-03-04", "内容": "窗口", "发现问题": "无"}
    for unit, code in ((PERMIT, 403), (JUSTICE, 201)):
        assert api.post("/v1/entered-registers/inspections", "inside-permit", json={"unit": unit, "values": values}).status_code == code
    now = settings().now()
    ask(number := api.filed(proof="P-HARDSHIP"))
    with transaction() as session:
        session.execute(text("UPDATE deadlines SET missed_at = due_at WHERE verification = :n"), {"n": number})
        due = session.execute(text("SELECT min(started_at), max(due_at) FROM deadlines WHERE verification = :n"), {"n": number}).one()
    body = {"since": (due[0] - timedelta(minutes=1)).isoformat(), "until": (now - timedelta(seconds=1)).isoformat(), "reason": "停电"}
    if due[0] < now and due[0] - timedelta(minutes=1) < now - timedelta(seconds=1):
        assert api.post("/v1/outages", "inside-guangming", json=body).json()["code"] == "must_recuse"
        assert api.post("/v1/outages", "inside-justice", json=body).status_code == 201
    day = [["08:30", "12:00"], ["13:30", "17:00"]]
    hours = [{"first": "01-01", "last": "12-31", "workday": day, "saturday": [], "sunday": [], "holiday": []}]
    sent = {"unit": PERMIT, "seasons": hours, "effective_from": (now - timedelta(days=3)).isoformat(), "reason": "更正"}
    assert api.call("PUT", "/v1/hours", "inside-permit", json=sent).json()["code"] == "must_recuse"
    assert api.call("PUT", "/v1/hours", ADMIN, json=sent).status_code == 200


def test_what_is_to_be_erased_of_the_own_unit_is_confirmed_by_others(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    number = taken(api)
    assert api.post(f"/v1/complaints/{number}/close", ADMIN, json={"outcome": "unfounded", **TEXT}).status_code == 200
    with transaction() as session:
        retention.list_due(session, timedelta(), now=settings().now())
    (item,) = [one["id"] for one in api.get("/v1/retention?limit=1000", ADMIN).json()["items"] if one["number"] == number]
    assert api.post("/v1/retention/confirm", "inside-permit", json={"items": [item]}).json()["code"] == "must_recuse"
    assert api.post("/v1/retention/confirm", "inside-justice", json={"items": [item]}).json() == {"confirmed": 1}
    held = api.post("/v1/holds", "inside-permit", json={"complaint": number, "reason": "audit", "document": "审计通知"})
    assert held.status_code == 201, "to keep it decides nothing"
    lifted = f"/v1/holds/{held.json()['id']}/lift"
    assert api.post(lifted, "inside-permit").json()["code"] == "must_recuse"
    assert api.post(lifted, "inside-justice").status_code == 200


def test_who_withdrew_stays_out_and_says_why(api: Api) -> None:
    _, path = complaint(api)
    number = path.rsplit("/", 1)[1]
    sent = {"subject": "complaint", "key": number, "why": "反映人演示乙丑是近亲属"}
    made = api.post("/v1/recusals", "inside-justice", json=sent)
    assert made.status_code == 201 and made.json()["person"] == "inside-justice"
    assert api.post("/v1/recusals", "inside-justice", json=sent).json() == made.json()
    refused = api.post(f"{path}/close", "inside-justice", json={"outcome": "founded", **TEXT}).json()
    assert refused["code"] == "must_recuse" and "已就这项投诉登记回避" in refused["detail"]
    assert "演示回避JUSTICE" not in refused["detail"] and "演示回避PERMIT" not in refused["detail"]
    assert "演示乙丑" not in str(all_of(Complaint)) and "演示乙丑" in api.get("/v1/recusals", "inside-justice").text
    with transaction() as session:
        kept = session.execute(text("SELECT why FROM recusals WHERE key = :k"), {"k": number}).scalar_one()
    assert "演示乙丑".encode() not in bytes(kept)
    for wrong in ({**sent, "key": "TS0"}, {**sent, "subject": "outage"}, {**sent, "subject": "excuse", "key": "x"}):
        assert api.post("/v1/recusals", "inside-justice", json=wrong).json()["code"] == "recusal_refused"
    assert api.post("/v1/recusals", REQUESTER, json=sent).json()["code"] == "not_allowed"


def test_a_limit_that_still_runs_is_no_reason_to_decide_about_it_oneself(api: Api) -> None:
    """An outage that is entered before the limit is missed excuses the miss that comes after."""
    ask(number := api.filed(proof="P-HARDSHIP"))
    now = settings().now()
    with transaction() as session:
        session.execute(
            text("UPDATE deadlines SET started_at = :at, due_at = :due WHERE verification = :n"),
            {"n": number, "at": now - timedelta(hours=2), "due": now + timedelta(hours=1)},
        )
    body = {"since": (now - timedelta(hours=1)).isoformat(), "until": (now - timedelta(minutes=30)).isoformat(), "reason": "停电"}
    assert api.post("/v1/outages", "inside-guangming", json=body).json()["code"] == "must_recuse"
    assert api.post("/v1/outages", ADMIN, json=body).status_code == 201


def test_who_withdrew_stays_out_however_the_number_was_written(api: Api) -> None:
    _, path = stopped(api)
    block = path.rsplit("/", 1)[1]
    made = api.post("/v1/recusals", "inside-justice", json={"subject": "lookup_block", "key": f"00{block}", "why": "近亲属"}).json()
    assert made["key"] == block
    assert api.post(f"{path}/lift", "inside-justice", json={"reason": "已查明"}).json()["code"] == "must_recuse"
    _, path = excuse(api)
    request = path.rsplit("/", 1)[1]
    made = api.post(
        "/v1/recusals", "inside-justice", json={"subject": "excuse", "key": request.replace("-", "").upper(), "why": "近亲属"}
    ).json()
    assert made["key"] == request
    assert api.post(path, "inside-justice", json={"approved": True}).json()["code"] == "must_recuse"


def test_the_text_where_everybody_must_recuse() -> None:
    """Obligation 4.1."""
    assert must_recuse("A", {"A", "B"}, False) and must_recuse("C", {"A"}, True) and not must_recuse("C", {"A"}, False)
    assert "从其他成员单位指定人员" in who_else([])
    assert who_else([f"甲{n}" for n in range(7)]) == "可由甲0、甲1、甲2、甲3、甲4等 7 人办理。"
    assert all(one.label for one in Subject)


#: Why an endpoint of the office, of operators or of publishers that changes something decides about no unit.
DECIDES_NOTHING = {
    "restore_credit": "guarded in the ledger; tested in tests/ledger/methods/test_commitments.py",
    "answer_question": "guarded in the ledger; tested in tests/catalog/test_rebuild.py",
    "revoke_proof": "tested in tests/gateway/verifications/test_revocation.py",
    "confirm_revocation": "the same",
    "refuse_revocation": "the same",
    "consent_to_proposal": "the same function as decide_proposal",
    "publish_version": "tested above",
    "enter_register": "tested above",
    "make_subject_code": "decides nothing: it opens a person's own list to himself",
    "record_demand": "what somebody tells of; what follows is a lead, and decided on there",
    "record_outage": "tested above",
    "set_hours": "tested above",
    "confirm_erasure": "tested above",
    "lift_hold": "tested above",
    "recuse": "the withdrawal itself",
    "put_year": "tested in tests/ledger/arrangements/test_arrangements.py",
    "read_calendar_notice": "writes nothing",
    "propose_calendar_notice": "the State Council's notice, for all alike",
    "confirm_calendar_notice": "the same; two persons",
    "refuse_calendar_notice": "the same",
    "put_commitment_text": "a text for everybody's applicants, of no unit",
    "settle_notice": "whether a mail arrived: a fact, judged by nobody",
    "retry_stuck": "the same step once more; nothing is decided",
    "reissue_stuck": "the same result on a new page",
    "resume_stuck": "what was paused goes on",
    "send_undelivered": "the same message once more",
    "put_unit": "registers: two persons (docs/decisions)",
    "put_matter": "registers",
    "put_proof": "registers",
    "put_database": "registers",
    "put_system": "registers",
    "preview_rules": "computes, and writes nothing",
    "put_source": "a list is handed in, and decided on later",
    "send_file": "the same",
    "preview_list": "computes, and writes nothing",
    "say_column": "what the sender's own words mean, by the sender",
    "start_rebuild": "computes, and publishes nothing",
    "order_report": "computes",
    "make_score_sheet": "computes, of all units alike",
    "sign_score_sheet": "of all units alike, as they were computed; two persons",
    "recompute_report": "computes",
    "send_report": "mails what was computed",
    "send_again": "the same",
    "take_in_complaint": "puts on record what came in, whomever it names",
    "import_complaints": "the same",
    "enter_lead": "puts a sign on record; to report the own unit is welcome",
    "put_batch_quota": "how many rows a unit may send in a day: a limit for programs, of nobody's case",
    "record_guide_handover": "that a file was uploaded: a fact",
    "set_hold": "keeps evidence, and ends nothing",
}
SEALS = {"apply_for_seal", "make_seal", "file_seal", "start_seal", "cancel_seal", "confirm_seal", "refuse_seal", "withdraw_seal"}
REGISTERS_ONLY = {"confirm_change", "refuse_change"} | SEALS  #: two persons, of registers


def test_every_call_that_decides_is_known() -> None:
    """A new endpoint of those who decide stands above, or says why it decides about no unit."""
    from domain.roles import Role

    deciding = {Role.OFFICE, Role.OPERATOR, Role.PUBLISHER}
    changing = {name for name, (method, _) in every_call().items() if method != "GET"}
    known = {one[0] for one in TRIED} | DECIDES_NOTHING.keys() | REGISTERS_ONLY
    asked = {name for name, rule in RULES.items() if name in changing and rule.roles & deciding}
    assert len(asked) > 40 and asked <= known, sorted(asked - known)
