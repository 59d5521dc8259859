"""光明路街道办事处, simulated: an issuing unit whose own system answers its inbox over the gateway's API.

`python -m sandbox.issuing_unit --gateway URL --key-file FILE --delay 3` looks into the inbox every second and
answers a request `delay` seconds after first seeing it, from the sandbox's households. It outlives the gateway.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from domain.spelling import same_name
from sandbox.licences import HARDSHIP, HOUSEHOLDS

log = logging.getLogger("sandbox.issuing_unit")
_ALREADY_DONE = (404, 409, 410)  # answered by somebody else, or withdrawn: nothing left to do


def answer(item: dict[str, Any]) -> dict[str, Any]:
    """The reply to one item of the inbox: {"answer", "fields", "note"}. Only what was asked is given."""
    proof, party = item.get("proof", {}), item.get("party", {})
    if proof.get("name") != HARDSHIP:
        return {"answer": "cannot_verify", "fields": {}, "note": "本单位的演示数据中没有这种证明"}
    household = HOUSEHOLDS.get(party.get("id_number", ""))
    if household is None or not same_name(household.head.name, str(party.get("name"))):
        return {"answer": "no_record", "fields": {}, "note": "本单位没有该户的记录"}
    if not household.in_hardship:
        return {"answer": "false", "fields": {}, "note": "该户人均月收入高于认定标准"}
    known = {
        "姓名": household.head.name,
        "公民身份号码": household.head.id_number,
        "家庭人口": str(household.size),
        "人均月收入": f"{household.monthly_income}元",
        "认定结论": "符合经济困难认定标准",
        "出具单位": "市中区光明路街道办事处",
    }
    unknown = [name for name in proof.get("fields", []) if name not in known]
    if unknown:  # 属实 must bring everything that the proof needs
        return {"answer": "cannot_verify", "fields": {}, "note": f"本单位没有这些内容:{'、'.join(unknown)}"}
    return {"answer": "true", "fields": {name: known[name] for name in proof.get("fields", [])}, "note": ""}


class IssuingUnit:
    """The unit's system. `clock` counts seconds."""

    def __init__(self, http: httpx.Client, delay: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._http, self._delay, self._clock = http, delay, clock
        self._seen: dict[str, float] = {}
        self._settled: set[str] = set()

    def look(self) -> int:
        """Look into the inbox once and answer what is ripe. Gives back how many answers were taken.

        Raises httpx.HTTPError where the gateway is away.
        """
        inbox = self._inbox()
        items = [*inbox["items"], *(item for line in inbox.get("batches", ()) for item in self._inbox(batch=line["batch"])["items"])]
        taken, here = 0, {str(item["id"]) for item in items}
        self._seen = {identity: since for identity, since in self._seen.items() if identity in here}
        self._settled &= here  # what has left the inbox does not come back
        for item in items:
            identity = str(item["id"])
            first = self._seen.setdefault(identity, self._clock())
            if identity not in self._settled and self._clock() - first >= self._delay:
                taken += self._reply(identity, item)
        return taken

    def _inbox(self, **more: str) -> dict[str, Any]:
        reply = self._http.get("/v1/inbox", params={"status": "open", **more})
        found: dict[str, Any] = reply.raise_for_status().json()
        return found

    def _reply(self, identity: str, item: dict[str, Any]) -> bool:
        reply = self._http.post(f"/v1/inbox/{identity}/reply", json=answer(item))
        if reply.is_success or reply.status_code in _ALREADY_DONE:
            self._settled.add(identity)
            return reply.is_success
        if reply.status_code < 500 and reply.status_code not in (401, 403, 408, 429):
            self._settled.add(identity)  # our answer is refused as it is: asking again changes nothing
        log.warning("答复 %s 未被接受:HTTP %s", identity, reply.status_code)
        return False


def main() -> None:
    """Poll for ever. Exits with 2 where the key file cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.issuing_unit", description="演示的证明出具单位")
    parser.add_argument("--gateway", required=True, help="网关地址,如 http://127.0.0.1:8080")
    parser.add_argument("--key-file", type=Path, required=True, help="存放接口密钥的文件")
    parser.add_argument("--delay", type=float, default=3.0, help="收到后几秒答复")
    given = parser.parse_args()
    try:
        key = given.key_file.read_text("utf-8").strip()
    except OSError as error:
        parser.error(f"读不到密钥文件 {given.key_file}:{error.strerror}")
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    headers = {"Authorization": f"Bearer {key}"}
    away = False
    with httpx.Client(base_url=given.gateway, headers=headers, timeout=10, trust_env=False) as http:
        unit = IssuingUnit(http, given.delay)
        while True:
            try:
                unit.look()
                away = False
            except (httpx.HTTPError, ValueError, KeyError) as error:
                if not away:
                    log.warning("网关暂时不可用(%s),将一直重试", type(error).__name__)
                away = True
            time.sleep(1)


if __name__ == "__main__":
    main()
