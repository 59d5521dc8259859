"""People at work: they know the HTTP API and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import uuid4

import httpx

from ledger.database import transaction
from ledger.registry import keys
from sandbox.people import by_name
from settings import settings
from tests.patience import patiently
from tests.stack import Stack

FIELDS = {"家庭人口": "2", "人均月收入": "600元", "认定结论": "符合经济困难认定标准"}
"""What the street office fills in for P-HARDSHIP."""

PATIENCE = 30.0


class Api:
    """The gateway, called with one person's key."""

    def __init__(self, url: str, person: str) -> None:
        with transaction() as session:
            key = keys.make(session, person=person, now=settings().now(), actor="test")
        headers = {"Authorization": f"Bearer {key}"}
        self.http = httpx.Client(base_url=url, headers=headers, timeout=40, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, path: str, **options: Any) -> Any:
        return self.http.get(path, **options).raise_for_status().json()

    def put_case(self, *people: str, matter: str = "DEMO-0001", **changes: Any) -> str:
        """A case of these people, the first of them the applicant; gives its number."""
        number, now = f"C-{uuid4().hex[:12]}", datetime.now(UTC)
        roles = ["applicant", *["family_member"] * (len(people) - 1)]
        body = {
            "matter": matter,
            "handling": "promised",
            "accepted_at": now.isoformat(),
            "promise_end": (now + timedelta(days=5)).isoformat(),
            "channel": "window",
            "parties": [{"role": role, **party(name)} for role, name in zip(roles, people, strict=True)],
        }
        self.http.put(f"/v1/cases/{number}", json=body | changes).raise_for_status()
        return number

    def file(self, proof: str, person: str = "演示甲子", *, case: str = "", wait: int = 0, key: str = "", **changes: Any) -> dict[str, Any]:
        """File a verification, in a new case unless `case` names one; gives the answer."""
        sent = party(person) | changes
        case = case or self.put_case(person, parties=[{"role": "applicant", **sent}])
        headers = {"Idempotency-Key": key or uuid4().hex} | ({"Prefer": f"wait={wait}"} if wait else {})
        body = {"case_number": case, "proof": proof, "party": sent}
        found: dict[str, Any] = self.http.post("/v1/verifications", json=body, headers=headers).raise_for_status().json()
        return found

    def see(self, number: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/v1/verifications/{number}")
        return found

    def wait_for(self, number: str, state: str, seconds: float = PATIENCE) -> dict[str, Any]:
        """The verification once it is in `state`; fails the test after `seconds`."""
        for _ in patiently(seconds, f"{number} is {state}"):
            if (found := self.see(number))["state"] == state:
                break
        return found

    def story(self, number: str) -> list[str]:
        """What happened, in order; without what the licence library did with the proof (test_licences.py), which comes at any time."""
        events = [event["event"] for event in self.get(f"/v1/verifications/{number}/events")["events"]]
        return [event for event in events if not event.startswith("licence_")]

    def event(self, number: str, event: str) -> dict[str, Any]:
        """The last event of a kind."""
        rows = self.get(f"/v1/verifications/{number}/events")["events"]
        found: dict[str, Any] = [row for row in rows if row["event"] == event][-1]
        return found

    def pdf(self, number: str) -> bytes:
        return self.http.get(f"/v1/verifications/{number}/proof.pdf").raise_for_status().content

    def asked(self, number: str) -> dict[str, Any]:
        """The open request about this verification in the own inbox."""
        items = self.get("/v1/inbox", params={"status": "open"})["items"]
        found: dict[str, Any] = next(item for item in items if item["verification_number"] == number)
        return found

    def reply(self, request: str, answer: str = "true", fields: dict[str, str] = FIELDS, note: str = "") -> None:
        body = {"answer": answer, "fields": fields, "note": note}
        self.http.post(f"/v1/inbox/{request}/reply", json=body).raise_for_status()

    def stuck(self, number: str) -> dict[str, Any]:
        """The line of `GET /v1/stuck` about this verification."""
        found: dict[str, Any] = next(item for item in self.get("/v1/stuck")["items"] if item["number"] == number)
        return found


def party(name: str) -> dict[str, str]:
    holder = by_name(name)
    return {"id_type": holder.id_type, "id_number": holder.id_number, "name": holder.name}


def well_again(stack: Stack) -> None:
    """Every fault of the sandbox off."""
    for service in ("licence_library", "province_gateway"):
        httpx.delete(f"{stack.sandbox_url}/faults/{service}", trust_env=False).raise_for_status()
