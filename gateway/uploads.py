"""上传文件: read in memory, never on a disk, and checked for being what it claims."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from io import BytesIO

from fastapi import Request
from pyhanko.pdf_utils.reader import PdfFileReader
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from domain.inbox import ATTACHMENT_BYTES
from gateway.bodies import LARGEST, is_clean
from gateway.file_names import with_plain_name
from gateway.problems import Problem
from ledger.attachments import File

_PNG = b"\x89PNG\r\n\x1a\n"


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
class Sent:
    """The form's `file` as it came: its name, the type that its sender declares, its content; personal data."""

    name: str = ""
    declared: str = ""
    content: bytes = b""

    def __repr__(self) -> str:
        return f"Sent({len(self.content)})"


async def read_form(request: Request) -> Sent:
    """The form's `file`; empty where there is none. Raises Problem `bad_request`."""
    try:
        form = await _InMemory(request.headers, request.stream(), max_files=1, max_fields=5).parse()
    except (MultiPartException, KeyError, ValueError):
        raise Problem("bad_request") from None
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            return Sent()
        return Sent(file.filename or "", (file.content_type or "").partition(";")[0].strip().lower(), await file.read())
    finally:
        await form.close()


#: What an attachment may be: type -> the endings of its name.
_ENDINGS = {"application/pdf": (".pdf",), "image/png": (".png",), "image/jpeg": (".jpg", ".jpeg")}
_UNDECLARED = ("", "application/octet-stream")


async def read_attachment(request: Request) -> File:
    """The attachment of a form: a whole file, whose name, declared type and content say the same of it.

    Raises Problem `not_upload`, `too_large`, `attachment_kind`.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    sent = await read_form(request) if media == "multipart/form-data" else Sent()
    if not sent.content:
        raise Problem("not_upload")
    if len(sent.content) > ATTACHMENT_BYTES:
        raise Problem("too_large", detail="附件超过 2 MB。")
    kind = media_type(sent.content)
    if kind is None or len(sent.name) > 100 or not is_clean(sent.name):
        raise Problem("attachment_kind")
    if not sent.name.lower().endswith(_ENDINGS[kind]) or sent.declared not in (kind, *_UNDECLARED):
        raise Problem("attachment_kind", detail="文件名的后缀、声明的类型与文件内容不一致。")
    return File(sent.name, kind, sent.content)


async def read_list_file(request: Request, name: str) -> tuple[str, bytes]:
    """A list as a department keeps it: name and content, from a form or as the body itself, called `name` there.

    Of whatever type: what it is worth is judged when it is read. Raises Problem `no_list_file`.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    sent = await read_form(request) if media == "multipart/form-data" else Sent(name, media, await request.body())
    if not sent.content and (media != "multipart/form-data" or not sent.name):
        raise Problem("no_list_file")
    return sent.name, sent.content


def media_type(content: bytes) -> str | None:
    """The type of a whole PDF, PNG or JPEG; None for anything else, and for a file that was cut off."""
    if content.startswith(b"%PDF-"):
        return "application/pdf" if _is_pdf(content) else None
    if content.startswith(_PNG):
        return "image/png" if _is_png(content) else None
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg" if _is_jpeg(content) else None
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


def _is_jpeg(content: bytes) -> bool:
    """Every segment whole, a picture of some size among them, its data up to the end mark; after it nothing but
    padding or a further picture, as cameras write them.

    The pixels are not decoded: of two megabytes a stranger can make gigabytes of them.
    """
    at, sized = 2, False
    while content[at : at + 1] == b"\xff" and at + 2 <= len(content):
        mark = content[at + 1]
        if mark == _FILL:
            at += 1
            continue
        if mark == _END:
            rest = content[at + 2 :].strip(b"\x00")
            return sized and (not rest or (rest.startswith(b"\xff\xd8\xff") and _is_jpeg(rest)))
        length = int.from_bytes(content[at + 2 : at + 4])
        if length < 2 or at + 2 + length > len(content):
            return False
        if mark in _FRAMES:
            sized = length >= 11 and all(int.from_bytes(content[at + place : at + place + 2]) for place in (5, 7))
        at += 2 + length
        if mark == _SCAN:
            at = _end_of_scan(content, at)
    return False


_FILL, _END, _SCAN = 0xFF, 0xD9, 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  #: SOF: height and width of the picture
_IN_SCAN = frozenset({0x00, *range(0xD0, 0xD8)})  #: stuffing and restarts belong to a scan's data


def _end_of_scan(content: bytes, at: int) -> int:
    """Where the data of a scan end: at the next mark that does not belong to them."""
    while (at := content.find(b"\xff", at)) >= 0 and content[at + 1 : at + 2] and content[at + 1] in _IN_SCAN:
        at += 2
    return at if at >= 0 else len(content)
