"""验真 of documents that are no proofs of ours (obligation 11.1): signed elsewhere, or by another program under our authority. What is not
known of them is not said: least of all that somebody altered them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from proofs.check import check
from proofs.page import render
from tests.proofs.samples import page, seals, use

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
RANGE = re.compile(rb"/ByteRange \[0 (\d+) (\d+) (\d+) *\] *")


def _ranged(pdf: bytes, written: bytes) -> bytes:
    """The range of its signature, written in another way and in the same room."""
    found = RANGE.search(pdf)
    assert found is not None
    other = written % tuple(int(number) for number in found.groups())
    assert len(other) <= len(found[0])
    return pdf.replace(found[0], other.ljust(len(found[0])))


@pytest.mark.parametrize(
    "written",
    [b"/ByteRange [0 %d %d %d]", b"/ByteRange[ 00 %d %d %d ]", b"/ByteRange [00000000 %08d %08d %08d]", b"/ByteRange [3 %d %d %d]"],
    ids=["plain", "zero twice", "filled with zeros", "not from the start"],
)
def test_a_document_that_another_authority_signed_is_not_ours_however_its_range_is_written(tmp_path: Path, written: bytes) -> None:
    theirs = seals(tmp_path / "theirs").sign(render(page()), use())
    seals(tmp_path / "ours")
    theirs = theirs.replace("演示证书颁发机构".encode().hex().upper().encode(), "别处证书颁发机构".encode().hex().upper().encode())
    trust = (tmp_path / "ours" / "ca.crt.pem").read_bytes()
    assert check(_ranged(theirs, written), trust, lambda _: None, NOW).verdict.value == "foreign"
