"""单元格: text as it may stand in a table that people open with a spreadsheet. Lists that go back and
registers use it; the report's workbook, which is never saved as CSV by us, marks its cells as text instead."""

from __future__ import annotations

import re

_LONGEST = 32_000  #: characters in a cell: a spreadsheet takes 32,767
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  #: what XML cannot hold
#: What a spreadsheet would take for a formula, here or after being saved as CSV.
_FORMULA = re.compile("^[\\s\u00a0\u3000\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r\n]")


def safe(text: str) -> str:
    """Text that no spreadsheet computes, also after it was saved as CSV."""
    text = _ILLEGAL.sub("", text)[:_LONGEST]
    return f"'{text}" if _FORMULA.match(text) else text
