"""回调: a unit's address, registered by an administrator, and what its receiver did not take."""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Query

from connectors.receivers import ReceiverRefused, judge
from domain.clear_text import named
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.paging import Paging
from gateway.edge.parameters import UnitCode
from gateway.edge.problems import Problem
from gateway.edge.values import Instant
from gateway.registry.callback_schemas import AgainIn, CallbackIn, CallbackOut, SentAgainOut, UndeliveredItem, UndeliveredOut
from ledger.database import transaction
from ledger.outbox import callback_urls
from ledger.outbox.undelivered import Which, send_again, undelivered
from ledger.tables.registry import Unit
from settings import settings

router = api_router("administration")

_PREFIX = "whsec_"
_REFUSED = {"bad_address": "callback_url_invalid", "unknown_host": "callback_host_unknown", "forbidden_address": "callback_address_refused"}
OfUnit = Annotated[str | None, Query(max_length=64, description="接收单位编码;省略为全部")]
OfNumber = Annotated[str | None, Query(max_length=40, description="核验编号;省略为全部")]
MadeSince = Annotated[Instant | None, Query(description="产生时间自(含)")]
MadeUntil = Annotated[Instant | None, Query(description="产生时间至(不含)")]


@router.put(
    "/v1/units/{unit}/callback",
    summary="登记回调地址",
    responses=problems(
        "unit_unknown", "callback_url_invalid", "callback_host_unknown", "callback_address_refused", "callback_secret_invalid", body=True
    ),
    response_description="已登记,原有地址随之停用;此前未送达的随即重发",
)
def put_callback(unit: UnitCode, body: CallbackIn, caller: CurrentCaller) -> CallbackOut:
    """核验结束或需要选择时,系统向该地址发送签名的通知(Standard Webhooks),正文只有核验编号和状态。"""
    if not _is_address(body.url):
        raise Problem("callback_url_invalid")
    try:
        judge(body.url, settings())
    except ReceiverRefused as refused:
        raise Problem(_REFUSED[refused.code]) from None
    secret = secrets.token_bytes(32) if body.secret is None else _decode(body.secret)
    with transaction() as session:
        if session.get(Unit, unit) is None:
            raise Problem("unit_unknown")
        callback_urls.register(session, unit, body.url, secret, now=settings().now(), actor=caller.actor)
    shown = None if body.secret is not None else _PREFIX + base64.b64encode(secret).decode()
    return CallbackOut(unit=unit, url=body.url, secret=shown)


@router.delete("/v1/units/{unit}/callback", status_code=204, summary="停用回调地址", responses=problems("callback_unknown", "invalid"))
def delete_callback(unit: UnitCode, caller: CurrentCaller) -> None:
    """不再发送通知;结果仍可查询。"""
    with transaction() as session:
        if not callback_urls.remove(session, unit):
            raise Problem("callback_unknown")


@router.get("/v1/undelivered", summary="未送达的回调", responses=problems("invalid"))
def get_undelivered(
    caller: CurrentCaller, page: Paging, unit: OfUnit = None, number: OfNumber = None, since: MadeSince = None, until: MadeUntil = None
) -> UndeliveredOut:
    """接收方没有收下的回调(核验结果和给单位的通知):按单位、核验编号、产生时间查询;待重试的和已停止的都列出,最早的在前。"""
    with transaction() as session:
        found = undelivered(session, Which(unit, number, since, until), page)
        return page.answer(UndeliveredOut, found, UndeliveredItem.of)


@router.post("/v1/undelivered/send-again", summary="重发回调", responses=problems(body=True))
def send_undelivered(body: AgainIn, caller: CurrentCaller) -> SentAgainOut:
    """接收方修复后,立即重发没有收下的回调;编号不变,接收方据此去重。谁重发的留痕。"""
    which = Which(body.unit, body.number, body.since, body.until)
    with transaction() as session:
        return SentAgainOut(count=send_again(session, which, now=settings().now(), actor=caller.actor))


def _is_address(url: str) -> bool:
    if not url.isascii() or any(char <= " " or char in '\\"<>' for char in url) or named(url):
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
