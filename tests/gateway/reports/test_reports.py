"""周报 over HTTP: ordered, read byte for byte, computed anew, its mails; a 督办员 his own unit's alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from ledger.outbox import notifications, reports
from ledger.outbox.callbacks_sent import Receipt
from reports import issuing
from settings import settings
from tests.gateway.conftest import ADMIN, REQUESTER, Api
from tests.ledger.acting import do

CHIEF, STREET, PERMIT = "demo-guangming-2", "370402-GUANGMING", "370402-PERMIT"
READERS = ("first@example.cn", "second@example.cn")


@pytest.fixture
def readers(api: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PROOFLESS_REPORT_READERS", ",".join(READERS))
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def order(api: Api, period: str, person: str = ADMIN, **more: Any) -> dict[str, Any]:
    answer = api.post("/v1/reports", person, json={"period": period, **more})
    return {"http": answer.status_code, **answer.json()}


def made() -> str:
    """What a run makes of every order; gives the last one's id."""
    report = None
    for wanted in do(reports.ordered):
        snapshot = issuing.snapshot(wanted, settings().now())
        report, _ = issuing.keep(wanted, snapshot, issuing.lay_out(snapshot), now=settings().now(), actor="system:test")
    return str(report)


def test_a_report_is_ordered_made_and_read_as_it_was_issued(api: Api) -> None:
    ordered = order(api, "2026-W11")
    assert (ordered["http"], ordered["period"], ordered["unit"], ordered["version"], ordered["report"]) == (202, "2026-W11", None, 1, None)
    assert ordered["label"] == "2026年第11周(3月9日至3月15日)" and ordered["flow_run"]
    assert api.runs.created == [("2026-W11  1", "weekly-compliance")]
    report = made()
    again = order(api, "2026-03-11")
    assert (again["http"], again["report"], again["flow_run"]) == (202, report, None) and len(api.runs.created) == 1
    row = next(one for one in api.get("/v1/reports", ADMIN).json()["items"] if one["id"] == report)
    assert (row["issue"], row["made_by"], row["definitions"][:4]) == ("〔2026〕第11期", "person:demo-admin", "2026")
    snapshot = api.get(f"/v1/reports/{report}", ADMIN)
    assert hashlib.sha256(snapshot.content).hexdigest() == row["digest"] and snapshot.headers["ETag"] == f'"{row["digest"]}"'
    kinds = {"html": b"<!doctype html>", "pdf": b"%PDF", "xlsx": b"PK"}
    for kind, begins in kinds.items():
        answer = api.get(f"/v1/reports/{report}/{kind}", ADMIN)
        assert answer.status_code == 200 and answer.content.startswith(begins)
        assert answer.content == api.get(f"/v1/reports/{report}/{kind}", ADMIN).content
        assert "filename*=UTF-8''%E5%B8%82" in answer.headers["Content-Disposition"]
    assert "style-src 'unsafe-inline'" in api.get(f"/v1/reports/{report}/html", ADMIN).headers["Content-Security-Policy"]


def test_an_order_is_not_lost_while_the_engine_is_away(api: Api) -> None:
    api.runs.away = True
    ordered = order(api, "2026-03-02..2026-03-04", unit=PERMIT)
    assert (ordered["http"], ordered["flow_run"]) == (202, None)
    assert [(one.scope, one.by) for one in do(reports.ordered)] == [(PERMIT, "person:demo-admin")]
    made()


def test_computed_anew_it_is_another_version_and_the_old_one_stays(api: Api) -> None:
    order(api, "2026-W12")
    first = made()
    before = api.get(f"/v1/reports/{first}/pdf", ADMIN).content
    answer = api.post(f"/v1/reports/{first}/recompute", ADMIN, json={"reason": "指标口径调整"})
    assert (answer.status_code, answer.json()["version"]) == (202, 2)
    second = made()
    assert api.get(f"/v1/reports/{first}/pdf", ADMIN).content == before
    notes = api.get(f"/v1/reports/{second}", ADMIN).json()["notes"]
    assert "本版重新编制的原因:指标口径调整。" in notes and any(note.startswith("与第1版相比") for note in notes)
    listed = [one for one in api.get("/v1/reports?unit=", ADMIN).json()["items"] if one["period"] == "2026-W12"]
    assert [(one["version"], one["reason"]) for one in listed] == [(2, "指标口径调整"), (1, "")]
    for wrong in ({}, {"reason": ""}, {"reason": "涉及370402188102020017"}):
        assert api.post(f"/v1/reports/{first}/recompute", ADMIN, json=wrong).json()["code"] == "invalid"


def test_a_supervisor_orders_and_reads_his_own_unit_s_alone(api: Api) -> None:
    own = order(api, "2026-W13", CHIEF)
    assert (own["http"], own["unit"]) == (202, STREET)
    mine = made()
    order(api, "2026-W13"), order(api, "2026-W13", unit=PERMIT)
    other = made()
    assert {one["unit"] for one in api.get("/v1/reports", CHIEF).json()["items"]} == {STREET}
    assert {one["unit"] for one in api.get(f"/v1/reports?unit={PERMIT}", CHIEF).json()["items"]} == {STREET}
    assert api.get(f"/v1/reports/{mine}", CHIEF).json()["scope"] == STREET
    for path in ("", "/html", "/pdf", "/xlsx"):
        assert api.get(f"/v1/reports/{other}{path}", CHIEF).json()["code"] == "report_unknown"
    assert api.post(f"/v1/reports/{other}/recompute", CHIEF, json={"reason": "x"}).json()["code"] == "report_unknown"
    assert order(api, "2026-W13", CHIEF, unit=PERMIT)["code"] == "report_not_yours"
    for path in ("/v1/reports", f"/v1/reports/{mine}"):
        assert api.get(path, REQUESTER).json()["code"] == "not_allowed"
    assert api.get(f"/v1/reports/{mine}/mailings", CHIEF).json()["code"] == "not_allowed"


