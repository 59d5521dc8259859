"""代理督办员: while somebody stands in, what the duty brings is hers to do, whatever her own role; both names stand on the record
(obligation 10.2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from connectors.seal import LocalSeals
from domain.lifecycle import Event
from ledger.calendars import duty
from ledger.database import transaction
from ledger.registry import registry, sessions
from ledger.tables.verifications import EventRow
from settings import settings
from tests.gateway.conftest import ADMIN, Api
from tests.gateway.oversight.test_complaints import passed
from tests.gateway.oversight.test_leads import entered_lead
from tests.gateway.verifications.test_revocation import delivered, revoke

PERMIT, GUANGMING = "370402-PERMIT", "370402-GUANGMING"
CHIEFS = {PERMIT: "demo-permit-2", GUANGMING: "demo-guangming-2"}
ACTING = {PERMIT: "stands-in-permit", GUANGMING: "stands-in-guangming"}
TEXT = {"text": "演示:已整改"}


@pytest.fixture(scope="module", autouse=True)
def people(served: Api) -> None:
    with transaction() as session:
        registry.put_people(session, [{"code": code, "unit": unit, "name": "演示", "roles": ["agent"]} for unit, code in ACTING.items()])


@pytest.fixture
def standing_in() -> Iterator[None]:
    """Both stand in from now on for an hour; afterwards neither does."""
    now, made = settings().now(), []
    for unit, code in ACTING.items():
        with transaction() as session:
            row = duty.appoint(session, unit, code, None, now + timedelta(hours=1), acting=True, now=now, actor=f"person:{CHIEFS[unit]}")
            made.append((unit, row.id))
    yield
    for unit, one in made:
        with transaction() as session:
            duty.end_appointment(session, unit, one, None, now=settings().now(), actor=f"person:{CHIEFS[unit]}")


def asked(api: Api) -> tuple[str, str]:
    """A complaint and a lead that the unit is to answer."""
    lead = entered_lead(api)
    told = {"document": "整改通知〔2026〕1号", "text": "请整改"}
    assert api.post(f"/v1/leads/{lead}/notify", ADMIN, json=told).status_code == 200
    return f"/v1/complaints/{passed(api)}", f"/v1/leads/{lead}"


def test_without_the_duty_a_clerk_neither_reads_nor_answers(api: Api) -> None:
    for path in asked(api):
        assert api.get(path, ACTING[PERMIT]).status_code == 403
        assert api.post(f"{path}/answer", ACTING[PERMIT], json=TEXT).json()["code"] == "not_allowed"


def test_who_stands_in_answers_with_both_names_on_the_record(api: Api, standing_in: None) -> None:
    for path in asked(api):
        assert api.get(path, ACTING[PERMIT]).status_code == 200
        answered = api.post(f"{path}/answer", ACTING[PERMIT], json=TEXT)
        assert answered.status_code == 200, answered.text
        step = next(one for one in answered.json()["steps"] if one["step"] == "answer")
        assert (step["person"], step["record"]) == (ACTING[PERMIT], {"stands_in_for": CHIEFS[PERMIT]})


def test_and_revokes_a_proof_of_the_unit(api: Api, seals: LocalSeals, standing_in: None) -> None:
    """Obligation 16.8."""
    number, _ = delivered(api, seals)
    status, body = revoke(api, number, ACTING[GUANGMING])
    assert (status, body["asked_by"]) == (201, f"person:{ACTING[GUANGMING]}")
    with transaction() as session:
        one = session.scalars(select(EventRow).where(EventRow.verification == number, EventRow.event == Event.PROOF_REVOKED)).one()
        assert one.detail["stands_in_for"] == CHIEFS[GUANGMING]


def test_it_ends_by_itself_and_with_an_absence_at_the_next_click(api: Api, standing_in: None) -> None:
    now, person = settings().now(), ACTING[PERMIT]
    with transaction() as session:
        token = sessions.begin(session, person, method=sessions.Method.PASSWORD, browser="", before="", now=now)
    for at, may in ((now, True), (now + timedelta(minutes=29), True), (now + timedelta(hours=2), False)):
        with transaction() as session:
            session.execute(sessions.update(sessions.WebSession).values(used_at=at))
            assert ("supervisor" in sessions.signed_in(session, token, now=at).caller.roles) is may, at
    until = (now + timedelta(minutes=30)).isoformat()
    away = api.post("/v1/duty/absences", person, json={"person": person, "until": until})
    assert away.status_code == 201, away.text
    assert api.get("/v1/complaints", person).status_code == 403, "she is away herself"
    assert api.post(f"/v1/duty/absences/{away.json()['id']}/cancel", person, json={}).status_code == 200
    assert api.get("/v1/complaints", person).status_code == 200


def test_nobody_prolongs_it_herself(api: Api, standing_in: None) -> None:
    """A stand-in ends at its end: she may appoint others, not herself."""
    until = (settings().now() + timedelta(days=9)).isoformat()
    for body in ({"acting": True, "until": until}, {"acting": False}):
        sent = {"person": ACTING[PERMIT], "since": (settings().now() + timedelta(days=2)).isoformat()} | body
        answer = api.post("/v1/duty/appointments", ACTING[PERMIT], json=sent)
        assert (answer.status_code, answer.json()["code"]) == (422, "duty_refused"), answer.text


def test_nor_changes_who_the_regular_one_is(api: Api, standing_in: None) -> None:
    """What she decides ends with her stand-in: another regular 督办员 would not."""
    regular, acts = CHIEFS[PERMIT], ACTING[PERMIT]
    standing = api.get("/v1/duty", acts).json()["appointments"]
    (own,) = [one["id"] for one in standing if one["person"] == regular and not one["acting"]]
    later = (settings().now() + timedelta(days=2)).isoformat()
    for path, sent in (("", {"person": "demo-permit-1", "acting": False, "since": later}), (f"/{own}/end", {"until": later})):
        answer = api.post(f"/v1/duty/appointments{path}", acts, json=sent)
        assert (answer.status_code, answer.json()["code"]) == (422, "duty_refused") and "代理期间" in answer.text, answer.text
    further = {"person": "demo-permit-1", "acting": True, "since": later, "until": (settings().now() + timedelta(days=3)).isoformat()}
    made = api.post("/v1/duty/appointments", acts, json=further)
    assert made.status_code == 201, made.text
    assert api.post(f"/v1/duty/appointments/{made.json()['id']}/end", acts, json={}).status_code == 200
