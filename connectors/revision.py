"""追加内容: what a seal, a timestamp or revocation lists put behind a page, so that a PDF/A-3 page stays one (decision 6)."""

from __future__ import annotations

from pyhanko.pdf_utils.extensions import DeveloperExtension
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

_BASE = (1, 7)  #: PDF/A-3 is written in PDF 1.7


class Revision(IncrementalPdfFileWriter):
    """pyHanko's writer, but the file stays of the version that its page says, and the page's metadata stay its own.

    pyHanko would declare PDF 2.0 for the sake of ECDSA, although PAdES names ECDSA for 1.7 too (`/ESIC`, which it declares as well), and
    write the page's metadata anew, with the time of the sealing, which the seal itself says: a millisecond for each seal.
    """

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        super().ensure_output_version(min(version, _BASE))  # type: ignore[no-untyped-call]

    def register_extension(self, ext: DeveloperExtension) -> None:
        if ext.base_version == "/1.7":
            super().register_extension(ext)

    def _update_meta(self) -> None:
        """Nothing: see above."""
