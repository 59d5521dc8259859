"""告知承诺 over HTTP: declined, never a demand for paper; untrue, barred until an office restores the credit."""

from __future__ import annotations

from ledger.database import transaction
from ledger.methods import sharing
from settings import settings
from tests.gateway.casework import deliver, lease, release
from tests.gateway.conftest import ADMIN, ISSUER, REQUESTER, Api

SIGNED = {"evidence": "signature", "sha256": "a" * 64, "reference": "档案 1"}


def offered(api: Api) -> str:
    """A verification whose first method is 告知承诺; its address."""
    number = api.filed(proof="P-RESIDENCE")
    held = lease(number)
    with transaction() as session:
        sharing.take_up(session, [held], "worker:test", now=settings().now())
    release(number)
    return f"/v1/verifications/{number}"


def test_who_declines_gets_the_next_method_and_is_asked_for_no_paper(api: Api) -> None:
    """Obligations 7.4, 7.5."""
    path = offered(api)
    assert "承诺" in api.get(f"{path}/commitment", REQUESTER).json()["text"]
    assert api.post(f"{path}/commitment/decline", ISSUER, json={}).json()["code"] == "number_unknown"
    declined = api.post(f"{path}/commitment/decline", REQUESTER, json={}).json()
    assert (declined["state"], declined["method"], declined["result"]) == ("to_ask", "issuer", None)
    assert api.get(f"{path}/commitment", REQUESTER).json()["decision"] == "declined"
    for again, body in (("commitment/decline", {}), ("commitment", SIGNED)):
        assert api.post(f"{path}/{again}", REQUESTER, json=body).json()["code"] == "state_conflict"


def test_who_committed_untruly_is_barred_until_his_credit_is_restored(api: Api) -> None:
    """Obligation 12.1."""
    path = offered(api)
    assert api.post(f"{path}/commitment", REQUESTER, json=SIGNED).status_code == 200
    deliver(path.rsplit("/", 1)[1])
    (check,) = [one for one in api.get("/v1/commitment-checks", REQUESTER).json()["items"] if one["verification_number"] in path]
    done = api.post(f"/v1/commitment-checks/{check['id']}", REQUESTER, json={"outcome": "untrue", "note": "与登记不一致"})
    assert done.status_code == 200
    barred = offered(api)
    assert api.get(barred, REQUESTER).json()["state"] == "to_ask", "the next method at once"
    withdrawn = api.post(f"{barred}/withdraw", REQUESTER, json={"reason": "no_longer_needed"})
    assert withdrawn.status_code == 200  # else asking again would find it
    (block,) = [one for one in api.get("/v1/credit-blocks", ADMIN).json()["items"] if one["verification_number"] in path]
    assert api.post(f"/v1/credit-blocks/{block['id']}/restore", REQUESTER, json={"why": "已修复"}).json()["code"] == "not_allowed"
    assert api.post(f"/v1/credit-blocks/{block['id']}/restore", ADMIN, json={"why": "已完成信用修复"}).status_code == 200
    assert api.get(offered(api), REQUESTER).json()["state"] == "awaiting_commitment"
