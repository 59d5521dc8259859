"""撤销状态清单 for everybody: one signed file says of each proof whether it is revoked, so that a reader checks without asking us again."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Request, Response
from pydantic import Field

from gateway.edge.endpoints import Responses, open_router, problems
from gateway.edge.schemas import SchemaOut
from ledger.database import transaction
from ledger.sealing import status_lists
from ledger.vault import vault
from proofs import status_list
from proofs.status_list import MEDIA_TYPE, REREAD
from settings import settings

router = open_router("public-verification")

_CACHED = {"Cache-Control": f"public, max-age={int(REREAD.total_seconds())}"}
_TOKEN: Responses = {200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}, "description": "签名的清单(JWT)"}}


class StatusListsOut(SchemaOut):
    """撤销状态清单的地址和公钥(JWK Set)。"""

    status_lists: Annotated[list[str], Field(description="全部清单的地址")]
    keys: Annotated[list[dict[str, Any]], Field(description="清单的签名公钥;存为文件即可用于 ./run verify --keys")]


@router.get("/status-lists", summary="撤销状态清单", responses=problems("invalid", key=False))
def get_status_lists(request: Request, response: Response) -> StatusListsOut:
    """有哪些清单,用什么公钥核对签名。"""
    response.headers.update(_CACHED)
    with transaction() as session:
        lists = [status_lists.address(number) for number in range(status_lists.count(session))]
    return StatusListsOut(status_lists=lists, **status_list.public_keys(_key()))


@router.get(
    "/status-lists/{number}",
    summary="一份撤销状态清单",
    response_class=Response,
    responses=problems("status_list_unknown", "invalid", key=False, also=_TOKEN),
)
def get_status_list(request: Request, number: Annotated[int, Path(ge=0, le=1_000_000, description="第几份清单")]) -> Response:
    """IETF Token Status List(JWT,ES256):每份证明一位,0 有效,1 已撤销;位置写在证明附件 proof.json 的 status 中。

    一天内有效,十五分钟后宜重新下载。
    """
    with transaction() as session:
        revoked = status_lists.revoked(session, number)
    token = status_list.signed(_key(), status_lists.address(number), revoked, now=settings().now())
    return Response(token, headers=_CACHED, media_type=MEDIA_TYPE)


def _key() -> bytes:
    return vault().status_key("signature")
