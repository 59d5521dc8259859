"""投诉办理结果 as a file (obligation 18.1): in the layout in which the complaints came, in that system's words."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime

from openpyxl import Workbook
from openpyxl.cell.cell import WriteOnlyCell

from catalog.complaint_layouts import Layout
from domain.calendar import LOCAL
from domain.cells import safe
from ledger.oversight.complaint_outcomes import Outcome


def workbook(layout: Layout, outcomes: Iterable[Outcome]) -> bytes:
    """XLSX with the layout's columns in its order, a row for each complaint; every cell is text. What we do not send back, as who
    reported and what was written, is empty."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(layout.name[:31])
    sheet.append(list(layout.columns))
    field_of = {heading: field for field, heading in layout.fields.items()}
    for one in outcomes:
        cells = []
        for heading in layout.columns:
            cell = WriteOnlyCell(sheet, safe(_text(layout, one, field_of.get(heading, ""), heading)))
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text(layout: Layout, one: Outcome, field: str, heading: str) -> str:
    match field:
        case "channel_number":
            return one.channel_number
        case "received_at":
            return _instant(one.received_at)
        case "about":
            return next((word for word, about in layout.abouts.items() if about is one.about), one.about.label)
        case "unit" | "matter" | "proof":
            code, name = getattr(one, "handler" if "承办" in heading else field) or ("", "")
            return str(code if "编码" in heading else name)
        case "rating":
            return layout.grade(one.rating) if one.rating else ""
        case "outcome":
            return layout.word(one.outcome)
        case "answer":
            return one.answer
        case "finished_at":
            return _instant(one.finished_at)
    return ""


def _instant(at: datetime) -> str:
    return f"{at.astimezone(LOCAL):%Y-%m-%d %H:%M:%S}"
