"""解读的试算 over HTTP: for the 专班 office alone, a week by several readings beside one another, and nothing is written."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.readings import Measure, Readings
from gateway.deadlines import rule_preview
from ledger.database import transaction
from ledger.deadlines.rule_preview import preview as preview_of
from ledger.tables.duty import RuleChange
from ledger.tables.verifications import Deadline
from settings import settings
from tests.gateway.conftest import ADMIN, ISSUER, REQUESTER, Api
from tests.ledger.acting import HOUR, MINUTE, all_of, immediate, names, swept
from tests.ledger.filing import NOW
from tests.statements import counting

NOON = NOW + 2 * HOUR + 50 * MINUTE  # Wednesday 11:50: missed at 12:20, and in service time it has until 13:50
WEEK = "2026-W10"


def preview(api: Api, **body: Any) -> dict[str, Any]:
    answer = api.post("/v1/rules/preview", ADMIN, json={"period": WEEK} | body)
    return {"status": answer.status_code, **answer.json()}


def lines(way: dict[str, Any]) -> dict[str, tuple[int, int, int, list[str]]]:
    return {one["unit"]: (one["met"], one["missed"], one["running"], one["numbers"]) for one in way["lines"] if one["kind"] == "hard"}


def test_a_week_is_read_in_several_ways_and_stays_as_it_is(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    lease, _ = immediate(NOON, "P-ARCHIVE", matter="DEMO-0003")
    swept(NOON + HOUR)
    monkeypatch.setattr(type(settings()), "now", lambda _self: NOON + HOUR + 30 * MINUTE)  # 13:20
    before = names(lease.number), [(one.id, one.due_at, one.rule_version) for one in all_of(Deadline)]
    found = preview(api, readings={"measure": "service_hours"})
    assert found["status"] == 200 and found["period"] == WEEK
    recorded, now, other = found["ways"]
    assert [way["name"] for way in found["ways"]] == ["台账记录", "现行解读", "拟用解读"] and recorded["version"] is None
    assert lines(recorded) == lines(now) == {"370402-ARCHIVE": (0, 1, 0, [])}
    assert lines(other) == {"370402-ARCHIVE": (0, 0, 1, [lease.number])} and other["version"] not in (None, now["version"])
    assert len(preview(api)["ways"]) == 2
    kept = preview(api, version=now["version"])["ways"]
    assert lines(kept[2]) == lines(now)
    assert (names(lease.number), [(one.id, one.due_at, one.rule_version) for one in all_of(Deadline)]) == before
    assert not all_of(RuleChange) and preview(api, period="2026-W09")["ways"][0]["lines"] == []
    rules = api.get("/v1/rules", ADMIN).json()
    assert rules["version"] == now["version"] in [one["version"] for one in rules["versions"]] and rules["readings"]["measure"] == "deemed"


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ({"readings": {"nothing": 1}}, "readings_invalid", "没有解读 nothing"),
        ({"readings": {"measure": "working"}}, "readings_invalid", "deemed、natural"),
        ({"readings": {"measure_by_unit": {"X-NONE": "natural"}}}, "readings_invalid", "X-NONE"),
        ({"version": "2022-06-28/0"}, "rule_version_unknown", ""),
        ({"period": "2026-W60"}, "period_invalid", ""),
        ({"period": "2020-01-01..2026-01-01"}, "period_invalid", "一年"),
        ({"readings": []}, "invalid", ""),
    ],
)
def test_what_cannot_be_tried_is_said(api: Api, body: dict[str, Any], code: str, said: str) -> None:
    found = preview(api, **body)
    assert (found["code"], found["status"]) == (code, 422) and said in found["detail"]


def test_a_time_with_more_requests_than_one_call_counts_is_the_commands(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    immediate(NOON + timedelta(days=7), "P-ARCHIVE", matter="DEMO-0003")
    immediate(NOON + timedelta(days=7), "P-ARCHIVE", matter="DEMO-0003", person="演示乙丑")
    monkeypatch.setattr(rule_preview, "MOST", 1)
    found = preview(api, period="2026-W11")
    assert found["code"] == "preview_too_large" and "./run recompute --preview" in found["remedy"]


def test_many_requests_cost_no_more_statements_than_few(api: Api) -> None:
    spent, tried = [], [Readings(measure=Measure.SERVICE_HOURS), Readings(outage_deducted=True)]
    for count in (2, 6):
        for _ in range(count):
            immediate(NOON, "P-ARCHIVE", matter="DEMO-0003")
        with transaction() as session, counting() as asked:
            record, *ways = preview_of(session, NOON - HOUR, NOON + HOUR, tried, now=NOON + 2 * HOUR)
        assert len(ways) == 2 and sum(line.counts["running"] for line in record.lines.values()) >= count
        spent.append(len(asked.statements))
    assert spent[0] == spent[1], spent


@pytest.mark.parametrize("person", [REQUESTER, ISSUER])
def test_it_is_the_offices(api: Api, person: str) -> None:
    assert api.post("/v1/rules/preview", person, json={"period": WEEK}).json()["code"] == "not_allowed"
    assert api.get("/v1/rules", person).json()["code"] == "not_allowed"