@pytest.mark.parametrize(
    ("period", "more", "code"),
    [
        ("2026-W54", {}, "period_invalid"),
        ("2026-03-09..2026-03-02", {}, "period_invalid"),
        ("2199-W01", {}, "period_not_over"),
        ("2026-W10", {"unit": "X-NONE"}, "unit_not_registered"),
        ("上周", {}, "invalid"),
        ("2026-W10", {"layout": "pdf"}, "invalid"),
    ],
)
def test_what_cannot_be_made_says_so(api: Api, period: str, more: dict[str, Any], code: str) -> None:
    assert order(api, period, **more)["code"] == code


def test_what_is_not_there_is_unknown(api: Api) -> None:
    for path in ("", "/html", "/pdf", "/xlsx", "/mailings"):
        assert api.get(f"/v1/reports/{uuid4()}{path}", ADMIN).json()["code"] == "report_unknown"


@pytest.mark.usefixtures("readers")
def test_each_reader_s_mail_is_shown_and_sent_again_by_a_person(api: Api) -> None:
    order(api, "2026-W14")
    report = made()
    mails = api.get(f"/v1/reports/{report}/mailings", ADMIN).json()["items"]
    assert [(one["reader"], one["standing_name"]) for one in mails] == [(reader, "待发送") for reader in READERS]
    assert api.post(f"/v1/reports/{report}/mailings/{mails[0]['id']}/again", ADMIN).json()["code"] == "mailing_not_open"
    assert api.post(f"/v1/reports/{report}/mailings/{uuid4()}/again", ADMIN).json()["code"] == "mailing_unknown"
    sent = do(notifications.take_next, now=settings().now())
    assert sent is not None
    do(notifications.record_attempt, sent, "recipients_refused", Receipt.REFUSED, now=settings().now())
    (refused,) = [one for one in api.get(f"/v1/reports/{report}/mailings", ADMIN).json()["items"] if one["standing"] == "given_up"]
    assert refused["last_answer"] == "recipients_refused"
    (listed,) = [one for one in api.get("/v1/notices", ADMIN).json()["items"] if one["id"] == refused["id"]]
    assert (listed["kind"], listed["unit"], listed["recipient"]) == ("report", None, refused["reader"])
    again = api.post(f"/v1/reports/{report}/mailings/{refused['id']}/again", ADMIN).json()
    assert (again["id"], again["standing"], again["attempts"]) == (refused["id"], "waiting", 0)


def test_a_reader_who_was_configured_later_gets_it_and_nobody_twice(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    order(api, "2026-W15")
    report = made()
    assert api.get(f"/v1/reports/{report}/mailings", ADMIN).json() == {"items": []}
    assert api.post(f"/v1/reports/{report}/mailings", ADMIN).json()["code"] == "no_readers"
    monkeypatch.setenv("PROOFLESS_REPORT_READERS", READERS[0])
    settings.cache_clear()
    for _ in range(2):
        mails = api.post(f"/v1/reports/{report}/mailings", ADMIN).json()["items"]
        assert [one["reader"] for one in mails] == [READERS[0]]
    monkeypatch.undo()
    settings.cache_clear()


def test_behind_every_figure_stands_its_list_page_by_page(api: Api) -> None:
    """A 督办员 sees those of his own unit's report, and nobody another's."""
    number = api.filed()
    order(api, "2026-W12")
    order(api, "2026-W12", unit=STREET)
    made()
    rows = api.get("/v1/reports", ADMIN).json()["items"]
    report = next(one["id"] for one in rows if one["period"] == "2026-W12" and one["unit"] is None)
    path = f"/v1/reports/{report}/cases"
    first = api.get(path, ADMIN, params={"key": "lists", "limit": 3}).json()
    rest = api.get(path, ADMIN, params={"key": "lists", "limit": 500, "cursor": first["next_cursor"]}).json()
    units = [one["number"] for one in (*first["items"], *rest["items"])]
    assert len(first["items"]) == 3 and len(units) == len(set(units)) == first["whole"] and rest["next_cursor"] is None
    assert sum(one["counted"] for one in (*first["items"], *rest["items"])) == first["part"]
    assert api.get(path, ADMIN, params={"key": "training"}).json()["whole"] > 0
    assert api.get(path, ADMIN, params={"key": "nonsense"}).json()["code"] == "cases_unknown"
    assert api.get(path, CHIEF, params={"key": "lists"}).json()["code"] == "report_unknown"
    own = next(one["id"] for one in api.get("/v1/reports", CHIEF).json()["items"])
    assert [one["number"] for one in api.get(f"/v1/reports/{own}/cases", CHIEF, params={"key": "rosters"}).json()["items"]] == [STREET]
    assert api.get(f"/v1/reports/{own}/cases", REQUESTER, params={"key": "rosters"}).status_code == 403 and number not in str(rows)
