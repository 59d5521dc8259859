"""附件的类型: files as other programs write them, and what nobody here could open."""

from __future__ import annotations

from io import BytesIO

import pytest
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, NumberObject, pdf_name
from pyhanko.pdf_utils.writer import PdfFileWriter

from gateway.edge.media import media_type


def locked(user: str | None) -> bytes:
    """A page whose tree lies in a stream of objects, as office programs write it; `user`: the password that opens it."""
    writer = PdfFileWriter(stream_xrefs=True)
    if user is not None:
        writer.encrypt("owner", user)
    packed = writer.prepare_object_stream()
    page = DictionaryObject({pdf_name("/Type"): pdf_name("/Page"), pdf_name("/MediaBox"): ArrayObject(map(NumberObject, (0, 0, 9, 9)))})
    tree = {"/Type": pdf_name("/Pages"), "/Count": NumberObject(1), "/Kids": ArrayObject([writer.add_object(page, obj_stream=packed)])}
    pages = DictionaryObject({pdf_name(key): value for key, value in tree.items()})
    writer.root["/Pages"] = writer.add_object(pages, obj_stream=packed)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("user", "kind"),
    [(None, "application/pdf"), ("", "application/pdf"), ("secret", None)],
    ids=["open", "protected against changes", "asks for a password"],
)
def test_a_document_that_opens_without_a_password_is_taken_and_no_other(user: str | None, kind: str | None) -> None:
    assert media_type(locked(user)) == kind
