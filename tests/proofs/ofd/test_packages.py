"""The package of a stranger's OFD (obligation 11.1): bombs, doubled names and damage are told and take nothing along."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

import proofs.ofd.judgement
from domain.status_places import Place
from guomi import ofd
from isolation.process import Limits, ProcessDied
from proofs.check import place_of
from proofs.ofd.document import render_ofd
from proofs.verdicts import Verdict
from tests.proofs.ofd.samples import changed, judged, said, sealed
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
