"""一行的去留: what a row says of whether its proof or matter is kept, against what is said around it."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.cleaning import clean
from catalog.standing import Standing, in_cell
from catalog.verdicts import RowNotes


def standing(cells: Mapping[str, str], notes: RowNotes) -> Standing | None:
    """保留 or 取消, by the row's own cell, else by what stands around it. What does not agree, or nobody understands, is a fault."""
    text = clean(cells.get("standing", ""))
    own = in_cell(text) if text else None
    if text and own is None:
        notes.fault(
            "standing_unclear",
            "standing",
            f"“{text}”没有说明是取消还是保留。",
            "请写“保留”或“取消”;改用其他核验方式的,请写“保留”并填写核验方式。",
        )
    elif own is not None and notes.around not in (None, own):
        assert notes.around is not None
        text = f"本行写“{text}”,所在的表、栏或小标题写“{notes.around.label}”。"
        notes.fault("standing_disagrees", "standing", text, "请核对后改成一致。")
    return own or notes.around
