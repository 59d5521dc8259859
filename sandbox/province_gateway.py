"""省数据共享交换平台, simulated: keys are exchanged and expire, every request is signed, two codes in a reply."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from fastapi import APIRouter, Request

from sandbox.accounts import Accounts
from sandbox.faults import Fault, Switch, Switches
from sandbox.licences import MARRIAGE_REGISTER, REGISTERS, SOCIAL_INSURANCE, Record, State

_SERVICES = {MARRIAGE_REGISTER, SOCIAL_INSURANCE}
_KEY_LIFE = 3600.0
_SKEW = 600.0  #: seconds that a request's time may differ from ours
_STATUS = {State.REVOKED: "02", State.EXPIRED: "03", State.RESTRICTED: "04"}
_SAYS = {"00": "成功", "01": "未查询到数据", "02": "登记已撤销", "03": "登记已失效", "04": "限制查询", "12": "参数不完整"}
_REFUSALS = {"E-101": "签名不正确", "E-105": "密钥已失效", "E-106": "请求不在授权列表中"}


def _reply(code: str, data: Any = None) -> dict[str, Any]:
    return {"code": code, "message": _REFUSALS.get(code, ""), "data": data or ""}


def _answer(status: str, rows: list[dict[str, str]] | None = None, message: str | None = None) -> dict[str, Any]:
    found = rows or []
    said = _SAYS.get(status, "其他异常") if message is None else message
    return _reply("0", {"status": status, "message": said, "total": len(found), "rows": found})


def build(accounts: Accounts, switches: Switches, clock: Callable[[], float] = time.time) -> APIRouter:
    """The service. `clock` gives seconds since 1970."""
    router = APIRouter(prefix="/province", tags=["省数据共享交换平台"])
    keys: dict[tuple[str, str], list[tuple[str, float]]] = {}  # (rid, sid) -> keys given out and their ends

    def on(fault: Fault, request: Request) -> Switch | None:
        return switches.take("province_gateway", fault, request.url.path)

    def signed_with(key: str, sign: dict[str, str]) -> bool:
        text = sign["gjgxjhpt_sid"] + sign["gjgxjhpt_rid"] + sign["gjgxjhpt_rtime"]
        digest = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
        return hmac.compare_digest(base64.b64encode(digest), sign["gjgxjhpt_sign"].encode())

    def refused(sign: dict[str, str]) -> str | None:
        """The code that refuses what every request must carry, or None."""
        if not all(sign.values()) or not sign["gjgxjhpt_rtime"].isdigit():
            return "E-101"
        if abs(int(sign["gjgxjhpt_rtime"]) / 1000 - clock()) > _SKEW:
            return "E-101"
        if sign["gjgxjhpt_rid"] != accounts.province_gateway_rid or sign["gjgxjhpt_sid"] not in _SERVICES:
            return "E-106"
        return None

    @router.post("/sysapi/auth/refreshappsecret")
    async def exchange(request: Request) -> dict[str, Any]:
        try:
            body = await request.json()
            sign = {f"gjgxjhpt_{name}": str(body[f"gjgxjhpt_{name}"]) for name in ("sid", "rid", "rtime", "sign")}
        except (ValueError, KeyError, TypeError):
            return _reply("E-101")
        if code := refused(sign):
            return _reply(code)
        if not signed_with(accounts.province_gateway_app_key, sign):
            return _reply("E-101")
        key, ends = secrets.token_hex(16), clock() + _KEY_LIFE
        held = keys.setdefault((sign["gjgxjhpt_rid"], sign["gjgxjhpt_sid"]), [])
        held[:] = [(one, end) for one, end in held if end > clock()][-20:] + [(key, ends)]
        wrapped = _wrap(key, accounts.province_gateway_app_key)
        return _reply("0", {"secret": wrapped, "secretEndTime": int(ends * 1000)})

    @router.post("/httpproxy")
    async def proxy(request: Request) -> dict[str, Any]:
        sign = {f"gjgxjhpt_{name}": request.headers.get(f"gjgxjhpt_{name}", "") for name in ("sid", "rid", "rtime", "sign")}
        if code := refused(sign):
            return _reply(code)
        held = keys.get((sign["gjgxjhpt_rid"], sign["gjgxjhpt_sid"]), [])
        if on(Fault.KEY_EXPIRED, request):
            held.clear()
            return _reply("E-105")
        mine = [end for key, end in held if signed_with(key, sign)]
        if not mine:
            return _reply("E-101")
        if max(mine) <= clock():
            return _reply("E-105")
        if switch := on(Fault.STATUS, request):
            gateway = switch.status.startswith(("E-", "-"))
            return _reply(switch.status) if gateway else _answer(switch.status, message=switch.message)
        try:
            body = await request.json()
            number, name = str(body["zjhm"]), str(body["xm"])
        except (ValueError, KeyError, TypeError):
            return _answer("12")
        if not number or not name:
            return _answer("12")
        return query(sign["gjgxjhpt_sid"], number, request)

    def query(service: str, number: str, request: Request) -> dict[str, Any]:
        held = [one for one in REGISTERS if (one.service, one.holder.id_number) == (service, number)]
        valid = [one for one in held if one.state is State.VALID]
        hidden = on(Fault.HIDDEN, request)
        if not valid:
            return _answer(_STATUS[held[0].state] if held and not hidden else "01")
        rows = [_row(record) for record in valid]
        if on(Fault.SEVERAL, request):
            rows.append({**rows[0], "ywbh": rows[0]["ywbh"] + "-另"})
        if on(Fault.WRONG_NAME, request):
            rows = [{**row, "xm": "演示旁人"} for row in rows]
        return _answer("00", rows)

    return router


def _row(record: Record) -> dict[str, str]:
    return {"xm": record.holder.name, "zjhm": record.holder.id_number, **dict(record.columns)}


def _wrap(key: str, app_key: str) -> str:
    """AES as the platform's Java does it: the key is what SHA1PRNG yields after being seeded with the app key."""
    seed = hashlib.sha1(app_key.encode()).digest()
    padder = PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(hashlib.sha1(seed).digest()[:16]), modes.ECB()).encryptor()
    plain = padder.update(key.encode()) + padder.finalize()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()
