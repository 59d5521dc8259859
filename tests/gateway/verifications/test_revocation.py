"""撤销电子证明: by the unit that issued it or on order, by one or two; who used it is told, and everybody at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from connectors.callbacks import body_of
from connectors.faults import TransientFault
from connectors.seal import LocalSeals
from domain.calendar import LOCAL
from gateway.public.judging import judged
from ledger.casework import revocations
from ledger.database import transaction
from ledger.lifecycle.snapshots import load, step_context
from ledger.outbox import callback_urls
from ledger.outbox.callbacks_sent import PAUSES
from ledger.registry import registry
from ledger.tables.effects import Notice, Proof
from ledger.tables.verifications import EventRow
from proofs.verdicts import Verdict
from settings import settings
from tasks import notify
from tests.gateway import casework
from tests.gateway.casework import ask, seal_and_deliver
from tests.gateway.conftest import ADMIN, ISSUER, OTHER, REQUESTER, Api
from tests.ledger.acting import HARDSHIP, do

SUPERVISOR, UNIT, ISSUING = "demo-guangming-2", "370402-PERMIT", "370402-GUANGMING"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
WRONG = {"reason": "content_error"}
ORDER = {"reason": "decided", "document": "枣市中行复决字〔2026〕1号"}


@pytest.fixture(scope="module", autouse=True)
def insider(served: Api) -> None:
    """Of the 专班 office, and of the unit that issued."""
    person = {"code": "inside-guangming", "unit": ISSUING, "name": "演示回避", "roles": ["office"]}
    second = {"code": "second-office", "unit": "370402-OFFICE", "name": "演示专班乙", "roles": ["office"]}
    with transaction() as session:
        registry.put_people(session, [person, second])


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PROOFLESS_READINGS", '{"revoked_by_two": true}')
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def delivered(api: Api, seals: LocalSeals) -> tuple[str, bytes]:
    number = api.filed(proof="P-HARDSHIP")
    answer = api.post(f"/v1/inbox/{ask(number)}/reply", ISSUER, json={"answer": "true", "fields": HARDSHIP})
    assert answer.status_code == 200, answer.text
    _, pdf = seal_and_deliver(number, seals)
    return number, pdf


def revoke(api: Api, number: str, person: str = SUPERVISOR, body: dict[str, Any] = WRONG) -> tuple[int, Any]:
    answer = api.post(f"/v1/verifications/{number}/revocation", person, json=body)
    return answer.status_code, answer.json()


def events(number: str) -> list[str]:
    with transaction() as session:
        return [row.event.value for row in session.scalars(select(EventRow).where(EventRow.verification == number).order_by(EventRow.id))]


def state(number: str) -> tuple[bool, int, int]:
    """Whether it is revoked, its events of that and the messages."""
    with transaction() as session:
        proof = session.scalars(select(Proof).where(Proof.verification == number)).one()
        told = select(func.count()).select_from(Notice).where(Notice.verification == number, Notice.kind == "proof_revoked")
        return proof.revoked_at is not None, events(number).count("proof_revoked"), session.scalar(told) or 0


def test_the_issuing_unit_revokes_and_everybody_sees_it_at_once(api: Api, seals: LocalSeals) -> None:
    """Obligations 16.8, 17.5, 11.1."""
    number, pdf = delivered(api, seals)
    assert api.get("/v1/revoked-proofs").json()["items"] == []
    status, said = revoke(api, number)
    assert (status, said["status"], said["reason_name"], said["unit"]) == (201, "confirmed", "内容有误", ISSUING)
    assert state(number) == (True, 1, 1)
    public = api.get(f"/verify/{number}", None).json()
    assert public["standing"] == "revoked" and public["revoked_why"] == "内容有误" and public["revoked_at"] == said["confirmed_at"]
    page = api.get(f"/verify/{number}", None, headers=BROWSER).text
    day = f"{settings().wall(datetime.fromisoformat(said['confirmed_at'])).astimezone(LOCAL):%Y年%-m月%-d日}"
    assert "<h1>已撤销</h1>" in page and f"已于{day}" in page and "内容有误" in page
    checked = judged(pdf, (settings().seals_dir / "ca.crt.pem").read_bytes(), settings().now())
    assert checked.verdict is Verdict.REVOKED and f"这份电子证明已于{day}" in checked.text and "撤销,理由:内容有误。" in checked.text
    (line,) = api.get("/v1/revoked-proofs").json()["items"]
    assert (line["number"], line["case_number"], line["reason_name"]) == (number, api.case, "内容有误")
    assert api.get("/v1/revoked-proofs", OTHER).json()["items"] == []
    seen = api.get(f"/v1/verifications/{number}").json()["proof"]
    assert seen["revoked_at"] == said["confirmed_at"] and seen["revoked_why"] == "内容有误"


def test_revoked_twice_is_told_when_and_changes_nothing(api: Api, seals: LocalSeals) -> None:
    number, _ = delivered(api, seals)
    revoke(api, number)
    status, said = revoke(api, number)
    assert (status, said["code"]) == (409, "revoked_already") and "撤销,理由:内容有误;以首次撤销为准" in said["detail"]
    assert revoke(api, number, ADMIN, ORDER)[1]["code"] == "revoked_already"
    assert state(number) == (True, 1, 1)


@pytest.mark.parametrize(
    ("person", "body", "status", "code"),
    [
        (REQUESTER, WRONG, 403, "not_allowed"),  # 代办员
        (ISSUER, WRONG, 403, "not_allowed"),
        ("demo-civil-2", WRONG, 404, "number_unknown"),  # another unit's 督办员 learns nothing
        ("permit-supervisor", WRONG, 403, "not_the_issuer"),
        (ADMIN, WRONG, 422, "revocation_document_needed"),
        ("inside-guangming", ORDER, 403, "must_recuse"),
        (SUPERVISOR, {"reason": "whatever"}, 422, "invalid"),
        (ADMIN, {**ORDER, "document": "关于370402188102020017的决定"}, 422, "invalid"),
    ],
)
def test_who_may_not_is_told_by_name(api: Api, seals: LocalSeals, person: str, body: dict[str, Any], status: int, code: str) -> None:
    with transaction() as session:
        registry.put_people(session, [{"code": "permit-supervisor", "unit": UNIT, "name": "演示督办", "roles": ["supervisor"]}])
    number, _ = delivered(api, seals)
    got, said = revoke(api, number, person, body)
    assert (got, said["code"]) == (status, code)
    assert state(number) == (False, 0, 0)


@pytest.mark.parametrize("number", ["HY202603047K3M9QXT", "none", "370402188102020017"])
def test_a_number_that_does_not_exist(api: Api, number: str) -> None:
    status, said = revoke(api, number)
    assert (status, said["code"]) == (404, "number_unknown") and "370402188102020017" not in str(said["detail"])
    assert api.get(f"/v1/verifications/{number}/revocation", ADMIN).status_code == 404


def test_what_is_not_delivered_cannot_be_revoked_and_is_not_lost(api: Api, seals: LocalSeals, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is on its way, sealed or not: refused by name; a moment later it can be."""
    number = api.filed(proof="P-HARDSHIP")
    api.post(f"/v1/inbox/{ask(number)}/reply", ISSUER, json={"answer": "true", "fields": HARDSHIP})
    assert revoke(api, number)[1]["code"] == "nothing_to_revoke"
    deliver = casework.deliver
    monkeypatch.setattr(casework, "deliver", lambda _: None)
    seal_and_deliver(number, seals)
    assert revoke(api, number)[1]["code"] == "nothing_to_revoke" and state(number) == (False, 0, 0)
    deliver(number)
    assert revoke(api, number)[0] == 201


