"""回调地址 of a unit, registered by an administrator."""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Path

from gateway.answers.operations import CallbackAnswer
from gateway.entrance import CurrentCaller
from gateway.problems import Problem
from gateway.routes.shared import api_router, problems
from gateway.sent.units import SentCallback
from gateway.sent.values import names_a_citizen
from ledger import callbacks
from ledger.database import transaction
from ledger.tables.registry import Unit
from settings import settings

router = api_router("管理")

UnitCode = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[\w.\-]+$", description="单位编码", examples=["370402-PERMIT"])]
_PREFIX = "whsec_"


@router.put(
    "/v1/units/{unit}/callback",
    summary="登记回调地址",
    responses=problems("unit_unknown", "callback_url_invalid", "callback_secret_invalid", body=True),
    response_description="已登记,原有地址随之停用",
)
def put_callback(unit: UnitCode, body: SentCallback, caller: CurrentCaller) -> CallbackAnswer:
    """核验结束或需要选择时,系统向该地址发送签名的通知(Standard Webhooks),正文只有核验编号和状态。"""
    if not _is_address(body.url):
        raise Problem("callback_url_invalid")
    secret = secrets.token_bytes(32) if body.secret is None else _decode(body.secret)
    with transaction() as session:
        if session.get(Unit, unit) is None:
            raise Problem("unit_unknown")
        callbacks.register(session, unit, body.url, secret, now=settings().now(), actor=caller.actor)
    shown = None if body.secret is not None else _PREFIX + base64.b64encode(secret).decode()
    return CallbackAnswer(unit=unit, url=body.url, secret=shown)


@router.delete(
    "/v1/units/{unit}/callback",
    status_code=204,
    summary="停用回调地址",
    responses=problems("callback_unknown", "invalid"),
)
def delete_callback(unit: UnitCode, caller: CurrentCaller) -> None:
    """不再发送通知;结果仍可查询。"""
    with transaction() as session:
        if not callbacks.remove(session, unit):
            raise Problem("callback_unknown")


def _is_address(url: str) -> bool:
    if not url.isascii() or any(char <= " " or char in '\\"<>' for char in url) or names_a_citizen(url):
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = parts.username is None and parts.password is None and "#" not in url
    return parts.scheme in ("http", "https") and bool(parts.hostname) and plain and port != 0


def _decode(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(_PREFIX) or not 24 <= len(key) <= 64:
        raise Problem("callback_secret_invalid")
    return key
