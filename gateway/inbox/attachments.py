"""附件: files with an answer or a supplement."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from domain.inbox import AttachmentUse
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import GONE, api_router, problems
from gateway.edge.parameters import Number, RequestId
from gateway.edge.problems import Problem
from gateway.edge.uploads import attachment_of, read_attachment, upload_of
from gateway.edge.visibility import may_override, taking_part, verification
from gateway.inbox.schemas import AttachmentOut, AttachmentsOut
from gateway.verifications.filing import record_reading
from ledger.casework import attachments
from ledger.casework.attachments import File
from ledger.database import transaction
from ledger.inbox import claims
from ledger.registry.keys import Caller
from settings import settings

router = api_router("attachments")

_FILE = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary", "description": "PDF、PNG 或 JPEG,不超过 2 MB"}},
                }
            }
        },
    }
}
_REFUSED = ("not_upload", "too_large", "attachment_kind", "file_unreadable", "reading_busy", "attachments_full", "bad_request")


@router.post(
    "/v1/inbox/{id}/attachments",
    status_code=201,
    summary="随答复上传附件",
    openapi_extra=_FILE,
    responses=problems("request_unknown", "already_answered", *GONE, "claimed_by_other", *_REFUSED, "invalid"),
)
async def add_attachment(id: RequestId, request: Request, caller: CurrentCaller) -> AttachmentOut:  # noqa: A002
    """每项申请最多三个,加密保存;需求单位在送达后可以查看。同一文件重复上传不产生变化。"""
    return await run_in_threadpool(_add, id, await read_attachment(request), caller)


async def add_sent(request: UUID, file: UploadFile | None, caller: Caller) -> AttachmentOut:
    """The same for a form that was read already."""
    return await run_in_threadpool(_add, request, await attachment_of(await upload_of(file)), caller)


def _add(request: UUID, file: File, caller: Caller) -> AttachmentOut:
    now = settings().now()
    with transaction() as session:
        override = may_override(session, caller, request)
        _, held = claims.hold(session, request, caller.unit, actor=caller.actor, override=override)
        kept = attachments.add(session, held.verification, held.id, AttachmentUse.REPLY, file, now=now, actor=caller.actor)
        return AttachmentOut.of(kept, file.name)


@router.post(
    "/v1/verifications/{number}/attachments",
    status_code=201,
    summary="随补正上传附件",
    openapi_extra=_FILE,
    responses=problems("number_unknown", "state_conflict", *_REFUSED, "invalid"),
)
async def add_supplement_attachment(number: Number, request: Request, caller: CurrentCaller) -> AttachmentOut:
    """出具单位要求补正期间上传;随后以“补正”提交。"""
    return await run_in_threadpool(_add_supplement, number, await read_attachment(request), caller)


def _add_supplement(number: str, file: File, caller: Caller) -> AttachmentOut:
    with transaction() as session:
        verification(session, caller, number)
        kept = attachments.add_supplement(session, number, file, now=settings().now(), actor=caller.actor)
        return AttachmentOut.of(kept, file.name)


@router.post(
    "/v1/verifications/{number}/mismatch/attachments",
    status_code=201,
    summary="随不符上传附件",
    openapi_extra=_FILE,
    responses=problems("number_unknown", "mismatch_closed", *_REFUSED, "invalid"),
)
async def add_mismatch_attachment(number: Number, request: Request, caller: CurrentCaller) -> AttachmentOut:
    """报告不符之后、核实完毕之前上传申请人补充的材料,送负责核实的出具单位。"""
    return await run_in_threadpool(_add_to_mismatch, number, await read_attachment(request), caller)


def _add_to_mismatch(number: str, file: File, caller: Caller) -> AttachmentOut:
    with transaction() as session:
        verification(session, caller, number)
        kept = attachments.add_to_mismatch(session, number, file, now=settings().now(), actor=caller.actor)
        return AttachmentOut.of(kept, file.name)


@router.get("/v1/verifications/{number}/attachments", summary="附件清单", responses=problems("number_unknown", "quota_spent", "invalid"))
def get_attachments(number: Number, caller: CurrentCaller) -> AttachmentsOut:
    """需求单位看到自己上传的附件,送达后看到答复附件;出具单位看到待办申请的附件,答复之后只看到自己的答复附件。查看有记录。"""
    with transaction() as session:
        taking_part(session, caller, number)
        found = attachments.visible(session, caller.unit, number)
        if found:  # names of files name people
            record_reading(session, caller, number, "attachments")
        return AttachmentsOut(items=[AttachmentOut.of(kept, name) for kept, name in found])


@router.get(
    "/v1/attachments/{id}",
    summary="下载附件",
    response_class=Response,
    responses=problems("attachment_unknown", "erased", "quota_spent", "invalid", also={200: {"content": {"application/octet-stream": {}}}}),
)
def get_attachment(id: Annotated[UUID, Path(description="附件的编号")], caller: CurrentCaller) -> Response:  # noqa: A002
    """每次下载都有记录。"""
    with transaction() as session:
        found = attachments.open_one(session, caller.unit, id)
        if found is None:
            raise Problem("attachment_unknown")
        row, file = found
        record_reading(session, caller, row.verification, "attachment")
    # A stranger's file is never shown by the browser itself, whatever it holds.
    headers = {"Content-Disposition": f'attachment; filename="{row.id}{_SUFFIXES[file.media_type]}"'}
    return Response(file.content, media_type=file.media_type, headers=headers)


_SUFFIXES = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}
