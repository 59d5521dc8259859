"""来处: how many places an account was used from and a proof was checked from, without keeping one of them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from connectors.seal import LocalSeals
from domain.key_scopes import Scope
from gateway.app import create_app
from ledger.database import transaction
from ledger.registry import keys
from ledger.tables.oversight import Origin
from ledger.tables.registry import System
from settings import Settings, settings
from tests.gateway.casework import look_up, seal_and_deliver
from tests.gateway.conftest import OTHER, REQUESTER, Api, SimulatedRuns, serving

ADDRESSES = ("192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")
PLACES = 4  # two of the five are one IPv6 subscriber's


@pytest.fixture(autouse=True)
def one_moment_and_nothing_noted_yet(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full hour that struck during a test would be another hour."""
    moment = settings().now()
    monkeypatch.setattr(Settings, "now", lambda self: moment)
    with transaction() as session:
        session.execute(text("DELETE FROM origins"))


def noted() -> Counter[tuple[str, str]]:
    with transaction() as session:
        return Counter((row.what.value, row.subject) for row in session.scalars(select(Origin)))


def from_each(address: str, do: Any) -> None:
    runs = SimulatedRuns()
    with serving(create_app(runs), runs, address) as api:
        do(api)


def test_a_persons_key_is_noted_once_an_hour_from_each_place(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def three_calls(api: Api) -> None:
        assert [api.get("/v1/voluntary-submissions").status_code for _ in range(3)] == [200] * 3

    for address in ADDRESSES:
        from_each(address, three_calls)
    from_each(ADDRESSES[0], three_calls)
    assert noted() == {("account", REQUESTER): PLACES}
    later = settings().now() + timedelta(hours=1)
    monkeypatch.setattr(Settings, "now", lambda self: later)
    from_each(ADDRESSES[0], three_calls)
    assert noted() == {("account", REQUESTER): PLACES + 1}
    with transaction() as session:
        digests = list(session.scalars(select(Origin.digest)))
    assert len(set(digests)) == PLACES + 1  # the same address is another one in another hour
    assert not any(address in digest for digest in digests for address in ADDRESSES)


def test_one_process_remembers_what_it_noted(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.get("/v1/voluntary-submissions", OTHER)
    with transaction() as session:
        session.execute(text("DELETE FROM origins"))
    api.get("/v1/voluntary-submissions", OTHER)
    assert not noted()
    later = settings().now() + timedelta(hours=1)
    monkeypatch.setattr(Settings, "now", lambda self: later)
    api.get("/v1/voluntary-submissions", OTHER)
    assert noted() == {("account", OTHER): 1}


def test_a_systems_key_and_a_wrong_key_are_not_noted(api: Api) -> None:
    code = f"s-{uuid4().hex[:8]}"
    with transaction() as session:
        session.add(System(code=code, name="演示业务系统", unit="370402-PERMIT"))
        session.flush()
        key = keys.make(session, system=code, scopes=[Scope.REGISTERS], now=settings().now(), actor="test")
    headers = {"Authorization": f"Bearer {key}", "Proofless-Acting-Person": REQUESTER}
    assert api.request("GET", "/v1/voluntary-submissions", headers=headers).status_code == 200
    assert api.request("GET", "/v1/voluntary-submissions", headers={"Authorization": "Bearer plk_x"}).status_code == 401
    assert not noted()


def test_a_proof_that_is_checked_from_several_places(api: Api, seals: LocalSeals) -> None:
    number = api.filed()
    look_up(number)
    code, pdf = seal_and_deliver(number, seals)
    with transaction() as session:
        session.execute(text("DELETE FROM origins"))

    def scan(visitor: Api) -> None:
        assert visitor.get(f"/verify/{number}?c={code}", None).json()["proof"]

    def guess(visitor: Api) -> None:
        visitor.get(f"/verify/{number}?c=wrong", None), visitor.get(f"/verify/{number}", None)
        for changed, verdict in ((pdf[:-30] + b"x" * 30, "altered"), (pdf + b"\n% more", "later_revision")):
            answer = visitor.post("/verify/upload", None, content=changed, headers={"Content-Type": "application/pdf"})
            assert answer.json()["code"] == verdict

    def upload(visitor: Api) -> None:
        answer = visitor.post("/verify/upload", None, content=pdf, headers={"Content-Type": "application/pdf"})
        assert answer.json()["code"] == "valid"

    for address in ADDRESSES:
        from_each(address, guess)
    assert not noted()
    for address in ADDRESSES:
        from_each(address, scan)
    from_each(ADDRESSES[0], upload)  # was there
    assert noted() == {("proof", number): PLACES}
    from_each("198.51.100.7", upload)
    assert noted() == {("proof", number): PLACES + 1}
