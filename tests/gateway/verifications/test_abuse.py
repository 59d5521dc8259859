"""滥用: forty strangers by a system's key; quotas by key, unit, matter and case; what the office does about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select, text

from domain.key_scopes import Scope
from domain.leads import LeadRule
from domain.quotas import Quota, QuotaOf, quotas
from domain.share import Candidate, ShareOutcome
from gateway.app import create_app
from ledger.database import transaction
from ledger.lifecycle import admission
from ledger.outbox.alarms import standing_alarms
from ledger.oversight import leads
from ledger.registry import keys
from ledger.tables.oversight import Lead
from ledger.tables.registry import System
from runtime.commands import blocks
from runtime.failures import Failure
from sandbox.people import PERSONS
from settings import Settings, settings
from tests.gateway.casework import look_up
from tests.gateway.conftest import ADMIN, OTHER, REQUESTER, Api, SimulatedRuns, case_body, party, serving

UNIT, COLLEAGUE = "370402-PERMIT", "demo-permit-2"


class Clock:
    now = settings().now().replace(minute=10, second=5, microsecond=0)


@pytest.fixture(autouse=True)
def clock(ledger: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Clock]]:
    """Each test in an hour of its own: a burst is a burst, however long this machine takes for it."""
    Clock.now += timedelta(hours=3)
    monkeypatch.setattr(Settings, "now", lambda self: Clock.now)
    yield Clock
    with transaction() as session:
        session.execute(text("UPDATE lookup_blocks SET lifted_at = since, lifted_by = 'test', lifted_why = 'test' WHERE lifted_at IS NULL"))


@pytest.fixture(scope="module")
def system(ledger: str) -> Callable[..., dict[str, str]]:
    """The headers of a new system's key, with the acting person."""

    def made(person: str = REQUESTER) -> dict[str, str]:
        code = f"s-{uuid4().hex[:8]}"
        with transaction() as session:
            session.add(System(code=code, name="演示业务系统", unit=UNIT))
            session.flush()
            key = keys.make(
                session, system=code, scopes=[Scope.CASES, Scope.VERIFICATIONS], now=Clock.now - timedelta(days=1), actor="test"
            )
        return {"Authorization": f"Bearer {key}", "Proofless-Acting-Person": person}

    return made


def ask(api: Api, headers: dict[str, str], name: str, *, case: str = "", key: str = "", **changes: object) -> httpx.Response:
    """A case about this person, and a verification in it."""
    case, about = case or f"C-{uuid4().hex[:12]}", party(name)
    body = case_body(accepted_at=Clock.now.isoformat(), parties=[{"role": "applicant", **about}], **changes)
    put = api.request("PUT", f"/v1/cases/{case}", headers=headers, json=body)
    if put.status_code >= 400:
        return put
    sent = {"case_number": case, "proof": "P-HOUSEHOLD", "party": about}
    return api.request("POST", "/v1/verifications", headers=headers | {"Idempotency-Key": key or str(uuid4())}, json=sent)


def own(api: Api, person: str = REQUESTER) -> dict[str, str]:
    return {"Authorization": f"Bearer {api.key(person)}"}


def test_forty_strangers_by_a_systems_key_in_fifteen_seconds(api: Api, system: Callable[..., dict[str, str]]) -> None:
    headers, numbers, codes = system(), list[str](), list[str]()
    for place, stranger in enumerate(PERSONS[:40]):
        Clock.now += timedelta(milliseconds=375)
        answer = ask(api, headers, stranger.name, key=f"stranger-{api.case}-{place}")
        codes.append(answer.json().get("code", "filed"))
        if answer.status_code == 202:
            numbers.append(answer.json()["number"])
            look_up(numbers[-1], ShareOutcome.MISMATCH if place % 3 == 2 else ShareOutcome.FOUND)
    assert codes == ["filed"] * 30 + ["lookups_blocked"] * 10
    assert [code for code, _, _ in api.refusals()] == ["lookups_blocked"] * 10
    said = answer.json()
    assert answer.status_code == 403 and "查询限制" in said["detail"] and "工作专班办公室" in said["remedy"]
    again = ask(api, headers, PERSONS[0].name, key=f"stranger-{api.case}-0")  # another body under the same key
    assert again.json()["code"] == "idempotency_key_reused"
    assert api.request("GET", f"/v1/verifications/{numbers[0]}", headers=headers).status_code == 200
    assert ask(api, own(api), PERSONS[41].name).status_code == 202, "a clerk's own key still serves whoever is there"
    with transaction() as session:
        assert [one.kind for one in standing_alarms(session)].count("lookups_blocked") == 1
        leads.find_at_once(session, Clock.now)
        found = {lead.rule: lead for lead in session.scalars(select(Lead).where(Lead.unit == UNIT))}
    assert found[LeadRule.NAME_MISMATCHES].counts == {"密钥": "业务系统", "不符": 10, "相符的当事人": 18}
    assert found[LeadRule.STRANGERS_AT_ONCE].counts["不同当事人"] >= 30 and found[LeadRule.STRANGERS_AT_ONCE].counts["密钥"] >= 1
    assert not any(person.name in str(lead.counts) or person.id_number in str(lead.counts) for lead in found.values() for person in PERSONS)


