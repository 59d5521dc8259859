"""The container of a signature as it stands in a file, read without parsing the file: what its first signature covers, and what not."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from asn1crypto import cms as asn1_cms  # type: ignore[import-untyped]
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
    gap: tuple[int, int] = (0, 0)  #: where it stands: the signature covers what is before and what is after

    def contradicts(self, pdf: bytes) -> bool:
        """Whether the digest that it holds is another than that of the bytes it is over. False: equal, or it cannot be told, as where it
        holds content of its own (a timestamp)."""
        before, after = self.gap
        try:
            signed = asn1_cms.ContentInfo.load(self.cms)["content"]
            signer = signed["signer_infos"][0]
            if signed["encap_content_info"]["content"].native is not None:
                return False
            (said,) = (one["values"][0].native for one in signer["signed_attrs"] if one["type"].native == "message_digest")
            digest = hashlib.new(signer["digest_algorithm"]["algorithm"].native, pdf[:before] + pdf[after : self.end]).digest()
        except (ValueError, TypeError, KeyError, IndexError):  # in the container anything may stand
            return False
        return bool(said != digest)


def container_of(pdf: bytes) -> Container | None:
    """That of the first signature; None: there is none. A document may stand within another one: the ranges of its signatures are
    those of another file, and no container is where they say."""
    first = None
    for match in _RANGE.finditer(pdf):
        found = [int(number) for number in match.groups()]
        first = first or found
        if pdf[found[1] : found[1] + 1] == b"<" and pdf[max(found[2] - 1, 0) : found[2]] == b">":
            first = found
            break
    if first is None:
        return None
    start, before, after, rest = first
    gap = pdf[before:after]
    raw = gap[1:-1]
    try:
        cms = bytes.fromhex(raw.decode("ascii"))
        length = peek(cms)
    except ValueError:
        return Container(b"", after + rest, tidy=False)
    written = start == 0 and gap == b"<%b>" % raw and raw in (cms.hex().encode(), cms.hex().upper().encode())
    return Container(cms, after + rest, written and not any(cms[length:]), (before, after))
