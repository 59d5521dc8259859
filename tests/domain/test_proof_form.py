from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.proof_form import Form, form_of
from tests.ofd_files import ofd, zipped


def test_a_form_says_how_it_is_called() -> None:
    assert [(one.label, one.media_type, one.suffix) for one in Form] == [
        ("PDF", "application/pdf", ".pdf"),
        ("OFD", "application/ofd", ".ofd"),
    ]


@pytest.mark.parametrize("first", [True, False])
def test_a_zip_with_ofds_root_is_an_ofd_wherever_it_stands_in_it(first: bool) -> None:
    names = ["OFD.xml", "Doc_0/Document.xml"]
    assert form_of(zipped(dict.fromkeys(names if first else reversed(names), b"<a/>"))) is Form.OFD


def test_other_files_are_none() -> None:
    workbook = {"[Content_Types].xml": b"", "xl/workbook.xml": b""}
    assert [form_of(one) for one in (b"", b"PK", b"PK\x03\x04", b"<OFD.xml/>", zipped(workbook), zipped({"ofd.XML/a": b""}))] == [None] * 6
    assert form_of(b"%PDF-1.7\n") is form_of(b" " * 900 + b"%PDF-1.7\n") is Form.PDF


def test_an_ofd_inside_a_zip_is_not_one() -> None:
    """Somebody packed it once more: its name stands in the file, and it is stored as it was."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as out:
        out.writestr("证明.ofd", ofd())
    assert form_of(held.getvalue()) is None


def test_a_damaged_ofd_is_still_called_one() -> None:
    """So that it is told as damaged, and not as a file of some other kind."""
    whole = ofd()
    assert form_of(whole[:-40]) is form_of(whole + b"x" * 200_000) is Form.OFD


@given(st.binary(max_size=120), st.integers(0, 2**32 - 1), st.integers(0, 2**16 - 1))
def test_no_directory_makes_it_fail(middle: bytes, at: int, many: int) -> None:
    end = b"PK\x05\x06" + bytes(4) + bytes(2) + many.to_bytes(2, "little") + bytes(4) + at.to_bytes(4, "little") + bytes(2)
    assert form_of(b"PK\x03\x04" + middle + end) in (None, Form.PDF)
