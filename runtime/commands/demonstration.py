"""演示: two real verifications over the API, one by shared data and one through an issuing unit, each step told."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from domain.proof_form import Form, form_of
from runtime.commands.starting_catalog import ADMINISTRATOR, first_administrator_key, key_file, sign_in_links
from runtime.services.context import Context
from sandbox.people import Person, by_name
from settings import LOCAL

MATTER = "DEMO-0001"
WAIT_SECONDS = 60.0

#: What each event means to a person who watches; every other event is left out.
STORY = {
    "filed": "需求单位发起核验",
    "taken_up": "系统受理,确定核验方式",
    "share_found": "数据共享查到有效证照",
    "fell_back": "数据共享未取得结果,转下一种方式",
    "asked": "核验申请进入出具单位收件箱",
    "replied": "出具单位答复",
    "sealed": "电子证明制作完成并加盖专用章",
    "delivered": "送达需求单位",
}


@dataclass(frozen=True)
class Scene:
    """One verification of the demonstration."""

    title: str
    proof: str
    person: Person


def run(context: Context) -> bool:
    """Run both scenes; True only if both proofs were delivered and each verifies as genuine."""
    scenes = (Scene("数据共享核验", "P-HOUSEHOLD", _person("演示甲子")), Scene("部门核验", "P-HARDSHIP", _person("演示乙丑")))
    key = key_file("requester_key").read_text().strip()
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=context.gateway_url, headers=headers, timeout=40, trust_env=False) as http:
        good = [_show(scene, http, context) for scene in scenes]
    _tell_administrator(context)
    _tell_links(context)
    return all(good)


def _person(name: str) -> Person:
    found = by_name(name)
    assert isinstance(found, Person)
    return found


def _show(scene: Scene, http: httpx.Client, context: Context) -> bool:
    say = context.progress.say
    say("")
    say(f"演示:{scene.title}")
    try:
        with context.progress.step(scene.title):
            number = _file(scene, http)
            found = _wait(number, http)
            made = _fetch(found["links"]["proof"], http) if found["state"] == "delivered" else None
            genuine = made is not None and _is_genuine(made, http)
    except httpx.HTTPError as error:
        say(f"没有完成:{type(error).__name__}。请看 {context.log('gateway')}。")
        return False
    _tell_story(number, http, say)
    if made is None:
        say(f"{number} 还没有送达(现状 {found['state']}),请看 {context.log('worker')}。")
        return False
    path = _save(number, made, context.home / "proofs")
    say(f"电子证明 {path}")
    say("验证结果:真实有效。" if genuine else "验证没有通过,请检查印章目录。")
    return genuine


def _file(scene: Scene, http: httpx.Client) -> str:
    now = datetime.now(UTC)
    case = f"DEMO-{now.astimezone(LOCAL):%Y%m%d-%H%M%S}-{scene.proof[2:]}"
    person = {"id_type": "citizen_id", "id_number": scene.person.id_number, "name": scene.person.name}
    body: dict[str, Any] = {
        "matter": MATTER,
        "handling": "promised",
        "accepted_at": now.isoformat(),
        "promise_end": (now + timedelta(days=5)).isoformat(),
        "channel": "window",
        "origin_system": "演示",
        "parties": [{"role": "applicant", **person}],
    }
    http.put(f"/v1/cases/{case}", json=body).raise_for_status()
    answer = http.post(
        "/v1/verifications",
        json={"case_number": case, "proof": scene.proof, "party": person},
        headers={"Idempotency-Key": str(uuid4()), "Prefer": "wait=5"},
    )
    answer.raise_for_status()
    number: str = answer.json()["number"]
    return number


def _wait(number: str, http: httpx.Client) -> dict[str, Any]:
    """What the API says of it once it is final or needs a person, or after a minute."""
    end = time.monotonic() + WAIT_SECONDS
    while True:
        answer = http.get(f"/v1/verifications/{number}")
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        if found["state"] in {"delivered", "needs_attention", "withdrawn", "closed"} or time.monotonic() > end:
            return found
        time.sleep(0.3)


def _fetch(address: str, http: httpx.Client) -> bytes:
    answer = http.get(address)
    answer.raise_for_status()
    return answer.content


def _is_genuine(made: bytes, http: httpx.Client) -> bool:
    answer = http.post("/verify/upload", files={"file": ("proof", made)}, headers={"Accept": "application/json"})
    return answer.status_code == 200 and answer.json().get("code") == "valid"


def _tell_story(number: str, http: httpx.Client, say: Callable[[str], None]) -> None:
    answer = http.get(f"/v1/verifications/{number}/events")
    answer.raise_for_status()
    events = answer.json()["events"]
    first = datetime.fromisoformat(events[0]["at"])
    say(f"核验编号 {number}")
    for event in events:
        if event["event"] in STORY:
            passed = (datetime.fromisoformat(event["at"]) - first).total_seconds()
            say(f"  {passed:7.3f} 秒  {STORY[event['event']]}")


def _save(number: str, made: bytes, folder: Path) -> Path:
    """Written to a folder because this command says so; otherwise proofs stay encrypted in the ledger."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{number}{(form_of(made) or Form.PDF).suffix}"
    path.write_bytes(made)
    path.chmod(0o600)
    return path


def _tell_administrator(context: Context) -> None:
    key = first_administrator_key()
    if key is not None:
        context.progress.say("")
        context.progress.say(f"首位管理员({ADMINISTRATOR})的接口密钥,只显示这一次,请立即保存:")
        context.progress.say(key)


def _tell_links(context: Context) -> None:
    """四个登录链接: one for each kind of work, made anew at each start."""
    context.progress.say("")
    context.progress.say("柜台页面,四个演示人员的登录链接(24 小时内有效,各用一次;另要链接:./run keys link 人员编码):")
    for title, person, link in sign_in_links():
        context.progress.say(f"  {title}({person})")
        context.progress.say(f"  {context.gateway_url}/counter/link/{link}")
