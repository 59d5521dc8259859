"""法律法规另有规定: entered for a kind of proof, printed on what is sealed then, told by whoever checks it (obligation 11.1)."""

from __future__ import annotations

from typing import Any

from connectors.seal import LocalSeals
from ledger.tables.effects import Proof
from tests.gateway.casework import look_up, seal_and_deliver
from tests.gateway.conftest import ADMIN, Api
from tests.ledger.acting import all_of

BASIS = "《演示电子签名法》第三条"


def registered(api: Api, **changes: Any) -> Any:
    known = next(row for row in api.get("/v1/registry/proofs", ADMIN).json()["items"] if row["code"] == "P-HOUSEHOLD")
    wanted = ("name", "aliases", "basis", "issuing_unit", "fields", "validity_days", "sealed_when_negative", "cancelled", "otherwise")
    return api.call("PUT", "/v1/registry/proofs/P-HOUSEHOLD", ADMIN, json={name: known[name] for name in wanted} | changes)


def delivered(api: Api, seals: LocalSeals) -> tuple[str, str]:
    api.begin()  # another case
    number = api.filed()
    look_up(number)
    return number, seal_and_deliver(number, seals)[0]


def checked(api: Api, number: str, code: str) -> tuple[str, str]:
    """What the API and what the page says."""
    told = api.get(f"/verify/{number}", None, params={"c": code}).json()["proof"]["otherwise"]
    return told, api.get(f"/verify/{number}", None, params={"c": code}, headers={"Accept": "text/html"}).text


def test_a_law_that_rules_otherwise_is_entered_printed_and_told(api: Api, seals: LocalSeals) -> None:
    """Obligation 11.1."""
    before = delivered(api, seals)
    assert registered(api, otherwise=BASIS).json()["otherwise"] == BASIS
    after = delivered(api, seals)
    assert [row.otherwise for number in (before[0], after[0]) for row in all_of(Proof, verification=number)] == ["", BASIS]
    told, page = checked(api, *after)
    assert told == BASIS and BASIS in page and "法律法规另有规定" in page and "与纸质证明具有同等法律效力</dd>" not in page
    told, page = checked(api, *before)
    assert told == "" and BASIS not in page and "与纸质证明具有同等法律效力</dd>" in page, "what was sealed before is as it was"
    registered(api, otherwise="")
    assert checked(api, *after)[0] == BASIS, "and what is printed stays told"
    assert "otherwise" not in str(api.get(f"/verify/{after[0]}", None).json()["proof"]), "without the code nothing of the content"


def test_the_basis_names_nobody(api: Api) -> None:
    """Obligation 11.1."""
    assert registered(api, otherwise="关于370402188102020017").status_code == 422
