"""A working week of a district: who files when, and what the issuing units do with it. The same seed, the same week."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from benchmarks.load import PEOPLE, as_json
from ledger.database import transaction
from ledger.registry import keys
from ledger.tables.registry import Unit
from sandbox.people import Person
from settings import LOCAL, settings

MINUTE = timedelta(minutes=1)
_DAYS, _FROM, _UNTIL = 5, 7, 21  #: Monday to Friday, 07:00 to 21:00: some come before, some after service hours
_LOOK = 0.5  #: seconds between two looks at the inboxes
FIELDS = {
    "P-HARDSHIP": {"家庭人口": "3", "人均月收入": "600元", "认定结论": "符合"},
    "P-ARCHIVE": {"档号": "1-2-3", "记载内容": "婚姻登记档案"},
}


@dataclass
class Plan:
    """What will become of one verification."""

    files_at: datetime
    person: Person
    proof: str
    handling: str
    act: str  #: reply, return, supplement, withdraw; rest_reply, rest_return: asked back, then done without waiting
    after: timedelta  #: from receipt to the act
    supplied_after: timedelta = timedelta()
    number: str = ""
    acted: bool = False
    asked_at: datetime | None = None
    returned: bool = False


@dataclass
class Week:
    """The week's people and their plans."""

    gateway: str
    count: int
    seed: int
    plans: dict[str, Plan] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    rested: Counter[str] = field(default_factory=Counter)

    async def live(self, note: Callable[[str], None]) -> None:
        """File everything, act on it, and return when all has ended and the last half hours have passed."""
        self._http = {
            person: httpx.AsyncClient(
                base_url=self.gateway, headers={"Authorization": f"Bearer {self._key(person)}"}, timeout=60, trust_env=False
            )
            for person in ("demo-permit-1", "demo-civil-1", "demo-guangming-1", "demo-guangming-2", "demo-archive-1", "demo-archive-2")
        }
        with transaction() as session:
            for unit in ("370402-PERMIT", "370402-CIVIL"):
                session.get_one(Unit, unit).forwards_itself = True  # what is returned goes on by the standing rule
        plans = self._planned()
        filing = asyncio.create_task(self._file(plans, note))
        while not filing.done() or not await self._all_ended(note):
            await self._act()
            await asyncio.sleep(_LOOK)
        await filing
        # 督办 outlives the answer by up to a night: its half hour begins when the unit opens.
        await asyncio.sleep(26 * 3600 / settings().clock_rate)
        for http in self._http.values():
            await http.aclose()

    def _key(self, person: str) -> str:
        with transaction() as session:
            return keys.make(session, person=person, now=settings().now(), actor="soak")

    def _planned(self) -> list[Plan]:
        chance = random.Random(self.seed)
        start = settings().now().astimezone(LOCAL).replace(hour=_FROM, minute=0, second=0, microsecond=0)
        found = []
        for _ in range(self.count):
            at = start + timedelta(days=chance.randrange(_DAYS), hours=chance.uniform(0, _UNTIL - _FROM))
            proof = chance.choices(["P-HOUSEHOLD", "P-HARDSHIP", "P-ARCHIVE"], [55, 30, 15])[0]
            act = chance.choices(["reply", "return", "supplement", "rest_reply", "rest_return", "withdraw"], [70, 8, 9, 5, 3, 5])[0]
            after = chance.choices([(5, 25), (40, 90), (100, 300)], [65, 20, 15])[0]
            if act != "reply":
                after = (3, 20)
            found.append(
                Plan(
                    at,
                    chance.choice(PEOPLE),
                    proof,
                    chance.choice(["immediate", "promised"]),
                    act,
                    chance.uniform(*after) * MINUTE,
                    chance.uniform(30, 240) * MINUTE,
                )
            )
        return sorted(found, key=lambda plan: plan.files_at)

    async def _file(self, plans: list[Plan], note: Callable[[str], None]) -> None:
        under_way: set[asyncio.Task[None]] = set()
        for done, plan in enumerate(plans):
            left = (settings().wall(plan.files_at) - settings().wall(settings().now())).total_seconds()
            if left > 0:
                await asyncio.sleep(left)
            task = asyncio.create_task(self._file_one(plan))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            while len(under_way) > 8:
                await asyncio.sleep(0.05)
            if done % 50 == 0:
                note(f"已发起 {done}/{self.count},{settings().now().astimezone(LOCAL):%m-%d %H:%M}")
        if under_way:
            await asyncio.gather(*under_way)

    async def _file_one(self, plan: Plan) -> None:
        http = self._http["demo-civil-1" if plan.proof == "P-ARCHIVE" else "demo-permit-1"]
        number, now = f"SOAK-{uuid4().hex[:12]}", settings().now()
        case: dict[str, Any] = {
            "matter": "DEMO-0003" if plan.proof == "P-ARCHIVE" else "DEMO-0001",
            "handling": plan.handling,
            "accepted_at": now.isoformat(),
            "channel": "window",
            "parties": [{"role": "applicant", **as_json(plan.person)}],
        }
        if plan.handling == "promised":
            case["promise_end"] = (now + timedelta(days=4)).isoformat()
        (await http.put(f"/v1/cases/{number}", json=case)).raise_for_status()
        body = {"case_number": number, "proof": plan.proof, "party": as_json(plan.person)}
        answer = await http.post("/v1/verifications", json=body, headers={"Idempotency-Key": uuid4().hex})
        answer.raise_for_status()
        plan.number = answer.json()["number"]
        self.plans[plan.number] = plan

    async def _act(self) -> None:
        for person in ("demo-guangming-1", "demo-archive-1", "demo-civil-1"):
            http = self._http[person]
            for item in await self._inbox(http):
                plan = self.plans.get(item["verification_number"])
                if plan is not None:
                    await self._act_on(http, item, plan)
        await self._supply()
        await self._feed_back()

    async def _inbox(self, http: httpx.AsyncClient) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            page = (await http.get("/v1/inbox", params={"cursor": cursor})).raise_for_status().json()
            found += page["items"]
            cursor = page["next_cursor"]
        return found

    async def _act_on(self, http: httpx.AsyncClient, item: dict[str, Any], plan: Plan) -> None:
        now = settings().now()
        if item["resting"]:
            if not plan.act.startswith("rest_") or plan.asked_at is None or now - plan.asked_at < plan.supplied_after:
                return
            self.rested[plan.act.removeprefix("rest_")] += 1
        elif now - datetime.fromisoformat(item["received_at"]) < plan.after:
            return
        path = f"/v1/inbox/{item['id']}"
        if not plan.returned and (plan.act == "return" or (plan.act == "rest_return" and item["resting"])):
            plan.returned = True  # whoever has it next answers: neither the asking unit itself nor the one that returned it
            suggested = "370402-GUANGMING" if plan.proof == "P-ARCHIVE" else "370402-CIVIL"
            await self._post(http, f"{path}/return", {"reason": "不属本单位职责", "suggested_unit": suggested})
        elif plan.act in {"supplement", "rest_reply", "rest_return"} and plan.asked_at is None:
            plan.asked_at = settings().now()
            await self._post(http, f"{path}/supplement", {"what": "请补充住址"})
        elif plan.act == "withdraw":
            requester = self._http["demo-civil-1" if plan.proof == "P-ARCHIVE" else "demo-permit-1"]
            await self._post(requester, f"/v1/verifications/{plan.number}/withdraw", {"reason": "filed_in_error"})
        else:
            await self._post(
                http, f"{path}/reply", {"answer": "true", "fields": FIELDS[plan.proof] if plan.proof in FIELDS else _household(item)}
            )

    async def _supply(self) -> None:
        now = settings().now()
        for plan in list(self.plans.values()):
            if plan.act == "supplement" and plan.asked_at and not plan.acted and now - plan.asked_at >= plan.supplied_after:
                plan.acted = True
                http = self._http["demo-civil-1" if plan.proof == "P-ARCHIVE" else "demo-permit-1"]
                await self._post(http, f"/v1/verifications/{plan.number}/supplement", {"text": "演示路 1 号"})

    async def _feed_back(self) -> None:
        for person in ("demo-guangming-2", "demo-archive-2"):
            http = self._http[person]
            for line in (await http.get("/v1/supervisions")).raise_for_status().json()["items"]:
                if line["fed_back_at"] is None and line["id"][0] in "0123456789":  # some forget, and the office hears of it
                    await self._post(http, f"/v1/supervisions/{line['id']}/feedback", {"outcome": "done", "text": "已督促"})

    async def _post(self, http: httpx.AsyncClient, path: str, body: dict[str, Any]) -> None:
        answer = await http.post(path, json=body)
        if not answer.is_success:  # somebody was faster, or the limit has passed: the week goes on
            self.refused[answer.json().get("code", str(answer.status_code))] += 1

    async def _all_ended(self, note: Callable[[str], None]) -> bool:
        from benchmarks.soak_check import still_open

        left = await asyncio.to_thread(still_open)
        note(f"未办结 {left},{settings().now().astimezone(LOCAL):%m-%d %H:%M}")
        return left == 0


def _household(item: dict[str, Any]) -> dict[str, str]:
    return dict.fromkeys(item["proof"]["fields"], "演示")
