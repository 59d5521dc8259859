"""应答: reading what a source sent back, without trusting it."""

from __future__ import annotations

import re
from typing import Any

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_36

PATH = r"^[\w]+(\[\w+=[^\]]+\])?(\.[\w]+(\[\w+=[^\]]+\])?)*$"
"""`data.rows`, or `surface[name=户主].value`: the value of the entry of a list whose name is 户主."""

_SEGMENT = re.compile(r"(\w+)(?:\[(\w+)=([^\]]+)\])?")
_MAGIC = (b"%PDF-", b"\x89PNG\r\n\x1a\n")


def pick(value: Any, path: str) -> Any:
    """What stands at `path` in parsed JSON, or None where anything on the way is missing or of another kind."""
    for key, name, wanted in _SEGMENT.findall(path):
        value = value.get(key) if isinstance(value, dict) else None
        if name:
            entries = value if isinstance(value, list) else []
            value = next((e for e in entries if isinstance(e, dict) and e.get(name) == wanted), None)
    return value


def text_at(value: Any, path: str | None) -> str:
    """The text at `path`, stripped; numbers as text; "" for what is missing or no single value."""
    found = pick(value, path) if path else None
    return str(found).strip() if isinstance(found, str | int | float) and not isinstance(found, bool) else ""


def is_document(body: bytes) -> bool:
    """Whether these bytes begin as a PDF, PNG or OFD (a ZIP with OFD.xml) does. Sources send plain text instead."""
    return body.startswith(_MAGIC) or (body.startswith(b"PK\x03\x04") and b"OFD.xml" in body)


def identifier_checks(identifier: str) -> bool:
    """Whether the check character of an 电子证照标识 `1.2.156.3005.2.<type>.<issuer>.<serial>.<version>.<check>`
    is right: ISO 7064 MOD 37,36 over the last parts without dots."""
    prefix, parts = identifier[:15], identifier[15:].split(".")
    if prefix != "1.2.156.3005.2." or len(parts) != 5:
        return False
    try:
        mod_37_36.validate("".join(parts).upper())
    except (ValidationError, ValueError):
        return False
    return True
