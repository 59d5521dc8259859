"""文件名: the name of an uploaded file in any of the forms that clients send.

RFC 7578 wants `filename="…"` in UTF-8, as browsers send it. Mail libraries that are used for forms send `filename*`
(RFC 2231, in pieces when it is long) or encoded words (RFC 2047) instead, and some send both; older Windows programs
send the bytes of GB 18030.
"""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value


def with_plain_name(disposition: bytes) -> bytes:
    """The header with the file's name once, as `filename="…"` in UTF-8; unchanged where it names no file."""
    message = Message()
    message["Content-Disposition"] = _text(disposition)
    parameters = message.get_params(header="content-disposition", unquote=True) or []
    # Decoded names come after plain ones: where both stand, the one that can hold every character counts.
    names = [value for key, value in parameters if key == "filename"]
    if not names:
        return disposition
    name = re.split(r"[\\/]", _plain(names[-1]))[-1]  # some send the folder too, in which people's names stand
    field = next((value for key, value in parameters if key == "name" and isinstance(value, str)), None)
    start = f'form-data; name="{_quoted(field)}"' if field is not None else "form-data"
    return f'{start}; filename="{_quoted(name)}"'.encode()


def _text(disposition: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return disposition.decode(encoding)
        except UnicodeDecodeError:
            continue
    return disposition.decode("latin-1")


def _plain(value: str | tuple[str | None, str | None, str]) -> str:
    if isinstance(value, tuple):
        return collapse_rfc2231_value((value[0] or "utf-8", value[1], value[2]))
    try:
        return "".join(map(_word, decode_header(value))) if "=?" in value else value
    except (HeaderParseError, LookupError, UnicodeError):
        return value  # it only looked like an encoded word


def _word(part: tuple[str | bytes, str | None]) -> str:
    """One part of a name: between an encoded one and a plain one there is no blank, as there would be in a sentence."""
    text, charset = part
    return text.decode(charset or "ascii") if isinstance(text, bytes) else text


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
