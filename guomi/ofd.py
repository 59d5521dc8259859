"""OFD 文件包 (GB/T 33190): how a sealed document of ours is packed, for who seals it and for who checks it.

Every part stands in the package once, in a fixed order and without the hour, so that the same parts give the same bytes.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from xml.sax.saxutils import escape

from guomi.ses import SM2_WITH_SM3, SM3
from guomi.sm2 import sm3

NAMESPACE = "http://www.ofdspec.org/2016"
ROOT, SIGNATURES = "OFD.xml", "Doc_0/Signs/Signatures.xml"
SIGNATURE, SEAL, VALUE = (f"Doc_0/Signs/Sign_0/{name}" for name in ("Signature.xml", "Seal.esl", "SignedValue.dat"))
"""The parts of the only signature: what it covers, with what seal, and the signature's value. None of the three can cover itself."""
OWN = (SIGNATURE, SEAL, VALUE)
ATTACHED = "Doc_0/Attachs/proof.json"
PAGE = 1  #: the only page's ID
_AT = (2022, 6, 28, 0, 0, 0)
_PART, _LISTED, _END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")  #: ZIP: APPNOTE 4.3.7, .12, .16
_NAMES_IN_UTF_8 = 0x800
_FILES, _FOLDER = (0, 8), 0x10  #: kinds of entries, as Unix numbers them: anything else may be a link; and as DOS marks a folder


def tag(name: str, content: str, attributes: str = "") -> bytes:
    """A part in XML. `content` is markup."""
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<ofd:{name} xmlns:ofd="{NAMESPACE}"'
    return f"{head}{' ' + attributes if attributes else ''}>{content}</ofd:{name}>".encode()


def packed(files: Mapping[str, bytes], *, small: bool = True) -> bytes:
    """In the order in which they are given. `small`: not where somebody packs it again at once."""
    output, way = BytesIO(), zipfile.ZIP_DEFLATED if small else zipfile.ZIP_STORED
    with zipfile.ZipFile(output, "w") as package:
        for name, content in files.items():
            package.writestr(zipfile.ZipInfo(name, _AT), content, way)
    return output.getvalue()


def bare(package: bytes) -> bool:
    """Whether a ZIP is the parts that its directory lists and nothing beside them, each said alike there and where it stands. Programs
    differ in which of both they believe, and in what they make of added fields: such a package may look otherwise elsewhere."""
    try:
        return _bare(package)
    except (struct.error, zlib.error):
        return False


def _bare(package: bytes) -> bool:
    end = len(package) - _END.size
    mark, disk, first, here, many, size, start, comment = _END.unpack_from(package, end)
    if mark != b"PK\5\6" or disk or first or here != many or comment or start + size != end:
        return False
    at, line = 0, start
    for _ in range(many):
        mark, _, *said, name, extra, remark, disk, _, attributes, place = _LISTED.unpack_from(package, line)
        head, *alike, long, more = _PART.unpack_from(package, at)
        if (mark, head, place, disk, extra, more, remark) != (b"PK\1\2", b"PK\3\4", at, 0, 0, 0, 0) or (said, name) != (alike, long):
            return False
        _, flags, method, _, _, _, packed_size, whole = said
        body, next_line = at + _PART.size + name, line + _LISTED.size + name
        called = package[at + _PART.size : body]
        if called != package[line + _LISTED.size : next_line] or called.endswith(b"/") or not _is_file(attributes):
            return False  # a folder may take a font's place where it is unpacked
        at, line = body + packed_size, next_line
        if flags & ~_NAMES_IN_UTF_8 or not _fills(package[body:at], method, whole):
            return False
    return (at, line) == (start, end)


def _is_file(attributes: int) -> bool:
    return attributes >> 28 in _FILES and not attributes & _FOLDER


def _fills(content: bytes, method: int, size: int) -> bool:
    """Whether it is all of one part, which has this size unpacked."""
    if method == zipfile.ZIP_STORED:
        return len(content) == size
    opened = zlib.decompressobj(-zlib.MAX_WBITS)
    return len(opened.decompress(content, size + 1)) == size and opened.eof and not opened.unused_data


def listed() -> bytes:
    """签名列表: that there is one signature. It is covered itself, so that no second one can be added unseen."""
    only = f'<ofd:MaxSignId>1</ofd:MaxSignId><ofd:Signature ID="1" Type="Seal" BaseLoc="/{SIGNATURE}"/>'
    return tag("Signatures", only)


def described(covered: Mapping[str, bytes], box: tuple[float, float, float, float], at: datetime) -> bytes:
    """签名描述: each part by its SM3, and where the seal's face stands. `box`: left, top, width, height in millimetres."""
    references = "".join(
        f'<ofd:Reference FileRef="/{escape(name)}"><ofd:CheckValue>{b64encode(sm3(content)).decode()}</ofd:CheckValue></ofd:Reference>'
        for name, content in covered.items()
    )
    place = " ".join(f"{one:.2f}" for one in box)
    return tag(
        "Signature",
        '<ofd:SignedInfo><ofd:Provider ProviderName="proofless" Company="proofless" Version="1"/>'
        f"<ofd:SignatureMethod>{SM2_WITH_SM3}</ofd:SignatureMethod>"
        f"<ofd:SignatureDateTime>{at.astimezone(UTC):%Y%m%d%H%M%SZ}</ofd:SignatureDateTime>"
        f'<ofd:References CheckMethod="{SM3}">{references}</ofd:References>'
        f'<ofd:StampAnnot ID="1" PageRef="{PAGE}" Boundary="{place}"/><ofd:Seal><ofd:BaseLoc>/{SEAL}</ofd:BaseLoc></ofd:Seal>'
        f"</ofd:SignedInfo><ofd:SignedValue>/{VALUE}</ofd:SignedValue>",
    )
