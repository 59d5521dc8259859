"""Files shaped as OFD (GB/T 33190) for doors that look at a file's form and never open it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping


def zipped(members: Mapping[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in members.items():
            out.writestr(name, content)
    return held.getvalue()


def ofd(said: str = "") -> bytes:
    """Told apart by what it says."""
    root = f'<?xml version="1.0"?><ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" Version="1.2" DocType="OFD">{said}</ofd:OFD>'
    return zipped({"OFD.xml": root.encode(), "Doc_0/Document.xml": b"<ofd:Document/>"})