def test_on_order_the_issuing_unit_is_told_too(api: Api, seals: LocalSeals) -> None:
    number, _ = delivered(api, seals)
    status, said = revoke(api, number, ADMIN, ORDER)
    assert status == 201 and said["unit"] is None and said["document"] == ORDER["document"]
    told = api.get(f"/v1/verifications/{number}/revocation", SUPERVISOR).json()
    assert sorted((one["unit"], one["channel"], one["status"]) for one in told["receivers"]) == [
        (ISSUING, "mail", "waiting"),
        (UNIT, "mail", "waiting"),
    ]
    assert told["reason_name"] == "依行政复议、诉讼等决定撤销"
    assert [one["id"] for one in api.get("/v1/revocations", ADMIN).json()["items"]][0] == said["id"]
    assert said["id"] not in [one["id"] for one in api.get("/v1/revocations", SUPERVISOR).json()["items"]]


def test_by_two_it_takes_effect_with_the_second(api: Api, seals: LocalSeals, two: None) -> None:
    number, _ = delivered(api, seals)
    status, asked = revoke(api, number)
    assert (status, asked["status"], state(number)) == (201, "waiting", (False, 0, 0))
    assert api.get(f"/verify/{number}", None).json()["standing"] == "valid"
    assert revoke(api, number)[1]["code"] == "revocation_waiting"
    path = f"/v1/revocations/{asked['id']}"
    assert api.post(f"{path}/confirm", SUPERVISOR).json()["code"] == "revocation_same_person"
    assert api.post(f"{path}/confirm", OTHER).json()["code"] == "revocation_unknown"
    assert api.post(f"{path}/confirm", ADMIN).json()["code"] == "revocation_unknown"
    confirmed = api.post(f"{path}/confirm", ISSUER).json()
    assert confirmed["status"] == "confirmed" and confirmed["confirmed_by"] == f"person:{ISSUER}"
    assert state(number) == (True, 1, 1) and events(number)[-2:] == ["revocation_asked", "proof_revoked"]
    assert api.post(f"{path}/confirm", ISSUER).json()["code"] == "revocation_decided"
    assert api.post(f"{path}/refuse", ISSUER).json()["code"] == "revocation_decided"


