"""公开核验: true or false in five seconds, for everybody, without a key (obligation 11.1)."""

from __future__ import annotations

import re
from typing import Annotated

from anyio import to_thread
from fastapi import Path, Query, Request
from fastapi.responses import JSONResponse, Response
from starlette.responses import RedirectResponse

from domain.methods import Result
from domain.proof_form import Form
from gateway.edge.addresses import address_of
from gateway.edge.bodies import UPLOAD_LIMIT
from gateway.edge.caching import page_once
from gateway.edge.counter_pages import EDITION
from gateway.edge.doors import PUBLIC
from gateway.edge.endpoints import open_router, problems
from gateway.edge.pages import HTML, look, page, wants_page
from gateway.edge.problems import Problem
from gateway.edge.services import services_of
from gateway.edge.uploads import read_form
from gateway.public import scan
from gateway.public.checking import check_file, check_number
from gateway.public.typed import read_typed
from gateway.public.verify_schemas import CheckedUpload, PublicOut

router = open_router("public-verification")

UPLOAD_PATH = "/verify/upload"
SEALED_RESULTS = tuple(result.label for result in Result if result is not Result.COMMITTED)
_TYPES = frozenset(form.media_type for form in Form)
_FILE = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary", "description": "PDF 或 OFD,不超过 5 MB"}},
                }
            },
            **{form.media_type: {"schema": {"type": "string", "format": "binary"}} for form in Form},
        },
    }
}
_TYPED = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["code", "fields"],
                    "additionalProperties": False,
                    "properties": {
                        "code": {"type": "string", "maxLength": 100, "description": "二维码中的核验码"},
                        "fields": {
                            "type": "object",
                            "maxProperties": 60,
                            "description": "项目名称和手中证明上印的内容",
                            "additionalProperties": {"type": "string", "maxLength": 1000},
                        },
                    },
                }
            },
            "application/x-www-form-urlencoded": {"schema": {"type": "object"}},
        },
    }
}


@router.get(
    "/verify",
    summary="核验页",
    response_class=Response,
    responses=problems("invalid", "proof_unknown", key=False, also={200: {"content": HTML}, 303: {"description": "转到该编号的结果"}}),
)
def verify_start(
    request: Request, number: Annotated[str, Query(max_length=60, description="核验编号", examples=["HY202603047K3M9QXT"])] = ""
) -> Response:
    """输入编号或上传文件的网页。带 `number` 时转到该编号的结果。"""
    if wanted := _tidy(number):
        if wanted.isalnum() and wanted.isascii():
            return RedirectResponse(f"/verify/{wanted}", 303)
        raise Problem("proof_unknown")
    answer = page_once(request, look(EDITION), lambda: page("start.html", edition=EDITION))
    answer.headers.update(scan.HEADERS)
    return answer


@router.get(
    "/verify/offline",
    summary="离线核验页",
    response_class=Response,
    responses=problems("invalid", key=False, also={200: {"content": HTML}}),
)
def verify_offline(request: Request) -> Response:
    """没有网络时核验二维码的网页:联网打开一次,手机就存下它和撤销清单。"""
    answer = page_once(request, look(EDITION), lambda: page("offline.html", edition=EDITION, results=" ".join(SEALED_RESULTS)))
    answer.headers.update(scan.OFFLINE_HEADERS)
    return answer


@router.get(
    "/verify/{number}",
    summary="按编号核验",
    response_model=PublicOut,
    responses=problems("proof_unknown", "invalid", key=False, also={200: {"content": HTML, "description": "有效、已过期或已撤销"}}),
)
async def verify_number(
    request: Request,
    number: Annotated[str, Path(max_length=60, description="核验编号", examples=["HY202603047K3M9QXT"])],
    c: Annotated[str | None, Query(max_length=100, description="二维码中的核验码")] = None,
) -> Response:
    """浏览器得到网页,程序得到 JSON。不带核验码时只说明是否有效;核验码正确时另显示部分隐藏的内容。"""
    answer = await to_thread.run_sync(check_number, _tidy(number), c, address_of(request))
    if wants_page(request.headers):
        return page("result.html", answer=answer, typed={})
    return JSONResponse(answer.model_dump(mode="json"), headers={"Vary": "Accept"})


@router.post(
    UPLOAD_PATH,
    summary="按文件核验",
    response_model=CheckedUpload,
    openapi_extra=_FILE,
    responses=problems(
        "not_upload",
        "too_large",
        "bad_request",
        "file_unreadable",
        "reading_busy",
        "check_unavailable",
        key=False,
        also={200: {"content": HTML, "description": "核验结论"}},
    ),
)
async def verify_upload(request: Request) -> Response:
    """上传电子证明的原始文件,PDF 或 OFD,按内容识别。文件只在内存中核验,不保存。被改动、追加、伪造或仅为图片的,分别说明。"""
    content = await _read_file(request)
    answer = await PUBLIC.read(check_file, content, address_of(request))
    if wants_page(request.headers):
        heading, sentence = re.split("[:\uff1a]", answer.text, maxsplit=1)
        return page("upload.html", answer=answer, heading=heading, sentence=sentence)
    return JSONResponse(answer.model_dump(mode="json"), headers={"Vary": "Accept"})


@router.post(
    "/verify/{number}",
    summary="逐项核对",
    response_model=PublicOut,
    openapi_extra=_TYPED,
    responses=problems(
        "proof_unknown",
        "invalid",
        "not_json",
        "text_unclean",
        "bad_request",
        "too_large",
        key=False,
        also={200: {"content": HTML, "description": "核对结果"}},
    ),
)
async def compare_fields(
    request: Request,
    number: Annotated[str, Path(max_length=60, description="核验编号", examples=["HY202603047K3M9QXT"])],
    c: Annotated[str | None, Query(max_length=100, description="二维码中的核验码(网页表单;JSON 写在正文的 code 中)")] = None,
) -> Response:
    """持有核验码的,把手中证明上印的内容逐项填来,得知是否一致,而不显示隐藏的内容。同一份证明每小时限核对 20 次。"""
    code, typed = await read_typed(request, c)
    admit = services_of(request).quotas.count_comparison
    answer = await to_thread.run_sync(check_number, _tidy(number), code, address_of(request), typed, admit)
    if wants_page(request.headers):
        return page("result.html", answer=answer, typed=typed)
    return JSONResponse(answer.model_dump(mode="json"), headers={"Vary": "Accept"})


async def _read_file(request: Request) -> bytes:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media in _TYPES:
        content = await request.body()
    elif media == "multipart/form-data":
        content = (await read_form(request)).content
    else:
        raise Problem("not_upload")
    if not content:
        raise Problem("not_upload")
    if len(content) > UPLOAD_LIMIT:
        raise Problem("too_large")
    return content


def _tidy(number: str) -> str:
    """As people type it: with spaces, in small letters."""
    return "".join(number.split()).upper()
