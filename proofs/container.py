"""The container of a signature as it stands in a file, read without parsing the file: what its first signature covers, and what not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from asn1crypto.parser import peek  # type: ignore[import-untyped]

_RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]")


@dataclass(frozen=True)
class Container:
    """The signature container as it stands in the file."""

    cms: bytes  #: empty where it cannot be read
    end: int  #: where the signed part ends
    tidy: bool
    """As a signer writes it, zeros after the object: these bytes stand in the file and under no signature."""


def container_of(pdf: bytes) -> Container | None:
    """That of the first signature; None: there is none."""
    match = _RANGE.search(pdf)
    if match is None:
        return None
    before, after, rest = (int(number) for number in match.groups())
    raw = pdf[before + 1 : after - 1]
    try:
        cms = bytes.fromhex(raw.decode("ascii"))
        length = peek(cms)
    except ValueError:
        return Container(b"", after + rest, tidy=False)
    return Container(cms, after + rest, tidy=cms.hex().upper().encode() == raw and not any(cms[length:]))