def test_taken_back_it_may_be_asked_for_again(api: Api, seals: LocalSeals, two: None) -> None:
    number, _ = delivered(api, seals)
    _, asked = revoke(api, number, ADMIN, ORDER)
    path = f"/v1/revocations/{asked['id']}"
    assert api.post(f"{path}/confirm", "inside-guangming").json()["code"] == "must_recuse"
    assert api.post(f"{path}/refuse", ADMIN).json()["status"] == "refused"
    assert state(number) == (False, 0, 0) and events(number)[-1] == "revocation_refused"
    _, again = revoke(api, number, ADMIN, ORDER)
    assert api.post(f"/v1/revocations/{again['id']}/confirm", "second-office").json()["status"] == "confirmed"


def test_two_at_the_same_instant_are_one_revocation(api: Api, seals: LocalSeals) -> None:
    number, _ = delivered(api, seals)
    bodies = [(SUPERVISOR, WRONG), (ADMIN, ORDER), (SUPERVISOR, WRONG), (ADMIN, ORDER)]

    async def together() -> list[int]:
        calls = [asyncio.to_thread(revoke, api, number, person, body) for person, body in bodies]
        return [status for status, _ in await asyncio.gather(*calls)]

    assert sorted(asyncio.run(together())) == [201, 409, 409, 409]
    assert state(number)[:2] == (True, 1)


def test_a_corrected_mismatch_ends_what_waits_and_tells_its_users(api: Api, seals: LocalSeals, two: None) -> None:
    """Obligation 11.3: the ledger's own revocation goes the same way."""
    number, _ = delivered(api, seals)
    _, asked = revoke(api, number)
    with transaction() as session:
        revocations.revoke(session, load(session, number), "mismatch", now=settings().now(), actor="worker:test")
    with transaction() as session:
        revocations.revoke(session, load(session, number), "mismatch", now=settings().now(), actor="worker:test")  # twice
    assert state(number) == (True, 1, 1)
    assert api.post(f"/v1/revocations/{asked['id']}/confirm", ISSUER).json()["code"] == "revocation_decided"
    assert "经出具单位核实,内容已更正" in api.get(f"/verify/{number}", None).json()["text"]


def test_a_receiver_that_is_away_for_days_has_it_once_and_its_receipt_is_kept(
    api: Api, seals: LocalSeals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The unit's system, by the signed webhook: the same id each time, a number and a word, nothing of a person."""
    do(callback_urls.register, UNIT, "https://permit.example/hook", b"s" * 32, now=settings().now(), actor="test")
    number, _ = delivered(api, seals)
    revoke(api, number)
    sent: list[tuple[str, bytes]] = []
    away = True

    async def webhook(message: Any) -> str:
        if message.verification == number:
            sent.append((str(message.id), body_of(message)))
        if away:
            raise TransientFault("演示", "unreachable", "无法连接")
        return "200"

    monkeypatch.setattr(notify, "send_webhook", webhook)
    start = settings().now()
    for day in range(6):
        monkeypatch.setattr(type(settings()), "now", lambda self, day=day: start + timedelta(days=day, minutes=1))
        asyncio.run(notify.send_notices(number))
    assert len(sent) == 6 < len(PAUSES) and len(set(sent)) == 1
    body = sent[0][1].decode()
    assert '"type":"notice.proof_revoked"' in body and f'"number":"{number}"' in body and "演示甲子" not in body

    def hook() -> dict[str, Any]:
        told = api.get(f"/v1/verifications/{number}/revocation").json()["receivers"]
        return next(one for one in told if one["channel"] == "webhook")

    assert hook()["status"] == "waiting" and hook()["received_at"] is None
    away = False
    monkeypatch.setattr(type(settings()), "now", lambda self: start + timedelta(days=8))
    asyncio.run(notify.send_notices(number))
    asyncio.run(notify.send_notices(number))
    assert len(sent) == 7 and hook()["status"] == "sent" and hook()["received_at"] is not None
    do(callback_urls.remove, UNIT)


def test_the_same_question_is_asked_anew_and_the_new_proof_names_the_old(api: Api, seals: LocalSeals) -> None:
    """Reading 20, obligation 17.5: what was revoked answers nothing, and leads to what stands in its place."""
    number, _ = delivered(api, seals)
    assert api.file(proof="P-HARDSHIP").json()["number"] == number
    revoke(api, number)
    assert api.get(f"/verify/{number}", None).json()["replaced_by"] is None
    found = [number]
    for _ in range(2):  # the second time the new one is revoked as well
        made = api.file(proof="P-HARDSHIP").json()
        assert made["number"] not in found and made["replaces"] == found[-1]
        found.append(made["number"])
        api.post(f"/v1/inbox/{ask(made['number'])}/reply", ISSUER, json={"answer": "true", "fields": HARDSHIP})
        seal_and_deliver(made["number"], seals)
        assert all(api.get(f"/verify/{old}", None).json()["replaced_by"] == made["number"] for old in found[:-1])
        assert f'href="/verify/{made["number"]}"' in api.get(f"/verify/{number}", None, headers=BROWSER).text
        if len(found) == 2:
            revoke(api, made["number"])
            assert api.get(f"/verify/{number}", None).json()["replaced_by"] is None
    with transaction() as session:
        about = step_context(session, found[-1])
    assert about.replaces == found[1]
