"""上传文件: read in memory, never on a disk, and checked for being what it claims."""

from __future__ import annotations

import zlib
from io import BytesIO

from fastapi import Request
from pyhanko.pdf_utils.reader import PdfFileReader
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from domain.inbox import ATTACHMENT_BYTES
from gateway.bodies import UPLOAD_LIMIT, is_clean
from gateway.problems import Problem
from ledger.attachments import File

_PNG = b"\x89PNG\r\n\x1a\n"


class _InMemory(MultiPartParser):
    """A form whose file never touches a disk: it may be somebody's proof."""

    spool_max_size = UPLOAD_LIMIT * 2


async def read_form(request: Request) -> tuple[str, bytes]:
    """Name and content of the form's `file`; empty where there is none. Raises Problem `bad_request`."""
    try:
        form = await _InMemory(request.headers, request.stream(), max_files=1, max_fields=5).parse()
    except (MultiPartException, KeyError, ValueError):
        raise Problem("bad_request") from None
    try:
        file = form.get("file")
        return (file.filename or "", await file.read()) if isinstance(file, UploadFile) else ("", b"")
    finally:
        await form.close()


async def read_attachment(request: Request) -> File:
    """The attachment of a form. Its type is what its bytes are, not what its name says.

    Raises Problem `not_upload`, `too_large`, `attachment_kind`.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    name, content = await read_form(request) if media == "multipart/form-data" else ("", b"")
    if not content:
        raise Problem("not_upload")
    if len(content) > ATTACHMENT_BYTES:
        raise Problem("too_large", detail="附件超过 2 MB。")
    kind = media_type(content)
    if kind is None or not name or len(name) > 100 or not is_clean(name):
        raise Problem("attachment_kind")
    return File(name, kind, content)


def media_type(content: bytes) -> str | None:
    """The type of a whole PDF, PNG or JPEG; None for anything else, and for a file that was cut off."""
    if content.startswith(b"%PDF-"):
        return "application/pdf" if _is_pdf(content) else None
    if content.startswith(_PNG):
        return "image/png" if _is_png(content) else None
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg" if content.rstrip(b"\x00").endswith(b"\xff\xd9") else None
    return None


def _is_pdf(content: bytes) -> bool:
    try:
        return int(PdfFileReader(BytesIO(content)).root["/Pages"]["/Count"]) > 0
    except Exception:  # whatever a parser says of a stranger's file: it is not a PDF that anybody can open
        return False


def _is_png(content: bytes) -> bool:
    """Every chunk whole and with its checksum, the last one the end."""
    at = len(_PNG)
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4])
        end = at + 12 + length
        if end > len(content) or zlib.crc32(content[at + 4 : end - 4]) != int.from_bytes(content[end - 4 : end]):
            return False
        if content[at + 4 : at + 8] == b"IEND":
            return end == len(content)
        at = end
    return False
