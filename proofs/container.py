"""The container of a signature as it stands in a file, read without parsing the file: what its first signature covers, and what not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from asn1crypto.parser import peek  # type: ignore[import-untyped]

_RANGE = re.compile(rb"/ByteRange\s*\[" + rb"\s*(\d{1,20})\b" * 4 + rb"\s*\]")  #: some fill the room for a number with zeros


@dataclass(frozen=True)
class Container:
    """The signature container as it stands in the file."""

    cms: bytes  #: empty where it cannot be read
    end: int  #: where the signed part ends
    tidy: bool
    """From the first byte on, and as a signer writes it, in brackets, zeros after the object: these bytes stand in the file and under no
    signature."""


def container_of(pdf: bytes) -> Container | None:
    """That of the first signature; None: there is none."""
    match = _RANGE.search(pdf)
    if match is None:
        return None
    start, before, after, rest = (int(number) for number in match.groups())
    gap = pdf[before:after]
    raw = gap[1:-1]
    try:
        cms = bytes.fromhex(raw.decode("ascii"))
        length = peek(cms)
    except ValueError:
        return Container(b"", after + rest, tidy=False)
    written = start == 0 and gap == b"<%b>" % raw and raw in (cms.hex().encode(), cms.hex().upper().encode())
    return Container(cms, after + rest, tidy=written and not any(cms[length:]))
