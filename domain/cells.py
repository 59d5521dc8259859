"""单元格: text as it may stand in a table that people open with a spreadsheet. Lists that go back and
registers use it; the report's workbook, which is never saved as CSV by us, marks its cells as text instead."""

from __future__ import annotations

import re

_LONGEST = 32_000  #: characters in a cell: a spreadsheet takes 32,767
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  #: what XML cannot hold
#: What a spreadsheet would take for a formula, here or after being saved as CSV.
_FORMULA = re.compile("^[\\s\u00a0\u3000\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r\n]")


#: What keeps a text from being taken for a number or a formula, in our own files too.
_GUARDED = re.compile("'(?=[0-9=+\\-@\uff1d\uff0b\uff0d\uff20])")


def meant(text: str) -> str:
    """The text without the apostrophe that guards it: '00123 is 00123, and what `safe` put before a text is taken off again."""
    return _GUARDED.sub("", text, count=1) if text.startswith("'") else text


def printable(text: str) -> str:
    """What a cell of a workbook can hold, where it is marked as text."""
    return _ILLEGAL.sub("", text)[:_LONGEST]


def safe(text: str) -> str:
    """Text that no spreadsheet computes, also after it was saved as CSV."""
    text = printable(text)
    return f"'{text}" if _FORMULA.match(text) else text


#: What a spreadsheet that opens a CSV takes for a number or a day: more than fifteen digits lose their last ones, 007 its noughts, 1-2-3
#: becomes a day. 2026-03-04 may become one.
_TAKEN_OTHERWISE = re.compile(r"\d{12,}|0\d+|\d+[Ee]\d+|(?!\d{4}-\d\d-\d\d$)\d{1,4}[-/]\d{1,2}(?:[-/]\d{1,4})?")


def as_it_stands(text: str) -> str:
    """`safe`, and text that people see in a spreadsheet as it was written: case numbers, codes, file numbers."""
    text = safe(text)
    return f"'{text}" if _TAKEN_OTHERWISE.fullmatch(text) else text
