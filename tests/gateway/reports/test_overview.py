"""全局 over HTTP: numbers that the inboxes bear out, each with its cases, and nobody's name in them (obligation 15.4)."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from html import unescape
from typing import Any

from sqlalchemy import update

from gateway.edge.pages import typeset
from ledger.casework import overview
from ledger.casework.decisions import DecisionKind
from ledger.casework.overview import Standing
from ledger.catalog.questions import Asked, put_asked
from ledger.database import transaction
from ledger.lifecycle.remedies import REMEDIES
from ledger.methods import failures
from ledger.registry import registry
from ledger.tables.verifications import Deadline, Verification
from settings import settings
from tests.gateway.casework import ask
from tests.gateway.conftest import ADMIN, ISSUER, Api
from tests.gateway.counter.browsing import signed_in
from tests.gateway.oversight.test_complaints import taken
from tests.gateway.oversight.test_recusal import DECISION, Made, excuse, lead, proposal, stopped
from tests.gateway.reports.test_reports import CHIEF, STREET, made, order

LEADER = "demo-leader"
#: Kind, what makes one wait, and the step that decides it.
DECIDED: list[tuple[str, Made, str, dict[str, Any]]] = [
    ("超时理由的认定", excuse, "", {"approved": True}),
    ("线索的处理", lead, "dismiss", {"text": "演示:不成立"}),
    ("停止查询的解除", stopped, "lift", {"reason": "演示:已核实"}),
    ("清单编制、调整的研究", proposal, "decide", DECISION),
]


def late(request: str) -> None:
    """Its limits passed an hour ago."""
    with transaction() as session:
        session.execute(update(Deadline).where(Deadline.request == request).values(due_at=settings().now() - timedelta(hours=1)))


def test_numbers_are_those_of_the_inboxes_and_open_their_cases(api: Api) -> None:
    late(ask(api.filed(proof="P-HARDSHIP")))
    api.begin()
    ask(api.filed(proof="P-HARDSHIP"))
    found = api.get("/v1/overview", LEADER).json()
    waiting = [line for page in api.pages("/v1/inbox", ISSUER) for line in page]
    overdue = [line for line in waiting if line["minutes_left"] is not None and line["minutes_left"] < 0]
    street = next(one for one in found["units"] if one["code"] == STREET)
    assert (street["waiting"], street["late"]) == (len(waiting), len(overdue)) and overdue
    assert street["late_since"] == min(line["due_at"] for line in overdue)
    assert [one["code"] for one in found["units"]] == sorted(one["code"] for one in found["units"])  # nobody is ranked
    for kind, lines in (("late", overdue), ("waiting", waiting)):
        listed = [one for page in api.pages("/v1/overview/cases", LEADER, kind=kind, unit=STREET, limit=1) for one in page]
        assert [one["number"] for one in listed] == [line["verification_number"] for line in lines]
    answer = api.get("/v1/overview/cases", LEADER).text + api.get("/v1/overview", LEADER).text
    assert "演示甲子" not in answer and "370402188102020017" not in answer


def test_at_the_very_instant_nothing_is_late(api: Api) -> None:
    number = api.filed(proof="P-HARDSHIP")
    request = ask(number)
    with transaction() as session:
        due = overview.cases(session, Standing.LATE, STREET, now=settings().now() + timedelta(days=400)).rows
        instant = next(one.since for one in due if one.number == number)
        assert instant is not None and request
        for now, expected in ((instant, False), (instant + timedelta(seconds=1), True)):
            late_now = [one.number for one in overview.cases(session, Standing.LATE, STREET, now=now).rows]
            assert (number in late_now) is expected


def test_what_stands_still_is_told_with_its_reason_and_since_when(api: Api) -> None:
    """In fixed words: what the case's data say of it is for who repairs it."""
    number = api.filed()
    at = settings().now() - timedelta(hours=3)
    with transaction() as session:
        session.execute(update(Verification).where(Verification.number == number).values(paused_at=at))
    found = api.get("/v1/overview", LEADER).json()
    assert next(one["since"] for one in found["still"] if one["reason"] == "由运维暂停。")[:16] == at.isoformat()[:16]
    line = next(one for one in api.get("/v1/overview/cases", LEADER, params={"kind": "still"}).json()["items"] if one["number"] == number)
    assert line["reason"] == "由运维暂停。"
    decided = {one["name"]: one["mine"] for one in found["decisions"]}
    assert decided["因故障、暂停停住的核验"] is False
    with transaction() as session:
        session.execute(update(Verification).where(Verification.number == number).values(paused_at=None))


def test_each_number_of_a_reason_opens_its_cases_and_no_others(api: Api) -> None:
    numbers = dict[str, str]()
    for code in ("returned_twice", "failed_passes", "page_overflow", "paused"):
        api.begin()
        numbers[code] = api.filed()
        with transaction() as session:
            failures.need_attention(
                session, numbers[code], code if code in REMEDIES else "failed_passes", at=settings().now(), actor="test"
            )
    changed = {"paused": {"paused_at": settings().now()}, "page_overflow": {"attention": "of_an_older_edition"}}
    with transaction() as session:
        for code, values in changed.items():
            session.execute(update(Verification).where(Verification.number == numbers[code]).values(values))
    numbers["other"] = numbers.pop("page_overflow")
    still = {one["code"]: one for one in api.get("/v1/overview", LEADER).json()["still"]}
    page = signed_in(api, LEADER)
    shown = page.get("/counter/overview").text
    for code, number in numbers.items():
        lines = [one for items in api.pages("/v1/overview/cases", LEADER, kind="still", why=code, limit=1) for one in items]
        assert len(lines) == still[code]["count"] and {one["reason"] for one in lines} == {still[code]["reason"]}
        assert number in {one["number"] for one in lines}
        link = f"/counter/overview/cases?kind=still&amp;why={code}"
        assert f'<a href="{link}"><strong>{len(lines)}</strong> 件</a>' in shown
        listed = page.get(unescape(link))
        assert number in listed.text and f"原因：{typeset(still[code]['reason'])}" in listed.text
        assert not [other for other in numbers.values() if other != number and other in listed.text]
    assert "没有因此停住的核验" in page.get("/counter/overview/cases?kind=still&why=missing_glyph").text
    assert numbers["other"] in page.get("/counter/overview/cases?kind=still&why=").text, "no reason is every reason"


