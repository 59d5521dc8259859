"""文件的种类, told by its content: whatever a file is called, somebody renamed one. What is no table is named, with the
way to save it rightly."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from enum import Enum

from domain.refusal import Refusal

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = "请用 Excel 或 WPS 打开后,“另存为”XLSX 工作簿再报送。"
_COPY_OUT = "请把其中的表格复制到 Excel 或 WPS 表格,“另存为”XLSX 工作簿再报送。"
_TYPE_IT = "请报送原来的电子表格;没有的,请把内容逐行录入 XLSX 表格再报送。"
_NOT_A_TABLE = "请报送表格本身:XLSX、XLS、CSV,或 DOCX 里的表格。"


class FileRefused(Refusal, code="complaint_file"):
    """The file as a whole cannot be read: `fault` names why. Of lists it goes on the record; who waits for it is the
    sender of complaints."""

    def __init__(self, fault: str, text: str, remedy: str) -> None:
        super().__init__(text, remedy=remedy)
        self.fault = fault


@dataclass(frozen=True)
class _Kind:
    what: str
    remedy: str = _NOT_A_TABLE


_HEADS = {
    b"%PDF-": _Kind("PDF 文件"),
    b"\x89PNG\r\n\x1a\n": _Kind("图片", _TYPE_IT),
    b"\xff\xd8\xff": _Kind("图片", _TYPE_IT),
    b"GIF8": _Kind("图片", _TYPE_IT),
    b"BM": _Kind("图片", _TYPE_IT),
    b"{\\rtf": _Kind("RTF 文档", _COPY_OUT),
    b"Rar!": _Kind("压缩包", "请解压后逐个报送其中的表格。"),
    b"7z\xbc\xaf\x27\x1c": _Kind("压缩包", "请解压后逐个报送其中的表格。"),
}
#: A member that only one kind of ZIP archive has.
_MEMBERS = {
    "xl/workbook.bin": _Kind("XLSB 二进制工作簿", _SAVE_AS),
    "ppt/presentation.xml": _Kind("演示文稿"),
    "OFD.xml": _Kind("OFD 文件"),
    "content.xml": _Kind("OpenDocument 文件", _SAVE_AS),
}
#: A stream that only one kind of OLE file has, as its directory writes it.
_STREAMS = {
    "EncryptedPackage": _Kind("设有打开密码的文件", "请取消密码后重新报送。"),
    "WordDocument": _Kind("Word 97-2003 文档(.doc)或 WPS 文字(.wps)", "请用 Word 或 WPS 打开后,“另存为”DOCX 文档再报送。"),
    "PowerPoint Document": _Kind("演示文稿"),
}
_MHTML = re.compile(rb"\A\s*MIME-Version:", re.I)


class Form(Enum):
    """In what a table is written that is read by its markup."""

    WORD = "word"
    HTML = "html"
    XML = "xml"


_MARKUP = (
    (re.compile(rb"<(?:\w+:)?Workbook[^>]*urn:schemas-microsoft-com:office:spreadsheet", re.I), Form.XML),
    (re.compile(rb"<(?:!doctype html|html|head|table|tr|td|th|meta|body|style|div)[\s>]", re.I), Form.HTML),
)
_MARKS = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff|\s)*<")
_LOOK_AT = 4096


def refuse_other_kinds(content: bytes) -> None:
    """Raises FileRefused for what is no workbook and no text with separators."""
    kind = next((kind for head, kind in _HEADS.items() if content.startswith(head)), None)
    if kind is None and content.startswith(ZIP):
        kind = _archive(content)
    elif kind is None and content.startswith(OLE):
        kind = next((kind for name, kind in _STREAMS.items() if name.encode("utf-16-le") in content), None)
    elif kind is None and _MHTML.search(_plain(content)):
        kind = _Kind("网页归档(MHTML),只是改了扩展名", _SAVE_AS)
    if kind is not None:
        code = "password" if "密码" in kind.what else "wrong_kind"
        raise FileRefused(code, f"这是{kind.what},不是可以读取的表格。", kind.remedy)


def _names(content: bytes) -> set[str] | None:
    try:
        return set(zipfile.ZipFile(io.BytesIO(content)).namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return None


def _archive(content: bytes) -> _Kind | None:
    names = _names(content)
    if names is None or "word/document.xml" in names:
        return None  # broken: whoever reads it says so
    if any(name.casefold() == "xl/workbook.xml" for name in names):
        return None
    found = next((kind for member, kind in _MEMBERS.items() if member in names), None)
    return found or (None if "[Content_Types].xml" in names else _Kind("压缩包", "请解压后逐个报送其中的表格。"))


_PICTURES = re.compile("(xl|word)/media/.+")


def only_pictures(content: bytes) -> FileRefused | None:
    """Why a workbook or a document without a table cannot be read that holds pictures: somebody scanned the list."""
    names = _names(content) if content.startswith(ZIP) else None
    if not any(map(_PICTURES.fullmatch, names or ())):
        return None
    return FileRefused("scanned", "文件里只有图片(扫描件或截图),没有可以读取的表格文字。", _TYPE_IT)


def form_of(content: bytes) -> Form | None:
    """The markup in which the file is written; None for a workbook and for text with separators. Raises FileRefused."""
    refuse_other_kinds(content)
    if content.startswith(ZIP):
        return Form.WORD if "word/document.xml" in (_names(content) or ()) else None
    head = _plain(content)
    if content.startswith(OLE) or not _MARKS.match(head):  # marks in the cells of a text with separators make no page of it
        return None
    return next((form for pattern, form in _MARKUP if pattern.search(head)), None)


def page_refused(what: str) -> FileRefused:
    return FileRefused("wrong_kind", f"这是{what},不是可以读取的表格。", _SAVE_AS)


def _plain(content: bytes) -> bytes:
    """How it begins. UTF-16 has a zero in every second byte of markup."""
    head = content[:_LOOK_AT]
    return head.replace(b"\x00", b"") if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head
