"""The package of a stranger's OFD (obligation 11.1): bombs, doubled names and damage are told and take nothing along."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
import zlib

import pytest

import proofs.ofd.judgement
from domain.status_places import Place
from guomi import ofd
from isolation.process import Limits, ProcessDied
from proofs.check import place_of
from proofs.ofd.document import render_ofd
from proofs.verdicts import Verdict
from tests.proofs.ofd.samples import changed, judged, parts, said, sealed
from tests.proofs.samples import page


@pytest.fixture(autouse=True)
def _here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in `test_judgement`: in this process, but for the test that ends one."""
    if request.node.name != "test_a_reader_that_dies_takes_nothing_along":
        monkeypatch.setattr(proofs.ofd.judgement, "read", lambda function, *args, limits: function(*args))


def _doubled() -> bytes:
    """The root's name twice in the directory: programs differ in which one they read."""
    out = io.BytesIO(sealed())
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(out, "a") as package:
        package.writestr(ofd.ROOT, b"<ofd:OFD/>")
    return out.getvalue()


@pytest.mark.parametrize(
    "package",
    [
        lambda: _doubled(),
        lambda: changed(sealed(), {"doc_0/document.XML": b"x"}),
        lambda: changed(sealed(), {"../outside.xml": b"x"}),
        lambda: changed(sealed(), {"/outside.xml": b"x"}),
        lambda: changed(sealed(), {"C:\\outside.xml": b"x"}),
        lambda: changed(sealed(), {f"Doc_0/{number}.xml": b"x" for number in range(250)}),
        lambda: changed(sealed(), {"Doc_0/bomb": bytes(17 * 2**20)}),
        lambda: changed(sealed(), {f"Doc_0/bomb_{one}": bytes(15 * 2**20) for one in range(5)}),
        lambda: sealed()[: len(sealed()) // 2],
        lambda: sealed()[:-8],
        lambda: _crc_wrong(),
        lambda: _encrypted(),
    ],
    ids=["twice", "twice but for case", "up", "root", "drive", "many", "bomb", "bombs", "half", "cut", "crc", "encrypted"],
)
def test_a_package_that_is_none_of_ours_is_told_and_takes_nothing_along(package) -> None:  # type: ignore[no-untyped-def]
    found = judged(package())
    assert found.verdict in (Verdict.ALTERED, Verdict.NOT_PDF, Verdict.FOREIGN) and "+" not in said(found)


def _crc_wrong() -> bytes:
    whole = bytearray(sealed())
    at = whole.index(b"PK\x01\x02") + 16
    whole[at] ^= 1
    return bytes(whole)


def _encrypted() -> bytes:
    whole = bytearray(sealed())
    whole[whole.index(b"PK\x01\x02") + 8] |= 1
    return bytes(whole)


def test_a_reader_that_dies_takes_nothing_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs.ofd.judgement, "LIMITS", Limits(memory=2**20, seconds=5, patience=60))
    with pytest.raises(ProcessDied):
        judged(changed(sealed(), {"Doc_0/large": bytes(15 * 2**20)}))


def test_its_place_in_the_lists_is_read() -> None:
    """Obligation 16.8."""
    place = Place("https://proof.example.invalid/status/1", 7)
    assert place_of(render_ofd(page(status=place))) == place
    assert place_of(sealed()) is None
    assert place_of(changed(sealed(), {ofd.ATTACHED: json.dumps({"status": 1}).encode()})) is None


LATER = "Doc_0/Signs/Sign_1/SignedValue.dat"


def _entry(name: str, content: bytes) -> bytes:
    """A part as it stands in a package, which no directory names."""
    packed = zlib.compress(content)[2:-4]
    sizes = zlib.crc32(content), len(packed), len(content), len(name), 0
    return struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 0, *sizes) + name.encode() + packed


def _moved(put: bytes, at_start: bool) -> bytes:
    """Bytes before all parts, or between the last of them and the directory; every place in the directory is right."""
    whole = bytearray(sealed())
    end = len(whole) - 22
    start = line = struct.unpack_from("<I", whole, end + 16)[0]
    while at_start and whole[line : line + 4] == b"PK\1\2":
        name, extra, remark, place = *struct.unpack_from("<3H", whole, line + 28), struct.unpack_from("<I", whole, line + 42)[0]
        struct.pack_into("<I", whole, line + 42, place + len(put))
        line += 46 + name + extra + remark
    struct.pack_into("<I", whole, end + 16, start + len(put))
    cut = 0 if at_start else start
    return bytes(whole[:cut]) + put + bytes(whole[cut:])


class _Stream(io.BytesIO):
    """What cannot be gone back in: the sizes come behind each part."""

    def tell(self) -> int:
        raise OSError


def _packed(extra: bytes = b"", remark: bytes = b"", kind: int = 0o100000, folder: int = 0, into: type[io.BytesIO] = io.BytesIO) -> bytes:
    out = into()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts(sealed()).items():
            one = zipfile.ZipInfo(name)
            one.extra, one.comment, one.external_attr = extra, remark, (kind | 0o600) << 16 | folder
            package.writestr(one, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _said_otherwise(offset: int) -> bytes:
    """The first part's own head says another method, time or name's kind than the directory."""
    whole = bytearray(sealed())
    whole[offset] ^= 1
    return bytes(whole)


@pytest.mark.parametrize(
    "package",
    [
        lambda: changed(sealed(), {"Doc_0/Annots/Page_0.xml": b"<ofd:Annots/>"}),
        lambda: changed(sealed(), {ofd.SIGNATURES: ofd.listed().replace(b"MaxSignId>1", b"MaxSignId>2"), LATER: b"x"}),
        lambda: _moved(_entry(ofd.ROOT, b"<ofd:OFD/>"), at_start=True),
        lambda: _moved(_entry("Doc_0/Pages/Page_0/Content.xml", b"<ofd:Page/>"), at_start=False),
        lambda: _moved(_entry("a.pdf", b"%PDF-1.7"), at_start=True),
        lambda: sealed() + bytes(9),
        lambda: sealed()[:-2] + b"\x06\0forged",
        lambda: _packed(extra=struct.pack("<HHBI", 0x7075, 10, 1, 0) + b"x.xml"),
        lambda: _packed(remark=b"forged"),
        lambda: _packed(kind=0o120000),
        lambda: _packed(folder=0x10),
        lambda: changed(sealed(), {"Doc_0/Res/font_10.otf/": b""}),
        lambda: _packed(into=_Stream),
        lambda: _said_otherwise(8),
        lambda: _said_otherwise(10),
        lambda: _said_otherwise(14),
    ],
    ids=[
        "part",
        "list",
        "first",
        "between",
        "pdf",
        "tail",
        "comment",
        "renamed",
        "remark",
        "link",
        "marked",
        "folder",
        "stream",
        "method",
        "time",
        "crc",
    ],
)
def test_what_another_program_may_read_otherwise_is_not_whole_where_no_ledger_is_asked(package) -> None:  # type: ignore[no-untyped-def]
    """Obligation 11.1, offline: no digest speaks there, and readers differ in whether the directory or the parts' own heads are right."""
    content = package()
    found = judged(content, digest=hashlib.sha256(content).hexdigest())
    assert found.verdict is Verdict.LATER_REVISION and not found.holds and said(found)[3] == "-"
    assert judged(content, digest="00" * 32).verdict is Verdict.LATER_REVISION


def test_a_proof_of_ours_is_bare() -> None:
    assert ofd.bare(sealed()) and ofd.bare(_packed()) and not ofd.bare(b"PK")