def blocked(api: Api, headers: dict[str, str]) -> int:
    """A key that guesses until it is stopped; gives the block's number."""
    for stranger in PERSONS[:7]:
        Clock.now += timedelta(seconds=1)
        look_up(ask(api, headers, stranger.name).json()["number"], ShareOutcome.MISMATCH)
    assert ask(api, headers, PERSONS[8].name).json()["code"] == "lookups_blocked"
    (block,) = api.get("/v1/lookup-blocks", ADMIN).json()["items"]
    assert (block["unit"], block["differing"], block["lifted_at"]) == (UNIT, 7, None)
    return int(block["id"])


def test_the_office_lifts_it_with_a_reason_and_nobody_else(api: Api, system: Callable[..., dict[str, str]]) -> None:
    headers = system()
    block, body = blocked(api, headers), {"reason": "扫描枪故障,已更换"}
    path = f"/v1/lookup-blocks/{block}/lift"
    for person in (REQUESTER, COLLEAGUE, OTHER):
        assert api.post(path, person, json=body).json()["code"] == "not_allowed"
        assert api.get("/v1/lookup-blocks", person).json()["code"] == "not_allowed"
    assert api.request("POST", path, headers=headers, json=body).json()["code"] == "own_key_needed"
    for wrong in ({}, {"reason": ""}, {"reason": "关于370402188102020017"}):
        assert api.post(path, ADMIN, json=wrong).json()["code"] == "invalid"
    assert api.post(f"/v1/lookup-blocks/{block + 100}/lift", ADMIN, json=body).json()["code"] == "lookup_block_unknown"
    lifted = api.post(path, ADMIN, json=body)
    assert lifted.status_code == 200 and lifted.json()["lifted_why"] == body["reason"] and lifted.json()["lifted_by"] == f"person:{ADMIN}"
    assert api.post(path, ADMIN, json=body).json()["code"] == "lookup_block_lifted"
    assert api.get("/v1/lookup-blocks", ADMIN).json()["items"] == []
    assert block in [one["id"] for one in api.get("/v1/lookup-blocks?standing=false", ADMIN).json()["items"]]
    assert ask(api, headers, PERSONS[8].name).status_code == 202
    with transaction() as session:
        query = text("SELECT by, before IS NULL FROM traces WHERE place = 'lookup_blocks' AND subject = :id ORDER BY id")
        assert [tuple(one) for one in session.execute(query, {"id": str(block)})][1:] == [(f"person:{ADMIN}", False)]


def test_the_command_lists_and_lifts(api: Api, system: Callable[..., dict[str, str]], capsys: pytest.CaptureFixture[str]) -> None:
    headers = system()
    block = blocked(api, headers)
    assert blocks.main([]) == 0
    assert f"{block}  业务系统" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        blocks.main(["lift", str(block), "--reason", "关于370402188102020017", "--by", ADMIN])
    for nobody, says in ((REQUESTER, "岗位不能"), ("nobody", "没有在岗人员")):
        with pytest.raises(Failure, match=says):
            blocks.main(["lift", str(block), "--reason", "误扫", "--by", nobody])
    lift = ["lift", str(block), "--reason", "误扫", "--by", ADMIN]
    assert blocks.main(lift) == 0
    with pytest.raises(Failure, match="已经解除"):
        blocks.main(lift)
    assert f"person:{ADMIN} via operator:" in api.get("/v1/lookup-blocks?standing=false", ADMIN).json()["items"][0]["lifted_by"]
    assert ask(api, headers, PERSONS[8].name).status_code == 202


def limited(monkeypatch: pytest.MonkeyPatch, whose: QuotaOf, written: str) -> None:
    def of(asked: QuotaOf) -> tuple[Quota, ...]:
        return quotas(written if asked is whose else "")

    monkeypatch.setattr(admission, "of", of)


