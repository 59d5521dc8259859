"""A departmental batch in the issuing unit's inbox: one line, opened and answered row by row or all alike, each row's clock its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.casework import attention
from ledger.database import transaction
from ledger.tables.verifications import Deadline, Request, Verification
from settings import settings
from tests.gateway.batches.conftest import file_all, line, send
from tests.gateway.casework import ask
from tests.gateway.conftest import ISSUER, REQUESTER, Api, party
from tests.ledger.acting import all_of, swept

FIELDS = {"家庭人口": "3", "人均月收入": "600元", "认定结论": "符合"}
PEOPLE = ("演示甲子", "演示乙丑", "演示丙寅")


@pytest.fixture
def asked(api: Api) -> tuple[str, dict[str, str]]:
    """A batch of three and, asked at the same time, a single one; request by verification."""
    return asking(api)


def asking(api: Api) -> tuple[str, dict[str, str]]:
    api.put_case(parties=[{"role": "other", **party(name)} for name in PEOPLE])
    number = send(api, [line(api.case, name, "P-HARDSHIP") for name in PEOPLE]).json()["number"]
    return number, {one: ask(one) for one in file_all(number)}


def inbox(api: Api, **asked: str) -> dict[str, Any]:
    found: dict[str, Any] = api.get("/v1/inbox", ISSUER, params={"limit": 100, **asked}).json()
    return found


def test_it_is_one_line_that_can_be_opened(api: Api, asked: tuple[str, dict[str, str]]) -> None:
    number, requests = asked
    (one,) = [row for row in inbox(api)["batches"] if row["batch"] == number]
    assert (one["count"], one["purpose"], one["requesting_unit"]) == (3, "低保年度复核", "市中区行政审批服务局")
    rows = inbox(api, batch=number)
    assert {row["id"] for row in rows["items"]} == set(requests.values()) and rows["batches"] == []
    assert one["due_at"] == min(row["due_at"] for row in rows["items"])
    assert not {row["id"] for row in inbox(api)["items"]} & set(requests.values()), "not line by line as well"
    assert inbox(api, batch="PL20260304ABCDEFGH")["items"] == []
    assert {number_ for number_, actor, what in api.accesses() if what == "request" and actor == f"person:{ISSUER}"} == set(requests)


def test_answered_row_by_row_the_line_grows_shorter_and_goes(api: Api, asked: tuple[str, dict[str, str]]) -> None:
    number, requests = asked
    for left, request in zip((2, 1, 0), requests.values(), strict=True):
        answer = {"answer": "true", "fields": FIELDS} if left else {"answer": "no_record"}
        assert api.post(f"/v1/inbox/{request}/reply", ISSUER, json=answer).status_code == 200
        assert [row["count"] for row in inbox(api)["batches"] if row["batch"] == number] == ([left] if left else [])
    assert {row["id"] for row in inbox(api, status="answered")["items"]} >= set(requests.values())


def test_answered_all_alike_each_row_has_its_own_answer(api: Api, asked: tuple[str, dict[str, str]]) -> None:
    number, requests = asked
    path = f"/v1/inbox/batches/{number}/reply"
    first, *rest = requests.values()
    some = api.post(path, ISSUER, json={"answer": "true", "fields": FIELDS, "requests": [first]})
    assert some.json() == {"batch": number, "answered": 1, "refused": [], "left": False}
    missing = api.post(path, ISSUER, json={"answer": "true", "fields": {"家庭人口": "3"}}).json()
    assert missing["answered"] == 0 and {one["code"] for one in missing["refused"]} == {"fields_missing"}
    assert api.post(path, ISSUER, json={"answer": "true", "fields": FIELDS}).json()["answered"] == 2
    found = {str(one.id): one for one in all_of(Request) if str(one.id) in requests.values()}
    assert {one.answer for one in found.values()} == {"true"} and {one.answered_by for one in found.values()} == {f"person:{ISSUER}"}
    assert len({one.answered_at for one in found.values()}) == 3 and len({bytes(one.fields or b"") for one in found.values()}) == 3
    assert api.post(path, ISSUER, json={"answer": "true", "fields": FIELDS}).json()["code"] == "nothing_asked"
    assert api.post(path, REQUESTER, json={"answer": "no_record"}).json()["code"] == "nothing_asked"
    assert rest


def test_what_a_colleague_claimed_is_left_to_her(api: Api, asked: tuple[str, dict[str, str]]) -> None:
    number, requests = asked
    first = next(iter(requests.values()))
    assert api.post(f"/v1/inbox/{first}/claim", "demo-guangming-2").status_code == 200
    done = api.post(f"/v1/inbox/batches/{number}/reply", ISSUER, json={"answer": "no_record"}).json()
    assert (done["answered"], [(one["id"], one["code"]) for one in done["refused"]]) == (2, [(first, "claimed_by_other")])
    assert done["refused"][0]["reason"]


def limits(request: str) -> list[tuple[Any, ...]]:
    """Everything that time will do to a request."""
    return sorted(
        (one.kind.value, one.started_at, one.due_at, one.warn_at, one.met_at, one.missed_at, one.closed_at, one.obligations)
        for one in all_of(Deadline)
        if one.request == UUID(request)
    )


def test_answered_partly_returned_partly_missed_each_rows_clock_is_that_of_a_single_request(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = settings().now()
    now = [start]
    monkeypatch.setattr(type(settings()), "now", lambda _self: now[0])
    _, batch = asking(api)
    api.begin()
    api.put_case(parties=[{"role": "other", **party(name)} for name in PEOPLE])
    single = {}
    for name in PEOPLE:
        number = api.file(proof="P-HARDSHIP", party=party(name)).json()["number"]
        single[number] = ask(number)
    pairs = list(zip(batch.values(), single.values(), strict=True))
    assert all(limits(one) == limits(other) and len(limits(one)) >= 2 for one, other in pairs)
    answered, returned, missed = pairs
    for later, both, path, body in (
        (7, answered, "reply", {"answer": "true", "fields": FIELDS}),
        (11, returned, "return", {"reason": "已迁出本辖区", "suggested_unit": "370402-CIVIL"}),
    ):
        now[0] = start + timedelta(minutes=later)
        for request in both:
            assert api.post(f"/v1/inbox/{request}/{path}", ISSUER, json=body).status_code == 200
    due = max(one[2] for request in missed for one in limits(request) if isinstance(one[2], datetime))
    now[0] = due + timedelta(seconds=1)
    swept(now[0])
    assert all(limits(one) == limits(other) for one, other in pairs)
    assert all(one[5] is not None for one in limits(missed[0]) if one[0] == "hard")
    assert {one.state for one in all_of(Verification) if one.number in (*batch, *single)} >= {"to_be_sealed", "returned"}


def test_what_is_withdrawn_leaves_the_line(api: Api, asked: tuple[str, dict[str, str]]) -> None:
    number, requests = asked
    from domain.reasons import WithdrawReason

    with transaction() as session:
        one = next(iter(requests))
        attention.withdraw(session, one, WithdrawReason.OTHER, now=settings().now(), actor="person:x")
    assert [row["count"] for row in inbox(api)["batches"] if row["batch"] == number] == [2]
