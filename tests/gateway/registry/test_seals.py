"""印章登记 over the API: two persons with a key each, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.registry import registry
from tests.gateway.conftest import ADMIN, REQUESTER, Api
from tests.ledger.acting import do
from tests.ledger.sealing.seal_life import UNIT, pem

SECOND = "second-of-the-office"


@pytest.fixture(scope="module", autouse=True)
def second(served: Api) -> None:
    do(registry.put_people, [{"code": SECOND, "unit": "370402-JUSTICE", "name": "演示第二人", "roles": ["office"]}])


def applied(api: Api, **more: Any) -> str:
    answer = api.post("/v1/seals", ADMIN, json={"kind": "share", "name": "演示专用章", "unit": UNIT, **more})
    assert answer.status_code == 201, answer.text
    return f"/v1/seals/{answer.json()['id']}"


def test_a_seal_is_made_and_cancelled_by_two_persons_over_the_api(api: Api) -> None:
    """Obligations 9.4, 15.5."""
    in_use = next(
        (one["id"] for one in api.get("/v1/seals", ADMIN).json()["items"] if (one["kind"], one["standing"]) == ("share", "in_use")), None
    )
    seal = applied(api, replaces=in_use)
    making = {
        "certificate": pem(),
        "key_kind": "development",
        "key_reference": "share.key.pem",
        "filing": {"number": "演备1号", "on": "2026-03-02"},
    }
    assert api.post(f"{seal}/making", ADMIN, json=making).json()["standing_name"] == "制作待确认"
    own = api.post(f"{seal}/confirm", ADMIN)
    assert (own.status_code, own.json()["code"]) == (409, "seal_refused") and "另一人" in own.json()["detail"]
    assert api.post(f"{seal}/confirm", SECOND).json()["standing"] == "filed"
    assert api.post(f"{seal}/start", ADMIN).json()["standing"] == "in_use"
    assert api.post(f"{seal}/cancellation", SECOND, json={"reason": "密钥介质遗失"}).json()["standing"] == "cancelling"
    assert api.post(f"{seal}/confirm", SECOND).json()["code"] == "seal_refused"
    assert api.post(f"{seal}/confirm", ADMIN).json()["standing"] == "cancelled"
    story = api.get(seal, ADMIN).json()
    assert [one["step"] for one in story["steps"]][-3:] == ["start", "cancel", "confirm_cancellation"]
    assert story["steps"][-1]["detail"]["asked_by"] == f"person:{SECOND}" and "BEGIN CERTIFICATE" in story["certificate"]


def test_only_the_office_and_administrators_see_and_change_the_register(api: Api) -> None:
    seal = applied(api)
    for call in (
        lambda: api.get("/v1/seals"),
        lambda: api.get(seal),
        lambda: api.post(f"{seal}/withdrawal"),
        lambda: api.post(f"{seal}/start"),
    ):
        assert call().json()["code"] == "not_allowed"
    assert REQUESTER != ADMIN and api.post(f"{seal}/withdrawal", SECOND).json()["standing"] == "withdrawn"


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("making", {"certificate": "x", "key_kind": "development", "key_reference": "a"}),
        ("filing", {"number": "1号", "on": "2026-03-02"}),
        ("cancellation", {"reason": "停用"}),
        ("start", None),
        ("confirm", None),
        ("refuse", None),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_changes_nothing(api: Api, step: str, body: dict[str, Any] | None) -> None:
    seal = applied(api)
    answer = api.post(f"{seal}/{step}", ADMIN, **({"json": body} if body else {}))
    assert (answer.status_code, answer.json()["code"]) == (409, "seal_refused"), answer.text
    assert [one["step"] for one in api.get(seal, ADMIN).json()["steps"]] == ["apply"]
    gone = api.post(f"/v1/seals/00000000-0000-4000-8000-000000000000/{step}", ADMIN, **({"json": body} if body else {}))
    assert (gone.status_code, gone.json()["code"]) == (404, "seal_unknown")