@pytest.mark.parametrize("whose", list(QuotaOf))
def test_a_quota_is_spent_by_its_holder_alone_and_begins_anew(
    api: Api, system: Callable[..., dict[str, str]], monkeypatch: pytest.MonkeyPatch, whose: QuotaOf
) -> None:
    limited(monkeypatch, whose, "3/minute 1000/day")
    headers = system() if whose is QuotaOf.SYSTEM else own(api)
    case, kinds = (f"C-{uuid4().hex[:8]}" if whose is QuotaOf.CASE else ""), [f"key-{uuid4()}" for _ in range(3)]

    def file(position: int, key: str = "", **more: object) -> httpx.Response:
        return ask(api, headers, PERSONS[position].name, case=case, key=key, **more)

    assert [file(n, kinds[n]).status_code for n in range(3)] == [202] * 3
    sent = {"case_number": case or "?", "proof": "P-HOUSEHOLD", "party": party(PERSONS[0].name)}
    if case:
        same = [
            api.request("POST", "/v1/verifications", headers=headers | {"Idempotency-Key": key}, json=sent)
            for key in (kinds[0], str(uuid4()))
        ]
        assert [one.headers.get("Idempotency-Replayed") for one in same] == ["true"] * 2, "a repeated call counts nothing"
    before = api.written("verifications"), api.written("cases")
    spent = file(3)
    assert (spent.status_code, spent.json()["code"]) == (429, "quota_spent")
    assert 0 < int(spent.headers["Retry-After"]) <= 60 and whose.label in spent.json()["detail"] and "3 件" in spent.json()["detail"]
    assert (api.written("verifications"), api.written("cases")) == before, "nothing is left half-written"
    runs = SimulatedRuns()
    with serving(create_app(runs), runs) as elsewhere:  # another gateway, or the same after a restart
        assert ask(elsewhere, headers, PERSONS[4].name, case=case).json()["code"] == "quota_spent"
    others = {
        QuotaOf.CASE: lambda: ask(api, headers, PERSONS[5].name),
        QuotaOf.MATTER: lambda: ask(api, own(api, "demo-civil-1"), PERSONS[5].name, matter="DEMO-0002"),
        QuotaOf.PERSON: lambda: ask(api, own(api, COLLEAGUE), PERSONS[5].name),
        QuotaOf.SYSTEM: lambda: ask(api, own(api), PERSONS[5].name),
        QuotaOf.UNIT: lambda: ask(api, own(api, "demo-civil-1"), PERSONS[5].name, matter="DEMO-0002"),
    }
    assert others[whose]().json().get("code") != "quota_spent"
    Clock.now += timedelta(seconds=int(spent.headers["Retry-After"]))
    assert file(6).status_code == 202
    with transaction() as session:
        leads.find_at_once(session, Clock.now + timedelta(minutes=5))
        lead = session.scalar(select(Lead).where(Lead.rule == LeadRule.QUOTA_SPENT, Lead.subject == f"{whose.label}每分钟 3 件"))
    assert lead is not None and lead.unit == UNIT


def test_persons_data_are_read_within_a_quota_and_asking_again_counts_once(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = []
    for person in PERSONS[:3]:
        numbers.append(ask(api, own(api), person.name).json()["number"])
        several = (Candidate("L-1", "户籍证明", "演示派出所", "2020-01-01"), Candidate("L-2", "户籍证明", "演示派出所", "2021-01-01"))
        look_up(numbers[-1], ShareOutcome.SEVERAL, several)
    limited(monkeypatch, QuotaOf.PERSON, "2/day")
    Clock.now += timedelta(days=1)
    for number in (numbers[0], numbers[1], numbers[0], numbers[1]):
        assert api.get(f"/v1/verifications/{number}").json()["candidates"]
    spent = api.get(f"/v1/verifications/{numbers[2]}")
    assert spent.json()["code"] == "quota_spent" and "查阅个人信息" in spent.json()["detail"]
    assert not [one for one in api.accesses() if one[0] == numbers[2]]
    assert api.get(f"/v1/verifications/{numbers[2]}", COLLEAGUE).status_code == 200
    Clock.now += timedelta(days=1)
    assert api.get(f"/v1/verifications/{numbers[2]}").status_code == 200


def test_a_burst_at_once_passes_no_more_than_the_quota(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two gateways' worth of calls at the same instant: each counts what the others have written."""
    import threading

    limited(monkeypatch, QuotaOf.PERSON, "5/minute")
    cases = [f"C-{uuid4().hex[:10]}" for _ in range(5)]
    for case in cases:
        body = case_body(accepted_at=Clock.now.isoformat(), parties=[{"role": "applicant", **party(one.name)} for one in PERSONS[:2]])
        assert api.request("PUT", f"/v1/cases/{case}", headers=own(api), json=body).status_code == 201
    answers: list[int] = []

    def file(case: str, name: str) -> None:
        sent = {"case_number": case, "proof": "P-HOUSEHOLD", "party": party(name)}
        headers = own(api) | {"Idempotency-Key": str(uuid4())}
        answers.append(api.request("POST", "/v1/verifications", headers=headers, json=sent).status_code)

    threads = [threading.Thread(target=file, args=(case, one.name)) for case in cases for one in PERSONS[:2]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [202] * 5 + [429] * 5


def test_counts_go_when_no_window_needs_them(api: Api) -> None:
    ask(api, own(api), PERSONS[0].name)
    with transaction() as session:
        admission.forget(session, now=Clock.now + timedelta(weeks=5))
        assert session.scalar(text("SELECT count(*) FROM quota_uses WHERE lasts = 'day'")) or 0
        admission.forget(session, now=Clock.now + timedelta(weeks=6, days=2))
        assert not session.scalar(text("SELECT count(*) FROM quota_uses"))
        session.rollback()


def test_the_moment_when_a_quota_begins_anew_is_said_in_the_districts_time(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, QuotaOf.PERSON, "1/day")
    Clock.now = datetime.fromisoformat("2036-03-04T23:50:00+08:00")
    ask(api, own(api), PERSONS[0].name)
    spent = ask(api, own(api), PERSONS[1].name)
    assert spent.headers["Retry-After"] == "600" and "2036年3月4日24时" in spent.json()["remedy"]