def test_what_waits_for_a_decision_is_counted_until_it_is_decided(api: Api) -> None:
    def waiting(person: str = ADMIN) -> dict[str, tuple[int, bool]]:
        found = api.get("/v1/overview", person).json()["decisions"]
        return {one["name"]: (one["count"], one["mine"]) for one in found}

    def more(name: str) -> int:
        return waiting().get(name, (0, True))[0] - before.get(name, (0, True))[0]

    before = waiting()
    number = taken(api)
    assert more("投诉举报的转办") == 1 and waiting(LEADER)["投诉举报的转办"][1] is False
    assert api.post(f"/v1/complaints/{number}/pass", ADMIN, json={"unit": "370402-PERMIT", "asked": "请说明"}).status_code == 200
    assert more("投诉举报的转办") == more("投诉举报的办结") == 0, "it waits for the unit"
    assert api.post(f"/v1/complaints/{number}/answer", "demo-permit-2", json={"text": "已整改"}).status_code == 200
    assert more("投诉举报的办结") == 1

    def since() -> str:
        pages = api.pages("/v1/overview/decisions", ADMIN, kind="complaint_answer")
        return next(str(one["since"]) for page in pages for one in page if one["key"] == number)

    answered = since()
    assert api.get(f"/v1/complaints/{number}/text", ADMIN).status_code == 200
    assert since() == answered, "who reads it makes it no newer"
    for name, make, path, sent in DECIDED:
        where = make(api)[1]
        assert more(name) == 1, name
        assert api.post(f"{where}/{path}".rstrip("/"), ADMIN, json=sent).status_code == 200
        assert more(name) == 0, name
    assert more("清单的公布") == 1 and waiting()["清单的公布"][1] is False, "another office publishes it"


def test_each_number_of_what_waits_opens_its_cases(api: Api) -> None:
    """Complaints, leads, questions of the list, what stopped and what was given a reason: as many lines as are counted, none twice."""
    now = settings().now()
    with transaction() as session:
        asked = [Asked("unit", f"演示问题{n}", f"演示问题{n}", "没有找到", (), count=1) for n in range(3)]
        put_asked(session, asked, now=now)
    for make in (lead, excuse, stopped):
        make(api)
    taken(api)
    for code in ("cannot_verify", "returned_twice", "failed_passes"):
        api.begin()
        number = api.filed(proof="P-HARDSHIP")
        with transaction() as session:
            failures.need_attention(session, number, code, at=now, actor="system:test")
    found = api.get("/v1/overview", LEADER).json()["decisions"]
    counts = {one["kind"]: one["count"] for one in found}
    assert {"stopped", "broken", "complaint", "lead", "excuse", "question", "lookup_block"} <= counts.keys()
    assert counts["question"] >= 3 and counts["stopped"] >= 2
    for kind in DecisionKind:
        lines = [one for page in api.pages("/v1/overview/decisions", LEADER, kind=kind.value, limit=1) for one in page]
        assert len(lines) == len({(one["key"], one["since"]) for one in lines}) == counts.get(kind.value, 0), kind
        assert [one["since"] for one in lines] == sorted(one["since"] for one in lines), kind
        assert not lines or lines[0]["since"] == next(one["since"] for one in found if one["kind"] == kind.value), kind
    assert "演示甲子" not in api.get("/v1/overview/decisions", LEADER, params={"kind": "stopped"}).text
    assert api.get("/v1/overview/decisions", CHIEF, params={"kind": "complaint"}).status_code == 403, "the district's are not a unit's"


def test_a_unit_sees_its_own_and_a_clerk_nothing(api: Api) -> None:
    ask(api.filed(proof="P-HARDSHIP"))
    assert api.get("/v1/overview", ISSUER).status_code == 403
    assert {one["code"] for one in api.get("/v1/overview", CHIEF).json()["units"]} == {STREET}
    own = partial(api.get, "/v1/overview/cases", CHIEF)
    assert own(params={"kind": "waiting", "unit": "370402-JUSTICE"}).json() == own(params={"kind": "waiting"}).json()
    with transaction() as session:
        registry.put_people(session, [{"code": "overview-chief", "unit": "370402-JUSTICE", "name": "演示", "roles": ["supervisor"]}])
    other = api.get("/v1/overview/cases", "overview-chief", params={"kind": "waiting", "unit": STREET}).json()
    assert all(one["unit"] != "光明路街道办事处" for one in other["items"])


def test_the_week_is_that_of_the_newest_weekly_report(api: Api) -> None:
    order(api, "2026-W10")
    report = made()
    order(api, "2026-03-09..2026-03-12")  # days that somebody chose are no week
    made()
    found = api.get("/v1/overview", LEADER).json()
    assert found["report"]["id"] == report and found["report"]["period"] == "2026-W10"
    snapshot = api.get(f"/v1/reports/{report}", ADMIN).json()
    assert (found["week"][0]["name"], found["week"][0]["value"]) == ("收到核验", str(snapshot["received"]["value"]))
    for one in found["week"]:
        assert not one["cases"] or api.get(f"/v1/reports/{report}/cases", LEADER, params={"key": one["cases"]}).status_code == 200
