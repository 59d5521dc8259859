"""文件名 of an upload, as clients really send it: the bytes are written out here, not made by a client library."""

from __future__ import annotations

import base64

import anyio
import pytest
from starlette.requests import Request

from gateway.edge.uploads import read_form
from tests.gateway.conftest import ISSUER, Api

PDF_NAME = "收入证明(2026).pdf"
_HEX = "".join(f"%{byte:02X}" for byte in PDF_NAME.encode())

FORMS = {
    "plain": f'filename="{PDF_NAME}"',
    "extended alone": f"filename*=UTF-8''{_HEX}",
    "extended, lower case, with a language": f"filename*=utf-8'zh-CN'{_HEX.lower()}",
    "both, plain first": f"filename=\"ATT0001.pdf\"; filename*=UTF-8''{_HEX}",
    "both, extended first": f"filename*=UTF-8''{_HEX}; filename=\"ATT0001.pdf\"",
    "in pieces": f"filename*0*=UTF-8''{_HEX[:30]}; filename*1*={_HEX[30:]}",
    "encoded word": f'filename="=?utf-8?B?{base64.b64encode(PDF_NAME.encode()).decode()}?="',
    "token": f"filename={PDF_NAME}",
    "upper case": f'FILENAME="{PDF_NAME}"',
    "with a Windows path": f'filename="C:\\\\scan\\\\{PDF_NAME}"',
}


def form(disposition: bytes, content: bytes = b"%PDF-") -> tuple[dict[str, str], bytes]:
    body = b'--line\r\nContent-Disposition: form-data; name="file"; ' + disposition
    body += b"\r\nContent-Type: application/octet-stream\r\n\r\n" + content + b"\r\n--line--\r\n"
    return {"content-type": "multipart/form-data; boundary=line"}, body


def sent(disposition: bytes) -> tuple[str, bytes]:
    headers, body = form(disposition)

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {"type": "http", "method": "POST", "headers": [(name.encode(), value.encode()) for name, value in headers.items()]}
    found = anyio.run(read_form, Request(scope, receive))
    return found.name, found.content


@pytest.mark.parametrize("how", FORMS)
def test_a_name_in_every_form_that_clients_send(how: str) -> None:
    assert sent(FORMS[how].encode()) == (PDF_NAME, b"%PDF-")


def test_the_bytes_of_older_windows_programs() -> None:
    assert sent(FORMS["plain"].encode("gb18030")) == (PDF_NAME, b"%PDF-")
    assert sent(b"filename*=GBK''" + "".join(f"%{byte:02X}" for byte in PDF_NAME.encode("gbk")).encode()) == (PDF_NAME, b"%PDF-")


@pytest.mark.parametrize(
    "written",
    [
        r'filename="C:\用户\张三\{}"',
        r'filename="C:\\Users\\张三\\{}"',
        'filename="/home/zhang/{}"',
        r'filename="\\share\a\{}"',
        "filename*=UTF-8''C%3A%5Ca%5C{}",
    ],
)
def test_a_folder_is_no_part_of_a_name(written: str) -> None:
    """Browsers of before send the whole path."""
    assert sent(written.replace("{}", "表.pdf" if "*" not in written else "%E8%A1%A8.pdf").encode()) == ("表.pdf", b"%PDF-")


def test_an_encoded_word_ends_where_it_ends() -> None:
    assert sent(b'filename="=?UTF-8?B?6KGo?=.pdf"') == ("\u8868.pdf", b"%PDF-")


@pytest.mark.parametrize("name", ['a"b;c.pdf', "a b.pdf", "100%25.pdf", "=?none?B?5riF?=.pdf", "a'b''c.pdf"])
def test_what_only_looks_special_stays_as_it_is(name: str) -> None:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    assert sent(f'filename="{quoted}"'.encode()) == (name, b"%PDF-")


@pytest.mark.parametrize("how", ["extended alone", "both, extended first", "in pieces"])
def test_every_upload_route_takes_it(api: Api, how: str) -> None:
    """Each route answers as it does to a plain name, whatever it then thinks of the file."""
    paths = ["/verify/upload", "/v1/catalog/sources/none/files", "/v1/complaints/file"]
    paths += ["/v1/inbox/00000000-0000-4000-8000-000000000000/attachments"]
    for path in paths:
        answers = []
        for disposition in (FORMS["plain"], FORMS[how]):
            headers, body = form(disposition.encode())
            answers.append(api.call("POST", path, ISSUER, content=body, headers=headers))
        plain, other = answers
        assert plain.status_code == other.status_code and plain.json().get("code") == other.json().get("code"), path
        assert other.json().get("code") not in ("not_upload", "no_list_file", "bad_request"), path
