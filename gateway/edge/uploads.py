"""上传文件: taken in memory, never on a disk, and checked for being what it claims."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from anyio import CapacityLimiter, WouldBlock
from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from catalog.reading import MOST_BYTES, OF_LISTS
from domain.clear_text import is_clean
from domain.inbox import ATTACHMENT_BYTES
from gateway.edge.bodies import LARGEST
from gateway.edge.doors import KEYED
from gateway.edge.file_names import with_plain_name
from gateway.edge.media import media_type
from gateway.edge.problems import Problem
from ledger.casework.attachments import File


class _InMemory(MultiPartParser):
    """A form whose file never touches a disk: it may be somebody's proof."""

    spool_max_size = LARGEST * 2

    def on_headers_finished(self) -> None:
        # The library behind the parser drops `filename*` and would take such a file for a field of the form.
        part = self._current_part
        if part.content_disposition is not None:
            part.content_disposition = with_plain_name(part.content_disposition)
        super().on_headers_finished()


@dataclass(frozen=True)
class Upload:
    """The form's `file` as it came: its name, the type that its sender declares, its content; personal data."""

    name: str = ""
    declared: str = ""
    content: bytes = b""

    def __repr__(self) -> str:
        return f"Upload({len(self.content)})"


async def parse_form(request: Request, *, most_fields: int = 5) -> FormData:
    """A form with one file at the most, which never touches a disk. Raises Problem `bad_request`."""
    try:
        return await _InMemory(request.headers, request.stream(), max_files=1, max_fields=most_fields).parse()
    except (MultiPartException, KeyError, ValueError):
        raise Problem("bad_request") from None


async def read_form(request: Request) -> Upload:
    """The form's `file`; empty where there is none. Raises Problem `bad_request`."""
    form = await parse_form(request)
    try:
        file = form.get("file")
        return await upload_of(file if isinstance(file, UploadFile) else None)
    finally:
        await form.close()


async def upload_of(file: UploadFile | None) -> Upload:
    """A file of a form that was read already; empty where there is none."""
    if file is None:
        return Upload()
    return Upload(file.filename or "", (file.content_type or "").partition(";")[0].strip().lower(), await file.read())


#: What an attachment may be: type -> the endings of its name.
_ENDINGS = {"application/pdf": (".pdf",), "image/png": (".png",), "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif")}
#: What older programs call these types.
_ALSO_CALLED = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png", "application/x-pdf": "application/pdf"}
_UNDECLARED = ("", "application/octet-stream")


async def read_attachment(request: Request) -> File:
    """The attachment of a form: a whole file, whose name, declared type and content say the same of it.

    Raises Problem `not_upload`, `too_large`, `attachment_kind`, `file_unreadable`, `reading_busy`.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return await attachment_of(await read_form(request) if media == "multipart/form-data" else Upload())


async def attachment_of(sent: Upload) -> File:
    """What was sent as an attachment. Raises as `read_attachment`."""
    if not sent.content:
        raise Problem("not_upload")
    if len(sent.content) > ATTACHMENT_BYTES:
        raise Problem("too_large", detail="附件超过 2 MB。")
    kind = await KEYED.read(media_type, sent.content)
    if kind is None or len(sent.name) > 100 or not is_clean(sent.name):
        raise Problem("attachment_kind")
    if not sent.name.lower().endswith(_ENDINGS[kind]) or _ALSO_CALLED.get(sent.declared, sent.declared) not in (kind, *_UNDECLARED):
        raise Problem("attachment_kind", detail="文件名的后缀、声明的类型与文件内容不一致。")
    return File(sent.name, kind, sent.content)


async def read_list_file(request: Request, name: str) -> tuple[str, bytes]:
    """A list as a department keeps it: name and content, from a form or as the body itself, called `name` there.

    Of whatever type: what it is worth is judged when it is read. Raises Problem `no_list_file`.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    sent = await read_form(request) if media == "multipart/form-data" else Upload(name, media, await request.body())
    if not sent.content and (media != "multipart/form-data" or not sent.name):
        raise Problem("no_list_file")
    return sent.name, sent.content


@asynccontextmanager
async def one_of_few(request: Request) -> AsyncIterator[None]:
    """A list of a whole province is held in memory until it is in the ledger: few may come at the same time. Whoever announces
    no length may send one. Raises Problem `reading_busy`."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) <= MOST_BYTES:
        yield
        return
    try:
        _large.acquire_on_behalf_of_nowait(request)
    except WouldBlock:
        raise Problem("reading_busy", headers={"Retry-After": "60"}) from None
    try:
        yield
    finally:
        _large.release_on_behalf_of(request)


_large = CapacityLimiter(2)
_BINARY = {"schema": {"type": "string", "format": "binary"}}


def _file(most: str) -> dict[str, Any]:
    file = _BINARY["schema"] | {"description": f"不超过 {most}"}
    form = {"type": "object", "required": ["file"], "properties": {"file": file}}
    content = {"multipart/form-data": {"schema": form}, "application/octet-stream": _BINARY, "text/csv": _BINARY}
    return {"requestBody": {"required": True, "content": content}}


FILE, LIST_FILE = _file(f"{MOST_BYTES // 2**20} MB"), _file(f"{OF_LISTS.bytes // 2**20} MB")
